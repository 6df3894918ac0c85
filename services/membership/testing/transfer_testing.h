// How do the tests of transfers make a city, and transfers in it?
#ifndef RONGHE_SERVICES_MEMBERSHIP_TESTING_TRANSFER_TESTING_H_
#define RONGHE_SERVICES_MEMBERSHIP_TESTING_TRANSFER_TESTING_H_

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
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
#include "services/membership/jobs/unit_noter.h"
#include "services/membership/store/change_store.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/document_store.h"
#include "services/membership/testing/service_parts.h"

namespace ronghe::membership {

struct TextRow {
  std::optional<std::string> text;
};
struct CountRow {
  int64_t count = 0;
};
// Everything that a step could have changed, as one text.
inline const sql::Query<TextRow> kImage(
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
inline const sql::Query<CountRow> kOpenIntervals(
    "transfer_test.open_intervals",
    "SELECT COUNT(*) FROM membership_interval WHERE member_id = ? AND valid_to = '9999-12-31'");
inline const sql::Query<CountRow> kPlain(
    "transfer_test.plain", "SELECT COUNT(*) FROM transfer_person WHERE particulars LIKE ?");
inline const sql::Query<CountRow> kWithParticulars(
    "transfer_test.with_particulars",
    "SELECT COUNT(*) FROM transfer_person WHERE particulars <> ''");
inline const sql::Command kShift(
    "transfer_test.shift", "UPDATE transfer SET letter_issued_on = ?, expires_on = ? WHERE id = ?");
inline const sql::Command kClosedOn("transfer_test.closed_on",
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

inline int64_t IdOf(const std::string& name) {
  return *base::ParseName(name, name.substr(0, name.find('/')));
}

class TransferTest : public ::testing::Test, protected ServiceParts {
 protected:
  TransferTest()
      : post_api_(writer_, tree_, rules_, books_.Get("party_worker"), tokens_),
        approval_api_(writer_, tokens_),
        transfer_api_(writer_, tree_, rules_, books_, fields_, sources_, tokens_),
        expirer_(ids_, books_, metrics_, [] {}),
        noter_(ids_),
        today_(base::ShanghaiDay(clock_.Now())) {
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::PostServiceTable(post_api_));
    tables.push_back(v1::TransferServiceTable(transfer_api_));
    tables.push_back(approval::v1::ApprovalServiceTable(approval_api_));
    Serve(std::move(tables), &clock_);
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
    request.mutable_organization()->set_can_approve_probationary(kind ==
                                                                 v1::ORGANIZATION_KIND_COMMITTEE);
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

  // The deadline that the letter sets.
  static v1::Deadline LetterDeadline(const v1::Transfer& transfer) {
    for (const v1::Deadline& deadline : transfer.deadlines()) {
      if (deadline.code() == "DL-16") return deadline;
    }
    return {};
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
  // Runs the job that notes the members of large units.
  void NoteUnits() {
    job::JobRunner jobs(*database_, base::Clock::Real(), absl::StrCat("noter", ++runs_));
    AddUnitNoteJob(jobs, noter_);
    EXPECT_OK(jobs.RunOnce(kUnitNoteJob));
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
  UnitNoter noter_;
  const base::ManualClock clock_{absl::Now()};  // of the calls, which stay on one day
  const absl::CivilDay today_;
  std::unique_ptr<v1::PostServiceClient> posts_;
  std::unique_ptr<v1::TransferServiceClient> transfers_;
  std::unique_ptr<approval::v1::ApprovalServiceClient> approvals_;
  int runs_ = 0;
  v1::Organization city_;
  std::vector<v1::Organization> towns_;
  std::vector<v1::Organization> branches_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_TESTING_TRANSFER_TESTING_H_
