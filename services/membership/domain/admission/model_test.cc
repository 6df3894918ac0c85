// Do the machine and a small model of its own, written from the table of 2.3, agree on every one of
// a million random events, legal and illegal?
//
// The model knows neither rule book nor decisions: it holds the figures itself, adds months and
// counts working days in its own way, and says yes or no and the next state.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "common/error/error.h"
#include "gtest/gtest.h"
#include "services/membership/domain/admission/machine.h"
#include "services/membership/rules/load.h"
#include "services/membership/testing/admission_testing.h"

namespace ronghe::membership::admission {
namespace {

constexpr int kEvents = 1'000'000;
constexpr absl::CivilDay kIssued(2026, 5, 11);

absl::CivilDay Months(absl::CivilDay day, int n) {
  const int index = static_cast<int>(day.year()) * 12 + day.month() - 1 + n;
  const absl::CivilDay first(index / 12, index % 12 + 1, 1);
  const absl::CivilDay next((index + 1) / 12, (index + 1) % 12 + 1, 1);
  return std::min(first + (day.day() - 1), next - 1);
}

// What the model remembers.
struct Model {
  State state = State::kNone;
  absl::CivilDay since;
  bool floating = false;
  int64_t branch = 0, moving_to = 0, approver = 0;
  absl::CivilDay activist, notice_end, candidate, pre_review, voted, submitted, approved,
      probation_end, conversion_submitted, full;
  int sponsors = 0, half_years = 0;
  bool reviewed = false, trained = false, transferred = false;
  int extended = 0, months = 0;
  Proposal proposal = Proposal::kNone;
};

bool In(State state, std::set<State> states) { return states.contains(state); }
bool Probation(State state) {
  return In(state, {State::kProbationary, State::kConversionApplied, State::kConversionPassed,
                    State::kProbationExtended});
}
bool Receives(const Organization& organization) {
  return organization.kind == 631 || organization.kind == 632;
}
bool Over(const Organization& organization) {
  return organization.above_branch && organization.kind == 611;
}
bool Approves(const Organization& organization) {
  return Over(organization) && organization.can_approve;
}
bool About(const MotionVerdict& motion, std::set<MotionKind> kinds, int64_t organization) {
  return kinds.contains(motion.kind) && motion.subject == "admissionCases/12" &&
         motion.organization_id == organization && motion.settled;
}
bool Decided(const Model& model, const MotionVerdict& motion) {
  return About(motion, {MotionKind::kCommittee, MotionKind::kGeneral}, model.branch) &&
         motion.carried;
}
bool Ballot(const Model& model, const MotionVerdict& motion, MotionKind kind) {
  return About(motion, {kind}, model.branch) && motion.roll > 0 &&
         2 * motion.present > motion.roll && motion.secret &&
         motion.carried == (2 * (motion.votes_for + motion.written_for) > motion.roll);
}

// Takes an event where 2.3 allows it; says whether it does.
class Taker {
 public:
  Taker(Model& model, const WorkCalendar& calendar, absl::CivilDay today)
      : m(model), calendar_(calendar), today_(today) {}

