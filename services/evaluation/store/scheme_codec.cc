#include "services/evaluation/store/scheme_codec.h"

#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/text_format.h"
#include "services/evaluation/domain/errors.h"

namespace ronghe::evaluation {
namespace {

std::optional<FactReference> FromProto(const v1::FactReference& fact) {
  return FactReference{fact.source(), fact.indicator()};
}

void ToProto(const FactReference& fact, v1::FactReference* out) {
  out->set_source(fact.source);
  out->set_indicator(fact.indicator);
}

absl::StatusOr<absl::CivilDay> DayOf(const google::type::Date& date) {
  const absl::CivilDay day(date.year(), date.month(), date.day());
  // The calendar carries over what it doesn't have: a 31st of June is a 1st of July.
  if (date.year() < 1900 || date.year() > 9999 || day.month() != date.month() ||
      day.day() != date.day()) {
    return error::InvalidFields({{"effective_date", "日期不存在"}});
  }
  return day;
}

// Keeps the first problem.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    if (!message_.empty()) return;
    line_ = line + 1;
    column_ = column + 1;
    message_ = message;
  }
  absl::Status status() const { return SchemeTextInvalid(line_, column_, message_); }

 private:
  int line_ = 1;
  int column_ = 1;
  std::string message_;
};

}  // namespace

absl::StatusOr<Scheme> FromProto(const v1::SchemeRules& rules) {
  Scheme scheme;
  scheme.code = rules.code();
  scheme.title = rules.title();
  scheme.source = rules.source();
  RONGHE_ASSIGN_OR_RETURN(scheme.effective, DayOf(rules.effective_date()));
  for (const v1::PeerClass& peers : rules.peer_classes()) {
    scheme.peer_classes.push_back(
        {peers.code(),
         peers.title(),
         {peers.organization_kinds().begin(), peers.organization_kinds().end()}});
  }
  for (const v1::Part& part : rules.parts()) {
    scheme.parts.push_back(
        {part.code(), part.title(), part.weight(), static_cast<PartAbsence>(part.when_absent())});
  }
  for (const v1::Category& category : rules.categories()) {
    scheme.categories.push_back({category.code(), category.title()});
  }
  for (const v1::IndicatorRule& rule : rules.indicators()) {
    scheme.indicators.push_back({.code = rule.code(),
                                 .title = rule.title(),
                                 .category = rule.category(),
                                 .part = rule.part(),
                                 .source = static_cast<IndicatorSource>(rule.source()),
                                 .fact = rule.has_fact() ? FromProto(rule.fact()) : std::nullopt,
                                 .points = rule.points_milli(),
                                 .full_at = rule.full_at(),
                                 .zero_below = rule.zero_below(),
                                 .when_nothing_due = static_cast<Absence>(rule.when_nothing_due()),
                                 .when_missing = static_cast<Absence>(rule.when_missing())});
  }
  for (const v1::DeductionRule& rule : rules.deductions()) {
    scheme.deductions.push_back({.code = rule.code(),
                                 .title = rule.title(),
                                 .part = rule.part(),
                                 .fact = rule.has_fact() ? FromProto(rule.fact()) : std::nullopt,
                                 .points_each = rule.points_each_milli(),
                                 .max = rule.max_milli()});
  }
  for (const v1::BonusRule& rule : rules.bonuses()) {
    scheme.bonuses.push_back({rule.code(), rule.title(), rule.part(), rule.max_milli()});
  }
  scheme.max_bonus = rules.max_bonus_milli();
  for (const v1::VetoRule& rule : rules.vetoes()) {
    scheme.vetoes.push_back({rule.code(), rule.title(), rule.max_stars()});
  }
  for (const v1::Band& band : rules.bands()) {
    scheme.bands.push_back({band.stars(), band.title(), band.from_milli()});
  }
  for (const v1::Cap& cap : rules.caps()) scheme.caps.push_back({cap.stars(), cap.share()});
  scheme.min_system_share = rules.min_system_share();
  return scheme;
}

