#include "services/membership/api/transfer_view.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "services/membership/api/case_convert.h"
#include "services/membership/api/convert.h"
#include "services/membership/api/transfer_acceptance.h"
#include "services/membership/domain/transfer/rules.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/decision_store.h"
#include "services/membership/store/document_store.h"
#include "services/membership/store/organization_store.h"

namespace ronghe::membership {
namespace {

// The most of anything that a case shows.
constexpr int32_t kShown = 200;

std::string OrganizationName(int64_t id) {
  return id == 0 ? std::string() : base::Name("organizations", id);
}

// Somebody whom the case is about, and what it says of them.
struct Subjected {
  v1::Member member;  // masked; name empty for a person from outside who was not accepted yet
  TransferMemberRow row;
};

// The person from outside, before they are a member here.
absl::StatusOr<Subjected> ReadPerson(const PersonalFields& fields, const TransferPersonRow& row) {
  RONGHE_ASSIGN_OR_RETURN(const Particulars particulars,
                          OpenParticulars(fields, row.particulars, row.transfer_id));
  Subjected subject;
  subject.member.set_full_name(particulars.full_name);
  subject.member.set_identity_number(particulars.identity_number);
  subject.member.set_gender(static_cast<v1::Gender>(particulars.gender));
  subject.member.set_ethnicity(particulars.ethnicity);
  MaskMember(subject.member);
  subject.row = {.transfer_id = row.transfer_id,
                 .category = particulars.category,
                 .dues_paid_through = row.dues_paid_through,
                 .dues_source = DuesSource::kStated};
  return subject;
}

// The first kShown whom the case is about; with `whole` with all that a letter says of them.
absl::StatusOr<std::vector<Subjected>> ReadSubjects(sql::Session& session,
                                                    const PersonalFields& fields,
                                                    const TransferRow& row, absl::CivilDay today,
                                                    bool whole) {
  std::vector<Subjected> subjects;
  if (row.kind == TransferKind::kIn) {
    RONGHE_ASSIGN_OR_RETURN(const std::optional<TransferPersonRow> person,
                            PersonOfTransfer(session, row.id));
    if (person && !person->particulars.empty()) {
      RONGHE_ASSIGN_OR_RETURN(subjects.emplace_back(), ReadPerson(fields, *person));
      return subjects;
    }
  }
  RONGHE_ASSIGN_OR_RETURN(std::vector<TransferMemberRow> rows, MembersOfTransfer(session, row.id));
  std::vector<int64_t> ids;
  for (const TransferMemberRow& member : rows) ids.push_back(member.member_id);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> members, LoadMembers(session, ids));
  absl::flat_hash_map<int64_t, const MemberRow*> by_id;
  for (const MemberRow& member : members) by_id.emplace(member.id, &member);
  for (const TransferMemberRow& member : rows) {
    const auto it = by_id.find(member.member_id);
    if (it == by_id.end()) continue;
    v1::Member shown = BasicToProto(*it->second);
    if (whole) {
      RONGHE_ASSIGN_OR_RETURN(shown, FullToProto(*it->second, fields, today));
    }
    subjects.push_back({std::move(shown), member});
  }
  return subjects;
}

v1::TransferMember ToProto(const Subjected& subject) {
  v1::TransferMember shown;
  shown.set_member(subject.member.name());
  shown.set_full_name(subject.member.full_name());
  shown.set_category(static_cast<v1::MemberCategory>(subject.row.category));
  shown.set_from_organization(OrganizationName(subject.row.from_organization_id));
  if (subject.row.dues_paid_through) {
    *shown.mutable_dues_paid_through() = rpc::ToProto(*subject.row.dues_paid_through);
  }
  shown.set_dues_confirmed(subject.row.dues_source == DuesSource::kAccount);
  return shown;
}

v1::IntroducedMember Introduce(const Subjected& subject) {
  v1::IntroducedMember shown;
  shown.set_full_name(subject.member.full_name());
  shown.set_identity_number(subject.member.identity_number());
  shown.set_gender(subject.member.gender());
  shown.set_ethnicity(subject.member.ethnicity());
  shown.set_category(static_cast<v1::MemberCategory>(subject.row.category));
  if (subject.row.dues_paid_through) {
    *shown.mutable_dues_paid_through() = rpc::ToProto(*subject.row.dues_paid_through);
  }
  return shown;
}

v1::TransferStep ToProto(const TransferStepRow& row) {
  v1::TransferStep step;
  step.set_number(row.number);
  step.set_action(static_cast<v1::TransferAction>(row.action));
  step.set_state(static_cast<v1::TransferState>(row.state));
  step.set_organization(OrganizationName(row.organization_id));
  step.set_actor(row.actor);
  *step.mutable_day() = rpc::ToProto(row.day);
  step.set_return_reason(static_cast<v1::TransferReturnReason>(row.reason));
  *step.mutable_time() = rpc::ToProto(row.time);
  return step;
}

// The rule under which a step is taken.
std::string_view RuleKey(TransferAction action) {
  switch (action) {
    case TransferAction::kApproveOut:
      return "transfer.committee_kinds";
    case TransferAction::kIssueLetter:
    case TransferAction::kAccept:
      return "letter.max_days";
    case TransferAction::kComplete:
      return "letter.stub_years";
    case TransferAction::kExtendLetter:
      return "letter.extension_days";
    default:
      return "transfer.return_reasons";
  }
}

v1::TransferNextStep NextStep(const TransferRow& row, TransferAction action, const RuleSet& rules) {
  v1::TransferNextStep next;
  next.set_action(static_cast<v1::TransferAction>(action));
  next.set_organization(OrganizationName(row.committee(ActingSide(row.kind, action))));
  const bool timed = row.state == TransferState::kInTransit &&
                     action != TransferAction::kWithdraw && action != TransferAction::kRedirect;
  if (timed && row.expires_on) *next.mutable_due_on() = rpc::ToProto(*row.expires_on);
  const Rule& rule = rules.Get(RuleKey(action));
  next.set_rule_id(rule.id);
  next.set_source(rule.source);
  return next;
}

v1::Decision ToProto(const Decision& decision, const Subject& subject) {
  return membership::ToProto(DecisionRow{.subject_collection = subject.collection,
                                         .subject_id = subject.id,
                                         .rule_id = decision.rule_id,
                                         .rule_set = decision.rule_set,
                                         .source = decision.source,
                                         .required = decision.required,
                                         .actual = decision.actual,
                                         .outcome = decision.outcome,
                                         .reason = decision.reason});
}

void AddFindings(const TransferRow& row, const RuleSet& rules, absl::CivilDay today,
                 v1::Transfer& transfer) {
  if (!row.closed_on) return;
  const std::optional<Decision> finding = FindUnreceived(rules, row.state, *row.closed_on, today);
  if (finding) *transfer.add_findings() = ToProto(*finding, row.subject());
}

absl::StatusOr<std::string> TitleOf(sql::Session& session, int64_t id) {
  if (id == 0) return std::string();
  const std::vector<int64_t> ids = {id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> rows, LoadOrganizations(session, ids));
  return rows.empty() ? std::string() : rows.front().title;
}

}  // namespace

