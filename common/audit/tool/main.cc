// Checks an audit trail offline, and removes rows whose time is over.
//
//   ronghe-audit verify --host 127.0.0.1 --port 3306 --user ronghe_meeting_ro
//       --password_file FILE --schema meeting --heads meeting.heads --key audit.pub
//   ronghe-audit verify --export chain.ndjson --heads meeting.heads --key audit.pub
//   ronghe-audit purge --host … --user ronghe_meeting_migrate … --service services/meeting
//       --heads meeting.heads --signing_key audit.key
//
// Ends with 0 when all is well, 1 with findings, 2 when it cannot check.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "common/audit/tool/purge_command.h"
#include "common/audit/tool/verify_command.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/config/config.h"
#include "common/error/error.h"

ABSL_FLAG(std::string, host, "127.0.0.1", "the database server; a path means a unix socket");
ABSL_FLAG(int, port, 3306, "its port");
ABSL_FLAG(std::string, user, "",
          "the database user: one that reads for verify, the migrating one for purge");
ABSL_FLAG(std::string, password_file, "", "file with its password; empty: none");
ABSL_FLAG(std::string, schema, "", "the schema of the service");
ABSL_FLAG(std::string, ca_file, "", "authorities for TLS to the server; empty: no TLS");
ABSL_FLAG(std::string, export, "", "verify: an export of the chain instead of a database");
ABSL_FLAG(std::string, heads, "", "the files of signed heads, separated by commas");
ABSL_FLAG(std::string, key, "", "verify: the public key (PEM) that the heads are checked with");
ABSL_FLAG(std::string, suite, "", "SM or AES; empty: as the heads or the export say");
ABSL_FLAG(absl::Duration, grace, absl::Minutes(10),
          "verify: rows without a link are findings when they are older");
ABSL_FLAG(int, max_findings, 1000, "verify: how many findings are listed");
ABSL_FLAG(std::string, service, "", "purge: the service, as services/meeting");
ABSL_FLAG(std::string, signing_key, "", "purge: the private key (PEM) that signs the heads");
ABSL_FLAG(int, retention_days, 0, "purge: days that routine rows are kept; 0: the least");
ABSL_FLAG(int, decision_retention_days, 0, "purge: days that decisions are kept; 0: the least");
ABSL_FLAG(bool, dry_run, false, "purge: only say what would go");

