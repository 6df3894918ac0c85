#include "common/audit/search.h"

#include <algorithm>
#include <iterator>
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

#define RONGHE_AUDIT_SELECT                                                           \
  "SELECT id, time, subject, on_behalf_of, peer, method, organization_id, resource, " \
  "result, trace_id, request_digest, detail FROM audit "

const sql::Query<Entry> kByIds("audit.by_ids", RONGHE_AUDIT_SELECT "WHERE id IN (?*) ORDER BY id");
const sql::Query<Entry> kAll("audit.search", RONGHE_AUDIT_SELECT
                             "WHERE id < ? AND id >= ? ORDER BY id DESC LIMIT ?");
const sql::Query<Entry> kBySubject("audit.search_by_subject", RONGHE_AUDIT_SELECT
                                   "WHERE subject = ? AND id < ? AND id >= ? "
                                   "ORDER BY id DESC LIMIT ?");
const sql::Query<Entry> kByMethod("audit.search_by_method", RONGHE_AUDIT_SELECT
                                  "WHERE method = ? AND id < ? AND id >= ? "
                                  "ORDER BY id DESC LIMIT ?");
const sql::Query<Entry> kByOrganization("audit.search_by_organization", RONGHE_AUDIT_SELECT
                                        "WHERE organization_id = ? AND id < ? AND id >= ? "
                                        "ORDER BY id DESC LIMIT ?");
#undef RONGHE_AUDIT_SELECT

// "/pkg.Service/Method" rather than a beginning of one.
bool Whole(const std::string& method) {
  const size_t last = method.rfind('/');
  return last != std::string::npos && last > 0 && last + 1 < method.size();
}

absl::StatusOr<std::vector<Entry>> Look(sql::Session& session, const Filter& filter, int64_t before,
                                        int64_t from) {
  if (!filter.subject.empty()) {
    return session.Select(kBySubject, filter.subject, before, from, kBatch);
  }
  if (Whole(filter.method)) return session.Select(kByMethod, filter.method, before, from, kBatch);
  if (filter.organization_id != 0 && filter.exact_organization) {
    return session.Select(kByOrganization, filter.organization_id, before, from, kBatch);
  }
  return session.Select(kAll, before, from, kBatch);
}

bool InOrganization(const Filter& filter, const Within& within, int64_t organization_id) {
  if (filter.organization_id == 0 || organization_id == filter.organization_id) return true;
  return organization_id != 0 && !filter.exact_organization &&
         within(organization_id, filter.organization_id);
}

bool Matches(const Filter& filter, const Within& within, const Entry& row) {
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
    RONGHE_ASSIGN_OR_RETURN(std::vector<Entry> rows, Look(session, filter, page.before, from));
    page.end = rows.size() < static_cast<size_t>(kBatch);
    for (Entry& row : rows) {
      if (page.rows.size() == static_cast<size_t>(limit)) {
        page.end = false;
        return page;
      }
      page.before = row.id;
      if (Matches(filter, within, row)) page.rows.push_back(std::move(row));
    }
  }
  return page;
}

absl::StatusOr<std::vector<Entry>> EntriesByIds(sql::Session& session,
                                                std::span<const int64_t> ids) {
  std::vector<Entry> entries;
  entries.reserve(ids.size());
  while (!ids.empty()) {
    const std::span<const int64_t> some = ids.first(std::min(ids.size(), sql::kMaxList));
    RONGHE_ASSIGN_OR_RETURN(std::vector<Entry> rows, session.Select(kByIds, some));
    std::move(rows.begin(), rows.end(), std::back_inserter(entries));
    ids = ids.subspan(some.size());
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.id < b.id; });
  return entries;
}

absl::StatusOr<std::optional<Entry>> NewestOf(sql::Session& session, const std::string& method) {
  return session.SelectOne(kByMethod, method, kFromNewest, 0, 1);
}

}  // namespace ronghe::audit
