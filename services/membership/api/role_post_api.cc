#include "services/membership/api/role_post_api.h"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "services/membership/api/case_convert.h"
#include "services/membership/api/convert.h"
#include "services/membership/api/request.h"
#include "services/membership/domain/care/errors.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/discipline_store.h"
#include "services/membership/store/member_store.h"

namespace ronghe::membership {
namespace {

constexpr int32_t kDecisions = 200;
// The yearly review, in the deadline catalogue.
constexpr char kReviewDeadline[] = "RP-01";

Subject SubjectOf(int64_t id) { return {"rolePosts", id}; }

v1::RolePost ToProto(const RolePostRow& row) {
  v1::RolePost post;
  post.set_name(base::Name("rolePosts", row.id));
  post.set_organization(base::Name("organizations", row.organization_id));
  post.set_kind(static_cast<v1::RolePostKind>(row.kind));
  post.set_title(row.title);
  post.set_coverage(row.coverage);
  post.set_duty(row.duty);
  post.set_displayed(row.displayed);
  *post.mutable_valid_from() = rpc::ToProto(row.valid_from);
  if (!row.open()) *post.mutable_valid_to() = rpc::ToProto(row.valid_to);
  post.set_goal(row.goal);
  post.set_indicator(row.indicator);
  post.set_stage(static_cast<v1::ProjectStage>(row.stage));
  post.set_result(row.result);
  post.set_etag(rpc::EtagOf(row.etag));
  return post;
}

v1::RolePostHolder ToProto(const NamedHolderRow& row) {
  v1::RolePostHolder holder;
  holder.set_member(base::Name("members", row.member_id));
  holder.set_full_name(row.full_name);
  *holder.mutable_valid_from() = rpc::ToProto(row.valid_from);
  if (row.valid_to != kOpenEnd) *holder.mutable_valid_to() = rpc::ToProto(row.valid_to);
  return holder;
}

v1::RolePostReview ToProto(const RolePostReviewRow& row) {
  v1::RolePostReview review;
  review.set_year(row.year);
  review.set_meeting(base::Name("meetings", row.meeting_id));
  *review.mutable_day() = rpc::ToProto(row.day);
  review.set_result(static_cast<v1::ReviewResult>(row.result));
  return review;
}

// The role post with its holders, reviews and decisions.
absl::StatusOr<v1::RolePost> Whole(sql::Session& session, const RolePostRow& row) {
  v1::RolePost post = ToProto(row);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<NamedHolderRow> holders, HoldersOf(session, row.id));
  for (const NamedHolderRow& holder : holders) *post.add_holders() = ToProto(holder);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<RolePostReviewRow> reviews, ReviewsOf(session, row.id));
  for (const RolePostReviewRow& review : reviews) *post.add_reviews() = ToProto(review);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DecisionRow> decisions,
                          DecisionsOf(session, SubjectOf(row.id), 0, kDecisions));
  for (const DecisionRow& decision : decisions) {
    *post.add_decisions() = membership::ToProto(decision);
  }
  return post;
}

// What is missing of a request, by its kind.
void CheckKind(const v1::CreateRolePostRequest& request,
               std::vector<error::FieldViolation>& violations) {
  const bool project = request.kind() == v1::ROLE_POST_KIND_BRAND_PROJECT;
  if (project && request.goal().empty()) {
    violations.push_back({"goal", "品牌工程请写明目标。"});
  }
  if (project && request.indicator().empty()) {
    violations.push_back({"indicator", "品牌工程请写明要带动的业务指标。"});
  }
  if (request.kind() == v1::ROLE_POST_KIND_RESPONSIBILITY_AREA && request.coverage().empty()) {
    violations.push_back({"coverage", "责任区请写明包干的区域、户或班组。"});
  }
}

// Whether a meeting may review a role post.
absl::Status CheckMeeting(const HeldMeeting& meeting, const RolePostRow& row) {
  if (meeting.organization_id != row.organization_id) return RolePostMeetingWrong("organization");
  if (!meeting.settled) return RolePostMeetingWrong("state");
  if (meeting.held_on < row.valid_from) return RolePostMeetingWrong("day");
  return absl::OkStatus();
}

}  // namespace

RolePostApi::RolePostApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
                         MeetingReader& meetings, const rpc::PageTokens& tokens)
    : writer_(writer),
      tree_(tree),
      rules_(books.Get("care")),
      meetings_(meetings),
      tokens_(tokens) {}

