// What does every export of personal data do besides its own layout?
//
// It is opened for a purpose and taken by who opened it, in time. It reads members in tree order, a
// page at a time; commits who read whom before anything of it is sent; and leaves audit rows, also
// when the caller has gone.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_EXPORT_WALK_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_EXPORT_WALK_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/org/org_tree.h"
#include "common/rpc/call.h"
#include "common/service/write.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/unmask.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/subtree_reader.h"

namespace ronghe::membership {

inline constexpr std::string_view kUnmaskPermission = "membership.member.unmask";

// Whether the caller may open an export of an organization for a purpose; answers the rules of
// today.
//
// Errors: NOT_FOUND; PERMISSION_DENIED SCOPE_DENIED; INVALID_ARGUMENT PURPOSE_UNKNOWN.
absl::StatusOr<const UnmaskRules*> CheckExport(rpc::Call& call, MembershipTree& tree,
                                               const UnmaskRuleBook& rules, int64_t organization_id,
                                               bool unmasked, std::string_view purpose);

// Loads an export by its name and authorizes the call on its organization. `load` reads a row by
// id.
//
// Errors: INVALID_ARGUMENT; `missing(id)`; those of Authorize and of the database.
template <class Row>
absl::StatusOr<Row> LoadExport(
    rpc::Call& call, sql::Database& database, std::string_view name, std::string_view collection,
    absl::FunctionRef<absl::StatusOr<std::optional<Row>>(sql::Session&, int64_t)> load,
    absl::FunctionRef<absl::Status(int64_t)> missing) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, collection));
  RONGHE_ASSIGN_OR_RETURN(
      std::optional<Row> row,
      database.Read(call.deadline(), [&](sql::Session& session) { return load(session, id); }));
  if (!row) return missing(id);
  RONGHE_RETURN_IF_ERROR(call.Authorize(row->organization_id));
  return *std::move(row);
}

// Whether the caller may take the file of an export now.
//
// Errors: PERMISSION_DENIED EXPORT_OF_ANOTHER, SCOPE_DENIED; FAILED_PRECONDITION EXPORT_EXPIRED.
template <class Row>
absl::Status CheckDownload(const rpc::Call& call, const UnmaskRuleBook& rules, const Row& row) {
  if (row.requested_by != call.principal().subject) return ExportOfAnother();
  if (call.now() >= row.expire_time) {
    return ExportExpired(rules.On(base::ShanghaiDay(row.create_time)));
  }
  if (row.unmasked && !call.Holds(kUnmaskPermission, row.organization_id)) {
    return rpc::Call::ScopeDenied(kUnmaskPermission);
  }
  return absl::OkStatus();
}

std::vector<int64_t> MemberIds(std::span<const MemberRow> members);

// Members of a page.
inline constexpr size_t kExportPage = 500;

// Gives the members of a subtree, at most kExportPage at a time, without a transaction between.
//
// Errors: CANCELLED when the caller has gone; those of the database and of `take`.
absl::Status ForEachMember(sql::Database& database, const org::OrgTree& tree, const rpc::Call& call,
                           int64_t organization_id, const MemberFilter& filter,
                           absl::FunctionRef<absl::Status(std::span<const MemberRow>)> take);

// Records that members are read in full, for a purpose. Errors: those of the database.
absl::Status RecordFullReads(service::Writer& writer, const rpc::Call& call,
                             std::span<const int64_t> member_ids, const std::string& purpose);

// An export as its audit rows name it.
struct ExportedFile {
  int64_t organization_id = 0;
  std::string name;  // "memberExports/7"
  std::string purpose;
  bool unmasked = false;
};

// Writes the audit row of a download, of which `what` is said and which ended with `outcome`.
// Errors: those of the database.
absl::Status RecordDownload(service::Writer& writer, const rpc::Call& call,
                            const ExportedFile& file, std::string_view what,
                            const absl::Status& outcome);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_EXPORT_WALK_H_
