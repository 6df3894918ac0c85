#include "services/meeting/app.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/field_cipher.h"
#include "common/event/publisher.h"
#include "common/fact/feed.h"
#include "common/rotation/key_rotation.h"
#include "ronghe/fact/v1/fact_feed.ronghe.h"
#include "ronghe/meeting/v1/attendance.ronghe.h"
#include "ronghe/meeting/v1/duty.ronghe.h"
#include "ronghe/meeting/v1/election.ronghe.h"
#include "ronghe/meeting/v1/meeting.ronghe.h"
#include "services/meeting/api/attendance_api.h"
#include "services/meeting/api/delegation_reader.h"
#include "services/meeting/api/duties_api.h"
#include "services/meeting/api/elections_api.h"
#include "services/meeting/api/facts_api.h"
#include "services/meeting/api/meetings_api.h"
#include "services/meeting/jobs/board_follower.h"
#include "services/meeting/jobs/duty_calendar.h"
#include "services/meeting/rules.h"
#include "services/meeting/store/duty_board.h"
#include "services/meeting/store/sealed_tables.h"

namespace ronghe::meeting {
namespace {

constexpr char kCalendarJob[] = "meeting.duty_calendar";
constexpr int kDefaultLookbackDays = 400;
constexpr int kDefaultIntervalSeconds = 10;

absl::StatusOr<absl::CivilDay> CalendarStart(const config::v1::Config& config) {
  absl::StatusOr<absl::CivilDay> day = base::ParseDay(config.calendar_start());
  if (!day.ok()) {
    return absl::InvalidArgumentError(
        base::Cat("calendar_start is no day: \"", config.calendar_start(), "\""));
  }
  return *day;
}

class MeetingApp : public service::App {
 public:
  MeetingApp(RuleSets rules, absl::CivilDay calendar_start, const config::v1::Config& config,
             std::shared_ptr<rpc::Channel> membership, service::Runtime& runtime,
             org::Projection& projection)
      : rules_(std::move(rules)),
        board_(runtime.database(), projection.tree()),
        calendar_(runtime.database(), projection.tree(), rules_, board_, runtime.ids(),
                  runtime.clock(), runtime.metrics(),
                  {.start = calendar_start,
                   .lookback_days =
                       config.lookback_days() > 0 ? config.lookback_days() : kDefaultLookbackDays},
                  [&runtime] { runtime.publisher()->Nudge(); }),
        follower_(runtime.database(), *runtime.publisher(), projection.tree(), board_, calendar_,
                  base::Clock::Real()),
        delegations_(MakeDelegationReader(std::move(membership))),
        meetings_(runtime.writer(), projection.tree(), projection, rules_, board_,
                  runtime.page_tokens(), runtime.metrics(), *delegations_, calendar_start),
        duties_(runtime.database(), projection.tree(), rules_, board_, runtime.page_tokens(),
                calendar_start),
        fields_(*runtime.keys()),
        elections_(runtime.writer(), projection.tree(), rules_, fields_, runtime.page_tokens()),
        attendance_(runtime.database(), rules_, runtime.page_tokens()),
        facts_(runtime.database(), projection.tree(), rules_),
        fact_feed_(runtime.source(), facts_, projection.tree(), runtime.page_tokens(),
                   runtime.clock()) {
    for (auto& table : SealedTables()) runtime.rotation()->Add(std::move(table));
    const int seconds =
        config.calendar_interval_s() > 0 ? config.calendar_interval_s() : kDefaultIntervalSeconds;
    runtime.jobs().Add(kCalendarJob, absl::Seconds(seconds), [this](job::JobContext& context) {
      return calendar_
          .Run([&context](sql::Session& session) { return context.CheckLease(session); },
               [&context] { return context.cancelled(); })
          .status();
    });
  }

  std::vector<rpc::ServiceTable> Tables() override {
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::MeetingServiceTable(meetings_));
    tables.push_back(v1::DutyServiceTable(duties_));
    tables.push_back(v1::ElectionServiceTable(elections_));
    tables.push_back(v1::AttendanceServiceTable(attendance_));
    tables.push_back(fact::v1::FactFeedServiceTable(fact_feed_));
    return tables;
  }

  absl::Status Start() override { return follower_.Start(); }
  void Stop() override { follower_.Stop(); }

  BoardFollower& follower() { return follower_; }

 private:
  const RuleSets rules_;
  DutyBoard board_;
  DutyCalendar calendar_;
  BoardFollower follower_;
  const std::unique_ptr<DelegationReader> delegations_;
  MeetingsApi meetings_;
  DutiesApi duties_;
  const crypto::FieldCipher fields_;
  ElectionsApi elections_;
  AttendanceApi attendance_;
  FactsApi facts_;
  fact::FeedHandler fact_feed_;
};

}  // namespace

absl::Status CheckConfig(const config::v1::Config& config) {
  RONGHE_RETURN_IF_ERROR(CalendarStart(config).status());
  if (config.common().membership().target().empty()) {
    return absl::InvalidArgumentError("common.membership is not set");
  }
  if (config.common().keys().field_keyring_file().empty()) {
    return absl::InvalidArgumentError("common.keys.field_keyring_file is not set");
  }
  return LoadRuleSets(config.rules_dir()).status();
}

absl::StatusOr<std::unique_ptr<service::App>> MakeApp(const config::v1::Config& config,
                                                      service::Runtime& runtime) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay calendar_start, CalendarStart(config));
  RONGHE_ASSIGN_OR_RETURN(RuleSets rules, LoadRuleSets(config.rules_dir(), &runtime.rule_sets()));
  // The projection tells the app about changes, and the app needs the projection's tree.
  auto follower = std::make_shared<BoardFollower*>(nullptr);
  RONGHE_ASSIGN_OR_RETURN(
      org::Projection* const projection,
      runtime.MakeProjection([follower](std::span<const event::v1::Event> events) {
        if (*follower != nullptr) (*follower)->OnMembership(events);
      }));
  RONGHE_ASSIGN_OR_RETURN(std::shared_ptr<rpc::Channel> membership, runtime.ConnectMembership());
  auto app = std::make_unique<MeetingApp>(std::move(rules), calendar_start, config,
                                          std::move(membership), runtime, *projection);
  *follower = &app->follower();
  return app;
}

}  // namespace ronghe::meeting
