// Elections and attendance in one process: real pipeline, real database, membership's copy filled
// directly.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/audit/audit.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/crypto/field_cipher.h"
#include "common/crypto/key_store.h"
#include "common/event/event_store.h"
#include "common/event/publisher.h"
#include "common/org/copy_store.h"
#include "common/org/scope_testing.h"
#include "common/rpc/convert.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "common/testing/test_server.h"
#include "gtest/gtest.h"
#include "ronghe/meeting/v1/attendance.ronghe.h"
#include "ronghe/meeting/v1/election.ronghe.h"
#include "ronghe/meeting/v1/meeting.ronghe.h"
#include "services/meeting/api/attendance_api.h"
#include "services/meeting/api/elections_api.h"
#include "services/meeting/api/meetings_api.h"
#include "services/meeting/rules.h"
#include "services/meeting/store/ballot_store.h"
#include "services/meeting/store/sealed_tables.h"
#include "services/meeting/testing/delegations.h"

namespace ronghe::meeting {
namespace {

using absl::CivilDay;
using absl::StatusCode;
using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;

constexpr int64_t kTown = 10, kBranch = 100, kSister = 101;
constexpr int kMembers = 12, kSisters = 3;
const CivilDay kToday(2026, 11, 23);

absl::Time At(CivilDay day, int hour) { return base::ShanghaiMidnight(day) + absl::Hours(hour); }

struct IntervalInsert {
  int64_t id, member, organization;
  int32_t category;
  std::string standing;
  bool voting;
  CivilDay from, to;
};
const sql::Command kInterval(
    "test.interval",
    "INSERT INTO interval_copy (id, member_id, organization_id, category, standing, voting,"
    " valid_from, valid_to) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
struct CountRow {
  int64_t count = 0;
};
const sql::Query<CountRow> kRequestRecords(
    "test.request_records", "SELECT COUNT(*) FROM request_record WHERE method LIKE ?");
struct AuditRow {
  std::string subject, on_behalf_of, peer, resource, trace_id, detail;
  sql::Bytes request_digest;
};
const sql::Query<AuditRow> kAudit(
    "test.audit",
    "SELECT subject, on_behalf_of, peer, resource, trace_id, detail, request_digest FROM audit"
    " WHERE method = ? AND result = 'OK' ORDER BY id");
struct ColumnRow {
  std::string table, name, type;
};
const sql::Query<ColumnRow> kColumns(
    "test.columns",
    "SELECT table_name, column_name, data_type FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND table_name IN ('ballot', 'voter_token')"
    " ORDER BY table_name, column_name");
const sql::Query<VoterTokenRow> kVoterTokens(
    "test.voter_tokens",
    "SELECT session_id, member_id, token_hash, received, used FROM voter_token"
    " ORDER BY session_id, member_id");
const sql::Query<BallotRow> kAllBallots("test.ballots",
                                        "SELECT session_id, id, choice FROM ballot ORDER BY id");

std::string Member(int i) { return absl::StrCat("members/", 1000 + i); }

// A branch of twelve full members, all but the last of whom come to every meeting, and one of
// three.
class ElectionServiceTest : public ::testing::Test {
 protected:
  ElectionServiceTest()
      : schema_(testing::SharedMariaDb().NewSchema(
            {"common/sql/migrations", "services/meeting/migrations"})),
        database_(sql::Database::Open(schema_.options()).value()),
        clock_(At(kToday, 12)),
        ids_(1),
        scope_(tree_),
        rules_(LoadRuleSets("services/meeting/domain/rules").value()),
        board_(*database_, tree_),
        publisher_(*database_, nullptr, clock_, "services/meeting"),
        writer_(*database_, ids_, [] {}),
        tokens_("a key for the tests of paging"),
        keys_(crypto::KeyRing::ForTesting(crypto::Suite::kSm)),
        cipher_(keys_),
        meetings_api_(writer_, tree_, scope_, rules_, board_, tokens_, metrics_, delegations_,
                      CivilDay(2026, 7, 1)),
        elections_api_(writer_, tree_, rules_, cipher_, tokens_),
        attendance_api_(*database_, rules_, tokens_) {
    Add(kTown, 0, "611");
    Add(kBranch, kTown, "631");
    Add(kSister, kTown, "631");
    std::vector<IntervalInsert> intervals;
    for (int64_t i = 1; i <= kMembers; ++i) {
      intervals.push_back(
          {i, 1000 + i, kBranch, 1, "10", true, CivilDay(2020, 1, 1), org::kOpenEnd});
    }
    for (int64_t i = 1; i <= kSisters; ++i) {
      intervals.push_back(
          {100 + i, 2000 + i, kSister, 1, "10", true, CivilDay(2020, 1, 1), org::kOpenEnd});
    }
    EXPECT_OK(database_->Transact(Deadline(), [&](sql::Session& session) {
      return session.InsertMany(kInterval, intervals);
    }));
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::MeetingServiceTable(meetings_api_));
    tables.push_back(v1::ElectionServiceTable(elections_api_));
    tables.push_back(v1::AttendanceServiceTable(attendance_api_));
    server_ = std::make_unique<testing::TestServer>(
        std::move(tables), testing::TestServer::Options{.scope = &scope_, .clock = &clock_});
    meetings_ = std::make_unique<v1::MeetingServiceClient>(server_->channel());
    elections_ = std::make_unique<v1::ElectionServiceClient>(server_->channel());
    attendance_ = std::make_unique<v1::AttendanceServiceClient>(server_->channel());
  }

  void Add(int64_t id, int64_t parent, std::string kind) {
    EXPECT_OK(tree_.Upsert({id,
                            parent,
                            std::move(kind),
                            absl::StrCat("组织", id),
                            absl::StrCat(id),
                            static_cast<int32_t>(id),
                            {},
                            {}}));
  }
  static absl::Time Deadline() { return absl::Now() + absl::Seconds(30); }

  rpc::Outgoing As(std::string role, int64_t organization, int64_t account = 7) {
    rpc::Outgoing out = server_->AsNobody();
    out.bearer = server_->minter()
                     .Mint(auth::Principal{auth::Principal::Kind::kPerson,
                                           absl::StrCat("accounts/", account),
                                           {{std::move(role), organization}},
                                           "session"},
                           clock_.Now(), absl::Minutes(30))
                     .value();
    return out;
  }
  rpc::Outgoing Secretary() { return As("branch_secretary", kBranch); }
  rpc::Outgoing Voter() { return As("member", kBranch, 8); }

  static void Mark(int present, google::protobuf::RepeatedPtrField<v1::Attendance>* out) {
    for (int i = 1; i <= kMembers; ++i) {
      v1::Attendance& mark = *out->Add();
      mark.set_member(Member(i));
      mark.set_presence(i <= present ? v1::PRESENCE_PRESENT : v1::PRESENCE_ABSENT);
      if (i > present) mark.set_reason(v1::ABSENCE_REASON_PERSONAL);
    }
  }

  // A general meeting that goes on, with so many present; its first motion agrees to the tellers.
  v1::Meeting OpenMeeting(int present) {
    v1::CreateMeetingRequest create;
    create.set_parent(absl::StrCat("organizations/", kBranch));
    create.mutable_meeting()->add_kinds(v1::MEETING_KIND_GENERAL);
    create.mutable_meeting()->set_title("换届选举大会");
    *create.mutable_meeting()->mutable_planned_at() = rpc::ToProto(At(kToday, 9));
    create.mutable_meeting()->set_place("党员活动室");
    create.mutable_meeting()->set_chair(Member(1));
    create.mutable_meeting()->set_recorder(Member(2));
    v1::OpenMeetingRequest open;
    open.set_name(meetings_->CreateMeeting(Secretary(), create)->name());
    *open.mutable_opened_at() = rpc::ToProto(At(kToday, 9));
    EXPECT_OK(meetings_->OpenMeeting(Secretary(), open));
    v1::RecordAttendanceRequest attendance;
    attendance.set_name(open.name());
    Mark(present, attendance.mutable_attendance());
    EXPECT_OK(meetings_->RecordAttendance(Secretary(), attendance));
    v1::SetMotionsRequest motions;
    motions.set_name(open.name());
    v1::Motion& motion = *motions.add_motions();
    motion.set_text("通过监票人名单");
    motion.set_kind(v1::MOTION_KIND_GENERAL);
    motion.set_votes_for(present);
    const auto meeting = meetings_->SetMotions(Secretary(), motions);
    EXPECT_OK(meeting);
    return *meeting;
  }

  // Three seats and four candidates; 1010 and 1011 are the tellers.
  static v1::CreateElectionRequest Committee(const v1::Meeting& meeting, v1::ElectionMode mode) {
    v1::CreateElectionRequest request;
    request.set_parent(meeting.name());
    v1::Election& election = *request.mutable_election();
    election.set_office(v1::ELECTION_OFFICE_COMMITTEE);
    election.set_seats(3);
    election.set_mode(mode);
    for (int i : {3, 1, 4, 2}) election.add_candidates()->set_member(Member(i));
    election.set_upper_approval("镇党委〔2026〕12号");
    v1::Teller& scrutineer = *election.add_tellers();
    scrutineer.set_member(Member(10));
    scrutineer.set_duty(v1::TELLER_DUTY_SCRUTINEER);
    scrutineer.set_no_relative_standing(true);
    v1::Teller& counter = *election.add_tellers();
    counter.set_member(Member(11));
    counter.set_duty(v1::TELLER_DUTY_COUNTER);
    counter.set_no_relative_standing(true);
    election.set_teller_resolution(absl::StrCat(meeting.name(), "/motions/1"));
    return request;
  }

  absl::StatusOr<v1::Election> FixRoll(const std::string& name) {
    v1::FixRollRequest request;
    request.set_name(name);
    return elections_->FixRoll(Secretary(), request);
  }
  absl::StatusOr<v1::Election> Open(const std::string& name) {
    v1::OpenElectionRequest request;
    request.set_name(name);
    return elections_->OpenElection(Secretary(), request);
  }
  absl::StatusOr<v1::Election> Close(const std::string& name) {
    v1::CloseElectionRequest request;
    request.set_name(name);
    return elections_->CloseElection(Secretary(), request);
  }
  // `votes`: of the candidates by member, all others of the `ballots` being against.
  absl::StatusOr<v1::Election> CloseOnPaper(const std::string& name, int ballots,
                                            const std::map<int, int>& votes) {
    v1::CloseElectionRequest request;
    request.set_name(name);
    v1::PaperCount& count = *request.mutable_count();
    count.set_issued(ballots);
    count.set_returned(ballots);
    for (const auto& [member, votes_for] : votes) {
      v1::CandidateCount& item = *count.add_counts();
      item.set_member(Member(member));
      item.set_votes_for(votes_for);
      item.set_votes_against(ballots - votes_for);
    }
    return elections_->CloseElection(Secretary(), request);
  }
  absl::StatusOr<v1::Election> Decide(const std::string& name) {
    v1::DecideElectionRequest request;
    request.set_name(name);
    return elections_->DecideElection(Secretary(), request);
  }
  absl::StatusOr<v1::ElectionResult> Result(const std::string& name) {
    v1::GetElectionResultRequest request;
    request.set_name(name);
    return elections_->GetElectionResult(Secretary(), request);
  }

  // An electronic election whose round is open, with so many present.
  std::string OpenElectronic(int present) {
    const v1::Meeting meeting = OpenMeeting(present);
    const auto created =
        elections_->CreateElection(Secretary(), Committee(meeting, v1::ELECTION_MODE_ELECTRONIC));
    EXPECT_OK(created);
    EXPECT_OK(FixRoll(created->name()));
    EXPECT_OK(Open(created->name()));
    return created->name();
  }
  // Tokens of the first `count` members.
  std::vector<std::string> Tokens(const std::string& name, int count) {
    v1::IssueBallotTokensRequest request;
    request.set_name(name);
    for (int i = 1; i <= count; ++i) request.add_members(Member(i));
    const auto response = elections_->IssueBallotTokens(Secretary(), request);
    EXPECT_OK(response);
    std::vector<std::string> tokens;
    for (const v1::BallotToken& token : response->tokens()) tokens.push_back(token.token());
    return tokens;
  }
  static v1::CastBallotRequest Ballot(const std::string& name, const std::string& token,
                                      const std::vector<int>& votes_for) {
    v1::CastBallotRequest request;
    request.set_name(name);
    request.set_token(token);
    for (int i : votes_for) request.add_votes_for(Member(i));
    return request;
  }

  template <class Row, class... A>
  std::vector<Row> Rows(const sql::Query<Row>& query, const A&... args) {
    return database_
        ->Read(Deadline(), [&](sql::Session& session) { return session.Select(query, args...); })
        .value();
  }

  testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  base::ManualClock clock_;
  base::IdGenerator ids_;
  org::OrgTree tree_;
  org::TreeScope scope_;
  const RuleSets rules_;
  metrics::Registry metrics_;
  DutyBoard board_;
  event::Publisher publisher_;
  service::Writer writer_;
  rpc::PageTokens tokens_;
  crypto::KeyStore keys_;
  const crypto::FieldCipher cipher_;
  FakeDelegations delegations_;
  MeetingsApi meetings_api_;
  ElectionsApi elections_api_;
  AttendanceApi attendance_api_;
  std::unique_ptr<testing::TestServer> server_;
  std::unique_ptr<v1::MeetingServiceClient> meetings_;
  std::unique_ptr<v1::ElectionServiceClient> elections_;
  std::unique_ptr<v1::AttendanceServiceClient> attendance_;
};

TEST_F(ElectionServiceTest, AnElectionOnPaperFromDraftToResult) {
  const v1::Meeting meeting = OpenMeeting(9);
  v1::CreateElectionRequest create = Committee(meeting, v1::ELECTION_MODE_PAPER);
  create.set_request_id("election-1");
  ASSERT_OK_AND_ASSIGN(v1::Election election, elections_->CreateElection(Secretary(), create));
  ASSERT_OK_AND_ASSIGN(const v1::Election again, elections_->CreateElection(Secretary(), create));
  EXPECT_THAT(again, testing::EqualsProto(election));
  EXPECT_EQ(election.state(), v1::ELECTION_STATE_DRAFT);
  EXPECT_EQ(election.candidates(0).member(), Member(3));  // as the organization ordered them

  // Nine of twelve are too few; with one of them left out under X-04 they are enough (5*9 >= 4*11).
  ASSERT_THAT(FixRoll(election.name()), IsOk());
  const auto too_few = Open(election.name());
  EXPECT_THAT(too_few, HasReason("X_QUORUM"));
  EXPECT_EQ(error::MetadataValue(too_few.status(), "rule_id"), "X-03");
  EXPECT_EQ(error::MetadataValue(too_few.status(), "required"), "10");
  v1::FixRollRequest fix;
  fix.set_name(election.name());
  v1::Exclusion& exclusion = *fix.add_exclusions();
  exclusion.set_member(Member(12));
  exclusion.set_reason(v1::EXCLUSION_REASON_ABROAD);
  exclusion.set_upper_consent("镇党委〔2026〕13号");
  exclusion.set_resolution(absl::StrCat(meeting.name(), "/motions/2"));
  EXPECT_THAT(elections_->FixRoll(Secretary(), fix), HasReason("X_EXCLUSION"));  // no such motion
  exclusion.set_resolution(absl::StrCat(meeting.name(), "/motions/1"));
  exclusion.set_member(Member(9));
  EXPECT_THAT(elections_->FixRoll(Secretary(), fix), HasReason("X_EXCLUSION"));  // is present
  exclusion.set_member(Member(12));
  ASSERT_OK_AND_ASSIGN(election, elections_->FixRoll(Secretary(), fix));
  EXPECT_EQ(election.state(), v1::ELECTION_STATE_ROLL_FIXED);
  EXPECT_EQ(election.roll(), 11);
  EXPECT_EQ(election.exclusions(0).upper_consent(), "镇党委〔2026〕13号");

  // The scrutineer stayed away.
  EXPECT_THAT(Open(election.name()), HasReason("X_TELLER"));
  v1::SetCandidatesRequest set;
  set.set_name(election.name());
  for (int i : {3, 1, 4, 2}) set.add_candidates()->set_member(Member(i));
  v1::Teller& teller = *set.add_tellers();
  teller.set_member(Member(4));
  teller.set_duty(v1::TELLER_DUTY_SCRUTINEER);
  teller.set_no_relative_standing(true);
  EXPECT_THAT(elections_->SetCandidates(Secretary(), set), HasReason("X_TELLER"));  // a candidate
  set.mutable_tellers(0)->set_member(Member(9));
  ASSERT_THAT(elections_->SetCandidates(Secretary(), set), IsOk());
  ASSERT_OK_AND_ASSIGN(election, Open(election.name()));
  EXPECT_EQ(election.rounds(0).present(), 9);
  EXPECT_EQ(election.rounds(0).required_present(), 9);
  EXPECT_EQ(election.rounds(0).required_for(), 5);
  EXPECT_THAT(Decide(election.name()), HasReason("STATE_INVALID"));
  EXPECT_THAT(Close(election.name()), HasReason("FIELD_INVALID"));  // without counts

  // Counts are put right before they are decided on.
  EXPECT_THAT(CloseOnPaper(election.name(), 10, {{1, 8}, {2, 7}, {3, 6}, {4, 2}}),
              HasReason("X_ISSUED"));
  ASSERT_THAT(CloseOnPaper(election.name(), 9, {{1, 8}, {2, 7}, {3, 4}, {4, 2}}), IsOk());
  ASSERT_OK_AND_ASSIGN(election,
                       CloseOnPaper(election.name(), 9, {{1, 8}, {2, 7}, {3, 6}, {4, 2}}));
  EXPECT_EQ(election.rounds(0).candidates(1).votes_for(), 8);  // seen by who records it
  v1::GetElectionRequest get;
  get.set_name(election.name());
  ASSERT_OK_AND_ASSIGN(const v1::Election seen, elections_->GetElection(As("leader", kTown), get));
  EXPECT_FALSE(seen.rounds(0).candidates(1).has_votes_for());
  ASSERT_OK_AND_ASSIGN(election, Decide(election.name()));
  EXPECT_EQ(election.state(), v1::ELECTION_STATE_DECIDED);

  ASSERT_OK_AND_ASSIGN(v1::ElectionResult result, Result(election.name()));
  EXPECT_EQ(result.organization(), "organizations/100");
  EXPECT_EQ(result.meeting(), meeting.name());
  EXPECT_EQ(result.meeting_state(), v1::MEETING_STATE_OPEN);
  EXPECT_EQ(result.held_on().day(), kToday.day());
  EXPECT_EQ(result.post_code(), "08");
  EXPECT_EQ(result.state(), v1::ELECTION_STATE_DECIDED);
  EXPECT_EQ(result.roll(), 11);
  EXPECT_EQ(result.present(), 9);
  EXPECT_EQ(result.valid(), 9);
  ASSERT_EQ(result.winners_size(), 3);
  EXPECT_EQ(result.winners(0).member(), Member(1));
  EXPECT_EQ(result.winners(0).votes_for(), 8);
  EXPECT_EQ(result.winners(2).member(), Member(3));
  EXPECT_EQ(result.rule_set(), "branch-work@2018");

  // Decided for good.
  EXPECT_THAT(CloseOnPaper(election.name(), 9, {{1, 2}, {2, 7}, {3, 6}, {4, 8}}),
              HasReason("STATE_INVALID"));
  EXPECT_THAT(Decide(election.name()), HasReason("STATE_INVALID"));
  EXPECT_THAT(Open(election.name()), HasReason("STATE_INVALID"));
  EXPECT_THAT(FixRoll(election.name()), HasReason("STATE_INVALID"));
  EXPECT_THAT(elections_->SetCandidates(Secretary(), set), HasReason("STATE_INVALID"));
  v1::CancelElectionRequest cancel;
  cancel.set_name(election.name());
  EXPECT_THAT(elections_->CancelElection(Secretary(), cancel), HasReason("STATE_INVALID"));

  ASSERT_THAT(publisher_.PublishPending(Deadline()), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto events, database_->Read(Deadline(), [](sql::Session& session) {
    return event::EventsAfter(session, 0, 500);
  }));
  EXPECT_EQ(std::count_if(
                events.begin(), events.end(),
                [](const auto& event) { return event.type == "ronghe.meeting.election.decided"; }),
            1);
}

TEST_F(ElectionServiceTest, SecretBallotsAreCastCountedAndDestroyed) {
  const std::string name = OpenElectronic(11);
  const std::vector<std::string> tokens = Tokens(name, 11);
  EXPECT_EQ(std::set<std::string>(tokens.begin(), tokens.end()).size(), 11u);
  for (int i = 0; i < 10; ++i) {
    v1::CastBallotRequest ballot =
        Ballot(name, tokens[i], i < 7 ? std::vector<int>{1, 2, 3} : std::vector<int>{4, 5});
    if (i >= 7) ballot.add_votes_against(Member(1));
    ASSERT_THAT(elections_->CastBallot(Voter(), ballot), IsOk());
  }
  // Nobody sees a tally before the round is decided.
  ASSERT_OK_AND_ASSIGN(v1::Election election, Close(name));
  EXPECT_EQ(election.rounds(0).issued(), 11);
  EXPECT_EQ(election.rounds(0).returned(), 10);
  EXPECT_FALSE(election.rounds(0).candidates(0).has_votes_for());
  EXPECT_EQ(election.rounds(0).candidates_size(), 4);
  EXPECT_THAT(elections_->CastBallot(Voter(), Ballot(name, tokens[10], {1})),
              HasReason("STATE_INVALID"));
  EXPECT_EQ(Rows(kAllBallots).size(), 10u);
  ASSERT_OK_AND_ASSIGN(election, Decide(name));
  EXPECT_EQ(election.state(), v1::ELECTION_STATE_DECIDED);
  ASSERT_EQ(election.rounds(0).candidates_size(), 5);  // and 1005, who was written in
  EXPECT_EQ(election.rounds(0).candidates(0).member(), Member(3));
  EXPECT_EQ(election.rounds(0).candidates(0).votes_for(), 7);
  EXPECT_EQ(election.rounds(0).candidates(1).votes_against(), 3);
  EXPECT_EQ(election.rounds(0).candidates(0).abstained(), 3);
  EXPECT_TRUE(election.rounds(0).candidates(4).write_in());
  EXPECT_EQ(election.rounds(0).candidates(4).votes_for(), 3);
  EXPECT_TRUE(Rows(kAllBallots).empty());
}

TEST_F(ElectionServiceTest, X_11_OneTokenIsOneBallotHoweverManyTry) {
  const std::string name = OpenElectronic(11);
  const std::vector<std::string> tokens = Tokens(name, 3);
  constexpr int kClients = 32;
  std::vector<absl::Status> outcomes(kClients);
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&, i] {
      v1::ElectionServiceClient client(server_->channel());
      absl::Status& outcome = outcomes[static_cast<size_t>(i)];
      do {
        outcome = client.CastBallot(Voter(), Ballot(name, tokens[0], {1 + i % 4})).status();
      } while (absl::IsAborted(outcome) || absl::IsResourceExhausted(outcome));
    });
  }
  for (std::thread& client : clients) client.join();
  int cast = 0;
  for (const absl::Status& outcome : outcomes) {
    if (outcome.ok()) {
      ++cast;
    } else {
      EXPECT_THAT(outcome, HasReason("X_TOKEN_USED"));
    }
  }
  EXPECT_EQ(cast, 1);
  EXPECT_EQ(Rows(kAllBallots).size(), 1u);
}

