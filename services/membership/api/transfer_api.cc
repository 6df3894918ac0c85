#include "services/membership/api/transfer_api.h"

#include <algorithm>
#include <limits>
#include <set>
#include <span>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_format.h"
#include "common/audit/read.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/etag.h"
#include "services/membership/api/case_convert.h"
#include "services/membership/api/convert.h"
#include "services/membership/api/transfer_acceptance.h"
#include "services/membership/api/transfer_view.h"
#include "services/membership/api/waiting.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/member.h"
#include "services/membership/domain/transfer/errors.h"
#include "services/membership/domain/transfer/rules.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/decision_store.h"
#include "services/membership/store/document_store.h"
#include "services/membership/store/member_store.h"

namespace ronghe::membership {
namespace {

constexpr char kLetterDeadline[] = "DL-16";
constexpr char kGraduateDeadline[] = "DL-15";

// A subtree of so many organizations is read organization by organization; a larger one by looking
// at all transfers, the newest first, so many at a time and so often for one page.
constexpr size_t kFewOrganizations = 256;
constexpr int32_t kScanPage = 1000;
constexpr int kMaxScans = 5;

// What the decisions of a step are filed under.
std::string_view EventOf(TransferAction action) {
  switch (action) {
    case TransferAction::kCreate:
      return "CreateTransfer";
    case TransferAction::kApproveOut:
      return "ApproveTransferOut";
    case TransferAction::kIssueLetter:
      return "IssueTransferLetter";
    case TransferAction::kAccept:
      return "AcceptTransfer";
    case TransferAction::kComplete:
      return "CompleteTransfer";
    case TransferAction::kReturn:
      return "ReturnTransfer";
    case TransferAction::kWithdraw:
      return "WithdrawTransfer";
    case TransferAction::kRedirect:
      return "RedirectTransfer";
    case TransferAction::kExtendLetter:
      return "ExtendTransferLetter";
    case TransferAction::kExpire:
      return "ExpireTransfer";
  }
  return "";
}

// The organization on which a step needs the permission. The draft of a unit is still with it.
int64_t ActingOrganization(const TransferRow& row, TransferAction action) {
  if (ActingSide(row.kind, action) == TransferSide::kReceiver) return row.to_organization_id;
  const bool draft =
      row.step == 0 || (action == TransferAction::kWithdraw && row.state == TransferState::kDraft);
  return draft && row.unit_organization_id != 0 ? row.unit_organization_id
                                                : row.from_organization_id;
}

// What the sender's committee is asked for in a state; the letter waits by its own deadline.
std::string_view WaitOf(TransferState state) {
  return state == TransferState::kDraft ? kTransferOutWaits : kNobody;
}

absl::Status FollowWait(service::WriteTx& tx, const RuleSet& rules, std::string_view before,
                        const TransferRow& row) {
  return MoveWait(
      tx, rules, row.subject(),
      {.before = before,
       .after = WaitOf(row.state),
       .organization_id = row.committee(ActingSide(row.kind, TransferAction::kApproveOut))});
}

// Whether the caller may draft for those whom the request names. Asked before anything else of the
// request is looked at.
absl::Status AuthorizeDraft(service::WriteTx& tx, const v1::CreateTransferRequest& request) {
  std::vector<int64_t> ids;
  for (const std::string& name : request.members()) {
    RONGHE_ASSIGN_OR_RETURN(ids.emplace_back(), base::ParseName(name, "members"));
  }
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> members, LoadMembers(tx.session(), ids));
  for (const int64_t id : ids) {
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const MemberRow& member) { return member.id == id; });
    if (found == members.end()) return MemberNotFound(id);
  }
  for (const MemberRow& member : members) {
    RONGHE_RETURN_IF_ERROR(tx.call().Authorize(member.organization_id));
  }
  // Of a person from outside the receiver drafts.
  const bool in = request.kind() == v1::TRANSFER_KIND_IN;
  const std::string& organization = in ? request.to_organization() : request.unit();
  if (organization.empty()) return absl::OkStatus();
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(organization, "organizations"));
  return tx.call().Authorize(id);
}

std::optional<absl::CivilDay> FirstOfMonth(std::optional<absl::CivilDay> day) {
  if (day) day = absl::CivilDay(absl::CivilMonth(*day));
  return day;
}

// How many stored documents of a kind the case has.
int32_t CountDocuments(const std::vector<DocumentRow>& documents, std::string_view kind) {
  return static_cast<int32_t>(
      std::count_if(documents.begin(), documents.end(), [&](const DocumentRow& document) {
        return document.kind == kind && document.state == DocumentState::kStored;
      }));
}

// The earliest day until which a school may keep one of the members; nothing without graduates.
absl::StatusOr<std::optional<absl::CivilDay>> EarliestKept(sql::Session& session,
                                                           std::span<const MemberRow> members) {
  std::optional<absl::CivilDay> earliest;
  for (const MemberRow& member : members) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<DeadlineRow> deadlines,
                            DeadlinesOf(session, {"members", member.id}));
    for (const DeadlineRow& deadline : deadlines) {
      if (deadline.code != kGraduateDeadline || deadline.state != DeadlineState::kOpen) continue;
      earliest = std::min(earliest.value_or(deadline.due_on), deadline.due_on);
    }
  }
  return earliest;
}

std::vector<int64_t> IdsOf(std::span<const MemberRow> members) {
  std::vector<int64_t> ids;
  for (const MemberRow& member : members) ids.push_back(member.id);
  return ids;
}

