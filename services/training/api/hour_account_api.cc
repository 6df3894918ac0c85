#include "services/training/api/hour_account_api.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/rpc/convert.h"
#include "services/training/api/convert.h"
#include "services/training/store/account_store.h"
#include "services/training/store/credit_store.h"

namespace ronghe::training {
namespace {

constexpr int32_t kCreditsShown = 50;
// Up to so many organizations a subtree is summed by id; beyond, by reading the year's summaries.
constexpr size_t kByIds = 2048;
constexpr size_t kMaxAsOf = 5000;
constexpr size_t kAsOfPortion = 64;
constexpr int32_t kScan = 5000;
constexpr size_t kWalk = 256;
// Portions of the tree that one page of ListShort looks at before it answers what it has.
constexpr int kMaxWalks = 40;

bool Everything(const org::OrgBrief&) { return true; }

absl::CivilDay Today(const rpc::Call& call) { return base::ShanghaiDay(call.now()); }

absl::StatusOr<int> CheckYear(const RuleBook& rules, int year, absl::CivilDay today) {
  const int current = static_cast<int>(today.year());
  if (year == 0) return current;
  if (year > current || !rules.OfYear(year).ok()) return errors::YearInvalid(year, current);
  return year;
}

}  // namespace

absl::Status HourAccountApi::AuthorizeMember(rpc::Call& call, int64_t member, int year) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t owner, members_.OwnerOf(call.deadline(), member,
                                                                ReferenceDay(year, Today(call))));
  return call.Authorize(owner);
}

absl::StatusOr<v1::HourAccount> HourAccountApi::GetHourAccount(
    rpc::Call& call, const v1::GetHourAccountRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const auto name, ParseAccountName(request.name()));
  const int64_t member = name.first;
  RONGHE_ASSIGN_OR_RETURN(const int year, CheckYear(rules_, name.second, Today(call)));
  RONGHE_RETURN_IF_ERROR(AuthorizeMember(call, member, year));
  RONGHE_ASSIGN_OR_RETURN(const RuleSet* const rules, rules_.OfYear(year));
  const Span span = Span::OfYear(year, ReferenceDay(year, Today(call)));
  return writer_.database().ReadSnapshot(
      call.deadline(), [&](sql::Session& sql) -> absl::StatusOr<v1::HourAccount> {
        RONGHE_ASSIGN_OR_RETURN(const std::optional<StoredAccount> stored,
                                LoadAccount(sql, member, year));
        v1::HourAccount account;
        if (stored.has_value()) {
          account = ToProto(stored->account, *rules);
          *account.mutable_update_time() = rpc::ToProto(stored->updated);
        } else {
          RONGHE_ASSIGN_OR_RETURN(const std::vector<Account> judged,
                                  JudgeMembers(sql, *rules, span, std::span(&member, 1)));
          if (judged.empty()) return errors::MemberUnknown(member);
          account = ToProto(judged.front(), *rules);
        }
        RONGHE_ASSIGN_OR_RETURN(const std::vector<CreditRow> credits,
                                LatestCredits(sql, member, span.from, span.to, kCreditsShown));
        for (const CreditRow& credit : credits) *account.add_credits() = ToProto(credit);
        return account;
      });
}

absl::StatusOr<v1::ListCreditsResponse> HourAccountApi::ListCredits(
    rpc::Call& call, const v1::ListCreditsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const auto name, ParseAccountName(request.parent()));
  RONGHE_ASSIGN_OR_RETURN(const int year, CheckYear(rules_, name.second, Today(call)));
  RONGHE_RETURN_IF_ERROR(AuthorizeMember(call, name.first, year));
  const absl::CivilDay from(year, 1, 1);
  absl::CivilDay after_day = from - 1;
  int64_t after_id = 0;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string cursor,
                            tokens_.Open(call.method(), request.parent(), request.page_token()));
    const std::vector<std::string> parts = absl::StrSplit(cursor, '|');
    if (parts.size() != 2 || !absl::SimpleAtoi(parts[1], &after_id)) {
      return absl::InternalError("a sealed cursor that cannot be read");
    }
    RONGHE_ASSIGN_OR_RETURN(after_day, base::ParseDay(parts[0]));
  }
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(
      std::vector<CreditRow> rows, writer_.database().Read(call.deadline(), [&](sql::Session& sql) {
        return training::ListCredits(sql, name.first, from, absl::CivilDay(year + 1, 1, 1),
                                     after_day, after_id, size + 1);
      }));
  v1::ListCreditsResponse response;
  const bool more = rows.size() > static_cast<size_t>(size);
  if (more) rows.pop_back();
  for (const CreditRow& row : rows) *response.add_credits() = ToProto(row);
  if (more) {
    response.set_next_page_token(
        tokens_.Seal(call.method(), request.parent(),
                     base::Cat(base::FormatDay(rows.back().day), "|", rows.back().id)));
  }
  return response;
}

