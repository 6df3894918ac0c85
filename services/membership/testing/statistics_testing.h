// In which county are the tests of reports at home, and what do they count it with?
//
// A small county lives through three years at random (World); Naive counts every cell of every
// table by looking at everybody, without SQL and without tree order.
#ifndef RONGHE_SERVICES_MEMBERSHIP_TESTING_STATISTICS_TESTING_H_
#define RONGHE_SERVICES_MEMBERSHIP_TESTING_STATISTICS_TESTING_H_

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/approval/api.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/event/event.h"
#include "common/testing/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/api/statistics_api.h"
#include "services/membership/domain/statistics/flow.h"
#include "services/membership/jobs/report_computer.h"
#include "services/membership/rules/forms.h"
#include "services/membership/store/change_store.h"
#include "services/membership/store/events.h"
#include "services/membership/store/member_past_store.h"
#include "services/membership/store/statistics_source.h"
#include "services/membership/testing/service_parts.h"

namespace ronghe::membership::county {

using Day = absl::CivilDay;

inline constexpr int64_t kProvince = 1;
inline constexpr int64_t kCounty = 2;
inline constexpr int64_t kOtherCounty = 3;
// Moves from the first town to the second on kMoveDay.
inline constexpr int64_t kMovingBranch = 21;
inline constexpr Day kMoveDay(2025, 3, 1);
inline constexpr Day kFirstDay(2022, 6, 1);
inline constexpr Day kLastDay(2025, 12, 31);

struct Place {
  int64_t id;
  int64_t parent;
  int32_t kind;
};

inline const std::vector<Place>& Places() {
  static const auto* const places = new std::vector<Place>{{kProvince, 0, 611},
                                                           {kCounty, kProvince, 611},
                                                           {kOtherCounty, kProvince, 611},
                                                           {10, kCounty, 611},
                                                           {11, kCounty, 611},
                                                           {12, 10, 621},
                                                           {20, 12, 631},
                                                           {21, 11, 631},
                                                           {22, 10, 631},
                                                           {23, 11, 632},
                                                           {24, kCounty, 631},
                                                           {25, 12, 631},
                                                           {30, kOtherCounty, 631}};
  return *places;
}

inline const std::vector<int64_t>& Branches() {
  static const auto* const branches = new std::vector<int64_t>{20, 21, 22, 23, 24, 25, 30};
  return *branches;
}

// The tree at the end of a day, as this test knows it.
inline int64_t ParentOn(int64_t id, Day day) {
  if (id == kMovingBranch && day < kMoveDay) return 10;
  for (const Place& place : Places()) {
    if (place.id == id) return place.parent;
  }
  return 0;
}

inline bool Inside(int64_t id, int64_t top, Day day) {
  for (; id != 0; id = ParentOn(id, day)) {
    if (id == top) return true;
  }
  return false;
}

struct Unit {
  int32_t nature;
  int32_t affiliation;
};
inline const std::map<int64_t, Unit> kUnits = {{10, {13, 62}}, {20, {11, 62}}, {21, {12, 61}},
                                               {22, {23, 90}}, {23, {14, 50}}, {25, {13, 63}}};

// A change and what was so before and after it.
struct Change {
  int64_t id;
  Day day;
  ChangeCode code;
  FlowEnd before;
  FlowEnd after;
};

struct Person {
  MemberRow row;
  std::vector<Change> changes;
  std::optional<MemberPastRow> past;  // what held before the day in it

  FlowEnd On(Day day) const {
    FlowEnd end;
    for (const Change& change : changes) {
      if (change.day <= day) end = change.after;
    }
    return end;
  }
};

struct Floater {
  int64_t id;
  int64_t member;
  int64_t branch;
  Day from;
  Day to;
  int32_t reach, destination, work;
  bool certificate;
};

// A case and the days on which it came to its states.
struct Applicant {
  int64_t id;
  int64_t branch;
  MemberRow person;
  std::vector<std::pair<Day, int32_t>> states;
  std::optional<Day> approved;
};

struct Term {
  int64_t organization;
  int32_t number;
  Day from, expires;
  std::optional<Day> ended;
};

// Three years of a county.
class World {
 public:
  explicit World(uint32_t seed) : random_(seed) {
    for (int i = 0; i < 260; ++i) AddPerson();
    for (int i = 0; i < 60; ++i) AddApplicant();
    for (const Place& place : Places()) AddTerms(place.id);
  }

