// Does the tool find and name whatever somebody with all rights on the database does to a trail,
// from the database and from an export?
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/audit/chain.h"
#include "common/audit/head.h"
#include "common/audit/records.h"
#include "common/audit/tool/purge_command.h"
#include "common/audit/tool/verify_command.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/config/common.pb.h"
#include "common/error/error.h"
#include "common/sql/database.h"
#include "common/sql/statement.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"

namespace ronghe::audit::tool {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kSource[] = "services/test";

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

struct CountRow {
  int64_t rows;
};
const sql::Query<CountRow> kCount("audit_tool_test.count", "SELECT COUNT(*) FROM audit");

class ToolTest : public ::testing::TestWithParam<crypto::Suite> {
 protected:
  ToolTest()
      : directory_(std::filesystem::temp_directory_path() /
                   absl::StrCat("audit_tool_test.", crypto::HexEncode(crypto::RandomBytes(8)))),
        schema_(ronghe::testing::SharedMariaDb().NewSchema({"common/sql/migrations"})),
        ids_(1) {
    std::filesystem::create_directory(directory_);
    if (GetParam() == crypto::Suite::kSm) {
      Keys(crypto::Sm2Signer::Generate());
    } else {
      Keys(crypto::Es256Signer::Generate());
    }
    auto database = sql::Database::Open(schema_.options());
    EXPECT_OK(database);
    database_ = *std::move(database);
    heads_ = std::make_unique<HeadFile>(Path("heads"), kSource,
                                        HeadSigner::Load(Path("key"), GetParam()).value());
  }
  ~ToolTest() override { std::filesystem::remove_all(directory_); }

  template <class Signer>
  void Keys(const Signer& signer) {
    Put("key", signer.ToPem());
    ::chmod(Path("key").c_str(), 0600);
    Put("public", signer.verifier().ToPem());
  }

