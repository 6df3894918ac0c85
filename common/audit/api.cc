#include "common/audit/api.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/audit/export_store.h"
#include "common/audit/read.h"
#include "common/audit/records.h"
#include "common/audit/watch.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/workbook/xlsx_stream.h"

namespace ronghe::audit {
namespace {

constexpr absl::Duration kExportLife = absl::Hours(24);
constexpr int32_t kExportBatch = 1000;
constexpr size_t kChunk = 256 << 10;

absl::StatusOr<Filter> ToFilter(const v1::AuditFilter& from) {
  Filter filter{.subject = from.subject(),
                .on_behalf_of = from.on_behalf_of(),
                .exact_organization = from.exact_organization(),
                .method = from.method(),
                .action = from.action(),
                .resource = from.resource()};
  if (!from.organization().empty()) {
    RONGHE_ASSIGN_OR_RETURN(filter.organization_id,
                            base::ParseName(from.organization(), "organizations"));
  }
  if (!v1::ResultClass_IsValid(from.result())) {
    return error::InvalidFields({{"filter.result", "不在代码表中"}});
  }
  filter.result = static_cast<ResultClass>(from.result());
  if (from.has_start_time()) {
    RONGHE_ASSIGN_OR_RETURN(filter.start, rpc::FromProto(from.start_time()));
  }
  if (from.has_end_time()) {
    RONGHE_ASSIGN_OR_RETURN(filter.end, rpc::FromProto(from.end_time()));
  }
  return filter;
}

v1::ChainHead ToProto(const SignedHead& head) {
  v1::ChainHead proto;
  proto.set_sequence(head.head.sequence);
  proto.set_hash(head.head.hash);
  *proto.mutable_time() = rpc::ToProto(head.time);
  proto.set_suite(std::string(SuiteName(head.suite)));
  proto.set_key_id(head.key_id);
  proto.set_line(HeadLine(head));
  proto.set_purge(head.kind == HeadKind::kPurge);
  return proto;
}

std::string ShanghaiText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", time, base::Shanghai());
}

const std::vector<workbook::Column>& Columns() {
  static const auto* const columns = new std::vector<workbook::Column>{
      {"编号", 20},   {"时间", 20},     {"操作人", 18}, {"代表", 18},  {"来源", 22},
      {"操作", 56},   {"组织", 28},     {"资源", 32},   {"结果", 32},  {"详情", 40},
      {"跟踪号", 34}, {"请求摘要", 24}, {"链序号", 10}, {"链散列", 24}};
  return *columns;
}

// A page of Search with the links of its rows.
struct LinkedPage {
  std::vector<LinkedRow> rows;
  int64_t before = 0;
  bool end = false;
};

absl::StatusOr<LinkedPage> SearchLinked(sql::Session& session, const Filter& filter,
                                        const Within& within, int64_t before, int32_t limit) {
  RONGHE_ASSIGN_OR_RETURN(FoundPage found, Search(session, filter, within, before, limit));
  RONGHE_ASSIGN_OR_RETURN(std::vector<LinkedRow> rows, WithLinks(session, std::move(found.rows)));
  return LinkedPage{std::move(rows), found.before, found.end};
}

std::vector<std::string> Cells(const LinkedRow& row) {
  const Entry& entry = *row.entry;
  return {absl::StrCat(entry.id),
          ShanghaiText(entry.time),
          entry.subject,
          entry.on_behalf_of,
          entry.peer,
          entry.method,
          entry.organization_id == 0 ? "" : base::Name("organizations", entry.organization_id),
          entry.resource,
          entry.result,
          entry.detail,
          entry.trace_id,
          crypto::HexEncode(entry.request_digest),
          row.link.sequence == 0 ? "" : absl::StrCat(row.link.sequence),
          crypto::HexEncode(row.link.hash)};
}

}  // namespace

// The file on its way to the caller.
class AuditApi::Download {
 public:
  Download(rpc::StreamWriter<v1::DownloadAuditExportResponse>& out, std::string file_name)
      : out_(out), file_name_(std::move(file_name)) {}

  absl::Status Send(std::string bytes) {
    v1::DownloadAuditExportResponse message;
    message.set_content(std::move(bytes));
    message.set_file_name(std::exchange(file_name_, ""));
    return out_.Write(message);
  }

  // Collects small pieces.
  absl::Status Add(std::string_view bytes) {
    buffer_.append(bytes);
    return buffer_.size() < kChunk ? absl::OkStatus() : Flush();
  }
  absl::Status Flush() { return Send(std::exchange(buffer_, "")); }

 private:
  rpc::StreamWriter<v1::DownloadAuditExportResponse>& out_;
  std::string file_name_;
  std::string buffer_;
};

absl::Status AuditApi::CheckSource(const std::string& asked) const {
  if (asked == source()) return absl::OkStatus();
  return error::Make(absl::StatusCode::kInvalidArgument, "SOURCE_UNKNOWN",
                     "此服务不保存所请求来源的审计记录。", {{"source", asked}});
}

