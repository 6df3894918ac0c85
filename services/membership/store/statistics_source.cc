#include "services/membership/store/statistics_source.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"
#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "services/membership/domain/change_code.h"
#include "services/membership/domain/codes.h"
#include "services/membership/domain/member.h"
#include "services/membership/domain/statistics/flow.h"
#include "services/membership/store/member_past_store.h"

namespace ronghe::membership {
namespace {

constexpr char kYes = 1;

#define RONGHE_PERSON_COLUMNS                                                                    \
  "m.gender, m.ethnicity, m.birth_date, m.education, m.degree, m.occupation, m.technical_post, " \
  "m.migrant_worker"

// Members of normal standing on either of two days.
struct StockRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t organization_id = 0;
  Category category = Category::kFull;
  absl::CivilDay valid_from;
  absl::CivilDay valid_to;
  absl::CivilDay joined_on;
  int32_t gender = 0;
  std::string ethnicity;
  absl::CivilDay birth_date;
  std::string education;
  std::string degree;
  std::string occupation;
  std::string technical_post;
  bool migrant_worker = false;
};
const sql::Query<StockRow> kStock(
    "statistics.stock",
    "SELECT i.id, i.member_id, i.organization_id, i.category, i.valid_from, i.valid_to, "
    "m.joined_on, " RONGHE_PERSON_COLUMNS
    " FROM membership_interval i JOIN member m ON m.id = i.member_id "
    "WHERE i.organization_id IN (?*) AND i.standing = 10 AND i.valid_to > ? AND i.valid_from <= ?");

struct FlowRow {
  int64_t id = 0;
  int64_t member_id = 0;
  ChangeCode code = ChangeCode::kOpening;
  absl::CivilDay day;
  int64_t from_organization_id = 0;
  int32_t from_category = 0;
  int32_t from_standing = 0;
  int64_t to_organization_id = 0;
  int32_t to_category = 0;
  int32_t to_standing = 0;
  std::optional<int64_t> extensions;  // of probation, before this change
  std::optional<absl::CivilDay> probation_ends_on;
  std::optional<int64_t> postponements;
  absl::CivilDay joined_on;
  int32_t gender = 0;
  std::string ethnicity;
  absl::CivilDay birth_date;
  std::string education;
  std::string degree;
  std::string occupation;
  std::string technical_post;
  bool migrant_worker = false;

  FlowEnd from() const { return {from_organization_id, from_category, from_standing}; }
  FlowEnd to() const { return {to_organization_id, to_category, to_standing}; }
};
// What is asked about probation is asked of conversions, extensions and disqualifications only.
#define RONGHE_FLOW_COLUMNS                                                                      \
  "c.id, c.member_id, c.code, c.day, c.from_organization_id, c.from_category, c.from_standing, " \
  "c.to_organization_id, c.to_category, c.to_standing, "                                         \
  "CASE WHEN c.code IN (2, 56) THEN (SELECT COUNT(*) FROM membership_change e "                  \
  "WHERE e.member_id = c.member_id AND e.code = 3 AND e.id < c.id) ELSE 0 END, "                 \
  "CASE WHEN c.code = 56 THEN (SELECT MAX(a.probation_ends_on) FROM admission_case a "           \
  "WHERE a.member_id = c.member_id) END, "                                                       \
  "CASE WHEN c.code = 2 THEN (SELECT COUNT(*) FROM admission_case a "                            \
  "WHERE a.member_id = c.member_id AND a.postponed_to IS NOT NULL) ELSE 0 END, "                 \
  "m.joined_on, " RONGHE_PERSON_COLUMNS
const sql::Query<FlowRow> kArrivals(
    "statistics.arrivals", "SELECT " RONGHE_FLOW_COLUMNS
                           " FROM membership_change c JOIN member m ON m.id = c.member_id "
                           "WHERE c.to_organization_id IN (?*) AND c.day >= ? AND c.day <= ?");
const sql::Query<FlowRow> kDepartures(
    "statistics.departures", "SELECT " RONGHE_FLOW_COLUMNS
                             " FROM membership_change c JOIN member m ON m.id = c.member_id "
                             "WHERE c.from_organization_id IN (?*) AND c.day >= ? AND c.day <= ?");

// Probationary members whose probation was extended, and until when.
struct ExtensionRow {
  int64_t member_id = 0;
  std::optional<absl::CivilDay> probation_ends_on;
};
const sql::Query<ExtensionRow> kExtensions(
    "statistics.extensions",
    "SELECT i.member_id, MAX(a.probation_ends_on) FROM membership_interval i "
    "JOIN membership_change c ON c.member_id = i.member_id AND c.code = 3 "
    "LEFT JOIN admission_case a ON a.member_id = i.member_id "
    "WHERE i.organization_id IN (?*) AND i.standing = 10 AND i.category = 2 AND i.valid_to > ? "
    "AND i.valid_from <= ? AND c.day <= ? GROUP BY i.member_id");

struct FloatingRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t organization_id = 0;
  int32_t reach = 0;
  int32_t destination = 0;
  int32_t former_occupation = 0;
  bool certificate = false;
  int32_t gender = 0;
  std::string ethnicity;
  absl::CivilDay birth_date;
  std::string education;
  std::string degree;
  std::string occupation;
  std::string technical_post;
  bool migrant_worker = false;
};
const sql::Query<FloatingRow> kFloating(
    "statistics.floating",
    "SELECT v.id, v.member_id, v.organization_id, v.reach, v.destination, v.former_occupation, "
    "v.certificate, " RONGHE_PERSON_COLUMNS
    " FROM overlay v JOIN member m ON m.id = v.member_id "
    "WHERE v.organization_id IN (?*) AND v.kind = 1 AND v.valid_from <= ? AND v.valid_to > ? "
    "AND EXISTS (SELECT 1 FROM membership_interval i WHERE i.member_id = v.member_id "
    "AND i.standing = 10 AND i.valid_from <= ? AND i.valid_to > ?)");

