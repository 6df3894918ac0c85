// Who stands behind a cell of a report, page by page?
//
// The figures of the organizations below say where the cell counts anybody at all, so that a page
// reads few of them; whom it counts there is found by the same source and conditions as the figure.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_CELL_ENTRIES_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_CELL_ENTRIES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/sql/session.h"
#include "services/membership/domain/statistics/form.h"
#include "services/membership/store/report_store.h"
#include "services/membership/store/statistics_source.h"

namespace ronghe::membership {

// Where a page goes on: after an entry of the organization at a position, or at the position.
struct EntryCursor {
  int32_t position = 0;
  int32_t source = 0;
  int64_t row_id = 0;

  std::string Format() const;
  // Errors: INVALID_ARGUMENT.
  static absl::StatusOr<EntryCursor> Parse(std::string_view text);

  friend auto operator<=>(const EntryCursor&, const EntryCursor&) = default;
};

struct EntryPage {
  std::vector<Entry> entries;
  std::optional<EntryCursor> next;  // nothing: this was the last page
};

class CellEntries {
 public:
  // The references must outlive it. The cell must count.
  CellEntries(const Form& form, const FormTable& table, size_t row, size_t column,
              const StatisticsSource& source, int64_t report_id,
              const ReportOrganizationRow& organization);

  // Up to `limit` entries from `cursor` on; a page may be shorter and not be the last.
  //
  // Errors: those of sql::Session; FIGURES_DAMAGED.
  absl::StatusOr<EntryPage> Read(sql::Session& session, EntryCursor cursor, size_t limit) const;

 private:
  // Organizations after the cursor in which the cell counts somebody, enough for `need`, and where
  // to go on after them.
  struct Places {
    std::vector<ReportPosition> positions;
    int32_t next = 0;
  };
  absl::StatusOr<Places> FindPlaces(sql::Session& session, int32_t from, int64_t need) const;
  // What the cell counts in those organizations, seen from the organization at the top.
  absl::StatusOr<std::vector<std::pair<EntryCursor, Entry>>> Count(sql::Session& session,
                                                                   const Places& places) const;
  absl::Status DropInternal(sql::Session& session, std::vector<Entry>& entries) const;

  const Form& form_;
  const FormTable& table_;
  const size_t row_;
  const size_t column_;
  const StatisticsSource& source_;
  const int64_t report_id_;
  const ReportOrganizationRow& organization_;
  SourceSet sources_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_CELL_ENTRIES_H_
