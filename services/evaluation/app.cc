#include "services/evaluation/app.h"

#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "services/evaluation/api/rounds_api.h"
#include "services/evaluation/api/schemes_api.h"
#include "services/evaluation/api/scores_api.h"
#include "services/evaluation/jobs/round_job.h"

namespace ronghe::evaluation {
namespace {

constexpr int kDefaultInterval = 5;  // seconds

class EvaluationApp : public service::App {
 public:
  EvaluationApp(const v1::Config& config, service::Runtime& runtime, org::Projection& projection,
                FactSources sources)
      : round_job_(projection.tree(), sources, &rpc::Outgoing::Background,
                   [&projection](absl::Time deadline) { projection.CatchUp(deadline); }),
        schemes_(runtime.writer(), runtime.page_tokens()),
        rounds_(runtime.writer(), projection.tree(), runtime.page_tokens(),
                [&runtime] { runtime.jobs().Nudge(kRoundJob); }),
        scores_(runtime.database(), runtime.page_tokens(), std::move(sources)) {
    const int interval =
        config.round_interval_seconds() > 0 ? config.round_interval_seconds() : kDefaultInterval;
    round_job_.AddTo(runtime.jobs(), absl::Seconds(interval));
  }

  std::vector<rpc::ServiceTable> Tables() override {
    return {v1::SchemeServiceTable(schemes_), v1::RoundServiceTable(rounds_),
            v1::ScoreServiceTable(scores_)};
  }

 private:
  RoundJob round_job_;
  SchemesApi schemes_;
  RoundsApi rounds_;
  ScoresApi scores_;
};

absl::Status PeerMissing(const char* field) {
  return error::Make(absl::StatusCode::kInvalidArgument, "CONFIG_INVALID", "配置缺少数据来源服务",
                     {{"field", field}});
}

}  // namespace

absl::Status CheckConfig(const v1::Config& config) {
  if (config.common().membership().target().empty()) return PeerMissing("common.membership");
  if (config.meeting().target().empty()) return PeerMissing("meeting");
  if (config.training().target().empty()) return PeerMissing("training");
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<service::App>> MakeApp(const v1::Config& config,
                                                      service::Runtime& runtime) {
  RONGHE_ASSIGN_OR_RETURN(org::Projection* const projection, runtime.MakeProjection());
  FactSources sources;
  RONGHE_ASSIGN_OR_RETURN(sources["services/membership"], runtime.ConnectMembership());
  RONGHE_ASSIGN_OR_RETURN(sources["services/meeting"], runtime.Connect(config.meeting()));
  RONGHE_ASSIGN_OR_RETURN(sources["services/training"], runtime.Connect(config.training()));
  return std::make_unique<EvaluationApp>(config, runtime, *projection, std::move(sources));
}

}  // namespace ronghe::evaluation
