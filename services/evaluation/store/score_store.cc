#include "services/evaluation/store/score_store.h"

#include "common/base/resource_name.h"
#include "common/sql/statement.h"
#include "services/evaluation/store/scheme_codec.h"

namespace ronghe::evaluation {
namespace {

const sql::Command kPut(
    "round_score.put",
    "INSERT INTO round_score (round_id, position, organization_id, stars, score, record) "
    "VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE organization_id = VALUES(organization_id), "
    "stars = VALUES(stars), score = VALUES(score), record = VALUES(record)");

const sql::Query<ScoreRow> kGet(
    "round_score.by_organization",
    "SELECT round_id, position, organization_id, stars, score, record FROM round_score "
    "WHERE round_id = ? AND organization_id = ?");

const sql::Query<ScoreHead> kList(
    "round_score.list",
    "SELECT position, organization_id, score FROM round_score "
    "WHERE round_id = ? AND position > ? AND position < ? ORDER BY position LIMIT ?");

const sql::Query<ScoreHead> kListOfStars(
    "round_score.list_of_stars",
    "SELECT position, organization_id, score FROM round_score "
    "WHERE round_id = ? AND stars = ? AND position > ? AND position < ? ORDER BY position LIMIT ?");

const sql::Query<StarsCount> kCountByStars(
    "round_score.count_by_stars",
    "SELECT stars, COUNT(*) FROM round_score "
    "WHERE round_id = ? AND position >= ? AND position < ? GROUP BY stars ORDER BY stars DESC");

void SetReference(const FactReference& fact,
                  const std::map<std::string, RoundIndicatorRow>& indicators, v1::ScoreItem* out) {
  out->set_fact_source(fact.source);
  out->set_fact_indicator(fact.indicator);
  const auto rule = indicators.find(fact.indicator);
  if (rule == indicators.end()) return;
  out->set_rule_id(rule->second.rule_id);
  out->set_rule_source(rule->second.rule_source);
  out->set_rule_version(rule->second.rule_version);
}

}  // namespace

ScoreRow MakeScoreRow(const Scheme& scheme, const RoundOrganizationRow& organization,
                      const OrganizationScore& score, const Ranked& ranked,
                      const std::map<std::string, RoundIndicatorRow>& indicators) {
  v1::ScoreRecord record;
  v1::Score& out = *record.mutable_score();
  out.set_organization(base::Name("organizations", organization.organization_id));
  out.set_organization_name(organization.name);
  out.set_peer_class(organization.peer_class);
  out.set_total_milli(score.total);
  out.set_stars(ranked.stars);
  if (const Band* band = BandOf(scheme, ranked.stars); band != nullptr) {
    out.set_band_title(band->title);
  }
  out.set_stars_by_total(ranked.stars_by_total);
  for (const Note note : ranked.notes) out.add_notes(static_cast<v1::ScoreNote>(note));
  out.set_rank(ranked.rank);
  out.set_peers(ranked.peers);

  for (size_t i = 0; i < score.parts.size(); ++i) {
    const PartScore& part = score.parts[i];
    v1::PartScore* const to = record.add_parts();
    to->set_code(scheme.parts[i].code);
    to->set_title(scheme.parts[i].title);
    to->set_weight(part.weight);
    to->set_earned_milli(part.earned);
    to->set_available_milli(part.available);
    to->set_deducted_milli(part.deducted);
    to->set_bonus_milli(part.bonus);
    to->set_points_milli(part.points);
    to->set_present(part.present);
  }
  for (const ItemScore& item : score.items) {
    v1::ScoreItem* const to = record.add_items();
    to->set_kind(static_cast<v1::ScoreItemKind>(item.kind));
    to->set_basis(static_cast<v1::ScoreItemBasis>(item.basis));
    to->set_numerator(item.numerator);
    to->set_denominator(item.denominator);
    to->set_earned_milli(item.points);
    to->set_counted(item.counted);
    to->set_evidence(item.evidence);
    to->set_mark_basis(item.mark_basis);
    switch (item.kind) {
      case ItemKind::kIndicator: {
        const IndicatorRule& rule = scheme.indicators[item.index];
        to->set_code(rule.code);
        to->set_title(rule.title);
        to->set_category(rule.category);
        to->set_part(rule.part);
        to->set_source(static_cast<v1::IndicatorSource>(rule.source));
        to->set_points_milli(rule.points);
        if (rule.fact.has_value()) SetReference(*rule.fact, indicators, to);
        break;
      }
      case ItemKind::kDeduction: {
        const DeductionRule& rule = scheme.deductions[item.index];
        to->set_code(rule.code);
        to->set_title(rule.title);
        to->set_part(rule.part);
        to->set_points_milli(rule.max);
        if (rule.fact.has_value()) SetReference(*rule.fact, indicators, to);
        break;
      }
      case ItemKind::kBonus: {
        const BonusRule& rule = scheme.bonuses[item.index];
        to->set_code(rule.code);
        to->set_title(rule.title);
        to->set_part(rule.part);
        to->set_points_milli(rule.max);
        break;
      }
      case ItemKind::kVeto: {
        const VetoRule& rule = scheme.vetoes[item.index];
        to->set_code(rule.code);
        to->set_title(rule.title);
        break;
      }
    }
  }
  ScoreRow row;
  row.round_id = organization.round_id;
  row.position = organization.position;
  row.organization_id = organization.organization_id;
  row.stars = ranked.stars;
  row.score = sql::Bytes(DeterministicBytes(record.score()));
  row.record = sql::Bytes(DeterministicBytes(record));
  return row;
}

namespace score_store {

absl::Status Put(sql::Session& session, const std::vector<ScoreRow>& rows) {
  return session.InsertMany(kPut, rows);
}

absl::StatusOr<std::optional<ScoreRow>> Get(sql::Session& session, int64_t round_id,
                                            int64_t organization_id) {
  return session.SelectOne(kGet, round_id, organization_id);
}

absl::StatusOr<std::vector<ScoreHead>> List(sql::Session& session, int64_t round_id,
                                            int64_t after_position, int64_t end_position,
                                            int64_t limit) {
  return session.Select(kList, round_id, after_position, end_position, limit);
}

absl::StatusOr<std::vector<ScoreHead>> ListOfStars(sql::Session& session, int64_t round_id,
                                                   int32_t stars, int64_t after_position,
                                                   int64_t end_position, int64_t limit) {
  return session.Select(kListOfStars, round_id, stars, after_position, end_position, limit);
}

absl::StatusOr<std::vector<StarsCount>> CountByStars(sql::Session& session, int64_t round_id,
                                                     int64_t from_position, int64_t end_position) {
  return session.Select(kCountByStars, round_id, from_position, end_position);
}

}  // namespace score_store
}  // namespace ronghe::evaluation