  std::vector<Person> people;
  std::vector<MemberIntervalRow> intervals;
  std::vector<Floater> floaters;
  std::vector<Applicant> applicants;
  std::vector<Term> terms;

 private:
  int Pick(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }
  bool Chance(int percent) { return Pick(1, 100) <= percent; }
  template <class T>
  const T& Any(const std::vector<T>& values) {
    return values[static_cast<size_t>(Pick(0, static_cast<int>(values.size()) - 1))];
  }

  MemberRow Particulars(int64_t id) {
    MemberRow row = TestMember(id, Any(Branches()));
    row.gender = Chance(40) ? Gender::kFemale : Gender::kMale;
    row.ethnicity = Chance(20) ? "05" : "01";
    row.birth_date = Day(Pick(1935, 2005), Pick(1, 12), Pick(1, 28));
    row.education = Any<std::string>({"11", "14", "21", "28", "31", "41", "61", "71", "81", "90"});
    row.degree = Any<std::string>({"", "", "2", "301", "4"});
    row.occupation = Any<std::string>({"工人", "农民", "公务员", "教师", "", "离退休人员", "学生"});
    row.technical_post = Any<std::string>({"", "工程师"});
    row.migrant_worker = Chance(10);
    row.joined_on = Day(Pick(1936, 2022), Pick(1, 12), Pick(1, 28));
    return row;
  }

  void AddPerson() {
    Person person;
    person.row = Particulars(next_++);
    Day day = kFirstDay + Pick(0, 900);
    const bool probationary = Chance(30);
    const bool admitted = Chance(25);
    if (probationary || admitted) person.row.joined_on = day - (admitted ? 0 : Pick(0, 500));
    FlowEnd now{Any(Branches()), probationary || admitted ? 2 : 1, 10};
    Apply(person, day, admitted ? ChangeCode::kAdmitted : ChangeCode::kOpening, now);
    for (int i = Pick(0, 7); i > 0; --i) {
      day = day + Pick(0, 1) * Pick(1, 300) + (Chance(90) ? 1 : 0);
      if (day > kLastDay) break;
      Step(person, day);
    }
    if (Chance(15)) AddPast(person);
    if (Chance(20)) AddFloating(person);
    SetPresent(person);
    people.push_back(std::move(person));
  }

  // One thing that may happen to a person who stands as the last change left it.
  void Step(Person& person, Day day) {
    FlowEnd next = person.changes.back().after;
    ChangeCode code = ChangeCode::kMoved;
    const int dice = Pick(1, 100);
    if (next.organization_id == 0) {
      if (next.standing == 40 || open_.contains(person.row.id)) return;
      next = {Any(Branches()), 1, 10};
      code = Any<ChangeCode>({ChangeCode::kAdmittedAgain, ChangeCode::kReinstated,
                              ChangeCode::kInNation, ChangeCode::kInArmy});
    } else if (next.standing == 20) {
      next.standing = dice <= 70 ? 10 : 30;
      code = dice <= 70 ? ChangeCode::kRestored : ChangeCode::kLapsedUntraced;
    } else if (next.category == 2 && dice <= 40) {
      next.category = 1;
      code = ChangeCode::kConverted;
    } else if (next.category == 2 && dice <= 55) {
      code = ChangeCode::kExtended;
    } else if (next.category == 2 && dice <= 65) {
      next.standing = 30;
      code = ChangeCode::kDisqualified;
    } else if (dice <= 75) {
      next.organization_id = Any(Branches());
      code = Any<ChangeCode>({ChangeCode::kMoved, ChangeCode::kInCounty, ChangeCode::kInWholeUnit,
                              ChangeCode::kInCity});
      if (next.organization_id == person.changes.back().after.organization_id) return;
    } else if (dice <= 80) {
      next.standing = 20;
      code = ChangeCode::kSuspended;
    } else if (dice <= 85) {
      next.standing = 40;
      code = ChangeCode::kDeceased;
    } else {
      next.standing = 30;
      code = Any<ChangeCode>({ChangeCode::kExpelled, ChangeCode::kWithdrew, ChangeCode::kAdvisedOut,
                              ChangeCode::kRemovedAfterAdvice, ChangeCode::kLapsed,
                              ChangeCode::kNotRecognised, ChangeCode::kRemoved, ChangeCode::kOut,
                              ChangeCode::kOutWholeUnit});
    }
    const bool ends = next.standing >= 30;
    if (ends) next.organization_id = 0;
    if (ends && Open(person.row.id)->valid_from == day) return;
    Apply(person, day, code, next);
  }

