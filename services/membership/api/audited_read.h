// How are records about persons read, one or a subtree's, so that the reading is noted with them?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_AUDITED_READ_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_AUDITED_READ_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/audit/read.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "services/membership/api/request.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/subtree_page.h"

namespace ronghe::membership {

// Reads the record `name`: load(session, id) answers its row, which has an organization_id, and
// present(session, row) what the caller sees of it.
//
// Errors: those of load and present; INVALID_ARGUMENT for another name; PERMISSION_DENIED.
template <class Load, class Present>
auto ReadAudited(rpc::Call& call, service::Writer& writer, std::string_view name,
                 std::string_view collection, Load load, Present present)
    -> decltype(present(std::declval<sql::Session&>(),
                        *load(std::declval<sql::Session&>(), int64_t{}))) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, collection));
  using Answer = decltype(present(std::declval<sql::Session&>(),
                                  *load(std::declval<sql::Session&>(), int64_t{})));
  return writer.database().Transact(call.deadline(), [&](sql::Session& session) -> Answer {
    RONGHE_ASSIGN_OR_RETURN(const auto row, load(session, id));
    RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
    RONGHE_RETURN_IF_ERROR(
        audit::AuditRead(session, writer.ids(), call, row.organization_id, std::string(name)));
    return present(session, row);
  });
}

// What a list of a subtree asks for.
struct SubtreeRequest {
  std::string_view parent;  // `organizations/{id}`
  std::string filter;       // of the request what narrows the list
  int32_t page_size = 0;
  std::string_view page_token;
};

// Reads a page of rows that belong to branches (ReadSubtreePage).
//
// Errors: INVALID_ARGUMENT for a token that is not one; those of `read`.
template <class Row>
absl::StatusOr<RowPage<Row>> ListAudited(
    rpc::Call& call, service::Writer& writer, MembershipTree& tree, const rpc::PageTokens& tokens,
    const SubtreeRequest& request,
    absl::FunctionRef<absl::StatusOr<std::vector<Row>>(
        sql::Session&, std::span<const int64_t> branches, const SubtreePosition& at, int32_t limit)>
        read,
    absl::FunctionRef<void(const Row&, SubtreePosition&)> note) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t root, base::ParseName(request.parent, "organizations"));
  const std::string filter = base::Cat(root, "|", request.filter);
  SubtreePosition at;
  if (!request.page_token.empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string cursor,
                            tokens.Open(call.method(), filter, request.page_token));
    RONGHE_ASSIGN_OR_RETURN(at, ParsePosition(cursor));
  }
  tree.AfterOwnWrites(call.deadline());
  SubtreePage<Row> page;
  RONGHE_RETURN_IF_ERROR(
      writer.database().Transact(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(
            audit::AuditRead(session, writer.ids(), call, root, std::string(request.parent)));
        RONGHE_ASSIGN_OR_RETURN(
            page, ReadSubtreePage<Row>(
                      tree.tree(), root, at, rpc::PageSize(request.page_size),
                      [&](std::span<const int64_t> branches, const SubtreePosition& from,
                          int32_t limit) { return read(session, branches, from, limit); },
                      note));
        return absl::OkStatus();
      }));
  RowPage<Row> listed{.rows = std::move(page.rows)};
  if (page.more) {
    listed.next_page_token = tokens.Seal(call.method(), filter, FormatPosition(page.next));
  }
  return listed;
}

// Most rows are told apart by their id.
template <class Row>
void NoteId(const Row& row, SubtreePosition& next) {
  next.after_id = row.id;
}

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_AUDITED_READ_H_
