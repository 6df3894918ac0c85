#include "services/membership/api/post_api.h"

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/membership/api/convert.h"
#include "services/membership/api/post_writer.h"
#include "services/membership/api/request.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/post_store.h"

namespace ronghe::membership {
namespace {

HeldPostRow WithName(const PostRow& row, const MemberRow& member) {
  return {row.id,   row.member_id,  member.full_name, row.organization_id,
          row.code, row.valid_from, row.valid_to};
}

}  // namespace

PostApi::PostApi(service::Writer& writer, MembershipTree& tree, const OrganizationRuleBook& rules,
                 const RuleBook& workers, const rpc::PageTokens& tokens)
    : writer_(writer), tree_(tree), rules_(rules), workers_(workers), tokens_(tokens) {}

absl::StatusOr<v1::Post> PostApi::AppointPost(rpc::Call& call,
                                              const v1::AppointPostRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  int64_t organization_id = 0;
  if (!request.organization().empty()) {
    RONGHE_ASSIGN_OR_RETURN(organization_id,
                            base::ParseName(request.organization(), "organizations"));
  }
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  std::vector<error::FieldViolation> violations;
  const absl::CivilDay day =
      ReadDay(request.has_valid_from(), request.valid_from(), "valid_from", violations)
          .value_or(today);
  const std::optional<Post> code = PostOf(request.code());
  if (!code) violations.push_back({"code", "党内职务不在代码表中。"});
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  if (day > today) return EffectiveDateInFuture(day, today);
  tree_.AfterOwnWrites(call.deadline());

  return writer_.Write<v1::Post>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Post> {
    sql::Session& session = tx.session();
    RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LockMember(session, member_id));
    const int64_t place = organization_id == 0 ? member.organization_id : organization_id;
    RONGHE_RETURN_IF_ERROR(call.Authorize(place));
    const std::vector<int64_t> places = {place};
    RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> organizations,
                            LoadOrganizations(session, places));
    if (organizations.empty()) return OrganizationNotFound(place);
    const OrganizationRow& organization = organizations.front();
    // A group's leader belongs to the branch above the group.
    const bool inside = tree_.Within(member.organization_id, place) ||
                        (organization.kind == v1::ORGANIZATION_KIND_GROUP &&
                         organization.parent_id == member.organization_id);
    if (!inside && !call.Holds(call.permission(), member.organization_id)) {
      return rpc::Call::ScopeDenied(call.permission());
    }
    if (!IsMember(member.standing)) return MemberLeft();
    if (organization.revoked_on) return OrganizationRevoked(place);
    RONGHE_RETURN_IF_ERROR(CheckPost(rules_.On(day), organization.kind, *code));
    if (!inside) return PostOutsideBranch();
    const std::vector<int64_t> members = {member_id};
    RONGHE_ASSIGN_OR_RETURN(const std::vector<PostRow> open, OpenPosts(session, members));
    for (const PostRow& post : open) {
      if (post.organization_id == place && post.code == *code) return PostHeld(*code);
    }
    const PostRow row{tx.NextId(), member_id, place, *code, day};
    RONGHE_RETURN_IF_ERROR(BeginPost(tx, row, workers_.On(day)));
    tx.Audit(place, base::ChildName("members", member_id, "posts", row.id));
    return ToProto(WithName(row, member));
  });
}

absl::StatusOr<v1::Post> PostApi::EndPost(rpc::Call& call, const v1::EndPostRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const auto name,
                          base::ParseChildName(request.name(), "members", "posts"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          PastDay(call, request.has_valid_to(), request.valid_to(), "valid_to"));

  return writer_.Write<v1::Post>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Post> {
    sql::Session& session = tx.session();
    RONGHE_ASSIGN_OR_RETURN(PostRow row, LockPost(session, name.second));
    RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
    if (row.member_id != name.first) return PostNotFound(name.second);
    if (!row.open()) return PostEnded();
    if (day < row.valid_from) return EffectiveDateBeforeInterval(day, row.valid_from);
    RONGHE_RETURN_IF_ERROR(membership::EndPost(tx, row, day));
    const std::vector<int64_t> members = {row.member_id};
    RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> member, LoadMembers(session, members));
    tx.Audit(row.organization_id, request.name());
    return ToProto(WithName(row, member.empty() ? MemberRow() : member.front()));
  });
}

absl::StatusOr<v1::ListPostsResponse> PostApi::ListPosts(rpc::Call& call,
                                                         const v1::ListPostsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  std::vector<error::FieldViolation> violations;
  const absl::CivilDay day = ReadDay(request.has_as_of(), request.as_of(), "as_of", violations)
                                 .value_or(base::ShanghaiDay(call.now()));
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  const std::string filter = base::Cat(id, "|", base::FormatDay(day));
  int32_t after_code = 0;
  int64_t after_id = 0;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string cursor,
                            tokens_.Open(call.method(), filter, request.page_token()));
    const std::pair<std::string, std::string> parts = absl::StrSplit(cursor, '|');
    static_cast<void>(absl::SimpleAtoi(parts.first, &after_code));
    static_cast<void>(absl::SimpleAtoi(parts.second, &after_id));
  }
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<HeldPostRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return PostsAsOf(session, id, day, after_code, after_id, size + 1);
                          }));
  v1::ListPostsResponse response;
  for (const HeldPostRow& row : rows) {
    if (response.posts_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), filter, base::Cat(after_code, "|", after_id)));
      break;
    }
    *response.add_posts() = ToProto(row);
    after_code = static_cast<int32_t>(row.code);
    after_id = row.id;
  }
  return response;
}

absl::StatusOr<v1::ListMemberPostsResponse> PostApi::ListMemberPosts(
    rpc::Call& call, const v1::ListMemberPostsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  std::vector<HeldPostRow> rows;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        const std::vector<int64_t> ids = {id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> members, LoadMembers(session, ids));
        if (members.empty()) return MemberNotFound(id);
        RONGHE_RETURN_IF_ERROR(call.Authorize(members.front().organization_id));
        RONGHE_ASSIGN_OR_RETURN(rows, PostsOf(session, id, before, size + 1));
        return absl::OkStatus();
      }));
  v1::ListMemberPostsResponse response;
  for (const HeldPostRow& row : rows) {
    if (response.posts_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_posts() = ToProto(row);
    before = row.id;
  }
  return response;
}

}  // namespace ronghe::membership
