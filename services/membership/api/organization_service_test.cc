// How do founding, terms, elections, changes, findings and Party workers behave behind the real
// pipeline and on a real database?
#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ronghe/membership/v1/delegation.ronghe.h"
#include "ronghe/membership/v1/finding.ronghe.h"
#include "ronghe/membership/v1/founding_case.ronghe.h"
#include "ronghe/membership/v1/organization_change.ronghe.h"
#include "ronghe/membership/v1/party_worker.ronghe.h"
#include "ronghe/membership/v1/post.ronghe.h"
#include "ronghe/membership/v1/term.ronghe.h"
#include "ronghe/membership/v1/unit.ronghe.h"
#include "services/membership/api/committee_election_api.h"
#include "services/membership/api/delegation_api.h"
#include "services/membership/api/finding_api.h"
#include "services/membership/api/founding_api.h"
#include "services/membership/api/organization_change_api.h"
#include "services/membership/api/party_worker_api.h"
#include "services/membership/api/post_api.h"
#include "services/membership/api/term_api.h"
#include "services/membership/api/unit_api.h"
#include "services/membership/store/change_store.h"
#include "services/membership/testing/service_parts.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The clock of the calls: all of them stay on the day on which the tests began.
const base::Clock& StandingClock() {
  static const base::ManualClock clock(absl::Now());
  return clock;
}

absl::CivilDay Today() { return base::ShanghaiDay(StandingClock().Now()); }

int64_t Id(const std::string& name, const char* collection = "organizations") {
  return *base::ParseName(name, collection);
}

// What the meeting service would answer.
class FakeElectionReader : public ElectionReader {
 public:
  absl::StatusOr<ElectionVerdict> Read(rpc::Call&, std::string_view election) override {
    const auto it = verdicts.find(std::string(election));
    if (it == verdicts.end()) return absl::NotFoundError("no such election");
    return it->second;
  }
  std::map<std::string, ElectionVerdict> verdicts;
};

