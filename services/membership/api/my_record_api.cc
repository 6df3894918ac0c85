#include "services/membership/api/my_record_api.h"

#include <limits>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "common/audit/read.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/rpc/convert.h"
#include "services/membership/api/convert.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/post_store.h"

namespace ronghe::membership {
namespace {

constexpr int32_t kIntervals = 200;

// Errors: MEMBER_LINK_MISSING.
absl::StatusOr<int64_t> OwnMember(const rpc::Call& call) {
  const int64_t id = call.principal().member_id;
  if (id == 0) return MemberLinkMissing();
  return id;
}

}  // namespace

MyRecordApi::MyRecordApi(sql::Database& database, base::IdGenerator& ids,
                         const MembershipTree& tree, const UnmaskRuleBook& rules,
                         const PersonalFields& fields, const rpc::PageTokens& tokens,
                         const auth::RoleTable& roles)
    : database_(database),
      ids_(ids),
      tree_(tree),
      rules_(rules),
      fields_(fields),
      tokens_(tokens),
      roles_(roles) {}

absl::StatusOr<v1::MyRecord> MyRecordApi::GetMyRecord(rpc::Call& call,
                                                      const v1::GetMyRecordRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, OwnMember(call));
  return database_.Transact(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::MyRecord> {
        const std::vector<int64_t> ids = {id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> rows, LoadMembers(session, ids));
        if (rows.empty()) return MemberLinkMissing();
        const MemberRow& row = rows.front();
        v1::MyRecord record;
        RONGHE_ASSIGN_OR_RETURN(*record.mutable_member(),
                                FullToProto(row, fields_, base::ShanghaiDay(call.now())));
        RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberIntervalRow> intervals,
                                IntervalsOf(session, id, kOpenEnd, kIntervals));
        for (const MemberIntervalRow& interval : intervals) {
          *record.add_intervals() = membership::ToProto(interval);
        }
        RONGHE_ASSIGN_OR_RETURN(const std::vector<PostRow> posts, OpenPosts(session, ids));
        for (const PostRow& post : posts) {
          *record.add_posts() = membership::ToProto(
              HeldPostRow{post.id, post.member_id, row.full_name, post.organization_id, post.code,
                          post.valid_from, post.valid_to});
        }
        std::string detail = "own record";
        if (request.unmask()) {
          RONGHE_ASSIGN_OR_RETURN(*record.mutable_unmasked(),
                                  UnmaskedToProto(row, kUnmaskFields, fields_));
          const UnmaskReadRow read{.id = ids_.Next(),
                                   .member_id = id,
                                   .subject = call.principal().subject,
                                   .kind = ReadKind::kOwn,
                                   .fields = FieldNames(kUnmaskFields),
                                   .time = call.now()};
          RONGHE_RETURN_IF_ERROR(InsertUnmaskReads(session, std::span(&read, 1)));
          detail = base::Cat(detail, " fields=", read.fields);
        }
        RONGHE_RETURN_IF_ERROR(audit::AuditRead(session, ids_, call, row.organization_id,
                                                base::Name("members", id), detail));
        return record;
      });
}

v1::RecordRead MyRecordApi::ToProto(const UnmaskReadRow& row) const {
  v1::RecordRead read;
  *read.mutable_read_time() = rpc::ToProto(row.time);
  read.set_kind(static_cast<v1::RecordRead::Kind>(row.kind));
  read.set_subject(row.subject);
  read.set_role(row.role);
  if (const auth::RoleInfo* const role = roles_.Find(row.role)) read.set_role_title(role->title);
  if (row.organization_id != 0) {
    read.set_organization(base::Name("organizations", row.organization_id));
    read.set_organization_title(tree_.tree().Name(row.organization_id));
  }
  for (const absl::string_view name : absl::StrSplit(row.fields, ',', absl::SkipEmpty())) {
    read.add_fields(UnmaskFieldOf(std::string_view(name.data(), name.size())));
  }
  read.set_purpose(row.purpose);
  if (const Purpose* const purpose = rules_.On(base::ShanghaiDay(row.time)).Find(row.purpose)) {
    read.set_purpose_title(purpose->title);
  }
  read.set_reason(row.reason);
  return read;
}

absl::StatusOr<v1::ListMyRecordReadsResponse> MyRecordApi::ListMyRecordReads(
    rpc::Call& call, const v1::ListMyRecordReadsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, OwnMember(call));
  const std::string filter = base::Name("members", id);
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), filter, request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<UnmaskReadRow> rows,
                          database_.Read(call.deadline(), [&](sql::Session& session) {
                            return UnmaskReadsOf(session, id, before, size + 1);
                          }));
  v1::ListMyRecordReadsResponse response;
  for (const UnmaskReadRow& row : rows) {
    if (response.reads_size() == size) {
      response.set_next_page_token(tokens_.Seal(call.method(), filter, base::Cat(before)));
      break;
    }
    *response.add_reads() = ToProto(row);
    before = row.id;
  }
  return response;
}

}  // namespace ronghe::membership