TEST_F(ElectionServiceTest, TokensAreGivenToVotersWhoArePresent) {
  const std::string name = OpenElectronic(11);
  v1::IssueBallotTokensRequest issue;
  issue.set_name(name);
  issue.add_members(Member(12));
  EXPECT_THAT(elections_->IssueBallotTokens(Secretary(), issue), HasReason("X_NOT_PRESENT"));
  const std::string lost = Tokens(name, 1)[0];
  const std::string found = Tokens(name, 1)[0];  // for the lost one
  EXPECT_THAT(elections_->CastBallot(Voter(), Ballot(name, lost, {1})),
              HasReason("X_TOKEN_UNKNOWN"));
  EXPECT_THAT(elections_->CastBallot(Voter(), Ballot(name, "made-up", {1})),
              StatusIs(StatusCode::kPermissionDenied));
  // A ballot that can't be does not use the token up.
  EXPECT_THAT(elections_->CastBallot(Voter(), Ballot(name, found, {1, 2, 3, 4})),
              HasReason("X_MARKS"));
  EXPECT_THAT(elections_->CastBallot(Voter(), Ballot(name, found, {77})), HasReason("X_CANDIDATE"));
  EXPECT_THAT(elections_->CastBallot(Voter(), Ballot(name, found, {1, 1})),
              HasReason("FIELD_INVALID"));
  EXPECT_THAT(elections_->CastBallot(Voter(), Ballot(name, found, {1, 2})), IsOk());
  issue.set_members(0, Member(1));
  EXPECT_THAT(elections_->IssueBallotTokens(Secretary(), issue), HasReason("X_TOKEN_USED"));
  EXPECT_THAT(elections_->CastBallot(As("member", kSister), Ballot(name, found, {1})),
              HasReason("SCOPE_DENIED"));
}