  bool operator()(const SubmitApplication& e) {
    if (!From({State::kNone}) || !Past(e.day) || !Receives(e.receiver)) return false;
    if (Months(e.birth_date, 216) > e.day) return false;
    if (e.to_floating_organization && !e.receiver.admits_floating) return false;
    if (e.expelled_on && e.day < Months(*e.expelled_on, 60)) return false;
    m.floating = e.floating;
    m.branch = e.receiver.id;
    return Go(State::kApplied, e.day);
  }
  bool operator()(const AdmitSpecially& e) {
    if (!From({State::kNone}) || !Past(e.day) || !Receives(e.receiver)) return false;
    if (!e.by_province_or_centre) return false;
    m.branch = e.receiver.id;
    m.approved = m.full = e.day;
    return Go(State::kFull, e.day);
  }
  bool operator()(const RecordTalk& e) {
    return From({State::kApplied}) && On(e.day) && Go(State::kTalked, e.day);
  }
  bool operator()(const ProposeActivist& e) {
    if (!From({State::kTalked}) || !On(e.motion.held_on)) return false;
    if (e.channel == Channel::kNone || !Decided(m, e.motion)) return false;
    m.activist = e.motion.held_on;
    return Go(State::kActivistDecided, e.motion.held_on);
  }
  bool operator()(const FileActivist& e) {
    return From({State::kActivistDecided}) && On(e.day) && Over(e.committee) &&
           Go(State::kActivist, e.day);
  }
  bool operator()(const AssignCultivators& e) {
    if (!From({State::kActivist, State::kCandidateProposed, State::kCandidateConsented,
               State::kNoticeOpen, State::kCandidate})) {
      return false;
    }
    if (!Past(e.day) || e.day < m.activist) return false;
    std::set<int64_t> ids;
    for (const Person& person : e.people) {
      if (!person.full || person.suspended) return false;
      ids.insert(person.id);
    }
    return ids.size() == e.people.size() && !ids.empty() && ids.size() <= 2;
  }
  bool operator()(const ReviewActivist& e) {
    if (!From({State::kActivist, State::kCandidateProposed, State::kCandidateConsented,
               State::kNoticeOpen})) {
      return false;
    }
    if (!Past(e.day) || e.day < m.activist) return false;
    // The half years after the start are (start + 6k, start + 6k + 6]; the first has its start too.
    const auto end = [&](int k) { return Months(m.activist, 6 * k); };
    if (m.half_years > 0 && e.day <= end(m.half_years)) return false;
    // In time it does for this half year, late for all that are over.
    ++m.half_years;
    while (end(m.half_years + 1) < e.day) ++m.half_years;
    return true;
  }
  bool operator()(const RelocateApplicant& e) {
    if (!From({State::kActivist}) || !On(e.day)) return false;
    if (!Receives(e.receiver) || e.receiver.id == m.branch) return false;
    m.moving_to = e.receiver.id;
    return true;
  }
  bool operator()(const ReceiveApplicant& e) {
    if (!From({State::kActivist}) || !On(e.day) || m.moving_to == 0) return false;
    if (e.receiver.id != m.moving_to || !Receives(e.receiver)) return false;
    m.branch = m.moving_to;
    m.moving_to = 0;
    return true;
  }
  bool operator()(const ProposeCandidate& e) {
    if (!From({State::kActivist}) || !On(e.motion.held_on)) return false;
    if (e.motion.held_on < Months(m.activist, 12) || !e.all_heard || !Decided(m, e.motion)) {
      return false;
    }
    m.moving_to = 0;
    return Go(State::kCandidateProposed, e.motion.held_on);
  }
  bool operator()(const ConsentToCandidate& e) {
    if (!From({State::kCandidateProposed}) || !On(e.day) || !Over(e.committee)) return false;
    if (!e.consented) return Go(State::kActivist, e.day);
    if (e.day >= kIssued) return Go(State::kCandidateConsented, e.day);
    m.candidate = e.day;
    return Go(State::kCandidate, e.day);
  }
  bool operator()(const StartNotice& e) {
    if (!From({State::kCandidateConsented}) || !On(e.day)) return false;
    const std::set<Site> sites(e.sites.begin(), e.sites.end());
    const bool enough = m.floating
                            ? sites.contains(Site::kOutflow) && sites.contains(Site::kInflow)
                            : sites.contains(Site::kUnit) || sites.contains(Site::kResidence);
    if (!enough) return false;
    int left = 5;
    absl::CivilDay day = e.day - 1;
    while (left > 0) {
      if (calendar_.IsWorkday(++day)) --left;
    }
    m.notice_end = day;
    return Go(State::kNoticeOpen, e.day);
  }
  bool operator()(const CloseNotice& e) {
    if (!From({State::kNoticeOpen}) || !On(e.day) || e.day <= m.notice_end) return false;
    if (e.objection == Objection::kNotSaid) return false;
    if (e.objection == Objection::kUpheld) return Go(State::kRejected, e.day);
    m.candidate = e.day;
    return Go(State::kCandidate, e.day);
  }
  bool operator()(const ChooseSponsors& e) {
    if (!Candidate(e.day) || e.people.size() != 2 || e.people[0].id == e.people[1].id) return false;
    for (const Person& person : e.people) {
      if (!person.full || person.suspended || person.on_probation_within) return false;
    }
    m.sponsors = 2;
    return true;
  }
  bool operator()(const RecordBackgroundReview& e) {
    if (!Candidate(e.day) || !e.document || e.conclusion == Conclusion::kNone) return false;
    if (m.floating && (!e.household_asked || !e.residence_asked)) return false;
    m.reviewed = e.conclusion == Conclusion::kPassed;
    return m.reviewed || Go(State::kRejected, e.day);
  }
  bool operator()(const RecordTraining& e) {
    if (!Candidate(e.day)) return false;
    if (e.waived_by ? !Over(*e.waived_by) : e.days < 3 && e.hours < 24) return false;
    return m.trained = true;
  }
  bool operator()(const ReviewByBranch& e) {
    if (!From({State::kCandidate, State::kReturned}) || !On(e.motion.held_on)) return false;
    if (m.sponsors != 2 || !m.reviewed || !m.trained) return false;
    if (e.leaving_soon && !e.leaving_excused) return false;
    return Decided(m, e.motion) && Go(State::kBranchReviewed, e.motion.held_on);
  }
  bool operator()(const PreReviewAdmission& e) {
    if (!From({State::kBranchReviewed}) || !On(e.day) || !Approves(e.committee)) return false;
    if (!e.passed) return Go(State::kReturned, e.day);
    if (e.form_number.empty()) return false;
    m.approver = e.committee.id;
    m.pre_review = e.day;
    return Go(State::kPreReviewed, e.day);
  }
  bool operator()(const RecordAdmissionVote& e) {
    const absl::CivilDay day = e.motion.held_on;
    if (!From({State::kPreReviewed, State::kBranchPassed, State::kTalkedByUpper}) || !On(day)) {
      return false;
    }
    if (e.submitted_on < day || !Past(e.submitted_on)) return false;
    if (m.state != State::kPreReviewed && day <= Months(m.submitted, 6)) return false;
    if (!Ballot(m, e.motion, MotionKind::kAdmission)) return false;
    if (!e.motion.carried) return Go(State::kNotPassed, day);
    m.voted = day;
    m.submitted = e.submitted_on;
    return Go(State::kBranchPassed, day);
  }
  bool operator()(const RecordUpperTalk& e) {
    if (!From({State::kBranchPassed}) || !On(e.day) || !Over(e.committee)) return false;
    const bool holds = std::any_of(e.talker.posts.begin(), e.talker.posts.end(), [](Post post) {
      return post == Post::kOrganizer || static_cast<int>(post) <= 8;
    });
    return holds && Go(State::kTalkedByUpper, e.day);
  }
  bool operator()(const ApproveAdmission& e) {
    const absl::CivilDay day = e.motion.held_on;
    if (!From({State::kTalkedByUpper}) || !On(day) || !Approves(e.committee)) return false;
    if (!About(e.motion, {MotionKind::kApproval}, e.committee.id)) return false;
    if (e.replied_on < day || !Past(e.replied_on) || day > Months(m.submitted, 6)) return false;
    if (day > Months(m.submitted, 3) && !e.special) return false;
    if (!e.motion.carried) return Go(State::kNotApproved, day);
    m.approved = day;
    m.probation_end = Months(m.voted, 12);
    return Go(State::kProbationary, day);
  }
  bool operator()(const FileAdmission& e) {
    return InProbation(e.day) && Over(e.committee) && e.committee.id != m.approver;
  }
  bool operator()(const AssignGroup& e) { return InProbation(e.day) && e.of_branch; }
  bool operator()(const RecordOath& e) { return InProbation(e.day); }
  bool operator()(const ReviewProbation& e) { return InProbation(e.day); }
  bool operator()(const ApplyForConversion& e) {
    return From({State::kProbationary, State::kProbationExtended}) && On(e.day) &&
           e.day >= m.probation_end - 15 && Go(State::kConversionApplied, e.day);
  }
  bool operator()(const RecordConversionVote& e) {
    const absl::CivilDay day = e.motion.held_on;
    if (!Probation(m.state) || m.state == State::kConversionPassed || !On(day)) return false;
    if (e.submitted_on < day || !Past(e.submitted_on)) return false;
    switch (e.proposal) {
      case Proposal::kOnTime:
        if (m.state == State::kProbationary || day < m.probation_end || !e.all_heard) return false;
        break;
      case Proposal::kExtend:
        if (m.state != State::kConversionApplied || m.extended != 0 || !e.all_heard) return false;
        if (e.months < 6 || e.months > 12) return false;
        break;
      default:
        break;
    }
    if (!Ballot(m, e.motion, MotionKind::kConversion)) return false;
    if (!e.motion.carried) return true;
    m.proposal = e.proposal;
    m.months = e.months;
    m.conversion_submitted = e.submitted_on;
    return Go(State::kConversionPassed, day);
  }
  bool operator()(const DecideConversion& e) {
    const absl::CivilDay day = e.motion.held_on;
    if (!From({State::kConversionPassed}) || !On(day) || !Approves(e.committee)) return false;
    if (!About(e.motion, {MotionKind::kApproval}, e.committee.id)) return false;
    if (!e.motion.carried) {
      return Go(m.extended > 0 ? State::kProbationExtended : State::kProbationary, day);
    }
    if (m.proposal == Proposal::kCancel) return Go(State::kDisqualified, day);
    if (m.proposal == Proposal::kExtend) {
      m.extended = m.months;
      m.probation_end = Months(m.probation_end, m.months);
      return Go(State::kProbationExtended, day);
    }
    m.full = m.probation_end;
    return Go(State::kFull, day);
  }
  bool operator()(const PostponeConversion& e) {
    return From({State::kProbationary, State::kConversionApplied}) && On(e.day) && m.transferred &&
           e.until > m.probation_end && e.until <= Months(m.probation_end, 6);
  }
  bool operator()(const RefuseRecognition& e) {
    if (m.state == State::kNone || m.state >= State::kRejected || !On(e.day)) return false;
    if (!Over(e.committee) || !e.committee.of_county) return false;
    if (e.ground == Ground::kUnconfirmed && !(Probation(m.state) && m.transferred)) return false;
    return Go(State::kNotRecognised, e.day);
  }
  bool operator()(const ArchiveAdmissionCase& e) {
    return From({State::kFull}) && On(e.day) && e.missing.empty() && Go(State::kArchived, e.day);
  }
  bool operator()(const EndAdmissionCase& e) {
    return m.state != State::kNone && m.state <= State::kTalkedByUpper && On(e.day) &&
           Go(State::kClosed, e.day);
  }