absl::StatusOr<v1::HourAccount> HourAccountApi::SetExemption(
    rpc::Call& call, const v1::SetExemptionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const auto name, ParseAccountName(request.name()));
  const int64_t member = name.first;
  const absl::CivilDay today = Today(call);
  RONGHE_ASSIGN_OR_RETURN(const int year, CheckYear(rules_, name.second, today));
  RONGHE_ASSIGN_OR_RETURN(const RuleSet* const rules, rules_.OfYear(year));
  RONGHE_ASSIGN_OR_RETURN(const int64_t owner,
                          members_.OwnerOf(call.deadline(), member, ReferenceDay(year, today)));
  RONGHE_RETURN_IF_ERROR(call.Authorize(owner));
  if (!request.reason().empty() && rules->FindExemption(request.reason()) == nullptr) {
    return errors::ExemptionUnknown(request.reason(),
                                    rules->Cite(rules->member.id, rules->member.source));
  }
  return writer_.Write<v1::HourAccount>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::HourAccount> {
        RONGHE_RETURN_IF_ERROR(SaveExemption(tx.session(), member, year, request.reason(),
                                             call.principal().subject, tx.now()));
        RONGHE_RETURN_IF_ERROR(
            RefreshAccounts(tx.session(), *rules, year, today, tx.now(), std::span(&member, 1))
                .status());
        RONGHE_ASSIGN_OR_RETURN(const std::optional<StoredAccount> stored,
                                LoadAccount(tx.session(), member, year));
        if (!stored.has_value()) return absl::InternalError("the account was not opened");
        tx.Audit(owner, request.name());
        v1::HourAccount account = ToProto(stored->account, *rules);
        *account.mutable_update_time() = rpc::ToProto(stored->updated);
        return account;
      });
}

void HourAccountApi::Sum::Add(const Summary& organization) {
  summary += organization;
  if (organization.due == 0) return;
  ++organizations_due;
  if (organization.reached == organization.due) ++organizations_reached;
}

absl::StatusOr<HourAccountApi::Sum> HourAccountApi::SumReady(rpc::Call& call, int64_t top,
                                                             int year) {
  const std::vector<int64_t> ids =
      members_.tree().SubtreeIds(top, std::nullopt, kByIds + 1, Everything);
  return writer_.database().Read(call.deadline(), [&](sql::Session& sql) -> absl::StatusOr<Sum> {
    Sum sum;
    if (ids.size() <= kByIds) {
      RONGHE_ASSIGN_OR_RETURN(const auto summaries, Summaries(sql, year, ids));
      for (const auto& [id, summary] : summaries) sum.Add(summary);
      return sum;
    }
    int64_t after = 0;
    for (;;) {
      RONGHE_ASSIGN_OR_RETURN(const auto portion, SummariesAfter(sql, year, after, kScan));
      for (const auto& [id, summary] : portion) {
        after = id;
        if (members_.Within(id, top)) sum.Add(summary);
      }
      if (portion.size() < static_cast<size_t>(kScan)) return sum;
    }
  });
}

absl::StatusOr<HourAccountApi::Sum> HourAccountApi::SumAsOf(rpc::Call& call, int64_t top, int year,
                                                            absl::CivilDay day) {
  const std::vector<int64_t> ids =
      members_.tree().SubtreeIds(top, std::nullopt, kMaxAsOf + 1, Everything);
  if (ids.size() > kMaxAsOf) {
    return errors::SubtreeTooLarge(static_cast<int64_t>(kMaxAsOf),
                                   members_.tree().Count(top).organizations);
  }
  RONGHE_ASSIGN_OR_RETURN(const RuleSet* const rules, rules_.OfYear(year));
  const Span span = Span::OfYear(year, day);
  return writer_.database().ReadSnapshot(
      call.deadline(), [&](sql::Session& sql) -> absl::StatusOr<Sum> {
        Sum sum;
        for (size_t i = 0; i < ids.size(); i += kAsOfPortion) {
          const auto portion =
              std::span<const int64_t>(ids).subspan(i, std::min(kAsOfPortion, ids.size() - i));
          RONGHE_ASSIGN_OR_RETURN(const std::vector<Account> accounts,
                                  JudgeOrganizations(sql, *rules, span, portion));
          absl::flat_hash_map<int64_t, Summary> by_organization;
          for (const Account& account : accounts) {
            by_organization[account.organization_id] += Contribution(account);
          }
          for (const auto& [id, summary] : by_organization) sum.Add(summary);
        }
        return sum;
      });
}

