#include "services/membership/api/member_api.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/audit/read.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/rpc/etag.h"
#include "common/rpc/field_mask.h"
#include "services/membership/api/convert.h"
#include "services/membership/api/membership_writer.h"
#include "services/membership/api/transfer_party.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/identity_number.h"
#include "services/membership/domain/member.h"
#include "services/membership/domain/standing/errors.h"
#include "services/membership/domain/transfer/rules.h"
#include "services/membership/store/discipline_store.h"
#include "services/membership/store/events.h"
#include "services/membership/store/member_past_store.h"
#include "services/membership/store/post_store.h"
#include "services/membership/store/subtree_reader.h"
#include "services/membership/store/unmask_store.h"

namespace ronghe::membership {
namespace {

constexpr std::array<std::string_view, 16> kUpdatable = {
    "full_name",        "identity_number",
    "ethnicity",        "education",
    "degree",           "phone",
    "joined_on",        "converted_on",
    "occupation",       "standing_adjustment_months",
    "technical_post",   "migrant_worker",
    "floating",         "out_of_contact",
    "residence_region", "household_region"};

// A search by name.
constexpr int kMaxSearchStatements = 5;
constexpr int32_t kSearchPage = 500;
constexpr size_t kMinNameCharacters = 2;

absl::StatusOr<int64_t> ParseMember(std::string_view name) {
  return base::ParseName(name, "members");
}

bool IsMasked(std::string_view text) { return text.find('*') != std::string_view::npos; }

// What may become of a standing without a case: death, and the voting right of a normal standing
// as far as no measure of discipline suspends it. Everything else has a procedure of its own.
absl::Status CheckWithoutCase(sql::Session& session, const MemberRow& member, Standing next,
                              bool voting_suspended, absl::CivilDay day) {
  if (next == Standing::kDeceased) return absl::OkStatus();
  if (next == Standing::kLeft) return StandingNeedsCase("DispositionService");
  if (next == Standing::kSuspended || member.standing == Standing::kSuspended) {
    return StandingNeedsCase("SuspensionService");
  }
  if (voting_suspended) return absl::OkStatus();
  const std::vector<int64_t> ids = {member.id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DisciplineRow> disciplines,
                          DisciplinesInEffect(session, ids, day));
  for (const DisciplineRow& row : disciplines) {
    if (SuspendsRights(row.period(), day)) return StandingNeedsCase("DisciplineService");
  }
  return absl::OkStatus();
}

}  // namespace

MemberApi::MemberApi(service::Writer& writer, MembershipTree& tree,
                     const OrganizationRuleBook& rules, const RuleBooks& books,
                     const UnmaskRuleBook& unmask_rules, const PersonalFields& fields,
                     const rpc::PageTokens& tokens)
    : writer_(writer),
      tree_(tree),
      rules_(rules),
      transfer_rules_(books.Get(kTransferBook)),
      unmask_rules_(unmask_rules),
      fields_(fields),
      tokens_(tokens) {}

absl::StatusOr<v1::Member> MemberApi::Present(const MemberRow& row, v1::MemberView view,
                                              v1::MemberView otherwise, absl::Time now) const {
  return ToProto(row, view, otherwise, fields_, base::ShanghaiDay(now));
}

absl::StatusOr<v1::Member> MemberApi::CreateMember(rpc::Call& call,
                                                   const v1::CreateMemberRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization_id,
                          base::ParseName(request.parent(), "organizations"));
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  std::vector<error::FieldViolation> violations;
  Particulars particulars = ReadParticulars(request.member(), violations);
  const std::optional<absl::CivilDay> from =
      ReadDay(request.has_valid_from(), request.valid_from(), "valid_from", violations);
  if (!CategoryOf(request.member().category())) {
    violations.push_back({"member.category", "人员类别只能是正式党员或预备党员。"});
  }
  AddProblems(CheckParticulars(particulars, today), violations);
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  if (from && *from > today) return EffectiveDateInFuture(*from, today);

