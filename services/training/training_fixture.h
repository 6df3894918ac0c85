// What does a test of the training service stand on? A membership feed with its own schema, the
// service's parts on another, as the user and with the grants of users.sql, and a server that calls
// them through the real pipeline.
#ifndef RONGHE_SERVICES_TRAINING_TRAINING_FIXTURE_H_
#define RONGHE_SERVICES_TRAINING_TRAINING_FIXTURE_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/event/event.h"
#include "common/event/feed.h"
#include "common/event/publisher.h"
#include "common/fact/feed.h"
#include "common/job/job_runner.h"
#include "common/org/projection.h"
#include "common/rpc/authenticator.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "common/sql/database.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "common/testing/test_server.h"
#include "gtest/gtest.h"
#include "services/training/api/certificate_api.h"
#include "services/training/api/fact_source.h"
#include "services/training/api/hour_account_api.h"
#include "services/training/api/members.h"
#include "services/training/api/session_api.h"
#include "services/training/jobs/account_keeper.h"
#include "services/training/rules.h"

namespace ronghe::training {

// Reads the caller from the bearer itself, "role/organization/account", so that the service's clock
// may stand anywhere; without one it is the training service.
class PlainCallers : public rpc::Authenticator {
 public:
  absl::StatusOr<std::shared_ptr<const auth::Principal>> Authenticate(
      const rpc::Credentials& credentials, absl::Time now) const override;
};

class TrainingTest : public ::testing::Test {
 protected:
  // The county 1 with the towns 2 and 3; branches 21, 22 below 2 and 31 below 3.
  TrainingTest();
  ~TrainingTest() override;

  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }
  absl::CivilDay Today() const { return base::ShanghaiDay(clock_.Now()); }
  void GoTo(absl::CivilDay day) { clock_.Set(base::ShanghaiMidnight(day) + absl::Hours(10)); }

  // Emits the event as membership does, under a new id and the present time.
  void Emit(event::Draft draft);
  // Membership emits these; Sync makes the service take them in.
  void EmitOrganization(int64_t id, int64_t parent, std::string kind);
  void EmitInterval(int64_t id, int64_t member, int64_t organization, std::string from,
                    std::string to = "", std::string standing = "10");
  void EmitPost(int64_t id, int64_t member, int64_t organization, std::string code,
                std::string from, std::string to = "");
  // Members first..first+count-1 of a branch since 2001.
  void AddMembers(int64_t organization, int64_t first, int count);
  void Sync();

  rpc::Outgoing As(std::string_view role, int64_t organization, int64_t account = 1) const;
  rpc::Outgoing Secretary(int64_t organization) const {
    return As("committee_secretary", organization);
  }

  static v1::SessionDay Day(absl::CivilDay day, v1::HourUnit unit, int32_t half_hours = 0);
  v1::CreateSessionRequest NewSession(int64_t organization, std::vector<v1::SessionDay> days,
                                      std::string request_id = "") const;
  v1::RecordAttendanceRequest Present(const std::string& session,
                                      const std::vector<int64_t>& members) const;
  v1::ConfirmAttendanceRequest Confirm(const std::string& session,
                                       std::string request_id = "") const;
  // A session of half_hours on today, attended by the members and confirmed.
  void Train(int64_t organization, const std::vector<int64_t>& members, int32_t half_hours);

  v1::HourAccount AccountOf(int64_t member, int year);
  v1::Coverage CoverageOf(int64_t organization, int year = 0);
  // Sums the accounts anew and compares them with the summaries kept: no difference may exist.
  void ExpectSummariesMatchAccounts();

  ronghe::testing::TestSchema membership_schema_;
  ronghe::testing::TestSchema schema_;
  std::unique_ptr<sql::Database> membership_database_;
  std::unique_ptr<sql::Database> database_;
  base::ManualClock clock_;
  base::IdGenerator ids_;
  rpc::PageTokens tokens_;
  PlainCallers callers_;
  event::Publisher membership_publisher_;
  event::FeedHandler membership_feed_;
  std::unique_ptr<ronghe::testing::TestServer> membership_server_;
  const RuleBook rules_;
  job::JobRunner jobs_;
  service::Writer writer_;
  org::Projection projection_;
  Members members_;
  AccountKeeper keeper_;
  SessionApi session_api_;
  HourAccountApi account_api_;
  CertificateApi certificate_api_;
  FactSource fact_source_;
  fact::FeedHandler fact_feed_;
  std::unique_ptr<ronghe::testing::TestServer> server_;
  std::unique_ptr<v1::SessionServiceClient> sessions_;
  std::unique_ptr<v1::HourAccountServiceClient> accounts_;
  std::unique_ptr<v1::CertificateServiceClient> certificates_;
  std::unique_ptr<fact::v1::FactFeedServiceClient> facts_;
};

}  // namespace ronghe::training

#endif  // RONGHE_SERVICES_TRAINING_TRAINING_FIXTURE_H_