struct ApplicantRow {
  int64_t case_id = 0;
  int64_t organization_id = 0;
  int32_t state = 0;                  // of the case
  std::optional<absl::CivilDay> day;  // of the event or the approval
  int32_t gender = 0;
  std::string ethnicity;
  absl::CivilDay birth_date;
  std::string education;
  std::string degree;
  std::string occupation;
  std::string technical_post;
  bool migrant_worker = false;
};
// The last event of a case until a day says where it stood then.
const sql::Query<ApplicantRow> kApplicants(
    "statistics.applicants",
    "SELECT e.case_id, e.branch_id, e.state_after, e.day, " RONGHE_PERSON_COLUMNS
    " FROM admission_event e JOIN admission_applicant m ON m.case_id = e.case_id "
    "WHERE e.branch_id IN (?*) AND e.day <= ? AND e.state_after >= 1 AND e.state_after <= 13 "
    "AND NOT EXISTS (SELECT 1 FROM admission_event n WHERE n.case_id = e.case_id "
    "AND n.id > e.id AND n.day <= ?)");
const sql::Query<ApplicantRow> kAdmissions(
    "statistics.admissions",
    "SELECT a.id, a.organization_id, a.state, a.approved_on, " RONGHE_PERSON_COLUMNS
    " FROM admission_case a JOIN admission_applicant m ON m.case_id = a.id "
    "WHERE a.organization_id IN (?*) AND a.approved_on >= ? AND a.approved_on <= ? "
    "AND a.member_id <> 0");
const sql::Query<ApplicantName> kApplicantNames(
    "statistics.applicant_names",
    "SELECT case_id, full_name FROM admission_applicant WHERE case_id IN (?*)");

struct UnitRow {
  int64_t organization_id = 0;
  int32_t nature = 0;
  std::string affiliation;
};
const sql::Query<UnitRow> kUnits(
    "statistics.units",
    "SELECT o.organization_id, u.nature, u.affiliation FROM organization_unit o "
    "JOIN unit u ON u.id = o.unit_id WHERE o.organization_id IN (?*) AND o.valid_from <= ? "
    "AND o.valid_to > ? ORDER BY o.organization_id, o.id");

struct OrganizationKindRow {
  int64_t id = 0;
  int32_t kind = 0;
};
const sql::Query<OrganizationKindRow> kOrganizations(
    "statistics.organizations",
    "SELECT id, kind FROM organization WHERE id IN (?*) AND founded_on <= ? "
    "AND (revoked_on IS NULL OR revoked_on > ?)");

struct TermRow {
  int64_t organization_id = 0;
  int32_t number = 0;
  absl::CivilDay starts_on;
  absl::CivilDay expires_on;
  std::optional<absl::CivilDay> ended_on;
};
const sql::Query<TermRow> kTerms(
    "statistics.terms",
    "SELECT organization_id, number, starts_on, expires_on, ended_on FROM term "
    "WHERE organization_id IN (?*) AND starts_on <= ?");

// The number that a code of digits is; 0 for none.
int32_t CodeNumber(const std::string& code) {
  int32_t number = 0;
  return absl::SimpleAtoi(code, &number) ? number : 0;
}

