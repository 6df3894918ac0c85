// How does a service serve the fact feed without writing the walk, the tokens and the checks again?
//
// A service implements Source (its indicators, the figures of some branches, the records behind a
// figure); FeedHandler makes the FactFeed service of it: branches in tree order, at most 200 facts
// a message, resume tokens, evidence tokens, page tokens, bounded memory.
#ifndef RONGHE_COMMON_FACT_FEED_H_
#define RONGHE_COMMON_FACT_FEED_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/org/org_tree.h"
#include "common/rpc/page_token.h"
#include "ronghe/fact/v1/fact_feed.pb.h"
#include "ronghe/fact/v1/fact_feed.ronghe.h"

namespace ronghe::fact {

// The days from `start` up to and without `end`.
struct Period {
  absl::CivilDay start;
  absl::CivilDay end;

  friend bool operator==(const Period&, const Period&) = default;
};

// One figure. FeedHandler adds the evidence token.
struct Figure {
  int64_t organization = 0;
  std::string indicator;
  int64_t numerator = 0;
  int64_t denominator = 0;
};

// A page of the records behind a figure. `next` is the source's own cursor; empty at the end.
struct EvidencePage {
  std::vector<v1::EvidenceRecord> records;
  std::string next;
};

// What a fact was counted from, as its evidence token says it.
struct EvidenceQuery {
  std::string indicator;
  Period period;

  friend bool operator==(const EvidenceQuery&, const EvidenceQuery&) = default;
};

// "meeting.general_on_time|2026-07-01|2026-10-01" and back.
std::string FormatEvidence(const EvidenceQuery& query);
// Errors: INVALID_ARGUMENT EVIDENCE_INVALID.
absl::StatusOr<EvidenceQuery> ParseEvidence(std::string_view text);

// What a service knows. Called from several threads at once.
class Source {
 public:
  virtual ~Source() = default;

  // Every indicator of the service with the rule version in force on `day`.
  virtual std::vector<v1::Indicator> Indicators(absl::CivilDay day) const = 0;

  // The figures of `branches` (1 to 64 ids, in tree order) for those of `indicators` that the
  // service offers. The answer may be in any order and may leave a branch out.
  virtual absl::StatusOr<std::vector<Figure>> Figures(absl::Time deadline,
                                                      std::span<const int64_t> branches,
                                                      const Period& period,
                                                      std::span<const std::string> indicators) = 0;

  // Up to `limit` records behind the figure of `organization`, after `cursor` (empty: the first).
  virtual absl::StatusOr<EvidencePage> Evidence(absl::Time deadline, int64_t organization,
                                                const EvidenceQuery& query, int32_t limit,
                                                std::string_view cursor) = 0;
};

// Serves a Source as services/`name`. All references must outlive it.
class FeedHandler : public v1::FactFeedServiceHandler {
 public:
  FeedHandler(std::string source_name /* "services/meeting" */, Source& source,
              const org::OrgTree& tree, const rpc::PageTokens& tokens, const base::Clock& clock);

  // Errors: INVALID_ARGUMENT SOURCE_UNKNOWN, PERIOD_INVALID, INDICATOR_UNKNOWN,
  // RESUME_TOKEN_INVALID; NOT_FOUND for an organization that the service does not know.
  absl::Status StreamFacts(rpc::Call& call, const v1::StreamFactsRequest& request,
                           rpc::StreamWriter<v1::StreamFactsResponse>& out) override;
  // Errors: INVALID_ARGUMENT SOURCE_UNKNOWN, EVIDENCE_INVALID, PAGE_TOKEN_INVALID.
  absl::StatusOr<v1::ListEvidenceResponse> ListEvidence(
      rpc::Call& call, const v1::ListEvidenceRequest& request) override;
  // Errors: INVALID_ARGUMENT SOURCE_UNKNOWN.
  absl::StatusOr<v1::ListIndicatorsResponse> ListIndicators(
      rpc::Call& call, const v1::ListIndicatorsRequest& request) override;

 private:
  absl::Status CheckSource(std::string_view source) const;

  const std::string source_name_;
  Source& source_;
  const org::OrgTree& tree_;
  const rpc::PageTokens& tokens_;
  const base::Clock& clock_;
};

}  // namespace ronghe::fact

#endif  // RONGHE_COMMON_FACT_FEED_H_