TEST_F(ElectionServiceTest, X_11_WhoLostTheAnswerAsksAgainWithoutHarm) {
  const std::string name = OpenElectronic(11);
  const std::vector<std::string> tokens = Tokens(name, 3);
  ASSERT_THAT(elections_->CastBallot(Voter(), Ballot(name, tokens[0], {1, 2})), IsOk());
  // The same ballot again, or another choice with the same token: it was cast, and stays as it was.
  EXPECT_THAT(elections_->CastBallot(Voter(), Ballot(name, tokens[0], {1, 2})),
              HasReason("X_TOKEN_USED"));
  EXPECT_THAT(elections_->CastBallot(Voter(), Ballot(name, tokens[0], {3, 4})),
              HasReason("X_TOKEN_USED"));
  EXPECT_EQ(Rows(kAllBallots).size(), 1u);

  // Tokens are given again to all who are named or to none: with one who has voted, nobody's
  // change.
  v1::IssueBallotTokensRequest issue;
  issue.set_name(name);
  issue.add_members(Member(2));
  issue.add_members(Member(1));
  EXPECT_THAT(elections_->IssueBallotTokens(Secretary(), issue), HasReason("X_TOKEN_USED"));
  ASSERT_THAT(elections_->CastBallot(Voter(), Ballot(name, tokens[1], {1})), IsOk());

  // What is asked again after the round was closed changes nothing, and a token of it opens no
  // other.
  ASSERT_THAT(Close(name), IsOk());
  EXPECT_THAT(elections_->CastBallot(Voter(), Ballot(name, tokens[2], {1})),
              HasReason("STATE_INVALID"));
  ASSERT_OK_AND_ASSIGN(const v1::Election decided, Decide(name));
  ASSERT_EQ(decided.state(), v1::ELECTION_STATE_SHORT);  // two votes of eleven elect nobody
  EXPECT_EQ(decided.rounds(0).returned(), 2);
  EXPECT_EQ(decided.rounds(0).issued(), 3);
  ASSERT_THAT(Open(name), IsOk());
  EXPECT_THAT(elections_->CastBallot(Voter(), Ballot(name, tokens[2], {1})),
              HasReason("X_TOKEN_UNKNOWN"));
  EXPECT_TRUE(Rows(kAllBallots).empty());
}

