// How do transfers go, behind the real pipeline and on a real database?
#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/approval/api.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/error/error.h"
#include "common/event/event_store.h"
#include "common/rpc/convert.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ronghe/membership/v1/post.ronghe.h"
#include "ronghe/membership/v1/transfer.ronghe.h"
#include "services/membership/api/post_api.h"
#include "services/membership/api/transfer_api.h"
#include "services/membership/api/transfer_sources.h"
#include "services/membership/domain/transfer/rules.h"
#include "services/membership/jobs/transfer_expirer.h"
#include "services/membership/store/change_store.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/document_store.h"
#include "services/membership/testing/service_parts.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

struct TextRow {
  std::optional<std::string> text;
};
struct CountRow {
  int64_t count = 0;
};
// Everything that a step could have changed, as one text.
const sql::Query<TextRow> kImage(
    "transfer_test.image",
    "SELECT CAST(CONCAT_WS('/',"
    " (SELECT GROUP_CONCAT(id, ':', organization_id, ':', standing, ':', etag ORDER BY id) FROM "
    "member),"
    " (SELECT GROUP_CONCAT(id, ':', organization_id, ':', valid_from, ':', valid_to ORDER BY id) "
    "FROM membership_interval),"
    " (SELECT COUNT(*) FROM membership_change), (SELECT COUNT(*) FROM post),"
    " (SELECT GROUP_CONCAT(id, ':', valid_to ORDER BY id) FROM post),"
    " (SELECT GROUP_CONCAT(id, ':', state, ':', step, ':', etag ORDER BY id) FROM transfer),"
    " (SELECT GROUP_CONCAT(member_id, ':', IFNULL(open_member_id, '-') ORDER BY member_id) FROM "
    "transfer_member),"
    " (SELECT COUNT(*) FROM transfer_step), (SELECT COUNT(*) FROM decision),"
    " (SELECT GROUP_CONCAT(id, ':', state ORDER BY id) FROM deadline),"
    " (SELECT COUNT(*) FROM event), (SELECT COUNT(*) FROM audit),"
    " (SELECT COUNT(*) FROM request_record)) AS CHAR) AS text");
const sql::Query<CountRow> kOpenIntervals(
    "transfer_test.open_intervals",
    "SELECT COUNT(*) FROM membership_interval WHERE member_id = ? AND valid_to = '9999-12-31'");
const sql::Query<CountRow> kPlain("transfer_test.plain",
                                  "SELECT COUNT(*) FROM transfer_person WHERE particulars LIKE ?");
const sql::Query<CountRow> kWithParticulars(
    "transfer_test.with_particulars",
    "SELECT COUNT(*) FROM transfer_person WHERE particulars <> ''");
const sql::Command kShift("transfer_test.shift",
                          "UPDATE transfer SET letter_issued_on = ?, expires_on = ? WHERE id = ?");
const sql::Command kClosedOn("transfer_test.closed_on",
                             "UPDATE transfer SET closed_on = ? WHERE id = ?");

// What a test says that other parts of the system know.
class KnownSources : public TransferSources {
 public:
  std::set<int64_t> with_cases;
  std::map<int64_t, absl::CivilMonth> paid;

  absl::StatusOr<std::vector<int64_t>> WithOpenCases(sql::Session&, std::span<const int64_t> ids,
                                                     absl::CivilDay) const override {
    std::vector<int64_t> found;
    std::copy_if(ids.begin(), ids.end(), std::back_inserter(found),
                 [&](int64_t id) { return with_cases.contains(id); });
    return found;
  }
  absl::StatusOr<std::vector<DuesPaid>> DuesPaidThrough(
      sql::Session&, std::span<const int64_t> ids) const override {
    std::vector<DuesPaid> found;
    for (const int64_t id : ids) {
      if (const auto it = paid.find(id); it != paid.end()) found.push_back({id, it->second});
    }
    return found;
  }
};

int64_t IdOf(const std::string& name) {
  return *base::ParseName(name, name.substr(0, name.find('/')));
}