// The members that a request names, by id.
absl::StatusOr<std::vector<int64_t>> ReadMembers(const v1::CreateTransferRequest& request) {
  std::set<int64_t> ids;
  for (const std::string& name : request.members()) {
    RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, "members"));
    if (!ids.insert(id).second) {
      return error::InvalidFields({{"members", "同一名党员只能写一次。"}});
    }
  }
  return std::vector<int64_t>(ids.begin(), ids.end());
}

// Particulars of the field "person".
Particulars ReadPerson(const v1::Member& person, absl::CivilDay today,
                       std::vector<error::FieldViolation>& violations) {
  constexpr std::string_view kMember = "member.";
  std::vector<error::FieldViolation> found;
  Particulars particulars = ReadParticulars(person, found);
  if (!CategoryOf(person.category())) {
    found.push_back({"member.category", "人员类别只能是正式党员或预备党员。"});
  }
  AddProblems(CheckParticulars(particulars, today), found);
  for (error::FieldViolation& violation : found) {
    violations.push_back({base::Cat("person.", violation.field.substr(kMember.size())),
                          std::move(violation.description_zh)});
  }
  return particulars;
}

// What each kind of transfer must say beside where it goes.
void CheckGiven(const v1::CreateTransferRequest& request,
                std::vector<error::FieldViolation>& violations) {
  const auto require = [&](bool given, std::string_view field, std::string_view message) {
    if (!given) violations.push_back({std::string(field), std::string(message)});
  };
  require(v1::TransferReason_IsValid(request.reason()), "reason", "转接原因不在代码表中。");
  switch (request.kind()) {
    case v1::TRANSFER_KIND_INSIDE:
    case v1::TRANSFER_KIND_OUT:
      require(!request.members().empty(), "members", "请选择要转接组织关系的党员。");
      break;
    case v1::TRANSFER_KIND_IN:
      require(request.has_person(), "person", "请填写转入党员的基本信息。");
      require(!Trim(request.letter_number()).empty(), "letter_number", "请填写介绍信编号。");
      require(request.has_letter_issued_on(), "letter_issued_on", "请填写介绍信开具日期。");
      break;
    case v1::TRANSFER_KIND_WHOLE_UNIT:
      require(!request.unit().empty(), "unit", "请选择整建制转接的党组织。");
      break;
    default:
      require(false, "kind", "转接类型不在代码表中。");
  }
  require(request.reason() != v1::TRANSFER_REASON_AWAY || request.has_away_since(), "away_since",
          "请填写外出的起始日期。");
}

}  // namespace

struct TransferApi::Given {
  TransferKind kind = TransferKind::kInside;
  std::vector<int64_t> members;
  int64_t unit = 0;
  Destination destination;
  Particulars person;
  std::string letter_number;
  std::optional<absl::CivilDay> letter_issued_on;
  int32_t letter_days = 0;
  std::optional<absl::CivilDay> dues_paid_through;
  std::optional<absl::CivilDay> away_since;
};

TransferApi::TransferApi(service::Writer& writer, MembershipTree& tree,
                         const OrganizationRuleBook& rules, const RuleBooks& books,
                         const PersonalFields& fields, const TransferSources& sources,
                         const rpc::PageTokens& tokens)
    : writer_(writer),
      tree_(tree),
      organization_rules_(rules),
      rules_(books.Get(kTransferBook)),
      fields_(fields),
      sources_(sources),
      tokens_(tokens) {}

const RuleSet& TransferApi::Rules(absl::CivilDay day) const { return rules_.On(day); }

absl::StatusOr<TransferApi::Destination> TransferApi::ReadDestination(
    TransferKind kind, std::string_view to_organization, std::string_view outside_title,
    std::string_view outside_code, v1::TransferReach reach) {
  std::vector<error::FieldViolation> violations;
  Destination destination{.outside_title = std::string(Trim(outside_title)),
                          .outside_code = std::string(outside_code)};
  if (reach != v1::TRANSFER_REACH_UNSPECIFIED) {
    destination.reach = ChangeCodeOf(static_cast<int32_t>(reach));
  }
  if (kind != TransferKind::kOut) {
    if (to_organization.empty()) {
      violations.push_back({"to_organization", "请选择接收的党组织。"});
    } else {
      RONGHE_ASSIGN_OR_RETURN(destination.organization_id,
                              base::ParseName(to_organization, "organizations"));
    }
  }
  if (kind == TransferKind::kOut || kind == TransferKind::kIn) {
    if (destination.outside_title.empty()) {
      violations.push_back({"outside_title", "请填写对方党组织的名称。"});
    }
    if (!destination.reach || !IsOutsideReach(*destination.reach)) {
      violations.push_back({"reach", "请选择跨省、部队或者系统。"});
    }
  }
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return destination;
}