// The share of all pairs that stand in another order than they came in.
double Inversions(const std::vector<size_t>& places) {
  size_t inverted = 0;
  size_t pairs = 0;
  for (size_t i = 0; i < places.size(); ++i) {
    for (size_t j = i + 1; j < places.size(); ++j) {
      ++pairs;
      if (places[i] > places[j]) ++inverted;
    }
  }
  return static_cast<double>(inverted) / static_cast<double>(pairs);
}

TEST_F(ElectionServiceTest, NothingLeadsFromAVoterToABallot) {
  // The tables share nothing but the session, and neither knows a time.
  std::map<std::string, std::set<std::string>> columns;
  for (const ColumnRow& column : Rows(kColumns)) {
    columns[column.table].insert(column.name);
    EXPECT_TRUE(column.type == "bigint" || column.type == "varbinary" || column.type == "tinyint")
        << column.table << "." << column.name << " " << column.type;
  }
  EXPECT_EQ(columns["ballot"], (std::set<std::string>{"session_id", "id", "choice"}));
  EXPECT_EQ(columns["voter_token"],
            (std::set<std::string>{"session_id", "member_id", "token_hash", "received", "used"}));

  // Four elections of eleven ballots; every ballot is followed to its place among all rows.
  std::vector<size_t> places;
  for (int round = 0; round < 4; ++round) {
    const std::string name = OpenElectronic(11);
    const std::vector<std::string> tokens = Tokens(name, 11);
    std::vector<std::string> order;  // ids in the order of casting
    std::set<std::string> known;
    for (const BallotRow& row : Rows(kAllBallots)) known.insert(row.id);
    for (const std::string& token : tokens) {
      ASSERT_THAT(elections_->CastBallot(Voter(), Ballot(name, token, {1, 2})), IsOk());
      for (const BallotRow& row : Rows(kAllBallots)) {
        if (known.insert(row.id).second) order.push_back(row.id);
      }
    }
    ASSERT_EQ(order.size(), tokens.size());
    std::vector<std::string> sorted = order;
    std::sort(sorted.begin(), sorted.end());
    for (const std::string& id : order) {
      const auto place = std::find(sorted.begin(), sorted.end(), id) - sorted.begin();
      places.push_back(static_cast<size_t>(round) + 4 * static_cast<size_t>(place));
    }

    // Equal ballots look different, and all are of one length.
    std::set<std::string> choices;
    std::set<size_t> lengths;
    for (const BallotRow& row : Rows(kAllBallots)) {
      EXPECT_EQ(row.id.size(), 16u);
      choices.insert(row.choice);
      lengths.insert(row.choice.size());
    }
    EXPECT_EQ(choices.size(), Rows(kAllBallots).size());
    EXPECT_EQ(lengths.size(), 1u);

    // Counting lays them anew, and tokens open nothing any more.
    ASSERT_THAT(Close(name), IsOk());
    for (const BallotRow& row : Rows(kAllBallots)) EXPECT_FALSE(known.contains(row.id));
    for (const VoterTokenRow& row : Rows(kVoterTokens)) {
      EXPECT_FALSE(row.token_hash.has_value());
      EXPECT_TRUE(row.received && row.used);
    }
    ASSERT_THAT(Decide(name), IsOk());
  }
  // 44 random places: the share of inversions is half, within five times its standard deviation.
  EXPECT_GT(Inversions(places), 0.22);
  EXPECT_LT(Inversions(places), 0.78);
}