class TransferTest : public ::testing::Test, protected ServiceParts {
 protected:
  TransferTest()
      : post_api_(writer_, tree_, rules_, books_.Get("party_worker"), tokens_),
        approval_api_(writer_, tokens_),
        transfer_api_(writer_, tree_, rules_, books_, fields_, sources_, tokens_),
        expirer_(ids_, books_, metrics_, [] {}),
        today_(base::ShanghaiDay(absl::Now())) {
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::PostServiceTable(post_api_));
    tables.push_back(v1::TransferServiceTable(transfer_api_));
    tables.push_back(approval::v1::ApprovalServiceTable(approval_api_));
    Serve(std::move(tables));
    posts_ = std::make_unique<v1::PostServiceClient>(server_->channel());
    transfers_ = std::make_unique<v1::TransferServiceClient>(server_->channel());
    approvals_ = std::make_unique<approval::v1::ApprovalServiceClient>(server_->channel());
    FoundCounty();
  }
  // The server goes before what it serves.
  ~TransferTest() override { server_.reset(); }

  v1::Organization FoundAt(const std::string& parent, v1::OrganizationKind kind,
                           const std::string& title, const std::string& region = "") {
    v1::CreateOrganizationRequest request;
    request.set_parent(parent);
    request.mutable_organization()->set_kind(kind);
    request.mutable_organization()->set_title(title);
    request.mutable_organization()->set_region_code(region);
    *request.mutable_organization()->mutable_founded_on() =
        rpc::ToProto(absl::CivilDay(2000, 1, 1));
    auto organization = organizations_->CreateOrganization(Department(), request);
    EXPECT_OK(organization);
    return organization.ok() ? *std::move(organization) : v1::Organization();
  }

  // A city with three committees, of two branches each: two in one county, one in another.
  void FoundCounty() {
    city_ = FoundAt("", v1::ORGANIZATION_KIND_COMMITTEE, "某市委", "330100");
    const char* const regions[] = {"330102", "330102", "330106"};
    for (int town = 0; town < 3; ++town) {
      towns_.push_back(FoundAt(city_.name(), v1::ORGANIZATION_KIND_COMMITTEE,
                               absl::StrCat("第", town + 1, "镇党委"), regions[town]));
      for (int branch = 0; branch < 2; ++branch) {
        branches_.push_back(FoundAt(towns_.back().name(), v1::ORGANIZATION_KIND_BRANCH,
                                    absl::StrCat(town + 1, "镇", branch + 1, "村党支部")));
      }
    }
  }

  v1::Member Join(int branch, int n, v1::MemberCategory category = v1::MEMBER_CATEGORY_FULL) {
    auto member = TryJoin(branches_[static_cast<size_t>(branch)].name(), Someone(n, category));
    EXPECT_OK(member);
    return member.ok() ? *member : v1::Member();
  }

  rpc::Outgoing Town(int town) const {
    return server_->As("organization_department", IdOf(towns_[static_cast<size_t>(town)].name()),
                       10 + town);
  }
  rpc::Outgoing Worker(int branch) const {
    return server_->As("party_worker", IdOf(branches_[static_cast<size_t>(branch)].name()),
                       20 + branch);
  }

  v1::CreateTransferRequest Inside(const std::vector<std::string>& members, int to) const {
    v1::CreateTransferRequest request;
    request.set_kind(v1::TRANSFER_KIND_INSIDE);
    request.set_reason(v1::TRANSFER_REASON_UNIT_CHANGED);
    for (const std::string& member : members) request.add_members(member);
    request.set_to_organization(branches_[static_cast<size_t>(to)].name());
    *request.mutable_dues_paid_through() = rpc::ToProto(absl::CivilDay(2026, 8, 15));
    return request;
  }
  v1::CreateTransferRequest Out(const std::string& member) const {
    v1::CreateTransferRequest request;
    request.set_kind(v1::TRANSFER_KIND_OUT);
    request.set_reason(v1::TRANSFER_REASON_RESIDENCE_CHANGED);
    request.add_members(member);
    request.set_outside_title("外省某党委");
    request.set_outside_code("440103-01");
    request.set_reach(v1::TRANSFER_REACH_NATION);
    *request.mutable_dues_paid_through() = rpc::ToProto(absl::CivilDay(2026, 8, 1));
    return request;
  }
  v1::CreateTransferRequest In(int n, int to) const {
    v1::CreateTransferRequest request;
    request.set_kind(v1::TRANSFER_KIND_IN);
    request.set_reason(v1::TRANSFER_REASON_UNIT_CHANGED);
    request.set_to_organization(branches_[static_cast<size_t>(to)].name());
    request.set_outside_title("外省某党委");
    request.set_reach(v1::TRANSFER_REACH_NATION);
    *request.mutable_person() = Someone(n);
    request.set_letter_number("0457");
    *request.mutable_letter_issued_on() = rpc::ToProto(today_ - 20);
    *request.mutable_dues_paid_through() = rpc::ToProto(absl::CivilDay(2026, 8, 1));
    return request;
  }

  absl::StatusOr<v1::Transfer> Create(const v1::CreateTransferRequest& request) {
    return transfers_->CreateTransfer(Department(), request);
  }
  v1::Transfer MustCreate(const v1::CreateTransferRequest& request) {
    auto transfer = Create(request);
    EXPECT_OK(transfer);
    return transfer.ok() ? *transfer : v1::Transfer();
  }
  absl::StatusOr<v1::Transfer> Approve(const std::string& name) {
    v1::ApproveTransferOutRequest request;
    request.set_name(name);
    return transfers_->ApproveTransferOut(Department(), request);
  }
  absl::StatusOr<v1::Transfer> Issue(const std::string& name, int32_t days = 0) {
    v1::IssueTransferLetterRequest request;
    request.set_name(name);
    request.set_valid_days(days);
    return transfers_->IssueTransferLetter(Department(), request);
  }
  absl::StatusOr<v1::Transfer> AcceptAs(const rpc::Outgoing& as, const std::string& name,
                                        std::optional<absl::CivilDay> day = std::nullopt,
                                        const std::string& request_id = "") {
    v1::AcceptTransferRequest request;
    request.set_name(name);
    request.set_request_id(request_id);
    if (day) *request.mutable_effective_date() = rpc::ToProto(*day);
    return transfers_->AcceptTransfer(as, request);
  }
  absl::StatusOr<v1::Transfer> Accept(const std::string& name,
                                      std::optional<absl::CivilDay> day = std::nullopt,
                                      const std::string& request_id = "") {
    return AcceptAs(Department(), name, day, request_id);
  }
  absl::StatusOr<v1::Transfer> Complete(const std::string& name) {
    v1::CompleteTransferRequest request;
    request.set_name(name);
    request.set_receipt_number("回0457");
    return transfers_->CompleteTransfer(Department(), request);
  }
  absl::StatusOr<v1::Transfer> Return(
      const std::string& name,
      v1::TransferReturnReason reason = v1::TRANSFER_RETURN_REASON_DOCUMENTS_MISSING) {
    v1::ReturnTransferRequest request;
    request.set_name(name);
    request.set_reason(reason);
    return transfers_->ReturnTransfer(Department(), request);
  }
  absl::StatusOr<v1::Transfer> Withdraw(const std::string& name) {
    v1::WithdrawTransferRequest request;
    request.set_name(name);
    return transfers_->WithdrawTransfer(Department(), request);
  }
  absl::StatusOr<v1::Transfer> Redirect(const std::string& name, int to) {
    v1::RedirectTransferRequest request;
    request.set_name(name);
    request.set_to_organization(branches_[static_cast<size_t>(to)].name());
    return transfers_->RedirectTransfer(Department(), request);
  }
  absl::StatusOr<v1::Transfer> Extend(const std::string& name) {
    v1::ExtendTransferLetterRequest request;
    request.set_name(name);
    const auto asked = transfers_->ExtendTransferLetter(Department(), request);
    if (error::Reason(asked.status()) != "APPROVAL_REQUIRED") return asked;
    approval::v1::ApproveRequestRequest approve;
    approve.set_name(error::MetadataValue(asked.status(), "approval"));
    EXPECT_OK(approvals_->ApproveRequest(server_->As("committee_secretary", 0, 2), approve));
    return transfers_->ExtendTransferLetter(Department(), request);
  }
  v1::Transfer Get(const std::string& name) {
    v1::GetTransferRequest request;
    request.set_name(name);
    auto transfer = transfers_->GetTransfer(Department(), request);
    EXPECT_OK(transfer);
    return transfer.ok() ? *transfer : v1::Transfer();
  }

  // A transfer that is in transit.
  v1::Transfer Send(const v1::CreateTransferRequest& request) {
    const v1::Transfer draft = MustCreate(request);
    EXPECT_OK(Approve(draft.name()));
    auto sent = Issue(draft.name());
    EXPECT_OK(sent);
    return sent.ok() ? *sent : v1::Transfer();
  }
  // As if the letter had been issued so many days ago.
  void Shift(const std::string& name, int days, int valid = 30) {
    EXPECT_OK(Write([&](sql::Session& session) {
      return session.Execute(kShift, today_ - days, today_ - days + valid, IdOf(name)).status();
    }));
  }
  // Runs the job as if so many days had passed.
  void ExpireAfter(int days, absl::Duration past_midnight = absl::ZeroDuration()) {
    base::ManualClock clock(base::ShanghaiMidnight(today_ + days) + past_midnight);
    job::JobRunner jobs(*database_, clock, absl::StrCat("expirer", ++runs_));
    AddTransferJobs(jobs, expirer_);
    EXPECT_OK(jobs.RunOnce(kTransferExpireJob));
  }
  void Attach(const std::string& transfer, const std::string& kind,
              DocumentState state = DocumentState::kStored) {
    const DocumentRow row{.id = ids_.Next(),
                          .subject_collection = kTransfers,
                          .subject_id = IdOf(transfer),
                          .organization_id = 1,
                          .kind = kind,
                          .title = kind,
                          .media_type = "application/pdf",
                          .size = 1,
                          .object_key = absl::StrCat(transfer, kind),
                          .state = state,
                          .uploaded_by = "accounts/1",
                          .create_time = absl::Now(),
                          .update_time = absl::Now()};
    EXPECT_OK(Write([&](sql::Session& session) { return InsertDocument(session, row); }));
  }

  template <class F>
  absl::Status Write(F fn) {
    return database_->Transact(absl::Now() + absl::Seconds(20), fn);
  }
  template <class F>
  auto Read(F fn) {
    return database_->Read(absl::Now() + absl::Seconds(20), fn);
  }
  template <class... A>
  int64_t Count(const sql::Query<CountRow>& query, const A&... args) {
    const auto row = Read([&](sql::Session& session) { return session.SelectOne(query, args...); });
    EXPECT_OK(row);
    return row.ok() && *row ? (*row)->count : -1;
  }
  std::string Image() {
    const auto row = Read([&](sql::Session& session) { return session.SelectOne(kImage); });
    EXPECT_OK(row);
    return row.ok() && *row ? (*row)->text.value_or("") : "";
  }

  v1::Member Member(const std::string& name) {
    v1::GetMemberRequest request;
    request.set_name(name);
    auto member = members_->GetMember(Department(), request);
    EXPECT_OK(member);
    return member.ok() ? *member : v1::Member();
  }
  int64_t Members(const std::string& organization) {
    v1::GetOrganizationCountsRequest request;
    request.set_name(organization);
    auto counts = organizations_->GetOrganizationCounts(Department(), request);
    EXPECT_OK(counts);
    return counts.ok() ? counts->full_members() + counts->probationary_members() : -1;
  }
  // How many belonged to a branch on a day.
  int64_t MembersOn(int branch, absl::CivilDay day) {
    const std::vector<int64_t> ids = {IdOf(branches_[static_cast<size_t>(branch)].name())};
    const auto counts =
        Read([&](sql::Session& session) { return CountIntervalsAsOf(session, ids, day); });
    EXPECT_OK(counts);
    int64_t sum = 0;
    for (const MemberCount& count : *counts) sum += count.count;
    return sum;
  }
  std::vector<MembershipChangeRow> Changes(const std::string& member) {
    auto changes = Read([&](sql::Session& session) { return ChangesOf(session, IdOf(member)); });
    EXPECT_OK(changes);
    return changes.ok() ? *changes : std::vector<MembershipChangeRow>();
  }

  // "step side state" of the transfer's events, in the order of the feed.
  std::vector<std::string> Events(const std::string& transfer) {
    EXPECT_OK(publisher_.PublishPending(absl::Now() + absl::Seconds(9)));
    const auto events =
        Read([](sql::Session& session) { return event::EventsAfter(session, 0, 10000); });
    EXPECT_OK(events);
    std::vector<std::string> told;
    for (const event::EventRow& event : *events) {
      if (event.type == kTransferChanged && event.subject == transfer) {
        told.push_back(absl::StrCat(event.organization_id, " ", event.payload));
      }
    }
    return told;
  }

  KnownSources sources_;
  PostApi post_api_;
  approval::ApprovalApi approval_api_;
  TransferApi transfer_api_;
  TransferExpirer expirer_;
  const absl::CivilDay today_;
  std::unique_ptr<v1::PostServiceClient> posts_;
  std::unique_ptr<v1::TransferServiceClient> transfers_;
  std::unique_ptr<approval::v1::ApprovalServiceClient> approvals_;
  int runs_ = 0;
  v1::Organization city_;
  std::vector<v1::Organization> towns_;
  std::vector<v1::Organization> branches_;
};

