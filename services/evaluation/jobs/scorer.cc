#include "services/evaluation/jobs/scorer.h"

#include <map>
#include <span>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "common/base/status_macros.h"
#include "common/crypto/bytes.h"
#include "services/evaluation/domain/scoring.h"
#include "services/evaluation/jobs/collector.h"
#include "services/evaluation/store/score_store.h"

namespace ronghe::evaluation {
namespace {

constexpr int64_t kPage = 256;
constexpr int64_t kDigestPage = 2000;
constexpr absl::Duration kStep = absl::Seconds(30);

void PutInt(std::string* out, int64_t value) {
  for (int shift = 0; shift < 64; shift += 8) {
    out->push_back(static_cast<char>((static_cast<uint64_t>(value) >> shift) & 0xff));
  }
}

void PutText(std::string* out, std::string_view text) {
  PutInt(out, static_cast<int64_t>(text.size()));
  out->append(text);
}

struct Scored {
  RoundOrganizationRow organization;
  OrganizationScore score;
};

// Scores the organizations of the round page by page in tree order.
absl::Status ForEachScored(job::JobContext& context, const Scheme& scheme, int64_t round_id,
                           absl::FunctionRef<absl::Status(std::vector<Scored>)> visit) {
  for (int64_t after = -1;;) {
    if (context.cancelled()) return absl::CancelledError("the job ends");
    std::vector<Scored> page;
    bool last = false;
    RONGHE_RETURN_IF_ERROR(context.database().Read(
        context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
          page.clear();
          int64_t position = after;
          RONGHE_ASSIGN_OR_RETURN(std::vector<RoundOrganizationRow> rows,
                                  round_store::Organizations(session, round_id, position, kPage));
          last = static_cast<int64_t>(rows.size()) < kPage;
          std::vector<int64_t> ids;
          std::map<int64_t, Figures> figures;
          for (const RoundOrganizationRow& row : rows) {
            position = row.position;
            if (!row.peer_class.empty()) ids.push_back(row.organization_id);
          }
          RONGHE_ASSIGN_OR_RETURN(std::vector<RoundFactRow> facts,
                                  round_store::FactsOf(session, round_id, ids));
          for (RoundFactRow& fact : facts) {
            figures[fact.organization_id].facts[std::move(fact.indicator)] = {
                fact.numerator, fact.denominator, std::move(fact.evidence)};
          }
          RONGHE_ASSIGN_OR_RETURN(std::vector<RoundMarkRow> marks,
                                  round_store::MarksOf(session, round_id, ids));
          for (RoundMarkRow& mark : marks) {
            figures[mark.organization_id].marks[std::move(mark.item)] = {mark.points,
                                                                         std::move(mark.basis)};
          }
          for (RoundOrganizationRow& row : rows) {
            if (row.peer_class.empty()) continue;
            OrganizationScore score = ScoreOrganization(scheme, figures[row.organization_id]);
            page.push_back({std::move(row), std::move(score)});
          }
          after = position;
          return absl::OkStatus();
        }));
    if (!page.empty()) RONGHE_RETURN_IF_ERROR(visit(std::move(page)));
    if (last) return absl::OkStatus();
  }
}

}  // namespace

void DigestChain::Add(std::string_view record) {
  value_.append(record);
  value_ = crypto::Sha256(value_);
}

Scorer::Scorer()
    : scores_(metrics::Registry::Default().AddCounter("ronghe_evaluation_scores_total",
                                                      "Scores computed and stored.")) {}