// 人员类别 (8.1) of an applicant whose case stands in a state before approval.
int32_t StageOf(int32_t state) {
  constexpr int32_t kActivist = 4;  // admission::State
  constexpr int32_t kCandidate = 8;
  constexpr int32_t kStageCandidate = 3;
  constexpr int32_t kStageActivist = 4;
  constexpr int32_t kStageApplicant = 5;
  if (state >= kCandidate) return kStageCandidate;
  return state >= kActivist ? kStageActivist : kStageApplicant;
}

// Collects the entries of one call.
class Reading {
 public:
  Reading(const Form& form, const ReportPeriod& period, int32_t probation_months,
          sql::Session& session, std::span<const int64_t> organizations)
      : form_(form),
        period_(period),
        probation_months_(probation_months),
        session_(session),
        organizations_(organizations) {}

  absl::StatusOr<std::vector<Entry>> Run(SourceSet sources) {
    const auto wants = [&](Source source) { return sources[static_cast<size_t>(source)]; };
    RONGHE_RETURN_IF_ERROR(ReadUnits());
    if (wants(Source::kMemberAtStart) || wants(Source::kMemberAtEnd)) {
      RONGHE_RETURN_IF_ERROR(ReadStock(wants(Source::kMemberAtStart), wants(Source::kMemberAtEnd)));
    }
    if (wants(Source::kGain) || wants(Source::kChange)) RONGHE_RETURN_IF_ERROR(ReadArrivals());
    if (wants(Source::kLoss)) RONGHE_RETURN_IF_ERROR(ReadDepartures());
    if (wants(Source::kFloatingAtEnd)) RONGHE_RETURN_IF_ERROR(ReadFloating());
    if (wants(Source::kApplicantAtEnd)) RONGHE_RETURN_IF_ERROR(ReadApplicants());
    if (wants(Source::kAdmission)) RONGHE_RETURN_IF_ERROR(ReadAdmissions());
    if (wants(Source::kOrganization)) RONGHE_RETURN_IF_ERROR(ReadOrganizations());
    RONGHE_RETURN_IF_ERROR(PutBackParticulars());
    std::erase_if(entries_, [&](const Entry& entry) { return !wants(entry.item.source()); });
    return std::move(entries_);
  }

 private:
  struct Unit {
    int32_t nature = 0;
    int32_t affiliation = 0;
  };

  // A new entry with what the unit of its organization says.
  Entry& Add(Source source, int64_t organization_id, int64_t resource_id, int64_t row_id) {
    Entry& entry = entries_.emplace_back();
    entry.item = Item(source);
    entry.organization_id = organization_id;
    entry.resource_id = resource_id;
    entry.row_id = row_id;
    if (const auto unit = units_.find(organization_id); unit != units_.end()) {
      entry.item.Set(Attribute::kUnitNature, unit->second.nature);
      entry.item.Set(Attribute::kAffiliation, unit->second.affiliation);
    }
    return entry;
  }

  template <class Row>
  void SetPerson(const Row& row, Item& item) const {
    item.Set(Attribute::kGender, row.gender);
    item.Set(Attribute::kEthnicity, CodeNumber(row.ethnicity));
    item.Set(Attribute::kAge, AgeOn(row.birth_date, period_.snapshot));
    SetChanging(row, item);
  }

  // The particulars that member_past keeps.
  template <class Row>
  void SetChanging(const Row& row, Item& item) const {
    item.Set(Attribute::kEducation, CodeNumber(row.education));
    item.Set(Attribute::kDegree, CodeNumber(row.degree));
    item.Set(Attribute::kOccupation, form_.TextCode(row.occupation));
    item.Set(Attribute::kTechnicalPost, form_.TextCode(row.technical_post));
    item.Set(Attribute::kMigrantWorker, row.migrant_worker ? kYes : 0);
  }

  absl::CivilDay RegularEnd(absl::CivilDay joined_on) const {
    return base::AddMonths(joined_on, probation_months_);
  }