TEST_F(ElectionServiceTest, NeitherTheTrailNorARecordHoldsABallot) {
  const std::string name = OpenElectronic(11);
  const std::vector<std::string> tokens = Tokens(name, 2);
  ASSERT_THAT(elections_->CastBallot(As("member", kBranch, 21), Ballot(name, tokens[0], {1, 2})),
              IsOk());
  v1::CastBallotRequest other = Ballot(name, tokens[1], {3});
  other.add_votes_against(Member(1));
  ASSERT_THAT(elections_->CastBallot(As("member", kBranch, 22), other), IsOk());

  const std::vector<AuditRow> cast = Rows(kAudit, "/ronghe.meeting.v1.ElectionService/CastBallot");
  ASSERT_EQ(cast.size(), 2u);
  for (const AuditRow& row : cast) {
    EXPECT_EQ(row.subject, name);
    EXPECT_EQ(row.on_behalf_of, "-");
    EXPECT_EQ(row.peer, "-");
    EXPECT_EQ(row.resource, name);
    EXPECT_EQ(row.trace_id, std::string(32, '0'));
    EXPECT_EQ(row.detail.find("ballot cast in session "), 0u);
  }
  EXPECT_EQ(cast[0].detail, cast[1].detail);
  EXPECT_EQ(cast[0].request_digest, cast[1].request_digest) << "the digest knows no ballot";
  EXPECT_EQ(Rows(kRequestRecords, "%/CastBallot")[0].count, 0);
  EXPECT_EQ(Rows(kRequestRecords, "%/IssueBallotTokens")[0].count, 0);
  for (const VoterTokenRow& row : Rows(kVoterTokens)) {
    if (row.token_hash.has_value()) {
      EXPECT_EQ(row.token_hash->size(), 32u);
      EXPECT_TRUE(*row.token_hash != tokens[0] && *row.token_hash != tokens[1]);
    }
  }
  ASSERT_THAT(publisher_.PublishPending(Deadline()), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto events, database_->Read(Deadline(), [](sql::Session& session) {
    return event::EventsAfter(session, 0, 500);
  }));
  for (const auto& event : events) {
    EXPECT_EQ(event.type.find("election"), std::string::npos) << event.type;
  }
}

TEST_F(ElectionServiceTest, ARotationOfKeysSealsBallotsAgain) {
  const std::string name = OpenElectronic(11);
  for (const std::string& token : Tokens(name, 3)) {
    ASSERT_THAT(elections_->CastBallot(Voter(), Ballot(name, token, {1, 2, 3})), IsOk());
  }
  const auto tables = SealedTables();
  ASSERT_EQ(tables.size(), 1u);
  const rotation::SealedTable& table = *tables[0];
  std::set<std::string> positions;
  ASSERT_OK(database_->Transact(Deadline(), [&](sql::Session& session) -> absl::Status {
    positions.clear();
    std::string position;
    for (;;) {
      RONGHE_ASSIGN_OR_RETURN(const std::vector<rotation::SealedRow> rows,
                              table.After(session, position, 2));
      if (rows.empty()) return absl::OkStatus();
      for (const rotation::SealedRow& row : rows) {
        positions.insert(row.position);
        RONGHE_ASSIGN_OR_RETURN(const std::string plain,
                                cipher_.Decrypt(row.values[0].envelope, row.values[0].place));
        RONGHE_ASSIGN_OR_RETURN(const std::string sealed,
                                cipher_.Encrypt(plain, row.values[0].place));
        rotation::SealedRow after = row;
        after.values[0].envelope = sealed;
        RONGHE_ASSIGN_OR_RETURN(const bool replaced, table.Replace(session, row, after));
        EXPECT_TRUE(replaced);
        RONGHE_ASSIGN_OR_RETURN(const bool again, table.Replace(session, row, after));
        EXPECT_FALSE(again) << "somebody else was faster";
      }
      position = rows.back().position;
    }
  }));
  EXPECT_EQ(positions.size(), 3u);
  ASSERT_THAT(Close(name), IsOk());
  ASSERT_OK_AND_ASSIGN(const v1::Election election, Decide(name));
  EXPECT_EQ(election.rounds(0).candidates(0).votes_for(), 3);
}

TEST_F(ElectionServiceTest, X_10_ATieGoesToARunoffAndOpenSeatsAreReduced) {
  const v1::Meeting meeting = OpenMeeting(11);
  ASSERT_OK_AND_ASSIGN(
      v1::Election election,
      elections_->CreateElection(Secretary(), Committee(meeting, v1::ELECTION_MODE_PAPER)));
  const std::string name = election.name();
  ASSERT_THAT(FixRoll(name), IsOk());
  ASSERT_THAT(Open(name), IsOk());
  ASSERT_THAT(CloseOnPaper(name, 11, {{1, 9}, {2, 8}, {3, 7}, {4, 7}}), IsOk());
  ASSERT_OK_AND_ASSIGN(election, Decide(name));
  EXPECT_EQ(election.state(), v1::ELECTION_STATE_RUNOFF);
  EXPECT_EQ(election.elected_size(), 2);
  ASSERT_EQ(election.candidates_size(), 2);
  EXPECT_EQ(election.rounds(0).candidates(0).outcome(), v1::CANDIDATE_OUTCOME_TIED);
  v1::CancelElectionRequest cancel;
  cancel.set_name(name);
  EXPECT_THAT(elections_->CancelElection(Secretary(), cancel), HasReason("STATE_INVALID"));
  ASSERT_THAT(Open(name), IsOk());
  ASSERT_THAT(CloseOnPaper(name, 11, {{3, 5}, {4, 4}}), IsOk());
  ASSERT_OK_AND_ASSIGN(election, Decide(name));
  EXPECT_EQ(election.state(), v1::ELECTION_STATE_DECIDED);
  ASSERT_OK_AND_ASSIGN(const v1::ElectionResult result, Result(name));
  ASSERT_EQ(result.winners_size(), 3);
  EXPECT_EQ(result.winners(2).member(), Member(3));
  EXPECT_EQ(result.winners(2).round(), 2);

  ASSERT_OK_AND_ASSIGN(election, elections_->CreateElection(
                                     Secretary(), Committee(meeting, v1::ELECTION_MODE_PAPER)));
  ASSERT_THAT(FixRoll(election.name()), IsOk());
  ASSERT_THAT(Open(election.name()), IsOk());
  v1::ReduceSeatsRequest reduce;
  reduce.set_name(election.name());
  reduce.set_resolution(absl::StrCat(meeting.name(), "/motions/1"));
  EXPECT_THAT(elections_->ReduceSeats(Secretary(), reduce), HasReason("STATE_INVALID"));
  ASSERT_THAT(CloseOnPaper(election.name(), 11, {{1, 9}, {2, 8}, {3, 5}, {4, 4}}), IsOk());
  ASSERT_OK_AND_ASSIGN(election, Decide(election.name()));
  EXPECT_EQ(election.state(), v1::ELECTION_STATE_SHORT);
  reduce.set_resolution(absl::StrCat(meeting.name(), "/motions/9"));
  EXPECT_THAT(elections_->ReduceSeats(Secretary(), reduce), HasReason("X_RESOLUTION"));
  reduce.set_resolution(absl::StrCat(meeting.name(), "/motions/1"));
  ASSERT_OK_AND_ASSIGN(election, elections_->ReduceSeats(Secretary(), reduce));
  EXPECT_EQ(election.state(), v1::ELECTION_STATE_DECIDED);
  EXPECT_EQ(election.elected_size(), 2);
}

