#include "services/evaluation/api/rounds_api.h"

#include <charconv>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/crypto/bytes.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "services/evaluation/api/schemes_api.h"
#include "services/evaluation/domain/errors.h"
#include "services/evaluation/domain/round.h"
#include "services/evaluation/store/scheme_codec.h"
#include "services/evaluation/store/scheme_store.h"

namespace ronghe::evaluation {
namespace {

v1::Round ToProto(const RoundRow& row) {
  v1::Round round;
  round.set_name(base::Name("rounds", row.id));
  round.set_title(row.title);
  round.set_scheme(base::Name("schemes", row.scheme_id));
  round.set_organization(base::Name("organizations", row.organization_id));
  *round.mutable_start_date() = rpc::ToProto(row.start_date);
  *round.mutable_end_date() = rpc::ToProto(row.end_date);
  round.set_state(static_cast<v1::RoundState>(row.state));
  round.set_facts_digest(crypto::HexEncode(row.facts_digest));
  round.set_results_digest(crypto::HexEncode(row.results_digest));
  round.set_failure(row.failure);
  round.set_etag(rpc::EtagOf(row.etag));
  *round.mutable_create_time() = rpc::ToProto(row.created_at);
  if (row.started_at.has_value()) *round.mutable_start_time() = rpc::ToProto(*row.started_at);
  if (row.frozen_at.has_value()) *round.mutable_freeze_time() = rpc::ToProto(*row.frozen_at);
  if (row.scored_at.has_value()) *round.mutable_score_time() = rpc::ToProto(*row.scored_at);
  if (row.published_at.has_value()) {
    *round.mutable_publish_time() = rpc::ToProto(*row.published_at);
  }
  return round;
}

v1::Mark ToProto(const RoundMarkRow& row) {
  v1::Mark mark;
  mark.set_organization(base::Name("organizations", row.organization_id));
  mark.set_item(row.item);
  mark.set_points_milli(row.points);
  mark.set_basis(row.basis);
  mark.set_recorder(row.recorder);
  *mark.mutable_record_time() = rpc::ToProto(row.recorded_at);
  return mark;
}

absl::StatusOr<RoundRow> LoadForUpdate(sql::Session& session, int64_t id, const std::string& name) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<RoundRow> row, round_store::GetForUpdate(session, id));
  if (!row.has_value()) return RoundNotFound(name);
  return *std::move(row);
}

absl::StatusOr<std::pair<SchemeRow, Scheme>> LoadScheme(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<SchemeRow> row, scheme_store::Get(session, id));
  if (!row.has_value()) return SchemeNotFound(base::Name("schemes", id));
  RONGHE_ASSIGN_OR_RETURN(Scheme scheme, FromBytes(row->rules, id));
  return std::make_pair(*std::move(row), std::move(scheme));
}

}  // namespace

RoundsApi::RoundsApi(service::Writer& writer, const org::OrgTree& tree,
                     const rpc::PageTokens& tokens, std::function<void()> started)
    : database_(writer.database()),
      writer_(writer),
      tree_(tree),
      tokens_(tokens),
      started_(std::move(started)) {}

absl::StatusOr<v1::Round> RoundsApi::CreateRound(rpc::Call& call,
                                                 const v1::CreateRoundRequest& request) {
  const v1::Round& asked = request.round();
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization,
                          base::ParseName(asked.organization(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const int64_t scheme_id, base::ParseName(asked.scheme(), "schemes"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay start, rpc::FromProto(asked.start_date()));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay end, rpc::FromProto(asked.end_date()));
  return writer_.Write<v1::Round>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Round> {
    RONGHE_ASSIGN_OR_RETURN(const auto scheme, LoadScheme(tx.session(), scheme_id));
    if (!MayRead(call, scheme.first.organization_id, scheme.first.state)) {
      return SchemeNotFound(asked.scheme());
    }
    if (scheme.first.state != SchemeState::kPublished) return SchemeNotPublished(asked.scheme());
    if (!tree_.Within(organization, scheme.first.organization_id)) {
      return SchemeNotApplicable(asked.scheme(), asked.organization());
    }
    RONGHE_RETURN_IF_ERROR(CheckPeriod(scheme.second, start, end));
    RoundRow row;
    row.id = tx.NextId();
    row.scheme_id = scheme_id;
    row.organization_id = organization;
    row.title = asked.title();
    row.start_date = start;
    row.end_date = end;
    row.etag = 1;
    row.created_at = tx.now();
    RONGHE_RETURN_IF_ERROR(round_store::Insert(tx.session(), row));
    tx.Audit(organization, base::Name("rounds", row.id));
    return ToProto(row);
  });
}