absl::StatusOr<TransferApi::Given> TransferApi::Read(const v1::CreateTransferRequest& request,
                                                     absl::CivilDay today) {
  std::vector<error::FieldViolation> violations;
  CheckGiven(request, violations);
  Given given{.kind = static_cast<TransferKind>(request.kind()),
              .letter_number = std::string(Trim(request.letter_number())),
              .letter_days = request.letter_days()};
  given.dues_paid_through =
      FirstOfMonth(ReadDay(request.has_dues_paid_through(), request.dues_paid_through(),
                           "dues_paid_through", violations));
  given.away_since =
      ReadDay(request.has_away_since(), request.away_since(), "away_since", violations);
  given.letter_issued_on = ReadDay(request.has_letter_issued_on(), request.letter_issued_on(),
                                   "letter_issued_on", violations);
  for (const auto& [day, field] : {std::pair(given.away_since, "away_since"),
                                   std::pair(given.letter_issued_on, "letter_issued_on")}) {
    if (day && *day > today) violations.push_back({field, "不能晚于今天。"});
  }
  if (given.kind == TransferKind::kIn && request.has_person()) {
    given.person = ReadPerson(request.person(), today, violations);
  }
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  RONGHE_ASSIGN_OR_RETURN(given.members, ReadMembers(request));
  if (given.kind == TransferKind::kWholeUnit) {
    RONGHE_ASSIGN_OR_RETURN(given.unit, base::ParseName(request.unit(), "organizations"));
  }
  RONGHE_ASSIGN_OR_RETURN(
      given.destination,
      ReadDestination(given.kind, request.to_organization(), request.outside_title(),
                      request.outside_code(), request.reach()));
  return given;
}

absl::StatusOr<v1::Transfer> TransferApi::CreateTransfer(rpc::Call& call,
                                                         const v1::CreateTransferRequest& request) {
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  const absl::StatusOr<Given> read = Read(request, today);
  tree_.AfterOwnWrites(call.deadline());
  return writer_.Write<v1::Transfer>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Transfer> {
        RONGHE_RETURN_IF_ERROR(AuthorizeDraft(tx, request));
        RONGHE_RETURN_IF_ERROR(read.status());
        const Given& given = *read;
        Guard guard;
        TransferRow row{.id = tx.NextId(),
                        .kind = given.kind,
                        .state = FirstState(given.kind),
                        .reason = static_cast<TransferReason>(request.reason()),
                        .upper_consent = request.upper_consent(),
                        .away_since = given.away_since,
                        .no_personnel_file = request.no_personnel_file(),
                        .etag = 0,
                        .create_time = tx.now(),
                        .update_time = tx.now()};
        switch (given.kind) {
          case TransferKind::kInside:
          case TransferKind::kOut:
            RONGHE_RETURN_IF_ERROR(DraftMembers(tx, given, Rules(today), row));
            break;
          case TransferKind::kWholeUnit:
            RONGHE_RETURN_IF_ERROR(DraftUnit(tx, given, row));
            break;
          case TransferKind::kIn:
            RONGHE_RETURN_IF_ERROR(DraftPerson(tx, given, Rules(today), row, guard));
            break;
        }
        RONGHE_RETURN_IF_ERROR(Begin(tx, guard, row));
        return ToProto(row);
      });
}

absl::Status TransferApi::DraftMembers(service::WriteTx& tx, const Given& given,
                                       const RuleSet& rules, TransferRow& row) {
  sql::Session& session = tx.session();
  std::vector<MemberRow> members;
  for (const int64_t id : given.members) {
    RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(session, id));
    members.push_back(std::move(member));
  }
  std::set<int64_t> branches;
  for (const MemberRow& member : members) branches.insert(member.organization_id);
  for (const int64_t branch : branches) RONGHE_RETURN_IF_ERROR(tx.call().Authorize(branch));
  for (const MemberRow& member : members) {
    if (member.standing != Standing::kNormal) return TransferMemberNotNormal(member.id);
  }
  std::set<int64_t> committees;
  for (const int64_t branch : branches) {
    RONGHE_ASSIGN_OR_RETURN(const std::optional<TransferParty> party,
                            FindParty(session, rules, branch));
    if (!party || party->committee.id == 0) {
      return TransferNoCommittee(rules.Get("transfer.committee_kinds"), TransferSide::kSender);
    }
    committees.insert(party->committee.id);
  }
  if (committees.size() > 1) {
    return error::InvalidFields({{"members", "一次转接的党员应当属于同一个基层党委。"}});
  }
  row.sender_organization_id = *committees.begin();
  row.from_organization_id = branches.size() == 1 ? *branches.begin() : row.sender_organization_id;
  row.member_count = static_cast<int32_t>(members.size());
  RONGHE_RETURN_IF_ERROR(Address(session, given.destination, base::ShanghaiDay(tx.now()), row));
  std::vector<TransferMemberRow> listed;
  for (const MemberRow& member : members) {
    listed.push_back({.transfer_id = row.id,
                      .member_id = member.id,
                      .open_member_id = member.id,
                      .from_organization_id = member.organization_id,
                      .category = member.category});
  }
  RONGHE_RETURN_IF_ERROR(FillDues(session, given.dues_paid_through, listed));
  return InsertTransferMembers(session, listed);
}

absl::Status TransferApi::DraftUnit(service::WriteTx& tx, const Given& given, TransferRow& row) {
  sql::Session& session = tx.session();
  RONGHE_RETURN_IF_ERROR(tx.call().Authorize(given.unit));
  const absl::CivilDay today = base::ShanghaiDay(tx.now());
  const RuleSet& rules = Rules(today);
  RONGHE_ASSIGN_OR_RETURN(const OrganizationRow unit, LockOrganization(session, given.unit));
  if (unit.revoked_on) return OrganizationRevoked(given.unit);
  std::optional<TransferParty> parent;
  if (unit.parent_id != 0) {
    RONGHE_ASSIGN_OR_RETURN(parent, FindParty(session, rules, unit.parent_id));
  }
  if (!parent || parent->committee.id == 0) {
    return TransferNoCommittee(rules.Get("transfer.committee_kinds"), TransferSide::kSender);
  }
  row.unit_organization_id = given.unit;
  row.open_unit_id = given.unit;
  row.sender_organization_id = parent->committee.id;
  row.from_organization_id = unit.parent_id;
  const org::OrgCounts counts = tree_.tree().Count(given.unit);
  row.member_count = static_cast<int32_t>(counts.full + counts.probationary);
  return Address(session, given.destination, today, row);
}