  auto result =
      writer_.Write<v1::Member>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Member> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(const OrganizationRow branch,
                                LockOrganization(session, organization_id));
        if (branch.revoked_on) return OrganizationRevoked(organization_id);
        RONGHE_RETURN_IF_ERROR(CheckHoldsMembers(rules_.On(today), branch.kind));
        MemberRow row{.id = tx.NextId(), .create_time = tx.now(), .update_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(WriteParticulars(particulars, fields_, true, true, row));
        const Membership membership{organization_id, particulars.category};
        RONGHE_RETURN_IF_ERROR(
            BeginMembership(tx, row,
                            FirstIntervals(membership, *particulars.joined_on,
                                           particulars.converted_on, from.value_or(today)),
                            ChangeCode::kOpening));
        tx.Audit(organization_id, base::Name("members", row.id));
        return Present(row, v1::MEMBER_VIEW_FULL, v1::MEMBER_VIEW_FULL, tx.now());
      });
  if (result.ok()) tree_.NoteWrite();
  return result;
}

void MemberApi::GetMember(std::span<rpc::Coalesced<v1::GetMemberRequest, v1::Member>> batch) {
  std::vector<int64_t> ids;
  std::vector<int64_t> asked(batch.size(), 0);
  absl::Time deadline = absl::InfinitePast();
  for (size_t i = 0; i < batch.size(); ++i) {
    const absl::StatusOr<int64_t> id = ParseMember(batch[i].request->name());
    if (!id.ok()) {
      batch[i].result = id.status();
      continue;
    }
    asked[i] = *id;
    ids.push_back(*id);
    deadline = std::max(deadline, batch[i].call->deadline());
  }
  if (ids.empty()) return;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  const absl::StatusOr<std::vector<MemberRow>> rows = writer_.database().Read(
      deadline, [&](sql::Session& session) { return LoadMembers(session, ids); });
  absl::flat_hash_map<int64_t, const MemberRow*> found;
  if (rows.ok()) {
    for (const MemberRow& row : *rows) found.emplace(row.id, &row);
  }
  for (size_t i = 0; i < batch.size(); ++i) {
    if (asked[i] == 0) continue;
    if (!rows.ok()) {
      batch[i].result = rows.status();
      continue;
    }
    const auto it = found.find(asked[i]);
    if (it == found.end()) {
      batch[i].result = MemberNotFound(asked[i]);
      continue;
    }
    rpc::Call& call = *batch[i].call;
    if (absl::Status status = call.Authorize(it->second->organization_id); !status.ok()) {
      batch[i].result = std::move(status);
      continue;
    }
    batch[i].result =
        Present(*it->second, batch[i].request->view(), v1::MEMBER_VIEW_FULL, call.now());
  }
}

template <class Row>
absl::StatusOr<v1::ListMembersResponse> MemberApi::Page(rpc::Call& call,
                                                        const v1::ListMembersRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t root, base::ParseName(request.parent(), "organizations"));
  MemberFilter filter{.category = request.category(),
                      .name_prefix = std::string(Trim(request.name_prefix())),
                      .floating = request.floating(),
                      .out_of_contact = request.out_of_contact()};
  if (request.standing() != v1::MEMBER_STANDING_UNSPECIFIED) filter.standing = request.standing();
  const std::string filter_hash = crypto::Sha256(
      base::Cat(root, "|", filter.category, "|", filter.standing, "|", filter.floating, "|",
                filter.out_of_contact, "|", filter.name_prefix));
  SubtreeCursor cursor;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string text,
                            tokens_.Open(call.method(), filter_hash, request.page_token()));
    RONGHE_ASSIGN_OR_RETURN(cursor, ParseCursor(text));
  }
  tree_.AfterOwnWrites(call.deadline());
  const size_t size = static_cast<size_t>(rpc::PageSize(request.page_size()));
  SubtreeReader<Row> reader(tree_.tree(), root, std::move(cursor), filter);
  RONGHE_ASSIGN_OR_RETURN(std::vector<Row> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return reader.Read(session, size + 1);
                          }));
  v1::ListMembersResponse response;
  const bool cut = rows.size() > size;
  if (cut) rows.resize(size);
  response.mutable_members()->Reserve(static_cast<int>(rows.size()));
  for (const Row& row : rows) {
    if constexpr (std::is_same_v<Row, MemberRow>) {
      RONGHE_ASSIGN_OR_RETURN(*response.add_members(),
                              Present(row, v1::MEMBER_VIEW_FULL, v1::MEMBER_VIEW_FULL, call.now()));
    } else {
      *response.add_members() = ToProto(row);
    }
  }
  std::string next;
  if (cut) {
    const std::optional<org::OrgPath> path = tree_.tree().Path(root, rows.back().organization_id);
    if (path) next = FormatCursor(*path, rows.back().id);
  } else if (!reader.exhausted()) {
    next = reader.Here();
  }
  if (!next.empty()) {
    response.set_next_page_token(tokens_.Seal(call.method(), filter_hash, next));
  }
  return response;
}