absl::StatusOr<v1::SearchAuditResponse> AuditApi::SearchAudit(
    rpc::Call& call, const v1::SearchAuditRequest& request) {
  RONGHE_RETURN_IF_ERROR(CheckSource(request.source()));
  RONGHE_ASSIGN_OR_RETURN(const Filter filter, ToFilter(request.filter()));
  const std::string hash = base::Cat(request.source(), "|", filter.Text());
  RONGHE_ASSIGN_OR_RETURN(
      const int64_t before,
      parts_.tokens.OpenNumber(call.method(), hash, request.page_token(), kFromNewest));
  RONGHE_ASSIGN_OR_RETURN(
      const LinkedPage page,
      parts_.writer.database().Transact(
          call.deadline(), [&](sql::Session& session) -> absl::StatusOr<LinkedPage> {
            RONGHE_ASSIGN_OR_RETURN(LinkedPage found,
                                    SearchLinked(session, filter, parts_.within, before,
                                                 rpc::PageSize(request.page_size())));
            RONGHE_RETURN_IF_ERROR(AuditRead(session, parts_.writer.ids(), call,
                                             filter.organization_id,
                                             base::Cat(source(), "/auditRecords"), filter.Text()));
            return found;
          }));
  v1::SearchAuditResponse response;
  for (const LinkedRow& row : page.rows) *response.add_records() = audit::ToProto(source(), row);
  if (!page.end) {
    response.set_next_page_token(
        parts_.tokens.Seal(call.method(), hash, absl::StrCat(page.before)));
  }
  return response;
}

absl::StatusOr<v1::ListChainHeadsResponse> AuditApi::ListChainHeads(
    rpc::Call& call, const v1::ListChainHeadsRequest& request) {
  RONGHE_RETURN_IF_ERROR(CheckSource(request.source()));
  RONGHE_ASSIGN_OR_RETURN(int64_t before, parts_.tokens.OpenNumber(call.method(), request.source(),
                                                                   request.page_token(), -1));
  v1::ListChainHeadsResponse response;
  if (parts_.heads == nullptr) return response;
  RONGHE_ASSIGN_OR_RETURN(
      const std::vector<SignedHead> heads,
      HeadsBefore(parts_.heads->path(), before, rpc::PageSize(request.page_size())));
  for (const SignedHead& head : heads) *response.add_heads() = ToProto(head);
  if (before > 0) {
    response.set_next_page_token(
        parts_.tokens.Seal(call.method(), request.source(), absl::StrCat(before)));
  }
  return response;
}

absl::StatusOr<v1::ChainStatus> AuditApi::GetChainStatus(rpc::Call& call,
                                                         const v1::GetChainStatusRequest& request) {
  RONGHE_RETURN_IF_ERROR(CheckSource(request.source()));
  v1::ChainStatus status;
  RONGHE_RETURN_IF_ERROR(
      parts_.writer.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const Link last, LastLink(session));
        RONGHE_ASSIGN_OR_RETURN(const int64_t unchained, CountUnlinked(session));
        RONGHE_ASSIGN_OR_RETURN(const std::optional<Entry> check, NewestOf(session, kVerifyMethod));
        status.set_sequence(last.sequence);
        status.set_hash(last.hash);
        status.set_unchained(unchained);
        if (check.has_value()) {
          *status.mutable_verify_time() = rpc::ToProto(check->time);
          status.set_verify_result(check->result);
          status.set_verify_detail(check->detail);
        }
        return absl::OkStatus();
      }));
  if (parts_.heads != nullptr) {
    int64_t before = -1;
    RONGHE_ASSIGN_OR_RETURN(const std::vector<SignedHead> heads,
                            HeadsBefore(parts_.heads->path(), before, 1));
    if (!heads.empty()) *status.mutable_head() = ToProto(heads[0]);
  }
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  status.set_retention_days(parts_.retention.Days(RowKind::kRoutine, today));
  status.set_decision_retention_days(parts_.retention.Days(RowKind::kDecision, today));
  return status;
}

absl::StatusOr<v1::AuditExport> AuditApi::CreateAuditExport(
    rpc::Call& call, const v1::CreateAuditExportRequest& request) {
  RONGHE_RETURN_IF_ERROR(CheckSource(request.source()));
  RONGHE_ASSIGN_OR_RETURN(const Filter filter, ToFilter(request.filter()));
  if (request.format() != v1::AUDIT_EXPORT_FORMAT_XLSX &&
      request.format() != v1::AUDIT_EXPORT_FORMAT_CHAIN) {
    return error::InvalidFields({{"format", "不在代码表中"}});
  }
  if (request.format() == v1::AUDIT_EXPORT_FORMAT_CHAIN && !filter.Text().empty()) {
    return error::Make(absl::StatusCode::kInvalidArgument, "AUDIT_FILTER_NOT_ALLOWED",
                       "审计链只能完整导出,不能带筛选条件。");
  }
  return parts_.writer.Write<v1::AuditExport>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::AuditExport> {
        v1::CreateAuditExportRequest kept = request;
        kept.clear_request_id();
        const int64_t id = tx.NextId();
        RONGHE_RETURN_IF_ERROR(
            export_store::Insert(tx.session(), {.id = id,
                                                .subject = call.principal().subject,
                                                .time = tx.now(),
                                                .request = kept.SerializeAsString()}));
        v1::AuditExport result;
        result.set_name(base::Cat(source(), "/auditExports/", id));
        *result.mutable_filter() = request.filter();
        result.set_format(request.format());
        *result.mutable_expire_time() = rpc::ToProto(tx.now() + kExportLife);
        tx.Audit(filter.organization_id, result.name());
        return result;
      });
}

