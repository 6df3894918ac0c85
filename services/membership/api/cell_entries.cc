#include "services/membership/api/cell_entries.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "services/membership/domain/statistics/figures.h"

namespace ronghe::membership {
namespace {

// One page reads at most so many organizations' figures, and opens so many of them.
constexpr int32_t kFiguresAtATime = 500;
constexpr int kMaxSteps = 8;

}  // namespace

std::string EntryCursor::Format() const { return base::Cat(position, "|", source, "|", row_id); }

absl::StatusOr<EntryCursor> EntryCursor::Parse(std::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(base::Sv(text), '|');
  EntryCursor cursor;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &cursor.position) ||
      !absl::SimpleAtoi(parts[1], &cursor.source) || !absl::SimpleAtoi(parts[2], &cursor.row_id)) {
    return absl::InvalidArgumentError("cursor");
  }
  return cursor;
}

CellEntries::CellEntries(const Form& form, const FormTable& table, size_t row, size_t column,
                         const StatisticsSource& source, int64_t report_id,
                         const ReportOrganizationRow& organization)
    : form_(form),
      table_(table),
      row_(row),
      column_(column),
      source_(source),
      report_id_(report_id),
      organization_(organization) {
  for (int32_t number = 1; number <= kSources; ++number) {
    sources_[static_cast<size_t>(number)] =
        MayCount(table, row, column, static_cast<Source>(number));
  }
}

absl::StatusOr<EntryPage> CellEntries::Read(sql::Session& session, EntryCursor cursor,
                                            size_t limit) const {
  EntryPage page;
  cursor.position = std::max(cursor.position, organization_.position);
  for (int step = 0; step < kMaxSteps; ++step) {
    if (cursor.position > organization_.last_position) return page;
    RONGHE_ASSIGN_OR_RETURN(
        const Places places,
        FindPlaces(session, cursor.position, static_cast<int64_t>(limit - page.entries.size())));
    RONGHE_ASSIGN_OR_RETURN(const auto counted, Count(session, places));
    for (const auto& [at, entry] : counted) {
      if (at <= cursor) continue;
      if (page.entries.size() == limit) {
        page.next = cursor;
        return page;
      }
      page.entries.push_back(entry);
      cursor = at;
    }
    cursor = {.position = places.next};
  }
  if (cursor.position <= organization_.last_position) page.next = cursor;
  return page;
}

absl::StatusOr<CellEntries::Places> CellEntries::FindPlaces(sql::Session& session, int32_t from,
                                                            int64_t need) const {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<ReportOrganizationRow> rows,
                          ReportOrganizationsFrom(session, report_id_, from,
                                                  organization_.last_position, kFiguresAtATime));
  Places places;
  int64_t counted = 0;
  places.next = organization_.last_position + 1;
  for (const ReportOrganizationRow& row : rows) {
    if (counted > need || places.positions.size() == sql::kMaxList) {
      places.next = row.position;
      return places;
    }
    places.next = row.position + 1;
    const bool leaf = row.position == row.last_position;
    RONGHE_ASSIGN_OR_RETURN(const Figures own,
                            DecodeFigures(form_, leaf ? row.cells : row.own_cells));
    const int64_t figure = own[table_.cell(row_, column_)];
    if (figure == 0) continue;
    places.positions.push_back({row.organization_id, row.position});
    counted += std::max<int64_t>(figure, 0);
  }
  return places;
}

absl::StatusOr<std::vector<std::pair<EntryCursor, Entry>>> CellEntries::Count(
    sql::Session& session, const Places& places) const {
  std::vector<int64_t> ids;
  absl::flat_hash_map<int64_t, int32_t> positions;
  for (const ReportPosition& place : places.positions) {
    ids.push_back(place.organization_id);
    positions[place.organization_id] = place.position;
  }
  std::vector<std::pair<EntryCursor, Entry>> counted;
  if (ids.empty()) return counted;
  RONGHE_ASSIGN_OR_RETURN(std::vector<Entry> entries, source_.Read(session, ids, sources_));
  std::erase_if(entries, [&](const Entry& entry) {
    return !table_.rows[row_].Passes(entry.item) || !table_.columns[column_].Passes(entry.item);
  });
  RONGHE_RETURN_IF_ERROR(DropInternal(session, entries));
  for (const Entry& entry : entries) {
    const EntryCursor at{positions[entry.organization_id],
                         static_cast<int32_t>(entry.item.source()), entry.row_id};
    counted.emplace_back(at, entry);
  }
  std::sort(counted.begin(), counted.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return counted;
}

absl::Status CellEntries::DropInternal(sql::Session& session, std::vector<Entry>& entries) const {
  std::vector<int64_t> counterparts;
  for (const Entry& entry : entries) {
    if (entry.counterpart_id != 0) counterparts.push_back(entry.counterpart_id);
  }
  std::sort(counterparts.begin(), counterparts.end());
  counterparts.erase(std::unique(counterparts.begin(), counterparts.end()), counterparts.end());
  absl::flat_hash_set<int64_t> inside;
  for (size_t from = 0; from < counterparts.size(); from += sql::kMaxList) {
    const auto part = std::span<const int64_t>(counterparts)
                          .subspan(from, std::min(sql::kMaxList, counterparts.size() - from));
    RONGHE_ASSIGN_OR_RETURN(const std::vector<ReportPosition> rows,
                            ReportPositions(session, report_id_, part));
    for (const ReportPosition& row : rows) {
      if (row.position >= organization_.position && row.position <= organization_.last_position) {
        inside.insert(row.organization_id);
      }
    }
  }
  std::erase_if(entries, [&](const Entry& entry) { return inside.contains(entry.counterpart_id); });
  return absl::OkStatus();
}

}  // namespace ronghe::membership
