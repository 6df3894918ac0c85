#include "services/membership/domain/admission/machine.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "services/membership/domain/admission/errors.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership::admission {
namespace {

using base::Cat;
using base::FormatDay;

absl::CivilDay MonthsAfter(absl::CivilDay day, int64_t months) {
  return base::AddMonths(day, static_cast<int>(months));
}

bool IsAnyOf(State state, std::initializer_list<State> states) {
  return std::find(states.begin(), states.end(), state) != states.end();
}

std::string_view YesNo(bool yes) { return yes ? "是" : "否"; }

std::string Kinds(const Rule& rule) {
  std::string joined;
  for (const int64_t code : rule.codes) joined = Cat(joined, joined.empty() ? "" : ",", code);
  return joined;
}

// One event on its way through the rules.
class Step {
 public:
  Step(const Case& before, const RuleSet& rules, const WorkCalendar& calendar, EventKind kind,
       absl::CivilDay day, absl::CivilDay today)
      : before_(before),
        rules_(rules),
        calendar_(calendar),
        kind_(kind),
        day_(day),
        today_(today),
        next_(before) {}

  absl::Status Take(const SubmitApplication& event);
  absl::Status Take(const AdmitSpecially& event);
  absl::Status Take(const RecordTalk& event);
  absl::Status Take(const ProposeActivist& event);
  absl::Status Take(const FileActivist& event);
  absl::Status Take(const AssignCultivators& event);
  absl::Status Take(const ReviewActivist& event);
  absl::Status Take(const RelocateApplicant& event);
  absl::Status Take(const ReceiveApplicant& event);
  absl::Status Take(const ProposeCandidate& event);
  absl::Status Take(const ConsentToCandidate& event);
  absl::Status Take(const StartNotice& event);
  absl::Status Take(const CloseNotice& event);
  absl::Status Take(const ChooseSponsors& event);
  absl::Status Take(const RecordBackgroundReview& event);
  absl::Status Take(const RecordTraining& event);
  absl::Status Take(const ReviewByBranch& event);
  absl::Status Take(const PreReviewAdmission& event);
  absl::Status Take(const RecordAdmissionVote& event);
  absl::Status Take(const RecordUpperTalk& event);
  absl::Status Take(const ApproveAdmission& event);
  absl::Status Take(const FileAdmission& event);
  absl::Status Take(const AssignGroup& event);
  absl::Status Take(const RecordOath& event);
  absl::Status Take(const ReviewProbation& event);
  absl::Status Take(const ApplyForConversion& event);
  absl::Status Take(const RecordConversionVote& event);
  absl::Status Take(const DecideConversion& event);
  absl::Status Take(const PostponeConversion& event);
  absl::Status Take(const RefuseRecognition& event);
  absl::Status Take(const ArchiveAdmissionCase& event);
  absl::Status Take(const EndAdmissionCase& event);

  Effect Finish() && { return {std::move(next_), guard_.decisions(), std::move(deadlines_), act_}; }

 private:
  const Rule& Get(std::string_view key) const { return rules_.Get(key); }

  absl::Status Require(bool met, std::string_view key, std::string_view reason,
                       std::string_view message, std::string_view required,
                       std::string_view actual) {
    return guard_.Require(met, Get(key), reason, message, required, actual);
  }
  // Warns of a day past `last`.
  void ExpectBy(absl::CivilDay last, const Rule& rule, std::string_view reason) {
    guard_.Expect(day_ <= last, rule, reason, FormatDay(last), FormatDay(day_));
  }

  void Enter(State state) {
    next_.state = state;
    next_.state_since = day_;
  }
  void End(State state, EndReason reason) {
    Enter(state);
    next_.ended_on = day_;
    next_.end_reason = reason;
    DropDeadlines();
  }

  void Set(std::string_view code, absl::CivilDay due, const Rule& rule,
           Actor actor = Actor::kBranch, int32_t ordinal = 0) {
    deadlines_.push_back(
        {DeadlineChange::Kind::kSet, std::string(code), ordinal, due, actor, rule});
  }
  void Meet(std::string_view code) {
    deadlines_.push_back({DeadlineChange::Kind::kMeet, std::string(code), 0, day_});
  }
  void DropDeadlines() { deadlines_.push_back({DeadlineChange::Kind::kDropAll, "", 0, day_}); }

  std::string Subject() const { return Cat("admissionCases/", before_.id); }

  absl::Status CheckReceiver(const Organization& receiver);
  absl::Status CheckCommittee(const Organization& committee, std::string_view key);
  absl::Status CheckApprover(const Organization& committee);
  absl::Status CheckLater(absl::CivilDay day) const;
  absl::Status CheckBranchDecision(const MotionVerdict& motion, std::string_view key);
  absl::Status CheckBallot(const MotionVerdict& motion, std::string_view quorum_reason,
                           std::string_view majority_reason);
  void BecomeCandidate();
  void ReturnToProbation();
  absl::Status CheckProposal(const RecordConversionVote& event);