absl::StatusOr<v1::Coverage> HourAccountApi::GetCoverage(rpc::Call& call,
                                                         const v1::GetCoverageRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t top,
                          base::ParseName(request.organization(), "organizations"));
  const absl::CivilDay today = Today(call);
  RONGHE_ASSIGN_OR_RETURN(const int year, CheckYear(rules_, request.year(), today));
  if (!members_.Knows(call.deadline(), top)) return errors::NotFound(request.organization());
  absl::CivilDay day = ReferenceDay(year, today);
  bool ready = true;
  if (request.has_as_of_date()) {
    RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay asked, rpc::FromProto(request.as_of_date()));
    if (asked.year() != year || asked > today) return errors::AsOfInvalid(asked, year);
    ready = asked == day;
    day = asked;
  }
  RONGHE_ASSIGN_OR_RETURN(const Sum sum,
                          ready ? SumReady(call, top, year) : SumAsOf(call, top, year, day));
  v1::Coverage coverage;
  coverage.set_organization(request.organization());
  coverage.set_year(year);
  *coverage.mutable_as_of_date() = rpc::ToProto(day);
  const Summary& summary = sum.summary;
  coverage.set_member_count(summary.members);
  coverage.set_exempt_count(summary.exempt);
  coverage.set_due_count(summary.due);
  coverage.set_reached_count(summary.reached);
  coverage.set_covered_count(summary.covered);
  coverage.set_coverage_basis_points(CoverageBasisPoints(summary));
  coverage.set_short_count(summary.short_members());
  coverage.set_short_half_hours(summary.missing_half_hours);
  coverage.set_leader_due_count(summary.leaders_due);
  coverage.set_leader_reached_count(summary.leaders_reached);
  coverage.set_organization_due_count(sum.organizations_due);
  coverage.set_organization_reached_count(sum.organizations_reached);
  return coverage;
}

absl::StatusOr<v1::ListShortResponse> HourAccountApi::ListShort(
    rpc::Call& call, const v1::ListShortRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t top,
                          base::ParseName(request.organization(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const int year, CheckYear(rules_, request.year(), Today(call)));
  if (!members_.Knows(call.deadline(), top)) return errors::NotFound(request.organization());
  const std::string hash = base::Cat(request.organization(), "|", year);
  const org::OrgTree& tree = members_.tree();
  // Where the page before ended: inside an organization after a member, or after it altogether.
  std::optional<org::OrgPath> after;
  int64_t after_member = std::numeric_limits<int64_t>::max();
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string cursor,
                            tokens_.Open(call.method(), hash, request.page_token()));
    const std::vector<std::string> parts = absl::StrSplit(cursor, '|');
    if (parts.size() != 2 || !absl::SimpleAtoi(parts[1], &after_member)) {
      return absl::InternalError("a sealed cursor that cannot be read");
    }
    RONGHE_RETURN_IF_ERROR(org::ParsePath(parts[0], &after.emplace()));
  }
  const size_t size = static_cast<size_t>(rpc::PageSize(request.page_size()));
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& sql) -> absl::StatusOr<v1::ListShortResponse> {
        v1::ListShortResponse response;
        const auto seal = [&](const std::optional<org::OrgPath>& path, int64_t member) {
          if (!path.has_value()) return;
          response.set_next_page_token(
              tokens_.Seal(call.method(), hash, base::Cat(org::FormatPath(*path), "|", member)));
        };
        // Adds the members of one organization; true when the page is full.
        const auto add = [&](int64_t id, int64_t member) -> absl::StatusOr<bool> {
          const size_t room = size - static_cast<size_t>(response.shortfalls_size());
          RONGHE_ASSIGN_OR_RETURN(
              const std::vector<Account> accounts,
              training::ListShort(sql, id, year, member, static_cast<int32_t>(room)));
          for (const Account& account : accounts) {
            v1::Shortfall& item = *response.add_shortfalls();
            item.set_member(base::Name("members", account.member_id));
            item.set_organization(base::Name("organizations", account.organization_id));
            item.set_role(static_cast<v1::HourRole>(account.role));
            item.set_required_half_hours(account.required);
            item.set_credited_half_hours(account.credited);
            item.set_short_half_hours(account.missing());
          }
          if (accounts.size() < room) return false;
          seal(tree.Path(top, id), accounts.back().member_id);
          return true;
        };
        std::optional<org::OrgPath> position = after;
        if (after.has_value() && after_member != std::numeric_limits<int64_t>::max()) {
          const int64_t id = after->empty() ? top : after->back().id;
          if (tree.Within(id, top)) {
            RONGHE_ASSIGN_OR_RETURN(const bool full, add(id, after_member));
            if (full) return response;
          }
        }
        for (int walk = 0; walk < kMaxWalks; ++walk) {
          const std::vector<int64_t> ids = tree.SubtreeIds(top, position, kWalk, Everything);
          if (ids.empty()) return response;
          RONGHE_ASSIGN_OR_RETURN(const auto summaries, Summaries(sql, year, ids));
          for (const int64_t id : ids) {
            const auto summary = summaries.find(id);
            if (summary == summaries.end() || summary->second.short_members() == 0) continue;
            RONGHE_ASSIGN_OR_RETURN(const bool full, add(id, 0));
            if (full) return response;
          }
          if (ids.size() < kWalk) return response;
          position = tree.Path(top, ids.back());
          if (!position.has_value()) return response;
        }
        seal(position, std::numeric_limits<int64_t>::max());
        return response;
      });
}

}  // namespace ronghe::training