absl::StatusOr<v1::ListMembersResponse> MemberApi::ListMembers(
    rpc::Call& call, const v1::ListMembersRequest& request) {
  return request.view() == v1::MEMBER_VIEW_FULL ? Page<MemberRow>(call, request)
                                                : Page<MemberBrief>(call, request);
}

absl::StatusOr<v1::SearchMembersResponse> MemberApi::SearchMembers(
    rpc::Call& call, const v1::SearchMembersRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t root, base::ParseName(request.parent(), "organizations"));
  const std::string_view identity = Trim(request.identity_number());
  const std::string name(Trim(request.full_name()));
  if (identity.empty() == name.empty()) {
    return error::InvalidFields({{"identity_number", "公民身份号码和姓名请填且只填一项。"}});
  }
  tree_.AfterOwnWrites(call.deadline());
  const size_t size = static_cast<size_t>(rpc::PageSize(request.page_size()));
  std::vector<MemberRow> found;
  bool more = false;

  absl::StatusOr<IdentityNumber> number =
      ParseIdentityNumber(identity, base::ShanghaiDay(call.now()));
  if (!identity.empty() && !number.ok()) {
    return error::InvalidFields({{"identity_number", error::MessageZh(number.status())}});
  }
  if (identity.empty() && base::Utf8Length(name) < kMinNameCharacters) {
    return error::InvalidFields({{"full_name", "请至少输入两个字。"}});
  }
  const std::string filter_hash = crypto::Sha256(base::Cat(root, "|", name));
  RONGHE_ASSIGN_OR_RETURN(const int64_t after_id,
                          tokens_.OpenNumber(call.method(), filter_hash, request.page_token(), 0));
  int64_t scanned = after_id;  // the last member looked at; the transaction may run again
  const absl::Status searched =
      writer_.database().Transact(call.deadline(), [&](sql::Session& session) -> absl::Status {
        found.clear();
        more = false;
        scanned = after_id;
        RONGHE_RETURN_IF_ERROR(
            audit::AuditRead(session, writer_.ids(), call, root, request.parent()));
        if (!identity.empty()) {
          const std::vector<std::string> indexes = {fields_.IdentityIndex(number->text)};
          RONGHE_ASSIGN_OR_RETURN(found, MembersByIdentity(session, indexes));
          std::erase_if(found, [&](const MemberRow& row) {
            return !tree_.Within(row.organization_id, root);
          });
          return absl::OkStatus();
        }
        int64_t id = after_id;
        std::string after_name;
        if (id != 0) {
          const std::vector<int64_t> ids = {id};
          RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> last, LoadMembers(session, ids));
          if (last.empty()) return absl::OkStatus();
          after_name = last.front().full_name;
        }
        for (int i = 0; i < kMaxSearchStatements; ++i) {
          RONGHE_ASSIGN_OR_RETURN(std::vector<MemberRow> rows,
                                  MembersByName(session, name, after_name, id, kSearchPage));
          const bool end = rows.size() < static_cast<size_t>(kSearchPage);
          for (MemberRow& row : rows) {
            if (found.size() == size) {
              more = true;
              return absl::OkStatus();
            }
            after_name = row.full_name;
            id = row.id;
            if (tree_.Within(row.organization_id, root)) found.push_back(std::move(row));
          }
          scanned = id;
          more = !end;
          if (end) break;
        }
        return absl::OkStatus();
      });
  RONGHE_RETURN_IF_ERROR(searched);
  v1::SearchMembersResponse response;
  for (const MemberRow& row : found) {
    RONGHE_ASSIGN_OR_RETURN(*response.add_members(),
                            Present(row, request.view(), v1::MEMBER_VIEW_BASIC, call.now()));
  }
  if (more) {
    const int64_t last = found.size() == size ? found.back().id : scanned;
    response.set_next_page_token(tokens_.Seal(call.method(), filter_hash, base::Cat(last)));
  }
  return response;
}