TEST_F(ElectionServiceTest, X_06_TheNewCommitteeElectsItsSecretary) {
  const v1::Meeting meeting = OpenMeeting(11);
  ASSERT_OK_AND_ASSIGN(
      const v1::Election committee,
      elections_->CreateElection(Secretary(), Committee(meeting, v1::ELECTION_MODE_PAPER)));
  v1::CreateElectionRequest create;
  create.set_parent(meeting.name());
  v1::Election& plan = *create.mutable_election();
  plan.set_office(v1::ELECTION_OFFICE_SECRETARY);
  plan.set_seats(1);
  plan.set_upper_approval("镇党委〔2026〕12号");
  plan.add_candidates()->set_member(Member(1));
  plan.add_tellers()->set_member(Member(2));
  plan.mutable_tellers(0)->set_duty(v1::TELLER_DUTY_SCRUTINEER);
  plan.mutable_tellers(0)->set_no_relative_standing(true);
  // Twelve members have a committee, so the general meeting does not elect the secretary itself.
  ASSERT_OK_AND_ASSIGN(const v1::Election direct, elections_->CreateElection(Secretary(), create));
  const auto refused = FixRoll(direct.name());
  EXPECT_THAT(refused, HasReason("X_MEETING_KIND"));
  EXPECT_EQ(error::MetadataValue(refused.status(), "rule_id"), "X-06");

  plan.set_committee_election(committee.name());
  ASSERT_OK_AND_ASSIGN(v1::Election election, elections_->CreateElection(Secretary(), create));
  EXPECT_THAT(FixRoll(election.name()), HasReason("X_COMMITTEE_ELECTION"));
  ASSERT_THAT(FixRoll(committee.name()), IsOk());
  ASSERT_THAT(Open(committee.name()), IsOk());
  ASSERT_THAT(CloseOnPaper(committee.name(), 11, {{1, 9}, {2, 8}, {3, 7}, {4, 2}}), IsOk());
  ASSERT_THAT(Decide(committee.name()), IsOk());
  ASSERT_OK_AND_ASSIGN(election, FixRoll(election.name()));
  EXPECT_EQ(election.roll(), 3);
  EXPECT_THAT(Open(election.name()), HasReason("FIELD_INVALID"));  // who is there?
  v1::OpenElectionRequest open;
  open.set_name(election.name());
  for (int i : {1, 2, 4}) open.add_present(Member(i));
  EXPECT_THAT(elections_->OpenElection(Secretary(), open), HasReason("X_NOT_PRESENT"));
  open.set_present(2, Member(3));
  ASSERT_THAT(elections_->OpenElection(Secretary(), open), IsOk());
  // Two ballots: decided, but no tally is shown.
  ASSERT_THAT(CloseOnPaper(election.name(), 2, {{1, 2}}), IsOk());
  ASSERT_OK_AND_ASSIGN(election, Decide(election.name()));
  EXPECT_EQ(election.state(), v1::ELECTION_STATE_DECIDED);
  EXPECT_FALSE(election.rounds(0).candidates(0).has_votes_for());
  ASSERT_OK_AND_ASSIGN(const v1::ElectionResult result, Result(election.name()));
  ASSERT_EQ(result.winners_size(), 1);
  EXPECT_EQ(result.winners(0).post_code(), "01");
  EXPECT_FALSE(result.winners(0).has_votes_for());
  EXPECT_FALSE(result.candidates(0).has_votes_for());
}

TEST_F(ElectionServiceTest, X_01_DelegatesMeetAndElectTheCommittee) {
  const std::string name = "committeeElections/3/delegation";
  const rpc::Outgoing worker = As("party_worker", kTown);
  v1::CreateMeetingRequest create;
  create.set_parent(absl::StrCat("organizations/", kTown));
  v1::Meeting& plan = *create.mutable_meeting();
  plan.add_kinds(v1::MEETING_KIND_DELEGATES);
  plan.set_title("党员代表大会");
  *plan.mutable_planned_at() = rpc::ToProto(At(kToday, 9));
  EXPECT_THAT(meetings_->CreateMeeting(worker, create), HasReason("FIELD_INVALID"));  // whose?
  plan.set_delegation(name);
  plan.add_kinds(v1::MEETING_KIND_GENERAL);
  EXPECT_THAT(meetings_->CreateMeeting(worker, create), HasReason("FIELD_INVALID"));
  plan.mutable_kinds()->RemoveLast();
  ASSERT_OK_AND_ASSIGN(v1::Meeting meeting, meetings_->CreateMeeting(worker, create));

  v1::OpenMeetingRequest open;
  open.set_name(meeting.name());
  *open.mutable_opened_at() = rpc::ToProto(At(kToday, 9));
  EXPECT_THAT(meetings_->OpenMeeting(worker, open), HasReason("NOT_FOUND"));
  Delegation& delegation = delegations_.known[name];
  delegation.organization_id = kSister;
  delegation.members = {1003, 1001, 1002, 2001, 1004};
  delegation.credentials_on = kToday;
  EXPECT_THAT(meetings_->OpenMeeting(worker, open), HasReason("X_DELEGATION"));
  delegation.organization_id = kTown;
  for (const std::optional<CivilDay>& found :
       {std::optional<CivilDay>(), std::optional<CivilDay>(kToday + 1)}) {
    delegation.credentials_on = found;
    const auto refused = meetings_->OpenMeeting(worker, open);
    EXPECT_THAT(refused, HasReason("X_DELEGATION"));
    EXPECT_EQ(error::MetadataValue(refused.status(), "rule_id"), "X-01");
  }
  delegation.credentials_on = kToday;
  ASSERT_OK_AND_ASSIGN(meeting, meetings_->OpenMeeting(worker, open));
  EXPECT_EQ(meeting.should_attend_voting(), 5);
  EXPECT_EQ(meeting.delegation(), name);
  v1::RecordAttendanceRequest attendance;
  attendance.set_name(open.name());
  for (int i : {1001, 1002, 1003, 1004}) {
    v1::Attendance& mark = *attendance.add_attendance();
    mark.set_member(absl::StrCat("members/", i));
    mark.set_presence(v1::PRESENCE_PRESENT);
  }
  ASSERT_THAT(meetings_->RecordAttendance(worker, attendance), IsOk());
  v1::SetMotionsRequest motions;
  motions.set_name(open.name());
  motions.add_motions()->set_text("通过监票人名单");
  motions.mutable_motions(0)->set_kind(v1::MOTION_KIND_GENERAL);
  motions.mutable_motions(0)->set_votes_for(4);
  ASSERT_THAT(meetings_->SetMotions(worker, motions), IsOk());

  // 2002 and 2003 are members below the town but no delegates; 1004 is the scrutineer.
  v1::CreateElectionRequest elect = Committee(meeting, v1::ELECTION_MODE_PAPER);
  elect.mutable_election()->clear_candidates();
  for (const int i : {1001, 1002, 2002, 2003}) {
    elect.mutable_election()->add_candidates()->set_member(absl::StrCat("members/", i));
  }
  elect.mutable_election()->mutable_tellers()->RemoveLast();
  elect.mutable_election()->mutable_tellers(0)->set_member("members/1004");
  ASSERT_OK_AND_ASSIGN(v1::Election election, elections_->CreateElection(worker, elect));
  EXPECT_EQ(election.delegation(), name);
  v1::FixRollRequest fix;
  fix.set_name(election.name());
  ASSERT_OK_AND_ASSIGN(election, elections_->FixRoll(worker, fix));
  EXPECT_EQ(election.roll(), 5);
  v1::OpenElectionRequest begin;
  begin.set_name(election.name());
  ASSERT_OK_AND_ASSIGN(election, elections_->OpenElection(worker, begin));
  EXPECT_EQ(election.rounds(0).present(), 4);
  EXPECT_EQ(election.rounds(0).required_present(), 4);

  v1::CloseElectionRequest close;
  close.set_name(election.name());
  v1::PaperCount& count = *close.mutable_count();
  count.set_issued(4);
  count.set_returned(4);
  for (const auto& [member, votes] :
       std::map<int, int>{{1001, 4}, {1002, 1}, {2002, 3}, {2003, 0}}) {
    v1::CandidateCount& item = *count.add_counts();
    item.set_member(absl::StrCat("members/", member));
    item.set_votes_for(votes);
    item.set_votes_against(4 - votes);
  }
  v1::CandidateCount& written_in = *count.add_counts();
  written_in.set_member("members/3001");  // belongs nowhere
  written_in.set_votes_for(3);
  EXPECT_THAT(elections_->CloseElection(worker, close), HasReason("X_CANDIDATE"));
  written_in.set_member("members/1012");
  ASSERT_THAT(elections_->CloseElection(worker, close), IsOk());
  v1::DecideElectionRequest decide;
  decide.set_name(election.name());
  ASSERT_OK_AND_ASSIGN(election, elections_->DecideElection(worker, decide));
  EXPECT_EQ(election.state(), v1::ELECTION_STATE_DECIDED);
  v1::GetElectionResultRequest get;
  get.set_name(election.name());
  ASSERT_OK_AND_ASSIGN(const v1::ElectionResult result, elections_->GetElectionResult(worker, get));
  EXPECT_EQ(result.delegation(), name);
  EXPECT_EQ(result.winners_size(), 3);
  EXPECT_EQ(result.roll(), 5);
}