TEST_F(TransferTest, AMemberGoesFromBranchToBranchInTheWholeSaga) {
  const v1::Member member = Join(0, 1);
  v1::AppointPostRequest appoint;
  appoint.set_parent(member.name());
  appoint.set_code(v1::POST_CODE_SECRETARY);
  ASSERT_OK(posts_->AppointPost(Department(), appoint));

  // Each side does its own part with its own rights.
  ASSERT_OK_AND_ASSIGN(const v1::Transfer draft,
                       transfers_->CreateTransfer(Worker(0), Inside({member.name()}, 2)));
  EXPECT_EQ(draft.state(), v1::TRANSFER_STATE_DRAFT);
  EXPECT_EQ(draft.reach(), v1::TRANSFER_REACH_COUNTY);
  EXPECT_EQ(draft.sender(), towns_[0].name());
  EXPECT_EQ(draft.receiver(), towns_[1].name());
  EXPECT_EQ(draft.transfer_no(), absl::StrCat(towns_[0].code(), "-", today_.year(), "-00001"));
  v1::ApproveTransferOutRequest approve;
  approve.set_name(draft.name());
  EXPECT_OK(transfers_->ApproveTransferOut(Town(0), approve));
  v1::IssueTransferLetterRequest issue;
  issue.set_name(draft.name());
  ASSERT_OK_AND_ASSIGN(const v1::Transfer sent, transfers_->IssueTransferLetter(Town(0), issue));
  EXPECT_EQ(sent.state(), v1::TRANSFER_STATE_IN_TRANSIT);
  EXPECT_EQ(sent.letter_number(), absl::StrCat(today_.year(), "-0001"));
  EXPECT_EQ(*rpc::FromProto(sent.expires_on()), today_ + 30);
  // M-09: the sender keeps the member until then.
  EXPECT_EQ(Member(member.name()).organization(), branches_[0].name());
  EXPECT_EQ(Members(towns_[0].name()), 1);
  EXPECT_EQ(Members(towns_[1].name()), 0);

  ASSERT_OK_AND_ASSIGN(const v1::Transfer accepted, AcceptAs(Town(1), draft.name()));
  EXPECT_EQ(accepted.state(), v1::TRANSFER_STATE_ACCEPTED);
  EXPECT_EQ(Member(member.name()).organization(), branches_[2].name());
  EXPECT_EQ(Members(towns_[0].name()), 0);
  EXPECT_EQ(Members(towns_[1].name()), 1);
  const auto changes = Changes(member.name());
  ASSERT_THAT(changes, SizeIs(2));
  EXPECT_EQ(changes[0].code, ChangeCode::kInCounty);
  EXPECT_EQ(changes[0].from_organization_id, IdOf(branches_[0].name()));
  EXPECT_EQ(changes[0].to_organization_id, IdOf(branches_[2].name()));
  EXPECT_EQ(changes[0].basis_collection, kTransfers);
  EXPECT_EQ(changes[0].basis_id, IdOf(draft.name()));
  v1::ListMemberPostsRequest posts;
  posts.set_parent(member.name());
  ASSERT_OK_AND_ASSIGN(const auto held, posts_->ListMemberPosts(Department(), posts));
  EXPECT_TRUE(held.posts(0).has_valid_to());

  v1::CompleteTransferRequest complete;
  complete.set_name(draft.name());
  complete.set_receipt_number("R-1");
  ASSERT_OK_AND_ASSIGN(const v1::Transfer done, transfers_->CompleteTransfer(Town(0), complete));
  EXPECT_EQ(done.state(), v1::TRANSFER_STATE_DONE);
  EXPECT_EQ(done.receipt_number(), "R-1");

  const v1::Transfer shown = Get(draft.name());
  ASSERT_THAT(shown.steps(), SizeIs(5));
  EXPECT_EQ(shown.steps(0).action(), v1::TRANSFER_ACTION_CREATE);
  EXPECT_EQ(shown.steps(0).actor(), "accounts/20");
  EXPECT_EQ(shown.steps(3).organization(), branches_[2].name());
  EXPECT_EQ(shown.steps(4).state(), v1::TRANSFER_STATE_DONE);
  EXPECT_THAT(shown.next_steps(), IsEmpty());
  ASSERT_THAT(shown.deadlines(), SizeIs(1));
  EXPECT_EQ(shown.deadlines(0).code(), "DL-16");
  EXPECT_EQ(shown.deadlines(0).state(), v1::DEADLINE_STATE_MET);
  EXPECT_EQ(shown.deadlines(0).organization(), towns_[1].name());
  std::set<std::string> rules;
  for (const auto& decision : shown.decisions()) rules.insert(decision.rule_id());
  EXPECT_THAT(rules, UnorderedElementsAre("M-SAGA", "M-14", "M-13", "M-15", "M-12"));
  ASSERT_THAT(shown.members(), SizeIs(1));
  EXPECT_EQ(shown.members(0).full_name(), "王小1");
  EXPECT_EQ(shown.members(0).dues_paid_through().month(), 8);
  EXPECT_EQ(shown.members(0).dues_paid_through().day(), 1);
  EXPECT_FALSE(shown.members(0).dues_confirmed());
}

TEST_F(TransferTest, BothSidesAreToldOfEveryStepInOrder) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  ASSERT_OK(Accept(sent.name()));
  ASSERT_OK(Complete(sent.name()));
  const std::vector<std::string> told = Events(sent.name());
  ASSERT_THAT(told, SizeIs(10));
  for (int step = 1; step <= 5; ++step) {
    for (int side = 1; side <= 2; ++side) {
      const std::string& event = told[static_cast<size_t>(2 * (step - 1) + side - 1)];
      const std::string& town = towns_[static_cast<size_t>(side - 1)].name();
      EXPECT_TRUE(absl::StartsWith(event, absl::StrCat(IdOf(town), " "))) << event;
      EXPECT_THAT(event, HasSubstr(sent.transfer_no()));
      EXPECT_THAT(event, Not(HasSubstr("王小")));
    }
  }
}

TEST_F(TransferTest, NobodyActsForTheOtherSideOrSeesTheCasesOfOthers) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  EXPECT_THAT(AcceptAs(Town(0), sent.name()), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(AcceptAs(Worker(2), sent.name()), HasReason("PERMISSION_DENIED"));
  v1::WithdrawTransferRequest withdraw;
  withdraw.set_name(sent.name());
  EXPECT_THAT(transfers_->WithdrawTransfer(Town(1), withdraw), HasReason("SCOPE_DENIED"));
  v1::GetTransferRequest get;
  get.set_name(sent.name());
  for (const rpc::Outgoing& as : {Town(0), Town(1), Worker(0), Worker(2)}) {
    EXPECT_OK(transfers_->GetTransfer(as, get));
  }
  const absl::Status foreign = transfers_->GetTransfer(Town(2), get).status();
  EXPECT_THAT(foreign, HasReason("SCOPE_DENIED"));
  get.set_name("transfers/99");
  EXPECT_EQ(transfers_->GetTransfer(Town(2), get).status(), foreign);
  // A member of others is refused like one that is not there, whatever else is wrong.
  v1::CreateTransferRequest theirs = Inside({member.name()}, 2);
  theirs.clear_to_organization();
  const absl::Status there = transfers_->CreateTransfer(Town(2), theirs).status();
  EXPECT_THAT(there, HasReason("SCOPE_DENIED"));
  theirs.set_members(0, "members/99");
  EXPECT_EQ(transfers_->CreateTransfer(Town(2), theirs).status(), there);
}

TEST_F(TransferTest, TheReachFollowsTheDivisionsOfTheCommittees) {
  const v1::Member member = Join(0, 1);
  EXPECT_EQ(MustCreate(Inside({member.name()}, 4)).reach(), v1::TRANSFER_REACH_CITY);
  // Without divisions it must be said.
  const auto bare = FoundAt("", v1::ORGANIZATION_KIND_COMMITTEE, "无区划党委");
  branches_.push_back(FoundAt(bare.name(), v1::ORGANIZATION_KIND_BRANCH, "无区划党支部"));
  const v1::Member other = Join(0, 2);
  v1::CreateTransferRequest request = Inside({other.name()}, 6);
  EXPECT_EQ(error::FieldViolations(Create(request).status()).front().field, "reach");
  request.set_reach(v1::TRANSFER_REACH_ARMY);
  EXPECT_EQ(error::FieldViolations(Create(request).status()).front().field, "reach");
  request.set_reach(v1::TRANSFER_REACH_PROVINCE);
  EXPECT_EQ(MustCreate(request).reach(), v1::TRANSFER_REACH_PROVINCE);
}

TEST_F(TransferTest, MembersOfACommitteeGoTogetherOrNotAtAll) {
  std::vector<std::string> names;
  for (int n = 1; n <= 4; ++n) names.push_back(Join(n % 2, n).name());
  const v1::Transfer sent = Send(Inside(names, 2));
  EXPECT_EQ(sent.member_count(), 4);
  EXPECT_EQ(sent.from_organization(), towns_[0].name());
  // One of them dies on the way: nobody goes.
  v1::ChangeMemberStandingRequest standing;
  standing.set_name(names[3]);
  standing.set_standing(v1::MEMBER_STANDING_DECEASED);
  ASSERT_OK(members_->ChangeMemberStanding(Department(), standing));
  const std::string before = Image();
  EXPECT_THAT(Accept(sent.name()), HasReason("TRANSFER_MEMBER_NOT_NORMAL"));
  EXPECT_EQ(Image(), before);
  ASSERT_OK(Withdraw(sent.name()));
  names.pop_back();
  const v1::Transfer again = Send(Inside(names, 2));
  ASSERT_OK(Accept(again.name()));
  EXPECT_EQ(Members(branches_[2].name()), 3);
  EXPECT_EQ(Members(towns_[0].name()), 0);
  // Of two committees they don't go with one letter.
  const v1::Member here = Join(0, 8);
  const v1::Member there = Join(4, 9);
  EXPECT_EQ(
      error::FieldViolations(Create(Inside({here.name(), there.name()}, 2)).status()).front().field,
      "members");
}