absl::StatusOr<v1::Member> MemberApi::UpdateMember(rpc::Call& call,
                                                   const v1::UpdateMemberRequest& request) {
  const v1::Member& wanted = request.member();
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseMember(wanted.name()));
  RONGHE_RETURN_IF_ERROR(rpc::CheckMask(request.update_mask(), kUpdatable));
  const auto covers = [&](std::string_view path) {
    return rpc::MaskCovers(request.update_mask(), path);
  };
  std::vector<error::FieldViolation> bad_dates;
  const Particulars given = ReadParticulars(wanted, bad_dates);
  if (!bad_dates.empty()) return error::InvalidFields(std::move(bad_dates));

  return writer_.Write<v1::Member>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Member> {
    RONGHE_ASSIGN_OR_RETURN(MemberRow row, LockMember(tx.session(), id));
    RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
    RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(wanted.etag(), row.etag));
    if (!IsMember(row.standing)) return MemberLeft();
    RONGHE_ASSIGN_OR_RETURN(const std::string identity, fields_.OpenIdentity(row));
    RONGHE_ASSIGN_OR_RETURN(const std::string phone, fields_.OpenPhone(row));
    Particulars before{.full_name = row.full_name,
                       .gender = row.gender,
                       .identity_number = identity,
                       .ethnicity = row.ethnicity,
                       .birth_date = row.birth_date,
                       .education = row.education,
                       .degree = row.degree,
                       .phone = phone,
                       .category = row.category,
                       .joined_on = row.joined_on,
                       .converted_on = row.converted_on,
                       .adjustment_months = row.adjustment_months,
                       .occupation = row.occupation,
                       .technical_post = row.technical_post,
                       .migrant_worker = row.migrant_worker,
                       .floating = row.floating,
                       .out_of_contact = row.out_of_contact,
                       .residence_region = row.residence_region,
                       .household_region = row.household_region};
    Particulars after = before;
    const auto set = [&](std::string_view path, auto Particulars::*field) {
      if (covers(path)) after.*field = given.*field;
    };
    set("full_name", &Particulars::full_name);
    if (!IsMasked(given.identity_number)) {
      set("identity_number", &Particulars::identity_number);
    }
    set("ethnicity", &Particulars::ethnicity);
    set("education", &Particulars::education);
    set("degree", &Particulars::degree);
    if (!IsMasked(given.phone)) set("phone", &Particulars::phone);
    set("joined_on", &Particulars::joined_on);
    set("converted_on", &Particulars::converted_on);
    set("standing_adjustment_months", &Particulars::adjustment_months);
    set("occupation", &Particulars::occupation);
    set("technical_post", &Particulars::technical_post);
    set("migrant_worker", &Particulars::migrant_worker);
    set("floating", &Particulars::floating);
    set("out_of_contact", &Particulars::out_of_contact);
    set("residence_region", &Particulars::residence_region);
    set("household_region", &Particulars::household_region);
    const bool identity_changes = after.identity_number != identity;
    if (identity_changes) {
      after.gender = Gender::kUnknown;
      after.birth_date.reset();
    }
    std::vector<error::FieldViolation> violations;
    AddProblems(CheckParticulars(after, base::ShanghaiDay(tx.now()), !identity_changes),
                violations);
    if (!violations.empty()) return error::InvalidFields(std::move(violations));

    std::vector<std::string> changed;
    const auto note = [&](std::string_view path, auto Particulars::*field) {
      if (after.*field != before.*field) changed.emplace_back(path);
    };
    note("full_name", &Particulars::full_name);
    note("identity_number", &Particulars::identity_number);
    note("ethnicity", &Particulars::ethnicity);
    note("education", &Particulars::education);
    note("degree", &Particulars::degree);
    note("phone", &Particulars::phone);
    note("joined_on", &Particulars::joined_on);
    note("converted_on", &Particulars::converted_on);
    note("standing_adjustment_months", &Particulars::adjustment_months);
    note("occupation", &Particulars::occupation);
    note("technical_post", &Particulars::technical_post);
    note("migrant_worker", &Particulars::migrant_worker);
    if (after.floating != before.floating || after.out_of_contact != before.out_of_contact) {
      return StandingNeedsCase("OverlayService");
    }
    note("residence_region", &Particulars::residence_region);
    note("household_region", &Particulars::household_region);
    if (!changed.empty()) {
      const MemberRow stored = row;
      RONGHE_RETURN_IF_ERROR(
          WriteParticulars(after, fields_, identity_changes, after.phone != phone, row));
      if (PastDiffers(stored, row)) {
        const MemberPastRow past = PastOf(stored, base::ShanghaiDay(tx.now()));
        RONGHE_RETURN_IF_ERROR(KeepPast(tx.session(), std::span(&past, 1)));
      }
      ++row.etag;
      row.update_time = tx.now();
      RONGHE_RETURN_IF_ERROR(membership::UpdateMember(tx.session(), row));
      tx.Emit(MemberEvent(row, std::move(changed)));
    }
    tx.Audit(row.organization_id, base::Name("members", id));
    return Present(row, v1::MEMBER_VIEW_FULL, v1::MEMBER_VIEW_FULL, tx.now());
  });
}