absl::StatusOr<v1::Round> RoundsApi::StartRound(rpc::Call& call,
                                                const v1::StartRoundRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "rounds"));
  absl::StatusOr<v1::Round> started =
      writer_.Write<v1::Round>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Round> {
        RONGHE_ASSIGN_OR_RETURN(RoundRow row, LoadForUpdate(tx.session(), id, request.name()));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        RONGHE_RETURN_IF_ERROR(CheckStart(row.state));
        row.state = RoundState::kCollecting;
        row.failure.clear();
        if (!row.started_at.has_value()) row.started_at = tx.now();
        ++row.etag;
        RONGHE_RETURN_IF_ERROR(round_store::Update(tx.session(), row));
        tx.Audit(row.organization_id, request.name());
        return ToProto(row);
      });
  if (started.ok()) started_();
  return started;
}

absl::StatusOr<v1::Round> RoundsApi::PublishRound(rpc::Call& call,
                                                  const v1::PublishRoundRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "rounds"));
  return writer_.Write<v1::Round>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Round> {
    RONGHE_ASSIGN_OR_RETURN(RoundRow row, LoadForUpdate(tx.session(), id, request.name()));
    RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
    RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.etag(), row.etag));
    RONGHE_RETURN_IF_ERROR(CheckPublish(row.state));
    RONGHE_ASSIGN_OR_RETURN(const auto scheme, LoadScheme(tx.session(), row.scheme_id));
    row.state = RoundState::kPublished;
    row.published_at = tx.now();
    ++row.etag;
    RONGHE_RETURN_IF_ERROR(round_store::Update(tx.session(), row));
    event::Draft published;
    published.type = "ronghe.evaluation.round.published";
    published.subject = request.name();
    published.organization_id = row.organization_id;
    published.data = {{"round", absl::StrCat(row.id)},
                      {"organization", absl::StrCat(row.organization_id)},
                      {"scheme", absl::StrCat(row.scheme_id)},
                      {"scheme_code", scheme.first.code},
                      {"scheme_version", absl::StrCat(scheme.first.version)},
                      {"organizations", absl::StrCat(row.organizations)},
                      {"facts_digest", crypto::HexEncode(row.facts_digest)},
                      {"results_digest", crypto::HexEncode(row.results_digest)}};
    published.changed_fields = {"state"};
    tx.Emit(std::move(published));
    tx.Audit(row.organization_id, request.name());
    return ToProto(row);
  });
}

absl::StatusOr<v1::Round> RoundsApi::GetRound(rpc::Call& call, const v1::GetRoundRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "rounds"));
  return database_.ReadSnapshot(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::Round> {
        RONGHE_ASSIGN_OR_RETURN(const std::optional<RoundRow> row, round_store::Get(session, id));
        if (!row.has_value()) return RoundNotFound(request.name());
        RONGHE_RETURN_IF_ERROR(call.Authorize(row->organization_id));
        RONGHE_ASSIGN_OR_RETURN(const std::vector<RoundSourceRow> sources,
                                round_store::Sources(session, id));
        v1::Round round = ToProto(*row);
        v1::RoundProgress& progress = *round.mutable_progress();
        progress.set_organizations(row->organizations);
        progress.set_scored(row->scored);
        int64_t facts = 0;
        for (const RoundSourceRow& source : sources) {
          v1::SourceProgress* const out = progress.add_sources();
          out->set_source(source.source);
          out->set_facts(source.facts);
          out->set_done(source.done);
          out->set_problem(source.problem);
          facts += source.facts;
        }
        progress.set_facts(facts);
        return round;
      });
}

