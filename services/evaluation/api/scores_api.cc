#include "services/evaluation/api/scores_api.h"

#include <charconv>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/crypto/bytes.h"
#include "ronghe/fact/v1/fact_feed.ronghe.h"
#include "services/evaluation/domain/errors.h"
#include "services/evaluation/domain/round.h"
#include "services/evaluation/store/scheme_codec.h"
#include "services/evaluation/store/scheme_store.h"

namespace ronghe::evaluation {
namespace {

// The organization that a request names, 0 for none.
absl::StatusOr<int64_t> OptionalOrganization(const std::string& name) {
  if (name.empty()) return 0;
  return base::ParseName(name, "organizations");
}

// The stretch of the round that is the subtree of an organization.
absl::StatusOr<RoundOrganizationRow> Subtree(sql::Session& session, const RoundRow& round,
                                             int64_t organization) {
  const int64_t top = organization == 0 ? round.organization_id : organization;
  RONGHE_ASSIGN_OR_RETURN(std::optional<RoundOrganizationRow> row,
                          round_store::Organization(session, round.id, top));
  if (!row.has_value()) return OrganizationNotFound(base::Name("organizations", top));
  return *std::move(row);
}

}  // namespace

absl::StatusOr<RoundRow> ScoresApi::OpenRound(rpc::Call& call, sql::Session& session,
                                              int64_t round_id, int64_t organization_id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<RoundRow> round, round_store::Get(session, round_id));
  if (!round.has_value()) return RoundNotFound(base::Name("rounds", round_id));
  const bool published = round->state == RoundState::kPublished;
  // A published round is there for whoever takes part in it.
  if (published && organization_id != 0 && !call.Holds(call.permission(), round->organization_id)) {
    RONGHE_ASSIGN_OR_RETURN(const auto part,
                            round_store::Organization(session, round_id, organization_id));
    if (!part.has_value()) return RoundNotFound(base::Name("rounds", round_id));
  }
  RONGHE_RETURN_IF_ERROR(
      call.Authorize(published && organization_id != 0 ? organization_id : round->organization_id));
  RONGHE_RETURN_IF_ERROR(CheckScores(round->state));
  return *std::move(round);
}

absl::StatusOr<ScoresApi::Opened> ScoresApi::OpenScore(rpc::Call& call, sql::Session& session,
                                                       const std::string& name) {
  RONGHE_ASSIGN_OR_RETURN(const auto ids, base::ParseChildName(name, "rounds", "scores"));
  const auto& [round_id, organization_id] = ids;
  RONGHE_ASSIGN_OR_RETURN(RoundRow round, OpenRound(call, session, round_id, organization_id));
  RONGHE_ASSIGN_OR_RETURN(const std::optional<ScoreRow> row,
                          score_store::Get(session, round_id, organization_id));
  if (!row.has_value()) return ScoreNotFound(name);
  Opened opened{std::move(round), {}};
  if (!opened.record.ParseFromString(row->record)) {
    return StoredUnreadable("score", organization_id);
  }
  opened.record.mutable_score()->set_name(name);
  return opened;
}

absl::StatusOr<v1::ListScoresResponse> ScoresApi::ListScores(rpc::Call& call,
                                                             const v1::ListScoresRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t round_id, base::ParseName(request.parent(), "rounds"));
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization, OptionalOrganization(request.organization()));
  const std::string filter =
      absl::StrCat(request.parent(), "|", request.organization(), "|",
                   request.has_stars() ? absl::StrCat(request.stars()) : std::string("*"));
  std::optional<int64_t> cursor;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string text,
                            tokens_.Open(call.method(), filter, request.page_token()));
    std::from_chars(text.data(), text.data() + text.size(), cursor.emplace(0));
  }
  const int32_t size = rpc::PageSize(request.page_size());
  return database_.Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::ListScoresResponse> {
        RONGHE_ASSIGN_OR_RETURN(const RoundRow round,
                                OpenRound(call, session, round_id, organization));
        RONGHE_ASSIGN_OR_RETURN(const RoundOrganizationRow top,
                                Subtree(session, round, organization));
        const int64_t after = cursor.value_or(top.position - 1);
        std::vector<ScoreHead> rows;
        if (request.has_stars()) {
          RONGHE_ASSIGN_OR_RETURN(
              rows, score_store::ListOfStars(session, round_id, request.stars(), after,
                                             top.end_position, int64_t{size} + 1));
        } else {
          RONGHE_ASSIGN_OR_RETURN(rows, score_store::List(session, round_id, after,
                                                          top.end_position, int64_t{size} + 1));
        }
        v1::ListScoresResponse response;
        int64_t last = after;
        for (const ScoreHead& row : rows) {
          if (response.scores_size() == size) {
            response.set_next_page_token(tokens_.Seal(call.method(), filter, absl::StrCat(last)));
            break;
          }
          v1::Score& score = *response.add_scores();
          if (!score.ParseFromString(row.score)) {
            return StoredUnreadable("score", row.organization_id);
          }
          score.set_name(base::ChildName("rounds", round_id, "scores", row.organization_id));
          last = row.position;
        }
        return response;
      });
}