TEST_F(ElectionServiceTest, X_01_ABranchElectsItsDelegates) {
  const v1::Meeting meeting = OpenMeeting(11);
  v1::CreateElectionRequest create = Committee(meeting, v1::ELECTION_MODE_PAPER);
  create.mutable_election()->set_office(v1::ELECTION_OFFICE_DELEGATE);
  create.mutable_election()->mutable_candidates()->RemoveLast();
  ASSERT_OK_AND_ASSIGN(v1::Election election, elections_->CreateElection(Secretary(), create));
  ASSERT_THAT(FixRoll(election.name()), IsOk());
  EXPECT_THAT(Open(election.name()), HasReason("X_CANDIDATE_COUNT"));  // X-05: three for three
  v1::SetCandidatesRequest set;
  set.set_name(election.name());
  for (int i : {3, 1, 4, 2}) set.add_candidates()->set_member(Member(i));
  EXPECT_THAT(elections_->SetCandidates(Secretary(), set), HasReason("X_DECLARATION"));  // of 2?
  *set.mutable_tellers() = create.election().tellers();
  ASSERT_THAT(elections_->SetCandidates(Secretary(), set), IsOk());
  ASSERT_THAT(Open(election.name()), IsOk());
  ASSERT_THAT(CloseOnPaper(election.name(), 11, {{1, 9}, {2, 8}, {3, 7}, {4, 2}}), IsOk());
  ASSERT_OK_AND_ASSIGN(election, Decide(election.name()));
  EXPECT_EQ(election.state(), v1::ELECTION_STATE_DECIDED);
  ASSERT_OK_AND_ASSIGN(const v1::ElectionResult result, Result(election.name()));
  EXPECT_EQ(result.office(), v1::ELECTION_OFFICE_DELEGATE);
  EXPECT_EQ(result.post_code(), "");
  ASSERT_EQ(result.winners_size(), 3);
  EXPECT_EQ(result.winners(0).post_code(), "");
  EXPECT_EQ(result.delegation(), "");
}

TEST_F(ElectionServiceTest, X_01_ACommitteeIsElectedByAllMembersBelow) {
  const rpc::Outgoing worker = As("party_worker", kTown);
  v1::CreateMeetingRequest create;
  create.set_parent(absl::StrCat("organizations/", kTown));
  create.mutable_meeting()->add_kinds(v1::MEETING_KIND_GENERAL);
  create.mutable_meeting()->set_title("党员大会");
  *create.mutable_meeting()->mutable_planned_at() = rpc::ToProto(At(kToday, 9));
  v1::OpenMeetingRequest open;
  ASSERT_OK_AND_ASSIGN(v1::Meeting meeting, meetings_->CreateMeeting(worker, create));
  open.set_name(meeting.name());
  *open.mutable_opened_at() = rpc::ToProto(At(kToday, 9));
  ASSERT_OK_AND_ASSIGN(meeting, meetings_->OpenMeeting(worker, open));
  EXPECT_EQ(meeting.should_attend_voting(), kMembers + kSisters);
  ASSERT_OK_AND_ASSIGN(
      const v1::Election election,
      elections_->CreateElection(worker, Committee(meeting, v1::ELECTION_MODE_PAPER)));
  v1::FixRollRequest fix;
  fix.set_name(election.name());
  ASSERT_OK_AND_ASSIGN(const v1::Election fixed, elections_->FixRoll(worker, fix));
  EXPECT_EQ(fixed.roll(), kMembers + kSisters);
  EXPECT_EQ(fixed.delegation(), "");

  // So many organizations don't meet in one place: delegates do.
  for (int i = 0; i < 256; ++i) Add(10000 + i, kTown, "631");
  create.set_request_id("");
  ASSERT_OK_AND_ASSIGN(meeting, meetings_->CreateMeeting(worker, create));
  open.set_name(meeting.name());
  const auto refused = meetings_->OpenMeeting(worker, open);
  EXPECT_THAT(refused, HasReason("B_ROLL_TOO_LARGE"));
  EXPECT_EQ(error::MetadataValue(refused.status(), "rule_id"), "X-01");
}

