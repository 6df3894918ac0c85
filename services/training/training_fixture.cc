#include "services/training/training_fixture.h"

#include <fstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/rpc/convert.h"
#include "common/sql/statement.h"

namespace ronghe::training {
namespace {

constexpr char kKey[] = "0123456789abcdef0123456789abcdef";

struct SumRow {
  int64_t organization_id;
  int64_t members;
  int64_t exempt;
  int64_t due;
  int64_t reached;
  int64_t covered;
  int64_t missing;
};
const sql::Query<SumRow> kSums(
    "training_fixture.sums",
    "SELECT organization_id, COUNT(*), COUNT(CASE WHEN exemption <> '' THEN 1 END), "
    "COUNT(CASE WHEN exemption = '' THEN 1 END), "
    "COUNT(CASE WHEN exemption = '' AND credited >= required THEN 1 END), "
    "COUNT(CASE WHEN exemption = '' AND credits > 0 THEN 1 END), "
    "COALESCE(SUM(CASE WHEN exemption = '' AND credited < required THEN required - credited "
    "ELSE 0 END), 0) FROM hour_account WHERE organization_id <> 0 AND year = ? "
    "GROUP BY organization_id ORDER BY organization_id");
const sql::Query<SumRow> kKept(
    "training_fixture.kept",
    "SELECT organization_id, members, exempt, due, reached, covered, missing_half_hours "
    "FROM hour_summary WHERE year = ? AND members <> 0 ORDER BY organization_id");

// The service's own user on the schema, with what users.sql grants and nothing else.
sql::Options AsService(const ronghe::testing::TestSchema& schema) {
  const std::string user = "'ronghe_training_rw'@'127.0.0.1'";
  ronghe::testing::MariaDb& server = ronghe::testing::SharedMariaDb();
  EXPECT_OK(server.Admin("CREATE USER IF NOT EXISTS " + user));
  std::ifstream grants("services/training/migrations/users.sql");
  int granted = 0;
  for (std::string line; std::getline(grants, line);) {
    if (!absl::EndsWith(line, base::Cat(" TO ", user, ";"))) continue;
    EXPECT_OK(server.Admin(absl::StrReplaceAll(
        line, {{" ON ", absl::StrCat(" ON ", schema.name(), ".")}, {";", ""}})));
    ++granted;
  }
  EXPECT_GT(granted, 0);
  sql::Options options = schema.options();
  options.host = "127.0.0.1";
  options.port = server.port();
  options.user = "ronghe_training_rw";
  options.password.clear();
  return options;
}

std::unique_ptr<sql::Database> Open(const sql::Options& options) {
  absl::StatusOr<std::unique_ptr<sql::Database>> database = sql::Database::Open(options);
  EXPECT_OK(database);
  return *std::move(database);
}

RuleBook Rules() {
  absl::StatusOr<RuleBook> book = LoadRuleBook("services/training/domain/rules");
  EXPECT_OK(book);
  return *std::move(book);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const auth::Principal>> PlainCallers::Authenticate(
    const rpc::Credentials& credentials, absl::Time) const {
  if (credentials.bearer.empty()) {
    return std::make_shared<const auth::Principal>(auth::Principal{
        auth::Principal::Kind::kService, "services/training", {{"service_training", 0}}, ""});
  }
  const std::vector<std::string> parts = absl::StrSplit(base::Sv(credentials.bearer), '/');
  int64_t organization = 0;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[1], &organization)) {
    return absl::UnauthenticatedError("no such caller");
  }
  const bool service = parts[0].starts_with("service_");
  return std::make_shared<const auth::Principal>(
      auth::Principal{service ? auth::Principal::Kind::kService : auth::Principal::Kind::kPerson,
                      absl::StrCat("accounts/", parts[2]),
                      {{parts[0], organization}},
                      "session"});
}

TrainingTest::TrainingTest()
    : membership_schema_(ronghe::testing::SharedMariaDb().NewSchema({"common/sql/migrations"})),
      schema_(ronghe::testing::SharedMariaDb().NewSchema(
          {"common/sql/migrations", "services/training/migrations"})),
      membership_database_(Open(membership_schema_.options())),
      database_(Open(AsService(schema_))),
      clock_(base::ShanghaiMidnight(absl::CivilDay(2026, 8, 3)) + absl::Hours(10)),
      ids_(1),
      tokens_(kKey),
      membership_publisher_(*membership_database_, nullptr, base::Clock::Real(),
                            "services/membership"),
      membership_feed_(*membership_database_, membership_publisher_, tokens_),
      membership_server_([this] {
        ronghe::testing::TestServer::Options options;
        options.authenticator = &callers_;
        return std::make_unique<ronghe::testing::TestServer>(
            std::vector<rpc::ServiceTable>{event::v1::EventFeedServiceTable(membership_feed_)},
            options);
      }()),
      rules_(Rules()),
      jobs_(*database_, clock_, "test"),
      writer_(*database_, ids_, [] {}),
      projection_(*database_, membership_server_->channel()),
      members_(*database_, projection_.tree(), projection_),
      keeper_(*database_, ids_, clock_, rules_, jobs_, membership_server_->channel()),
      session_api_(writer_, members_, rules_, tokens_),
      account_api_(writer_, members_, rules_, tokens_),
      certificate_api_(writer_, members_, rules_),
      fact_source_(*database_, rules_),
      fact_feed_("services/training", fact_source_, projection_.tree(), tokens_, clock_) {
  ronghe::testing::TestServer::Options options;
  options.authenticator = &callers_;
  options.scope = &projection_;
  options.clock = &clock_;
  std::vector<rpc::ServiceTable> tables;
  tables.push_back(v1::SessionServiceTable(session_api_));
  tables.push_back(v1::HourAccountServiceTable(account_api_));
  tables.push_back(v1::CertificateServiceTable(certificate_api_));
  tables.push_back(fact::v1::FactFeedServiceTable(fact_feed_));
  server_ = std::make_unique<ronghe::testing::TestServer>(std::move(tables), options);
  sessions_ = std::make_unique<v1::SessionServiceClient>(server_->channel());
  accounts_ = std::make_unique<v1::HourAccountServiceClient>(server_->channel());
  certificates_ = std::make_unique<v1::CertificateServiceClient>(server_->channel());
  facts_ = std::make_unique<fact::v1::FactFeedServiceClient>(server_->channel());
  EmitOrganization(1, 0, "611");
  EmitOrganization(2, 1, "611");
  EmitOrganization(3, 1, "611");
  EmitOrganization(21, 2, "631");
  EmitOrganization(22, 2, "631");
  EmitOrganization(31, 3, "631");
  EXPECT_OK(projection_.Start());
  Sync();
}

TrainingTest::~TrainingTest() {
  keeper_.Stop();
  projection_.Stop();
}

void TrainingTest::Emit(event::Draft draft) {
  draft.id = ids_.Next();
  draft.time = absl::Now();
  EXPECT_OK(membership_database_->Transact(
      Soon(), [&](sql::Session& session) { return event::Emit(session, draft); }));
}

void TrainingTest::EmitOrganization(int64_t id, int64_t parent, std::string kind) {
  event::Draft draft;
  draft.type = "ronghe.membership.organization.changed";
  draft.subject = base::Name("organizations", id);
  draft.organization_id = id;
  draft.data = {
      {"organization", absl::StrCat(id)}, {"parent", parent == 0 ? "" : absl::StrCat(parent)},
      {"kind", std::move(kind)},          {"name", absl::StrCat("组织", id)},
      {"code", absl::StrCat("C", id)},    {"sort", absl::StrCat(id)},
      {"founded_on", "2001-01-01"},       {"revoked_on", ""}};
  Emit(std::move(draft));
}

void TrainingTest::EmitInterval(int64_t id, int64_t member, int64_t organization, std::string from,
                                std::string to, std::string standing) {
  event::Draft draft;
  draft.type = "ronghe.membership.interval.changed";
  draft.subject = base::Name("members", member);
  draft.organization_id = organization;
  draft.data = {{"interval", absl::StrCat(id)},
                {"member", absl::StrCat(member)},
                {"organization", absl::StrCat(organization)},
                {"category", "1"},
                {"standing", std::move(standing)},
                {"voting", "1"},
                {"valid_from", std::move(from)},
                {"valid_to", std::move(to)}};
  Emit(std::move(draft));
}

void TrainingTest::EmitPost(int64_t id, int64_t member, int64_t organization, std::string code,
                            std::string from, std::string to) {
  event::Draft draft;
  draft.type = "ronghe.membership.post.changed";
  draft.subject = base::Name("members", member);
  draft.organization_id = organization;
  draft.data = {{"post", absl::StrCat(id)},
                {"member", absl::StrCat(member)},
                {"organization", absl::StrCat(organization)},
                {"post_code", std::move(code)},
                {"valid_from", std::move(from)},
                {"valid_to", std::move(to)}};
  Emit(std::move(draft));
}

void TrainingTest::AddMembers(int64_t organization, int64_t first, int count) {
  for (int i = 0; i < count; ++i) EmitInterval(first + i, first + i, organization, "2001-07-01");
}

void TrainingTest::Sync() {
  projection_.CatchUp(Soon());
  ASSERT_OK(keeper_.CatchUp(Soon()));
  ASSERT_OK(keeper_.Keep(Soon()));
}

rpc::Outgoing TrainingTest::As(std::string_view role, int64_t organization, int64_t account) const {
  rpc::Outgoing out = rpc::Outgoing::Background(absl::Seconds(20));
  out.bearer = absl::StrCat(base::Sv(role), "/", organization, "/", account);
  return out;
}

v1::SessionDay TrainingTest::Day(absl::CivilDay day, v1::HourUnit unit, int32_t half_hours) {
  v1::SessionDay item;
  *item.mutable_date() = rpc::ToProto(day);
  item.set_unit(unit);
  item.set_half_hours(half_hours);
  return item;
}

v1::CreateSessionRequest TrainingTest::NewSession(int64_t organization,
                                                  std::vector<v1::SessionDay> days,
                                                  std::string request_id) const {
  v1::CreateSessionRequest request;
  request.set_parent(base::Name("organizations", organization));
  request.set_request_id(std::move(request_id));
  request.mutable_session()->set_title("党章专题学习");
  request.mutable_session()->set_form("07");
  request.mutable_session()->set_place("党员活动室");
  for (v1::SessionDay& day : days) *request.mutable_session()->add_days() = std::move(day);
  return request;
}

v1::RecordAttendanceRequest TrainingTest::Present(const std::string& session,
                                                  const std::vector<int64_t>& members) const {
  v1::RecordAttendanceRequest request;
  request.set_name(session);
  for (const int64_t member : members) {
    v1::Attendance& attendance = *request.add_attendances();
    attendance.set_member(base::Name("members", member));
    attendance.set_state(v1::ATTENDANCE_STATE_PRESENT);
  }
  return request;
}

v1::ConfirmAttendanceRequest TrainingTest::Confirm(const std::string& session,
                                                   std::string request_id) const {
  v1::ConfirmAttendanceRequest request;
  request.set_name(session);
  request.set_request_id(std::move(request_id));
  return request;
}

void TrainingTest::Train(int64_t organization, const std::vector<int64_t>& members,
                         int32_t half_hours) {
  ASSERT_OK_AND_ASSIGN(
      const v1::Session session,
      sessions_->CreateSession(
          Secretary(organization),
          NewSession(organization, {Day(Today(), v1::HOUR_UNIT_HOUR, half_hours)})));
  ASSERT_OK(sessions_->RecordAttendance(Secretary(organization), Present(session.name(), members)));
  ASSERT_OK(sessions_->ConfirmAttendance(Secretary(organization), Confirm(session.name())));
}

v1::HourAccount TrainingTest::AccountOf(int64_t member, int year) {
  v1::GetHourAccountRequest request;
  request.set_name(absl::StrCat("members/", member, "/hourAccounts/", year));
  absl::StatusOr<v1::HourAccount> account = accounts_->GetHourAccount(Secretary(1), request);
  EXPECT_OK(account);
  return account.ok() ? *std::move(account) : v1::HourAccount();
}

v1::Coverage TrainingTest::CoverageOf(int64_t organization, int year) {
  v1::GetCoverageRequest request;
  request.set_organization(base::Name("organizations", organization));
  request.set_year(year);
  absl::StatusOr<v1::Coverage> coverage = accounts_->GetCoverage(Secretary(1), request);
  EXPECT_OK(coverage);
  return coverage.ok() ? *std::move(coverage) : v1::Coverage();
}

void TrainingTest::ExpectSummariesMatchAccounts() {
  for (int year = 2025; year <= 2027; ++year) {
    const auto sums = database_->Read(
        Soon(), [year](sql::Session& session) { return session.Select(kSums, year); });
    const auto kept = database_->Read(
        Soon(), [year](sql::Session& session) { return session.Select(kKept, year); });
    ASSERT_OK(sums);
    ASSERT_OK(kept);
    ASSERT_EQ(sums->size(), kept->size()) << year;
    for (size_t i = 0; i < sums->size(); ++i) {
      const SumRow& a = (*sums)[i];
      const SumRow& b = (*kept)[i];
      EXPECT_EQ(a.organization_id, b.organization_id);
      EXPECT_EQ(a.members, b.members);
      EXPECT_EQ(a.exempt, b.exempt);
      EXPECT_EQ(a.due, b.due);
      EXPECT_EQ(a.reached, b.reached);
      EXPECT_EQ(a.covered, b.covered);
      EXPECT_EQ(a.missing, b.missing);
    }
  }
}

}  // namespace ronghe::training