  MemberIntervalRow* Open(int64_t member) {
    const auto open = open_.find(member);
    return open == open_.end() ? nullptr : &intervals[open->second];
  }

  // Writes the change and the intervals as membership_writer does.
  void Apply(Person& person, Day day, ChangeCode code, const FlowEnd& next) {
    const FlowEnd before = person.changes.empty() ? FlowEnd{} : person.changes.back().after;
    const bool resumes = before.organization_id == 0;
    person.changes.push_back({next_++, day, code, resumes ? FlowEnd{} : before, next});
    if (before.organization_id == next.organization_id && before.category == next.category &&
        before.standing == next.standing) {
      return;
    }
    MemberIntervalRow* open = Open(person.row.id);
    if (open != nullptr && open->valid_from != day) {
      open->valid_to = day;
      open_.erase(person.row.id);
      open = nullptr;
    }
    if (next.organization_id == 0) return;
    if (open == nullptr) {
      open_[person.row.id] = intervals.size();
      open = &intervals.emplace_back();
      open->id = next_++;
      open->member_id = person.row.id;
      open->valid_from = day;
    }
    open->organization_id = next.organization_id;
    open->category = static_cast<Category>(next.category);
    open->standing = static_cast<Standing>(next.standing);
    open->voting = next.category == 1 && next.standing == 10;
  }

  void AddPast(Person& person) {
    MemberRow before = person.row;
    before.education = "81";
    before.occupation = "工人";
    before.migrant_worker = !before.migrant_worker;
    person.past = PastOf(before, Day(2024, 1, 1) + Pick(0, 900));
  }

  void AddFloating(const Person& person) {
    const Change& change = Any(person.changes);
    if (change.after.organization_id == 0) return;
    floaters.push_back({next_++, person.row.id, change.after.organization_id, change.day,
                        Chance(50) ? kOpenEnd : change.day + Pick(1, 400), Pick(0, 4), Pick(0, 9),
                        Pick(0, 6), Chance(50)});
  }

  static void SetPresent(Person& person) {
    const FlowEnd& now = person.changes.back().after;
    if (now.organization_id != 0) person.row.organization_id = now.organization_id;
    person.row.category = static_cast<Category>(now.category);
    person.row.standing = static_cast<Standing>(now.standing);
    person.row.voting = now.category == 1 && now.standing == 10;
  }

  void AddApplicant() {
    Applicant applicant{next_++, Any(Branches()), Particulars(next_), {}, std::nullopt};
    ++next_;
    Day day = kFirstDay + Pick(0, 700);
    for (const int32_t state : {1, 2, 4, 8, 12, 14}) {
      applicant.states.emplace_back(day, state);
      if (state == 14) applicant.approved = day;
      if (Chance(25)) break;
      day = day + Pick(1, 200);
      if (day > kLastDay) break;
      if (Chance(10)) {
        applicant.states.emplace_back(day, 35);
        break;
      }
    }
    applicants.push_back(std::move(applicant));
  }

