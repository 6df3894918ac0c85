#include "common/audit/records.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "common/audit/search.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "google/protobuf/util/json_util.h"

namespace ronghe::audit {
namespace {

constexpr int32_t kBatch = 1000;

absl::Status Unreadable() {
  return error::Make(absl::StatusCode::kInvalidArgument, "AUDIT_EXPORT_UNREADABLE",
                     "审计导出文件中有无法识别的行");
}

// Numbers as they are stored, also such as no generator makes: somebody may have put them there.
absl::StatusOr<int64_t> LastNumber(const std::string& name) {
  int64_t id = 0;
  if (!absl::SimpleAtoi(name.substr(name.rfind('/') + 1), &id)) return Unreadable();
  return id;
}

}  // namespace

v1::AuditRecord ToProto(std::string_view source, const LinkedRow& row) {
  const int64_t id = row.entry.has_value() ? row.entry->id : row.link.audit_id;
  v1::AuditRecord record;
  record.set_name(base::Cat(source, "/auditRecords/", id));
  if (row.link.sequence != 0) {
    record.mutable_link()->set_sequence(row.link.sequence);
    record.mutable_link()->set_hash(row.link.hash);
    record.mutable_link()->set_version(row.link.version);
  }
  if (!row.entry.has_value()) return record;
  const Entry& entry = *row.entry;
  *record.mutable_time() = rpc::ToProto(entry.time);
  record.set_subject(entry.subject);
  record.set_on_behalf_of(entry.on_behalf_of);
  record.set_peer(entry.peer);
  record.set_method(entry.method);
  if (entry.organization_id != 0) {
    record.set_organization(base::Cat("organizations/", entry.organization_id));
  }
  record.set_resource(entry.resource);
  record.set_result(entry.result);
  record.set_trace_id(entry.trace_id);
  record.set_request_digest(entry.request_digest);
  record.set_detail(entry.detail);
  return record;
}

absl::StatusOr<LinkedRow> FromProto(const v1::AuditRecord& record) {
  LinkedRow row;
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, LastNumber(record.name()));
  if (record.has_link()) {
    row.link = {.sequence = record.link().sequence(),
                .audit_id = id,
                .hash = record.link().hash(),
                .version = record.link().version()};
  }
  if (!record.has_time()) return row;
  Entry& entry = row.entry.emplace();
  entry.id = id;
  RONGHE_ASSIGN_OR_RETURN(entry.time, rpc::FromProto(record.time()));
  entry.subject = record.subject();
  entry.on_behalf_of = record.on_behalf_of();
  entry.peer = record.peer();
  entry.method = record.method();
  if (!record.organization().empty()) {
    RONGHE_ASSIGN_OR_RETURN(entry.organization_id, LastNumber(record.organization()));
  }
  entry.resource = record.resource();
  entry.result = record.result();
  entry.trace_id = record.trace_id();
  entry.request_digest = record.request_digest();
  entry.detail = record.detail();
  return row;
}

std::string ToLine(const google::protobuf::Message& message) {
  std::string line;
  // Fails for text that is no UTF-8 only, which no text column holds.
  if (!google::protobuf::util::MessageToJsonString(message, &line).ok()) line = "{}";
  line.push_back('\n');
  return line;
}

absl::Status FromLine(std::string_view line, google::protobuf::Message* message) {
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(line.data(), line.size()), message);
  return status.ok() ? absl::OkStatus() : Unreadable();
}

absl::Status WriteChain(sql::Database& database, absl::Time deadline, v1::ChainExportHeader header,
                        absl::FunctionRef<absl::Status(std::string_view line)> sink) {
  RONGHE_ASSIGN_OR_RETURN(const Link last, database.Read(deadline, &LastLink));
  header.set_sequence(last.sequence);
  RONGHE_RETURN_IF_ERROR(sink(ToLine(header)));
  int64_t sequence = 0;
  for (bool end = false; !end;) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<LinkedRow> rows,
                            database.Read(deadline, [&](sql::Session& session) {
                              return LinksAfter(session, sequence, kBatch);
                            }));
    for (const LinkedRow& row : rows) {
      RONGHE_RETURN_IF_ERROR(sink(ToLine(ToProto(header.source(), row))));
      sequence = row.link.sequence;
    }
    end = rows.size() < static_cast<size_t>(kBatch);
  }
  for (Unlinked page; !page.end;) {
    RONGHE_ASSIGN_OR_RETURN(page, database.Read(deadline, [&](sql::Session& session) {
      return UnlinkedAfter(session, page.after);
    }));
    RONGHE_ASSIGN_OR_RETURN(std::vector<Entry> entries,
                            database.Read(deadline, [&](sql::Session& session) {
                              return EntriesByIds(session, page.ids);
                            }));
    for (Entry& entry : entries) {
      RONGHE_RETURN_IF_ERROR(sink(ToLine(ToProto(header.source(), {.entry = std::move(entry)}))));
    }
  }
  return absl::OkStatus();
}

}  // namespace ronghe::audit