absl::Status TransferApi::DraftPerson(service::WriteTx& tx, const Given& given,
                                      const RuleSet& rules, TransferRow& row, Guard& guard) {
  sql::Session& session = tx.session();
  const absl::CivilDay today = base::ShanghaiDay(tx.now());
  RONGHE_RETURN_IF_ERROR(tx.call().Authorize(given.destination.organization_id));
  RONGHE_RETURN_IF_ERROR(Address(session, given.destination, today, row));
  row.member_count = 1;
  row.letter_number = given.letter_number;
  row.letter_issued_on = given.letter_issued_on;
  RONGHE_ASSIGN_OR_RETURN(const int32_t days,
                          LetterDays(rules, row.reach, given.letter_days, guard));
  row.expires_on = *given.letter_issued_on + days;
  RONGHE_RETURN_IF_ERROR(CheckLetter(rules, *row.expires_on, today, guard));
  const sql::Bytes index(fields_.IdentityIndex(given.person.identity_number));
  const std::vector<std::string> indexes = {index};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> known, MembersByIdentity(session, indexes));
  if (!known.empty() && IsMember(known.front().standing)) return MemberExists();
  TransferPersonRow person{
      .transfer_id = row.id, .open_identity = index, .dues_paid_through = given.dues_paid_through};
  RONGHE_ASSIGN_OR_RETURN(person.particulars, SealParticulars(fields_, given.person, row.id));
  RONGHE_RETURN_IF_ERROR(InsertTransferPerson(session, person));
  return SetLetterDeadline(tx, rules, row);
}

absl::StatusOr<TransferParty> TransferApi::ReceivingParty(sql::Session& session,
                                                          int64_t organization_id,
                                                          absl::CivilDay today, TransferKind kind) {
  const RuleSet& rules = Rules(today);
  RONGHE_ASSIGN_OR_RETURN(std::optional<TransferParty> party,
                          FindParty(session, rules, organization_id));
  if (!party) return error::InvalidFields({{"to_organization", "没有这个党组织。"}});
  if (party->organization.revoked_on) return TransferReceiverRevoked(organization_id);
  if (kind != TransferKind::kWholeUnit) {
    RONGHE_RETURN_IF_ERROR(
        CheckHoldsMembers(organization_rules_.On(today), party->organization.kind));
  }
  if (party->committee.id == 0) {
    return TransferNoCommittee(rules.Get("transfer.committee_kinds"), TransferSide::kReceiver);
  }
  return *std::move(party);
}

absl::Status TransferApi::Address(sql::Session& session, const Destination& destination,
                                  absl::CivilDay today, TransferRow& row) {
  row.outside_title = destination.outside_title;
  row.outside_code = destination.outside_code;
  if (row.kind == TransferKind::kOut) {
    row.reach = *destination.reach;
    return absl::OkStatus();
  }
  RONGHE_ASSIGN_OR_RETURN(const TransferParty party,
                          ReceivingParty(session, destination.organization_id, today, row.kind));
  row.to_organization_id = destination.organization_id;
  row.receiver_organization_id = party.committee.id;
  if (row.kind == TransferKind::kIn) {
    row.reach = *destination.reach;
    return absl::OkStatus();
  }
  row.outside_title.clear();
  row.outside_code.clear();
  if (row.sender_organization_id == row.receiver_organization_id) {
    return TransferNotNeeded(row.sender_organization_id);
  }
  if (row.kind == TransferKind::kWholeUnit) {
    if (tree_.Within(row.to_organization_id, row.unit_organization_id)) {
      return OrganizationMoveCycle();
    }
    const std::vector<int64_t> ids = {row.unit_organization_id};
    RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> unit,
                            LoadOrganizations(session, ids));
    row.reach = ChangeCode::kInWholeUnit;
    return unit.empty() ? OrganizationNotFound(row.unit_organization_id)
                        : CheckPlace(organization_rules_.On(today), unit.front().kind,
                                     party.organization.kind);
  }
  RONGHE_ASSIGN_OR_RETURN(const std::optional<TransferParty> sender,
                          FindParty(session, Rules(today), row.sender_organization_id));
  std::optional<ChangeCode> reach =
      sender ? ReachBetween(sender->region, party.region) : std::nullopt;
  if (!reach && destination.reach && *destination.reach <= ChangeCode::kInNation) {
    reach = destination.reach;
  }
  if (!reach) {
    return error::InvalidFields(
        {{"reach", "双方基层党委的行政区划不全，请选择县内、市内跨县或者省内跨市。"}});
  }
  row.reach = *reach;
  return absl::OkStatus();
}