  void AddTerms(int64_t organization) {
    Day from(2018, Pick(1, 12), 1);
    for (int32_t number = 1; from <= kLastDay && Chance(95); ++number) {
      const Day expires = base::AddMonths(from, 36);
      const Day next = expires + Pick(-100, 300);
      terms.push_back({organization, number, from, expires,
                       next <= kLastDay ? std::optional(next) : std::nullopt});
      from = next;
    }
  }

  std::mt19937 random_;
  int64_t next_ = 1000;
  std::map<int64_t, size_t> open_;
};

// Counts a cell by looking at everybody: no intervals, no positions, no sums of levels.
class Naive {
 public:
  Naive(const World& world, const Form& form, ReportPeriod period)
      : world_(world), form_(form), period_(period) {
    for (const Person& person : world.people) AddPerson(person);
    for (const Floater& floater : world.floaters) AddFloater(floater);
    for (const Applicant& applicant : world.applicants) AddApplicant(applicant);
    for (const Place& place : Places()) AddOrganization(place);
  }

  Figures Count(int64_t top) const {
    Figures figures(form_.cell_count());
    for (const Counted& one : counted_) {
      if (!Within(one.place, top) || (one.other != 0 && Within(one.other, top))) continue;
      for (const FormTable& table : form_.tables()) {
        if (table.source && *table.source != one.item.source()) continue;
        for (size_t row = 0; row < table.rows.size(); ++row) {
          for (size_t column = 0; column < table.columns.size(); ++column) {
            if (table.Counts(row, column) && Names(table, one.item.source()) &&
                table.rows[row].Passes(one.item) && table.columns[column].Passes(one.item)) {
              ++figures[table.cell(row, column)];
            }
          }
        }
      }
    }
    FillSums(form_, figures);
    return figures;
  }

 private:
  struct Counted {
    Item item;
    int64_t place;
    int64_t other;
  };

  bool Within(int64_t id, int64_t top) const { return Inside(id, top, period_.snapshot); }

  // Whether a table without a source of its own has a line that names this one.
  static bool Names(const FormTable& table, Source source) {
    if (table.source) return *table.source == source;
    for (const auto* lines : {&table.rows, &table.columns}) {
      for (const Line& line : *lines) {
        for (const Clause& clause : line.clauses) {
          if (clause.source == source) return true;
        }
      }
    }
    return false;
  }

  Item& Add(Source source, int64_t place, int64_t other = 0) {
    Item& item = counted_.emplace_back(Counted{Item(source), place, other}).item;
    if (const auto unit = kUnits.find(place); unit != kUnits.end()) {
      item.Set(Attribute::kUnitNature, unit->second.nature);
      item.Set(Attribute::kAffiliation, unit->second.affiliation);
    }
    return item;
  }

  void Describe(const MemberRow& row, Item& item) const {
    int32_t age = static_cast<int32_t>(period_.snapshot.year() - row.birth_date.year());
    if (base::AddMonths(row.birth_date, 12 * age) > period_.snapshot) --age;
    item.Set(Attribute::kGender, static_cast<int32_t>(row.gender));
    item.Set(Attribute::kEthnicity, std::stoi(row.ethnicity));
    item.Set(Attribute::kAge, age);
    item.Set(Attribute::kEducation, std::stoi(row.education));
    item.Set(Attribute::kDegree, row.degree.empty() ? 0 : std::stoi(row.degree));
    item.Set(Attribute::kOccupation, form_.TextCode(row.occupation));
    item.Set(Attribute::kTechnicalPost, form_.TextCode(row.technical_post));
    item.Set(Attribute::kMigrantWorker, row.migrant_worker ? 1 : 0);
  }

  void Describe(const Person& person, int32_t category, Item& item) const {
    MemberRow row = person.row;
    if (person.past && person.past->valid_to > period_.snapshot) {
      row.education = person.past->education;
      row.degree = person.past->degree;
      row.occupation = person.past->occupation;
      row.technical_post = person.past->technical_post;
      row.migrant_worker = person.past->migrant_worker;
    }
    Describe(row, item);
    item.Set(Attribute::kCategory, category);
    item.Set(Attribute::kJoinedOn, DayNumber(row.joined_on));
  }