  const Case& before_;
  const RuleSet& rules_;
  const WorkCalendar& calendar_;
  const EventKind kind_;
  const absl::CivilDay day_;
  const absl::CivilDay today_;
  Case next_;
  Guard guard_;
  std::vector<DeadlineChange> deadlines_;
  MembershipAct act_ = MembershipAct::kNone;
};

// temporary organizations, groups and leading groups admit nobody.
absl::Status Step::CheckReceiver(const Organization& receiver) {
  const Rule& kinds = Get("admit.kinds");
  return guard_.Require(kinds.Has(receiver.kind), kinds, "A_RECEIVER",
                        "只有党支部和联合党支部可以接收入党申请，临时党组织不得发展党员。",
                        Kinds(kinds), Cat(receiver.kind));
}

// A committee over the branch: whoever proposes does not consent.
absl::Status Step::CheckCommittee(const Organization& committee, std::string_view key) {
  const Rule& kinds = Get("approve.kinds");
  return Require(committee.above_branch && kinds.Has(committee.kind), key, "A_UPPER",
                 "应当由该支部的上级党委办理。", Kinds(kinds),
                 Cat(committee.kind, committee.above_branch ? "" : "，不是上级"));
}

// committees with the power to approve, never general branches, temporary organizations or
// leading groups.
absl::Status Step::CheckApprover(const Organization& committee) {
  const Rule& kinds = Get("approve.kinds");
  return guard_.Require(
      committee.above_branch && committee.can_approve && kinds.Has(committee.kind), kinds,
      "A_APPROVER", "预备党员由有审批权限的上级党委审批，党总支、临时党组织和党组不得审批。",
      Cat(Kinds(kinds), "，有审批权限"),
      Cat(committee.kind, committee.can_approve ? "，有审批权限" : "，无审批权限",
          committee.above_branch ? "" : "，不是上级"));
}

// A second day of the same event, not before it and not in the future.
absl::Status Step::CheckLater(absl::CivilDay day) const {
  if (day > today_) return EffectiveDateInFuture(day, today_);
  if (day < day_) return DayOutOfOrder(day, day_);
  return absl::OkStatus();
}

// A decision of the branch committee, or of the general meeting where there is none.
absl::Status Step::CheckBranchDecision(const MotionVerdict& motion, std::string_view key) {
  RONGHE_RETURN_IF_ERROR(CheckMotion(motion, {MotionKind::kCommittee, MotionKind::kGeneral},
                                     Subject(), before_.organization_id));
  return Require(motion.carried, key, "A_NO_DECISION", "支部委员会（支部大会）没有作出这一决定。",
                 "表决通过", "未通过");
}

// Q-ADMIT and Q-CONV of 11.1: more than half of the roll present, a secret ballot, and more than
// half of the roll in favour, written opinions included. The record must say what the figures say.
absl::Status Step::CheckBallot(const MotionVerdict& motion, std::string_view quorum_reason,
                               std::string_view majority_reason) {
  const Rule& quorum = Get("vote.quorum");
  RONGHE_RETURN_IF_ERROR(
      guard_.Require(motion.roll > 0 && quorum.ratio.Met(motion.present, motion.roll), quorum,
                     quorum_reason, "到会有表决权的党员没有超过应到会人数的半数。",
                     Cat(quorum.ratio.Least(motion.roll), "/", motion.roll), Cat(motion.present)));
  RONGHE_RETURN_IF_ERROR(Require(motion.secret, "vote.secret", "A_BALLOT",
                                 "应当采取无记名投票方式表决。", YesNo(true),
                                 YesNo(motion.secret)));
  const Rule& majority = Get("vote.majority");
  const int64_t in_favour = motion.votes_for + motion.written_for;
  const bool carried = majority.ratio.Met(in_favour, motion.roll);
  const std::string required = Cat(majority.ratio.Least(motion.roll), "/", motion.roll);
  if (motion.carried != carried) {
    return RuleRefused(majority, majority_reason, "会议记录的表决结果与票数不符。", required,
                       Cat(in_favour));
  }
  guard_.Expect(carried, majority, majority_reason, required, Cat(in_favour));
  return absl::OkStatus();
}

absl::Status Step::Take(const SubmitApplication& event) {
  RONGHE_RETURN_IF_ERROR(CheckReceiver(event.receiver));
  const Rule& age = Get("admit.min_age");
  const absl::CivilDay of_age = MonthsAfter(event.birth_date, 12 * age.number);
  RONGHE_RETURN_IF_ERROR(guard_.Require(day_ >= of_age, age, "A_UNDERAGE",
                                        Cat("申请入党应当年满", age.number, "岁。"),
                                        Cat(age.number), "未满"));
  RONGHE_RETURN_IF_ERROR(Require(!event.to_floating_organization || event.receiver.admits_floating,
                                 "floating.organization", "A_FLOATING_ORG",
                                 "该流动党员党组织不具备发展党员的条件。", YesNo(true),
                                 YesNo(event.receiver.admits_floating)));
  if (event.expelled_on) {
    const Rule& ban = Get("rejoin.ban_months");
    const absl::CivilDay free = MonthsAfter(*event.expelled_on, ban.number);
    RONGHE_RETURN_IF_ERROR(guard_.Require(day_ >= free, ban, "A_REJOIN_BAN",
                                          "被开除党籍的五年内不得重新入党。", FormatDay(free),
                                          FormatDay(day_)));
  }
  next_.received_on = day_;
  next_.floating = event.floating;
  next_.organization_id = event.receiver.id;
  Enter(State::kApplied);
  const Rule& talk = Get("talk.months");
  Set("DL-01", MonthsAfter(day_, talk.number), talk);
  return absl::OkStatus();
}

//
absl::Status Step::Take(const AdmitSpecially& event) {
  RONGHE_RETURN_IF_ERROR(CheckReceiver(event.receiver));
  const bool direct = event.kind == Kind::kDirect;
  RONGHE_RETURN_IF_ERROR(Require(event.by_province_or_centre,
                                 direct ? "special.direct" : "special.posthumous", "A_SPECIAL",
                                 "直接接收、追认党员由党中央或者省一级党委决定。", "中央或省级党委",
                                 YesNo(event.by_province_or_centre)));
  next_.kind = event.kind;
  next_.received_on = day_;
  next_.organization_id = event.receiver.id;
  next_.voted_on = day_;
  next_.approved_on = day_;
  next_.full_from = day_;
  Enter(State::kFull);
  act_ = direct ? MembershipAct::kAdmitDirectly : MembershipAct::kAdmitPosthumous;
  return absl::OkStatus();
}

absl::Status Step::Take(const RecordTalk&) {
  const Rule& talk = Get("talk.months");
  ExpectBy(MonthsAfter(before_.received_on, talk.number), talk, "A_TALK_LATE");
  Enter(State::kTalked);
  Meet("DL-01");
  return absl::OkStatus();
}

absl::Status Step::Take(const ProposeActivist& event) {
  RONGHE_RETURN_IF_ERROR(Require(event.channel != Channel::kNone, "activist.decide", "A_CHANNEL",
                                 "入党积极分子应当由党员推荐或者群团组织推优产生。",
                                 "党员推荐或群团推优", "无"));
  RONGHE_RETURN_IF_ERROR(CheckBranchDecision(event.motion, "activist.decide"));
  next_.activist_on = day_;
  Enter(State::kActivistDecided);
  return absl::OkStatus();
}

absl::Status Step::Take(const FileActivist& event) {
  RONGHE_RETURN_IF_ERROR(CheckCommittee(event.committee, "activist.file"));
  Enter(State::kActivist);
  next_.review_ordinal = 1;
  const Rule& review = Get("activist.review_months");
  Set("DL-02", ReviewDue(*next_.activist_on, 1, review.number), review);
  const Rule& year = Get("candidate.months");
  Set("DL-03", MonthsAfter(*next_.activist_on, year.number), year);
  return absl::OkStatus();
}

absl::Status Step::Take(const AssignCultivators& event) {
  const Rule& most = Get("cultivators.max");
  const int64_t least = Get("cultivators.min").number;
  const int64_t count = static_cast<int64_t>(event.people.size());
  const bool fit = std::all_of(event.people.begin(), event.people.end(), [](const Person& person) {
    return person.full && !person.suspended;
  });
  const bool twice = count == 2 && event.people[0].id == event.people[1].id;
  return guard_.Require(count >= least && count <= most.number && fit && !twice, most, "A_CONTACT",
                        "培养联系人应当是一至两名党员权利未受限制的正式党员。",
                        Cat(least, "-", most.number, "名正式党员"),
                        Cat(count, "名", fit && !twice ? "" : "，不符合条件"));
}

absl::Status Step::Take(const ReviewActivist&) {
  const Rule& review = Get("activist.review_months");
  const absl::CivilDay due = ReviewDue(*before_.activist_on, before_.review_ordinal, review.number);
  const absl::CivilDay opens =
      before_.review_ordinal == 1
          ? *before_.activist_on
          : ReviewDue(*before_.activist_on, before_.review_ordinal - 1, review.number) + 1;
  RONGHE_RETURN_IF_ERROR(guard_.Require(day_ >= opens, review, "A_REVIEW_WINDOW",
                                        "这半年已经考察过。", FormatDay(opens), FormatDay(day_)));
  ExpectBy(due, review, "A_REVIEW_OVERDUE");
  do {
    ++next_.review_ordinal;
  } while (ReviewDue(*before_.activist_on, next_.review_ordinal, review.number) < day_);
  Meet("DL-02");
  Set("DL-02", ReviewDue(*before_.activist_on, next_.review_ordinal, review.number), review,
      Actor::kBranch, next_.review_ordinal - 1);
  return absl::OkStatus();
}

//
absl::Status Step::Take(const RelocateApplicant& event) {
  RONGHE_RETURN_IF_ERROR(CheckReceiver(event.receiver));
  RONGHE_RETURN_IF_ERROR(Require(event.receiver.id != before_.organization_id, "activist.relocate",
                                 "A_RECEIVER", "接收的支部就是现在的支部。", "另一个支部",
                                 "同一个支部"));
  next_.relocating_to = event.receiver.id;
  return absl::OkStatus();
}

absl::Status Step::Take(const ReceiveApplicant& event) {
  if (before_.relocating_to == 0 || before_.relocating_to != event.receiver.id) {
    return StateRefused(kind_, before_.state);
  }
  RONGHE_RETURN_IF_ERROR(CheckReceiver(event.receiver));
  RONGHE_RETURN_IF_ERROR(Require(true, "activist.relocate", "", "", "培养教育时间连续计算",
                                 FormatDay(*before_.activist_on)));
  next_.organization_id = event.receiver.id;
  next_.relocating_to = 0;
  const Rule& review = Get("activist.review_months");
  Set("DL-02", ReviewDue(*before_.activist_on, before_.review_ordinal, review.number), review,
      Actor::kBranch, before_.review_ordinal - 1);
  const Rule& year = Get("candidate.months");
  Set("DL-03", MonthsAfter(*before_.activist_on, year.number), year);
  return absl::OkStatus();
}

absl::Status Step::Take(const ProposeCandidate& event) {
  const Rule& year = Get("candidate.months");
  const absl::CivilDay first = MonthsAfter(*before_.activist_on, year.number);
  RONGHE_RETURN_IF_ERROR(guard_.Require(day_ >= first, year, "A_LT_1Y",
                                        "入党积极分子应当经过一年以上培养教育和考察。",
                                        FormatDay(first), FormatDay(day_)));
  RONGHE_RETURN_IF_ERROR(Require(event.all_heard, "candidate.opinions", "A_OPINIONS",
                                 "应当听取党小组、培养联系人、党员和群众的意见。", YesNo(true),
                                 YesNo(event.all_heard)));
  RONGHE_RETURN_IF_ERROR(CheckBranchDecision(event.motion, "candidate.consent"));
  const Rule& review = Get("activist.review_months");
  ExpectBy(ReviewDue(*before_.activist_on, before_.review_ordinal, review.number), review,
           "A_REVIEW_OVERDUE");
  next_.relocating_to = 0;
  Enter(State::kCandidateProposed);
  Meet("DL-03");
  return absl::OkStatus();
}

// Consent and notice came with the version of 2026-05-11; before, the committee filed and that was
// all (2.4).
absl::Status Step::Take(const ConsentToCandidate& event) {
  RONGHE_RETURN_IF_ERROR(CheckCommittee(event.committee, "candidate.consent"));
  if (!event.consented) {
    Enter(State::kActivist);
  } else if (rules_.Find("candidate.notice_workdays") != nullptr) {
    Enter(State::kCandidateConsented);
  } else {
    BecomeCandidate();
  }
  return absl::OkStatus();
}

void Step::BecomeCandidate() {
  Enter(State::kCandidate);
  next_.candidate_on = day_;
  DropDeadlines();
}

absl::Status Step::Take(const StartNotice& event) {
  const Rule* const days = rules_.Find("candidate.notice_workdays");
  if (days == nullptr) return StateRefused(kind_, before_.state);
  const auto has = [&](Site site) {
    return std::find(event.sites.begin(), event.sites.end(), site) != event.sites.end();
  };
  const bool enough = before_.floating ? has(Site::kOutflow) && has(Site::kInflow)
                                       : has(Site::kUnit) || has(Site::kResidence);
  RONGHE_RETURN_IF_ERROR(guard_.Require(
      enough, *days, "A_NOTICE_SITE",
      before_.floating ? "流动人员应当在流出地和流入地同时公示。"
                       : "应当在工作、学习所在单位或者居住地公示。",
      before_.floating ? "流出地和流入地" : "单位或居住地", Cat(event.sites.size(), "处")));
  const WorkSpan span = calendar_.NthWorkday(day_, days->number);
  guard_.Expect(span.published, *days, "A_CALENDAR_UNPUBLISHED", "国务院办公厅节假日安排",
                span.published ? "已公布" : "未公布，按周末休息计算");
  next_.notice_ends_on = span.last;
  Enter(State::kNoticeOpen);
  Set("DL-04", span.last, *days);
  return absl::OkStatus();
}

absl::Status Step::Take(const CloseNotice& event) {
  const Rule* const days = rules_.Find("candidate.notice_workdays");
  if (days == nullptr) return StateRefused(kind_, before_.state);
  RONGHE_RETURN_IF_ERROR(guard_.Require(day_ > *before_.notice_ends_on, *days, "A_NOTICE_SHORT",
                                        Cat("公示时间不少于", days->number, "个工作日。"),
                                        FormatDay(*before_.notice_ends_on + 1), FormatDay(day_)));
  RONGHE_RETURN_IF_ERROR(guard_.Require(event.objection != Objection::kNotSaid, *days,
                                        "A_NOTICE_RESULT", "请填写公示结果。", "公示结果", "无"));
  Meet("DL-04");
  if (event.objection == Objection::kUpheld) {
    End(State::kRejected, EndReason::kObjection);
  } else {
    BecomeCandidate();
  }
  return absl::OkStatus();
}

// on probation within the Party bars; another measure in its effect period only warns.
absl::Status Step::Take(const ChooseSponsors& event) {
  const Rule& wanted = Get("sponsors.count");
  const int64_t count = static_cast<int64_t>(event.people.size());
  const auto every = [&](auto fit) {
    return std::all_of(event.people.begin(), event.people.end(), fit);
  };
  const bool full = every([](const Person& person) { return person.full; });
  const bool twice = count == 2 && event.people[0].id == event.people[1].id;
  RONGHE_RETURN_IF_ERROR(guard_.Require(count == wanted.number && full && !twice, wanted,
                                        "A_INTRODUCER", "入党介绍人应当是两名正式党员。",
                                        Cat(wanted.number, "名正式党员"),
                                        Cat(count, "名", full && !twice ? "" : "，不符合条件")));
  const bool free =
      every([](const Person& person) { return !person.on_probation_within && !person.suspended; });
  RONGHE_RETURN_IF_ERROR(Require(free, "sponsors.bar", "A_INTRODUCER_BAR",
                                 "受留党察看处分、尚未恢复党员权利的党员不能作入党介绍人。",
                                 "党员权利未受限制", free ? "未受限制" : "受限制"));
  const bool unmarked = every([](const Person& person) { return !person.in_effect_period; });
  guard_.Expect(unmarked, Get("sponsors.unfit"), "A_INTRODUCER_UNFIT", "不在处分影响期内",
                unmarked ? "不在" : "在");
  next_.sponsors = static_cast<int32_t>(count);
  return absl::OkStatus();
}

absl::Status Step::Take(const RecordBackgroundReview& event) {
  RONGHE_RETURN_IF_ERROR(Require(event.document && event.conclusion != Conclusion::kNone,
                                 "background.review", "A_DOCUMENT",
                                 "政治审查必须形成结论性材料，请先上传。", "BACKGROUND_REVIEW",
                                 event.document ? "无结论" : "无材料"));
  const bool asked = !before_.floating || (event.household_asked && event.residence_asked);
  RONGHE_RETURN_IF_ERROR(Require(asked, "background.floating", "A_REVIEW_FLOATING",
                                 "对流动人员的政治审查，还应当征求户籍地和居住地党组织意见。",
                                 "户籍地和居住地", YesNo(asked)));
  if (const Rule* const joint = rules_.Find("background.joint")) {
    guard_.Expect(event.joint, *joint, "A_JOINT_REVIEW", "县级政审联审", YesNo(event.joint));
  }
  next_.background_review = event.conclusion;
  if (event.conclusion == Conclusion::kFailed) {
    End(State::kRejected, EndReason::kBackgroundReview);
  }
  return absl::OkStatus();
}

absl::Status Step::Take(const RecordTraining& event) {
  if (event.waived_by) RONGHE_RETURN_IF_ERROR(CheckCommittee(*event.waived_by, "training.days"));
  const Rule& days = Get("training.days");
  const int64_t hours = Get("training.hours").number;
  RONGHE_RETURN_IF_ERROR(guard_.RequireUnless(
      event.waived_by.has_value(), event.days >= days.number || event.hours >= hours, days,
      "A_TRAIN_SHORT",
      Cat("短期集中培训不少于", days.number, "天或者", hours, "个学时，未经培训的不能发展入党。"),
      Cat(days.number, "天或", hours, "学时"), Cat(event.days, "天，", event.hours, "学时")));
  next_.trained = true;
  return absl::OkStatus();
}

absl::Status Step::Take(const ReviewByBranch& event) {
  const Rule& before = Get("branch_review.prerequisites");
  const bool sponsors = before_.sponsors == Get("sponsors.count").number;
  const bool reviewed = before_.background_review == Conclusion::kPassed;
  RONGHE_RETURN_IF_ERROR(guard_.Require(
      sponsors && reviewed && before_.trained, before, "A_PREREQ",
      "应当先确定入党介绍人，政治审查合格，并经过短期集中培训。", "入党介绍人、政治审查、集中培训",
      Cat(YesNo(sponsors), "、", YesNo(reviewed), "、", YesNo(before_.trained))));
  const Rule& leaving = Get("branch_review.leaving_months");
  RONGHE_RETURN_IF_ERROR(guard_.RequireUnless(
      event.leaving_excused, !event.leaving_soon, leaving, "A_LEAVING",
      Cat("发展对象未来", leaving.number, "个月内将离开工作、学习单位的，一般不办理接收手续。"),
      YesNo(false), YesNo(event.leaving_soon)));
  RONGHE_RETURN_IF_ERROR(CheckBranchDecision(event.motion, "branch_review.prerequisites"));
  Enter(State::kBranchReviewed);
  return absl::OkStatus();
}

absl::Status Step::Take(const PreReviewAdmission& event) {
  RONGHE_RETURN_IF_ERROR(CheckApprover(event.committee));
  if (!event.passed) {
    Enter(State::kReturned);
    return absl::OkStatus();
  }
  RONGHE_RETURN_IF_ERROR(Require(!event.form_number.empty(), "pre_review.form", "A_FORM_NUMBER",
                                 "预审合格的，应当发给《入党志愿书》并填写编号。",
                                 "《入党志愿书》编号", event.form_number));
  next_.approver_id = event.committee.id;
  next_.form_number = event.form_number;
  next_.pre_reviewed_on = day_;
  Enter(State::kPreReviewed);
  if (const Rule* const limit = rules_.Find("vote.months")) {
    Set("DL-05", MonthsAfter(day_, limit->number), *limit);
  }
  return absl::OkStatus();
}

absl::Status Step::Take(const RecordAdmissionVote& event) {
  RONGHE_RETURN_IF_ERROR(
      CheckMotion(event.motion, {MotionKind::kAdmission}, Subject(), before_.organization_id));
  RONGHE_RETURN_IF_ERROR(CheckLater(event.submitted_on));
  const Rule& most = Get("approve.max_months");
  if (before_.state != State::kPreReviewed &&
      day_ <= MonthsAfter(*before_.submitted_on, most.number)) {
    return StateRefused(kind_, before_.state);
  }
  RONGHE_RETURN_IF_ERROR(CheckBallot(event.motion, "Q_ADMIT", "V_ADMIT"));
  if (const Rule* const limit = rules_.Find("vote.months")) {
    ExpectBy(MonthsAfter(*before_.pre_reviewed_on, limit->number), *limit, "A_MEETING_LATE");
  }
  Meet("DL-05");
  if (!event.motion.carried) {
    End(State::kNotPassed, EndReason::kNone);
    return absl::OkStatus();
  }
  next_.voted_on = day_;
  next_.submitted_on = event.submitted_on;
  Enter(State::kBranchPassed);
  const Rule& limit = Get("approve.months");
  Set("DL-06", MonthsAfter(event.submitted_on, limit.number), limit, Actor::kApprover);
  return absl::OkStatus();
}

absl::Status Step::Take(const RecordUpperTalk& event) {
  RONGHE_RETURN_IF_ERROR(CheckCommittee(event.committee, "approve.talk"));
  const Rule& talk = Get("approve.talk");
  const bool holds = std::any_of(event.talker.posts.begin(), event.talker.posts.end(),
                                 [&](Post post) { return talk.Has(static_cast<int64_t>(post)); });
  RONGHE_RETURN_IF_ERROR(guard_.Require(holds, talk, "A_TALKER",
                                        "审批前应当由党委委员或者组织员谈话。", "党委委员或组织员",
                                        YesNo(holds)));
  Enter(State::kTalkedByUpper);
  return absl::OkStatus();
}

absl::Status Step::Take(const ApproveAdmission& event) {
  RONGHE_RETURN_IF_ERROR(CheckApprover(event.committee));
  RONGHE_RETURN_IF_ERROR(
      CheckMotion(event.motion, {MotionKind::kApproval}, Subject(), event.committee.id));
  RONGHE_RETURN_IF_ERROR(CheckLater(event.replied_on));
  const Rule& most = Get("approve.max_months");
  const absl::CivilDay last = MonthsAfter(*before_.submitted_on, most.number);
  RONGHE_RETURN_IF_ERROR(
      guard_.Require(day_ <= last, most, "A_APPROVE_6M",
                     Cat("党委审批最长不得超过", most.number, "个月，应当重新提交支部大会讨论。"),
                     FormatDay(last), FormatDay(day_)));
  const Rule& limit = Get("approve.months");
  const absl::CivilDay usual = MonthsAfter(*before_.submitted_on, limit.number);
  RONGHE_RETURN_IF_ERROR(guard_.RequireUnless(
      event.special, day_ <= usual, limit, "A_APPROVE_3M",
      Cat("党委审批应当在", limit.number, "个月内完成；特殊情况需要延长的，请说明原因。"),
      FormatDay(usual), FormatDay(day_)));
  guard_.Expect(event.motion.carried, Get("approve.vote"), "A_NOT_APPROVED", "集体讨论、逐个表决",
                event.motion.carried ? "批准" : "未批准");
  Meet("DL-06");
  if (!event.motion.carried) {
    End(State::kNotApproved, EndReason::kNone);
    return absl::OkStatus();
  }
  next_.approved_on = day_;
  next_.replied_on = event.replied_on;
  const Rule& probation = Get("probation.months");
  next_.probation_ends_on = MonthsAfter(*before_.voted_on, probation.number);
  Enter(State::kProbationary);
  if (const Rule* const oath = rules_.Find("oath.months")) {
    Set("DL-07", MonthsAfter(event.replied_on, oath->number), *oath);
  }
  Set("DL-08", *next_.probation_ends_on, probation);
  act_ = MembershipAct::kAdmit;
  return absl::OkStatus();
}

absl::Status Step::Take(const FileAdmission& event) {
  RONGHE_RETURN_IF_ERROR(CheckCommittee(event.committee, "approve.file"));
  return Require(event.committee.id != before_.approver_id, "approve.file", "A_UPPER",
                 "应当报审批党委的上级党委组织部门备案。", "审批党委的上级", "审批党委");
}

absl::Status Step::Take(const AssignGroup& event) {
  return Require(event.of_branch, "group.assign", "A_GROUP", "应当编入本支部或者本支部的党小组。",
                 YesNo(true), YesNo(event.of_branch));
}

absl::Status Step::Take(const RecordOath&) {
  if (const Rule* const limit = rules_.Find("oath.months")) {
    ExpectBy(MonthsAfter(*before_.replied_on, limit->number), *limit, "A_OATH_LATE");
  }
  Meet("DL-07");
  return absl::OkStatus();
}

absl::Status Step::Take(const ReviewProbation&) { return absl::OkStatus(); }

absl::Status Step::Take(const ApplyForConversion&) {
  const Rule& early = Get("convert.early_days");
  const absl::CivilDay first = *before_.probation_ends_on - early.number;
  RONGHE_RETURN_IF_ERROR(guard_.Require(day_ >= first, early, "A_CONVERT_EARLY",
                                        "预备期还没有满，不能提出转正申请。", FormatDay(first),
                                        FormatDay(day_)));
  Enter(State::kConversionApplied);
  return absl::OkStatus();
}

//
absl::Status Step::CheckProposal(const RecordConversionVote& event) {
  const bool applied = before_.state == State::kConversionApplied;
  if (event.proposal != Proposal::kCancel) {
    RONGHE_RETURN_IF_ERROR(Require(event.all_heard, "convert.opinions", "A_OPINIONS",
                                   "应当征求党小组、党员和群众的意见。", YesNo(true),
                                   YesNo(event.all_heard)));
  }
  if (event.proposal == Proposal::kExtend) {
    const Rule& times = Get("probation.extensions");
    RONGHE_RETURN_IF_ERROR(guard_.Require(before_.extended_months == 0, times, "A_EXT_TWICE",
                                          "预备期只能延长一次。", Cat(times.number),
                                          Cat(before_.extended_months == 0 ? 1 : 2)));
    const Rule& least = Get("probation.extend_min");
    const int64_t most = Get("probation.extend_max").number;
    RONGHE_RETURN_IF_ERROR(
        guard_.Require(event.months >= least.number && event.months <= most, least, "A_EXT_RANGE",
                       Cat("延长预备期不少于", least.number, "个月、不超过", most, "个月。"),
                       Cat(least.number, "-", most), Cat(event.months)));
    return applied ? absl::OkStatus() : StateRefused(kind_, before_.state);
  }
  if (event.proposal == Proposal::kOnTime) {
    if (before_.state == State::kProbationary) return StateRefused(kind_, before_.state);
    RONGHE_RETURN_IF_ERROR(Require(day_ >= *before_.probation_ends_on, "convert.on_time",
                                   "A_CONVERT_EARLY", "预备期还没有满，支部大会不能讨论转正。",
                                   FormatDay(*before_.probation_ends_on), FormatDay(day_)));
  }
  return absl::OkStatus();
}

absl::Status Step::Take(const RecordConversionVote& event) {
  RONGHE_RETURN_IF_ERROR(
      CheckMotion(event.motion, {MotionKind::kConversion}, Subject(), before_.organization_id));
  RONGHE_RETURN_IF_ERROR(CheckLater(event.submitted_on));
  RONGHE_RETURN_IF_ERROR(CheckProposal(event));
  RONGHE_RETURN_IF_ERROR(CheckBallot(event.motion, "Q_CONV", "V_CONV"));
  if (before_.postponed_to) {
    ExpectBy(*before_.postponed_to, Get("convert.postpone_months"), "A_POSTPONE_LATE");
  }
  if (!event.motion.carried) return absl::OkStatus();
  next_.proposal = event.proposal;
  next_.proposal_months = event.proposal == Proposal::kExtend ? event.months : 0;
  next_.conversion_submitted_on = event.submitted_on;
  Enter(State::kConversionPassed);
  Meet("DL-08");
  Meet("DL-10");
  const Rule& limit = Get("convert.approve_months");
  Set("DL-09", MonthsAfter(event.submitted_on, limit.number), limit, Actor::kApprover);
  return absl::OkStatus();
}

void Step::ReturnToProbation() {
  Enter(before_.extended_months > 0 ? State::kProbationExtended : State::kProbationary);
  next_.proposal = Proposal::kNone;
  next_.proposal_months = 0;
  Set("DL-08", *before_.probation_ends_on, Get("probation.months"));
}

absl::Status Step::Take(const DecideConversion& event) {
  RONGHE_RETURN_IF_ERROR(CheckApprover(event.committee));
  RONGHE_RETURN_IF_ERROR(
      CheckMotion(event.motion, {MotionKind::kApproval}, Subject(), event.committee.id));
  const Rule& limit = Get("convert.approve_months");
  ExpectBy(MonthsAfter(*before_.conversion_submitted_on, limit.number), limit, "A_CONVERT_LATE");
  Meet("DL-09");
  if (!event.motion.carried) {
    ReturnToProbation();
    return absl::OkStatus();
  }
  const absl::CivilDay end = *before_.probation_ends_on;
  next_.conversion_decided_on = day_;
  switch (before_.proposal) {
    case Proposal::kExtend: {
      const Rule& months = Get("probation.extend_min");
      next_.extended_months = before_.proposal_months;
      next_.probation_ends_on = MonthsAfter(end, before_.proposal_months);
      next_.conversion_outcome = ConversionOutcome::kExtended;
      Enter(State::kProbationExtended);
      Set("DL-08", *next_.probation_ends_on, months);
      act_ = MembershipAct::kNoteExtension;
      return absl::OkStatus();
    }
    case Proposal::kCancel:
      next_.conversion_outcome =
          day_ < end ? ConversionOutcome::kCancelledEarly : ConversionOutcome::kCancelled;
      End(State::kDisqualified, EndReason::kNone);
      act_ = MembershipAct::kDisqualify;
      return absl::OkStatus();
    default:
      break;
  }
  next_.full_from = end;
  next_.conversion_outcome = before_.extended_months > 0 ? ConversionOutcome::kAfterExtension
                             : before_.postponed_to      ? ConversionOutcome::kAfterPostponement
                                                         : ConversionOutcome::kOnTime;
  RONGHE_RETURN_IF_ERROR(
      Require(true, "convert.party_age", "", "", "预备期满之日", FormatDay(end)));
  Enter(State::kFull);
  DropDeadlines();
  act_ = MembershipAct::kConvert;
  return absl::OkStatus();
}

// who was transferred in when the probation ended; the day of conversion stays.
absl::Status Step::Take(const PostponeConversion& event) {
  const Rule& most = Get("convert.postpone_months");
  const absl::CivilDay end = *before_.probation_ends_on;
  const absl::CivilDay last = MonthsAfter(end, most.number);
  const bool transferred = before_.transferred_in_on.has_value();
  RONGHE_RETURN_IF_ERROR(
      guard_.Require(transferred && event.until > end && event.until <= last, most, "A_POSTPONE",
                     Cat("转入时预备期已满的，可以推迟讨论转正，最长不超过", most.number, "个月。"),
                     Cat("转入，不迟于", FormatDay(last)),
                     Cat(transferred ? "转入" : "不是转入", "，", FormatDay(event.until))));
  next_.postponed_to = event.until;
  Set("DL-10", event.until, most);
  return absl::OkStatus();
}

//
absl::Status Step::Take(const RefuseRecognition& event) {
  const std::string_view key =
      event.ground == Ground::kUnconfirmed ? "recognition.unconfirmed" : "recognition.irregular";
  const Rule& kinds = Get("approve.kinds");
  RONGHE_RETURN_IF_ERROR(Require(
      event.committee.above_branch && event.committee.of_county && kinds.Has(event.committee.kind),
      key, "A_COUNTY", "不予承认由县级以上党委组织部门批准。", "县级以上党委",
      Cat(event.committee.kind, event.committee.of_county ? "" : "，不是县级以上")));
  if (event.ground == Ground::kUnconfirmed) {
    const bool transferred = IsProbation(before_.state) && before_.transferred_in_on.has_value();
    RONGHE_RETURN_IF_ERROR(Require(transferred, key, "A_TRANSFERRED",
                                   "只有转入的预备党员才有无法认定的情形。", "转入的预备党员",
                                   YesNo(transferred)));
  }
  if (IsProbation(before_.state) || IsFull(before_.state)) act_ = MembershipAct::kRefuse;
  End(State::kNotRecognised, EndReason::kNone);
  return absl::OkStatus();
}

absl::Status Step::Take(const ArchiveAdmissionCase& event) {
  std::string missing;
  for (const std::string& kind : event.missing) {
    missing = Cat(missing, missing.empty() ? "" : ",", kind);
  }
  RONGHE_RETURN_IF_ERROR(Require(missing.empty(), "archive.documents", "A_DOCUMENT",
                                 "材料还不齐全，不能归档。", missing.empty() ? "齐全" : missing,
                                 missing.empty() ? "齐全" : "缺"));
  Enter(State::kArchived);
  next_.ended_on = day_;
  return absl::OkStatus();
}

absl::Status Step::Take(const EndAdmissionCase& event) {
  End(State::kClosed, event.reason);
  return absl::OkStatus();
}

// The day before which an event can't have happened.
absl::CivilDay EarliestDay(const Case& before, EventKind event) {
  switch (event) {
    case EventKind::kAssignCultivators:
    case EventKind::kReviewActivist:
      return before.activist_on.value_or(before.state_since);
    case EventKind::kChooseSponsors:
    case EventKind::kRecordBackgroundReview:
    case EventKind::kRecordTraining:
      return before.candidate_on.value_or(before.state_since);
    case EventKind::kFileAdmission:
    case EventKind::kAssignGroup:
    case EventKind::kRecordOath:
    case EventKind::kReviewProbation:
      return before.approved_on.value_or(before.state_since);
    default:
      return before.state_since;
  }
}

}  // namespace

