#include "services/membership/api/member_export_api.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/audit/read.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/workbook/xlsx_stream.h"
#include "services/membership/api/convert.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/identity_number.h"
#include "services/membership/domain/roster.h"
#include "services/membership/store/subtree_reader.h"
#include "services/membership/store/unmask_store.h"

namespace ronghe::membership {
namespace {

constexpr char kUnmask[] = "membership.member.unmask";
constexpr char kSheet[] = "党员名册";
// Members read at a time, and recorded in one transaction.
constexpr size_t kPage = 500;
constexpr absl::Duration kPageTime = absl::Seconds(15);

v1::MemberExport ToProto(const MemberExportRow& row) {
  v1::MemberExport exported;
  exported.set_name(base::Name("memberExports", row.id));
  exported.set_organization(base::Name("organizations", row.organization_id));
  exported.set_requester(row.requested_by);
  exported.set_purpose(row.purpose);
  exported.set_category(static_cast<v1::MemberCategory>(row.category));
  exported.set_standing(static_cast<v1::MemberStanding>(row.standing));
  exported.set_unmasked(row.unmasked);
  *exported.mutable_create_time() = rpc::ToProto(row.create_time);
  *exported.mutable_expire_time() = rpc::ToProto(row.expire_time);
  return exported;
}

// The columns of a roster that stand in a member's own row, and the standing.
std::vector<const RosterColumn*> ExportedColumns() {
  std::vector<const RosterColumn*> columns;
  for (const RosterColumn& column : RosterColumns()) {
    if (column.field != Field::kPosts) columns.push_back(&column);
  }
  return columns;
}

std::string CodeText(std::span<const CodeName> list, std::string_view code) {
  const std::string_view name = NameOf(list, code);
  return std::string(name.empty() ? code : name);
}

std::string NumberText(std::span<const CodeName> list, int32_t code) {
  return CodeText(list, base::Cat(code));
}

std::string YesNo(bool value) { return value ? "是" : "否"; }

// Turns members into rows of cells.
class Cells {
 public:
  Cells(const org::OrgTree& tree, const PersonalFields& fields, bool unmasked)
      : tree_(tree), fields_(fields), unmasked_(unmasked), columns_(ExportedColumns()) {}

  std::vector<workbook::Column> Header() const {
    std::vector<workbook::Column> header;
    for (const RosterColumn* column : columns_) {
      header.push_back({std::string(column->title), column->field == Field::kIdentityNumber ||
                                                            column->field == Field::kOrganization
                                                        ? 24
                                                        : 14});
    }
    header.push_back({"党籍状态", 12});
    return header;
  }

  // Errors: those of PersonalFields.
  absl::StatusOr<std::vector<std::string>> Of(const MemberRow& row) {
    RONGHE_ASSIGN_OR_RETURN(const std::string identity, fields_.OpenIdentity(row));
    RONGHE_ASSIGN_OR_RETURN(const std::string phone, fields_.OpenPhone(row));
    std::vector<std::string> cells;
    for (const RosterColumn* column : columns_) {
      cells.push_back(Text(column->field, row, identity, phone));
    }
    cells.push_back(NumberText(Standings(), static_cast<int32_t>(row.standing)));
    return cells;
  }

 private:
  std::string Text(Field field, const MemberRow& row, const std::string& identity,
                   const std::string& phone) {
    switch (field) {
      case Field::kFullName:
        return row.full_name;
      case Field::kGender:
        return NumberText(Genders(), static_cast<int32_t>(row.gender));
      case Field::kIdentityNumber:
        return unmasked_ ? identity : MaskIdentityNumber(identity);
      case Field::kEthnicity:
        return CodeText(EthnicGroups(), row.ethnicity);
      case Field::kBirthDate:
        return unmasked_ ? base::FormatDay(row.birth_date) : base::Cat(row.birth_date.year());
      case Field::kEducation:
        return CodeText(Educations(), row.education);
      case Field::kDegree:
        return CodeText(Degrees(), row.degree);
      case Field::kCategory:
        return NumberText(Categories(), static_cast<int32_t>(row.category));
      case Field::kOrganizationCode:
        return Branch(row.organization_id).code;
      case Field::kOrganization:
        return Branch(row.organization_id).name;
      case Field::kPhone:
        return unmasked_ || phone.empty() ? phone : MaskMobileNumber(phone);
      case Field::kJoinedOn:
        return base::FormatDay(row.joined_on);
      case Field::kConvertedOn:
        return row.converted_on ? base::FormatDay(*row.converted_on) : "";
      case Field::kOccupation:
        return row.occupation;
      case Field::kTechnicalPost:
        return row.technical_post;
      case Field::kMigrantWorker:
        return YesNo(row.migrant_worker);
      case Field::kFloating:
        return YesNo(row.floating);
      case Field::kOutOfContact:
        return YesNo(row.out_of_contact);
      case Field::kPosts:
        break;
    }
    return {};
  }

