// Are the figures of a report those of the history, do its checks, its lock and its lists hold, and
// does it survive being killed?
//
// A small county lives through three years at random; every cell of every table is compared, on
// several days and for every organization, with a count that knows neither SQL nor tree order.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
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
#include "common/error/error.h"
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
#include "services/membership/store/workbook/table.h"
#include "services/membership/testing/service_parts.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Day = absl::CivilDay;

constexpr int64_t kProvince = 1;
constexpr int64_t kCounty = 2;
constexpr int64_t kOtherCounty = 3;
// Moves from the first town to the second on kMoveDay.
constexpr int64_t kMovingBranch = 21;
const Day kMoveDay(2025, 3, 1);
const Day kFirstDay(2022, 6, 1);
const Day kLastDay(2025, 12, 31);

struct Place {
  int64_t id;
  int64_t parent;
  int32_t kind;
};

const std::vector<Place>& Places() {
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

const std::vector<int64_t>& Branches() {
  static const auto* const branches = new std::vector<int64_t>{20, 21, 22, 23, 24, 25, 30};
  return *branches;
}

// The tree at the end of a day, as this test knows it.
int64_t ParentOn(int64_t id, Day day) {
  if (id == kMovingBranch && day < kMoveDay) return 10;
  for (const Place& place : Places()) {
    if (place.id == id) return place.parent;
  }
  return 0;
}

bool Inside(int64_t id, int64_t top, Day day) {
  for (; id != 0; id = ParentOn(id, day)) {
    if (id == top) return true;
  }
  return false;
}

struct Unit {
  int32_t nature;
  int32_t affiliation;
};
const std::map<int64_t, Unit> kUnits = {{10, {13, 62}}, {20, {11, 62}}, {21, {12, 61}},
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
const sql::Query<CellBytes> kCellBytes(
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
    EXPECT_THAT(report, IsOk());
    return report.ok() ? *report : v1::StatisticsReport();
  }

  std::string Computed(int64_t organization, Day from, Day snapshot) {
    auto report = TryCreate(organization, from, snapshot);
    EXPECT_THAT(report, IsOk());
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
    EXPECT_THAT(rows, IsOk());
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

TableCells CellsOf(const v1::ReportTable& table) {
  TableCells cells;
  for (const v1::ReportCell& cell : table.cells())
    cells[{cell.row(), cell.column()}] = cell.value();
  return cells;
}

TEST_F(StatisticsTest, EveryCellIsWhatANaiveCountFinds) {
  const World world(20251231);
  Fill(world);
  const Form& form = *forms_.Find("2025");
  const std::vector<std::pair<int64_t, ReportPeriod>> reports = {
      {kProvince, {Day(2025, 1, 1), Day(2025, 12, 31)}},
      {kProvince, {Day(2024, 1, 1), Day(2024, 6, 30)}},
      {kProvince, {Day(2022, 7, 1), Day(2025, 2, 28)}},
      {kCounty, {Day(2023, 4, 11), Day(2024, 9, 17)}},
      {11, {Day(2025, 1, 1), Day(2025, 3, 1)}}};
  for (const auto& [top, period] : reports) {
    const Naive naive(world, form, period);
    const std::string report = Computed(top, period.from, period.snapshot);
    const std::vector<CellBytes> rows = Rows(report);
    EXPECT_EQ(rows.size(), static_cast<size_t>(std::count_if(
                               Places().begin(), Places().end(), [&](const Place& place) {
                                 return Inside(place.id, top, period.snapshot);
                               })));
    for (const CellBytes& row : rows) {
      auto figures = DecodeFigures(form, row.cells);
      ASSERT_OK(figures.status());
      FillSums(form, *figures);
      const Figures expected = naive.Count(row.organization_id);
      for (const FormTable& table : form.tables()) {
        for (size_t r = 0; r < table.rows.size(); ++r) {
          for (size_t c = 0; c < table.columns.size(); ++c) {
            ASSERT_EQ((*figures)[table.cell(r, c)], expected[table.cell(r, c)])
                << base::FormatDay(period.snapshot) << " organization " << row.organization_id
                << " table " << table.number << " row " << table.rows[r].number << " column "
                << table.columns[c].number;
          }
        }
      }
    }
    EXPECT_EQ(Get(report).difference_count(), 0);
  }
}

TEST_F(StatisticsTest, EveryCellOpensToAsManyAsItCounts) {
  const World world(7);
  Fill(world);
  const std::string report = Computed(kProvince, Day(2024, 7, 1), Day(2025, 9, 30));
  size_t opened = 0;
  for (const int64_t organization : {kProvince, kCounty, int64_t{10}, kMovingBranch}) {
    for (const FormTable& table : forms_.Find("2025")->tables()) {
      auto shown = Table(Department(), report, table.number, organization);
      ASSERT_THAT(shown, IsOk());
      for (const auto& [at, value] : CellsOf(*shown)) {
        const size_t row = *table.FindRow(at.first);
        const size_t column = *table.FindColumn(at.second);
        const int32_t page = table.number == "1" ? 7 : 200;
        auto entries =
            Entries(Department(), report, table.number, at.first, at.second, organization, page);
        if (!table.Counts(row, column)) {
          EXPECT_THAT(entries.status(), HasReason("CELL_IS_COMPUTED"));
          continue;
        }
        ASSERT_THAT(entries, IsOk());
        EXPECT_EQ(static_cast<int64_t>(entries->size()), value)
            << organization << " " << table.number << "." << at.first << "." << at.second;
        std::set<std::string> seen;
        for (const v1::CellEntry& entry : *entries) {
          EXPECT_FALSE(entry.resource().empty());
          EXPECT_FALSE(entry.display_name().empty());
          seen.insert(absl::StrCat(entry.resource(), entry.organization(),
                                   entry.day().DebugString(), entry.change_code()));
        }
        EXPECT_LE(seen.size(), entries->size());
        ++opened;
      }
    }
  }
  EXPECT_GT(opened, 400u);
}

TEST_F(StatisticsTest, ZeroCellsOpenToNobody) {
  Fill(World(7));
  const std::string report = Computed(24, Day(2025, 1, 1), Day(2025, 1, 2));
  auto entries = Entries(Department(), report, "1", 3, 1, 24);
  ASSERT_THAT(entries, IsOk());
  EXPECT_THAT(*entries, IsEmpty());
}

TEST_F(StatisticsTest, AKilledJobGoesOnWhereItWas) {
  Fill(World(3));
  const std::string whole = Computed(kProvince, Day(2024, 1, 1), Day(2025, 6, 30));
  auto killed = TryCreate(kProvince, Day(2024, 1, 1), Day(2025, 6, 30), v1::REPORT_KIND_PERIOD);
  EXPECT_THAT(killed.status(), HasReason("REPORT_EXISTS"));
  const std::vector<CellBytes> expected = Rows(whole);
  ASSERT_THAT(expected, SizeIs(Places().size()));
  for (const int after : {1, 2, 3}) {
    ASSERT_OK(TryCompute(whole));
    steal_lease_after_ = after;
    EXPECT_THAT(jobs_.RunOnce(kReportJob), HasReason("LEASE_LOST"));
    EXPECT_EQ(Get(whole).state(), v1::REPORT_STATE_COMPUTING);
    EXPECT_EQ(Get(whole).computed_count(), 4 * after);
    EXPECT_THAT(Table(Department(), whole, "1", kProvince).status(),
                HasReason("REPORT_NOT_COMPUTED"));
    EXPECT_THAT(TryCompute(whole), HasReason("REPORT_COMPUTING"));
    RunSql("DELETE FROM job_lease");
    ASSERT_OK(jobs_.RunOnce(kReportJob));
    const std::vector<CellBytes> rows = Rows(whole);
    ASSERT_EQ(rows.size(), expected.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(rows[i].organization_id, expected[i].organization_id);
      EXPECT_EQ(rows[i].cells, expected[i].cells) << i;
      EXPECT_EQ(rows[i].own_cells, expected[i].own_cells) << i;
    }
    EXPECT_EQ(Get(whole).difference_count(), 0);
  }
}

TEST_F(StatisticsTest, ABrokenHistoryIsNamedByCellAndBlocksSubmission) {
  const World world(5);
  Fill(world);
  const auto member = std::find_if(world.people.begin(), world.people.end(), [](const Person& one) {
    return one.changes.size() == 1 && one.changes[0].day < Day(2024, 12, 1) &&
           one.row.organization_id == 20;
  });
  ASSERT_NE(member, world.people.end());
  // Gone without a change: 实有 is one less than 应有.
  RunSql(absl::StrCat("UPDATE membership_interval SET valid_to = '2025-05-01' WHERE member_id = ",
                      member->row.id));
  const std::string report = Computed(kCounty, Day(2025, 1, 1), Day(2025, 12, 31));
  EXPECT_GT(Get(report).difference_count(), 0);
  v1::ListReportDifferencesRequest request;
  request.set_parent(report);
  request.set_organization("organizations/20");
  auto differences = statistics_->ListReportDifferences(Department(), request);
  ASSERT_THAT(differences, IsOk());
  ASSERT_GE(differences->differences_size(), 1);
  const v1::ReportDifference& first = differences->differences(0);
  EXPECT_EQ(first.table(), "1");
  EXPECT_EQ(first.row(), 16);
  EXPECT_EQ(first.column(), 1);
  EXPECT_EQ(first.check(), "16 = 15");
  EXPECT_EQ(first.actual() - first.expected(), -1);
  auto table = Table(Department(), report, "1", 20);
  ASSERT_THAT(table, IsOk());
  EXPECT_EQ(CellsOf(*table)[std::pair(17, 1)], -1);
  request.set_organization("organizations/22");
  differences = statistics_->ListReportDifferences(Department(), request);
  ASSERT_THAT(differences, IsOk());
  EXPECT_EQ(differences->differences_size(), 0);
  request.set_organization("");
  request.set_page_size(1);
  int pages = 0;
  do {
    differences = statistics_->ListReportDifferences(Department(), request);
    ASSERT_THAT(differences, IsOk());
    request.set_page_token(differences->next_page_token());
    pages += differences->differences_size();
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, Get(report).difference_count());
  v1::SubmitStatisticsReportRequest submit;
  submit.set_name(report);
  const absl::Status refused = statistics_->SubmitStatisticsReport(Department(), submit).status();
  EXPECT_THAT(refused, HasReason("REPORT_HAS_DIFFERENCES"));
  EXPECT_EQ(error::MetadataValue(refused, "table"), "1");
  EXPECT_EQ(error::MetadataValue(refused, "row"), "16");
}

TEST_F(StatisticsTest, ATamperedLevelIsFoundBySumsOfLevels) {
  Fill(World(5));
  const std::string report = Computed(kCounty, Day(2025, 1, 1), Day(2025, 12, 31));
  const int64_t id = *base::ParseName(report, "statisticsReports");
  ASSERT_OK(TryCompute(report));
  steal_lease_after_ = 3;  // everything counted, nothing verified
  EXPECT_THAT(jobs_.RunOnce(kReportJob), HasReason("LEASE_LOST"));
  RunSql(
      absl::StrCat("UPDATE report_organization SET cells = '' WHERE organization_id = 20 AND "
                   "report_id = ",
                   id));
  RunSql("DELETE FROM job_lease");
  ASSERT_OK(jobs_.RunOnce(kReportJob));
  ASSERT_GT(Get(report).difference_count(), 0);
  v1::ListReportDifferencesRequest request;
  request.set_parent(report);
  auto differences = statistics_->ListReportDifferences(Department(), request);
  ASSERT_THAT(differences, IsOk());
  EXPECT_EQ(differences->differences(0).organization(), "organizations/12");
  EXPECT_EQ(differences->differences(0).check(), "本级 + 下级合计");
}

TEST_F(StatisticsTest, SubmissionLocksUntilASecondPersonAgreesToUnlock) {
  Fill(World(11));
  const std::string report = Computed(kCounty, Day(2025, 1, 1), Day(2025, 12, 31));
  v1::SubmitStatisticsReportRequest submit;
  submit.set_name(report);
  submit.set_etag("1");
  EXPECT_THAT(statistics_->SubmitStatisticsReport(Department(), submit).status(),
              HasReason("ETAG_MISMATCH"));
  submit.clear_etag();
  auto submitted = statistics_->SubmitStatisticsReport(Department(), submit);
  ASSERT_THAT(submitted, IsOk());
  EXPECT_EQ(submitted->state(), v1::REPORT_STATE_SUBMITTED);
  EXPECT_TRUE(submitted->has_submit_time());
  EXPECT_THAT(TryCompute(report), HasReason("REPORT_LOCKED"));
  EXPECT_THAT(statistics_->SubmitStatisticsReport(Department(), submit).status(),
              HasReason("REPORT_LOCKED"));
  EXPECT_THAT(Table(Department(), report, "1", 20), IsOk());

  v1::UnlockStatisticsReportRequest unlock;
  unlock.set_name(report);
  const absl::Status asked = statistics_->UnlockStatisticsReport(Department(), unlock).status();
  ASSERT_THAT(asked, HasReason("APPROVAL_REQUIRED"));
  approval::v1::ApproveRequestRequest approve;
  approve.set_name(error::MetadataValue(asked, "approval"));
  ASSERT_OK(approvals_->ApproveRequest(server_->As("committee_secretary", 0, 2), approve).status());
  auto unlocked = statistics_->UnlockStatisticsReport(Department(), unlock);
  ASSERT_THAT(unlocked, IsOk());
  EXPECT_EQ(unlocked->state(), v1::REPORT_STATE_UNLOCKED);
  EXPECT_THAT(statistics_->UnlockStatisticsReport(Department(), unlock).status(),
              HasReason("REPORT_NOT_SUBMITTED"));
  EXPECT_OK(TryCompute(report));
}

TEST_F(StatisticsTest, ABranchSecretarySeesTheOwnCellsOnly) {
  const World world(11);
  Fill(world);
  const std::string report = Computed(kProvince, Day(2025, 1, 1), Day(2025, 12, 31));
  const rpc::Outgoing secretary = server_->As("branch_secretary", 20);
  auto own = Table(secretary, report, "2", 20);
  ASSERT_THAT(own, IsOk());
  EXPECT_EQ(own->organization(), "organizations/20");
  EXPECT_GT(own->cells_size(), 0);
  for (const int64_t other : {kProvince, kCounty, int64_t{12}, int64_t{21}, int64_t{9999}}) {
    EXPECT_EQ(Table(secretary, report, "2", other).status().code(),
              absl::StatusCode::kPermissionDenied)
        << other;
  }
  EXPECT_THAT(Entries(secretary, report, "2", 1, 1, 20), IsOk());
  EXPECT_EQ(Entries(secretary, report, "2", 1, 1, kCounty).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Entries(server_->As("leader", kCounty), report, "2", 1, 1, 20).status().code(),
            absl::StatusCode::kPermissionDenied);
  v1::ListStatisticsReportsRequest list;
  list.set_parent("organizations/20");
  auto reports = statistics_->ListStatisticsReports(secretary, list);
  ASSERT_THAT(reports, IsOk());
  ASSERT_EQ(reports->statistics_reports_size(), 1);
  EXPECT_EQ(reports->statistics_reports(0).name(), report);
  EXPECT_EQ(reports->statistics_reports(0).organization_count(), 0);
  v1::ComputeStatisticsReportRequest compute;
  compute.set_name(report);
  EXPECT_EQ(statistics_->ComputeStatisticsReport(secretary, compute).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(StatisticsTest, WhoseBranchMovedAwayIsCountedWithoutAName) {
  const World world(7);
  Fill(world);
  // Town 10 still had the moving branch on that day.
  const std::string report = Computed(kProvince, Day(2024, 1, 1), Day(2024, 12, 31));
  auto table = Table(Department(), report, "2", 10);
  ASSERT_THAT(table, IsOk());
  const int64_t value = CellsOf(*table)[std::pair(1, 1)];
  auto entries = Entries(server_->As("inspector", 10), report, "2", 1, 1, 10, 200);
  ASSERT_THAT(entries, IsOk());
  EXPECT_EQ(static_cast<int64_t>(entries->size()), value);
  int64_t moved = 0;
  for (const v1::CellEntry& entry : *entries) {
    const bool away = entry.organization() == absl::StrCat("organizations/", kMovingBranch);
    moved += away ? 1 : 0;
    EXPECT_EQ(entry.resource().empty(), away);
    EXPECT_EQ(entry.display_name().empty(), away);
  }
  EXPECT_GT(moved, 0);
}

TEST_F(StatisticsTest, ChildrenOfACellAddUpToIt) {
  Fill(World(7));
  const std::string report = Computed(kProvince, Day(2025, 1, 1), Day(2025, 12, 31));
  v1::ListCellOrganizationsRequest request;
  request.set_parent(absl::StrCat(report, "/tables/1"));
  request.set_organization(absl::StrCat("organizations/", kCounty));
  request.set_row(16);
  request.set_column(1);
  request.set_page_size(2);
  int64_t sum = 0;
  std::vector<std::string> names;
  do {
    auto page = statistics_->ListCellOrganizations(Department(), request);
    ASSERT_THAT(page, IsOk());
    for (const v1::CellOrganization& child : page->organizations()) {
      names.push_back(child.organization());
      sum += child.value();
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre("organizations/10", "organizations/11", "organizations/24"));
  auto table = Table(Department(), report, "1", kCounty);
  ASSERT_THAT(table, IsOk());
  EXPECT_EQ(sum, CellsOf(*table)[std::pair(16, 1)]);
  request.set_row(99);
  EXPECT_THAT(statistics_->ListCellOrganizations(Department(), request).status(),
              HasReason("CELL_UNKNOWN"));
}

TEST_F(StatisticsTest, TheWorkbookHoldsTheTableAsTheFormHasIt) {
  Fill(World(7));
  const std::string report = Computed(kCounty, Day(2025, 1, 1), Day(2025, 12, 31));
  v1::DownloadReportRequest request;
  request.set_name(report);
  std::string bytes;
  ASSERT_OK(statistics_->DownloadReport(Department(), request,
                                        [&](const v1::DownloadReportResponse& part) {
                                          bytes.append(part.content());
                                          return absl::OkStatus();
                                        }));
  auto sheet = ReadXlsx(bytes);
  ASSERT_THAT(sheet, IsOk());
  auto shown = Table(Department(), report, "1", kCounty);
  ASSERT_THAT(shown, IsOk());
  TableCells cells = CellsOf(*shown);
  const auto text = [&](size_t row, size_t column) {
    return column < sheet->rows[row].cells.size() ? sheet->rows[row].cells[column].text : "";
  };
  // Watermark, title, heading, titles, numbers (table 1 has no groups), then the rows.
  ASSERT_GE(sheet->rows.size(), 22u);
  EXPECT_EQ(text(1, 0), "表1  党员数量变化情况");
  EXPECT_EQ(text(2, 0), "填报单位：第2党组织  统计期间：2025年1月1日至2025年12月31日  单位：人");
  EXPECT_EQ(text(3, 2), "合计");
  const FormTable& form = *forms_.Find("2025")->Find("1");
  for (size_t row = 0; row < form.rows.size(); ++row) {
    EXPECT_EQ(text(row + 5, 0), form.rows[row].title);
    for (size_t column = 0; column < form.columns.size(); ++column) {
      EXPECT_EQ(text(row + 5, column + 2),
                absl::StrCat(cells[std::pair(form.rows[row].number, form.columns[column].number)]))
          << row << " " << column;
    }
  }
  EXPECT_EQ(text(5 + form.rows.size() + 1, 0), "校验(行) 2 = 3 + 5 + 7：通过");
}

TEST_F(StatisticsTest, WhatTheServiceItselfWritesAddsUp) {
  const auto county = Found("", v1::ORGANIZATION_KIND_COMMITTEE, "县委");
  const auto first = Found(county.name(), v1::ORGANIZATION_KIND_BRANCH, "一支部");
  const auto second = Found(county.name(), v1::ORGANIZATION_KIND_BRANCH, "二支部");
  // Entered with effect from before the period, and converted within it.
  v1::Member converted = Someone(1);
  *converted.mutable_joined_on() = rpc::ToProto(Day(2024, 3, 1));
  *converted.mutable_converted_on() = rpc::ToProto(Day(2025, 3, 1));
  ASSERT_OK(TryJoin(first.name(), converted, Day(2024, 6, 1)).status());
  // Entered within the period: an opening, not an increase.
  auto moved = TryJoin(first.name(), Someone(2), Day(2025, 2, 1));
  ASSERT_THAT(moved, IsOk());
  v1::MoveMemberRequest move;
  move.set_name(moved->name());
  move.set_organization(second.name());
  *move.mutable_effective_date() = rpc::ToProto(Day(2025, 5, 1));
  ASSERT_OK(members_->MoveMember(Department(), move).status());
  const int64_t top = *base::ParseName(county.name(), "organizations");
  const std::string report = Computed(top, Day(2025, 1, 1), Day(2025, 12, 31));
  EXPECT_EQ(Get(report).difference_count(), 0);
  const auto cells = [&](const v1::Organization& organization) {
    auto table =
        Table(Department(), report, "1", *base::ParseName(organization.name(), "organizations"));
    EXPECT_THAT(table, IsOk());
    std::map<int32_t, int64_t> rows;
    for (const auto& [at, value] : CellsOf(*table)) {
      if (at.second == 1) rows[at.first] = value;
    }
    return rows;
  };
  using Rows = std::map<int32_t, int64_t>;
  EXPECT_EQ(cells(county), (Rows{{1, 2}, {15, 2}, {16, 2}}));
  EXPECT_EQ(cells(first), (Rows{{1, 2}, {9, 1}, {13, 1}, {15, 1}, {16, 1}}));
  EXPECT_EQ(cells(second), (Rows{{2, 1}, {7, 1}, {15, 1}, {16, 1}}));
  auto conversions = Table(Department(), report, "15", top);
  ASSERT_THAT(conversions, IsOk());
  EXPECT_EQ(CellsOf(*conversions)[std::pair(1, 3)], 1);
}

TEST_F(StatisticsTest, ParticularsAreThoseOfTheSnapshotDay) {
  const auto county = Found("", v1::ORGANIZATION_KIND_COMMITTEE, "县委");
  const auto branch = Found(county.name(), v1::ORGANIZATION_KIND_BRANCH, "一支部");
  auto member = TryJoin(branch.name(), Someone(1), Day(2025, 2, 1));
  ASSERT_THAT(member, IsOk());
  v1::UpdateMemberRequest update;
  *update.mutable_member() = *member;
  update.mutable_member()->set_education("14");
  update.mutable_update_mask()->add_paths("education");
  ASSERT_OK(members_->UpdateMember(Department(), update).status());
  const int64_t top = *base::ParseName(county.name(), "organizations");
  const std::string before = Computed(top, Day(2025, 1, 1), Day(2025, 12, 31));
  auto table = Table(Department(), before, "4", top);
  ASSERT_THAT(table, IsOk());
  EXPECT_EQ(CellsOf(*table)[std::pair(4, 1)], 1);
  EXPECT_EQ(CellsOf(*table)[std::pair(2, 1)], 0);
  // As if the change had been made before the snapshot day.
  RunSql("UPDATE member_past SET valid_to = '2025-06-01'");
  ASSERT_OK(TryCompute(before));
  ASSERT_OK(jobs_.RunOnce(kReportJob));
  table = Table(Department(), before, "4", top);
  ASSERT_THAT(table, IsOk());
  EXPECT_EQ(CellsOf(*table)[std::pair(4, 1)], 0);
  EXPECT_EQ(CellsOf(*table)[std::pair(2, 1)], 1);
}

TEST_F(StatisticsTest, APeriodMustFitItsKindAndBeOver) {
  Fill(World(1));
  const Day future = base::ShanghaiDay(absl::Now());
  EXPECT_THAT(TryCreate(kCounty, Day(2025, 1, 1), future).status(), HasReason("PERIOD_NOT_OVER"));
  EXPECT_THAT(TryCreate(kCounty, Day(2025, 1, 2), Day(2025, 12, 31), v1::REPORT_KIND_YEAR).status(),
              HasReason("FIELD_INVALID"));
  EXPECT_THAT(TryCreate(kCounty, Day(2025, 1, 1), Day(2025, 12, 30), v1::REPORT_KIND_YEAR).status(),
              HasReason("FIELD_INVALID"));
  EXPECT_THAT(
      TryCreate(kCounty, Day(2025, 1, 1), Day(2025, 6, 29), v1::REPORT_KIND_HALF_YEAR).status(),
      HasReason("FIELD_INVALID"));
  EXPECT_THAT(TryCreate(kCounty, Day(2025, 7, 1), Day(2025, 6, 30)).status(),
              HasReason("FIELD_INVALID"));
  auto year = TryCreate(kCounty, Day(2025, 1, 1), Day(2025, 12, 31), v1::REPORT_KIND_YEAR);
  ASSERT_THAT(year, IsOk());
  EXPECT_EQ(year->state(), v1::REPORT_STATE_DRAFT);
  EXPECT_EQ(year->form(), "reportForms/2025");
  EXPECT_THAT(TryCreate(kCounty, Day(2025, 1, 1), Day(2025, 12, 31), v1::REPORT_KIND_YEAR).status(),
              HasReason("REPORT_EXISTS"));
  EXPECT_THAT(TryCreate(kCounty, Day(2025, 1, 1), Day(2025, 6, 30), v1::REPORT_KIND_HALF_YEAR),
              IsOk());
  v1::SubmitStatisticsReportRequest submit;
  submit.set_name(year->name());
  EXPECT_THAT(statistics_->SubmitStatisticsReport(Department(), submit).status(),
              HasReason("REPORT_NOT_COMPUTED"));
  v1::CreateStatisticsReportRequest unknown;
  unknown.set_parent("organizations/2");
  unknown.mutable_statistics_report()->set_kind(v1::REPORT_KIND_PERIOD);
  unknown.mutable_statistics_report()->set_form("reportForms/1999");
  *unknown.mutable_statistics_report()->mutable_period_from() = rpc::ToProto(Day(2025, 1, 1));
  *unknown.mutable_statistics_report()->mutable_snapshot_day() = rpc::ToProto(Day(2025, 3, 1));
  EXPECT_THAT(statistics_->CreateStatisticsReport(Department(), unknown).status(),
              HasReason("FORM_UNKNOWN"));
}

TEST_F(StatisticsTest, FormsAreListedAndRead) {
  auto forms = statistics_->ListReportForms(Department(), {});
  ASSERT_THAT(forms, IsOk());
  ASSERT_EQ(forms->report_forms_size(), 1);
  EXPECT_EQ(forms->report_forms(0).tables_size(), 0);
  v1::GetReportFormRequest request;
  request.set_name("reportForms/2025");
  auto form = statistics_->GetReportForm(Department(), request);
  ASSERT_THAT(form, IsOk());
  EXPECT_EQ(form->tables_size(), 14);
  EXPECT_EQ(form->tables(0).identities(3), "16 = 15");
  EXPECT_TRUE(form->tables(0).rows(14).computed());
  request.set_name("reportForms/1999");
  EXPECT_EQ(statistics_->GetReportForm(Department(), request).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace ronghe::membership