  static bool Extended(const Person& person, int64_t before_change, Day until) {
    return std::any_of(person.changes.begin(), person.changes.end(), [&](const Change& change) {
      return change.code == ChangeCode::kExtended && change.id < before_change &&
             change.day <= until;
    });
  }

  void AddPerson(const Person& person) {
    const FlowEnd start = person.On(period_.start());
    const FlowEnd end = person.On(period_.snapshot);
    if (start.counted()) {
      Describe(person, start.category, Add(Source::kMemberAtStart, start.organization_id));
    }
    if (end.counted()) {
      Item& item = Add(Source::kMemberAtEnd, end.organization_id);
      Describe(person, end.category, item);
      const bool over = base::AddMonths(person.row.joined_on, 12) <= period_.snapshot;
      if (end.category == 2) {
        const bool extended = Extended(person, 1 << 30, period_.snapshot);
        item.Set(Attribute::kExtended, extended ? 1 : 0);
        item.Set(Attribute::kProbationOver, over && !extended ? 1 : 0);
      }
    }
    for (const Change& change : person.changes) {
      if (change.day >= period_.from && change.day <= period_.snapshot) AddChange(person, change);
    }
  }

  void AddChange(const Person& person, const Change& change) {
    const bool was = change.before.counted();
    const bool is = change.after.counted();
    const int64_t from = was ? change.before.organization_id : 0;
    const int64_t to = is ? change.after.organization_id : 0;
    const auto describe = [&](Item& item, int32_t category, ChangeCode code) {
      Describe(person, category, item);
      item.Set(Attribute::kChangeCode, static_cast<int32_t>(code));
      const bool asked =
          change.code == ChangeCode::kConverted || change.code == ChangeCode::kDisqualified;
      const bool extended = asked && Extended(person, change.id, Day(9999, 1, 1));
      item.Set(Attribute::kExtended, extended ? 1 : 0);
      const bool over = base::AddMonths(person.row.joined_on, 12) <= change.day;
      item.Set(Attribute::kProbationOver, over && !extended ? 1 : 0);
    };
    if (was && is && from == to) {
      describe(Add(Source::kChange, to), change.after.category, change.code);
      return;
    }
    const bool unit = change.code == ChangeCode::kInWholeUnit;
    const bool move = was && is;
    if (is) {
      const ChangeCode code =
          change.code == ChangeCode::kMoved ? ChangeCode::kInCounty : change.code;
      describe(Add(Source::kGain, to, from), change.after.category, code);
    }
    if (was) {
      const ChangeCode gone = unit ? ChangeCode::kOutWholeUnit : ChangeCode::kOut;
      describe(Add(Source::kLoss, from, to), change.before.category, move ? gone : change.code);
    }
  }

  void AddFloater(const Floater& floater) {
    if (floater.from > period_.snapshot || floater.to <= period_.snapshot) return;
    for (const Person& person : world_.people) {
      if (person.row.id != floater.member || !person.On(period_.snapshot).counted()) continue;
      Item& item = Add(Source::kFloatingAtEnd, floater.branch);
      Describe(person, 0, item);
      item.Set(Attribute::kReach, floater.reach);
      item.Set(Attribute::kDestination, floater.destination);
      item.Set(Attribute::kFormerWork, floater.work);
      item.Set(Attribute::kCertificate, floater.certificate ? 1 : 0);
    }
  }

  void AddApplicant(const Applicant& applicant) {
    int32_t state = 0;
    for (const auto& [day, after] : applicant.states) {
      if (day <= period_.snapshot) state = after;
    }
    if (state >= 1 && state <= 13) {
      Item& item = Add(Source::kApplicantAtEnd, applicant.branch);
      Describe(applicant.person, item);
      item.Set(Attribute::kStage, state >= 8 ? 3 : state >= 4 ? 4 : 5);
    }
    if (applicant.approved && *applicant.approved >= period_.from &&
        *applicant.approved <= period_.snapshot) {
      Describe(applicant.person, Add(Source::kAdmission, applicant.branch));
    }
  }

