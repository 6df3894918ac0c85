#include "common/audit/audit.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "common/base/strings.h"
#include "common/sql/statement.h"

namespace ronghe::audit {
namespace {

struct InsertRow {
  int64_t id;
  absl::Time time;
  std::string subject;
  std::string on_behalf_of;
  std::string peer;
  std::string method;
  int64_t organization_id;
  std::string resource;
  std::string result;
  std::string trace_id;
  sql::Bytes request_digest;
  std::string detail;
};

const sql::Command kInsert("audit.insert",
                           "INSERT INTO audit (id, time, subject, on_behalf_of, peer, method, "
                           "organization_id, resource, result, trace_id, request_digest, detail) "
                           "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

// What is no text becomes question marks: the column takes characters only.
std::string Cut(std::string_view text, size_t bytes) {
  std::string cut(base::Utf8Prefix(text, bytes));
  if (!base::IsValidUtf8(cut)) {
    std::replace_if(
        cut.begin(), cut.end(), [](char c) { return (c & 0x80) != 0; }, '?');
  }
  return cut;
}

InsertRow ToRow(const Entry& entry) {
  return {.id = entry.id,
          .time = entry.time,
          .subject = Cut(entry.subject, 128),
          .on_behalf_of = Cut(entry.on_behalf_of, 128),
          .peer = Cut(entry.peer, 128),
          .method = Cut(entry.method, 160),
          .organization_id = entry.organization_id,
          .resource = Cut(entry.resource, 160),
          .result = Cut(entry.result, 128),
          .trace_id = Cut(entry.trace_id, 32),
          .request_digest = sql::Bytes(std::string(entry.request_digest.substr(0, 32))),
          .detail = Cut(entry.detail, 255)};
}

void AppendNumber(std::string& out, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xFF));
  }
}

void AppendText(std::string& out, std::string_view text) {
  AppendNumber(out, text.size());
  out.append(text);
}

}  // namespace

absl::Status Record(sql::Session& session, const Entry& entry) {
  return Record(session, std::span<const Entry>(&entry, 1));
}

absl::Status Record(sql::Session& session, std::span<const Entry> entries) {
  std::vector<InsertRow> rows;
  rows.reserve(entries.size());
  for (const Entry& entry : entries) {
    if (entry.id == 0) return absl::InternalError("audit entry without an id");
    rows.push_back(ToRow(entry));
  }
  return session.InsertMany(kInsert, rows);
}

std::string Detail(std::string_view purpose, std::string_view what) {
  if (purpose.empty()) return std::string(what);
  return base::Cat("purpose=", purpose, what.empty() ? "" : "; ", what);
}

std::string CanonicalBytes(const Entry& entry, int32_t version) {
  std::string out;
  AppendNumber(out, static_cast<uint64_t>(entry.id));
  AppendNumber(out, static_cast<uint64_t>(absl::ToUnixMicros(entry.time)));
  AppendText(out, entry.subject);
  AppendText(out, entry.on_behalf_of);
  AppendText(out, entry.peer);
  AppendText(out, entry.method);
  AppendNumber(out, static_cast<uint64_t>(entry.organization_id));
  AppendText(out, entry.resource);
  AppendText(out, entry.result);
  AppendText(out, entry.trace_id);
  AppendText(out, entry.request_digest);
  if (version >= 2) AppendText(out, entry.detail);
  return out;
}

}  // namespace ronghe::audit