  // Members come branch by branch, so that the last one is enough to keep.
  const org::OrgNode& Branch(int64_t id) {
    if (branch_.id != id) branch_ = tree_.Node(id).value_or(org::OrgNode{.id = id});
    return branch_;
  }

  const org::OrgTree& tree_;
  const PersonalFields& fields_;
  const bool unmasked_;
  const std::vector<const RosterColumn*> columns_;
  org::OrgNode branch_;
};

// Who, when, what for, under which export (P-06).
workbook::XlsxOptions Marked(const rpc::Call& call, const MemberExportRow& row,
                             std::string_view purpose_title) {
  const std::string& subject = call.principal().subject;
  const std::string name = base::Name("memberExports", row.id);
  const std::string time = absl::FormatTime("%Y-%m-%d %H:%M:%S", call.now(), base::Shanghai());
  const std::string_view masked = row.unmasked ? "未脱敏" : "已脱敏";
  workbook::XlsxOptions options;
  options.sheet = kSheet;
  options.watermark = base::Cat("导出人 ", subject, "  时间 ", time, "  用途 ", purpose_title, "(",
                                row.purpose, ")  编号 ", name, "  ", masked);
  options.author = subject;
  options.created = call.now();
  options.properties = {{"导出人", subject},
                        {"导出时间", time},
                        {"用途", row.purpose},
                        {"导出编号", name},
                        {"脱敏", std::string(masked)}};
  return options;
}

}  // namespace

absl::StatusOr<v1::MemberExport> MemberExportApi::CreateMemberExport(
    rpc::Call& call, const v1::CreateMemberExportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization_id,
                          base::ParseName(request.parent(), "organizations"));
  tree_.AfterOwnWrites(call.deadline());
  if (!tree_.Contains(organization_id)) return OrganizationNotFound(organization_id);
  if (request.unmasked() && !call.Holds(kUnmask, organization_id)) {
    return rpc::Call::ScopeDenied(kUnmask);
  }
  const UnmaskRules& rules = rules_.On(base::ShanghaiDay(call.now()));
  if (rules.Find(request.purpose()) == nullptr) return PurposeUnknown(rules);
  MemberExportRow row{.organization_id = organization_id,
                      .requested_by = call.principal().subject,
                      .purpose = request.purpose(),
                      .category = request.category(),
                      .standing = request.standing(),
                      .unmasked = request.unmasked(),
                      .rule_set = rules.name,
                      .create_time = call.now(),
                      .expire_time = call.now() + rules.download_window};
  if (row.category != 0 && !CategoryOf(row.category)) {
    return error::InvalidFields({{"category", "人员类别不在代码表中。"}});
  }
  if (row.standing == 0) row.standing = static_cast<int32_t>(Standing::kNormal);
  if (!StandingOf(row.standing)) {
    return error::InvalidFields({{"standing", "党籍状态不在代码表中。"}});
  }
  return writer_.Write<v1::MemberExport>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::MemberExport> {
        row.id = tx.NextId();
        RONGHE_RETURN_IF_ERROR(InsertMemberExport(tx.session(), row));
        tx.Audit(organization_id, base::Name("memberExports", row.id));
        return ToProto(row);
      });
}

absl::StatusOr<MemberExportRow> MemberExportApi::LoadFor(rpc::Call& call,
                                                         const std::string& name) const {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, "memberExports"));
  RONGHE_ASSIGN_OR_RETURN(std::optional<MemberExportRow> row,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return LoadMemberExport(session, id);
                          }));
  if (!row) return MemberExportNotFound(id);
  RONGHE_RETURN_IF_ERROR(call.Authorize(row->organization_id));
  return *std::move(row);
}

absl::StatusOr<v1::MemberExport> MemberExportApi::GetMemberExport(
    rpc::Call& call, const v1::GetMemberExportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const MemberExportRow row, LoadFor(call, request.name()));
  return ToProto(row);
}

absl::StatusOr<v1::ListMemberExportsResponse> MemberExportApi::ListMemberExports(
    rpc::Call& call, const v1::ListMemberExportsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberExportRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return MemberExportsOf(session, id, before, size + 1);
                          }));
  v1::ListMemberExportsResponse response;
  for (const MemberExportRow& row : rows) {
    if (response.member_exports_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_member_exports() = ToProto(row);
    before = row.id;
  }
  return response;
}