absl::Status TransferApi::Begin(service::WriteTx& tx, const Guard& guard, TransferRow& row) {
  sql::Session& session = tx.session();
  const absl::CivilDay today = base::ShanghaiDay(tx.now());
  const int64_t committee = row.committee(ActingSide(row.kind, TransferAction::kCreate));
  const std::vector<int64_t> ids = {committee};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> found,
                          LoadOrganizations(session, ids));
  if (found.empty()) return OrganizationNotFound(committee);
  RONGHE_ASSIGN_OR_RETURN(const int32_t number,
                          NextTransferNumber(session, committee, today.year()));
  row.transfer_no = absl::StrFormat("%s-%d-%05d", found.front().code, today.year(), number);
  RONGHE_RETURN_IF_ERROR(InsertTransfer(session, row));
  RONGHE_RETURN_IF_ERROR(FollowWait(tx, Rules(today), kNobody, row));
  const int64_t drafted_by = ActingOrganization(row, TransferAction::kCreate);
  RONGHE_RETURN_IF_ERROR(InsertDecisions(session, writer_.ids(), row.subject(),
                                         EventOf(TransferAction::kCreate), guard.decisions(),
                                         tx.now()));
  RONGHE_ASSIGN_OR_RETURN(std::vector<event::Draft> drafts,
                          SaveStep(session, row,
                                   {.action = TransferAction::kCreate,
                                    .organization_id = drafted_by,
                                    .actor = tx.call().principal().subject,
                                    .day = today},
                                   tx.now()));
  for (event::Draft& draft : drafts) tx.Emit(std::move(draft));
  tx.Audit(drafted_by, base::Name(kTransfers, row.id));
  return absl::OkStatus();
}

absl::Status TransferApi::FillDues(sql::Session& session,
                                   const std::optional<absl::CivilDay>& stated,
                                   std::vector<TransferMemberRow>& members) const {
  std::vector<int64_t> ids;
  for (const TransferMemberRow& member : members) ids.push_back(member.member_id);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesPaid> paid, sources_.DuesPaidThrough(session, ids));
  absl::flat_hash_map<int64_t, absl::CivilMonth> through;
  for (const DuesPaid& figure : paid) through.emplace(figure.member_id, figure.through);
  for (TransferMemberRow& member : members) {
    if (const auto it = through.find(member.member_id); it != through.end()) {
      member.dues_paid_through = absl::CivilDay(it->second);
      member.dues_source = DuesSource::kAccount;
    } else if (stated) {
      member.dues_paid_through = stated;
      member.dues_source = DuesSource::kStated;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Transfer> TransferApi::Take(rpc::Call& call, std::string_view name,
                                               std::string_view etag, TransferAction action,
                                               Apply apply) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, kTransfers));
  tree_.AfterOwnWrites(call.deadline());
  auto result =
      writer_.Write<v1::Transfer>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Transfer> {
        RONGHE_ASSIGN_OR_RETURN(TransferRow row, LockTransfer(tx.session(), id));
        RONGHE_RETURN_IF_ERROR(TakeInside(tx, etag, action, apply, row));
        return ToProto(row);
      });
  if (result.ok()) tree_.NoteWrite();
  return result;
}

absl::Status TransferApi::TakeInside(service::WriteTx& tx, std::string_view etag,
                                     TransferAction action, Apply apply, TransferRow& row) {
  sql::Session& session = tx.session();
  const int64_t acting = ActingOrganization(row, action);
  RONGHE_RETURN_IF_ERROR(tx.call().Authorize(acting));
  RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(etag, row.etag));
  const std::optional<TransferState> after = StateAfter(row.kind, row.state, action);
  if (!after) return TransferStateInvalid(row.state);
  const absl::CivilDay today = base::ShanghaiDay(tx.now());
  Guard guard;
  Step step{tx, row, guard, Rules(today), today};
  RONGHE_RETURN_IF_ERROR(apply(step));
  const bool held = HoldsSubjects(row.state);
  const std::string_view waited = WaitOf(row.state);
  row.state = *after;
  RONGHE_RETURN_IF_ERROR(FollowWait(tx, step.rules, waited, row));
  if (held && !HoldsSubjects(row.state)) {
    RONGHE_RETURN_IF_ERROR(ReleaseSubjects(session, row));
  }
  RONGHE_RETURN_IF_ERROR(InsertDecisions(session, writer_.ids(), row.subject(), EventOf(action),
                                         guard.decisions(), tx.now()));
  RONGHE_ASSIGN_OR_RETURN(std::vector<event::Draft> drafts,
                          SaveStep(session, row,
                                   {.action = action,
                                    .organization_id = acting,
                                    .actor = tx.call().principal().subject,
                                    .day = today,
                                    .reason = step.reason},
                                   tx.now()));
  for (event::Draft& draft : drafts) tx.Emit(std::move(draft));
  tx.Audit(acting, base::Name(kTransfers, row.id));
  return absl::OkStatus();
}

absl::StatusOr<v1::Transfer> TransferApi::ApproveTransferOut(
    rpc::Call& call, const v1::ApproveTransferOutRequest& request) {
  std::vector<error::FieldViolation> violations;
  const std::optional<absl::CivilDay> dues =
      FirstOfMonth(ReadDay(request.has_dues_paid_through(), request.dues_paid_through(),
                           "dues_paid_through", violations));
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return Take(call, request.name(), request.etag(), TransferAction::kApproveOut, [&](Step& step) {
    if (!request.upper_consent().empty()) step.row.upper_consent = request.upper_consent();
    return Approve(step, dues);
  });
}