  void AddOrganization(const Place& place) {
    Item& item = Add(Source::kOrganization, place.id);
    item.Set(Attribute::kKind, place.kind);
    for (const Term& term : world_.terms) {
      if (term.organization != place.id || term.from > period_.snapshot) continue;
      if (term.expires <= period_.snapshot && (!term.ended || *term.ended >= period_.from)) {
        item.Set(Attribute::kTermExpired, 1);
      }
      if (term.number > 1 && term.from >= period_.from) item.Set(Attribute::kReelected, 1);
    }
  }

  const World& world_;
  const Form& form_;
  const ReportPeriod period_;
  std::vector<Counted> counted_;
};

struct CellBytes {
  int32_t position = 0;
  int64_t organization_id = 0;
  sql::Bytes own_cells;
  sql::Bytes cells;
};
inline const sql::Query<CellBytes> kCellBytes(
    "statistics_test.cells",
    "SELECT position, organization_id, own_cells, cells FROM report_organization "
    "WHERE report_id = ? ORDER BY position");

class StatisticsTest : public ::testing::Test, protected ServiceParts {
 protected:
  StatisticsTest()
      : forms_(*LoadForms()),
        approval_api_(writer_, tokens_),
        statistics_api_(writer_, tree_, forms_, books_, tokens_, [] {}),
        computer_(tree_, forms_, books_, metrics_,
                  {.batch = 4, .after_batch = [this] { AfterBatch(); }}) {
    AddReportJob(jobs_, computer_);
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::StatisticsServiceTable(statistics_api_));
    tables.push_back(approval::v1::ApprovalServiceTable(approval_api_));
    Serve(std::move(tables));
    statistics_ = std::make_unique<v1::StatisticsServiceClient>(server_->channel());
    approvals_ = std::make_unique<approval::v1::ApprovalServiceClient>(server_->channel());
  }

  void AfterBatch() {
    if (steal_lease_after_ == 0 || --steal_lease_after_ > 0) return;
    RunSql("UPDATE job_lease SET token = token + 1, owner = 'another'");
  }

  void RunSql(const std::string& text) {
    ASSERT_OK(database_->Transact(absl::Now() + absl::Seconds(30), [&](sql::Session& session) {
      return session.RunText("statistics_test.fixture", text);
    }));
  }

  static std::string Quoted(Day day) { return absl::StrCat("'", base::FormatDay(day), "'"); }
  static std::string Quoted(std::optional<Day> day) { return day ? Quoted(*day) : "NULL"; }
  static std::string Quoted(const std::string& text) { return absl::StrCat("'", text, "'"); }

  void Fill(const World& world) {
    ASSERT_OK(database_->Transact(
        absl::Now() + absl::Seconds(60), [&](sql::Session& session) -> absl::Status {
          for (const Place& place : Places()) {
            const int64_t parent = ParentOn(place.id, kFirstDay);
            OrganizationRow row = TestOrganization(place.id, parent, place.kind);
            row.founded_on = Day(2000, 1, 1);
            RONGHE_RETURN_IF_ERROR(InsertOrganization(session, row));
            if (parent != place.parent) {
              row.parent_id = place.parent;
              row.update_time = base::ShanghaiMidnight(kMoveDay);
              RONGHE_RETURN_IF_ERROR(UpdateOrganization(session, row));
            }
            event::Draft draft = OrganizationEvent(row);
            draft.id = ids_.Next();
            draft.time = absl::Now();
            RONGHE_RETURN_IF_ERROR(event::Emit(session, draft));
          }
          std::vector<MemberRow> members;
          std::vector<MembershipChangeRow> changes;
          std::vector<MemberPastRow> past;
          for (const Person& person : world.people) {
            members.push_back(person.row);
            if (person.past) past.push_back(*person.past);
            for (const Change& change : person.changes) {
              changes.push_back(
                  {change.id, person.row.id, change.code, change.day, change.before.organization_id,
                   change.after.organization_id, change.before.category, change.after.category,
                   change.before.standing, change.after.standing, "", 0, absl::FromUnixSeconds(1)});
            }
          }
          RONGHE_RETURN_IF_ERROR(InsertMembers(session, members));
          RONGHE_RETURN_IF_ERROR(InsertIntervals(session, world.intervals));
          RONGHE_RETURN_IF_ERROR(KeepPast(session, past));
          return InsertChanges(session, changes);
        }));
    FillOthers(world);
    tree_.CatchUp(absl::Now() + absl::Seconds(10));
  }