absl::CivilDay ReviewDue(absl::CivilDay activist_on, int32_t ordinal, int64_t months) {
  return MonthsAfter(activist_on, ordinal * months);
}

Case Leave(const Case& before, absl::CivilDay day) {
  Case next = before;
  next.state = State::kClosed;
  next.state_since = day;
  next.ended_on = day;
  next.end_reason = EndReason::kLeftParty;
  return next;
}

bool IsAllowed(EventKind event, State state) {
  switch (event) {
    case EventKind::kSubmitApplication:
    case EventKind::kAdmitSpecially:
      return state == State::kNone;
    case EventKind::kRecordTalk:
      return state == State::kApplied;
    case EventKind::kProposeActivist:
      return state == State::kTalked;
    case EventKind::kFileActivist:
      return state == State::kActivistDecided;
    case EventKind::kAssignCultivators:
      return state >= State::kActivist && state <= State::kCandidate;
    case EventKind::kReviewActivist:
      return state >= State::kActivist && state <= State::kNoticeOpen;
    case EventKind::kRelocateApplicant:
    case EventKind::kReceiveApplicant:
    case EventKind::kProposeCandidate:
      return state == State::kActivist;
    case EventKind::kConsentToCandidate:
      return state == State::kCandidateProposed;
    case EventKind::kStartNotice:
      return state == State::kCandidateConsented;
    case EventKind::kCloseNotice:
      return state == State::kNoticeOpen;
    case EventKind::kChooseSponsors:
    case EventKind::kRecordBackgroundReview:
    case EventKind::kRecordTraining:
    case EventKind::kReviewByBranch:
      return IsAnyOf(state, {State::kCandidate, State::kReturned});
    case EventKind::kPreReviewAdmission:
      return state == State::kBranchReviewed;
    case EventKind::kRecordAdmissionVote:
      return IsAnyOf(state, {State::kPreReviewed, State::kBranchPassed, State::kTalkedByUpper});
    case EventKind::kRecordUpperTalk:
      return state == State::kBranchPassed;
    case EventKind::kApproveAdmission:
      return state == State::kTalkedByUpper;
    case EventKind::kFileAdmission:
    case EventKind::kAssignGroup:
    case EventKind::kRecordOath:
    case EventKind::kReviewProbation:
    case EventKind::kLeaveParty:
      return IsProbation(state);
    case EventKind::kApplyForConversion:
      return IsAnyOf(state, {State::kProbationary, State::kProbationExtended});
    case EventKind::kRecordConversionVote:
      return IsProbation(state) && state != State::kConversionPassed;
    case EventKind::kDecideConversion:
      return state == State::kConversionPassed;
    case EventKind::kPostponeConversion:
      return IsAnyOf(state, {State::kProbationary, State::kConversionApplied});
    case EventKind::kRefuseRecognition:
      return state != State::kNone && !IsEnded(state);
    case EventKind::kArchiveAdmissionCase:
      return state == State::kFull;
    case EventKind::kEndAdmissionCase:
      return IsBeforeApproval(state);
  }
  return false;
}

absl::StatusOr<Effect> Machine::Apply(const Case& before, const Event& event,
                                      absl::CivilDay today) const {
  const EventKind kind = KindOf(event);
  if (!IsAllowed(kind, before.state)) return StateRefused(kind, before.state);
  const absl::CivilDay day = DayOf(event);
  if (day > today) return EffectiveDateInFuture(day, today);
  if (before.state != State::kNone) {
    const absl::CivilDay earliest = EarliestDay(before, kind);
    if (day < earliest) return DayOutOfOrder(day, earliest);
  }
  Step step(before, book_.On(day), calendar_, kind, day, today);
  RONGHE_RETURN_IF_ERROR(
      std::visit([&](const auto& taken) -> absl::Status { return step.Take(taken); }, event));
  return std::move(step).Finish();
}

}  // namespace ronghe::membership::admission