absl::Status RolePostApi::AddHolders(service::WriteTx& tx, const RolePostRow& row,
                                     const Names& names, absl::CivilDay day) const {
  std::set<int64_t> unique;
  for (const std::string& name : names) {
    RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, "members"));
    unique.insert(id);
  }
  const std::vector<int64_t> ids(unique.begin(), unique.end());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> members, LoadMembers(tx.session(), ids));
  if (members.size() != ids.size()) return RolePostHolderOutside();
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DisciplineRow> measures,
                          DisciplinesInEffect(tx.session(), ids, day));
  Guard guard;
  std::vector<RolePostHolderRow> holders;
  for (const MemberRow& member : members) {
    if (!tree_.Within(member.organization_id, row.organization_id)) return RolePostHolderOutside();
    const bool under_discipline =
        std::any_of(measures.begin(), measures.end(),
                    [&](const DisciplineRow& measure) { return measure.member_id == member.id; });
    RONGHE_RETURN_IF_ERROR(
        CheckHolder(rules_.On(day), member.membership(), under_discipline, guard));
    holders.push_back({tx.NextId(), row.id, member.id, day});
  }
  RONGHE_RETURN_IF_ERROR(InsertHolders(tx.session(), holders));
  return InsertDecisions(tx.session(), writer_.ids(), SubjectOf(row.id), "SetHolders",
                         guard.decisions(), tx.now());
}

absl::Status RolePostApi::AskForReview(service::WriteTx& tx, const RolePostRow& row,
                                       int32_t year) const {
  const RuleSet& rules = rules_.On(base::ShanghaiDay(tx.now()));
  DeadlineRow deadline =
      MakeDeadline(tx.NextId(), kReviewDeadline, SubjectOf(row.id), row.organization_id,
                   ReviewDay(rules, year), rules.Get("role_post.review_by"), tx.now());
  deadline.ordinal = year;
  return SetDeadlinesOnce(tx.session(), std::span(&deadline, 1));
}

absl::StatusOr<v1::RolePost> RolePostApi::CreateRolePost(rpc::Call& call,
                                                         const v1::CreateRolePostRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization_id,
                          base::ParseName(request.parent(), "organizations"));
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  std::vector<error::FieldViolation> violations;
  const absl::CivilDay day =
      ReadDay(request.has_valid_from(), request.valid_from(), "valid_from", violations)
          .value_or(today);
  CheckKind(request, violations);
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  if (day > today) return EffectiveDateInFuture(day, today);
  tree_.AfterOwnWrites(call.deadline());
  return writer_.Write<v1::RolePost>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::RolePost> {
        const auto node = tree_.tree().Node(organization_id);
        if (!node) return OrganizationNotFound(organization_id);
        if (node->revoked_on) return OrganizationRevoked(organization_id);
        const bool project = request.kind() == v1::ROLE_POST_KIND_BRAND_PROJECT;
        const RolePostRow row{.id = tx.NextId(),
                              .organization_id = organization_id,
                              .kind = request.kind(),
                              .title = request.title(),
                              .coverage = request.coverage(),
                              .duty = request.duty(),
                              .displayed = request.displayed(),
                              .valid_from = day,
                              .goal = project ? request.goal() : "",
                              .indicator = project ? request.indicator() : "",
                              .stage = project ? ProjectStage::kPlanned : ProjectStage::kNone,
                              .create_time = tx.now(),
                              .update_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(InsertRolePost(tx.session(), row));
        RONGHE_RETURN_IF_ERROR(AddHolders(tx, row, request.holders(), day));
        RONGHE_RETURN_IF_ERROR(AskForReview(tx, row, static_cast<int32_t>(today.year())));
        tx.Audit(organization_id, base::Name("rolePosts", row.id));
        return Whole(tx.session(), row);
      });
}

absl::StatusOr<v1::RolePost> RolePostApi::Change(
    rpc::Call& call, const std::string& name, std::string_view etag,
    absl::FunctionRef<absl::Status(service::WriteTx&, RolePostRow&)> change) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, "rolePosts"));
  return writer_.Write<v1::RolePost>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::RolePost> {
        RONGHE_ASSIGN_OR_RETURN(RolePostRow row, LockRolePost(tx.session(), id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(etag, row.etag));
        if (!row.open()) return RolePostEnded();
        RONGHE_RETURN_IF_ERROR(change(tx, row));
        ++row.etag;
        row.update_time = tx.now();
        RONGHE_RETURN_IF_ERROR(UpdateRolePost(tx.session(), row));
        tx.Audit(row.organization_id, name);
        return Whole(tx.session(), row);
      });
}