  void FillOthers(const World& world) {
    std::vector<std::string> units, places, overlays, cases, applicants, events, terms;
    for (const auto& [organization, unit] : kUnits) {
      units.push_back(absl::StrFormat("(%d, %d, '单位', %d, '%d')", organization, organization,
                                      unit.nature, unit.affiliation));
      places.push_back(absl::StrFormat("(%d, %d, %d, '2000-01-01', '9999-12-31')", organization,
                                       organization, organization));
    }
    for (const Floater& floater : world.floaters) {
      overlays.push_back(absl::StrFormat("(%d, %d, %d, 1, %s, %s, %d, %d, %d, %d)", floater.id,
                                         floater.member, floater.branch, Quoted(floater.from),
                                         Quoted(floater.to), floater.reach, floater.destination,
                                         floater.work, floater.certificate));
    }
    int64_t event = 1;
    for (const Applicant& one : world.applicants) {
      const MemberRow& who = one.person;
      cases.push_back(absl::StrFormat("(%d, %d, %d, %s, %d)", one.id, one.branch,
                                      one.states.back().second, Quoted(one.approved),
                                      one.approved ? one.person.id : 0));
      applicants.push_back(absl::StrFormat(
          "(%d, '%d', '申请人%d', %d, %s, '%s', '%s', '%s', '%s', '%s', %d)", one.id, one.id,
          one.id, static_cast<int>(who.gender), Quoted(who.birth_date), who.ethnicity,
          who.education, who.degree, who.occupation, who.technical_post, who.migrant_worker));
      for (const auto& [day, state] : one.states) {
        events.push_back(absl::StrFormat("(%d, %d, 1, %s, %d, %d)", event++, one.id, Quoted(day),
                                         state, one.branch));
      }
    }
    int64_t term = 1;
    for (const Term& one : world.terms) {
      terms.push_back(absl::StrFormat("(%d, %d, %d, %s, %s, %s)", term++, one.organization,
                                      one.number, Quoted(one.from), Quoted(one.expires),
                                      Quoted(one.ended)));
    }
    Loose("unit (id, organization_id, title, nature, affiliation)", units);
    Loose("organization_unit (id, organization_id, unit_id, valid_from, valid_to)", places);
    Loose(
        "overlay (id, member_id, organization_id, kind, valid_from, valid_to, reach, "
        "destination, former_occupation, certificate)",
        overlays);
    Loose("admission_case (id, organization_id, state, approved_on, member_id)", cases);
    Loose(
        "admission_applicant (case_id, identity_index, full_name, gender, birth_date, ethnicity, "
        "education, degree, occupation, technical_post, migrant_worker)",
        applicants);
    Loose("admission_event (id, case_id, kind, day, state_after, branch_id)", events);
    Loose("term (id, organization_id, number, starts_on, expires_on, ended_on)", terms);
  }

  // Inserts rows of which only some columns matter.
  void Loose(const std::string& table, const std::vector<std::string>& values) {
    if (values.empty()) return;
    ASSERT_OK(database_->Transact(
        absl::Now() + absl::Seconds(30), [&](sql::Session& session) -> absl::Status {
          RONGHE_RETURN_IF_ERROR(
              session.RunText("statistics_test.mode", "SET SESSION sql_mode = ''"));
          return session.RunText(
              "statistics_test.fixture",
              absl::StrCat("INSERT INTO ", table, " VALUES ", absl::StrJoin(values, ", ")));
        }));
  }

