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

// Nothing where there is nothing to check, or it was checked not long ago.
absl::StatusOr<std::optional<Verification>> VerifyDue(sql::Session& session,
                                                      const VerifyOptions& options, absl::Time now,
                                                      absl::FunctionRef<bool()> go_on) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<Entry> last, NewestOf(session, kVerifyMethod));
  RONGHE_ASSIGN_OR_RETURN(const Link head, LastLink(session));
  if (head.sequence == 0 && options.heads.empty()) return std::nullopt;
  if (last.has_value() && now - last->time < kFresh) return std::nullopt;
  return VerifyChain(session, options, now - kGrace,
                     [&go_on](int64_t, int64_t) { return go_on(); });
}

}  // namespace

ChainWatch::ChainWatch(Parts parts, job::JobRunner* jobs) : parts_(std::move(parts)) {
  if (jobs == nullptr) return;
  jobs->Add(kVerifyMethod, kInterval, [this](job::JobContext& context) {
    return Run(context.DeadlineIn(kRunTimeout), [&context] { return !context.cancelled(); });
  });
}

absl::StatusOr<HeadsReport> ChainWatch::Heads() const {
  if (parts_.heads == nullptr) return HeadsReport{};
  absl::StatusOr<HeadsReport> report =
      CheckHeads(parts_.heads->path(), parts_.heads->signer().verifier());
  // There is no file before the first head.
  if (absl::IsNotFound(report.status())) return HeadsReport{};
  return report;
}

absl::Status ChainWatch::Keep(const Verification& verification, size_t head_faults, absl::Time now,
                              absl::Time deadline) {
  const bool sound = verification.ok() && head_faults == 0;
  const size_t findings = verification.findings.size();
  if (!sound) {
    log::Error("audit_chain_broken",
               {{"findings", findings},
                {"head_faults", head_faults},
                {"first", findings == 0 ? "" : FaultName(verification.findings[0].fault)},
                {"sequence", findings == 0 ? 0 : verification.findings[0].sequence}});
  }
  const Entry entry{.id = parts_.ids.Next(),
                    .time = now,
                    .subject = parts_.source,
                    .method = kVerifyMethod,
                    .result = sound ? "OK" : kChainBroken,
                    .detail = base::Cat("links=", verification.head.sequence,
                                        "; findings=", findings, "; head_faults=", head_faults)};
  return parts_.database.Transact(
      deadline, [&entry](sql::Session& session) { return Record(session, entry); });
}

absl::Status ChainWatch::Run(absl::Time deadline, absl::FunctionRef<bool()> go_on) {
  RONGHE_ASSIGN_OR_RETURN(const HeadsReport heads, Heads());
  const VerifyOptions options = OptionsFrom(heads, parts_.suite);
  const absl::Time now = parts_.clock.Now();
  RONGHE_ASSIGN_OR_RETURN(const std::optional<Verification> verification,
                          parts_.database.Read(deadline, [&](sql::Session& session) {
                            return VerifyDue(session, options, now, go_on);
                          }));
  if (!verification.has_value()) return absl::OkStatus();
  return Keep(*verification, heads.faults.size(), now, deadline);
}

}  // namespace ronghe::audit