v1::Transfer ToProto(const TransferRow& row) {
  v1::Transfer transfer;
  transfer.set_name(base::Name(kTransfers, row.id));
  transfer.set_transfer_no(row.transfer_no);
  transfer.set_kind(static_cast<v1::TransferKind>(row.kind));
  transfer.set_state(static_cast<v1::TransferState>(row.state));
  transfer.set_reason(static_cast<v1::TransferReason>(row.reason));
  transfer.set_reach(static_cast<v1::TransferReach>(row.reach));
  transfer.set_sender(OrganizationName(row.sender_organization_id));
  transfer.set_from_organization(OrganizationName(row.from_organization_id));
  transfer.set_receiver(OrganizationName(row.receiver_organization_id));
  transfer.set_to_organization(OrganizationName(row.to_organization_id));
  transfer.set_outside_title(row.outside_title);
  transfer.set_outside_code(row.outside_code);
  transfer.set_unit(OrganizationName(row.unit_organization_id));
  transfer.set_member_count(row.member_count);
  transfer.set_upper_consent(row.upper_consent);
  if (row.away_since) *transfer.mutable_away_since() = rpc::ToProto(*row.away_since);
  transfer.set_no_personnel_file(row.no_personnel_file);
  transfer.set_letter_number(row.letter_number);
  if (row.letter_issued_on) {
    *transfer.mutable_letter_issued_on() = rpc::ToProto(*row.letter_issued_on);
  }
  if (row.expires_on) *transfer.mutable_expires_on() = rpc::ToProto(*row.expires_on);
  transfer.set_extensions(row.extensions);
  if (row.effective_on) *transfer.mutable_effective_date() = rpc::ToProto(*row.effective_on);
  transfer.set_receipt_number(row.receipt_number);
  if (row.completed_on) *transfer.mutable_completed_on() = rpc::ToProto(*row.completed_on);
  transfer.set_return_reason(static_cast<v1::TransferReturnReason>(row.return_reason));
  transfer.set_etag(rpc::EtagOf(row.etag));
  transfer.set_pending_count(row.pending_count);
  *transfer.mutable_create_time() = rpc::ToProto(row.create_time);
  *transfer.mutable_update_time() = rpc::ToProto(row.update_time);
  return transfer;
}

