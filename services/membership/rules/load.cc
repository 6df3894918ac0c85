#include "services/membership/rules/load.h"

#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/config/config.h"
#include "services/membership/domain/errors.h"
#include "services/membership/rules/rules.pb.h"

namespace ronghe::membership {
namespace {

absl::StatusOr<absl::CivilDay> FirstDay(const google::type::Date& date, std::string_view version) {
  const absl::CivilDay day(date.year(), date.month(), date.day());
  if (day.month() != date.month() || day.day() != date.day() || date.year() < 1921) {
    return RulesInvalid(base::Cat(version, ": effective_from is no day"));
  }
  return day;
}

Rule ReadRule(const rules::v1::Rule& rule, const RuleSet& set) {
  Rule read{.id = rule.id(),
            .key = rule.key(),
            .source = base::Cat(set.source, rule.article()),
            .set = set.name,
            .number = rule.number(),
            .codes = {rule.codes().begin(), rule.codes().end()}};
  if (rule.has_ratio()) {
    read.ratio = {rule.ratio().numerator(), rule.ratio().denominator(), rule.ratio().more_than()};
  }
  return read;
}

// `directory`/`name` where that is there, else the built-in file.
std::string FileOf(const std::string& directory, const char* name, const char* builtin) {
  const std::filesystem::path other = std::filesystem::path(directory) / name;
  return !directory.empty() && std::filesystem::exists(other) ? other.string() : builtin;
}

absl::StatusOr<WorkYear> ReadYear(const rules::v1::WorkYear& read) {
  WorkYear year{.year = read.year(), .source = read.source(), .holidays = {}, .workdays = {}};
  for (const rules::v1::DaySpan& span : read.holidays()) {
    RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay from, base::ParseDay(span.from()));
    RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay to, base::ParseDay(span.to()));
    if (to < from || to - from > 31) {
      return RulesInvalid(base::Cat("work calendar ", read.year(), ": ", span.from()));
    }
    for (absl::CivilDay day = from; day <= to; ++day) year.holidays.insert(day);
  }
  for (const std::string& text : read.workdays()) {
    RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, base::ParseDay(text));
    year.workdays.insert(day);
  }
  return year;
}

admission::StepDocument ReadDocument(const rules::v1::StepDocument& read) {
  return {.kind = read.kind(), .title = read.title(), .required = read.required()};
}

absl::StatusOr<admission::EventKind> ReadEvent(const std::string& name, int32_t step) {
  const std::optional<admission::EventKind> event = admission::EventOf(name);
  if (!event) return RulesInvalid(base::Cat("step ", step, ": no event ", name));
  return *event;
}

absl::StatusOr<admission::State> ReadState(const std::string& name, int32_t step) {
  const std::optional<admission::State> state = admission::StateOf(name);
  if (!state) return RulesInvalid(base::Cat("step ", step, ": no state ", name));
  return *state;
}

absl::StatusOr<admission::StepInfo> ReadStep(const rules::v1::AdmissionStep& read) {
  admission::StepInfo step{.number = read.number(),
                           .stage = read.stage(),
                           .title = read.title(),
                           .rule = read.rule(),
                           .actor = static_cast<admission::StepActor>(read.actor()),
                           .events = {},
                           .done_by = {},
                           .states = {},
                           .repeats = read.repeats(),
                           .deadlines = {read.deadlines().begin(), read.deadlines().end()},
                           .documents = {}};
  if (read.actor() == rules::v1::AdmissionStep::ACTOR_UNSPECIFIED) {
    return RulesInvalid(base::Cat("step ", read.number(), ": nobody does it"));
  }
  for (const std::string& name : read.events()) {
    RONGHE_ASSIGN_OR_RETURN(const admission::EventKind event, ReadEvent(name, read.number()));
    step.events.push_back(event);
  }
  for (const rules::v1::StepDone& done : read.done_by()) {
    admission::StepDone& by = step.done_by.emplace_back();
    RONGHE_ASSIGN_OR_RETURN(by.event, ReadEvent(done.event(), read.number()));
    if (done.into().empty()) continue;
    RONGHE_ASSIGN_OR_RETURN(by.into, ReadState(done.into(), read.number()));
  }
  for (const std::string& name : read.states()) {
    RONGHE_ASSIGN_OR_RETURN(const admission::State state, ReadState(name, read.number()));
    step.states.insert(state);
  }
  for (const rules::v1::StepDocument& document : read.documents()) {
    step.documents.push_back(ReadDocument(document));
  }
  return step;
}

}  // namespace