TEST_F(TransferTest, WhoIsInOneTransferCannotBeInAnother) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer draft = MustCreate(Inside({member.name()}, 2));
  EXPECT_THAT(Create(Inside({member.name()}, 4)), HasReason("TRANSFER_OPEN"));
  ASSERT_OK(Approve(draft.name()));
  EXPECT_THAT(Create(Out(member.name())), HasReason("TRANSFER_OPEN"));
  ASSERT_OK(Issue(draft.name()));
  EXPECT_THAT(Create(Inside({member.name()}, 4)), HasReason("TRANSFER_OPEN"));
  ASSERT_OK(Accept(draft.name()));
  // Accepted, the member belongs to the receiver and may go on.
  const v1::Transfer next = MustCreate(Inside({member.name()}, 4));
  EXPECT_EQ(next.sender(), towns_[1].name());
  EXPECT_NE(next.transfer_no(), draft.transfer_no());
}

TEST_F(TransferTest, ManyDraftsAtOnceMakeOne) {
  const v1::Member member = Join(0, 1);
  std::atomic<int> made = 0, refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      const auto transfer = Create(Inside({member.name()}, 2));
      if (transfer.ok()) ++made;
      if (error::Reason(transfer.status()) == "TRANSFER_OPEN") ++refused;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, 15);
}

TEST_F(TransferTest, AReturnNeedsAReasonAndLeavesTheMemberWhereHeWas) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  EXPECT_THAT(Return(sent.name(), static_cast<v1::TransferReturnReason>(42)),
              HasReason("FIELD_INVALID"));
  EXPECT_THAT(Return(sent.name(), v1::TRANSFER_RETURN_REASON_UNSPECIFIED),
              HasReason("FIELD_INVALID"));
  ASSERT_OK_AND_ASSIGN(const v1::Transfer returned, Return(sent.name()));
  EXPECT_EQ(returned.state(), v1::TRANSFER_STATE_RETURNED);
  EXPECT_EQ(returned.return_reason(), v1::TRANSFER_RETURN_REASON_DOCUMENTS_MISSING);
  EXPECT_EQ(Member(member.name()).organization(), branches_[0].name());
  EXPECT_EQ(Get(sent.name()).deadlines(0).state(), v1::DEADLINE_STATE_DROPPED);
  EXPECT_THAT(Accept(sent.name()), HasReason("TRANSFER_STATE_INVALID"));
  MustCreate(Inside({member.name()}, 2));
}

TEST_F(TransferTest, TheSenderTakesBackAtAnyTimeBeforeAcceptance) {
  const v1::Member member = Join(0, 1);
  for (int steps = 0; steps < 3; ++steps) {
    const v1::Transfer draft = MustCreate(Inside({member.name()}, 2));
    if (steps > 0) {
      ASSERT_OK(Approve(draft.name()));
    }
    if (steps > 1) {
      ASSERT_OK(Issue(draft.name()));
    }
    ASSERT_OK_AND_ASSIGN(const v1::Transfer withdrawn, Withdraw(draft.name()));
    EXPECT_EQ(withdrawn.state(), v1::TRANSFER_STATE_WITHDRAWN);
    EXPECT_THAT(Withdraw(draft.name()), HasReason("TRANSFER_STATE_INVALID"));
  }
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  ASSERT_OK(Accept(sent.name()));
  EXPECT_THAT(Withdraw(sent.name()), HasReason("TRANSFER_STATE_INVALID"));
}

TEST_F(TransferTest, LettersExpireAtMidnightAfterTheirLastDayAndOnce) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  ExpireAfter(30, absl::Hours(24) - absl::Seconds(1));
  EXPECT_EQ(Get(sent.name()).state(), v1::TRANSFER_STATE_IN_TRANSIT);
  ExpireAfter(31);
  const v1::Transfer expired = Get(sent.name());
  EXPECT_EQ(expired.state(), v1::TRANSFER_STATE_EXPIRED);
  EXPECT_EQ(expired.steps(3).action(), v1::TRANSFER_ACTION_EXPIRE);
  EXPECT_EQ(expired.steps(3).actor(), "services/membership");
  EXPECT_EQ(expired.deadlines(0).state(), v1::DEADLINE_STATE_DROPPED);
  EXPECT_EQ(expired.decisions().rbegin()->rule_id(), "M-15");
  const std::string before = Image();
  ExpireAfter(32);
  EXPECT_EQ(Image(), before);
  EXPECT_EQ(Member(member.name()).organization(), branches_[0].name());
  EXPECT_THAT(Events(sent.name()), SizeIs(8));
  MustCreate(Inside({member.name()}, 2));
}

TEST_F(TransferTest, TheJobWorksThroughMoreThanOneBatch) {
  std::vector<std::string> sent;
  for (int n = 0; n < kExpireAtATime + 7; ++n) {
    sent.push_back(Send(Inside({Join(n % 2, n).name()}, 2)).name());
  }
  ExpireAfter(31);
  for (const std::string& name : sent) {
    EXPECT_EQ(Get(name).state(), v1::TRANSFER_STATE_EXPIRED);
  }
}

TEST_F(TransferTest, ALateLetterIsNotAcceptedEvenBeforeTheJobCame) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  Shift(sent.name(), 31);
  EXPECT_THAT(Accept(sent.name()), HasReason("LETTER_EXPIRED"));
  Shift(sent.name(), 30);
  EXPECT_OK(Accept(sent.name()));
}

TEST_F(TransferTest, LettersAreExtendedOnceOnPaperWithASecondPerson) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  ExpireAfter(31);
  EXPECT_THAT(Extend(sent.name()), HasReason("TRANSFER_FILE_MISSING"));
  Attach(sent.name(), kLateCertificate);
  Attach(sent.name(), kLateApplication, DocumentState::kPending);
  EXPECT_THAT(Extend(sent.name()), HasReason("TRANSFER_FILE_MISSING"));
  Attach(sent.name(), kLateApplication);
  v1::ExtendTransferLetterRequest request;
  request.set_name(sent.name());
  EXPECT_THAT(transfers_->ExtendTransferLetter(Department(), request),
              HasReason("APPROVAL_REQUIRED"));
  ASSERT_OK_AND_ASSIGN(const v1::Transfer extended, Extend(sent.name()));
  EXPECT_EQ(extended.state(), v1::TRANSFER_STATE_IN_TRANSIT);
  EXPECT_EQ(*rpc::FromProto(extended.expires_on()), today_ + 30);
  EXPECT_EQ(extended.extensions(), 1);
  // It holds the member again, and its deadline is open again.
  EXPECT_THAT(Create(Inside({member.name()}, 4)), HasReason("TRANSFER_OPEN"));
  EXPECT_EQ(Get(sent.name()).deadlines(0).state(), v1::DEADLINE_STATE_OPEN);
  EXPECT_THAT(Extend(sent.name()), HasReason("LETTER_EXTENDED"));
  EXPECT_OK(Accept(sent.name()));
}

TEST_F(TransferTest, AnExpiredCaseIsNotReopenedBesideANewOne) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  ExpireAfter(31);
  Attach(sent.name(), kLateCertificate);
  Attach(sent.name(), kLateApplication);
  MustCreate(Inside({member.name()}, 4));
  EXPECT_THAT(Extend(sent.name()), HasReason("TRANSFER_OPEN"));
}

TEST_F(TransferTest, WhenTheReceiverIsRevokedTheSenderRedirectsOrWithdraws) {
  const v1::Member member = Join(0, 1);
  const v1::Member other = Join(0, 2);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  const v1::Transfer second = Send(Inside({other.name()}, 2));
  v1::RevokeOrganizationRequest revoke;
  revoke.set_name(branches_[2].name());
  ASSERT_OK(organizations_->RevokeOrganization(Department(), revoke));
  const auto refused = Accept(sent.name());
  EXPECT_THAT(refused, HasReason("TRANSFER_RECEIVER_REVOKED"));
  EXPECT_EQ(error::MetadataValue(refused.status(), "organization"), branches_[2].name());
  EXPECT_THAT(Create(Inside({Join(0, 3).name()}, 2)), HasReason("TRANSFER_RECEIVER_REVOKED"));

  EXPECT_THAT(Redirect(sent.name(), 1), HasReason("TRANSFER_NOT_NEEDED"));
  ASSERT_OK_AND_ASSIGN(const v1::Transfer redirected, Redirect(sent.name(), 4));
  EXPECT_EQ(redirected.state(), v1::TRANSFER_STATE_OUT_APPROVED);
  EXPECT_EQ(redirected.reach(), v1::TRANSFER_REACH_CITY);
  EXPECT_EQ(redirected.receiver(), towns_[2].name());
  EXPECT_EQ(redirected.letter_number(), "");
  EXPECT_THAT(Accept(sent.name()), HasReason("TRANSFER_STATE_INVALID"));
  ASSERT_OK_AND_ASSIGN(const v1::Transfer again, Issue(sent.name()));
  EXPECT_NE(again.letter_number(), sent.letter_number());
  EXPECT_EQ(again.transfer_no(), sent.transfer_no());
  ASSERT_OK(Accept(sent.name()));
  EXPECT_EQ(Member(member.name()).organization(), branches_[4].name());
  EXPECT_EQ(Changes(member.name()).front().code, ChangeCode::kInCity);

  EXPECT_OK(Withdraw(second.name()));
  EXPECT_EQ(Member(other.name()).organization(), branches_[0].name());
}