namespace ronghe::audit::tool {
namespace {

int Refuse(const absl::Status& status) {
  std::cerr << "ronghe-audit: " << Explain(status) << "; ronghe-audit --help\n";
  return kCannotCheck;
}

absl::Status Wrong(const char* message_zh) {
  return error::Make(absl::StatusCode::kInvalidArgument, "FLAG_INVALID", message_zh);
}

absl::StatusOr<sql::Options> Database() {
  sql::Options options;
  options.host = absl::GetFlag(FLAGS_host);
  options.port = absl::GetFlag(FLAGS_port);
  options.user = absl::GetFlag(FLAGS_user);
  options.schema = absl::GetFlag(FLAGS_schema);
  options.tls_ca_file = absl::GetFlag(FLAGS_ca_file);
  options.pool = 1;
  if (const std::string file = absl::GetFlag(FLAGS_password_file); !file.empty()) {
    RONGHE_ASSIGN_OR_RETURN(options.password, config::ReadSecret(file));
  }
  return options;
}

absl::StatusOr<std::optional<crypto::Suite>> Suite() {
  const std::string name = absl::GetFlag(FLAGS_suite);
  if (name.empty()) return std::optional<crypto::Suite>();
  const std::optional<crypto::Suite> suite = SuiteNamed(name);
  if (!suite.has_value()) return Wrong("--suite 只能是 SM 或 AES");
  return suite;
}

absl::StatusOr<int> RunVerify() {
  VerifyRequest request;
  request.export_file = absl::GetFlag(FLAGS_export);
  if (absl::GetFlag(FLAGS_schema).empty() == request.export_file.empty()) {
    return Wrong("请用 --schema 指定数据库或用 --export 指定导出文件,二者择一");
  }
  if (request.export_file.empty()) {
    RONGHE_ASSIGN_OR_RETURN(request.database, Database());
  }
  request.heads_files = absl::StrSplit(absl::GetFlag(FLAGS_heads), ',', absl::SkipEmpty());
  request.key_file = absl::GetFlag(FLAGS_key);
  if (request.heads_files.empty() != request.key_file.empty()) {
    return Wrong("--heads 和 --key 必须同时给出");
  }
  RONGHE_ASSIGN_OR_RETURN(request.suite, Suite());
  request.grace = absl::GetFlag(FLAGS_grace);
  request.max_findings = static_cast<size_t>(std::max(1, absl::GetFlag(FLAGS_max_findings)));
  return Verify(request, std::cout, std::cerr);
}

absl::StatusOr<int> RunPurge() {
  config::v1::Audit keep;
  keep.set_retention_days(absl::GetFlag(FLAGS_retention_days));
  keep.set_decision_retention_days(absl::GetFlag(FLAGS_decision_retention_days));
  RONGHE_RETURN_IF_ERROR(CheckRetention(keep, base::ShanghaiDay(absl::Now())));
  PurgeRequest request{.retention = Retention(keep)};
  RONGHE_ASSIGN_OR_RETURN(request.database, Database());
  request.service = absl::GetFlag(FLAGS_service);
  request.heads_file = absl::GetFlag(FLAGS_heads);
  request.signing_key_file = absl::GetFlag(FLAGS_signing_key);
  if (request.database.schema.empty() || request.service.empty() || request.heads_file.empty() ||
      request.signing_key_file.empty()) {
    return Wrong("purge 需要 --schema、--service、--heads 和 --signing_key");
  }
  RONGHE_ASSIGN_OR_RETURN(const std::optional<crypto::Suite> suite, Suite());
  request.suite = suite.value_or(crypto::Suite::kSm);
  request.operator_name = base::Cat("operators/", ::getuid());
  request.dry_run = absl::GetFlag(FLAGS_dry_run);
  RONGHE_ASSIGN_OR_RETURN(const PurgeResult result, Purge(request, std::cerr));
  std::cout << (request.dry_run ? "可清除 " : "已清除 ") << result.rows << " 条,到链上 "
            << result.anchor.sequence << "\n";
  return kClean;
}

}  // namespace

int Main(int argc, char** argv) {
  // Debian's Abseil is built without NDEBUG and ends the process on a lock order that it dislikes.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  absl::FlagsUsageConfig usage;
  usage.contains_help_flags = [](absl::string_view file) {
    return absl::EndsWith(file, "tool/main.cc");
  };
  absl::SetFlagsUsageConfig(usage);
  absl::SetProgramUsageMessage(
      "checks an audit trail offline, or removes rows whose time is over\n\n"
      "  ronghe-audit verify --port 7106 --user ronghe_meeting_ro --password_file FILE \\\n"
      "      --schema ronghe_meeting --heads meeting.heads --key meeting.audit.pub\n"
      "  ronghe-audit verify --export chain.ndjson --heads meeting.heads --key meeting.audit.pub\n"
      "  ronghe-audit purge … --service services/meeting --signing_key meeting.audit.key");
  const std::vector<char*> words = absl::ParseCommandLine(argc, argv);
  const std::string_view command = words.size() == 2 ? words[1] : "";
  absl::StatusOr<int> outcome = Wrong("请写明 verify 或 purge");
  if (command == "verify") outcome = RunVerify();
  if (command == "purge") outcome = RunPurge();
  return outcome.ok() ? *outcome : Refuse(outcome.status());
}

}  // namespace ronghe::audit::tool

int main(int argc, char** argv) { return ronghe::audit::tool::Main(argc, argv); }
