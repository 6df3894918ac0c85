#include "common/audit/audit.h"

#include <cstddef>
#include <string_view>

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
};

const sql::Command kInsert("audit.insert",
                           "INSERT INTO audit (id, time, subject, on_behalf_of, peer, method, "
                           "organization_id, resource, result, trace_id, request_digest) "
                           "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

// At most `bytes` bytes, which are at most as many characters, cut before a character.
std::string Cut(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  size_t end = bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end));
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
  if (entry.id == 0) return absl::InternalError("audit entry without an id");
  const std::vector<InsertRow> rows = {
      {.id = entry.id,
       .time = entry.time,
       .subject = Cut(entry.subject, 128),
       .on_behalf_of = Cut(entry.on_behalf_of, 128),
       .peer = Cut(entry.peer, 128),
       .method = Cut(entry.method, 160),
       .organization_id = entry.organization_id,
       .resource = Cut(entry.resource, 160),
       .result = Cut(entry.result, 128),
       .trace_id = Cut(entry.trace_id, 32),
       .request_digest = sql::Bytes(std::string(entry.request_digest.substr(0, 32)))}};
  return session.InsertMany(kInsert, rows);
}

std::string CanonicalBytes(const Entry& entry) {
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
  return out;
}

}  // namespace ronghe::audit