TEST_F(ElectionServiceTest, BadInputAndStrangersAreRefused) {
  const v1::Meeting meeting = OpenMeeting(11);
  v1::CreateElectionRequest create = Committee(meeting, v1::ELECTION_MODE_PAPER);
  EXPECT_THAT(elections_->CreateElection(As("branch_secretary", kSister), create),
              HasReason("SCOPE_DENIED"));
  EXPECT_THAT(elections_->CreateElection(As("leader", kTown), create),
              StatusIs(StatusCode::kPermissionDenied));
  create.mutable_election()->set_seats(0);
  EXPECT_THAT(elections_->CreateElection(Secretary(), create), HasReason("FIELD_INVALID"));
  create = Committee(meeting, v1::ELECTION_MODE_PAPER);
  create.mutable_election()->clear_office();
  EXPECT_THAT(elections_->CreateElection(Secretary(), create), HasReason("FIELD_INVALID"));
  create = Committee(meeting, v1::ELECTION_MODE_PAPER);
  create.mutable_election()->mutable_candidates(1)->set_member(Member(3));
  EXPECT_THAT(elections_->CreateElection(Secretary(), create), HasReason("X_CANDIDATE"));
  create = Committee(meeting, v1::ELECTION_MODE_PAPER);
  create.mutable_election()->set_committee_election("elections/12345");
  EXPECT_THAT(elections_->CreateElection(Secretary(), create), HasReason("ELECTION_NOT_FOUND"));
  create = Committee(meeting, v1::ELECTION_MODE_PAPER);
  create.set_parent("meetings/12345");
  EXPECT_THAT(elections_->CreateElection(Secretary(), create), HasReason("SCOPE_DENIED"));

  create = Committee(meeting, v1::ELECTION_MODE_PAPER);
  create.mutable_election()->set_teller_resolution("meetings/12345/motions/1");
  ASSERT_OK_AND_ASSIGN(v1::Election election, elections_->CreateElection(Secretary(), create));
  EXPECT_THAT(Open(election.name()), HasReason("STATE_INVALID"));  // the roll is not fixed
  ASSERT_OK_AND_ASSIGN(election, FixRoll(election.name()));
  EXPECT_THAT(Open(election.name()), HasReason("X_TELLER"));  // agreed to by no meeting
  v1::FixRollRequest fix;
  fix.set_name(election.name());
  fix.set_etag("99");
  EXPECT_THAT(elections_->FixRoll(Secretary(), fix), HasReason("ETAG_MISMATCH"));
  EXPECT_THAT(elections_->CastBallot(Voter(), Ballot(election.name(), "x", {1})),
              HasReason("STATE_INVALID"));
  v1::GetElectionRequest get;
  get.set_name("elections/12345");
  EXPECT_THAT(elections_->GetElection(Secretary(), get), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(elections_->GetElection(As("organization_department", 0), get),
              HasReason("ELECTION_NOT_FOUND"));
  v1::CancelElectionRequest cancel;
  cancel.set_name(election.name());
  ASSERT_OK_AND_ASSIGN(election, elections_->CancelElection(Secretary(), cancel));
  EXPECT_EQ(election.state(), v1::ELECTION_STATE_CANCELLED);

  v1::ListElectionsRequest list;
  list.set_parent(absl::StrCat("organizations/", kBranch));
  list.set_page_size(1);
  ASSERT_THAT(elections_->CreateElection(Secretary(), Committee(meeting, v1::ELECTION_MODE_PAPER)),
              IsOk());
  ASSERT_OK_AND_ASSIGN(const auto first, elections_->ListElections(Secretary(), list));
  ASSERT_EQ(first.elections_size(), 1);
  EXPECT_EQ(first.elections(0).state(), v1::ELECTION_STATE_DRAFT);
  EXPECT_EQ(first.elections(0).candidates_size(), 4);
  list.set_page_token(first.next_page_token());
  ASSERT_OK_AND_ASSIGN(const auto second, elections_->ListElections(Secretary(), list));
  ASSERT_EQ(second.elections_size(), 1);
  EXPECT_EQ(second.elections(0).name(), election.name());
  EXPECT_TRUE(second.next_page_token().empty());
  list.set_page_token("forged");
  EXPECT_THAT(elections_->ListElections(Secretary(), list), HasReason("PAGE_TOKEN_INVALID"));
}

TEST_F(ElectionServiceTest, MembershipLearnsWhoTookPartInOrganizationalLife) {
  const auto hold = [&](CivilDay day, v1::MeetingKind kind, int present, bool guest) {
    v1::CreateMeetingRequest create;
    create.set_parent(absl::StrCat("organizations/", kBranch));
    create.mutable_meeting()->add_kinds(kind);
    create.mutable_meeting()->set_title("会议");
    *create.mutable_meeting()->mutable_planned_at() = rpc::ToProto(At(day, 9));
    create.mutable_meeting()->set_place("党员活动室");
    create.mutable_meeting()->set_chair(Member(1));
    create.mutable_meeting()->set_recorder(Member(2));
    v1::SubmitMeetingRequest submit;
    submit.set_name(meetings_->CreateMeeting(Secretary(), create)->name());
    v1::MeetingRecord& record = *submit.mutable_record();
    *record.mutable_opened_at() = rpc::ToProto(At(day, 9));
    *record.mutable_closed_at() = rpc::ToProto(At(day, 11));
    Mark(present, record.mutable_attendance());
    record.mutable_attendance(11)->set_reason(v1::ABSENCE_REASON_CARE_EXEMPT);
    record.mutable_attendance(10)->set_approved_by(Member(1));
    record.mutable_attendance(9)->set_reason(v1::ABSENCE_REASON_UNEXCUSED);
    if (present > 9) record.mutable_attendance(9)->clear_reason();
    if (guest) {
      v1::Observer& observer = *record.add_observers();
      observer.set_name("李四");
      observer.set_member("members/2001");
    }
    EXPECT_OK(meetings_->SubmitMeeting(Secretary(), submit));
  };
  hold(CivilDay(2026, 9, 10), v1::MEETING_KIND_THEME_DAY, 9, false);
  hold(CivilDay(2026, 9, 20), v1::MEETING_KIND_GENERAL, 9, true);
  hold(CivilDay(2026, 10, 10), v1::MEETING_KIND_THEME_DAY, 10, false);
  hold(CivilDay(2026, 10, 12), v1::MEETING_KIND_READING, 9, false);  // no organizational life

  v1::ListAttendanceRequest request;
  request.add_organizations(absl::StrCat("organizations/", kBranch));
  request.add_organizations(absl::StrCat("organizations/", kSister));
  *request.mutable_first_month() = rpc::ToProto(CivilDay(2026, 9, 1));
  *request.mutable_last_month() = rpc::ToProto(CivilDay(2026, 11, 1));
  std::map<std::string, v1::MemberMonth> months;
  for (int size : {1, 4, 1000}) {
    request.set_page_size(size);
    request.clear_page_token();
    std::vector<std::string> keys;
    do {
      ASSERT_OK_AND_ASSIGN(const auto page,
                           attendance_->ListAttendance(server_->AsService("membership"), request));
      EXPECT_LE(page.months_size(), size);
      for (const v1::MemberMonth& month : page.months()) {
        keys.push_back(absl::StrCat(month.member(), "@", month.month().month()));
        months[keys.back()] = month;
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    EXPECT_EQ(keys.size(), 25u) << size;  // twelve members in two months, and the guest in one
    EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), keys.size());
  }
  EXPECT_TRUE(months["members/1001@9"].attended());
  EXPECT_EQ(months["members/1001@9"].meetings(), 2);
  EXPECT_FALSE(months["members/1010@9"].attended());
  EXPECT_FALSE(months["members/1010@9"].excused());  // 99
  EXPECT_TRUE(months["members/1010@10"].attended());
  EXPECT_EQ(months["members/1010@10"].meetings(), 1);
  EXPECT_TRUE(months["members/1011@9"].excused());
  EXPECT_EQ(months["members/1011@9"].reason(), v1::ABSENCE_REASON_PERSONAL);
  EXPECT_EQ(months["members/1011@9"].excused_meetings(), 2);
  EXPECT_TRUE(months["members/1012@10"].excused());
  EXPECT_EQ(months["members/1012@10"].reason(), v1::ABSENCE_REASON_CARE_EXEMPT);
  EXPECT_TRUE(months["members/2001@9"].attended());
  EXPECT_EQ(months["members/2001@9"].meetings(), 0);

  request.clear_page_token();
  EXPECT_THAT(attendance_->ListAttendance(As("organization_department", 0), request),
              StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(attendance_->ListAttendance(server_->AsService("evaluation"), request),
              StatusIs(StatusCode::kPermissionDenied));
  *request.mutable_last_month() = rpc::ToProto(CivilDay(2026, 8, 1));
  EXPECT_THAT(attendance_->ListAttendance(server_->AsService("membership"), request),
              HasReason("FIELD_INVALID"));
  *request.mutable_last_month() = rpc::ToProto(CivilDay(2028, 9, 1));
  EXPECT_THAT(attendance_->ListAttendance(server_->AsService("membership"), request),
              HasReason("FIELD_INVALID"));
}

}  // namespace
}  // namespace ronghe::meeting