absl::StatusOr<v1::Member> MemberApi::ChangeMembership(rpc::Call& call, const Change& change) {
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  auto result =
      writer_.Write<v1::Member>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Member> {
        sql::Session& session = tx.session();
        std::optional<OrganizationRow> destination;
        if (change.destination != 0) {
          RONGHE_ASSIGN_OR_RETURN(destination, LockOrganization(session, change.destination));
        }
        RONGHE_ASSIGN_OR_RETURN(MemberRow row, LockMember(session, change.member_id));
        // Asked only now: whoever may not see the member learns nothing from the destination.
        if (destination) RONGHE_RETURN_IF_ERROR(call.Authorize(change.destination));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(change.etag, row.etag));
        if (!IsMember(row.standing)) return MemberLeft();
        if (change.check) RONGHE_RETURN_IF_ERROR(change.check(session, row));
        if (destination) {
          if (destination->revoked_on) return OrganizationRevoked(change.destination);
          RONGHE_RETURN_IF_ERROR(CheckHoldsMembers(rules_.On(today), destination->kind));
          if (!call.HoldsEverywhere(call.permission())) {
            RONGHE_RETURN_IF_ERROR(CheckSameCommittee(session, transfer_rules_.On(today),
                                                      row.organization_id, change.destination));
          }
        }
        const Membership before = row.membership();
        Membership next = before;
        change.apply(next, row);
        const int64_t left = row.organization_id;
        RONGHE_RETURN_IF_ERROR(membership::ChangeMembership(
            tx, row,
            {.next = next,
             .day = change.day,
             .code = change.code.value_or(StandingChange(before.standing, next.standing)),
             .changed_field = change.changed_field}));
        tx.Audit(left, base::Name("members", row.id));
        return Present(row, v1::MEMBER_VIEW_FULL, v1::MEMBER_VIEW_FULL, tx.now());
      });
  if (result.ok()) tree_.NoteWrite();
  return result;
}

absl::StatusOr<v1::Member> MemberApi::ChangeMemberCategory(
    rpc::Call& call, const v1::ChangeMemberCategoryRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseMember(request.name()));
  std::vector<error::FieldViolation> violations;
  const absl::CivilDay day =
      ReadDay(request.has_effective_date(), request.effective_date(), "effective_date", violations)
          .value_or(base::ShanghaiDay(call.now()));
  const std::optional<Category> category = CategoryOf(request.category());
  if (!category) violations.push_back({"category", "人员类别只能是正式党员或预备党员。"});
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return ChangeMembership(call, {.member_id = id,
                                 .etag = request.etag(),
                                 .day = day,
                                 .code = *category == Category::kFull ? ChangeCode::kConverted
                                                                      : ChangeCode::kCategoryFixed,
                                 .changed_field = "category",
                                 .apply = [&](Membership& membership, MemberRow& row) {
                                   membership.category = *category;
                                   row.converted_on.reset();
                                   if (*category == Category::kFull) row.converted_on = day;
                                 }});
}

absl::StatusOr<v1::Member> MemberApi::ChangeMemberStanding(
    rpc::Call& call, const v1::ChangeMemberStandingRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseMember(request.name()));
  std::vector<error::FieldViolation> violations;
  const absl::CivilDay day =
      ReadDay(request.has_effective_date(), request.effective_date(), "effective_date", violations)
          .value_or(base::ShanghaiDay(call.now()));
  const std::optional<Standing> standing = StandingOf(request.standing());
  if (!standing) violations.push_back({"standing", "党籍状态不在代码表中。"});
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return ChangeMembership(call, {.member_id = id,
                                 .etag = request.etag(),
                                 .day = day,
                                 .changed_field = "standing",
                                 .check =
                                     [&](sql::Session& session, const MemberRow& row) {
                                       return CheckWithoutCase(session, row, *standing,
                                                               request.voting_suspended(), day);
                                     },
                                 .apply =
                                     [&](Membership& membership, MemberRow&) {
                                       membership.standing = *standing;
                                       membership.voting_suspended =
                                           request.voting_suspended() &&
                                           *standing == Standing::kNormal &&
                                           membership.category == Category::kFull;
                                     }});
}