absl::StatusOr<v1::RolePost> RolePostApi::SetRolePostHolders(
    rpc::Call& call, const v1::SetRolePostHoldersRequest& request) {
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  tree_.AfterOwnWrites(call.deadline());
  return Change(call, request.name(), request.etag(),
                [&](service::WriteTx& tx, RolePostRow& row) -> absl::Status {
                  RONGHE_RETURN_IF_ERROR(EndHolders(tx.session(), row.id, today));
                  return AddHolders(tx, row, request.holders(), today);
                });
}

absl::StatusOr<v1::RolePost> RolePostApi::ReviewRolePost(rpc::Call& call,
                                                         const v1::ReviewRolePostRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "rolePosts"));
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const RolePostRow row, LoadRolePost(session, id));
        return call.Authorize(row.organization_id);
      }));
  RONGHE_ASSIGN_OR_RETURN(const HeldMeeting meeting, meetings_.Read(call, request.meeting()));
  return Change(call, request.name(), request.etag(),
                [&](service::WriteTx& tx, RolePostRow& row) -> absl::Status {
                  RONGHE_RETURN_IF_ERROR(CheckMeeting(meeting, row));
                  RONGHE_RETURN_IF_ERROR(
                      InsertReview(tx.session(), {row.id, request.year(), meeting.id,
                                                  meeting.held_on, request.result(), tx.now()}));
                  RONGHE_RETURN_IF_ERROR(MeetRound(tx.session(), SubjectOf(row.id), kReviewDeadline,
                                                   request.year(), meeting.held_on, tx.now()));
                  return AskForReview(tx, row, request.year() + 1);
                });
}

absl::StatusOr<v1::RolePost> RolePostApi::AdvanceBrandProject(
    rpc::Call& call, const v1::AdvanceBrandProjectRequest& request) {
  const auto stage = static_cast<ProjectStage>(request.stage());
  if (stage == ProjectStage::kFinished && request.result().empty()) {
    return error::InvalidFields({{"result", "品牌工程完成时请写明结果和数据。"}});
  }
  return Change(call, request.name(), request.etag(),
                [&](service::WriteTx&, RolePostRow& row) -> absl::Status {
                  RONGHE_RETURN_IF_ERROR(CheckStage(row.stage, stage));
                  row.stage = stage;
                  if (!request.result().empty()) row.result = request.result();
                  return absl::OkStatus();
                });
}

absl::StatusOr<v1::RolePost> RolePostApi::EndRolePost(rpc::Call& call,
                                                      const v1::EndRolePostRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          PastDay(call, request.has_valid_to(), request.valid_to(), "valid_to"));
  return Change(call, request.name(), request.etag(),
                [&](service::WriteTx& tx, RolePostRow& row) -> absl::Status {
                  if (day < row.valid_from) return EffectiveDateBeforeInterval(day, row.valid_from);
                  row.valid_to = day;
                  RONGHE_RETURN_IF_ERROR(EndHolders(tx.session(), row.id, day));
                  return DropDeadlines(tx.session(), SubjectOf(row.id), tx.now());
                });
}

absl::StatusOr<v1::RolePost> RolePostApi::GetRolePost(rpc::Call& call,
                                                      const v1::GetRolePostRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "rolePosts"));
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::RolePost> {
        RONGHE_ASSIGN_OR_RETURN(const RolePostRow row, LoadRolePost(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        return Whole(session, row);
      });
}

absl::StatusOr<v1::ListRolePostsResponse> RolePostApi::ListRolePosts(
    rpc::Call& call, const v1::ListRolePostsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  const std::string filter = base::Cat(request.parent(), "|", request.show_ended());
  RONGHE_ASSIGN_OR_RETURN(int64_t after,
                          tokens_.OpenNumber(call.method(), filter, request.page_token(), 0));
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<RolePostRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return RolePostsOf(session, id, request.show_ended(), after, size + 1);
                          }));
  v1::ListRolePostsResponse response;
  for (const RolePostRow& row : rows) {
    if (response.role_posts_size() == size) {
      response.set_next_page_token(tokens_.Seal(call.method(), filter, base::Cat(after)));
      break;
    }
    *response.add_role_posts() = ToProto(row);
    after = row.id;
  }
  return response;
}

}  // namespace ronghe::membership
