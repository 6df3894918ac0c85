// What does every export of personal data do besides its own layout?
//
// It reads members in tree order, a page at a time; commits who read whom before anything of it is
// sent; and leaves audit rows, also when the caller has gone.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_EXPORT_WALK_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_EXPORT_WALK_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "common/org/org_tree.h"
#include "common/rpc/call.h"
#include "common/service/write.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/subtree_reader.h"

namespace ronghe::membership {

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
