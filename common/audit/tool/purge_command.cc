#include "common/audit/tool/purge_command.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/audit/chain.h"
#include "common/audit/head.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/sql/statement.h"

namespace ronghe::audit::tool {
namespace {

constexpr int32_t kBatch = 500;
constexpr absl::Duration kTry = absl::Seconds(60);
// Ids of this program's own rows; no service has it.
constexpr uint16_t kNode = 1023;
constexpr char kMethod[] = "audit.purge";

const sql::Command kDeleteRows("audit_purge.rows", "DELETE FROM audit WHERE id IN (?*)");
const sql::Command kDeleteLinks("audit_purge.links", "DELETE FROM audit_chain WHERE sequence <= ?");

// How far rows may go.
struct Plan {
  Link anchor;  // sequence 0: nothing goes
  int64_t rows = 0;
};

absl::Status Broken(const Finding& finding) {
  return error::Make(absl::StatusCode::kFailedPrecondition, "AUDIT_CHAIN_BROKEN",
                     "要清除的审计记录与链不符,先用 verify 查清",
                     {{"fault", std::string(FaultName(finding.fault))},
                      {"sequence", absl::StrCat(finding.sequence)},
                      {"id", absl::StrCat(finding.audit_id)}});
}

// Walks the chain as long as its rows are past their time, checking every link. The last link of a
// chain always stays, for the next one to follow.
absl::StatusOr<Plan> MakePlan(sql::Session& session, const PurgeRequest& request,
                              const VerifyOptions& options) {
  Plan plan;
  int64_t sequence = options.anchor.has_value() ? options.anchor->sequence : 0;
  RONGHE_ASSIGN_OR_RETURN(const Link last, LastLink(session));
  ChainVerifier verifier(options);
  for (bool more = true; more;) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<LinkedRow> rows,
                            LinksAfter(session, sequence, kBatch));
    more = rows.size() == static_cast<size_t>(kBatch);
    for (const LinkedRow& row : rows) {
      if (row.link.sequence == last.sequence ||
          (row.entry.has_value() && !request.retention.Expired(*row.entry, request.now))) {
        more = false;
        break;
      }
      verifier.Add(row.link, row.entry.has_value() ? &*row.entry : nullptr);
      plan.anchor = row.link;
      ++plan.rows;
      sequence = row.link.sequence;
    }
  }
  for (const Finding& finding : verifier.Finish().findings) {
    // The verifier was not given the rest of the chain.
    if (finding.fault != Fault::kTruncated) return Broken(finding);
  }
  return plan;
}

// Deletes rows and links up to and with `sequence`, oldest first. Answers how many rows went.
absl::StatusOr<int64_t> Delete(sql::Database& database, int64_t sequence, std::ostream& progress) {
  int64_t deleted = 0;
  while (true) {
    RONGHE_ASSIGN_OR_RETURN(
        const int64_t some,
        database.Transact(absl::Now() + kTry,
                          [sequence](sql::Session& session) -> absl::StatusOr<int64_t> {
                            RONGHE_ASSIGN_OR_RETURN(const std::vector<LinkedRow> rows,
                                                    LinksAfter(session, 0, sql::kMaxList));
                            std::vector<int64_t> ids;
                            int64_t through = 0;
                            for (const LinkedRow& row : rows) {
                              if (row.link.sequence > sequence) break;
                              ids.push_back(row.link.audit_id);
                              through = row.link.sequence;
                            }
                            RONGHE_RETURN_IF_ERROR(session.Execute(kDeleteRows, ids).status());
                            RONGHE_RETURN_IF_ERROR(session.Execute(kDeleteLinks, through).status());
                            return static_cast<int64_t>(ids.size());
                          }));
    if (some == 0) return deleted;
    deleted += some;
    progress << "已清除 " << deleted << " 条\n";
  }
}

}  // namespace

absl::StatusOr<PurgeResult> Purge(const PurgeRequest& request, std::ostream& progress) {
  RONGHE_ASSIGN_OR_RETURN(HeadSigner signer,
                          HeadSigner::Load(request.signing_key_file, request.suite));
  RONGHE_ASSIGN_OR_RETURN(const HeadsReport report,
                          CheckHeads(request.heads_file, signer.verifier()));
  if (!report.faults.empty()) {
    return error::Make(
        absl::StatusCode::kFailedPrecondition, "AUDIT_CHAIN_BROKEN",
        "链头文件有问题,先用 verify 查清",
        {{"line", absl::StrCat(report.faults[0].line)}, {"fault", report.faults[0].what}});
  }
  const HeadFile heads(request.heads_file, request.service, std::move(signer));
  RONGHE_ASSIGN_OR_RETURN(const std::unique_ptr<sql::Database> database,
                          sql::Database::Open(request.database));
  RONGHE_ASSIGN_OR_RETURN(const Plan plan,
                          database->Read(absl::InfiniteFuture(), [&](sql::Session& session) {
                            return MakePlan(session, request, OptionsFrom(report, request.suite));
                          }));
  PurgeResult result{.rows = plan.rows,
                     .anchor = {.sequence = plan.anchor.sequence, .hash = plan.anchor.hash}};
  if (request.dry_run) return result;
  if (plan.rows > 0) {
    RONGHE_RETURN_IF_ERROR(heads.Append(HeadKind::kPurge, plan.anchor, request.now));
  }
  // Also what an earlier run that was interrupted had announced.
  const int64_t through =
      std::max(plan.anchor.sequence, report.purge.has_value() ? report.purge->head.sequence : 0);
  RONGHE_ASSIGN_OR_RETURN(result.rows, Delete(*database, through, progress));
  if (result.rows == 0) return result;
  base::IdGenerator ids(kNode);
  RONGHE_RETURN_IF_ERROR(database->Transact(absl::Now() + kTry, [&](sql::Session& session) {
    return Record(session, {.id = ids.Next(),
                            .time = request.now,
                            .subject = request.operator_name,
                            .method = kMethod,
                            .detail = base::Cat("rows=", result.rows, "; through=", through)});
  }));
  return result;
}

}  // namespace ronghe::audit::tool