absl::StatusOr<OrganizationRuleBook> LoadOrganizationRules(const std::string& path,
                                                           operation::RuleCatalogue* shown) {
  RONGHE_ASSIGN_OR_RETURN(const auto book, config::Load<rules::v1::OrganizationRuleBook>(path));
  std::vector<OrganizationRules> versions;
  for (const rules::v1::OrganizationRules& version : book.versions()) {
    RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay from,
                            FirstDay(version.effective_from(), version.name()));
    OrganizationRules rules{.name = version.name(), .effective_from = from, .kinds = {}};
    for (const rules::v1::Kind& kind : version.kinds()) {
      KindRule rule{.root = kind.root(),
                    .holds_members = kind.holds_members(),
                    .temporary = kind.temporary(),
                    .rule_id = kind.rule_id(),
                    .source = kind.source().empty() ? version.source() : kind.source()};
      rule.children.insert(kind.children().begin(), kind.children().end());
      rule.posts.insert(kind.posts().begin(), kind.posts().end());
      if (!rules.kinds.emplace(kind.code(), std::move(rule)).second) {
        return RulesInvalid(base::Cat(version.name(), ": kind ", kind.code(), " stands twice"));
      }
    }
    if (shown != nullptr) shown->Add(version, {}, "党组织类别");
    versions.push_back(std::move(rules));
  }
  return OrganizationRuleBook::Create(std::move(versions));
}

absl::StatusOr<UnmaskRuleBook> LoadUnmaskRules(const std::string& path,
                                               operation::RuleCatalogue* shown) {
  RONGHE_ASSIGN_OR_RETURN(const auto book, config::Load<rules::v1::UnmaskRuleBook>(path));
  std::vector<UnmaskRules> versions;
  for (const rules::v1::UnmaskRules& version : book.versions()) {
    RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay from,
                            FirstDay(version.effective_from(), version.name()));
    UnmaskRules rules{.name = version.name(),
                      .effective_from = from,
                      .limit_members = version.limit().members(),
                      .limit_window = absl::Minutes(version.limit().minutes()),
                      .limit_rule_id = version.limit().rule_id(),
                      .limit_source = version.limit().source(),
                      .download_window = absl::Hours(version.download().hours()),
                      .download_rule_id = version.download().rule_id(),
                      .download_source = version.download().source()};
    if (version.download().hours() < 1) {
      return RulesInvalid(base::Cat(version.name(), ": no hours to download"));
    }
    for (const rules::v1::Purpose& purpose : version.purposes()) {
      rules.purposes.push_back(
          {purpose.code(), purpose.title(), purpose.rule_id(), purpose.source()});
    }
    if (shown != nullptr) shown->Add(version, {}, "敏感信息查看");
    versions.push_back(std::move(rules));
  }
  return UnmaskRuleBook::Create(std::move(versions));
}

absl::StatusOr<DuesRateBook> LoadDuesRates(const std::string& path,
                                           operation::RuleCatalogue* shown) {
  RONGHE_ASSIGN_OR_RETURN(const auto book, config::Load<rules::v1::DuesRateBook>(path));
  std::vector<DuesRates> versions;
  for (const rules::v1::DuesRates& version : book.versions()) {
    RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay from,
                            FirstDay(version.effective_from(), version.name()));
    if (version.rounding() == rules::v1::DUES_ROUNDING_UNSPECIFIED) {
      return RulesInvalid(base::Cat(version.name(), ": no rounding"));
    }
    DuesRates rates{.name = version.name(),
                    .source = version.source(),
                    .effective_from = from,
                    .cap_fen = version.cap_fen(),
                    .rounding = static_cast<Rounding>(version.rounding()),
                    .categories = {},
                    .items = {}};
    for (const rules::v1::DuesCategoryRate& category : version.categories()) {
      const std::optional<DuesCategory> code = DuesCategoryOf(category.code());
      if (!code) return RulesInvalid(base::Cat(version.name(), ": category ", category.code()));
      CategoryRate rate{.brackets = {},
                        .fixed_fen = category.fixed_fen(),
                        .fixed_min_fen = category.fixed_min_fen(),
                        .fixed_max_fen = category.fixed_max_fen()};
      for (const rules::v1::DuesBracket& bracket : category.brackets()) {
        rate.brackets.push_back(
            {bracket.up_to_fen() == 0 ? kNoLimit : bracket.up_to_fen(), bracket.rate_bp()});
      }
      if (!rates.categories.emplace(*code, std::move(rate)).second) {
        return RulesInvalid(base::Cat(version.name(), ": category ", category.code(), " twice"));
      }
    }
    for (const rules::v1::DuesBaseItem& item : version.items()) {
      rates.items[item.code()] = {item.code(), item.title(), item.counts(), "4.1"};
    }
    if (shown != nullptr) shown->Add(version, {}, "党费标准");
    versions.push_back(std::move(rates));
  }
  return DuesRateBook::Create(std::move(versions));
}