TEST_F(TransferTest, OutOfTheProvinceTheMemberLeavesWithTheReceipt) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Out(member.name()));
  EXPECT_EQ(sent.receiver(), "");
  EXPECT_EQ(*rpc::FromProto(sent.expires_on()), today_ + 90);
  EXPECT_EQ(Get(sent.name()).deadlines(0).organization(), towns_[0].name());
  EXPECT_THAT(Accept(sent.name()), HasReason("TRANSFER_STATE_INVALID"));
  EXPECT_EQ(Members(towns_[0].name()), 1);
  ASSERT_OK_AND_ASSIGN(const v1::Transfer done, Complete(sent.name()));
  EXPECT_EQ(done.state(), v1::TRANSFER_STATE_DONE);
  EXPECT_EQ(Members(towns_[0].name()), 0);
  EXPECT_EQ(Member(member.name()).standing(), v1::MEMBER_STANDING_LEFT);
  EXPECT_EQ(Changes(member.name()).front().code, ChangeCode::kOut);
  EXPECT_EQ(Changes(member.name()).front().to_organization_id, 0);
  EXPECT_EQ(Count(kOpenIntervals, IdOf(member.name())), 0);
  // Only the side that is here is told.
  EXPECT_THAT(Events(sent.name()), SizeIs(4));
}

TEST_F(TransferTest, WhoComesFromOutsideIsAMemberFromAcceptanceOn) {
  const v1::Transfer arrived = MustCreate(In(1, 2));
  EXPECT_EQ(arrived.state(), v1::TRANSFER_STATE_IN_TRANSIT);
  EXPECT_EQ(arrived.sender(), "");
  EXPECT_EQ(arrived.letter_number(), "0457");
  EXPECT_EQ(*rpc::FromProto(arrived.expires_on()), today_ - 20 + 90);
  EXPECT_EQ(Members(towns_[1].name()), 0);
  EXPECT_EQ(Count(kPlain, absl::StrCat("%", "王小1", "%")), 0);
  EXPECT_EQ(Count(kPlain, absl::StrCat("%", Identity(1), "%")), 0);
  EXPECT_EQ(Get(arrived.name()).members(0).full_name(), "王小1");
  EXPECT_EQ(Get(arrived.name()).members(0).member(), "");
  EXPECT_THAT(Create(In(1, 4)), HasReason("TRANSFER_OPEN"));

  ASSERT_OK(Accept(arrived.name(), today_ - 5));
  EXPECT_EQ(Members(towns_[1].name()), 1);
  EXPECT_EQ(Count(kWithParticulars), 0);
  const v1::Transfer shown = Get(arrived.name());
  ASSERT_THAT(shown.members(), SizeIs(1));
  const v1::Member member = Member(shown.members(0).member());
  EXPECT_EQ(member.full_name(), "王小1");
  EXPECT_EQ(member.organization(), branches_[2].name());
  EXPECT_THAT(member.identity_number(), HasSubstr("********"));
  const auto changes = Changes(member.name());
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].code, ChangeCode::kInNation);
  EXPECT_EQ(changes[0].day, today_ - 5);
  EXPECT_EQ(MembersOn(2, today_ - 6), 0);
  EXPECT_EQ(MembersOn(2, today_ - 5), 1);
  EXPECT_THAT(Create(In(1, 4)), HasReason("MEMBER_EXISTS"));
  EXPECT_OK(Complete(arrived.name()));
}

TEST_F(TransferTest, WhoLeftTheProvinceAndComesBackIsTheSamePerson) {
  const v1::Member member = Join(0, 1);
  ASSERT_OK(Complete(Send(Out(member.name())).name()));
  const v1::Transfer back = MustCreate(In(1, 4));
  ASSERT_OK(Accept(back.name()));
  const v1::Member again = Member(member.name());
  EXPECT_EQ(again.organization(), branches_[4].name());
  EXPECT_EQ(again.standing(), v1::MEMBER_STANDING_NORMAL);
  EXPECT_EQ(Count(kOpenIntervals, IdOf(member.name())), 1);
  EXPECT_EQ(Members(city_.name()), 1);
  v1::ListMemberTransfersRequest list;
  list.set_parent(member.name());
  list.set_page_size(1);
  ASSERT_OK_AND_ASSIGN(auto page, transfers_->ListMemberTransfers(Department(), list));
  EXPECT_EQ(page.transfers(0).kind(), v1::TRANSFER_KIND_IN);
  list.set_page_token(page.next_page_token());
  ASSERT_OK_AND_ASSIGN(page, transfers_->ListMemberTransfers(Department(), list));
  EXPECT_EQ(page.transfers(0).kind(), v1::TRANSFER_KIND_OUT);
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(TransferTest, ParticularsOfWhoDidNotComeAreDeleted) {
  const v1::Transfer returned = MustCreate(In(1, 2));
  const v1::Transfer late = MustCreate(In(2, 2));
  EXPECT_EQ(Count(kWithParticulars), 2);
  ASSERT_OK(Return(returned.name()));
  EXPECT_EQ(Count(kWithParticulars), 1);
  ExpireAfter(71);
  EXPECT_EQ(Get(late.name()).state(), v1::TRANSFER_STATE_EXPIRED);
  EXPECT_EQ(Count(kWithParticulars), 0);
  Attach(late.name(), kLateCertificate);
  Attach(late.name(), kLateApplication);
  EXPECT_THAT(Extend(late.name()), HasReason("TRANSFER_PERSON_GONE"));
  // A letter that is late already is not taken in.
  v1::CreateTransferRequest expired = In(3, 2);
  *expired.mutable_letter_issued_on() = rpc::ToProto(today_ - 91);
  EXPECT_THAT(Create(expired), HasReason("LETTER_EXPIRED"));
  expired.set_letter_days(91);
  EXPECT_THAT(Create(expired), HasReason("LETTER_TOO_LONG"));
}

TEST_F(TransferTest, AWholeUnitGoesWithEverybodyInIt) {
  const auto unit =
      FoundAt(towns_[0].name(), v1::ORGANIZATION_KIND_GENERAL_BRANCH, "某单位党总支部");
  std::vector<v1::Member> members;
  for (int i = 0; i < 2; ++i) {
    branches_.push_back(
        FoundAt(unit.name(), v1::ORGANIZATION_KIND_BRANCH, absl::StrCat("单位第", i, "党支部")));
    for (int n = 0; n < 3; ++n) members.push_back(Join(6 + i, 10 * i + n));
  }
  Join(0, 90);
  Join(2, 91);
  v1::CreateTransferRequest request;
  request.set_kind(v1::TRANSFER_KIND_WHOLE_UNIT);
  request.set_reason(v1::TRANSFER_REASON_REORGANIZED);
  request.set_unit(unit.name());
  request.set_to_organization(branches_[2].name());
  EXPECT_THAT(Create(request), HasReason("ORGANIZATION_KIND_NOT_ALLOWED"));
  request.set_to_organization(towns_[1].name());
  const v1::Transfer draft = MustCreate(request);
  EXPECT_EQ(draft.member_count(), 6);
  EXPECT_EQ(draft.reach(), v1::TRANSFER_REACH_WHOLE_UNIT);
  EXPECT_THAT(Create(request), HasReason("TRANSFER_OPEN"));
  ASSERT_OK(Approve(draft.name()));
  ASSERT_OK(Issue(draft.name()));
  // One more comes to the unit on the way.
  members.push_back(Join(6, 50));
  EXPECT_EQ(Members(towns_[0].name()), 8);
  EXPECT_EQ(Members(towns_[1].name()), 1);
  EXPECT_THAT(Accept(draft.name(), today_ - 1), HasReason("EFFECTIVE_DATE_BEFORE_INTERVAL"));
  ASSERT_OK_AND_ASSIGN(const v1::Transfer accepted, Accept(draft.name()));
  EXPECT_EQ(accepted.member_count(), 7);
  EXPECT_EQ(Members(towns_[0].name()), 1);
  EXPECT_EQ(Members(towns_[1].name()), 8);
  EXPECT_EQ(Members(city_.name()), 9);
  v1::GetOrganizationRequest get;
  get.set_name(unit.name());
  ASSERT_OK_AND_ASSIGN(const auto moved, organizations_->GetOrganization(Department(), get));
  EXPECT_EQ(moved.parent(), towns_[1].name());
  // Each side's number on every day follows from the changes: seven left one town for the other
  // today, and nobody changed branches.
  for (const v1::Member& member : members) {
    const auto changes = Changes(member.name());
    ASSERT_THAT(changes, SizeIs(2));
    EXPECT_EQ(changes[0].code, ChangeCode::kInWholeUnit);
    EXPECT_EQ(changes[0].day, today_);
    EXPECT_EQ(changes[0].from_organization_id, IdOf(towns_[0].name()));
    EXPECT_EQ(changes[0].to_organization_id, IdOf(towns_[1].name()));
    EXPECT_EQ(Member(member.name()).organization(), member.organization());
  }
  EXPECT_EQ(MembersOn(6, today_ - 1), MembersOn(6, today_));
  EXPECT_THAT(Get(draft.name()).members(), SizeIs(7));
  EXPECT_OK(Complete(draft.name()));
}

TEST_F(TransferTest, AUnitThatWasMovedMeanwhileIsNotMovedAgain) {
  const auto unit = FoundAt(towns_[0].name(), v1::ORGANIZATION_KIND_GENERAL_BRANCH, "某党总支部");
  v1::CreateTransferRequest request;
  request.set_kind(v1::TRANSFER_KIND_WHOLE_UNIT);
  request.set_reason(v1::TRANSFER_REASON_REORGANIZED);
  request.set_unit(unit.name());
  request.set_to_organization(towns_[1].name());
  const v1::Transfer sent = Send(request);
  v1::MoveOrganizationRequest move;
  move.set_name(unit.name());
  move.set_new_parent(towns_[2].name());
  ASSERT_OK(organizations_->MoveOrganization(Department(), move));
  EXPECT_THAT(Accept(sent.name()), HasReason("TRANSFER_UNIT_MOVED"));
}

TEST_F(TransferTest, HeadcountFollowsTheEffectiveDayOnBothSides) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  Shift(sent.name(), 10);
  EXPECT_THAT(Accept(sent.name(), today_ - 11), HasReason("EFFECTIVE_DATE_BEFORE_INTERVAL"));
  EXPECT_THAT(Accept(sent.name(), today_ + 1), HasReason("EFFECTIVE_DATE_IN_FUTURE"));
  ASSERT_OK(Accept(sent.name(), today_ - 5));
  for (int offset = -12; offset <= 0; ++offset) {
    const bool before = offset < -5;
    EXPECT_EQ(MembersOn(0, today_ + offset), before ? 1 : 0) << offset;
    EXPECT_EQ(MembersOn(2, today_ + offset), before ? 0 : 1) << offset;
  }
}