class OrganizationServiceTest : public ::testing::Test, protected ServiceParts {
 protected:
  OrganizationServiceTest()
      : posts_api_(writer_, tree_, rules_, books_.Get("party_worker"), tokens_),
        foundings_api_(writer_, tree_, rules_, books_.Get("organization"), tokens_),
        findings_api_(*database_, tree_, rules_, books_, tokens_),
        units_api_(writer_, tree_, rules_, tokens_),
        terms_api_(writer_, books_.Get("election"), tokens_),
        elections_api_(writer_, tree_, books_, tokens_, reader_,
                       [this](sql::Session&, std::span<const int64_t>, absl::CivilDay) {
                         return absl::StatusOr<std::vector<int64_t>>(disciplined_);
                       }),
        delegations_api_(writer_, tree_, books_, reader_),
        mover_(writer_, tree_, rules_),
        changes_api_(
            writer_, tree_, rules_, mover_, tokens_, [] {}, /*at_once=*/40),
        workers_api_(writer_, tree_, tokens_) {
    AddOrganizationChangeJob(jobs_, mover_);
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::PostServiceTable(posts_api_));
    tables.push_back(v1::FoundingServiceTable(foundings_api_));
    tables.push_back(v1::FindingServiceTable(findings_api_));
    tables.push_back(v1::UnitServiceTable(units_api_));
    tables.push_back(v1::TermServiceTable(terms_api_));
    tables.push_back(v1::CommitteeElectionServiceTable(elections_api_));
    tables.push_back(v1::DelegationServiceTable(delegations_api_));
    tables.push_back(v1::OrganizationChangeServiceTable(changes_api_));
    tables.push_back(v1::PartyWorkerServiceTable(workers_api_));
    Serve(std::move(tables), &StandingClock());
    const auto& channel = server_->channel();
    posts_ = std::make_unique<v1::PostServiceClient>(channel);
    foundings_ = std::make_unique<v1::FoundingServiceClient>(channel);
    findings_ = std::make_unique<v1::FindingServiceClient>(channel);
    units_ = std::make_unique<v1::UnitServiceClient>(channel);
    terms_ = std::make_unique<v1::TermServiceClient>(channel);
    elections_ = std::make_unique<v1::CommitteeElectionServiceClient>(channel);
    delegations_ = std::make_unique<v1::DelegationServiceClient>(channel);
    changes_ = std::make_unique<v1::OrganizationChangeServiceClient>(channel);
    workers_ = std::make_unique<v1::PartyWorkerServiceClient>(channel);
    town_ = Found(Found("", v1::ORGANIZATION_KIND_COMMITTEE, "某县委").name(),
                  v1::ORGANIZATION_KIND_COMMITTEE, "某镇党委");
  }
  ~OrganizationServiceTest() override { server_.reset(); }

  v1::Organization Branch(const std::string& title, int full = 0, int probationary = 0) {
    v1::Organization branch = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, title);
    for (int i = 0; i < full + probationary; ++i) {
      members_of_[branch.name()].push_back(Join(
          branch.name(), i < full ? v1::MEMBER_CATEGORY_FULL : v1::MEMBER_CATEGORY_PROBATIONARY));
    }
    return branch;
  }
  std::string Join(const std::string& branch,
                   v1::MemberCategory category = v1::MEMBER_CATEGORY_FULL) {
    auto member = TryJoin(branch, Someone(++people_, category));
    EXPECT_THAT(member, IsOk());
    return member.ok() ? member->name() : std::string();
  }
  absl::StatusOr<v1::Post> Appoint(const std::string& member, v1::PostCode code,
                                   const std::string& organization = "",
                                   absl::CivilDay from = Today()) {
    v1::AppointPostRequest request;
    request.set_parent(member);
    request.set_organization(organization);
    request.set_code(code);
    *request.mutable_valid_from() = rpc::ToProto(from);
    return posts_->AppointPost(Department(), request);
  }
  std::vector<v1::Post> PostsIn(const std::string& organization) {
    v1::ListPostsRequest request;
    request.set_parent(organization);
    auto posts = posts_->ListPosts(Department(), request);
    EXPECT_THAT(posts, IsOk());
    return posts.ok() ? std::vector<v1::Post>(posts->posts().begin(), posts->posts().end())
                      : std::vector<v1::Post>();
  }
  v1::OrganizationCounts Counts(const std::string& name) {
    v1::GetOrganizationCountsRequest request;
    request.set_name(name);
    auto counts = organizations_->GetOrganizationCounts(Department(), request);
    EXPECT_THAT(counts, IsOk());
    return counts.ok() ? *counts : v1::OrganizationCounts();
  }
  v1::Organization Get(const std::string& name) {
    v1::GetOrganizationRequest request;
    request.set_name(name);
    auto organization = organizations_->GetOrganization(Department(), request);
    EXPECT_THAT(organization, IsOk());
    return organization.ok() ? *organization : v1::Organization();
  }
  // Members of normal standing of one organization by its intervals on a day.
  int64_t CountOn(const std::string& organization, absl::CivilDay day) {
    const std::vector<int64_t> ids = {Id(organization)};
    auto counts = database_->Read(absl::Now() + absl::Seconds(10), [&](sql::Session& session) {
      return CountIntervalsAsOf(session, ids, day);
    });
    EXPECT_OK(counts.status());
    int64_t sum = 0;
    if (counts.ok()) {
      for (const MemberCount& count : *counts) sum += count.count;
    }
    return sum;
  }

  absl::StatusOr<v1::CommitteeElection> Start(const std::string& organization) {
    v1::StartCommitteeElectionRequest request;
    request.set_parent(organization);
    return elections_->StartCommitteeElection(Department(), request);
  }
  absl::StatusOr<v1::CommitteeElection> Ask(const std::string& name, int seats, int deputies = 0) {
    v1::RequestCommitteeElectionRequest request;
    request.set_name(name);
    request.set_committee_seats(seats);
    request.set_deputy_seats(deputies);
    return elections_->RequestCommitteeElection(Department(), request);
  }
  absl::StatusOr<v1::CommitteeElection> Agree(const std::string& name, bool approved = true) {
    v1::ReplyCommitteeElectionRequest request;
    request.set_name(name);
    request.set_approved(approved);
    return elections_->ReplyCommitteeElection(Department(), request);
  }
  // The first `seated` members stand for the committee, the first of them for secretary too.
  absl::StatusOr<v1::CommitteeElection> Propose(const std::string& name,
                                                const std::vector<std::string>& members,
                                                size_t seated) {
    v1::ProposeCandidatesRequest request;
    request.set_name(name);
    for (size_t i = 0; i < seated; ++i) {
      v1::Candidate& candidate = *request.add_candidates();
      candidate.set_member(members[i]);
      candidate.set_code(v1::POST_CODE_COMMITTEE_MEMBER);
    }
    v1::Candidate& secretary = *request.add_candidates();
    secretary.set_member(members[0]);
    secretary.set_code(v1::POST_CODE_SECRETARY);
    return elections_->ProposeCandidates(Department(), request);
  }
  absl::StatusOr<v1::CommitteeElection> Approve(const std::string& name, bool approved = true) {
    v1::ApproveCandidatesRequest request;
    request.set_name(name);
    request.set_approved(approved);
    return elections_->ApproveCandidates(Department(), request);
  }
  // Delegates are to elect three: from each unit as many.
  static v1::RequestCommitteeElectionRequest ByDelegates(
      const std::string& name, const std::vector<std::pair<std::string, int>>& units) {
    v1::RequestCommitteeElectionRequest request;
    request.set_name(name);
    request.set_committee_seats(3);
    request.set_by_delegates(true);
    for (const auto& [unit, seats] : units) {
      request.add_delegate_units()->set_unit(unit);
      request.mutable_delegate_units()->rbegin()->set_seats(seats);
    }
    return request;
  }
  void Scatter(bool scattered) {
    v1::UpdateOrganizationProfileRequest request;
    request.mutable_profile()->set_name(absl::StrCat(town_.name(), "/profile"));
    request.mutable_profile()->set_scattered_sites(scattered);
    request.mutable_update_mask()->add_paths("scattered_sites");
    EXPECT_THAT(units_->UpdateOrganizationProfile(Department(), request), IsOk());
  }
  // The unit has elected these delegates; answers the name of that election.
  std::string Sent(const std::string& unit, const std::vector<std::string>& delegates) {
    ElectionVerdict verdict{.name = absl::StrCat("elections/", ++ballots_),
                            .organization_id = Id(unit),
                            .held_on = Today(),
                            .decided = true,
                            .settled = true};
    verdict.delegates.emplace();
    for (const std::string& delegate : delegates) {
      verdict.delegates->push_back(Id(delegate, "members"));
    }
    reader_.verdicts[verdict.name] = verdict;
    return verdict.name;
  }
  absl::StatusOr<v1::DelegateUnit> Register(const rpc::Outgoing& as, const std::string& delegation,
                                            const std::string& unit, const std::string& election) {
    v1::RegisterDelegatesRequest request;
    request.set_name(delegation);
    request.set_unit(unit);
    request.set_election(election);
    return delegations_->RegisterDelegates(as, request);
  }
  absl::StatusOr<v1::Delegation> CheckCredentials(const std::string& delegation) {
    v1::CheckCredentialsRequest request;
    request.set_name(delegation);
    return delegations_->CheckCredentials(Department(), request);
  }
  absl::StatusOr<v1::Delegation> Delegation(const std::string& name) {
    v1::GetDelegationRequest request;
    request.set_name(name);
    return delegations_->GetDelegation(Department(), request);
  }
  // The first `seats` members are elected to the committee, the first to be secretary.
  absl::StatusOr<v1::CommitteeElection> Record(const std::string& name,
                                               const std::string& organization,
                                               const std::vector<std::string>& members,
                                               size_t seats, const std::string& delegation = "") {
    const int64_t number = ++ballots_;
    ElectionVerdict committee{.name = absl::StrCat("elections/", number),
                              .organization_id = Id(organization),
                              .held_on = Today(),
                              .decided = true,
                              .settled = true,
                              .committee = true,
                              .delegation = delegation};
    for (size_t i = 0; i < seats; ++i) {
      committee.elected.push_back({Id(members[i], "members"), Post::kCommitteeMember});
    }
    committee.elected.push_back({Id(members[0], "members"), Post::kSecretary});
    reader_.verdicts[committee.name] = committee;
    v1::RecordElectionResultRequest request;
    request.set_name(name);
    request.add_elections(committee.name);
    return elections_->RecordElectionResult(Department(), request);
  }
  absl::StatusOr<v1::CommitteeElection> Report(const std::string& name) {
    v1::ReportElectionResultRequest request;
    request.set_name(name);
    return elections_->ReportElectionResult(Department(), request);
  }
  absl::StatusOr<v1::CommitteeElection> Inaugurate(const std::string& name) {
    v1::ApproveElectionResultRequest request;
    request.set_name(name);
    return elections_->ApproveElectionResult(Department(), request);
  }
  // An election up to the report of its result.
  v1::CommitteeElection Elect(const std::string& organization,
                              const std::vector<std::string>& members, size_t seats) {
    auto election = Start(organization);
    EXPECT_THAT(election, IsOk());
    if (!election.ok()) return {};
    const std::string name = election->name();
    const std::string upper = Get(organization).parent();
    const auto waits = [&](const std::string& code) {
      EXPECT_THAT(WaitingFor(upper), ::testing::ElementsAre(absl::StrCat(code, " ", name)));
    };
    EXPECT_THAT(Ask(name, static_cast<int>(seats)), IsOk());
    waits("WT-06");
    EXPECT_THAT(Agree(name), IsOk());
    EXPECT_THAT(WaitingFor(upper), ::testing::IsEmpty());
    EXPECT_THAT(Propose(name, members, seats == 0 ? 0 : seats + 1), IsOk());
    waits("WT-07");
    EXPECT_THAT(Approve(name), IsOk());
    EXPECT_THAT(WaitingFor(upper), ::testing::IsEmpty());
    EXPECT_THAT(Record(name, organization, members, seats), IsOk());
    election = Report(name);
    EXPECT_THAT(election, IsOk());
    waits("WT-08");
    return election.ok() ? *election : v1::CommitteeElection();
  }
  v1::Term GetTerm(const std::string& name) {
    v1::GetTermRequest request;
    request.set_name(name);
    auto term = terms_->GetTerm(Department(), request);
    EXPECT_THAT(term, IsOk());
    return term.ok() ? *term : v1::Term();
  }
  absl::StatusOr<v1::Term> RecordTerm(const std::string& organization, absl::CivilDay starts_on) {
    v1::RecordTermRequest request;
    request.set_parent(organization);
    *request.mutable_starts_on() = rpc::ToProto(starts_on);
    request.set_committee_seats(3);
    return terms_->RecordTerm(Department(), request);
  }
  absl::StatusOr<v1::Term> Adjust(const std::string& term, int months) {
    v1::AdjustTermRequest request;
    request.set_name(term);
    request.set_months(months);
    request.set_approval_number("某组发〔2026〕1号");
    return terms_->AdjustTerm(Department(), request);
  }

  absl::StatusOr<v1::OrganizationChange> Merge(const std::string& target,
                                               const std::vector<std::string>& sources,
                                               absl::CivilDay day = Today()) {
    v1::MergeOrganizationsRequest request;
    request.set_target(target);
    for (const std::string& source : sources) request.add_sources(source);
    *request.mutable_effective_on() = rpc::ToProto(day);
    return changes_->MergeOrganizations(Department(), request);
  }
  v1::OrganizationChange GetChange(const std::string& name) {
    v1::GetOrganizationChangeRequest request;
    request.set_name(name);
    auto change = changes_->GetOrganizationChange(Department(), request);
    EXPECT_THAT(change, IsOk());
    return change.ok() ? *change : v1::OrganizationChange();
  }
  absl::StatusOr<v1::OrganizationChange> Dissolve(const std::string& source,
                                                  const std::string& target) {
    v1::DissolveOrganizationRequest request;
    request.set_source(source);
    request.set_target(target);
    return changes_->DissolveOrganization(Department(), request);
  }

  v1::Unit NewUnit(const std::string& keeper, v1::UnitNature nature, int staff = 0) {
    v1::CreateUnitRequest request;
    request.set_parent(keeper);
    request.mutable_unit()->set_title(absl::StrCat("单位", ++people_));
    request.mutable_unit()->set_nature(nature);
    request.mutable_unit()->set_staff_count(staff);
    auto unit = units_->CreateUnit(Department(), request);
    EXPECT_THAT(unit, IsOk());
    return unit.ok() ? *unit : v1::Unit();
  }
  absl::StatusOr<v1::OrganizationUnit> Attach(const std::string& organization,
                                              const std::string& unit) {
    v1::AttachUnitRequest request;
    request.set_organization(organization);
    request.set_unit(unit);
    return units_->AttachUnit(Department(), request);
  }

  // Every finding of a subtree, page by page.
  std::vector<v1::Finding> Findings(const std::string& parent, int page_size = 7,
                                    std::vector<v1::FindingCode> codes = {}) {
    v1::ListFindingsRequest request;
    request.set_parent(parent);
    request.set_page_size(page_size);
    for (const v1::FindingCode code : codes) request.add_codes(code);
    std::vector<v1::Finding> findings;
    do {
      auto page = findings_->ListFindings(Department(), request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) break;
      EXPECT_LE(page->findings_size(), page_size);
      findings.insert(findings.end(), page->findings().begin(), page->findings().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return findings;
  }

  FakeElectionReader reader_;
  std::vector<int64_t> disciplined_;
  PostApi posts_api_;
  FoundingApi foundings_api_;
  FindingApi findings_api_;
  UnitApi units_api_;
  TermApi terms_api_;
  CommitteeElectionApi elections_api_;
  DelegationApi delegations_api_;
  OrganizationMover mover_;
  OrganizationChangeApi changes_api_;
  PartyWorkerApi workers_api_;
  std::unique_ptr<v1::PostServiceClient> posts_;
  std::unique_ptr<v1::FoundingServiceClient> foundings_;
  std::unique_ptr<v1::FindingServiceClient> findings_;
  std::unique_ptr<v1::UnitServiceClient> units_;
  std::unique_ptr<v1::TermServiceClient> terms_;
  std::unique_ptr<v1::CommitteeElectionServiceClient> elections_;
  std::unique_ptr<v1::DelegationServiceClient> delegations_;
  std::unique_ptr<v1::OrganizationChangeServiceClient> changes_;
  std::unique_ptr<v1::PartyWorkerServiceClient> workers_;
  v1::Organization town_;
  std::map<std::string, std::vector<std::string>> members_of_;
  int people_ = 0;
  int64_t ballots_ = 0;
};

TEST_F(OrganizationServiceTest, B_07_FoundingGoesFromApplicationToFirstTerm) {
  const v1::Unit unit = NewUnit(town_.name(), v1::UNIT_NATURE_PRIVATE_ENTERPRISE, 60);
  v1::ApplyFoundingRequest apply;
  apply.set_parent(town_.name());
  apply.set_unit(unit.name());
  apply.set_kind(v1::ORGANIZATION_KIND_BRANCH);
  apply.set_title("某公司党支部");
  apply.set_full_members(8);
  *apply.mutable_applied_on() = rpc::ToProto(Today() - 40);
  auto founding = foundings_->ApplyFounding(Department(), apply);
  ASSERT_THAT(founding, IsOk());
  ASSERT_THAT(founding->deadlines(), SizeIs(1));
  EXPECT_EQ(founding->deadlines(0).code(), "DL-12");
  EXPECT_EQ(*rpc::FromProto(founding->deadlines(0).due_on()), base::AddMonths(Today() - 40, 1));
  EXPECT_THAT(Findings(town_.name(), 50, {v1::FINDING_CODE_FOUNDING_REPLY_LATE}), SizeIs(1));

  v1::FileFoundingRequest file;
  file.set_name(founding->name());
  EXPECT_THAT(foundings_->FileFounding(Department(), file), HasReason("FOUNDING_STATE"));
  v1::ReplyFoundingRequest reply;
  reply.set_name(founding->name());
  reply.set_approved(true);
  EXPECT_EQ(foundings_->ReplyFounding(server_->As("branch_secretary", Id(town_.name())), reply)
                .status()
                .code(),
            absl::StatusCode::kPermissionDenied);
  founding = foundings_->ReplyFounding(Department(), reply);
  ASSERT_THAT(founding, IsOk());
  EXPECT_EQ(founding->state(), v1::FOUNDING_STATE_APPROVED);
  EXPECT_EQ(founding->deadlines(0).state(), v1::DEADLINE_STATE_MET);
  EXPECT_EQ(founding->decisions(founding->decisions_size() - 1).reason(), "FOUNDING_REPLY_LATE");
  EXPECT_THAT(Findings(town_.name(), 50, {v1::FINDING_CODE_FOUNDING_REPLY_LATE}), IsEmpty());
  EXPECT_THAT(foundings_->ReplyFounding(Department(), reply), HasReason("FOUNDING_STATE"));
  EXPECT_THAT(foundings_->FileFounding(Department(), file), HasReason("FOUNDING_NOT_ELECTED"));

  const std::string branch = founding->organization();
  EXPECT_EQ(Get(branch).parent(), town_.name());
  std::vector<std::string> members;
  for (int i = 0; i < 8; ++i) members.push_back(Join(branch));
  const v1::CommitteeElection election = Elect(branch, members, 3);
  EXPECT_EQ(election.term(), "");
  const auto approved = Inaugurate(election.name());
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->state(), v1::COMMITTEE_ELECTION_STATE_APPROVED);
  const v1::Term term = GetTerm(approved->new_term());
  EXPECT_EQ(term.number(), 1);
  EXPECT_EQ(term.months(), 36);
  EXPECT_EQ(term.rule_id(), "B-21");
  EXPECT_THAT(PostsIn(branch), SizeIs(3));
  EXPECT_EQ(PostsIn(branch)[0].code(), v1::POST_CODE_SECRETARY);
  EXPECT_EQ(PostsIn(branch)[0].member(), members[0]);
  EXPECT_THAT(foundings_->FileFounding(Department(), file), IsOk());

  v1::ListFoundingCasesRequest list;
  list.set_parent(town_.name());
  const auto cases = foundings_->ListFoundingCases(Department(), list);
  ASSERT_THAT(cases, IsOk());
  ASSERT_THAT(cases->founding_cases(), SizeIs(1));
  EXPECT_EQ(cases->founding_cases(0).state(), v1::FOUNDING_STATE_FILED);
}