absl::StatusOr<RuleBook> LoadRuleBook(const std::string& path, operation::RuleCatalogue* shown) {
  RONGHE_ASSIGN_OR_RETURN(const auto book, config::Load<rules::v1::RuleBook>(path));
  std::vector<RuleSet> versions;
  for (const rules::v1::RuleSet& version : book.versions()) {
    RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay from,
                            FirstDay(version.effective_from(), version.name()));
    RuleSet set{.name = version.name(),
                .title = version.title(),
                .source = version.source(),
                .approved_by = version.approved_by(),
                .effective_from = from,
                .rules = {}};
    for (const rules::v1::Rule& rule : version.rules()) {
      if (!set.rules.emplace(rule.key(), ReadRule(rule, set)).second) {
        return RulesInvalid(base::Cat(set.name, ": ", rule.key(), " stands twice"));
      }
    }
    if (shown != nullptr) shown->Add(version);
    versions.push_back(std::move(set));
  }
  return RuleBook::Create(std::move(versions));
}

absl::StatusOr<RuleBooks> LoadRuleBooks(const std::string& directory,
                                        operation::RuleCatalogue* shown) {
  RuleBooks books;
  for (const auto& file : std::filesystem::directory_iterator(RONGHE_MEMBERSHIP_RULE_BOOKS)) {
    const std::filesystem::path other = std::filesystem::path(directory) / file.path().filename();
    const bool replaced = !directory.empty() && std::filesystem::exists(other);
    RONGHE_ASSIGN_OR_RETURN(RuleBook book,
                            LoadRuleBook(file.path().string(), replaced ? nullptr : shown));
    if (replaced) {
      RONGHE_ASSIGN_OR_RETURN(RuleBook replacement, LoadRuleBook(other.string(), shown));
      RONGHE_RETURN_IF_ERROR(replacement.Covers(book));
      book = std::move(replacement);
    }
    books.Add(file.path().stem().string(), std::move(book));
  }
  return books;
}

absl::StatusOr<DeadlineCatalogue> LoadDeadlineCatalogue(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(const auto catalogue, config::Load<rules::v1::DeadlineCatalogue>(path));
  std::vector<DeadlineRule> rules;
  for (const rules::v1::DeadlineRule& rule : catalogue.deadlines()) {
    rules.push_back({.code = rule.code(),
                     .title = rule.title(),
                     .earliest = rule.earliest(),
                     .roles = {rule.roles().begin(), rule.roles().end()},
                     .remind_days = rule.remind_days(),
                     .escalate_days = {rule.escalate_days().begin(), rule.escalate_days().end()},
                     .waiting = rule.waiting()});
  }
  return DeadlineCatalogue::Create(
      std::move(rules), {catalogue.escalation_roles().begin(), catalogue.escalation_roles().end()});
}

std::string BuiltinDeadlineCatalogueFile() { return RONGHE_MEMBERSHIP_DEADLINES; }
absl::StatusOr<WorkCalendar> LoadWorkCalendar(const std::string& directory) {
  RONGHE_ASSIGN_OR_RETURN(
      const auto read, config::Load<rules::v1::WorkCalendar>(FileOf(
                           directory, "work_calendar.textproto", RONGHE_MEMBERSHIP_WORK_CALENDAR)));
  std::vector<WorkYear> years;
  for (const rules::v1::WorkYear& year : read.years()) {
    RONGHE_ASSIGN_OR_RETURN(years.emplace_back(), ReadYear(year));
  }
  return WorkCalendar::Create(std::move(years));
}

absl::StatusOr<admission::StepList> LoadAdmissionSteps(const RuleBook& book,
                                                       const std::string& directory) {
  RONGHE_ASSIGN_OR_RETURN(const auto read, config::Load<rules::v1::AdmissionSteps>(
                                               FileOf(directory, "admission_steps.textproto",
                                                      RONGHE_MEMBERSHIP_ADMISSION_STEPS)));
  std::vector<admission::StepInfo> steps;
  for (const rules::v1::AdmissionStep& step : read.steps()) {
    RONGHE_ASSIGN_OR_RETURN(steps.emplace_back(), ReadStep(step));
  }
  std::vector<admission::StepDocument> special;
  for (const rules::v1::StepDocument& document : read.special_documents()) {
    special.push_back(ReadDocument(document));
  }
  return admission::StepList::Create(std::move(steps), std::move(special), book);
}
std::string BuiltinDuesRatesFile() { return RONGHE_MEMBERSHIP_DUES_RATES; }

std::string BuiltinUnmaskRulesFile() { return RONGHE_MEMBERSHIP_PURPOSES; }

std::string BuiltinOrganizationRulesFile() { return RONGHE_MEMBERSHIP_RULES; }

}  // namespace ronghe::membership