TEST_F(TransferTest, OpenCasesNeedTheUpperOrganizationsConsent) {
  const v1::Member member = Join(0, 1);
  sources_.with_cases.insert(IdOf(member.name()));
  const v1::Transfer draft = MustCreate(Inside({member.name()}, 2));
  EXPECT_THAT(Approve(draft.name()), HasReason("TRANSFER_CASE_OPEN"));
  v1::ApproveTransferOutRequest request;
  request.set_name(draft.name());
  request.set_upper_consent("市组〔2026〕8号");
  ASSERT_OK(transfers_->ApproveTransferOut(Department(), request));
  const v1::Transfer shown = Get(draft.name());
  EXPECT_EQ(shown.upper_consent(), "市组〔2026〕8号");
  EXPECT_EQ(shown.decisions(0).outcome(), v1::DECISION_OUTCOME_WAIVED);
}

TEST_F(TransferTest, TheSystemsOwnFigureOfDuesGoesBeforeTheStatedOne) {
  const v1::Member known = Join(0, 1);
  const v1::Member unknown = Join(0, 2);
  sources_.paid[IdOf(known.name())] = absl::CivilMonth(2026, 10);
  v1::CreateTransferRequest request = Inside({known.name(), unknown.name()}, 2);
  request.clear_dues_paid_through();
  const v1::Transfer draft = MustCreate(request);
  EXPECT_THAT(Approve(draft.name()), HasReason("TRANSFER_DUES_UNKNOWN"));
  v1::ApproveTransferOutRequest approve;
  approve.set_name(draft.name());
  *approve.mutable_dues_paid_through() = rpc::ToProto(absl::CivilDay(2026, 7, 31));
  ASSERT_OK(transfers_->ApproveTransferOut(Department(), approve));
  std::map<std::string, std::pair<int, bool>> dues;
  const v1::Transfer shown = Get(draft.name());
  for (const auto& member : shown.members()) {
    dues[member.member()] = {member.dues_paid_through().month(), member.dues_confirmed()};
  }
  EXPECT_EQ(dues[known.name()], std::pair(10, true));
  EXPECT_EQ(dues[unknown.name()], std::pair(7, false));
}

TEST_F(TransferTest, AProbationaryMemberComesWithTheFile) {
  const v1::Member member = Join(0, 1, v1::MEMBER_CATEGORY_PROBATIONARY);
  const v1::Transfer draft = MustCreate(Inside({member.name()}, 2));
  EXPECT_THAT(Approve(draft.name()), HasReason("TRANSFER_FILE_MISSING"));
  Attach(draft.name(), kProbationFile);
  EXPECT_OK(Approve(draft.name()));
  EXPECT_EQ(Get(draft.name()).documents(0).kind(), kProbationFile);
}

TEST_F(TransferTest, BothSidesNeedACommitteeAndTheReceiverHoldsMembers) {
  const v1::Member member = Join(0, 1);
  v1::CreateTransferRequest request = Inside({member.name()}, 2);
  request.set_to_organization(towns_[1].name());
  EXPECT_THAT(Create(request), HasReason("ORGANIZATION_HOLDS_NO_MEMBERS"));
  request.set_to_organization(branches_[1].name());
  EXPECT_THAT(Create(request), HasReason("TRANSFER_NOT_NEEDED"));
  request.set_to_organization("organizations/99");
  EXPECT_EQ(error::FieldViolations(Create(request).status()).front().field, "to_organization");
}

TEST_F(TransferTest, BadRequestsNameTheirFields) {
  const v1::Member member = Join(0, 1);
  const auto fields = [&](const v1::CreateTransferRequest& request) {
    std::vector<std::string> names;
    for (const auto& violation : error::FieldViolations(Create(request).status())) {
      names.push_back(violation.field);
    }
    return names;
  };
  v1::CreateTransferRequest request = Inside({member.name()}, 2);
  request.set_kind(static_cast<v1::TransferKind>(9));
  EXPECT_THAT(fields(request), ElementsAre("kind"));
  request = Inside({}, 2);
  EXPECT_THAT(fields(request), ElementsAre("members"));
  request = Inside({member.name(), member.name()}, 2);
  EXPECT_THAT(fields(request), ElementsAre("members"));
  request = Inside({member.name()}, 2);
  request.clear_to_organization();
  EXPECT_THAT(fields(request), ElementsAre("to_organization"));
  request = Inside({member.name()}, 2);
  request.set_reason(v1::TRANSFER_REASON_AWAY);
  EXPECT_THAT(fields(request), ElementsAre("away_since"));
  *request.mutable_away_since() = rpc::ToProto(today_ + 1);
  EXPECT_THAT(fields(request), ElementsAre("away_since"));
  request = Out(member.name());
  request.clear_outside_title();
  request.set_reach(v1::TRANSFER_REACH_COUNTY);
  EXPECT_THAT(fields(request), ElementsAre("outside_title", "reach"));
  request = In(5, 2);
  request.clear_person();
  request.clear_letter_number();
  request.clear_letter_issued_on();
  EXPECT_THAT(fields(request), ElementsAre("person", "letter_number", "letter_issued_on"));
  request = In(5, 2);
  request.mutable_person()->set_identity_number("110105194912310021");
  request.mutable_person()->clear_ethnicity();
  EXPECT_THAT(fields(request), ElementsAre("person.identity_number", "person.ethnicity"));
  request = In(5, 2);
  request.set_outside_title("电话13812345678");
  EXPECT_THAT(Create(request), HasReason("PERSONAL_DATA_IN_TEXT"));
}

TEST_F(TransferTest, ANewerVersionOfTheCaseIsNotOverwritten) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer draft = MustCreate(Inside({member.name()}, 2));
  ASSERT_OK(Redirect(draft.name(), 3));
  v1::ApproveTransferOutRequest approve;
  approve.set_name(draft.name());
  approve.set_etag(draft.etag());
  EXPECT_THAT(transfers_->ApproveTransferOut(Department(), approve), HasReason("ETAG_MISMATCH"));
}

TEST_F(TransferTest, MembersMoveBetweenCommitteesByTransferOnly) {
  const v1::Member member = Join(0, 1);
  v1::MoveMemberRequest move;
  move.set_name(member.name());
  move.set_organization(branches_[2].name());
  const rpc::Outgoing city = server_->As("organization_department", IdOf(city_.name()), 3);
  const auto refused = members_->MoveMember(city, move);
  EXPECT_THAT(refused, HasReason("TRANSFER_REQUIRED"));
  EXPECT_EQ(error::MetadataValue(refused.status(), "rule_id"), "M-08");
  move.set_organization(branches_[1].name());
  EXPECT_OK(members_->MoveMember(city, move));
}

TEST_F(TransferTest, GraduatesHaveTwoYearsToGo) {
  const v1::Member member = Join(0, 1);
  v1::RecordGraduationRequest record;
  record.set_name(member.name());
  *record.mutable_graduated_on() = rpc::ToProto(today_ + 1);
  EXPECT_THAT(transfers_->RecordGraduation(Worker(0), record),
              HasReason("EFFECTIVE_DATE_IN_FUTURE"));
  const absl::CivilDay graduated = base::AddMonths(today_, -24) - 1;
  *record.mutable_graduated_on() = rpc::ToProto(graduated);
  ASSERT_OK_AND_ASSIGN(const v1::Deadline deadline,
                       transfers_->RecordGraduation(Worker(0), record));
  EXPECT_EQ(deadline.code(), "DL-15");
  EXPECT_EQ(deadline.organization(), towns_[0].name());
  EXPECT_EQ(*rpc::FromProto(deadline.due_on()), base::AddMonths(graduated, 24));
  v1::CreateTransferRequest request = Inside({member.name()}, 2);
  request.set_reason(v1::TRANSFER_REASON_GRADUATED);
  const v1::Transfer sent = Send(request);
  EXPECT_EQ(Get(sent.name()).decisions(0).reason(), "M_GRADUATE_LATE");
  ASSERT_OK(Accept(sent.name()));
  ASSERT_OK_AND_ASSIGN(const auto rows, Read([&](sql::Session& session) {
                         return DeadlinesOf(session, {"members", IdOf(member.name())});
                       }));
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].state, DeadlineState::kMet);
}