absl::StatusOr<v1::ListRoundsResponse> RoundsApi::ListRounds(rpc::Call& call,
                                                             const v1::ListRoundsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization,
                          base::ParseName(request.organization(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before, tokens_.OpenNumber(call.method(), request.organization(),
                                                             request.page_token(),
                                                             std::numeric_limits<int64_t>::max()));
  std::vector<int64_t> covering = tree_.Ancestors(organization);
  covering.push_back(organization);
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<RoundRow> rows,
                          database_.Read(call.deadline(), [&](sql::Session& session) {
                            return round_store::List(session, covering, before, int64_t{size} + 1);
                          }));
  v1::ListRoundsResponse response;
  int32_t read = 0;
  for (const RoundRow& row : rows) {
    if (read == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.organization(), absl::StrCat(before)));
      break;
    }
    ++read;
    before = row.id;
    if (row.state != RoundState::kPublished &&
        !call.Holds(call.permission(), row.organization_id)) {
      continue;
    }
    *response.add_rounds() = ToProto(row);
  }
  return response;
}

absl::StatusOr<v1::Mark> RoundsApi::RecordMark(rpc::Call& call,
                                               const v1::RecordMarkRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.round(), "rounds"));
  const v1::Mark& asked = request.mark();
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization,
                          base::ParseName(asked.organization(), "organizations"));
  return writer_.Write<v1::Mark>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Mark> {
    RONGHE_ASSIGN_OR_RETURN(const RoundRow round, LoadForUpdate(tx.session(), id, request.round()));
    // A round of others is as good as none.
    if (!tree_.Within(organization, round.organization_id) &&
        !call.Holds(call.permission(), round.organization_id)) {
      return RoundNotFound(request.round());
    }
    RONGHE_RETURN_IF_ERROR(call.Authorize(organization));
    RONGHE_RETURN_IF_ERROR(CheckMark(round.state));
    RONGHE_ASSIGN_OR_RETURN(const auto scheme, LoadScheme(tx.session(), round.scheme_id));
    RONGHE_RETURN_IF_ERROR(CheckMarkItem(scheme.second, asked.item(), asked.points_milli()));
    const std::optional<org::OrgNode> node = tree_.Node(organization);
    if (!node.has_value() || !tree_.Within(organization, round.organization_id) ||
        PeerClassOf(scheme.second, node->kind) == nullptr) {
      return MarkOutsideRound(asked.organization(), request.round());
    }
    RoundMarkRow row{.round_id = id,
                     .organization_id = organization,
                     .item = asked.item(),
                     .points = asked.points_milli(),
                     .basis = asked.basis(),
                     .recorder = call.principal().subject,
                     .recorded_at = tx.now()};
    RONGHE_RETURN_IF_ERROR(round_store::PutMark(tx.session(), row));
    tx.Audit(organization, request.round());
    return ToProto(row);
  });
}

absl::StatusOr<v1::ListMarksResponse> RoundsApi::ListMarks(rpc::Call& call,
                                                           const v1::ListMarksRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.round(), "rounds"));
  int64_t organization = 0;
  std::string item;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string cursor,
                            tokens_.Open(call.method(), request.round(), request.page_token()));
    const auto [end, error] =
        std::from_chars(cursor.data(), cursor.data() + cursor.size(), organization);
    if (error == std::errc() && end != cursor.data() + cursor.size()) {
      item.assign(end + 1, cursor.data() + cursor.size());
    }
  }
  const int32_t size = rpc::PageSize(request.page_size());
  return database_.Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::ListMarksResponse> {
        RONGHE_ASSIGN_OR_RETURN(const std::optional<RoundRow> round, round_store::Get(session, id));
        if (!round.has_value()) return RoundNotFound(request.round());
        RONGHE_RETURN_IF_ERROR(call.Authorize(round->organization_id));
        RONGHE_ASSIGN_OR_RETURN(
            const std::vector<RoundMarkRow> rows,
            round_store::MarksAfter(session, id, organization, item, int64_t{size} + 1));
        v1::ListMarksResponse response;
        const RoundMarkRow* last = nullptr;
        for (const RoundMarkRow& row : rows) {
          if (response.marks_size() == size) {
            response.set_next_page_token(
                tokens_.Seal(call.method(), request.round(),
                             absl::StrCat(last->organization_id, "/", last->item)));
            break;
          }
          *response.add_marks() = ToProto(row);
          last = &row;
        }
        return response;
      });
}

}  // namespace ronghe::evaluation