absl::Status TransferApi::Approve(Step& step, const std::optional<absl::CivilDay>& stated_dues) {
  sql::Session& session = step.tx.session();
  RONGHE_RETURN_IF_ERROR(LockReceiver(session, step.row));
  SendFacts facts{.today = step.today,
                  .reason = step.row.reason,
                  .away_since = step.row.away_since,
                  .upper_consent = step.row.upper_consent,
                  .members = step.row.member_count,
                  .letter = step.row.kind != TransferKind::kWholeUnit};
  if (facts.letter) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> members,
                            LockTransferMembers(step.tx, tree_, step.row));
    RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> with_cases,
                            sources_.WithOpenCases(session, IdsOf(members), step.today));
    facts.open_case = !with_cases.empty();
    facts.probationary = static_cast<int32_t>(std::count_if(
        members.begin(), members.end(),
        [](const MemberRow& member) { return member.category == Category::kProbationary; }));
    RONGHE_ASSIGN_OR_RETURN(facts.kept_until, EarliestKept(session, members));
    RONGHE_ASSIGN_OR_RETURN(const std::vector<DocumentRow> documents,
                            DocumentsOf(session, step.row.subject()));
    facts.probation_files = CountDocuments(documents, kProbationFile);
    RONGHE_ASSIGN_OR_RETURN(std::vector<TransferMemberRow> listed,
                            MembersOfTransfer(session, step.row.id));
    RONGHE_RETURN_IF_ERROR(FillDues(session, stated_dues, listed));
    for (const TransferMemberRow& member : listed) {
      if (!member.dues_paid_through) continue;
      ++facts.dues_known;
      RONGHE_RETURN_IF_ERROR(UpdateTransferMember(session, member));
    }
  }
  return CheckSend(step.rules, facts, step.guard);
}

absl::StatusOr<v1::Transfer> TransferApi::IssueTransferLetter(
    rpc::Call& call, const v1::IssueTransferLetterRequest& request) {
  return Take(call, request.name(), request.etag(), TransferAction::kIssueLetter,
              [&](Step& step) { return IssueLetter(step, request.valid_days()); });
}

absl::Status TransferApi::IssueLetter(Step& step, int32_t asked_days) {
  sql::Session& session = step.tx.session();
  TransferRow& row = step.row;
  RONGHE_RETURN_IF_ERROR(LockReceiver(session, row));
  RONGHE_ASSIGN_OR_RETURN(const int32_t days,
                          LetterDays(step.rules, row.reach, asked_days, step.guard));
  RONGHE_ASSIGN_OR_RETURN(const int32_t number,
                          NextLetterNumber(session, row.sender_organization_id, step.today.year()));
  row.letter_number = absl::StrFormat("%d-%04d", step.today.year(), number);
  row.letter_issued_on = step.today;
  row.expires_on = step.today + days;
  return SetLetterDeadline(step.tx, step.rules, row);
}

absl::Status TransferApi::SetLetterDeadline(service::WriteTx& tx, const RuleSet& rules,
                                            const TransferRow& row) {
  const TransferAction awaited =
      row.kind == TransferKind::kOut ? TransferAction::kComplete : TransferAction::kAccept;
  return SetDeadline(tx.session(),
                     MakeDeadline(tx.NextId(), kLetterDeadline, row.subject(),
                                  row.committee(ActingSide(row.kind, awaited)), *row.expires_on,
                                  rules.Get("letter.max_days"), tx.now()));
}