TEST_F(TransferTest, TheLetterHasWhatItsThreePartsSay) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer draft = MustCreate(Inside({member.name()}, 2));
  v1::GetTransferLetterRequest request;
  request.set_name(draft.name());
  EXPECT_THAT(transfers_->GetTransferLetter(Town(0), request), HasReason("LETTER_NOT_ISSUED"));
  ASSERT_OK(Approve(draft.name()));
  EXPECT_THAT(Issue(draft.name(), 91), HasReason("LETTER_TOO_LONG"));
  ASSERT_OK(Issue(draft.name(), 7));
  ASSERT_OK_AND_ASSIGN(const v1::TransferLetter letter,
                       transfers_->GetTransferLetter(Town(1), request));
  EXPECT_EQ(letter.sender_title(), "第1镇党委");
  EXPECT_EQ(letter.receiver_title(), "第2镇党委");
  EXPECT_EQ(letter.to_title(), "2镇1村党支部");
  EXPECT_EQ(letter.valid_days(), 7);
  EXPECT_EQ(*rpc::FromProto(letter.stub_kept_until()), base::AddMonths(today_, 120));
  ASSERT_THAT(letter.members(), SizeIs(1));
  EXPECT_THAT(letter.members(0).identity_number(), HasSubstr("********"));
  EXPECT_EQ(letter.members(0).ethnicity(), "01");
  EXPECT_THAT(transfers_->GetTransferLetter(Town(2), request), HasReason("SCOPE_DENIED"));
  // Of a person from outside too.
  request.set_name(MustCreate(In(7, 2)).name());
  ASSERT_OK_AND_ASSIGN(const v1::TransferLetter foreign,
                       transfers_->GetTransferLetter(Town(1), request));
  EXPECT_EQ(foreign.sender_title(), "外省某党委");
  EXPECT_THAT(foreign.members(0).identity_number(), HasSubstr("********"));
}