  absl::Status ReadUnits() {
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<UnitRow> rows,
        session_.Select(kUnits, organizations_, period_.snapshot, period_.snapshot));
    for (const UnitRow& row : rows) {
      units_.try_emplace(row.organization_id, Unit{row.nature, CodeNumber(row.affiliation)});
    }
    return absl::OkStatus();
  }

  absl::Status ReadStock(bool at_start, bool at_end) {
    const absl::CivilDay first = at_start ? period_.start() : period_.snapshot;
    const absl::CivilDay last = at_end ? period_.snapshot : period_.start();
    RONGHE_ASSIGN_OR_RETURN(const std::vector<StockRow> rows,
                            session_.Select(kStock, organizations_, first, last));
    absl::flat_hash_map<int64_t, ExtensionRow> extensions;
    if (at_end) RONGHE_RETURN_IF_ERROR(ReadExtensions(extensions));
    const auto covers = [](const StockRow& row, absl::CivilDay day) {
      return row.valid_from <= day && day < row.valid_to;
    };
    entries_.reserve(entries_.size() + 2 * rows.size());
    for (const StockRow& row : rows) {
      if (at_start && covers(row, period_.start())) AddStock(Source::kMemberAtStart, row);
      if (!at_end || !covers(row, period_.snapshot)) continue;
      Entry& entry = AddStock(Source::kMemberAtEnd, row);
      if (row.category == Category::kProbationary) SetProbation(row, extensions, entry.item);
    }
    return absl::OkStatus();
  }

  Entry& AddStock(Source source, const StockRow& row) {
    Entry& entry = Add(source, row.organization_id, row.member_id, row.id);
    SetPerson(row, entry.item);
    entry.item.Set(Attribute::kCategory, static_cast<int32_t>(row.category));
    entry.item.Set(Attribute::kJoinedOn, DayNumber(row.joined_on));
    return entry;
  }

  absl::Status ReadExtensions(absl::flat_hash_map<int64_t, ExtensionRow>& extensions) {
    const absl::CivilDay day = period_.snapshot;
    RONGHE_ASSIGN_OR_RETURN(const std::vector<ExtensionRow> rows,
                            session_.Select(kExtensions, organizations_, day, day, day));
    for (const ExtensionRow& row : rows) extensions[row.member_id] = row;
    return absl::OkStatus();
  }

  void SetProbation(const StockRow& row,
                    const absl::flat_hash_map<int64_t, ExtensionRow>& extensions,
                    Item& item) const {
    const auto extension = extensions.find(row.member_id);
    std::optional<absl::CivilDay> end = RegularEnd(row.joined_on);
    if (extension != extensions.end()) {
      item.Set(Attribute::kExtended, kYes);
      end = extension->second.probation_ends_on;
    }
    if (end && *end <= period_.snapshot) item.Set(Attribute::kProbationOver, kYes);
  }

  absl::Status ReadArrivals() {
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<FlowRow> rows,
        session_.Select(kArrivals, organizations_, period_.from, period_.snapshot));
    for (const FlowRow& row : rows) AddFlow(row, Arrival(row.from(), row.to()));
    return absl::OkStatus();
  }

  absl::Status ReadDepartures() {
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<FlowRow> rows,
        session_.Select(kDepartures, organizations_, period_.from, period_.snapshot));
    for (const FlowRow& row : rows) AddFlow(row, Departure(row.from(), row.to()));
    return absl::OkStatus();
  }

  void AddFlow(const FlowRow& row, const std::optional<Flow>& flow) {
    if (!flow) return;
    Entry& entry = Add(flow->source, flow->organization_id, row.member_id, row.id);
    entry.counterpart_id = flow->counterpart_id;
    entry.day = row.day;
    entry.change_code = static_cast<int32_t>(row.code);
    SetPerson(row, entry.item);
    entry.item.Set(Attribute::kCategory, flow->category);
    entry.item.Set(Attribute::kJoinedOn, DayNumber(row.joined_on));
    entry.item.Set(Attribute::kChangeCode,
                   static_cast<int32_t>(CountedCode(row.code, flow->source)));
    const bool extended = row.extensions.value_or(0) > 0;
    if (extended) entry.item.Set(Attribute::kExtended, kYes);
    if (row.postponements.value_or(0) > 0) entry.item.Set(Attribute::kPostponed, kYes);
    const std::optional<absl::CivilDay> end =
        extended ? row.probation_ends_on : RegularEnd(row.joined_on);
    if (end && *end <= row.day) entry.item.Set(Attribute::kProbationOver, kYes);
  }

  absl::Status ReadFloating() {
    const absl::CivilDay day = period_.snapshot;
    RONGHE_ASSIGN_OR_RETURN(const std::vector<FloatingRow> rows,
                            session_.Select(kFloating, organizations_, day, day, day, day));
    for (const FloatingRow& row : rows) {
      Entry& entry = Add(Source::kFloatingAtEnd, row.organization_id, row.member_id, row.id);
      SetPerson(row, entry.item);
      entry.item.Set(Attribute::kReach, row.reach);
      entry.item.Set(Attribute::kDestination, row.destination);
      entry.item.Set(Attribute::kFormerWork, row.former_occupation);
      entry.item.Set(Attribute::kCertificate, row.certificate ? kYes : 0);
    }
    return absl::OkStatus();
  }

  absl::Status ReadApplicants() {
    const absl::CivilDay day = period_.snapshot;
    RONGHE_ASSIGN_OR_RETURN(const std::vector<ApplicantRow> rows,
                            session_.Select(kApplicants, organizations_, day, day));
    for (const ApplicantRow& row : rows) {
      Entry& entry = AddApplicant(Source::kApplicantAtEnd, row);
      entry.item.Set(Attribute::kStage, StageOf(row.state));
    }
    return absl::OkStatus();
  }

  absl::Status ReadAdmissions() {
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<ApplicantRow> rows,
        session_.Select(kAdmissions, organizations_, period_.from, period_.snapshot));
    for (const ApplicantRow& row : rows) {
      AddApplicant(Source::kAdmission, row).day = row.day.value_or(absl::CivilDay());
    }
    return absl::OkStatus();
  }

  Entry& AddApplicant(Source source, const ApplicantRow& row) {
    Entry& entry = Add(source, row.organization_id, row.case_id, row.case_id);
    SetPerson(row, entry.item);
    return entry;
  }

  absl::Status ReadOrganizations() {
    const absl::CivilDay day = period_.snapshot;
    RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationKindRow> rows,
                            session_.Select(kOrganizations, organizations_, day, day));
    RONGHE_ASSIGN_OR_RETURN(const std::vector<TermRow> terms,
                            session_.Select(kTerms, organizations_, day));
    absl::flat_hash_set<int64_t> expired;
    absl::flat_hash_set<int64_t> reelected;
    for (const TermRow& term : terms) {
      const bool ran = !term.ended_on || *term.ended_on >= period_.from;
      if (ran && term.expires_on <= day) expired.insert(term.organization_id);
      if (term.number > 1 && term.starts_on >= period_.from) reelected.insert(term.organization_id);
    }
    for (const OrganizationKindRow& row : rows) {
      Item& item = Add(Source::kOrganization, row.id, row.id, row.id).item;
      item.Set(Attribute::kKind, row.kind);
      item.Set(Attribute::kTermExpired, expired.contains(row.id) ? kYes : 0);
      item.Set(Attribute::kReelected, reelected.contains(row.id) ? kYes : 0);
    }
    return absl::OkStatus();
  }

  static bool IsOfMember(Source source) {
    return source != Source::kApplicantAtEnd && source != Source::kAdmission &&
           source != Source::kOrganization;
  }

  // Gives members the particulars that they had on the snapshot day.
  absl::Status PutBackParticulars() {
    RONGHE_ASSIGN_OR_RETURN(const bool any, AnyPast(session_, period_.snapshot));
    if (!any) return absl::OkStatus();
    std::vector<int64_t> members;
    for (const Entry& entry : entries_) {
      if (IsOfMember(entry.item.source())) members.push_back(entry.resource_id);
    }
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    absl::flat_hash_map<int64_t, MemberPastRow> past;
    for (size_t from = 0; from < members.size(); from += sql::kMaxList) {
      const auto part = std::span<const int64_t>(members).subspan(
          from, std::min(sql::kMaxList, members.size() - from));
      RONGHE_ASSIGN_OR_RETURN(std::vector<MemberPastRow> rows,
                              PastOn(session_, part, period_.snapshot));
      for (MemberPastRow& row : rows) past.try_emplace(row.member_id, std::move(row));
    }
    for (Entry& entry : entries_) {
      if (!IsOfMember(entry.item.source())) continue;
      const auto row = past.find(entry.resource_id);
      if (row != past.end()) SetChanging(row->second, entry.item);
    }
    return absl::OkStatus();
  }

  const Form& form_;
  const ReportPeriod& period_;
  const int32_t probation_months_;
  sql::Session& session_;
  const std::span<const int64_t> organizations_;
  absl::flat_hash_map<int64_t, Unit> units_;
  std::vector<Entry> entries_;
};

}  // namespace

absl::StatusOr<std::vector<Entry>> StatisticsSource::Read(sql::Session& session,
                                                          std::span<const int64_t> organization_ids,
                                                          SourceSet sources) const {
  return Reading(form_, period_, probation_months_, session, organization_ids).Run(sources);
}

absl::StatusOr<std::vector<ApplicantName>> ApplicantNames(sql::Session& session,
                                                          std::span<const int64_t> case_ids) {
  return session.Select(kApplicantNames, case_ids);
}

}  // namespace ronghe::membership