absl::StatusOr<v1::CreateAuditExportRequest> AuditApi::Claim(rpc::Call& call,
                                                             const std::string& name) {
  const auto missing = [&name] {
    return error::Make(absl::StatusCode::kNotFound, "AUDIT_EXPORT_NOT_FOUND", "没有这份审计导出。",
                       {{"name", name}});
  };
  absl::string_view rest = name;
  if (!absl::ConsumePrefix(&rest, source()) || !absl::ConsumePrefix(&rest, "/")) return missing();
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(base::Sv(rest), "auditExports"));
  return parts_.writer.database().Transact(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::CreateAuditExportRequest> {
        RONGHE_ASSIGN_OR_RETURN(const std::optional<export_store::ExportRow> row,
                                export_store::Load(session, id));
        if (!row.has_value() || row->subject != call.principal().subject) return missing();
        if (call.now() >= row->time + kExportLife) {
          return error::Make(absl::StatusCode::kFailedPrecondition, "AUDIT_EXPORT_EXPIRED",
                             "这份审计导出已过期,请重新申请。", {{"name", name}});
        }
        v1::CreateAuditExportRequest request;
        if (!request.ParseFromString(row->request)) {
          return absl::InternalError(base::Cat("unreadable request of ", name));
        }
        RONGHE_ASSIGN_OR_RETURN(const Filter filter, ToFilter(request.filter()));
        RONGHE_RETURN_IF_ERROR(AuditRead(session, parts_.writer.ids(), call, filter.organization_id,
                                         name, filter.Text()));
        return request;
      });
}

absl::Status AuditApi::SendWorkbook(const rpc::Call& call, const Filter& filter,
                                    Download& download) {
  const std::string who = call.principal().subject;
  const std::string when = ShanghaiText(call.now());
  const std::string what = filter.Text().empty() ? "全部" : filter.Text();
  workbook::XlsxOptions options;
  options.sheet = "审计记录";
  options.columns = Columns();
  options.watermark = base::Cat("导出人 ", who, "  时间 ", when, "  条件 ", what);
  options.about = {{"来源", source()}, {"导出人", who}, {"导出时间", when}, {"条件", what}};
  options.author = who;
  options.created = call.now();
  workbook::XlsxStream sheet(std::move(options), [&download](std::string bytes) {
    return download.Send(std::move(bytes));
  });
  for (LinkedPage page{.before = kFromNewest}; !page.end;) {
    RONGHE_ASSIGN_OR_RETURN(
        page, parts_.writer.database().Read(call.deadline(), [&](sql::Session& session) {
          return SearchLinked(session, filter, parts_.within, page.before, kExportBatch);
        }));
    for (const LinkedRow& row : page.rows) RONGHE_RETURN_IF_ERROR(sheet.Row(Cells(row)));
  }
  return sheet.Finish();
}

absl::Status AuditApi::SendChain(const rpc::Call& call, Download& download) {
  v1::ChainExportHeader header;
  header.set_source(source());
  header.set_suite(std::string(SuiteName(parts_.suite)));
  header.set_subject(call.principal().subject);
  *header.mutable_time() = rpc::ToProto(call.now());
  RONGHE_RETURN_IF_ERROR(
      WriteChain(parts_.writer.database(), call.deadline(), std::move(header),
                 [&download](std::string_view line) { return download.Add(line); }));
  return download.Flush();
}

absl::Status AuditApi::DownloadAuditExport(
    rpc::Call& call, const v1::DownloadAuditExportRequest& request,
    rpc::StreamWriter<v1::DownloadAuditExportResponse>& out) {
  RONGHE_ASSIGN_OR_RETURN(const v1::CreateAuditExportRequest asked, Claim(call, request.name()));
  const std::string stem =
      base::Cat(source().substr(source().find('/') + 1), "-",
                absl::FormatTime("%Y%m%d-%H%M%S", call.now(), base::Shanghai()));
  if (asked.format() == v1::AUDIT_EXPORT_FORMAT_CHAIN) {
    Download download(out, base::Cat("审计链-", stem, ".ndjson"));
    return SendChain(call, download);
  }
  RONGHE_ASSIGN_OR_RETURN(const Filter filter, ToFilter(asked.filter()));
  Download download(out, base::Cat("审计记录-", stem, ".xlsx"));
  return SendWorkbook(call, filter, download);
}

}  // namespace ronghe::audit