  std::string Path(const std::string& name) const { return (directory_ / name).string(); }
  void Put(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary | std::ios::trunc) << text;
  }
  std::string Get(const std::string& name) const {
    std::ifstream file(Path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  // Rows made at `clock`, chained, and the head signed.
  std::vector<int64_t> Write(
      int count, base::Clock& clock = base::Clock::Real(),
      const std::string& method = "/ronghe.access.v1.SessionService/SignIn") {
    base::IdGenerator at(1, clock);
    base::IdGenerator& ids = &clock == &base::Clock::Real() ? ids_ : at;
    std::vector<int64_t> written;
    for (int i = 0; i < count; ++i) {
      const Entry entry{.id = ids.Next(),
                        .time = clock.Now(),
                        .subject = absl::StrCat("accounts/", i + 1),
                        .peer = "10.0.0.1:5000",
                        .method = method,
                        .organization_id = 7,
                        .resource = "authSessions/3",
                        .request_digest = std::string(32, '\x8f'),
                        .detail = "purpose=\"引号\"\n"};
      written.push_back(entry.id);
      EXPECT_OK(database_->Transact(Soon(),
                                    [&](sql::Session& session) { return Record(session, entry); }));
    }
    Chain(clock);
    return written;
  }

  void Chain(base::Clock& clock = base::Clock::Real()) {
    Chainer chainer(*database_, nullptr, clock, GetParam(), heads_.get());
    const absl::StatusOr<Link> head = chainer.ChainPending(Soon());
    ASSERT_OK(head);
    ASSERT_OK(chainer.Publish(*head));
  }

  void Tamper(const std::string& statement) {
    const absl::Status status = database_->Read(
        Soon(), [&](sql::Session& session) { return session.RunText("tamper", statement); });
    EXPECT_OK(status) << statement;
  }

  VerifyRequest Request() const {
    VerifyRequest request;
    request.heads_files = {Path("heads")};
    request.key_file = Path("public");
    request.grace = absl::ZeroDuration();
    return request;
  }
  void Export() {
    std::ofstream file(Path("chain.ndjson"), std::ios::binary | std::ios::trunc);
    v1::ChainExportHeader header;
    header.set_source(kSource);
    header.set_suite(std::string(SuiteName(GetParam())));
    ASSERT_OK(WriteChain(*database_, Soon(), header, [&file](std::string_view line) {
      file << line;
      return absl::OkStatus();
    }));
  }

  struct Outcome {
    int code;
    std::string out;
    std::string progress;
  };
  static Outcome Run(const VerifyRequest& request) {
    std::ostringstream out;
    std::ostringstream progress;
    const int code = Verify(request, out, progress);
    return {code, out.str(), progress.str()};
  }
  Outcome OverDatabase() {
    VerifyRequest request = Request();
    request.database = schema_.options();
    return Run(request);
  }
  Outcome OverExport() {
    Export();
    VerifyRequest request = Request();
    request.export_file = Path("chain.ndjson");
    return Run(request);
  }

  // Both ways must find what `lines` say.
  void ExpectFound(const std::vector<std::string>& lines) {
    for (const Outcome& outcome : {OverDatabase(), OverExport()}) {
      EXPECT_EQ(outcome.code, kFindings) << outcome.out << outcome.progress;
      for (const std::string& line : lines) EXPECT_THAT(outcome.out, HasSubstr(line));
    }
  }
  void ExpectClean() {
    for (const Outcome& outcome : {OverDatabase(), OverExport()}) {
      EXPECT_EQ(outcome.code, kClean) << outcome.out << outcome.progress;
    }
  }

  int64_t Rows() {
    const auto row =
        database_->Read(Soon(), [](sql::Session& session) { return session.SelectOne(kCount); });
    EXPECT_OK(row);
    return (*row)->rows;
  }

  PurgeRequest PurgeOf(absl::Time now) const {
    PurgeRequest request{.retention = Retention(config::v1::Audit())};
    request.database = schema_.options();
    request.service = kSource;
    request.heads_file = Path("heads");
    request.signing_key_file = Path("key");
    request.suite = GetParam();
    request.operator_name = "operators/0";
    request.now = now;
    return request;
  }
  absl::StatusOr<PurgeResult> RunPurge(const PurgeRequest& request) {
    std::ostringstream progress;
    return Purge(request, progress);
  }

  const std::filesystem::path directory_;
  ronghe::testing::TestSchema schema_;
  base::IdGenerator ids_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<HeadFile> heads_;
};

TEST_P(ToolTest, AnUntouchedTrailIsClean) {
  Write(5);
  Write(600);
  ExpectClean();
  const Outcome outcome = OverDatabase();
  EXPECT_THAT(outcome.out, HasSubstr("链接到 605,检查记录 605 条,发现问题 0 处;签名链头 2 个相符"));
  EXPECT_THAT(outcome.progress, HasSubstr("605/605 条 (100%)"));
}

TEST_P(ToolTest, AChangedRowIsNamed) {
  const std::vector<int64_t> ids = Write(6);
  const std::vector<std::string> columns = {"subject",  "on_behalf_of",   "peer",
                                            "method",   "resource",       "result",
                                            "trace_id", "request_digest", "detail"};
  for (const std::string& column : columns) {
    const std::string table = absl::StrCat("UPDATE audit SET ", column, " = ");
    const std::string where = absl::StrCat(" WHERE id = ", ids[2]);
    Tamper(absl::StrCat("CREATE TABLE kept AS SELECT * FROM audit WHERE id = ", ids[2]));
    Tamper(absl::StrCat(table, "CONCAT('x', SUBSTRING(", column, ", 2))", where));
    ExpectFound({absl::StrCat("changed: sequence=3 id=", ids[2])});
    Tamper(absl::StrCat("DELETE FROM audit", where));
    Tamper("INSERT INTO audit SELECT * FROM kept");
    Tamper("DROP TABLE kept");
  }
  Tamper(absl::StrCat("UPDATE audit SET time = time - INTERVAL 1 SECOND WHERE id = ", ids[0]));
  Tamper(absl::StrCat("UPDATE audit SET organization_id = 8 WHERE id = ", ids[5]));
  ExpectFound({absl::StrCat("changed: sequence=1 id=", ids[0]),
               absl::StrCat("changed: sequence=6 id=", ids[5]), "发现问题 2 处"});
}

TEST_P(ToolTest, ARemovedRowIsNamed) {
  const std::vector<int64_t> ids = Write(6);
  Tamper(absl::StrCat("DELETE FROM audit WHERE id = ", ids[1]));
  ExpectFound({absl::StrCat("removed: sequence=2 id=", ids[1]), "发现问题 1 处"});
  Tamper("DELETE FROM audit_chain WHERE sequence = 2");
  ExpectFound({"removed: sequence=2 id=0", "发现问题 1 处"});
}

TEST_P(ToolTest, AnInsertedRowIsNamed) {
  const std::vector<int64_t> ids = Write(6);
  Tamper(absl::StrCat("CREATE TABLE forged AS SELECT * FROM audit WHERE id = ", ids[2]));
  Tamper(absl::StrCat("UPDATE forged SET id = ", ids[0] - 1, ", subject = 'accounts/9'"));
  Tamper("INSERT INTO audit SELECT * FROM forged");
  ExpectFound({absl::StrCat("inserted: sequence=0 id=", ids[0] - 1), "发现问题 1 处"});
}

TEST_P(ToolTest, ACutEndIsNamed) {
  const std::vector<int64_t> ids = Write(6);
  Tamper("DELETE FROM audit_chain WHERE sequence > 4");
  Tamper(absl::StrCat("DELETE FROM audit WHERE id >= ", ids[4]));
  ExpectFound({"cut off: sequence=5..6", "发现问题 1 处"});
  // New rows grow over the cut.
  Write(4);
  ExpectFound({"rewritten: sequence=1..6"});
}

TEST_P(ToolTest, AnEmptiedTrailIsNamed) {
  Write(6);
  Tamper("DELETE FROM audit_chain");
  Tamper("DELETE FROM audit");
  ExpectFound({"cut off: sequence=1..6"});
}

TEST_P(ToolTest, ReorderedRowsAreNamed) {
  const std::vector<int64_t> ids = Write(6);
  Tamper(absl::StrCat("UPDATE audit SET id = -1 WHERE id = ", ids[1]));
  Tamper(absl::StrCat("UPDATE audit SET id = ", ids[1], " WHERE id = ", ids[4]));
  Tamper(absl::StrCat("UPDATE audit SET id = ", ids[4], " WHERE id = -1"));
  ExpectFound({absl::StrCat("reordered: sequence=2 id=", ids[1]),
               absl::StrCat("reordered: sequence=5 id=", ids[4]), "发现问题 2 处"});
}

TEST_P(ToolTest, ReorderedLinksAreNamed) {
  const std::vector<int64_t> ids = Write(6);
  Tamper("UPDATE audit_chain SET sequence = -1 WHERE sequence = 2");
  Tamper("UPDATE audit_chain SET sequence = 2 WHERE sequence = 5");
  Tamper("UPDATE audit_chain SET sequence = 5 WHERE sequence = -1");
  ExpectFound({absl::StrCat("reordered: sequence=2 id=", ids[4]),
               absl::StrCat("reordered: sequence=5 id=", ids[1]), "发现问题 2 处"});
}

TEST_P(ToolTest, AChangedLinkIsNamed) {
  const std::vector<int64_t> ids = Write(6);
  Tamper("UPDATE audit_chain SET hash = REVERSE(hash) WHERE sequence = 3");
  ExpectFound({absl::StrCat("link changed: sequence=3 id=", ids[2]), "发现问题 1 处"});
}

TEST_P(ToolTest, AChainThatWasComputedAnewIsNamed) {
  Write(3);
  const std::vector<int64_t> ids = Write(3);
  Tamper(absl::StrCat("UPDATE audit SET subject = 'accounts/9' WHERE id = ", ids[1]));
  Tamper("DELETE FROM audit_chain WHERE sequence > 3");
  Chainer chainer(*database_, nullptr, base::Clock::Real(), GetParam());
  ASSERT_OK(chainer.ChainPending(Soon()));
  ExpectFound({"rewritten: sequence=4..6", "发现问题 1 处", "证明到 3"});
}

TEST_P(ToolTest, ChangedAndRemovedHeadLinesAreNamed) {
  Write(2);
  Write(2);
  Write(2);
  const std::string all = Get("heads");
  const size_t second = all.find('\n') + 1;
  const size_t third = all.find('\n', second) + 1;

  std::string changed = all;
  char& digit = changed[changed.find(R"("hash":")", second) + 10];
  digit = digit == '0' ? '1' : '0';
  Put("heads", changed);
  ExpectFound({absl::StrCat("head: ", Path("heads"), ":2 signature wrong")});

  Put("heads", all.substr(0, second) + all.substr(third));
  ExpectFound({absl::StrCat("head: ", Path("heads"), ":2 does not follow the line before")});
}

TEST_P(ToolTest, WhatCannotBeCheckedIsNotCalledClean) {
  Write(3);
  VerifyRequest request = Request();
  request.database = schema_.options();
  request.database->user = "nobody";
  EXPECT_EQ(Run(request).code, kCannotCheck);

  request = Request();
  request.export_file = Path("nothing");
  EXPECT_EQ(Run(request).code, kCannotCheck);

  // An export that was not written to its end.
  Export();
  const std::string whole = Get("chain.ndjson");
  const size_t last = whole.rfind('\n', whole.size() - 2) + 1;
  Put("cut.ndjson", whole.substr(0, last));
  request.export_file = Path("cut.ndjson");
  Outcome outcome = Run(request);
  EXPECT_EQ(outcome.code, kCannotCheck);
  EXPECT_THAT(outcome.progress, HasSubstr("AUDIT_EXPORT_UNFINISHED"));
  Put("cut.ndjson", whole.substr(0, last + 10));
  EXPECT_EQ(Run(request).code, kCannotCheck);

  request.export_file = Path("chain.ndjson");
  EXPECT_EQ(Run(request).code, kClean);
  request.key_file = Path("nothing");
  EXPECT_EQ(Run(request).code, kCannotCheck);
  request = Request();
  request.export_file = Path("chain.ndjson");
  request.suite = GetParam() == crypto::Suite::kSm ? crypto::Suite::kAes : crypto::Suite::kSm;
  EXPECT_EQ(Run(request).code, kCannotCheck);
}

TEST_P(ToolTest, OnlyABeginningPastItsTimeIsPurged) {
  base::ManualClock old(absl::Now() - absl::Hours(24 * 400));
  Write(3, old);
  old.Advance(absl::Hours(24));
  const std::vector<int64_t> decision =
      Write(1, old, "/ronghe.meeting.v1.MeetingService/SubmitMeeting");
  old.Advance(absl::Hours(24));
  Write(2, old);
  Write(2);

  const absl::Time now = absl::Now();
  PurgeRequest request = PurgeOf(now);
  request.dry_run = true;
  ASSERT_OK_AND_ASSIGN(PurgeResult result, RunPurge(request));
  EXPECT_EQ(result.rows, 3);
  EXPECT_EQ(Rows(), 8);

  // The decision stays ten years, and with it what follows.
  ASSERT_OK_AND_ASSIGN(result, RunPurge(PurgeOf(now)));
  EXPECT_EQ(result.rows, 3);
  EXPECT_EQ(result.anchor.sequence, 3);
  EXPECT_EQ(Rows(), 6);  // and the row of the purge
  Chain();
  ExpectClean();
  ASSERT_OK_AND_ASSIGN(result, RunPurge(PurgeOf(now)));
  EXPECT_EQ(result.rows, 0);
  EXPECT_EQ(Rows(), 6);

  // What is left is still guarded.
  Tamper(absl::StrCat("UPDATE audit SET subject = 'x' WHERE id = ", decision[0]));
  ExpectFound({absl::StrCat("changed: sequence=4 id=", decision[0]), "发现问题 1 处"});
  EXPECT_EQ(error::Reason(RunPurge(PurgeOf(now + absl::Hours(24 * 5000))).status()),
            "AUDIT_CHAIN_BROKEN");
}

TEST_P(ToolTest, ThePurgeLineIsWhatMakesAnEarlierStartRight) {
  base::ManualClock old(absl::Now() - absl::Hours(24 * 400));
  Write(3, old);
  Write(3);
  Tamper("DELETE FROM audit WHERE id IN (SELECT audit_id FROM audit_chain WHERE sequence <= 3)");
  Tamper("DELETE FROM audit_chain WHERE sequence <= 3");
  ExpectFound({"removed: sequence=1 id=0", "removed: sequence=3 id=0"});
}

TEST_P(ToolTest, APurgeGoesOnWhereItWasInterrupted) {
  base::ManualClock old(absl::Now() - absl::Hours(24 * 400));
  Write(5, old);
  Write(2);
  ASSERT_OK_AND_ASSIGN(
      const std::vector<LinkedRow> links,
      database_->Read(Soon(), [](sql::Session& session) { return LinksAfter(session, 4, 1); }));
  // The line is written, two rows are gone.
  ASSERT_OK(heads_->Append(HeadKind::kPurge, links[0].link, absl::Now()));
  Tamper("DELETE FROM audit WHERE id IN (SELECT audit_id FROM audit_chain WHERE sequence <= 2)");
  Tamper("DELETE FROM audit_chain WHERE sequence <= 2");
  ExpectClean();
  ASSERT_OK_AND_ASSIGN(const PurgeResult result, RunPurge(PurgeOf(absl::Now())));
  EXPECT_EQ(result.rows, 3);
  Chain();
  ExpectClean();
  EXPECT_EQ(Rows(), 3);
}

TEST_P(ToolTest, APurgeBeforeItsTimeIsAFinding) {
  Write(5);
  ASSERT_OK_AND_ASSIGN(
      const std::vector<LinkedRow> links,
      database_->Read(Soon(), [](sql::Session& session) { return LinksAfter(session, 1, 1); }));
  ASSERT_OK(heads_->Append(HeadKind::kPurge, links[0].link, absl::Now()));
  ExpectFound({"purged early: "});
}

// The program itself.
class BinaryTest : public ToolTest {
 protected:
  Outcome Command(const std::string& arguments) {
    const char* const build = std::getenv("RONGHE_BUILD_DIR");
    const std::string program =
        absl::StrCat(build == nullptr ? "build" : build, "/bin/ronghe-audit");
    const int code = std::system(
        absl::StrCat(program, " ", arguments, " >", Path("out"), " 2>", Path("err")).c_str());
    return {WEXITSTATUS(code), Get("out"), Get("err")};
  }
  std::string Database() {
    const sql::Options options = schema_.options();
    return absl::StrCat(" --host ", options.host, " --user ", options.user, " --schema ",
                        options.schema);
  }
  std::string Outside() {
    return absl::StrCat(" --heads ", Path("heads"), " --key ", Path("public"), " --grace 0s");
  }
};

TEST_P(BinaryTest, TellsCleanFromTamperedFromUncheckable) {
  const std::vector<int64_t> ids = Write(4);
  Outcome outcome = Command(absl::StrCat("verify", Database(), Outside()));
  EXPECT_EQ(outcome.code, kClean) << outcome.out << outcome.progress;
  Export();
  const std::string file = absl::StrCat(" --export ", Path("chain.ndjson"));
  EXPECT_EQ(Command(absl::StrCat("verify", file, Outside())).code, kClean);

  Tamper(absl::StrCat("UPDATE audit SET result = 'OK?' WHERE id = ", ids[3]));
  outcome = Command(absl::StrCat("verify", Database(), Outside()));
  EXPECT_EQ(outcome.code, kFindings) << outcome.out << outcome.progress;
  EXPECT_THAT(outcome.out, HasSubstr(absl::StrCat("changed: sequence=4 id=", ids[3])));
  Export();
  EXPECT_EQ(Command(absl::StrCat("verify", file, Outside())).code, kFindings);

  for (const std::string arguments :
       {"", "nonsense", "verify", "verify --schema a --export b",
        "verify --export nothing --heads x", "verify --export nothing", "purge"}) {
    outcome = Command(arguments);
    EXPECT_EQ(outcome.code, kCannotCheck) << arguments;
    EXPECT_THAT(outcome.progress, Not(IsEmpty())) << arguments;
  }
}

TEST_P(BinaryTest, PurgesWhatIsPastItsTimeOnly) {
  base::ManualClock old(absl::Now() - absl::Hours(24 * 400));
  Write(3, old);
  Write(2);
  const std::string purge =
      absl::StrCat("purge", Database(), " --service ", kSource, " --heads ", Path("heads"),
                   " --signing_key ", Path("key"), " --suite ", std::string(SuiteName(GetParam())));
  Outcome outcome = Command(purge + " --retention_days 30");
  EXPECT_EQ(outcome.code, kCannotCheck);
  EXPECT_THAT(outcome.progress, AllOf(HasSubstr("RETENTION_TOO_SHORT"), HasSubstr("第二十三条")));
  EXPECT_EQ(Command(purge + " --retention_days 500").code, kClean);
  EXPECT_EQ(Rows(), 5);
  outcome = Command(purge);
  EXPECT_EQ(outcome.code, kClean) << outcome.progress;
  EXPECT_EQ(Rows(), 3);
  Chain();
  EXPECT_EQ(Command(absl::StrCat("verify", Database(), Outside())).code, kClean);
}

std::string NameOf(const ::testing::TestParamInfo<crypto::Suite>& info) {
  return info.param == crypto::Suite::kSm ? "Sm" : "Aes";
}
INSTANTIATE_TEST_SUITE_P(Suites, ToolTest,
                         ::testing::Values(crypto::Suite::kSm, crypto::Suite::kAes), &NameOf);
INSTANTIATE_TEST_SUITE_P(Suites, BinaryTest,
                         ::testing::Values(crypto::Suite::kSm, crypto::Suite::kAes), &NameOf);

}  // namespace
}  // namespace ronghe::audit::tool