TEST_F(TransferTest, ListsShowASubtreeFromOneSide) {
  std::vector<std::string> sent;
  for (int n = 0; n < 5; ++n) {
    sent.push_back(Send(Inside({Join(n % 2, n).name()}, n < 3 ? 2 : 4)).name());
  }
  ASSERT_OK(Return(sent[0]));
  const auto list = [&](const std::string& parent, v1::TransferSide side,
                        v1::TransferState state = v1::TRANSFER_STATE_UNSPECIFIED) {
    v1::ListTransfersRequest request;
    request.set_parent(parent);
    request.set_side(side);
    request.set_state(state);
    request.set_page_size(2);
    std::vector<std::string> names;
    do {
      const auto page = transfers_->ListTransfers(Department(), request);
      EXPECT_OK(page);
      if (!page.ok()) break;
      EXPECT_LE(page->transfers_size(), 2);
      for (const auto& transfer : page->transfers()) names.push_back(transfer.name());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return names;
  };
  EXPECT_THAT(list(towns_[0].name(), v1::TRANSFER_SIDE_SENDER),
              ElementsAre(sent[4], sent[3], sent[2], sent[1], sent[0]));
  EXPECT_THAT(list(branches_[1].name(), v1::TRANSFER_SIDE_SENDER), ElementsAre(sent[3], sent[1]));
  EXPECT_THAT(list(towns_[1].name(), v1::TRANSFER_SIDE_RECEIVER),
              ElementsAre(sent[2], sent[1], sent[0]));
  EXPECT_THAT(list(towns_[1].name(), v1::TRANSFER_SIDE_RECEIVER, v1::TRANSFER_STATE_IN_TRANSIT),
              ElementsAre(sent[2], sent[1]));
  EXPECT_THAT(list(city_.name(), v1::TRANSFER_SIDE_RECEIVER, v1::TRANSFER_STATE_RETURNED),
              ElementsAre(sent[0]));
  EXPECT_THAT(list(towns_[1].name(), v1::TRANSFER_SIDE_SENDER), IsEmpty());
  v1::ListTransfersRequest request;
  request.set_parent(towns_[1].name());
  request.set_side(v1::TRANSFER_SIDE_RECEIVER);
  EXPECT_THAT(transfers_->ListTransfers(Town(0), request), HasReason("SCOPE_DENIED"));
  request.set_page_token("forged");
  EXPECT_THAT(transfers_->ListTransfers(Town(1), request), HasReason("PAGE_TOKEN_INVALID"));
}

// The way to read a subtree that is too large to be read organization by organization.
TEST_F(TransferTest, LargeSubtreesAreListedTheSameWay) {
  const auto elsewhere = FoundAt("", v1::ORGANIZATION_KIND_COMMITTEE, "另一市委", "330200");
  ASSERT_OK(Write([&](sql::Session& session) -> absl::Status {
    for (int64_t id = 1000; id < 1300; ++id) {
      absl::Status status =
          InsertOrganization(session, TestOrganization(id, IdOf(towns_[2].name()), 631));
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }));
  tree_.Stop();
  MembershipTree tree(*database_, publisher_);
  ASSERT_OK(tree.Start());
  TransferApi api(writer_, tree, rules_, books_, fields_, sources_, tokens_);
  testing::TestServer::Options options;
  options.scope = &tree;
  testing::TestServer server({v1::TransferServiceTable(api)}, options);
  v1::TransferServiceClient client(server.channel());
  std::vector<std::string> names;
  for (int n = 0; n < 3; ++n) {
    const auto transfer = client.CreateTransfer(server.As("organization_department", 0),
                                                Inside({Join(0, n).name()}, n == 1 ? 4 : 2));
    ASSERT_OK(transfer);
    names.push_back(transfer->name());
  }
  const auto list = [&](const std::string& parent, v1::TransferSide side) {
    v1::ListTransfersRequest request;
    request.set_parent(parent);
    request.set_side(side);
    request.set_page_size(1);
    std::vector<std::string> found;
    do {
      const auto page = client.ListTransfers(server.As("organization_department", 0), request);
      EXPECT_OK(page);
      if (!page.ok()) break;
      for (const auto& transfer : page->transfers()) found.push_back(transfer.name());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return found;
  };
  EXPECT_THAT(list(city_.name(), v1::TRANSFER_SIDE_SENDER),
              ElementsAre(names[2], names[1], names[0]));
  EXPECT_THAT(list(towns_[2].name(), v1::TRANSFER_SIDE_RECEIVER), ElementsAre(names[1]));
  tree.Stop();
}

TEST_F(TransferTest, M_16_WhoWasReceivedNowhereForSixMonthsIsFound) {
  const v1::Member lost = Join(0, 1);
  const v1::Member gone = Join(0, 2);
  const v1::Member again = Join(0, 3);
  std::vector<std::string> names;
  for (const v1::Member* member : {&lost, &gone, &again}) {
    names.push_back(Send(Inside({member->name()}, 2)).name());
  }
  ExpireAfter(31);
  const auto close_on = [&](const std::string& name, absl::CivilDay day) {
    ASSERT_OK(Write([&](sql::Session& session) {
      return session.Execute(kClosedOn, day, IdOf(name)).status();
    }));
  };
  const absl::CivilDay old = base::AddMonths(today_, -6) - 4;
  for (const std::string& name : names) close_on(name, old);
  v1::ChangeMemberStandingRequest standing;
  standing.set_name(gone.name());
  standing.set_standing(v1::MEMBER_STANDING_DECEASED);
  ASSERT_OK(members_->ChangeMemberStanding(Department(), standing));
  MustCreate(Inside({again.name()}, 2));
  v1::ListTransfersRequest request;
  request.set_parent(towns_[0].name());
  request.set_side(v1::TRANSFER_SIDE_SENDER);
  request.set_unreceived(true);
  ASSERT_OK_AND_ASSIGN(auto page, transfers_->ListTransfers(Department(), request));
  ASSERT_THAT(page.transfers(), SizeIs(1));
  EXPECT_EQ(page.transfers(0).name(), names[0]);
  ASSERT_THAT(Get(names[0]).findings(), SizeIs(1));
  EXPECT_EQ(Get(names[0]).findings(0).rule_id(), "M-16");
  close_on(names[0], today_ - 1);
  ASSERT_OK_AND_ASSIGN(page, transfers_->ListTransfers(Department(), request));
  EXPECT_THAT(page.transfers(), IsEmpty());
  EXPECT_THAT(Get(names[0]).findings(), IsEmpty());
}

TEST_F(TransferTest, EveryCallRepeatsUnderItsRequestId) {
  const v1::Member member = Join(0, 1);
  v1::CreateTransferRequest create = Inside({member.name()}, 2);
  std::string name;
  const auto twice = [&](auto request, auto method) {
    request.set_request_id(absl::StrCat("replay-", runs_++));
    if constexpr (requires { request.set_name(name); }) request.set_name(name);
    const auto first = method(request);
    EXPECT_OK(first);
    const std::string before = Image();
    const auto second = method(request);
    EXPECT_OK(second);
    EXPECT_EQ(Image(), before);
    if (!first.ok() || !second.ok()) return;
    EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
    name = first->name();
  };
  const auto as = Department();
  twice(create, [&](const auto& r) { return transfers_->CreateTransfer(as, r); });
  twice(v1::ApproveTransferOutRequest(),
        [&](const auto& r) { return transfers_->ApproveTransferOut(as, r); });
  twice(v1::IssueTransferLetterRequest(),
        [&](const auto& r) { return transfers_->IssueTransferLetter(as, r); });
  v1::RedirectTransferRequest redirect;
  redirect.set_to_organization(branches_[3].name());
  twice(redirect, [&](const auto& r) { return transfers_->RedirectTransfer(as, r); });
  ASSERT_OK(Issue(name));
  twice(v1::AcceptTransferRequest(),
        [&](const auto& r) { return transfers_->AcceptTransfer(as, r); });
  v1::CompleteTransferRequest complete;
  complete.set_receipt_number("R");
  twice(complete, [&](const auto& r) { return transfers_->CompleteTransfer(as, r); });

  name = Send(Inside({Join(0, 2).name()}, 2)).name();
  v1::ReturnTransferRequest back;
  back.set_reason(v1::TRANSFER_RETURN_REASON_WRONG_RECEIVER);
  twice(back, [&](const auto& r) { return transfers_->ReturnTransfer(as, r); });
  name = MustCreate(Inside({Join(0, 3).name()}, 2)).name();
  twice(v1::WithdrawTransferRequest(),
        [&](const auto& r) { return transfers_->WithdrawTransfer(as, r); });
}

TEST_F(TransferTest, OfThirtyTwoThatAcceptAtOnceOneDoes) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  std::atomic<int> accepted = 0, refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 32; ++i) {
    threads.emplace_back([&] {
      const auto result = Accept(sent.name());
      if (result.ok()) ++accepted;
      if (error::Reason(result.status()) == "TRANSFER_STATE_INVALID") ++refused;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(refused, 31);
  EXPECT_EQ(Count(kOpenIntervals, IdOf(member.name())), 1);
  EXPECT_THAT(Changes(member.name()), SizeIs(2));
  EXPECT_EQ(Members(towns_[1].name()), 1);
  EXPECT_EQ(Members(towns_[0].name()), 0);
}

TEST_F(TransferTest, AcceptanceAndExpiryAtOnceLeaveOneOfThem) {
  constexpr int kRounds = 8;
  int received = 0;
  for (int round = 0; round < kRounds; ++round) {
    const v1::Member member = Join(0, round);
    const v1::Transfer sent = Send(Inside({member.name()}, 2));
    absl::Status acceptance;
    std::thread accept([&] { acceptance = Accept(sent.name()).status(); });
    std::thread expire([&] { ExpireAfter(31); });
    accept.join();
    expire.join();
    const v1::Transfer after = Get(sent.name());
    const bool here = Member(member.name()).organization() == branches_[2].name();
    if (acceptance.ok()) {
      ++received;
      EXPECT_EQ(after.state(), v1::TRANSFER_STATE_ACCEPTED);
      EXPECT_TRUE(here);
    } else {
      EXPECT_THAT(acceptance, HasReason("TRANSFER_STATE_INVALID"));
      EXPECT_EQ(after.state(), v1::TRANSFER_STATE_EXPIRED);
      EXPECT_FALSE(here);
    }
    EXPECT_THAT(after.steps(), SizeIs(4));
  }
  EXPECT_EQ(Members(towns_[1].name()), received);
  EXPECT_EQ(Members(towns_[0].name()), kRounds - received);
}

// Killed at any statement of an acceptance: the database refuses one table after the other, which
// rolls back what came before, and the same call then goes through.
TEST_F(TransferTest, AnAcceptanceThatBreaksAnywhereLeavesNothingBehind) {
  const v1::Member first = Join(0, 1);
  const v1::Member second = Join(1, 2);
  v1::AppointPostRequest appoint;
  appoint.set_parent(second.name());
  appoint.set_code(v1::POST_CODE_SECRETARY);
  ASSERT_OK(posts_->AppointPost(Department(), appoint));
  const v1::Transfer sent = Send(Inside({first.name(), second.name()}, 2));
  const std::string before = Image();
  const std::pair<const char*, const char*> writes[] = {{"member", "UPDATE"},
                                                        {"membership_interval", "UPDATE"},
                                                        {"membership_interval", "INSERT"},
                                                        {"post", "UPDATE"},
                                                        {"membership_change", "INSERT"},
                                                        {"deadline", "UPDATE"},
                                                        {"transfer_member", "UPDATE"},
                                                        {"decision", "INSERT"},
                                                        {"transfer", "UPDATE"},
                                                        {"transfer_step", "INSERT"},
                                                        {"event", "INSERT"},
                                                        {"audit", "INSERT"},
                                                        {"request_record", "UPDATE"}};
  const auto run = [&](const std::string& statement) {
    return database_->Read(absl::Now() + absl::Seconds(20), [&](sql::Session& session) {
      return session.RunText("transfer_test.ddl", statement);
    });
  };
  for (const auto& [table, verb] : writes) {
    ASSERT_OK(
        run(absl::StrCat("CREATE TRIGGER breaks BEFORE ", verb, " ON ", table,
                         " FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'killed'")));
    EXPECT_THAT(Accept(sent.name(), std::nullopt, "accept-once"), Not(IsOk()))
        << verb << " " << table;
    ASSERT_OK(run("DROP TRIGGER breaks"));
    EXPECT_EQ(Image(), before) << verb << " " << table;
  }
  ASSERT_OK(Accept(sent.name(), std::nullopt, "accept-once"));
  EXPECT_EQ(Members(towns_[1].name()), 2);
  EXPECT_EQ(Members(towns_[0].name()), 0);
}

// The saga beside a reference that is a dozen lines: thousands of random steps, legal or not.
TEST_F(TransferTest, RandomStepsAgreeWithASmallReference) {
  struct Model {
    std::string name;
    std::string member;
    char state = 'D';  // Draft, Approved, Transit, aCcepted, Finished; X: ended otherwise
    int to = 2;
  };
  std::mt19937 random(20261130);
  const auto pick = [&](size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random);
  };
  std::vector<std::string> members;
  std::map<std::string, int> at;
  for (int n = 0; n < 4; ++n) {
    members.push_back(Join(0, n).name());
    at[members.back()] = 0;
  }
  std::vector<Model> cases;
  const auto open = [&](const std::string& member) {
    return std::any_of(cases.begin(), cases.end(), [&](const Model& model) {
      return model.member == member && absl::StrContains("DAT", std::string(1, model.state));
    });
  };
  const auto town = [](int branch) { return branch / 2; };
  for (int i = 0; i < 400; ++i) {
    if (cases.empty() || pick(5) == 0) {
      const std::string& member = members[pick(members.size())];
      const int to = static_cast<int>(pick(6));
      const auto made = Create(Inside({member}, to));
      const bool may = town(to) != town(at[member]) && !open(member);
      ASSERT_EQ(made.ok(), may) << made.status();
      if (made.ok()) cases.push_back({made->name(), member, 'D', to});
      continue;
    }
    Model& model = cases[cases.size() - 1 - pick(std::min<size_t>(cases.size(), 6))];
    absl::Status status;
    bool may = false;
    switch (pick(7)) {
      case 0:
        may = model.state == 'D';
        status = Approve(model.name).status();
        if (may) model.state = 'A';
        break;
      case 1:
        may = model.state == 'A';
        status = Issue(model.name).status();
        if (may) model.state = 'T';
        break;
      case 2:
        may = model.state == 'T';
        status = Accept(model.name).status();
        if (may) {
          model.state = 'C';
          at[model.member] = model.to;
        }
        break;
      case 3:
        may = model.state == 'C';
        status = Complete(model.name).status();
        if (may) model.state = 'F';
        break;
      case 4:
        may = model.state == 'T';
        status = Return(model.name).status();
        if (may) model.state = 'X';
        break;
      case 5:
        may = absl::StrContains("DAT", std::string(1, model.state)) && pick(3) == 0;
        if (!may && absl::StrContains("DAT", std::string(1, model.state))) continue;
        status = Withdraw(model.name).status();
        if (may) model.state = 'X';
        break;
      default: {
        const int to = static_cast<int>(pick(6));
        const bool legal = absl::StrContains("DAT", std::string(1, model.state));
        may = legal && town(to) != town(at[model.member]);
        status = Redirect(model.name, to).status();
        if (may) {
          model.to = to;
          if (model.state == 'T') model.state = 'A';
        }
      }
    }
    ASSERT_EQ(status.ok(), may) << i << " " << model.state << " " << status;
  }
  std::map<int, int64_t> expected;
  for (const auto& [member, branch] : at) {
    EXPECT_EQ(Member(member).organization(), branches_[static_cast<size_t>(branch)].name());
    ++expected[branch];
  }
  for (int branch = 0; branch < 6; ++branch) {
    EXPECT_EQ(Members(branches_[static_cast<size_t>(branch)].name()), expected[branch]);
    EXPECT_EQ(MembersOn(branch, today_), expected[branch]);
  }
}

}  // namespace
}  // namespace ronghe::membership