 private:
  bool From(std::set<State> states) const { return states.contains(m.state); }
  bool Past(absl::CivilDay day) const { return day <= today_; }
  bool On(absl::CivilDay day) const { return Past(day) && day >= m.since; }
  bool Candidate(absl::CivilDay day) const {
    return From({State::kCandidate, State::kReturned}) && Past(day) && day >= m.candidate;
  }
  bool InProbation(absl::CivilDay day) const {
    return Probation(m.state) && Past(day) && day >= m.approved;
  }
  bool Go(State state, absl::CivilDay day) {
    m.state = state;
    m.since = day;
    return true;
  }

  Model& m;
  const WorkCalendar& calendar_;
  const absl::CivilDay today_;
};

// Random events, most of them near what the case could take.
class Generator {
 public:
  explicit Generator(uint32_t seed) : random_(seed) {}

  int Below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  bool Mostly() { return Below(12) != 0; }

  absl::CivilDay NewDay() { return absl::CivilDay(2023, 1, 1) + Below(1800); }
  // Around the days that matter in the case.
  absl::CivilDay DayFor(const Model& model) {
    const absl::CivilDay around[] = {model.since,
                                     model.since + 10,
                                     Months(model.activist, 6),
                                     Months(model.activist, 12),
                                     model.notice_end,
                                     Months(model.submitted, 6),
                                     model.probation_end - 15,
                                     model.probation_end,
                                     kIssued};
    const absl::CivilDay day = around[Below(9)] + (Below(5) - 1);
    return day < model.since && Mostly() ? model.since + Below(20) : day;
  }
  Organization Receiver() {
    Organization branch = Branch();
    branch.id = Mostly() ? kBranchId : kBranchId + Below(3);
    if (!Mostly()) branch.kind = Below(2) == 0 ? 632 : 931;
    branch.admits_floating = Below(2) == 0;
    return branch;
  }
  Organization Upper() {
    Organization upper = Below(3) == 0 ? County() : Town();
    if (!Mostly()) upper.kind = 621;
    if (!Mostly()) upper.above_branch = false;
    if (!Mostly()) upper.can_approve = !upper.can_approve;
    return upper;
  }
  Organization Approver() { return Mostly() ? Town() : Upper(); }
  std::vector<Person> People() {
    std::vector<Person> people;
    for (int i = Mostly() ? 2 : Below(4); i > 0; --i) {
      people.push_back({.id = Below(20),
                        .full = Mostly(),
                        .suspended = !Mostly(),
                        .on_probation_within = !Mostly(),
                        .in_effect_period = Below(2) == 0});
    }
    return people;
  }
  MotionVerdict Vote(const Model& model, MotionKind kind) {
    MotionVerdict motion = Motion(kind, DayFor(model));
    if (kind != MotionKind::kApproval) motion.organization_id = model.branch;
    if (!Mostly()) motion.kind = static_cast<MotionKind>(1 + Below(6));
    if (!Mostly()) motion.subject = "admissionCases/13";
    if (!Mostly()) ++motion.organization_id;
    motion.settled = Mostly();
    motion.carried = Mostly();
    if (kind != MotionKind::kAdmission && kind != MotionKind::kConversion) return motion;
    motion.secret = Mostly();
    motion.roll = Below(40);
    motion.present = motion.roll / 2 + Below(3);
    motion.written_for = Below(3);
    motion.votes_for = std::max<int64_t>(0, motion.roll / 2 + Below(4) - 1 - motion.written_for);
    motion.carried = 2 * (motion.votes_for + motion.written_for) > motion.roll;
    if (!Mostly()) motion.carried = !motion.carried;
    return motion;
  }