absl::Status TransferApi::LockReceiver(sql::Session& session, const TransferRow& row) const {
  if (row.kind == TransferKind::kOut) return absl::OkStatus();
  if (row.kind == TransferKind::kWholeUnit) RONGHE_RETURN_IF_ERROR(LockTree(session).status());
  RONGHE_ASSIGN_OR_RETURN(
      const std::vector<OrganizationRow> locked,
      LockOrganizations(session, {row.receiver_organization_id, row.to_organization_id}));
  for (const OrganizationRow& organization : locked) {
    if (organization.revoked_on) return TransferReceiverRevoked(organization.id);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Transfer> TransferApi::AcceptTransfer(rpc::Call& call,
                                                         const v1::AcceptTransferRequest& request) {
  std::vector<error::FieldViolation> violations;
  const absl::CivilDay day =
      ReadDay(request.has_effective_date(), request.effective_date(), "effective_date", violations)
          .value_or(base::ShanghaiDay(call.now()));
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return Take(call, request.name(), request.etag(), TransferAction::kAccept,
              [&](Step& step) { return Accept(step, day); });
}

absl::Status TransferApi::Accept(Step& step, absl::CivilDay day) {
  TransferRow& row = step.row;
  RONGHE_RETURN_IF_ERROR(CheckLetter(step.rules, *row.expires_on, step.today, step.guard));
  if (day > step.today) return EffectiveDateInFuture(day, step.today);
  // A tree has no past: a unit moves on the day of the step.
  const absl::CivilDay earliest =
      row.kind == TransferKind::kWholeUnit ? step.today : *row.letter_issued_on;
  if (day < earliest) return EffectiveDateBeforeInterval(day, earliest);
  RONGHE_RETURN_IF_ERROR(LockReceiver(step.tx.session(), row));
  switch (row.kind) {
    case TransferKind::kInside:
      RONGHE_RETURN_IF_ERROR(MoveMembersIn(step.tx, tree_, row, day));
      break;
    case TransferKind::kOut:
      RONGHE_RETURN_IF_ERROR(LetMembersGo(step.tx, tree_, row, day));
      break;
    case TransferKind::kIn:
      RONGHE_RETURN_IF_ERROR(TakePersonIn(step.tx, fields_, row, day));
      break;
    case TransferKind::kWholeUnit:
      RONGHE_RETURN_IF_ERROR(
          MoveUnit(step.tx, tree_, organization_rules_.On(step.today), row, step.today));
      break;
  }
  if (row.kind != TransferKind::kWholeUnit) NoteFile(step.rules, row.no_personnel_file, step.guard);
  row.effective_on = day;
  return MeetDeadline(step.tx.session(), row.subject(), kLetterDeadline, step.today, step.tx.now());
}

absl::StatusOr<v1::Transfer> TransferApi::CompleteTransfer(
    rpc::Call& call, const v1::CompleteTransferRequest& request) {
  std::vector<error::FieldViolation> violations;
  const absl::CivilDay day =
      ReadDay(request.has_effective_date(), request.effective_date(), "effective_date", violations)
          .value_or(base::ShanghaiDay(call.now()));
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return Take(call, request.name(), request.etag(), TransferAction::kComplete,
              [&](Step& step) -> absl::Status {
                if (step.row.state == TransferState::kInTransit) {
                  RONGHE_RETURN_IF_ERROR(Accept(step, day));
                }
                if (step.row.pending_count > 0) {
                  return TransferUnitPending(step.row.pending_count);
                }
                step.row.receipt_number = request.receipt_number();
                step.row.completed_on = step.today;
                return absl::OkStatus();
              });
}

absl::StatusOr<v1::Transfer> TransferApi::ReturnTransfer(rpc::Call& call,
                                                         const v1::ReturnTransferRequest& request) {
  return Take(call, request.name(), request.etag(), TransferAction::kReturn,
              [&](Step& step) -> absl::Status {
                step.reason = request.reason();
                RONGHE_RETURN_IF_ERROR(CheckReturn(step.rules, step.reason, step.guard));
                step.row.return_reason = step.reason;
                step.row.closed_on = step.today;
                return DropDeadlines(step.tx.session(), step.row.subject(), step.tx.now());
              });
}

absl::StatusOr<v1::Transfer> TransferApi::WithdrawTransfer(
    rpc::Call& call, const v1::WithdrawTransferRequest& request) {
  return Take(call, request.name(), request.etag(), TransferAction::kWithdraw, [&](Step& step) {
    step.row.closed_on = step.today;
    return DropDeadlines(step.tx.session(), step.row.subject(), step.tx.now());
  });
}

absl::StatusOr<v1::Transfer> TransferApi::RedirectTransfer(
    rpc::Call& call, const v1::RedirectTransferRequest& request) {
  return Take(call, request.name(), request.etag(), TransferAction::kRedirect,
              [&](Step& step) -> absl::Status {
                TransferRow& row = step.row;
                RONGHE_ASSIGN_OR_RETURN(
                    const Destination destination,
                    ReadDestination(row.kind, request.to_organization(), request.outside_title(),
                                    request.outside_code(), request.reach()));
                RONGHE_RETURN_IF_ERROR(Address(step.tx.session(), destination, step.today, row));
                row.letter_number.clear();
                row.letter_issued_on.reset();
                row.expires_on.reset();
                return DropDeadlines(step.tx.session(), row.subject(), step.tx.now());
              });
}

absl::StatusOr<v1::Transfer> TransferApi::ExtendTransferLetter(
    rpc::Call& call, const v1::ExtendTransferLetterRequest& request) {
  return Take(call, request.name(), request.etag(), TransferAction::kExtendLetter,
              [&](Step& step) { return Extend(step); });
}

absl::Status TransferApi::Extend(Step& step) {
  sql::Session& session = step.tx.session();
  TransferRow& row = step.row;
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DocumentRow> documents,
                          DocumentsOf(session, row.subject()));
  RONGHE_ASSIGN_OR_RETURN(
      row.expires_on,
      ExtendedUntil(step.rules, row.extensions, CountDocuments(documents, kLateCertificate) > 0,
                    CountDocuments(documents, kLateApplication) > 0, step.today, step.guard));
  if (row.state == TransferState::kExpired) {
    if (row.kind == TransferKind::kIn) return TransferPersonGone();
    RONGHE_RETURN_IF_ERROR(HoldSubjects(session, row));
    RONGHE_RETURN_IF_ERROR(LockTransferMembers(step.tx, tree_, row).status());
    row.closed_on.reset();
  }
  ++row.extensions;
  return SetLetterDeadline(step.tx, step.rules, row);
}

absl::Status TransferApi::AuthorizeReader(rpc::Call& call, const TransferRow& row) const {
  int64_t asked = 0;
  for (const int64_t id :
       {row.from_organization_id, row.sender_organization_id, row.to_organization_id,
        row.receiver_organization_id, row.unit_organization_id}) {
    if (id == 0) continue;
    asked = id;
    if (call.Holds(call.permission(), id)) break;
  }
  return call.Authorize(asked);
}

absl::StatusOr<v1::Transfer> TransferApi::GetTransfer(rpc::Call& call,
                                                      const v1::GetTransferRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kTransfers));
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  return writer_.database().ReadSnapshot(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::Transfer> {
        RONGHE_ASSIGN_OR_RETURN(const std::optional<TransferRow> row, LoadTransfer(session, id));
        if (!row) return TransferNotFound(id);
        RONGHE_RETURN_IF_ERROR(AuthorizeReader(call, *row));
        return CaseToProto(session, fields_, Rules(today), *row, today);
      });
}

absl::StatusOr<v1::TransferLetter> TransferApi::GetTransferLetter(
    rpc::Call& call, const v1::GetTransferLetterRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kTransfers));
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  return writer_.database().Transact(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::TransferLetter> {
        RONGHE_ASSIGN_OR_RETURN(const std::optional<TransferRow> row, LoadTransfer(session, id));
        if (!row) return TransferNotFound(id);
        RONGHE_RETURN_IF_ERROR(AuthorizeReader(call, *row));
        if (!row->letter_issued_on) return LetterNotIssued();
        RONGHE_RETURN_IF_ERROR(audit::AuditRead(session, writer_.ids(), call,
                                                call.authorized_organization(), request.name()));
        return LetterToProto(session, fields_, Rules(*row->letter_issued_on), *row, today);
      });
}