absl::Status MemberExportApi::Record(const rpc::Call& call, const MemberExportRow& row,
                                     std::string_view what, const absl::Status& outcome) const {
  call.set_audited();
  audit::Entry entry = audit::EntryOf(writer_.ids(), call);
  entry.organization_id = row.organization_id;
  entry.resource = base::Name("memberExports", row.id);
  entry.detail =
      audit::Detail(row.purpose, base::Cat(row.unmasked ? "unmasked " : "masked ", what));
  if (!outcome.ok()) {
    entry.result = base::Cat(absl::StatusCodeToString(outcome.code()), " ", error::Reason(outcome));
  }
  // Also for a caller who has gone.
  return writer_.database().Transact(absl::Now() + kPageTime, [&](sql::Session& session) {
    return audit::Record(session, entry);
  });
}

absl::Status MemberExportApi::RecordReads(const rpc::Call& call, const MemberExportRow& row,
                                          std::span<const MemberRow> members) const {
  std::vector<UnmaskReadRow> reads;
  for (const MemberRow& member : members) {
    reads.push_back({.id = writer_.ids().Next(),
                     .member_id = member.id,
                     .subject = call.principal().subject,
                     .role = call.grant()->role,
                     .organization_id = call.grant()->organization_id,
                     .kind = ReadKind::kExport,
                     .fields = FieldNames(kUnmaskFields),
                     .purpose = row.purpose,
                     .time = call.now()});
  }
  return writer_.database().Transact(
      std::min(call.deadline(), absl::Now() + kPageTime),
      [&](sql::Session& session) { return InsertUnmaskReads(session, reads); });
}

absl::Status MemberExportApi::Send(rpc::Call& call, const MemberExportRow& row,
                                   rpc::StreamWriter<v1::MemberExportPart>& out,
                                   int64_t& rows) const {
  const UnmaskRules& rules = rules_.On(base::ShanghaiDay(row.create_time));
  const Purpose* const purpose = rules.Find(row.purpose);
  Cells cells(tree_.tree(), fields_, row.unmasked);
  workbook::XlsxOptions options = Marked(call, row, purpose == nullptr ? "" : purpose->title);
  options.columns = cells.Header();
  workbook::XlsxStream workbook(std::move(options), [&out](std::string bytes) {
    v1::MemberExportPart part;
    part.set_content(std::move(bytes));
    return out.Write(part);
  });
  const MemberFilter filter{.category = row.category, .standing = row.standing};
  std::optional<SubtreeReader<MemberRow>> reader;
  reader.emplace(tree_.tree(), row.organization_id, SubtreeCursor{}, filter);
  while (!reader->exhausted()) {
    if (call.cancelled()) return absl::CancelledError("the caller has gone");
    std::optional<SubtreeReader<MemberRow>> next;
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<MemberRow> members,
        writer_.database().Read(std::min(call.deadline(), absl::Now() + kPageTime),
                                [&](sql::Session& session) {
                                  next.emplace(*reader);
                                  return next->Read(session, kPage);
                                }));
    reader.emplace(*next);
    for (size_t from = 0; from < members.size(); from += kPage) {
      const auto part = std::span(members).subspan(from, std::min(kPage, members.size() - from));
      // What is recorded as read in full is committed before it is sent.
      if (row.unmasked) RONGHE_RETURN_IF_ERROR(RecordReads(call, row, part));
      for (const MemberRow& member : part) {
        RONGHE_ASSIGN_OR_RETURN(const std::vector<std::string> line, cells.Of(member));
        RONGHE_RETURN_IF_ERROR(workbook.Row(line));
        rows = workbook.rows();
      }
    }
  }
  return workbook.Finish();
}

absl::Status MemberExportApi::DownloadMemberExport(rpc::Call& call,
                                                   const v1::DownloadMemberExportRequest& request,
                                                   rpc::StreamWriter<v1::MemberExportPart>& out) {
  RONGHE_ASSIGN_OR_RETURN(const MemberExportRow row, LoadFor(call, request.name()));
  if (row.requested_by != call.principal().subject) return ExportOfAnother();
  if (call.now() >= row.expire_time) {
    return ExportExpired(rules_.On(base::ShanghaiDay(row.create_time)));
  }
  if (row.unmasked && !call.Holds(kUnmask, row.organization_id)) {
    return rpc::Call::ScopeDenied(kUnmask);
  }
  tree_.AfterOwnWrites(call.deadline());
  RONGHE_RETURN_IF_ERROR(Record(call, row, "download begins", absl::OkStatus()));
  int64_t rows = 0;
  const absl::Status sent = Send(call, row, out, rows);
  RONGHE_RETURN_IF_ERROR(Record(call, row, base::Cat("rows=", rows), sent));
  RONGHE_RETURN_IF_ERROR(sent);
  v1::MemberExportPart last;
  last.set_row_count(rows);
  return out.Write(last);
}

}  // namespace ronghe::membership