v1::SchemeRules ToProto(const Scheme& scheme) {
  v1::SchemeRules rules;
  rules.set_code(scheme.code);
  rules.set_title(scheme.title);
  rules.set_source(scheme.source);
  rules.mutable_effective_date()->set_year(static_cast<int32_t>(scheme.effective.year()));
  rules.mutable_effective_date()->set_month(scheme.effective.month());
  rules.mutable_effective_date()->set_day(scheme.effective.day());
  for (const PeerClass& peers : scheme.peer_classes) {
    v1::PeerClass* const out = rules.add_peer_classes();
    out->set_code(peers.code);
    out->set_title(peers.title);
    for (const std::string& kind : peers.organization_kinds) out->add_organization_kinds(kind);
  }
  for (const Part& part : scheme.parts) {
    v1::Part* const out = rules.add_parts();
    out->set_code(part.code);
    out->set_title(part.title);
    out->set_weight(part.weight);
    out->set_when_absent(static_cast<v1::PartAbsence>(part.when_absent));
  }
  for (const Category& category : scheme.categories) {
    v1::Category* const out = rules.add_categories();
    out->set_code(category.code);
    out->set_title(category.title);
  }
  for (const IndicatorRule& rule : scheme.indicators) {
    v1::IndicatorRule* const out = rules.add_indicators();
    out->set_code(rule.code);
    out->set_title(rule.title);
    out->set_category(rule.category);
    out->set_part(rule.part);
    out->set_source(static_cast<v1::IndicatorSource>(rule.source));
    if (rule.fact.has_value()) ToProto(*rule.fact, out->mutable_fact());
    out->set_points_milli(rule.points);
    out->set_full_at(rule.full_at);
    out->set_zero_below(rule.zero_below);
    out->set_when_nothing_due(static_cast<v1::Absence>(rule.when_nothing_due));
    out->set_when_missing(static_cast<v1::Absence>(rule.when_missing));
  }
  for (const DeductionRule& rule : scheme.deductions) {
    v1::DeductionRule* const out = rules.add_deductions();
    out->set_code(rule.code);
    out->set_title(rule.title);
    out->set_part(rule.part);
    if (rule.fact.has_value()) ToProto(*rule.fact, out->mutable_fact());
    out->set_points_each_milli(rule.points_each);
    out->set_max_milli(rule.max);
  }
  for (const BonusRule& rule : scheme.bonuses) {
    v1::BonusRule* const out = rules.add_bonuses();
    out->set_code(rule.code);
    out->set_title(rule.title);
    out->set_part(rule.part);
    out->set_max_milli(rule.max);
  }
  rules.set_max_bonus_milli(scheme.max_bonus);
  for (const VetoRule& rule : scheme.vetoes) {
    v1::VetoRule* const out = rules.add_vetoes();
    out->set_code(rule.code);
    out->set_title(rule.title);
    out->set_max_stars(rule.max_stars);
  }
  for (const Band& band : scheme.bands) {
    v1::Band* const out = rules.add_bands();
    out->set_stars(band.stars);
    out->set_title(band.title);
    out->set_from_milli(band.from);
  }
  for (const Cap& cap : scheme.caps) {
    v1::Cap* const out = rules.add_caps();
    out->set_stars(cap.stars);
    out->set_share(cap.share);
  }
  rules.set_min_system_share(scheme.min_system_share);
  return rules;
}

absl::StatusOr<v1::SchemeRules> ParseText(const std::string& text) {
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.SetRecursionLimit(32);
  v1::SchemeRules rules;
  if (!parser.ParseFromString(text, &rules)) return error.status();
  return rules;
}

std::string DeterministicBytes(const google::protobuf::MessageLite& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

absl::StatusOr<Scheme> FromBytes(std::string_view bytes, int64_t scheme_id) {
  v1::SchemeRules rules;
  if (!rules.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return StoredUnreadable("scheme", scheme_id);
  }
  return FromProto(rules);
}

}  // namespace ronghe::evaluation
