#include "services/membership/api/export_walk.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "common/audit/read.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/membership/api/convert.h"
#include "services/membership/store/unmask_store.h"

namespace ronghe::membership {
namespace {

constexpr absl::Duration kPageTime = absl::Seconds(15);

}  // namespace

absl::StatusOr<const UnmaskRules*> CheckExport(rpc::Call& call, MembershipTree& tree,
                                               const UnmaskRuleBook& rules, int64_t organization_id,
                                               bool unmasked, std::string_view purpose) {
  tree.AfterOwnWrites(call.deadline());
  if (!tree.Contains(organization_id)) return OrganizationNotFound(organization_id);
  if (unmasked && !call.Holds(kUnmaskPermission, organization_id)) {
    return rpc::Call::ScopeDenied(kUnmaskPermission);
  }
  const UnmaskRules& today = rules.On(base::ShanghaiDay(call.now()));
  if (today.Find(purpose) == nullptr) return PurposeUnknown(today);
  return &today;
}

std::vector<int64_t> MemberIds(std::span<const MemberRow> members) {
  std::vector<int64_t> ids;
  ids.reserve(members.size());
  for (const MemberRow& member : members) ids.push_back(member.id);
  return ids;
}

absl::Status ForEachMember(sql::Database& database, const org::OrgTree& tree, const rpc::Call& call,
                           int64_t organization_id, const MemberFilter& filter,
                           absl::FunctionRef<absl::Status(std::span<const MemberRow>)> take) {
  std::optional<SubtreeReader<MemberRow>> reader;
  reader.emplace(tree, organization_id, SubtreeCursor{}, filter);
  while (!reader->exhausted()) {
    if (call.cancelled()) return absl::CancelledError("the caller has gone");
    std::optional<SubtreeReader<MemberRow>> next;
    RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> members,
                            database.Read(std::min(call.deadline(), absl::Now() + kPageTime),
                                          [&](sql::Session& session) {
                                            next.emplace(*reader);
                                            return next->Read(session, kExportPage);
                                          }));
    reader.emplace(*next);
    for (size_t from = 0; from < members.size(); from += kExportPage) {
      RONGHE_RETURN_IF_ERROR(
          take(std::span(members).subspan(from, std::min(kExportPage, members.size() - from))));
    }
  }
  return absl::OkStatus();
}

absl::Status RecordFullReads(service::Writer& writer, const rpc::Call& call,
                             std::span<const int64_t> member_ids, const std::string& purpose) {
  std::vector<UnmaskReadRow> reads;
  for (const int64_t member_id : member_ids) {
    reads.push_back({.id = writer.ids().Next(),
                     .member_id = member_id,
                     .subject = call.principal().subject,
                     .role = call.grant()->role,
                     .organization_id = call.grant()->organization_id,
                     .kind = ReadKind::kExport,
                     .fields = FieldNames(kUnmaskFields),
                     .purpose = purpose,
                     .time = call.now()});
  }
  return writer.database().Transact(
      std::min(call.deadline(), absl::Now() + kPageTime),
      [&](sql::Session& session) { return InsertUnmaskReads(session, reads); });
}

absl::Status RecordDownload(service::Writer& writer, const rpc::Call& call,
                            const ExportedFile& file, std::string_view what,
                            const absl::Status& outcome) {
  call.set_audited();
  audit::Entry entry = audit::EntryOf(writer.ids(), call);
  entry.organization_id = file.organization_id;
  entry.resource = file.name;
  entry.detail =
      audit::Detail(file.purpose, base::Cat(file.unmasked ? "unmasked " : "masked ", what));
  if (!outcome.ok()) {
    entry.result = base::Cat(absl::StatusCodeToString(outcome.code()), " ", error::Reason(outcome));
  }
  // Also for a caller who has gone.
  return writer.database().Transact(absl::Now() + kPageTime, [&](sql::Session& session) {
    return audit::Record(session, entry);
  });
}

}  // namespace ronghe::membership