absl::StatusOr<v1::Member> MemberApi::MoveMember(rpc::Call& call,
                                                 const v1::MoveMemberRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseMember(request.name()));
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization_id,
                          base::ParseName(request.organization(), "organizations"));
  std::vector<error::FieldViolation> violations;
  const absl::CivilDay day =
      ReadDay(request.has_effective_date(), request.effective_date(), "effective_date", violations)
          .value_or(base::ShanghaiDay(call.now()));
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return ChangeMembership(call, {.member_id = id,
                                 .etag = request.etag(),
                                 .day = day,
                                 .destination = organization_id,
                                 .code = ChangeCode::kMoved,
                                 .changed_field = "organization",
                                 .apply = [&](Membership& membership, MemberRow&) {
                                   membership.organization_id = organization_id;
                                 }});
}

absl::StatusOr<v1::UnmaskedMember> MemberApi::UnmaskMember(rpc::Call& call,
                                                           const v1::UnmaskMemberRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseMember(request.name()));
  const UnmaskRules& rules = unmask_rules_.On(base::ShanghaiDay(call.now()));
  const Purpose* const purpose = rules.Find(request.purpose());
  std::vector<v1::UnmaskField> wanted;
  for (const int field : request.fields()) {
    wanted.push_back(static_cast<v1::UnmaskField>(field));
    if (FieldName(wanted.back()).empty()) {
      return error::InvalidFields({{"fields", "请写明要查阅的字段。"}});
    }
  }
  const std::string names = FieldNames(wanted);
  return writer_.database().Transact(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::UnmaskedMember> {
        const std::vector<int64_t> ids = {id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> rows, LoadMembers(session, ids));
        if (rows.empty()) return MemberNotFound(id);
        const MemberRow& row = rows.front();
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        if (purpose == nullptr) return PurposeUnknown(rules);
        const std::string& subject = call.principal().subject;
        RONGHE_RETURN_IF_ERROR(LockUnmaskGuard(session, subject, call.now()));
        RONGHE_ASSIGN_OR_RETURN(
            const std::vector<RecentRead> recent,
            RecentUnmaskReads(session, subject, call.now() - rules.limit_window));
        RONGHE_RETURN_IF_ERROR(CheckUnmaskLimit(rules, recent, id, call.now()));
        const UnmaskReadRow read{.id = writer_.ids().Next(),
                                 .member_id = id,
                                 .subject = subject,
                                 .role = call.grant()->role,
                                 .organization_id = call.grant()->organization_id,
                                 .fields = names,
                                 .purpose = purpose->code,
                                 .reason = request.reason(),
                                 .time = call.now()};
        RONGHE_RETURN_IF_ERROR(InsertUnmaskReads(session, std::span(&read, 1)));
        RONGHE_RETURN_IF_ERROR(
            audit::AuditRead(session, writer_.ids(), call, row.organization_id, request.name(),
                             base::Cat("unmask for=", purpose->code, " fields=", names)));
        return UnmaskedToProto(row, wanted, fields_);
      });
}

absl::StatusOr<v1::ListMemberIntervalsResponse> MemberApi::ListMemberIntervals(
    rpc::Call& call, const v1::ListMemberIntervalsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseMember(request.parent()));
  absl::CivilDay latest = kOpenEnd;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string cursor,
                            tokens_.Open(call.method(), request.parent(), request.page_token()));
    RONGHE_ASSIGN_OR_RETURN(latest, base::ParseDay(cursor));
  }
  const int32_t size = rpc::PageSize(request.page_size());
  std::vector<MemberIntervalRow> intervals;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        const std::vector<int64_t> ids = {id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> rows, LoadMembers(session, ids));
        if (rows.empty()) return MemberNotFound(id);
        RONGHE_RETURN_IF_ERROR(call.Authorize(rows.front().organization_id));
        RONGHE_ASSIGN_OR_RETURN(intervals, IntervalsOf(session, id, latest, size + 1));
        return absl::OkStatus();
      }));
  v1::ListMemberIntervalsResponse response;
  for (const MemberIntervalRow& interval : intervals) {
    if (response.intervals_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::FormatDay(interval.valid_to)));
      break;
    }
    *response.add_intervals() = ToProto(interval);
  }
  return response;
}

}  // namespace ronghe::membership
