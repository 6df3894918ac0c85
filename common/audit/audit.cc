#include "common/audit/audit.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/strings.h"
#include "common/sql/statement.h"

namespace ronghe::audit {
namespace {

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

// Cuts every value to its column.
Entry Fitting(Entry entry) {
  const std::pair<std::string*, size_t> texts[] = {
      {&entry.subject, 128}, {&entry.on_behalf_of, 128}, {&entry.peer, 128},
      {&entry.method, 160},  {&entry.resource, 160},     {&entry.result, 128},
      {&entry.trace_id, 32}, {&entry.detail, 255}};
  for (const auto& [text, bytes] : texts) *text = Cut(*text, bytes);
  if (entry.request_digest.size() > 32) entry.request_digest.resize(32);
  return entry;
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
  std::vector<Entry> rows;
  rows.reserve(entries.size());
  for (const Entry& entry : entries) {
    if (entry.id == 0) return absl::InternalError("audit entry without an id");
    rows.push_back(Fitting(entry));
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
