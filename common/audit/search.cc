#include "common/audit/search.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "common/base/ids.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/sql/statement.h"

namespace ronghe::audit {
namespace {

constexpr int64_t kMaxLooked = 10'000;
constexpr int32_t kBatch = 500;
// A row's id is made at most this long after its time: when the call ends, or when a refusal that
// waited for the database is written.
constexpr absl::Duration kIdLag = absl::Hours(24);

struct FoundRow {
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
  std::optional<int64_t> sequence;
  std::optional<sql::Bytes> hash;
  std::optional<int32_t> version;
};

#define RONGHE_AUDIT_COLUMNS                                                              \
  "SELECT a.id, a.time, a.subject, a.on_behalf_of, a.peer, a.method, a.organization_id, " \
  "a.resource, a.result, a.trace_id, a.request_digest, a.detail, c.sequence, c.hash, "    \
  "c.version FROM audit a LEFT JOIN audit_chain c ON c.audit_id = a.id "

const sql::Query<FoundRow> kAll("audit.search", RONGHE_AUDIT_COLUMNS
                                "WHERE a.id < ? AND a.id >= ? ORDER BY a.id DESC LIMIT ?");
const sql::Query<FoundRow> kBySubject("audit.search_by_subject", RONGHE_AUDIT_COLUMNS
                                      "WHERE a.subject = ? AND a.id < ? AND a.id >= ? "
                                      "ORDER BY a.id DESC LIMIT ?");
const sql::Query<FoundRow> kByMethod("audit.search_by_method", RONGHE_AUDIT_COLUMNS
                                     "WHERE a.method = ? AND a.id < ? AND a.id >= ? "
                                     "ORDER BY a.id DESC LIMIT ?");
const sql::Query<FoundRow> kByOrganization("audit.search_by_organization", RONGHE_AUDIT_COLUMNS
                                           "WHERE a.organization_id = ? AND a.id < ? AND "
                                           "a.id >= ? ORDER BY a.id DESC LIMIT ?");
#undef RONGHE_AUDIT_COLUMNS

// "/pkg.Service/Method" rather than a beginning of one.
bool Whole(const std::string& method) {
  const size_t last = method.rfind('/');
  return last != std::string::npos && last > 0 && last + 1 < method.size();
}

absl::StatusOr<std::vector<FoundRow>> Look(sql::Session& session, const Filter& filter,
                                           int64_t before, int64_t from) {
  if (!filter.subject.empty()) {
    return session.Select(kBySubject, filter.subject, before, from, kBatch);
  }
  if (Whole(filter.method)) return session.Select(kByMethod, filter.method, before, from, kBatch);
  if (filter.organization_id != 0 && filter.exact_organization) {
    return session.Select(kByOrganization, filter.organization_id, before, from, kBatch);
  }
  return session.Select(kAll, before, from, kBatch);
}

Found ToFound(FoundRow&& row) {
  Found found{.entry = {.id = row.id,
                        .time = row.time,
                        .subject = std::move(row.subject),
                        .on_behalf_of = std::move(row.on_behalf_of),
                        .peer = std::move(row.peer),
                        .method = std::move(row.method),
                        .organization_id = row.organization_id,
                        .resource = std::move(row.resource),
                        .result = std::move(row.result),
                        .trace_id = std::move(row.trace_id),
                        .request_digest = std::move(row.request_digest),
                        .detail = std::move(row.detail)}};
  if (row.sequence.has_value()) {
    found.link = Link{.sequence = *row.sequence,
                      .audit_id = row.id,
                      .hash = row.hash.value_or(""),
                      .version = row.version.value_or(0)};
  }
  return found;
}

bool InOrganization(const Filter& filter, const Within& within, int64_t organization_id) {
  if (filter.organization_id == 0 || organization_id == filter.organization_id) return true;
  return organization_id != 0 && !filter.exact_organization &&
         within(organization_id, filter.organization_id);
}

bool Matches(const Filter& filter, const Within& within, const FoundRow& row) {
  const auto asked = [](const std::string& wanted, const std::string& is) {
    return wanted.empty() || wanted == is;
  };
  const bool ok = row.result == "OK";
  return asked(filter.subject, row.subject) && asked(filter.on_behalf_of, row.on_behalf_of) &&
         asked(filter.resource, row.resource) && absl::StartsWith(row.method, filter.method) &&
         (!Whole(filter.method) || row.method == filter.method) &&
         (filter.action.empty() || absl::EndsWith(row.method, base::Cat("/", filter.action))) &&
         (filter.result == ResultClass::kAny || ok == (filter.result == ResultClass::kOk)) &&
         filter.start <= row.time && row.time < filter.end &&
         InOrganization(filter, within, row.organization_id);
}

}  // namespace

std::string Filter::Text() const {
  std::vector<std::string> parts;
  const auto add = [&parts](const char* name, const std::string& value) {
    if (!value.empty()) parts.push_back(base::Cat(name, "=", value));
  };
  const auto time = [](absl::Time when) {
    return absl::FormatTime(absl::RFC3339_full, when, absl::UTCTimeZone());
  };
  add("subject", subject);
  add("on_behalf_of", on_behalf_of);
  if (organization_id != 0) {
    add(exact_organization ? "organization" : "organizations_below",
        base::Name("organizations", organization_id));
  }
  add("method", method);
  add("action", action);
  add("resource", resource);
  if (result != ResultClass::kAny) add("result", result == ResultClass::kOk ? "ok" : "refused");
  if (start != absl::InfinitePast()) add("from", time(start));
  if (end != absl::InfiniteFuture()) add("to", time(end));
  return absl::StrJoin(parts, "; ");
}

absl::StatusOr<FoundPage> Search(sql::Session& session, const Filter& filter, const Within& within,
                                 int64_t before, int32_t limit) {
  // The id says the time well enough to bound the look; Matches is exact.
  const int64_t from = base::FirstIdAt(filter.start - absl::Seconds(1));
  FoundPage page{.before = std::min(before, base::FirstIdAt(filter.end + kIdLag))};
  for (int64_t looked = 0; looked < kMaxLooked && !page.end; looked += kBatch) {
    RONGHE_ASSIGN_OR_RETURN(std::vector<FoundRow> rows, Look(session, filter, page.before, from));
    page.end = rows.size() < static_cast<size_t>(kBatch);
    for (FoundRow& row : rows) {
      if (page.rows.size() == static_cast<size_t>(limit)) {
        page.end = false;
        return page;
      }
      page.before = row.id;
      if (Matches(filter, within, row)) page.rows.push_back(ToFound(std::move(row)));
    }
  }
  return page;
}

absl::StatusOr<std::optional<Entry>> NewestOf(sql::Session& session, const std::string& method) {
  RONGHE_ASSIGN_OR_RETURN(std::vector<FoundRow> rows,
                          session.Select(kByMethod, method, kFromNewest, 0, 1));
  if (rows.empty()) return std::optional<Entry>();
  return std::optional<Entry>(ToFound(std::move(rows[0])).entry);
}

}  // namespace ronghe::audit