  Event Next(const Model& model) {
    int kind = 1 + Below(kEventKinds - 1);
    // Most of the time something that the state allows at all.
    for (int i = 0; i < 60 && !IsAllowed(static_cast<EventKind>(kind), model.state); ++i) {
      if (Below(30) == 0) break;
      kind = 1 + Below(kEventKinds - 1);
    }
    const bool rare = kind == 30 || kind == 32 || kind == 2;
    if (rare && Mostly()) return Next(model);
    return Make(static_cast<EventKind>(kind), model);
  }

 private:
  Event Make(EventKind kind, const Model& model) {
    const absl::CivilDay day = DayFor(model);
    switch (kind) {
      case EventKind::kSubmitApplication: {
        const absl::CivilDay on = NewDay();
        SubmitApplication event{
            .day = on,
            .birth_date = Months(on, -216) + (Below(3) - 1) - (Mostly() ? 99 : 0),
            .receiver = Receiver(),
            .to_floating_organization = Below(6) == 0,
            .floating = Below(3) == 0};
        if (!Mostly()) event.expelled_on = Months(on, -60) + (Below(3) - 1);
        return event;
      }
      case EventKind::kAdmitSpecially:
        return AdmitSpecially{NewDay(), Receiver(), Kind::kDirect, Mostly()};
      case EventKind::kRecordTalk:
        return RecordTalk{day};
      case EventKind::kProposeActivist:
        return ProposeActivist{Vote(model, MotionKind::kCommittee),
                               static_cast<Channel>(Mostly() ? 1 : Below(3))};
      case EventKind::kFileActivist:
        return FileActivist{day, Upper()};
      case EventKind::kAssignCultivators:
        return AssignCultivators{day, People()};
      case EventKind::kReviewActivist:
        return ReviewActivist{day};
      case EventKind::kRelocateApplicant:
        return RelocateApplicant{day, Receiver()};
      case EventKind::kReceiveApplicant:
        return ReceiveApplicant{day, Receiver()};
      case EventKind::kProposeCandidate:
        return ProposeCandidate{Vote(model, MotionKind::kCommittee), Mostly()};
      case EventKind::kConsentToCandidate:
        return ConsentToCandidate{day, Upper(), Mostly()};
      case EventKind::kStartNotice:
        return StartNotice{day, {static_cast<Site>(1 + Below(4)), static_cast<Site>(1 + Below(4))}};
      case EventKind::kCloseNotice:
        return CloseNotice{day, static_cast<Objection>(Mostly() ? 1 : Below(4))};
      case EventKind::kChooseSponsors:
        return ChooseSponsors{day, People()};
      case EventKind::kRecordBackgroundReview:
        return RecordBackgroundReview{day,      static_cast<Conclusion>(Mostly() ? 1 : Below(3)),
                                      Mostly(), Below(2) == 0,
                                      Mostly(), Mostly()};
      case EventKind::kRecordTraining: {
        RecordTraining event{.day = day, .days = 1 + Below(4), .hours = 20 + Below(6)};
        if (!Mostly()) event.waived_by = Upper();
        return event;
      }
      case EventKind::kReviewByBranch:
        return ReviewByBranch{Vote(model, MotionKind::kCommittee), !Mostly(), Below(2) == 0};
      case EventKind::kPreReviewAdmission:
        return PreReviewAdmission{day, Approver(), Mostly(), Mostly() ? "A-1" : ""};
      case EventKind::kRecordAdmissionVote: {
        const MotionVerdict motion = Vote(model, MotionKind::kAdmission);
        return RecordAdmissionVote{motion, motion.held_on + (Mostly() ? Below(4) : -1)};
      }
      case EventKind::kRecordUpperTalk: {
        Person talker{.id = 1};
        talker.posts.insert(Mostly() ? Post::kOrganizer : Post::kGroupLeader);
        return RecordUpperTalk{day, Upper(), talker};
      }
      case EventKind::kApproveAdmission: {
        const MotionVerdict motion = Vote(model, MotionKind::kApproval);
        return ApproveAdmission{motion, Approver(), motion.held_on + (Mostly() ? Below(4) : -1),
                                Mostly()};
      }
      case EventKind::kFileAdmission:
        return FileAdmission{day, Upper()};
      case EventKind::kAssignGroup:
        return AssignGroup{day, Mostly()};
      case EventKind::kRecordOath:
        return RecordOath{day};
      case EventKind::kReviewProbation:
        return ReviewProbation{day};
      case EventKind::kApplyForConversion:
        return ApplyForConversion{day};
      case EventKind::kRecordConversionVote: {
        const MotionVerdict motion = Vote(model, MotionKind::kConversion);
        return RecordConversionVote{motion, static_cast<Proposal>(1 + Below(3)), 4 + Below(10),
                                    Mostly(), motion.held_on + (Mostly() ? Below(4) : -1)};
      }
      case EventKind::kDecideConversion:
        return DecideConversion{Vote(model, MotionKind::kApproval), Approver()};
      case EventKind::kPostponeConversion:
        return PostponeConversion{day, Months(model.probation_end, 6) + (Below(3) - 1)};
      case EventKind::kRefuseRecognition:
        return RefuseRecognition{day, Upper(), static_cast<Ground>(1 + Below(2))};
      case EventKind::kArchiveAdmissionCase:
        return ArchiveAdmissionCase{
            day, Mostly() ? std::vector<std::string>() : std::vector<std::string>{"APPLICATION"}};
      default:
        return EndAdmissionCase{day, EndReason::kWithdrawn};
    }
  }

