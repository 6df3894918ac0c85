#include "common/audit/watch.h"

#include <optional>
#include <utility>

#include "common/audit/chain.h"
#include "common/audit/search.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/log/log.h"

namespace ronghe::audit {
namespace {

constexpr absl::Duration kInterval = absl::Hours(24);
// Less than the interval: a restart does not check again what was checked today.
constexpr absl::Duration kFresh = absl::Hours(20);
constexpr absl::Duration kRunTimeout = absl::Hours(12);
// Rows younger than this may wait for the chainer.
constexpr absl::Duration kGrace = absl::Minutes(30);

}  // namespace

ChainWatch::ChainWatch(Parts parts, job::JobRunner* jobs) : parts_(std::move(parts)) {
  if (jobs == nullptr) return;
  jobs->Add(kVerifyMethod, kInterval, [this](job::JobContext& context) {
    return Run(context.DeadlineIn(kRunTimeout), [&context] { return !context.cancelled(); });
  });
}

absl::Status ChainWatch::Run(absl::Time deadline, absl::FunctionRef<bool()> go_on) {
  VerifyOptions options{.suite = parts_.suite};
  int64_t head_faults = 0;
  if (parts_.heads != nullptr) {
    const auto report = CheckHeads(parts_.heads->path(), parts_.heads->signer().verifier());
    if (!report.ok() && !absl::IsNotFound(report.status())) return report.status();
    if (report.ok()) {
      options = OptionsFrom(*report, parts_.suite);
      head_faults = static_cast<int64_t>(report->faults.size());
    }
  }
  const absl::Time now = parts_.clock.Now();
  RONGHE_ASSIGN_OR_RETURN(
      const std::optional<Verification> verification,
      parts_.database.Read(
          deadline, [&](sql::Session& session) -> absl::StatusOr<std::optional<Verification>> {
            RONGHE_ASSIGN_OR_RETURN(const std::optional<Entry> last,
                                    NewestOf(session, kVerifyMethod));
            RONGHE_ASSIGN_OR_RETURN(const Link head, LastLink(session));
            if (head.sequence == 0 && options.heads.empty()) return std::nullopt;
            if (last.has_value() && now - last->time < kFresh) return std::nullopt;
            return VerifyChain(session, options, now - kGrace,
                               [&go_on](int64_t, int64_t) { return go_on(); });
          }));
  if (!verification.has_value()) return absl::OkStatus();
  const bool sound = verification->ok() && head_faults == 0;
  const size_t findings = verification->findings.size();
  const Entry entry{.id = parts_.ids.Next(),
                    .time = now,
                    .subject = parts_.source,
                    .method = kVerifyMethod,
                    .result = sound ? "OK" : kChainBroken,
                    .detail = base::Cat("links=", verification->head.sequence,
                                        "; findings=", findings, "; head_faults=", head_faults)};
  if (!sound) {
    log::Error("audit_chain_broken",
               {{"findings", findings},
                {"head_faults", head_faults},
                {"first", findings == 0 ? "" : FaultName(verification->findings[0].fault)},
                {"sequence", findings == 0 ? 0 : verification->findings[0].sequence}});
  }
  return parts_.database.Transact(
      deadline, [&entry](sql::Session& session) { return Record(session, entry); });
}

}  // namespace ronghe::audit