absl::StatusOr<v1::SummarizeScoresResponse> ScoresApi::SummarizeScores(
    rpc::Call& call, const v1::SummarizeScoresRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t round_id, base::ParseName(request.parent(), "rounds"));
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization, OptionalOrganization(request.organization()));
  return database_.Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::SummarizeScoresResponse> {
        RONGHE_ASSIGN_OR_RETURN(const RoundRow round,
                                OpenRound(call, session, round_id, organization));
        RONGHE_ASSIGN_OR_RETURN(const RoundOrganizationRow top,
                                Subtree(session, round, organization));
        RONGHE_ASSIGN_OR_RETURN(
            const std::vector<StarsCount> counts,
            score_store::CountByStars(session, round_id, top.position, top.end_position));
        RONGHE_ASSIGN_OR_RETURN(const std::optional<SchemeRow> stored,
                                scheme_store::Get(session, round.scheme_id));
        if (!stored.has_value()) return SchemeNotFound(base::Name("schemes", round.scheme_id));
        RONGHE_ASSIGN_OR_RETURN(const Scheme scheme, FromBytes(stored->rules, round.scheme_id));
        std::map<int32_t, int64_t> by_stars;
        for (const StarsCount& count : counts) by_stars[count.stars] = count.organizations;
        v1::SummarizeScoresResponse response;
        for (const Band& band : scheme.bands) {
          v1::BandCount* const out = response.add_bands();
          out->set_stars(band.stars);
          out->set_title(band.title);
          out->set_organizations(by_stars[band.stars]);
        }
        response.add_bands()->set_organizations(by_stars[0]);
        return response;
      });
}

absl::StatusOr<v1::Score> ScoresApi::GetScore(rpc::Call& call, const v1::GetScoreRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(Opened opened,
                          database_.Read(call.deadline(), [&](sql::Session& session) {
                            return OpenScore(call, session, request.name());
                          }));
  return std::move(*opened.record.mutable_score());
}

absl::StatusOr<v1::ExplainScoreResponse> ScoresApi::ExplainScore(
    rpc::Call& call, const v1::ExplainScoreRequest& request) {
  return database_.Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::ExplainScoreResponse> {
        RONGHE_ASSIGN_OR_RETURN(Opened opened, OpenScore(call, session, request.name()));
        RONGHE_ASSIGN_OR_RETURN(const std::optional<SchemeRow> scheme,
                                scheme_store::Get(session, opened.round.scheme_id));
        if (!scheme.has_value()) {
          return SchemeNotFound(base::Name("schemes", opened.round.scheme_id));
        }
        v1::ExplainScoreResponse response;
        *response.mutable_score() = std::move(*opened.record.mutable_score());
        response.set_scheme(base::Name("schemes", scheme->id));
        response.set_scheme_code(scheme->code);
        response.set_scheme_version(scheme->version);
        response.set_facts_digest(crypto::HexEncode(opened.round.facts_digest));
        response.mutable_parts()->Swap(opened.record.mutable_parts());
        response.mutable_items()->Swap(opened.record.mutable_items());
        return response;
      });
}

absl::StatusOr<v1::ListScoreEvidenceResponse> ScoresApi::ListScoreEvidence(
    rpc::Call& call, const v1::ListScoreEvidenceRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const Opened opened,
                          database_.Read(call.deadline(), [&](sql::Session& session) {
                            return OpenScore(call, session, request.name());
                          }));
  const v1::ScoreItem* item = nullptr;
  for (const v1::ScoreItem& at : opened.record.items()) {
    if (at.code() == request.item()) item = &at;
  }
  if (item == nullptr || item->evidence().empty()) return IndicatorWithoutRecords(request.item());
  const auto channel = sources_.find(item->fact_source());
  if (channel == sources_.end()) return SourceNotConfigured(item->fact_source());
  fact::v1::ListEvidenceRequest question;
  question.set_source(item->fact_source());
  question.set_organization(opened.record.score().organization());
  question.set_evidence(item->evidence());
  question.set_page_size(request.page_size());
  question.set_page_token(request.page_token());
  fact::v1::FactFeedServiceClient client(channel->second);
  RONGHE_ASSIGN_OR_RETURN(fact::v1::ListEvidenceResponse answer,
                          client.ListEvidence(call.Out(), question));
  v1::ListScoreEvidenceResponse response;
  response.set_source(item->fact_source());
  response.mutable_records()->Swap(answer.mutable_records());
  response.set_next_page_token(answer.next_page_token());
  return response;
}

}  // namespace ronghe::evaluation