absl::StatusOr<v1::Transfer> CaseToProto(sql::Session& session, const PersonalFields& fields,
                                         const RuleSet& rules, const TransferRow& row,
                                         absl::CivilDay today) {
  v1::Transfer transfer = ToProto(row);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Subjected> subjects,
                          ReadSubjects(session, fields, row, today, false));
  for (const Subjected& subject : subjects) *transfer.add_members() = ToProto(subject);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<TransferStepRow> steps,
                          StepsOf(session, row.id, kShown));
  for (const TransferStepRow& step : steps) *transfer.add_steps() = ToProto(step);
  for (const TransferAction action : NextActions(row.kind, row.state)) {
    *transfer.add_next_steps() = NextStep(row, action, rules);
  }
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DecisionRow> decisions,
                          DecisionsOf(session, row.subject(), 0, kShown));
  for (const DecisionRow& decision : decisions) {
    *transfer.add_decisions() = membership::ToProto(decision);
  }
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DeadlineRow> deadlines,
                          DeadlinesOf(session, row.subject()));
  for (const DeadlineRow& deadline : deadlines) {
    *transfer.add_deadlines() = membership::ToProto(deadline);
  }
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DocumentRow> documents,
                          DocumentsOf(session, row.subject()));
  for (const DocumentRow& document : documents) {
    *transfer.add_documents() = membership::ToProto(document);
  }
  AddFindings(row, rules, today, transfer);
  return transfer;
}

absl::StatusOr<v1::TransferLetter> LetterToProto(sql::Session& session,
                                                 const PersonalFields& fields, const RuleSet& rules,
                                                 const TransferRow& row, absl::CivilDay today) {
  v1::TransferLetter letter;
  letter.set_transfer(base::Name(kTransfers, row.id));
  letter.set_transfer_no(row.transfer_no);
  letter.set_letter_number(row.letter_number);
  letter.set_sender_title(row.outside_title);
  letter.set_receiver_title(row.outside_title);
  if (row.sender_organization_id != 0) {
    RONGHE_ASSIGN_OR_RETURN(*letter.mutable_sender_title(),
                            TitleOf(session, row.sender_organization_id));
  }
  if (row.receiver_organization_id != 0) {
    RONGHE_ASSIGN_OR_RETURN(*letter.mutable_receiver_title(),
                            TitleOf(session, row.receiver_organization_id));
  }
  RONGHE_ASSIGN_OR_RETURN(*letter.mutable_to_title(), TitleOf(session, row.to_organization_id));
  RONGHE_ASSIGN_OR_RETURN(*letter.mutable_unit_title(), TitleOf(session, row.unit_organization_id));
  *letter.mutable_issued_on() = rpc::ToProto(*row.letter_issued_on);
  letter.set_valid_days(static_cast<int32_t>(*row.expires_on - *row.letter_issued_on));
  *letter.mutable_expires_on() = rpc::ToProto(*row.expires_on);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Subjected> subjects,
                          ReadSubjects(session, fields, row, today, true));
  for (const Subjected& subject : subjects) *letter.add_members() = Introduce(subject);
  *letter.mutable_stub_kept_until() = rpc::ToProto(StubKeptUntil(rules, *row.letter_issued_on));
  letter.set_receipt_number(row.receipt_number);
  if (row.effective_on) *letter.mutable_effective_date() = rpc::ToProto(*row.effective_on);
  return letter;
}

}  // namespace ronghe::membership