absl::StatusOr<std::string> Scorer::FactsDigest(job::JobContext& context, int64_t round_id) {
  DigestChain chain;
  for (int64_t after = -1;;) {
    if (context.cancelled()) return absl::CancelledError("the job ends");
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<RoundOrganizationRow> rows,
        context.database().Read(context.DeadlineIn(kStep), [&](sql::Session& session) {
          return round_store::Organizations(session, round_id, after, kDigestPage);
        }));
    for (const RoundOrganizationRow& row : rows) {
      std::string bytes = "O";
      PutInt(&bytes, row.position);
      PutInt(&bytes, row.end_position);
      PutInt(&bytes, row.organization_id);
      PutText(&bytes, row.kind);
      PutText(&bytes, row.name);
      PutText(&bytes, row.peer_class);
      chain.Add(bytes);
      after = row.position;
    }
    if (static_cast<int64_t>(rows.size()) < kDigestPage) break;
  }
  RONGHE_ASSIGN_OR_RETURN(
      const std::vector<RoundIndicatorRow> indicators,
      context.database().Read(context.DeadlineIn(kStep), [&](sql::Session& session) {
        return round_store::Indicators(session, round_id);
      }));
  for (const RoundIndicatorRow& row : indicators) {
    std::string bytes = "I";
    for (const std::string* text : {&row.indicator, &row.source, &row.title, &row.rule_id,
                                    &row.rule_source, &row.rule_version}) {
      PutText(&bytes, *text);
    }
    chain.Add(bytes);
  }
  for (RoundFactRow after;;) {
    if (context.cancelled()) return absl::CancelledError("the job ends");
    RONGHE_ASSIGN_OR_RETURN(
        std::vector<RoundFactRow> rows,
        context.database().Read(context.DeadlineIn(kStep), [&](sql::Session& session) {
          return round_store::FactsAfter(session, round_id, after.organization_id, after.indicator,
                                         kDigestPage);
        }));
    for (const RoundFactRow& row : rows) {
      std::string bytes = "F";
      PutInt(&bytes, row.organization_id);
      PutText(&bytes, row.indicator);
      PutInt(&bytes, row.numerator);
      PutInt(&bytes, row.denominator);
      PutText(&bytes, row.evidence);
      chain.Add(bytes);
    }
    if (static_cast<int64_t>(rows.size()) < kDigestPage) break;
    after = std::move(rows.back());
  }
  for (RoundMarkRow after;;) {
    RONGHE_ASSIGN_OR_RETURN(
        std::vector<RoundMarkRow> rows,
        context.database().Read(context.DeadlineIn(kStep), [&](sql::Session& session) {
          return round_store::MarksAfter(session, round_id, after.organization_id, after.item,
                                         kDigestPage);
        }));
    for (const RoundMarkRow& row : rows) {
      std::string bytes = "M";
      PutInt(&bytes, row.organization_id);
      PutText(&bytes, row.item);
      PutInt(&bytes, row.points);
      PutText(&bytes, row.basis);
      chain.Add(bytes);
    }
    if (static_cast<int64_t>(rows.size()) < kDigestPage) break;
    after = std::move(rows.back());
  }
  return chain.value();
}

absl::StatusOr<std::string> Scorer::Score(job::JobContext& context, const Scheme& scheme,
                                          int64_t round_id) {
  // By peer class, in tree order.
  std::map<std::string, std::vector<Ranked>> classes;
  RONGHE_RETURN_IF_ERROR(
      ForEachScored(context, scheme, round_id, [&](std::vector<Scored> page) -> absl::Status {
        for (const Scored& at : page) {
          classes[at.organization.peer_class].push_back(
              {.rated = at.score.rated,
               .total = at.score.total,
               .stars_by_total = at.score.stars_by_total,
               .veto_max_stars = at.score.veto_max_stars});
        }
        return absl::OkStatus();
      }));
  for (auto& [code, peers] : classes) RankPeers(scheme, peers);

  RONGHE_ASSIGN_OR_RETURN(
      std::vector<RoundIndicatorRow> indicator_rows,
      context.database().Read(context.DeadlineIn(kStep), [&](sql::Session& session) {
        return round_store::Indicators(session, round_id);
      }));
  std::map<std::string, RoundIndicatorRow> indicators;
  for (RoundIndicatorRow& row : indicator_rows) {
    std::string name = row.indicator;
    indicators.emplace(std::move(name), std::move(row));
  }

  DigestChain chain;
  std::map<std::string, size_t> next;
  int64_t done = 0;
  RONGHE_RETURN_IF_ERROR(
      ForEachScored(context, scheme, round_id, [&](std::vector<Scored> page) -> absl::Status {
        std::vector<ScoreRow> rows;
        for (const Scored& at : page) {
          const std::string& peers = at.organization.peer_class;
          rows.push_back(MakeScoreRow(scheme, at.organization, at.score,
                                      classes.at(peers).at(next[peers]++), indicators));
          chain.Add(rows.back().record);
        }
        done += static_cast<int64_t>(rows.size());
        RONGHE_RETURN_IF_ERROR(context.database().Transact(
            context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
              RONGHE_ASSIGN_OR_RETURN(RoundRow round,
                                      LockRound(context, session, round_id, RoundState::kFrozen));
              round.scored = done;
              RONGHE_RETURN_IF_ERROR(round_store::Update(session, round));
              return score_store::Put(session, rows);
            }));
        scores_.Increment(static_cast<double>(rows.size()));
        return absl::OkStatus();
      }));
  return chain.value();
}

}  // namespace ronghe::evaluation