TEST_F(OrganizationServiceTest, B_24_B_25_TermsRemindAndAreExtendedByTwelveMonthsAtMost) {
  const v1::Organization branch = Branch("一支部");
  const absl::CivilDay starts = Today() - 100;
  const auto term = RecordTerm(branch.name(), starts);
  ASSERT_THAT(term, IsOk());
  const absl::CivilDay expires = base::AddMonths(starts, 36);
  EXPECT_EQ(*rpc::FromProto(term->expires_on()), expires);
  EXPECT_THAT(RecordTerm(branch.name(), starts), HasReason("TERM_RUNNING"));
  ASSERT_THAT(term->deadlines(), SizeIs(2));
  EXPECT_EQ(term->deadlines(0).code(), "DL-11");
  EXPECT_EQ(term->deadlines(0).rule_id(), "B-25");
  EXPECT_EQ(term->deadlines(0).organization(), town_.name());
  EXPECT_EQ(*rpc::FromProto(term->deadlines(0).due_on()), base::AddMonths(expires, -6));
  EXPECT_EQ(term->deadlines(1).organization(), branch.name());

  EXPECT_THAT(Adjust(term->name(), 13), HasReason("TERM_ADJUST_TOO_LONG"));
  const auto extended = Adjust(term->name(), 12);
  ASSERT_THAT(extended, IsOk());
  EXPECT_TRUE(extended->extended());
  EXPECT_EQ(*rpc::FromProto(extended->expires_on()), base::AddMonths(starts, 48));
  EXPECT_EQ(*rpc::FromProto(extended->deadlines(0).due_on()), base::AddMonths(starts, 42));
  EXPECT_THAT(extended->decisions(), SizeIs(1));
  EXPECT_THAT(Adjust(term->name(), 1), HasReason("TERM_ADJUST_TOO_LONG"));
  // The branch itself does not approve it.
  v1::AdjustTermRequest own;
  own.set_name(term->name());
  own.set_months(-1);
  own.set_approval_number("1");
  EXPECT_EQ(terms_->AdjustTerm(server_->As("committee_secretary", Id(branch.name())), own)
                .status()
                .code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(OrganizationServiceTest, B_22_TheUnitSaysHowLongATermIs) {
  const v1::Organization branch = Branch("村支部");
  ASSERT_THAT(Attach(branch.name(), NewUnit(town_.name(), v1::UNIT_NATURE_VILLAGE).name()), IsOk());
  const auto term = RecordTerm(branch.name(), Today());
  ASSERT_THAT(term, IsOk());
  EXPECT_EQ(term->months(), 60);
  EXPECT_EQ(term->rule_id(), "B-22");
}

TEST_F(OrganizationServiceTest, B_26_TemporaryOrganizationsHaveNoTermAndNoElection) {
  const auto temporary =
      Found(town_.name(), v1::ORGANIZATION_KIND_TEMPORARY_BRANCH, "某工地临时党支部");
  EXPECT_THAT(RecordTerm(temporary.name(), Today()), HasReason("TERM_NOT_DUE"));
  EXPECT_THAT(Start(temporary.name()), HasReason("TERM_NOT_DUE"));
}

TEST_F(OrganizationServiceTest, X_12_AnElectionEndsOldPostsAndBeginsTheNewTerm) {
  const v1::Organization branch = Branch("二支部", 8);
  const std::vector<std::string> members = members_of_[branch.name()];
  ASSERT_THAT(Appoint(members[0], v1::POST_CODE_SECRETARY, "", Today() - 200), IsOk());
  ASSERT_THAT(Appoint(members[7], v1::POST_CODE_COMMITTEE_MEMBER, "", Today() - 200), IsOk());
  const auto old = RecordTerm(branch.name(), Today() - 1000);
  ASSERT_THAT(old, IsOk());

  const auto election = Start(branch.name());
  ASSERT_THAT(election, IsOk());
  const std::string name = election->name();
  EXPECT_THAT(Start(branch.name()), HasReason("ELECTION_OPEN"));
  EXPECT_EQ(GetTerm(old->name()).deadlines(0).state(), v1::DEADLINE_STATE_MET);
  EXPECT_THAT(Agree(name), HasReason("ELECTION_STATE"));
  EXPECT_THAT(Ask(name, 0), HasReason("ELECTION_SEATS"));
  EXPECT_THAT(Ask(name, 3), IsOk());
  EXPECT_THAT(Agree(name, false), IsOk());
  EXPECT_THAT(Ask(name, 3), IsOk());
  EXPECT_THAT(Agree(name), IsOk());
  EXPECT_THAT(Propose(name, members, 3), HasReason("CANDIDATES_TOO_FEW"));
  std::vector<std::string> foreign = members;
  foreign[1] = Join(Branch("外支部").name());
  EXPECT_THAT(Propose(name, foreign, 4), HasReason("CANDIDATE_NOT_ELIGIBLE"));
  disciplined_ = {Id(members[2], "members")};
  EXPECT_THAT(Propose(name, members, 4), HasReason("CANDIDATE_NOT_ELIGIBLE"));
  disciplined_.clear();
  EXPECT_THAT(Propose(name, members, 4), IsOk());
  EXPECT_THAT(Record(name, branch.name(), members, 3), HasReason("ELECTION_STATE"));
  EXPECT_THAT(Approve(name), IsOk());
  EXPECT_THAT(Record(name, town_.name(), members, 3), HasReason("ELECTION_RESULT_INVALID"));
  EXPECT_THAT(Record(name, branch.name(), members, 4), HasReason("ELECTION_RESULT_INVALID"));
  EXPECT_THAT(Record(name, branch.name(), members, 3), IsOk());
  EXPECT_THAT(Inaugurate(name), HasReason("ELECTION_STATE"));
  EXPECT_THAT(Report(name), IsOk());
  const auto approved = Inaugurate(name);
  ASSERT_THAT(approved, IsOk());

  const std::vector<v1::Post> posts = PostsIn(branch.name());
  ASSERT_THAT(posts, SizeIs(3));
  for (const v1::Post& post : posts) {
    EXPECT_EQ(*rpc::FromProto(post.valid_from()), Today());
    EXPECT_NE(post.member(), members[7]);
  }
  const v1::Term ended = GetTerm(old->name());
  EXPECT_EQ(ended.state(), v1::TERM_STATE_ENDED);
  EXPECT_EQ(*rpc::FromProto(ended.ended_on()), Today());
  const v1::Term next = GetTerm(approved->new_term());
  EXPECT_EQ(next.number(), 2);
  EXPECT_EQ(next.committee_election(), name);

  v1::CloseCommitteeElectionRequest close;
  close.set_name(name);
  const auto closed = elections_->CloseCommitteeElection(Department(), close);
  ASSERT_THAT(closed, IsOk());
  EXPECT_EQ(closed->state(), v1::COMMITTEE_ELECTION_STATE_CLOSED);
  for (const v1::Deadline& deadline : closed->deadlines()) {
    EXPECT_EQ(deadline.state(), v1::DEADLINE_STATE_MET);
  }
  EXPECT_THAT(Start(branch.name()), IsOk());
}

TEST_F(OrganizationServiceTest, X_01_DelegatesElectOnlyWithApproval) {
  const v1::Organization first = Branch("一支部", 4);
  const v1::Organization second = Branch("二支部", 3);
  ASSERT_OK_AND_ASSIGN(const auto started, Start(town_.name()));
  const std::string name = started.name();
  const std::string delegation = absl::StrCat(name, "/delegation");
  const auto ask = [&](const v1::RequestCommitteeElectionRequest& request) {
    return elections_->RequestCommitteeElection(Department(), request);
  };
  const auto wanted = ByDelegates(name, {{first.name(), 2}, {second.name(), 1}});
  const auto few = ask(wanted);
  EXPECT_THAT(few, HasReason("ELECTION_DELEGATES"));
  EXPECT_EQ(error::MetadataValue(few.status(), "rule_id"), "X-01");
  EXPECT_EQ(error::MetadataValue(few.status(), "actual"), "7");
  Scatter(true);
  EXPECT_THAT(ask(ByDelegates(name, {})), HasReason("FIELD_INVALID"));
  v1::RequestCommitteeElectionRequest members = wanted;
  members.set_by_delegates(false);
  EXPECT_THAT(ask(members), HasReason("FIELD_INVALID"));
  std::vector<std::pair<std::string, int>> many;
  for (int i = 0; i < 33; ++i) many.emplace_back(first.name(), 31);
  EXPECT_THAT(ask(ByDelegates(name, many)), HasReason("FIELD_INVALID"));  // 1,023 in all
  for (const std::string& wrong : {town_.name(), town_.parent(), std::string("organizations/1"),
                                   first.name()}) {  // one of them twice
    EXPECT_THAT(ask(ByDelegates(name, {{first.name(), 2}, {wrong, 1}})),
                HasReason("DELEGATE_UNITS"))
        << wrong;
  }
  EXPECT_THAT(Delegation(delegation), HasReason("NOT_FOUND"));
  ASSERT_THAT(ask(wanted), IsOk());
  ASSERT_OK_AND_ASSIGN(v1::Delegation asked, Delegation(delegation));
  EXPECT_EQ(asked.seats(), 3);
  EXPECT_FALSE(asked.has_approved_on());

  // A request that is sent back and made anew without delegates has none.
  ASSERT_THAT(Agree(name, false), IsOk());
  EXPECT_FALSE(Delegation(delegation)->has_approved_on());
  ASSERT_THAT(Ask(name, 3), IsOk());
  EXPECT_THAT(Delegation(delegation), HasReason("NOT_FOUND"));
  ASSERT_THAT(Agree(name, false), IsOk());
  ASSERT_THAT(ask(wanted), IsOk());
  Scatter(false);  // what was true at the request is looked at again
  EXPECT_THAT(Agree(name), HasReason("ELECTION_DELEGATES"));
  Scatter(true);
  ASSERT_OK_AND_ASSIGN(const auto agreed, Agree(name));
  const auto& decisions = agreed.decisions();
  const auto decision =
      std::find_if(decisions.rbegin(), decisions.rend(),
                   [](const v1::Decision& one) { return one.event() == "ReplyCommitteeElection"; });
  ASSERT_NE(decision, decisions.rend());
  EXPECT_EQ(decision->rule_id(), "X-01");
  EXPECT_EQ(decision->rule_set(), "election/2020-07-13");
  EXPECT_EQ(decision->required(), ">= 500 or scattered");
  EXPECT_EQ(decision->actual(), "7, scattered");
  ASSERT_OK_AND_ASSIGN(asked, Delegation(delegation));
  EXPECT_TRUE(asked.has_approved_on());
  ASSERT_THAT(asked.units(), SizeIs(2));
  EXPECT_EQ(asked.units(0).unit(), first.name());
  EXPECT_EQ(asked.units(0).seats(), 2);
}

TEST_F(OrganizationServiceTest, X_01_X_02_UnitsSendDelegatesWhoseCredentialsAreLookedAt) {
  const v1::Organization first = Branch("一支部", 4);
  const v1::Organization second = Branch("二支部", 3);
  const std::vector<std::string>& people = members_of_[first.name()];
  const std::vector<std::string>& others = members_of_[second.name()];
  ASSERT_OK_AND_ASSIGN(const auto started, Start(town_.name()));
  const std::string name = started.name();
  const std::string delegation = absl::StrCat(name, "/delegation");
  Scatter(true);
  ASSERT_THAT(elections_->RequestCommitteeElection(
                  Department(), ByDelegates(name, {{first.name(), 2}, {second.name(), 1}})),
              IsOk());
  const rpc::Outgoing secretary = server_->As("branch_secretary", Id(first.name()));
  const std::string two = Sent(first.name(), {people[0], people[1]});
  EXPECT_THAT(Register(secretary, delegation, first.name(), two), HasReason("ELECTION_STATE"));
  ASSERT_THAT(Agree(name), IsOk());

  EXPECT_THAT(Register(secretary, delegation, second.name(), two), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(Register(secretary, delegation, "organizations/1", two), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(Register(Department(), delegation, town_.name(), two), HasReason("NOT_FOUND"));
  EXPECT_THAT(Register(Department(), delegation, second.name(), two),
              HasReason("ELECTION_RESULT_INVALID"));
  reader_.verdicts[two].held_on = Today() - 1;  // before the reply
  EXPECT_THAT(Register(secretary, delegation, first.name(), two),
              HasReason("ELECTION_RESULT_INVALID"));
  reader_.verdicts[two].held_on = Today();
  const auto three = Register(secretary, delegation, first.name(),
                              Sent(first.name(), {people[0], people[1], people[2]}));
  EXPECT_THAT(three, HasReason("DELEGATES_TOO_MANY"));
  EXPECT_EQ(error::MetadataValue(three.status(), "rule_id"), "X-01");
  const auto stranger =
      Register(secretary, delegation, first.name(), Sent(first.name(), {people[0], others[0]}));
  EXPECT_THAT(stranger, HasReason("DELEGATE_NOT_ELIGIBLE"));
  EXPECT_EQ(error::MetadataValue(stranger.status(), "rule_id"), "X-02");
  EXPECT_EQ(error::MetadataValue(stranger.status(), "actual"), others[0]);
  ASSERT_OK_AND_ASSIGN(const v1::DelegateUnit unit,
                       Register(secretary, delegation, first.name(), two));
  ASSERT_THAT(unit.delegates(), SizeIs(2));
  EXPECT_EQ(unit.delegates(0).member(), people[0]);
  EXPECT_EQ(unit.election(), two);

  const auto missing = CheckCredentials(delegation);
  EXPECT_THAT(missing, HasReason("DELEGATES_MISSING"));
  EXPECT_EQ(error::MetadataValue(missing.status(), "rule_id"), "X-01");
  ASSERT_THAT(Register(Department(), delegation, second.name(), Sent(second.name(), {others[0]})),
              IsOk());
  ASSERT_OK_AND_ASSIGN(v1::Delegation found, CheckCredentials(delegation));
  EXPECT_EQ(*rpc::FromProto(found.credentials_on()), Today());
  v1::GetCommitteeElectionRequest get;
  get.set_name(name);
  EXPECT_EQ(elections_->GetCommitteeElection(Department(), get)->decisions().rbegin()->event(),
            "CheckCredentials");
  // Whoever is sent anew is looked at anew, as is somebody who has moved since.
  ASSERT_THAT(
      Register(secretary, delegation, first.name(), Sent(first.name(), {people[1], people[2]})),
      IsOk());
  EXPECT_FALSE(Delegation(delegation)->has_credentials_on());
  v1::MoveMemberRequest move;
  move.set_name(people[2]);
  move.set_organization(second.name());
  ASSERT_THAT(members_->MoveMember(Department(), move), IsOk());
  EXPECT_THAT(CheckCredentials(delegation), HasReason("DELEGATE_NOT_ELIGIBLE"));
  ASSERT_THAT(
      Register(secretary, delegation, first.name(), Sent(first.name(), {people[0], people[1]})),
      IsOk());

  // The result is that of these delegates, with their credentials in order.
  const std::vector<std::string> candidates = {people[0], people[1], others[0], others[1]};
  ASSERT_THAT(Propose(name, candidates, 4), IsOk());
  ASSERT_THAT(Approve(name), IsOk());
  const auto unchecked = Record(name, town_.name(), candidates, 3, delegation);
  EXPECT_THAT(unchecked, HasReason("ELECTION_RESULT_INVALID"));
  EXPECT_EQ(error::MetadataValue(unchecked.status(), "cause"), "CREDENTIALS");
  ASSERT_THAT(CheckCredentials(delegation), IsOk());
  const auto general = Record(name, town_.name(), candidates, 3);
  EXPECT_THAT(general, HasReason("ELECTION_RESULT_INVALID"));
  EXPECT_EQ(error::MetadataValue(general.status(), "cause"), "DELEGATES");
  ASSERT_THAT(Record(name, town_.name(), candidates, 3, delegation), IsOk());
  EXPECT_THAT(Register(secretary, delegation, first.name(), two), HasReason("ELECTION_STATE"));
  EXPECT_THAT(CheckCredentials(delegation), HasReason("ELECTION_STATE"));
}

TEST_F(OrganizationServiceTest, AnElectionGivenUpLeavesTheTermRunning) {
  const v1::Organization branch = Branch("三支部", 3);
  const auto term = RecordTerm(branch.name(), Today() - 10);
  ASSERT_THAT(term, IsOk());
  const auto election = Start(branch.name());
  ASSERT_THAT(election, IsOk());
  v1::CancelCommitteeElectionRequest cancel;
  cancel.set_name(election->name());
  EXPECT_THAT(elections_->CancelCommitteeElection(Department(), cancel), IsOk());
  EXPECT_THAT(elections_->CancelCommitteeElection(Department(), cancel),
              HasReason("ELECTION_STATE"));
  const v1::Term running = GetTerm(term->name());
  EXPECT_EQ(running.state(), v1::TERM_STATE_RUNNING);
  EXPECT_EQ(running.deadlines(0).state(), v1::DEADLINE_STATE_OPEN);
  EXPECT_THAT(Start(branch.name()), IsOk());
}

TEST_F(OrganizationServiceTest, ThirtyTwoApproveAtOnceAndOneCounts) {
  const v1::Organization branch = Branch("四支部", 8);
  const v1::CommitteeElection election = Elect(branch.name(), members_of_[branch.name()], 3);
  std::atomic<int> won = 0;
  std::atomic<int> late = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 32; ++i) {
    threads.emplace_back([&] {
      const auto approved = Inaugurate(election.name());
      if (approved.ok()) {
        ++won;
      } else if (error::Reason(approved.status()) == "ELECTION_STATE") {
        ++late;
      } else {
        ADD_FAILURE() << approved.status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(late, 31);
  EXPECT_THAT(PostsIn(branch.name()), SizeIs(3));
  v1::ListTermsRequest request;
  request.set_parent(branch.name());
  const auto terms = terms_->ListTerms(Department(), request);
  ASSERT_THAT(terms, IsOk());
  EXPECT_THAT(terms->terms(), SizeIs(1));
}

TEST_F(OrganizationServiceTest, AMergerMovesEverybodyTogether) {
  const v1::Organization target = Branch("东支部", 3);
  const v1::Organization source = Branch("西支部", 5, 2);
  const std::vector<std::string> members = members_of_[source.name()];
  const auto group = Found(source.name(), v1::ORGANIZATION_KIND_GROUP, "第一党小组");
  ASSERT_THAT(Appoint(members[0], v1::POST_CODE_SECRETARY), IsOk());
  ASSERT_THAT(Appoint(members[1], v1::POST_CODE_GROUP_LEADER, group.name()), IsOk());
  ASSERT_THAT(RecordTerm(source.name(), Today() - 5), IsOk());
  const v1::Unit unit = NewUnit(source.name(), v1::UNIT_NATURE_VILLAGE);
  ASSERT_THAT(Attach(source.name(), unit.name()), IsOk());
  const absl::CivilDay day = Today() - 1;

  EXPECT_THAT(Merge(target.name(), {target.name()}), HasReason("CHANGE_SAME_ORGANIZATION"));
  EXPECT_THAT(Merge(town_.name(), {source.name()}), HasReason("ORGANIZATION_HOLDS_NO_MEMBERS"));
  EXPECT_THAT(Merge(target.name(), {source.name()}, absl::CivilDay(2025, 12, 31)),
              HasReason("EFFECTIVE_DATE_BEFORE_INTERVAL"));
  EXPECT_EQ(Counts(source.name()).full_members(), 5);

  const auto change = Merge(target.name(), {source.name()}, day);
  ASSERT_THAT(change, IsOk());
  EXPECT_EQ(change->state(), v1::ORGANIZATION_CHANGE_STATE_DONE);
  EXPECT_EQ(change->moved(), 7);
  EXPECT_EQ(Counts(target.name()).full_members(), 8);
  EXPECT_EQ(Counts(target.name()).probationary_members(), 2);
  EXPECT_EQ(CountOn(source.name(), day - 1), 7);
  EXPECT_EQ(CountOn(source.name(), day), 0);
  EXPECT_EQ(CountOn(target.name(), day - 1), 3);
  EXPECT_EQ(CountOn(target.name(), day), 10);
  EXPECT_TRUE(Get(source.name()).has_revoked_on());
  EXPECT_EQ(Get(group.name()).parent(), target.name());
  EXPECT_THAT(PostsIn(source.name()), IsEmpty());
  EXPECT_THAT(PostsIn(group.name()), SizeIs(1));
  v1::ListOrganizationUnitsRequest standing;
  standing.set_parent(target.name());
  EXPECT_THAT(units_->ListOrganizationUnits(Department(), standing)->organization_units(),
              SizeIs(1));
  v1::GetUnitRequest get;
  get.set_name(unit.name());
  EXPECT_EQ(units_->GetUnit(Department(), get)->organization(), target.name());
  v1::ListTermsRequest terms;
  terms.set_parent(source.name());
  EXPECT_EQ(terms_->ListTerms(Department(), terms)->terms(0).state(), v1::TERM_STATE_ENDED);

  const auto history = database_->Read(absl::Now() + absl::Seconds(10), [&](sql::Session& s) {
    return ChangesOf(s, Id(members[0], "members"));
  });
  ASSERT_THAT(history, IsOk());
  EXPECT_EQ(history->front().code, ChangeCode::kMoved);
  EXPECT_EQ(history->front().basis_collection, "organizationChanges");
  EXPECT_EQ(history->front().day, day);
  // The code of what ended is not given again.
  EXPECT_NE(Branch("南支部").code(), source.code());
  EXPECT_THAT(Merge(target.name(), {source.name()}), HasReason("ORGANIZATION_REVOKED"));
  v1::ListOrganizationChangesRequest list;
  list.set_parent(source.name());
  EXPECT_THAT(changes_->ListOrganizationChanges(Department(), list)->organization_changes(),
              SizeIs(1));
}

TEST_F(OrganizationServiceTest, ALargeMergerGoesOnInTheBackgroundBranchByBranch) {
  const v1::Organization target = Branch("大支部");
  const v1::Organization first = Branch("一队", 21);
  const v1::Organization second = Branch("二队", 20);
  auto change = Merge(target.name(), {first.name(), second.name()});
  ASSERT_THAT(change, IsOk());
  EXPECT_EQ(change->state(), v1::ORGANIZATION_CHANGE_STATE_RUNNING);
  EXPECT_EQ(change->total(), 41);
  EXPECT_EQ(Counts(target.name()).full_members(), 0);
  EXPECT_THAT(Merge(target.name(), {first.name()}), HasReason("ORGANIZATION_CHANGING"));
  EXPECT_OK(jobs_.RunOnce(kOrganizationChangeJob));
  const v1::OrganizationChange done = GetChange(change->name());
  EXPECT_EQ(done.state(), v1::ORGANIZATION_CHANGE_STATE_DONE);
  EXPECT_EQ(done.moved(), 41);
  EXPECT_EQ(Counts(target.name()).full_members(), 41);
  EXPECT_TRUE(Get(first.name()).has_revoked_on());
  EXPECT_TRUE(Get(second.name()).has_revoked_on());
  EXPECT_OK(jobs_.RunOnce(kOrganizationChangeJob));  // nothing is left to do
  EXPECT_EQ(Counts(target.name()).full_members(), 41);
}

TEST_F(OrganizationServiceTest, ABackgroundMergerThatTheRulesRefuseFailsAndLetsGo) {
  const v1::Organization target = Branch("甲支部");
  const v1::Organization source = Branch("乙支部", 41);
  const auto change = Merge(target.name(), {source.name()});
  ASSERT_THAT(change, IsOk());
  v1::RevokeOrganizationRequest revoke;
  revoke.set_name(target.name());
  ASSERT_THAT(organizations_->RevokeOrganization(Department(), revoke), IsOk());
  EXPECT_OK(jobs_.RunOnce(kOrganizationChangeJob));
  const v1::OrganizationChange failed = GetChange(change->name());
  EXPECT_EQ(failed.state(), v1::ORGANIZATION_CHANGE_STATE_FAILED);
  EXPECT_EQ(failed.error_reason(), "ORGANIZATION_REVOKED");
  EXPECT_EQ(Counts(source.name()).full_members(), 41);
  EXPECT_THAT(Merge(Branch("丙支部").name(), {source.name()}), IsOk());
}

TEST_F(OrganizationServiceTest, ASplitFoundsABranchWithWhoIsNamed) {
  const v1::Organization source = Branch("老支部", 8);
  const v1::Organization other = Branch("别的支部", 1);
  const auto group = Found(source.name(), v1::ORGANIZATION_KIND_GROUP, "第二党小组");
  const std::vector<std::string> members = members_of_[source.name()];
  v1::SplitOrganizationRequest split;
  split.set_source(source.name());
  split.mutable_organization()->set_kind(v1::ORGANIZATION_KIND_BRANCH);
  split.mutable_organization()->set_title("新支部");
  split.add_members(members_of_[other.name()][0]);
  EXPECT_THAT(changes_->SplitOrganization(Department(), split), HasReason("MEMBER_ELSEWHERE"));
  split.clear_members();
  for (int i = 0; i < 4; ++i) split.add_members(members[static_cast<size_t>(i)]);
  split.add_groups(group.name());
  const auto change = changes_->SplitOrganization(Department(), split);
  ASSERT_THAT(change, IsOk());
  EXPECT_EQ(change->moved(), 4);
  EXPECT_EQ(Counts(source.name()).full_members(), 4);
  EXPECT_EQ(Counts(change->target()).full_members(), 4);
  EXPECT_EQ(Get(change->target()).parent(), town_.name());
  EXPECT_EQ(Get(group.name()).parent(), change->target());
  EXPECT_FALSE(Get(source.name()).has_revoked_on());
}

TEST_F(OrganizationServiceTest, DissolvingSendsMembersSomewhere) {
  const v1::Organization source = Branch("撤销支部", 4);
  const v1::Organization target = Branch("接收支部", 1);
  const auto group = Found(source.name(), v1::ORGANIZATION_KIND_GROUP, "第三党小组");
  EXPECT_THAT(Dissolve(source.name(), ""), HasReason("CHANGE_TARGET_MISSING"));
  EXPECT_THAT(Dissolve(town_.name(), ""), HasReason("ORGANIZATION_HAS_CHILDREN"));
  const auto change = Dissolve(source.name(), target.name());
  ASSERT_THAT(change, IsOk());
  EXPECT_EQ(Counts(target.name()).full_members(), 5);
  EXPECT_TRUE(Get(source.name()).has_revoked_on());
  EXPECT_TRUE(Get(group.name()).has_revoked_on());
  EXPECT_THAT(Dissolve(Branch("空支部").name(), ""), IsOk());
}

TEST_F(OrganizationServiceTest, MembersWhoMoveWhileTheirBranchIsMergedEndUpInOnePlace) {
  const v1::Organization target = Branch("合并支部");
  const v1::Organization source = Branch("被并支部", 12);
  const v1::Organization elsewhere = Branch("调入支部");
  std::vector<std::thread> threads;
  for (const std::string& member : members_of_[source.name()]) {
    threads.emplace_back([&, member] {
      v1::MoveMemberRequest request;
      request.set_name(member);
      request.set_organization(elsewhere.name());
      const auto moved = members_->MoveMember(Department(), request);
      EXPECT_TRUE(moved.ok() || error::Reason(moved.status()) != "") << moved.status();
    });
  }
  absl::StatusOr<v1::OrganizationChange> change = absl::UnknownError("not run");
  threads.emplace_back([&] { change = Merge(target.name(), {source.name()}); });
  for (std::thread& thread : threads) thread.join();
  ASSERT_THAT(change, IsOk());
  EXPECT_EQ(Counts(source.name()).full_members(), 0);
  EXPECT_EQ(Counts(target.name()).full_members() + Counts(elsewhere.name()).full_members(), 12);
  EXPECT_EQ(CountOn(target.name(), Today()), Counts(target.name()).full_members());
  EXPECT_EQ(CountOn(elsewhere.name(), Today()), Counts(elsewhere.name()).full_members());
  EXPECT_EQ(CountOn(source.name(), Today()), 0);
}

TEST_F(OrganizationServiceTest, UnitsAreKeptAndTheirCodesChecked) {
  v1::CreateUnitRequest request;
  request.set_parent(town_.name());
  request.mutable_unit()->set_title("某有限公司");
  request.mutable_unit()->set_nature(v1::UNIT_NATURE_STATE_ENTERPRISE);
  request.mutable_unit()->set_credit_code("91350100M000100Y44");
  EXPECT_THAT(units_->CreateUnit(Department(), request), HasReason("CREDIT_CODE_INVALID"));
  request.mutable_unit()->set_credit_code("91350100M000100Y43");
  const auto unit = units_->CreateUnit(Department(), request);
  ASSERT_THAT(unit, IsOk());
  EXPECT_THAT(units_->CreateUnit(Department(), request), HasReason("UNIT_EXISTS"));
  const v1::Organization branch = Branch("企业支部");
  EXPECT_THAT(Attach(branch.name(), unit->name()), IsOk());
  EXPECT_THAT(Attach(branch.name(), unit->name()), HasReason("UNIT_ATTACHED"));

  v1::CreateSiteRequest site;
  site.set_parent(unit->name());
  site.mutable_site()->set_title("某隧道项目");
  site.mutable_site()->set_full_members(3);
  *site.mutable_site()->mutable_starts_on() = rpc::ToProto(Today() - 10);
  *site.mutable_site()->mutable_ends_on() = rpc::ToProto(Today() - 20);
  EXPECT_THAT(units_->CreateSite(Department(), site), HasReason("SITE_DAYS_REVERSED"));
  *site.mutable_site()->mutable_ends_on() = rpc::ToProto(Today() + 300);
  const auto created = units_->CreateSite(Department(), site);
  ASSERT_THAT(created, IsOk());
  const auto found = Findings(town_.name(), 50, {v1::FINDING_CODE_SITE_WITHOUT_BRANCH});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].subject(), created->name());
  EXPECT_THAT(found[0].offered(), Contains(v1::ORGANIZATION_KIND_TEMPORARY_BRANCH));

  v1::UpdateSiteRequest update;
  update.mutable_site()->set_name(created->name());
  update.mutable_site()->set_branch(town_.name());
  update.mutable_update_mask()->add_paths("branch");
  EXPECT_THAT(units_->UpdateSite(Department(), update), HasReason("ORGANIZATION_HOLDS_NO_MEMBERS"));
  update.mutable_site()->set_branch(
      Found(town_.name(), v1::ORGANIZATION_KIND_TEMPORARY_BRANCH, "隧道临时党支部").name());
  EXPECT_THAT(units_->UpdateSite(Department(), update), IsOk());
  EXPECT_THAT(Findings(town_.name(), 50, {v1::FINDING_CODE_SITE_WITHOUT_BRANCH}), IsEmpty());

  v1::DetachUnitRequest detach;
  detach.set_organization(branch.name());
  detach.set_unit(unit->name());
  EXPECT_THAT(units_->DetachUnit(Department(), detach), IsOk());
  EXPECT_THAT(units_->DetachUnit(Department(), detach), HasReason("UNIT_NOT_ATTACHED"));
}

TEST_F(OrganizationServiceTest, ABranchOutOfSightIsAnsweredLikeOneThatIsNotThere) {
  const rpc::Outgoing worker = server_->As("party_worker", Id(town_.name()));
  const v1::Unit unit = NewUnit(town_.name(), v1::UNIT_NATURE_STATE_ENTERPRISE);
  const v1::Organization other = Found(town_.parent(), v1::ORGANIZATION_KIND_COMMITTEE, "邻镇党委");
  const std::string out_of_sight =
      Found(other.name(), v1::ORGANIZATION_KIND_BRANCH, "邻镇支部").name();
  v1::CreateSiteRequest create;
  create.set_parent(unit.name());
  create.mutable_site()->set_title("某隧道项目");
  *create.mutable_site()->mutable_starts_on() = rpc::ToProto(Today());
  ASSERT_OK_AND_ASSIGN(const v1::Site site, units_->CreateSite(worker, create));
  v1::UpdateSiteRequest update;
  update.mutable_site()->set_name(site.name());
  update.mutable_update_mask()->add_paths("branch");
  std::set<std::string> answers;
  for (const std::string& branch : {out_of_sight, std::string("organizations/1")}) {
    create.mutable_site()->set_branch(branch);
    update.mutable_site()->set_branch(branch);
    for (const absl::Status& status : {units_->CreateSite(worker, create).status(),
                                       units_->UpdateSite(worker, update).status()}) {
      EXPECT_EQ(error::MetadataValue(status, "name"), branch);
      answers.insert(absl::StatusCodeToString(status.code()) + " " + error::Reason(status));
    }
  }
  EXPECT_THAT(answers, SizeIs(1));
  EXPECT_FALSE(answers.contains("OK "));
  update.mutable_site()->set_branch(Branch("一支部").name());
  EXPECT_THAT(units_->UpdateSite(worker, update), IsOk());
}

TEST_F(OrganizationServiceTest, Table8_1_ProfilesAreKept) {
  v1::GetOrganizationProfileRequest get;
  get.set_name(absl::StrCat(town_.name(), "/profile"));
  EXPECT_EQ(units_->GetOrganizationProfile(Department(), get)->etag(), "0");
  v1::UpdateOrganizationProfileRequest update;
  update.mutable_profile()->set_name(get.name());
  update.mutable_profile()->set_functional(true);
  update.mutable_profile()->set_former_titles("某公社党委");
  update.mutable_update_mask()->add_paths("functional");
  ASSERT_THAT(units_->UpdateOrganizationProfile(Department(), update), IsOk());
  const auto profile = units_->GetOrganizationProfile(Department(), get);
  ASSERT_THAT(profile, IsOk());
  EXPECT_TRUE(profile->functional());
  EXPECT_EQ(profile->former_titles(), "");
  update.mutable_profile()->set_etag("7");
  EXPECT_THAT(units_->UpdateOrganizationProfile(Department(), update), HasReason("ETAG_MISMATCH"));
}

// Findings counted organization by organization, with plain conditions.
TEST_F(OrganizationServiceTest, FindingsOfACountyAreWhatCountingByHandFinds) {
  std::set<std::tuple<std::string, v1::FindingCode>> expected;
  const auto expect = [&](bool found, const std::string& organization, v1::FindingCode code) {
    if (found) expected.emplace(organization, code);
  };
  int total = 0;
  for (int i = 0; i < 14; ++i) {
    const int full = i % 9;
    const int probationary = i % 2;
    const int officers = i % 4;
    const bool termed = i % 3 == 0;
    const v1::Organization branch = Branch(absl::StrCat("支部", i), full, probationary);
    const std::string& name = branch.name();
    total += full + probationary;
    const std::vector<std::string>& members = members_of_[name];
    const int seated = std::min(officers, full);
    for (int k = 0; k < seated; ++k) {
      ASSERT_THAT(Appoint(members[static_cast<size_t>(k)],
                          k == 0 ? v1::POST_CODE_SECRETARY : v1::POST_CODE_COMMITTEE_MEMBER),
                  IsOk());
    }
    if (termed) {
      ASSERT_THAT(RecordTerm(name, Today() - (i == 0 ? 1200 : 300)), IsOk());
    }
    const int groups = i % 3;
    for (int k = 0; k < groups; ++k) {
      Found(name, v1::ORGANIZATION_KIND_GROUP, absl::StrCat("小组", i, "-", k));
    }
    expect(full < 3, name, v1::FINDING_CODE_BELOW_MINIMUM);
    expect(full >= 7 && seated < 3, name, v1::FINDING_CODE_COMMITTEE_MISSING);
    expect(full < 7 && seated >= 3, name, v1::FINDING_CODE_COMMITTEE_NOT_DUE);
    expect(seated == 0, name, v1::FINDING_CODE_SECRETARY_MISSING);
    expect(groups > 0 && full + probationary < 3 * groups, name, v1::FINDING_CODE_GROUP_SIZE);
    expect(!termed, name, v1::FINDING_CODE_TERM_MISSING);
    expect(i == 0, name, v1::FINDING_CODE_TERM_EXPIRED);
  }
  ASSERT_LT(total, 100);
  expect(true, town_.name(), v1::FINDING_CODE_COMMITTEE_SIZE);
  expect(true, town_.name(), v1::FINDING_CODE_SECRETARY_MISSING);
  expect(true, town_.name(), v1::FINDING_CODE_TERM_MISSING);
  const std::string county = town_.parent();
  expect(true, county, v1::FINDING_CODE_SECRETARY_MISSING);

  for (const int page_size : {1, 7, 200}) {
    std::set<std::tuple<std::string, v1::FindingCode>> found;
    const std::vector<v1::Finding> findings = Findings(county, page_size);
    for (const v1::Finding& finding : findings) {
      EXPECT_TRUE(found.emplace(finding.organization(), finding.code()).second);
      EXPECT_NE(finding.rule_id(), "");
      EXPECT_NE(finding.source(), "");
    }
    EXPECT_EQ(found, expected) << "pages of " << page_size;
  }
  // A branch shows its own only, and one code alone is one code alone.
  for (const v1::Finding& finding : Findings(county, 5, {v1::FINDING_CODE_BELOW_MINIMUM})) {
    EXPECT_EQ(finding.code(), v1::FINDING_CODE_BELOW_MINIMUM);
    EXPECT_TRUE(expected.contains({finding.organization(), finding.code()}));
  }
}

TEST_F(OrganizationServiceTest, Seed33_3_PartyWorkersAreFoundByFactsAndGrowByRecord) {
  const v1::Organization branch = Branch("先锋支部", 3);
  const std::vector<std::string> members = members_of_[branch.name()];
  const auto enter = [&](const std::string& member, v1::WorkerPost post, bool full_time,
                         absl::CivilDay from) {
    v1::RegisterPartyWorkerRequest request;
    request.set_parent(member);
    request.set_organization(branch.name());
    request.set_post(post);
    request.set_full_time(full_time);
    *request.mutable_started_on() = rpc::ToProto(from);
    return workers_->RegisterPartyWorker(Department(), request);
  };
  const auto note = [&](const std::string& member, v1::WorkerEventKind kind,
                        const std::string& title) {
    v1::RecordWorkerEventRequest request;
    request.set_parent(member);
    request.set_kind(kind);
    request.set_title(title);
    *request.mutable_from() = rpc::ToProto(Today());
    return workers_->RecordWorkerEvent(Department(), request);
  };
  EXPECT_THAT(note(members[0], v1::WORKER_EVENT_KIND_TASK, "牵头换届"),
              HasReason("WORKER_NOT_REGISTERED"));
  const auto worker = enter(members[0], v1::WORKER_POST_ORGANIZER, true, Today() - 800);
  ASSERT_THAT(worker, IsOk());
  EXPECT_EQ(worker->years(), 2);
  EXPECT_THAT(enter(members[0], v1::WORKER_POST_ORGANIZER, true, Today()),
              HasReason("WORKER_REGISTERED"));
  ASSERT_THAT(enter(members[1], v1::WORKER_POST_CLERK, false, Today() - 30), IsOk());

  // DL-22: a new secretary is to be trained, and a record meets it.
  const auto post = Appoint(members[0], v1::POST_CODE_SECRETARY, "", Today() - 250);
  ASSERT_THAT(post, IsOk());
  EXPECT_THAT(Findings(branch.name(), 50, {v1::FINDING_CODE_TRAINING_LATE}), SizeIs(1));
  ASSERT_THAT(note(members[0], v1::WORKER_EVENT_KIND_TRAINING, "新任书记培训班"), IsOk());
  EXPECT_THAT(Findings(branch.name(), 50, {v1::FINDING_CODE_TRAINING_LATE}), IsEmpty());
  ASSERT_THAT(note(members[0], v1::WORKER_EVENT_KIND_TASK, "牵头换届"), IsOk());
  ASSERT_THAT(note(members[0], v1::WORKER_EVENT_KIND_CERTIFICATE, "党务工作资格"), IsOk());
  ASSERT_THAT(note(members[0], v1::WORKER_EVENT_KIND_CARE, "走访慰问"), IsOk());

  const auto search = [&](auto set) {
    v1::SearchPartyWorkersRequest request;
    request.set_parent(town_.name());
    request.set_page_size(1);
    set(request);
    std::set<std::string> found;
    do {
      auto page = workers_->SearchPartyWorkers(Department(), request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) break;
      for (const v1::PartyWorker& one : page->party_workers()) found.insert(one.member());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return found;
  };
  using Request = v1::SearchPartyWorkersRequest;
  const std::set<std::string> first = {members[0]};
  const std::set<std::string> second = {members[1]};
  const std::set<std::string> both = {members[0], members[1]};
  EXPECT_EQ(search([](Request&) {}), both);
  EXPECT_EQ(search([](Request& r) { r.set_min_years(2); }), first);
  EXPECT_EQ(search([](Request& r) { r.set_min_certificates(1); }), first);
  EXPECT_EQ(search([](Request& r) { r.set_holds_post(v1::POST_CODE_SECRETARY); }), first);
  EXPECT_EQ(search([](Request& r) { r.set_full_time_only(true); }), first);
  EXPECT_EQ(search([](Request& r) { r.set_post(v1::WORKER_POST_CLERK); }), second);
  EXPECT_EQ(search([](Request& r) { r.add_educations("21"); }), both);
  EXPECT_EQ(search([](Request& r) { r.add_educations("61"); }), std::set<std::string>());
  EXPECT_EQ(search([](Request& r) { r.set_max_age(10); }), std::set<std::string>());
  EXPECT_EQ(search([](Request& r) { r.set_untrained_year(static_cast<int32_t>(Today().year())); }),
            second);

  v1::ListGrowthRecordsRequest growth;
  growth.set_parent(members[0]);
  growth.set_year(static_cast<int32_t>(Today().year()));
  const auto records = workers_->ListGrowthRecords(Department(), growth);
  ASSERT_THAT(records, IsOk());
  std::set<v1::GrowthKind> kinds;
  for (const v1::GrowthRecord& record : records->growth_records()) kinds.insert(record.kind());
  EXPECT_THAT(kinds, SizeIs(6));
}

TEST_F(OrganizationServiceTest, Seed39c_ExchangesOfOneWorkerDoNotOverlap) {
  const v1::Organization branch = Branch("交流支部", 1);
  const v1::Organization other = Branch("挂职支部");
  const std::string member = members_of_[branch.name()][0];
  ASSERT_THAT(Appoint(member, v1::POST_CODE_SECRETARY), IsOk());
  v1::RecordExchangeRequest request;
  request.set_parent(member);
  request.set_from_organization(branch.name());
  request.set_to_organization(other.name());
  const auto record = [&](absl::CivilDay first, absl::CivilDay last) {
    *request.mutable_starts_on() = rpc::ToProto(first);
    *request.mutable_ends_on() = rpc::ToProto(last);
    return workers_->RecordExchange(Department(), request);
  };
  EXPECT_THAT(record(absl::CivilDay(2025, 1, 1), absl::CivilDay(2025, 6, 30)), IsOk());
  EXPECT_THAT(record(absl::CivilDay(2025, 6, 30), absl::CivilDay(2025, 12, 31)),
              HasReason("EXCHANGE_OVERLAPS"));
  std::atomic<int> won = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      v1::RecordExchangeRequest same = request;
      *same.mutable_starts_on() = rpc::ToProto(absl::CivilDay(2026, 1, 1));
      *same.mutable_ends_on() = rpc::ToProto(absl::CivilDay(2026, 6, 30));
      if (workers_->RecordExchange(Department(), same).ok()) ++won;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  v1::ListExchangesRequest list;
  list.set_parent(member);
  list.set_page_size(1);
  const auto page = workers_->ListExchanges(Department(), list);
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->exchanges(0).starts_on().year(), 2026);
  EXPECT_NE(page->next_page_token(), "");
}

}  // namespace
}  // namespace ronghe::membership
