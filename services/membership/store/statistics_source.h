// Whom do the tables of a report count in some organizations? Drawn from the history: intervals,
// changes, admissions, overlays, units and terms, as they were on the snapshot day.
//
// Education, degree, occupation, technical post and migrant work are those of the snapshot day
// where they changed later (member_past); other particulars are as they are recorded now, because a
// change of them is a correction. The job that computes a report and the list behind a cell read
// through the same functions, so that both find the same.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_STATISTICS_SOURCE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_STATISTICS_SOURCE_H_

#include <bitset>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "common/sql/session.h"
#include "services/membership/domain/statistics/form.h"

namespace ronghe::membership {

// The days of a report; of each the end counts.
struct ReportPeriod {
  absl::CivilDay from;
  absl::CivilDay snapshot;

  absl::CivilDay start() const { return from - 1; }
};

// One who is counted in an organization.
struct Entry {
  Item item{Source::kMemberAtEnd};
  int64_t organization_id = 0;
  int64_t counterpart_id = 0;  // where a flow came from or went to; 0: nowhere counted here
  int64_t resource_id = 0;     // the member, admission case or organization
  int64_t row_id = 0;          // unique among the entries of a source
  absl::CivilDay day;          // of a change or approval
  int32_t change_code = 0;     // as recorded
};

using SourceSet = std::bitset<kSources + 1>;  // by the number of Source

class StatisticsSource {
 public:
  // `probation_months` is how long probation lasts. `form` must outlive it.
  StatisticsSource(const Form& form, ReportPeriod period, int32_t probation_months)
      : form_(form), period_(period), probation_months_(probation_months) {}

  // The entries of some sources in some organizations, at most 256, in no order.
  //
  // Errors: those of sql::Session.
  absl::StatusOr<std::vector<Entry>> Read(sql::Session& session,
                                          std::span<const int64_t> organization_ids,
                                          SourceSet sources) const;

 private:
  const Form& form_;
  const ReportPeriod period_;
  const int32_t probation_months_;
};

// Names of applicants by admission case. At most 256.
struct ApplicantName {
  int64_t case_id = 0;
  std::string full_name;
};
absl::StatusOr<std::vector<ApplicantName>> ApplicantNames(sql::Session& session,
                                                          std::span<const int64_t> case_ids);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_STATISTICS_SOURCE_H_