  std::mt19937 random_;
};

// What must hold of every case, whatever happened.
void CheckInvariants(const Case& state) {
  EXPECT_EQ(
      state.full_from.has_value(),
      IsFull(state.state) || (state.state == State::kNotRecognised && state.full_from.has_value()));
  if (IsProbation(state.state) || state.state == State::kDisqualified) {
    EXPECT_TRUE(state.voted_on && state.approved_on && state.probation_ends_on);
    EXPECT_LE(*state.voted_on, *state.approved_on);
    EXPECT_LE(*state.approved_on, Months(*state.submitted_on, 6));
    EXPECT_EQ(state.sponsors, 2);
    EXPECT_TRUE(state.trained);
    EXPECT_GE(*state.voted_on, Months(*state.activist_on, 12));
  }
  EXPECT_TRUE(state.extended_months == 0 ||
              (state.extended_months >= 6 && state.extended_months <= 12));
}

TEST(AdmissionModel, MachineAndModelAgreeOnAMillionEvents) {
  const RuleBooks books = *LoadRuleBooks();
  const WorkCalendar calendar = *LoadWorkCalendar();
  const Machine machine(books.Get("admission"), calendar);
  const absl::CivilDay today(2030, 1, 1);
  Generator random(20260511);
  std::map<State, int> reached;
  std::map<EventKind, int> taken;
  int64_t refused = 0;
  Case state{.id = kCaseId};
  Model model;
  for (int i = 0; i < kEvents; ++i) {
    if (IsEnded(state.state) || state.state == State::kArchived || random.Below(400) == 0) {
      state = Case{.id = kCaseId};
      model = Model();
    }
    // From outside: the member was transferred in.
    if (IsProbation(state.state) && !model.transferred && random.Below(20) == 0) {
      model.transferred = true;
      state.transferred_in_on = model.since;
    }
    const Event event = random.Next(model);
    Model next = model;
    const bool expected = std::visit(Taker(next, calendar, today), event);
    const absl::StatusOr<Effect> effect = machine.Apply(state, event, today);
    ASSERT_EQ(effect.ok(), expected) << "event " << i << ", " << NameOf(KindOf(event)) << " in "
                                     << NameOf(state.state) << ": " << effect.status();
    if (!effect.ok()) {
      ASSERT_FALSE(error::Reason(effect.status()).empty());
      ++refused;
      continue;
    }
    model = next;
    state = effect->next;
    ASSERT_EQ(NameOf(state.state), NameOf(model.state)) << i << NameOf(KindOf(event));
    ASSERT_EQ(state.state_since, model.since);
    ASSERT_EQ(state.organization_id, model.branch);
    if (IsProbation(state.state)) {
      ASSERT_EQ(*state.probation_ends_on, model.probation_end);
    }
    if (state.state == State::kNoticeOpen) {
      ASSERT_EQ(*state.notice_ends_on, model.notice_end);
    }
    if (IsFull(state.state)) {
      ASSERT_EQ(*state.full_from, model.full);
    }
    CheckInvariants(state);
    if (HasFailure()) return;
    ++reached[state.state];
    ++taken[KindOf(event)];
  }
  // The walk went everywhere and took every kind of event.
  for (int32_t kind = 1; kind < kEventKinds; ++kind) {
    EXPECT_GT(taken[static_cast<EventKind>(kind)], 20) << NameOf(static_cast<EventKind>(kind));
  }
  EXPECT_EQ(reached.size(), 25u);
  EXPECT_GT(refused, kEvents / 10);
}

}  // namespace
}  // namespace ronghe::membership::admission