  absl::StatusOr<v1::StatisticsReport> TryCreate(int64_t organization, Day from, Day snapshot,
                                                 v1::ReportKind kind = v1::REPORT_KIND_PERIOD) {
    v1::CreateStatisticsReportRequest request;
    request.set_parent(absl::StrCat("organizations/", organization));
    v1::StatisticsReport& report = *request.mutable_statistics_report();
    report.set_kind(kind);
    *report.mutable_period_from() = rpc::ToProto(from);
    *report.mutable_snapshot_day() = rpc::ToProto(snapshot);
    return statistics_->CreateStatisticsReport(Department(), request);
  }

  absl::Status TryCompute(const std::string& name) {
    v1::ComputeStatisticsReportRequest request;
    request.set_name(name);
    return statistics_->ComputeStatisticsReport(Department(), request).status();
  }

  v1::StatisticsReport Get(const std::string& name) {
    v1::GetStatisticsReportRequest request;
    request.set_name(name);
    auto report = statistics_->GetStatisticsReport(Department(), request);
    EXPECT_THAT(report, ronghe::testing::IsOk());
    return report.ok() ? *report : v1::StatisticsReport();
  }

  std::string Computed(int64_t organization, Day from, Day snapshot) {
    auto report = TryCreate(organization, from, snapshot);
    EXPECT_THAT(report, ronghe::testing::IsOk());
    if (!report.ok()) return "";
    EXPECT_OK(TryCompute(report->name()));
    EXPECT_OK(jobs_.RunOnce(kReportJob));
    EXPECT_EQ(Get(report->name()).state(), v1::REPORT_STATE_COMPUTED);
    return report->name();
  }

  std::vector<CellBytes> Rows(const std::string& report) {
    auto rows = database_->Read(absl::Now() + absl::Seconds(10), [&](sql::Session& session) {
      return session.Select(kCellBytes, *base::ParseName(report, "statisticsReports"));
    });
    EXPECT_THAT(rows, ronghe::testing::IsOk());
    return rows.ok() ? *std::move(rows) : std::vector<CellBytes>();
  }

  absl::StatusOr<v1::ReportTable> Table(const rpc::Outgoing& out, const std::string& report,
                                        const std::string& number, int64_t organization) {
    v1::GetReportTableRequest request;
    request.set_name(absl::StrCat(report, "/tables/", number));
    request.set_organization(absl::StrCat("organizations/", organization));
    return statistics_->GetReportTable(out, request);
  }

  // Everybody behind a cell, page by page.
  absl::StatusOr<std::vector<v1::CellEntry>> Entries(const rpc::Outgoing& out,
                                                     const std::string& report,
                                                     const std::string& table, int32_t row,
                                                     int32_t column, int64_t organization,
                                                     int32_t page_size = 7) {
    v1::ListCellEntriesRequest request;
    request.set_parent(absl::StrCat(report, "/tables/", table));
    request.set_organization(absl::StrCat("organizations/", organization));
    request.set_row(row);
    request.set_column(column);
    request.set_page_size(page_size);
    std::vector<v1::CellEntry> entries;
    do {
      auto page = statistics_->ListCellEntries(out, request);
      if (!page.ok()) return page.status();
      entries.insert(entries.end(), page->entries().begin(), page->entries().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return entries;
  }

  const FormBook forms_;
  approval::ApprovalApi approval_api_;
  StatisticsApi statistics_api_;
  int steal_lease_after_ = 0;  // batches
  ReportComputer computer_;
  std::unique_ptr<v1::StatisticsServiceClient> statistics_;
  std::unique_ptr<approval::v1::ApprovalServiceClient> approvals_;
};

using TableCells = std::map<std::pair<int32_t, int32_t>, int64_t>;

inline TableCells CellsOf(const v1::ReportTable& table) {
  TableCells cells;
  for (const v1::ReportCell& cell : table.cells())
    cells[{cell.row(), cell.column()}] = cell.value();
  return cells;
}

}  // namespace ronghe::membership::county

#endif  // RONGHE_SERVICES_MEMBERSHIP_TESTING_STATISTICS_TESTING_H_