absl::StatusOr<std::vector<TransferRow>> TransferApi::ReadPage(sql::Session& session, int64_t root,
                                                               TransferSide side,
                                                               const TransferFilter& filter,
                                                               int32_t limit, int64_t& before_id,
                                                               bool& more) {
  std::vector<TransferRow> page;
  const std::vector<int64_t> organizations = tree_.tree().SubtreeIds(
      root, std::nullopt, kFewOrganizations + 1, [](const org::OrgBrief&) { return true; });
  more = false;
  if (organizations.size() <= kFewOrganizations) {
    for (const int64_t organization : organizations) {
      RONGHE_ASSIGN_OR_RETURN(
          std::vector<TransferRow> rows,
          TransfersAt(session, side, organization, before_id, filter, limit + 1));
      page.insert(page.end(), std::make_move_iterator(rows.begin()),
                  std::make_move_iterator(rows.end()));
    }
    std::sort(page.begin(), page.end(),
              [](const TransferRow& a, const TransferRow& b) { return a.id > b.id; });
    more = page.size() > static_cast<size_t>(limit);
    if (more) page.resize(static_cast<size_t>(limit));
    if (!page.empty()) before_id = page.back().id;
    return page;
  }
  for (int scan = 0; scan < kMaxScans; ++scan) {
    RONGHE_ASSIGN_OR_RETURN(std::vector<TransferRow> rows,
                            TransfersBefore(session, before_id, filter, kScanPage));
    more = rows.size() == static_cast<size_t>(kScanPage);
    for (TransferRow& row : rows) {
      if (page.size() == static_cast<size_t>(limit)) {
        more = true;
        return page;
      }
      before_id = row.id;
      const int64_t at =
          side == TransferSide::kSender ? row.from_organization_id : row.to_organization_id;
      if (at != 0 && tree_.Within(at, root)) page.push_back(std::move(row));
    }
    if (!more) break;
  }
  return page;
}

absl::StatusOr<v1::ListTransfersResponse> TransferApi::ListTransfers(
    rpc::Call& call, const v1::ListTransfersRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t root, base::ParseName(request.parent(), "organizations"));
  if (request.side() != v1::TRANSFER_SIDE_SENDER && request.side() != v1::TRANSFER_SIDE_RECEIVER) {
    return error::InvalidFields({{"side", "请选择转出方或者转入方。"}});
  }
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  TransferFilter filter{.state = request.state()};
  if (request.unreceived()) filter.unreceived_by = UnreceivedBy(Rules(today), today);
  const std::string filter_hash = base::Cat(root, "|", static_cast<int>(request.side()), "|",
                                            filter.state, "|", request.unreceived());
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), filter_hash, request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  tree_.AfterOwnWrites(call.deadline());
  bool more = false;
  int64_t last = before;
  RONGHE_ASSIGN_OR_RETURN(const std::vector<TransferRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            last = before;
                            return ReadPage(session, root,
                                            static_cast<TransferSide>(request.side()), filter,
                                            rpc::PageSize(request.page_size()), last, more);
                          }));
  v1::ListTransfersResponse response;
  for (const TransferRow& row : rows) *response.add_transfers() = ToProto(row);
  if (more) {
    response.set_next_page_token(tokens_.Seal(call.method(), filter_hash, base::Cat(last)));
  }
  return response;
}

absl::StatusOr<v1::ListMemberTransfersResponse> TransferApi::ListMemberTransfers(
    rpc::Call& call, const v1::ListMemberTransfersRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  std::vector<TransferRow> rows;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        const std::vector<int64_t> ids = {id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> members, LoadMembers(session, ids));
        if (members.empty()) return MemberNotFound(id);
        RONGHE_RETURN_IF_ERROR(call.Authorize(members.front().organization_id));
        RONGHE_ASSIGN_OR_RETURN(rows, TransfersOfMember(session, id, before, size + 1));
        return absl::OkStatus();
      }));
  v1::ListMemberTransfersResponse response;
  for (const TransferRow& row : rows) {
    if (response.transfers_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_transfers() = ToProto(row);
    before = row.id;
  }
  return response;
}

absl::StatusOr<v1::Deadline> TransferApi::RecordGraduation(
    rpc::Call& call, const v1::RecordGraduationRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "members"));
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  std::vector<error::FieldViolation> violations;
  const std::optional<absl::CivilDay> day =
      ReadDay(request.has_graduated_on(), request.graduated_on(), "graduated_on", violations);
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  if (*day > today) return EffectiveDateInFuture(*day, today);
  return writer_.Write<v1::Deadline>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Deadline> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LockMember(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        if (!IsMember(member.standing)) return MemberLeft();
        const RuleSet& rules = Rules(*day);
        RONGHE_ASSIGN_OR_RETURN(const std::optional<TransferParty> party,
                                FindParty(session, rules, member.organization_id));
        const bool committee = party && party->committee.id != 0;
        const DeadlineRow deadline = MakeDeadline(
            tx.NextId(), kGraduateDeadline, {"members", id},
            committee ? party->committee.id : member.organization_id,
            GraduateKeptUntil(rules, *day), rules.Get("graduate.keep_months"), tx.now());
        RONGHE_RETURN_IF_ERROR(SetDeadline(session, deadline));
        tx.Audit(member.organization_id, request.name());
        return ToProto(deadline);
      });
}

}  // namespace ronghe::membership
