#include "services/membership/domain/rule_book.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {
namespace {

[[noreturn]] void NoSuch(const char* what, std::string_view name) {
  std::fprintf(stderr, "no %s %.*s\n", what, static_cast<int>(name.size()), name.data());
  std::abort();
}

absl::Status CheckRule(const RuleSet& version, const Rule& rule) {
  if (rule.id.empty() || rule.source.empty()) {
    return RulesInvalid(base::Cat(version.name, ": ", rule.key, " has no id or no source"));
  }
  if (rule.ratio.numerator < 0 || rule.ratio.denominator < 1) {
    return RulesInvalid(base::Cat(version.name, ": the ratio of ", rule.key, " is none"));
  }
  return absl::OkStatus();
}

}  // namespace

bool Ratio::Met(int64_t part, int64_t whole) const {
  const int64_t left = part * denominator;
  const int64_t right = whole * numerator;
  return more_than ? left > right : left >= right;
}

int64_t Ratio::Least(int64_t whole) const {
  const int64_t product = whole * numerator;
  return more_than ? product / denominator + 1 : (product + denominator - 1) / denominator;
}

bool Rule::Has(int64_t code) const {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

const Rule& RuleSet::Get(std::string_view key) const {
  const Rule* const rule = Find(key);
  if (rule == nullptr) NoSuch("rule", key);
  return *rule;
}

const Rule* RuleSet::Find(std::string_view key) const {
  const auto it = rules.find(key);
  return it == rules.end() ? nullptr : &it->second;
}

absl::StatusOr<RuleBook> RuleBook::Create(std::vector<RuleSet> versions) {
  if (versions.empty()) return RulesInvalid("no version");
  std::sort(versions.begin(), versions.end(),
            [](const RuleSet& a, const RuleSet& b) { return a.effective_from < b.effective_from; });
  for (size_t i = 0; i < versions.size(); ++i) {
    if (i > 0 && versions[i - 1].effective_from == versions[i].effective_from) {
      return RulesInvalid(base::Cat(versions[i].name, ": another version begins on the same day"));
    }
    for (const auto& [key, rule] : versions[i].rules) {
      RONGHE_RETURN_IF_ERROR(CheckRule(versions[i], rule));
    }
  }
  return RuleBook(std::move(versions));
}

const RuleSet& RuleBook::On(absl::CivilDay day) const {
  const RuleSet* found = &versions_.front();
  for (const RuleSet& version : versions_) {
    if (version.effective_from <= day) found = &version;
  }
  return *found;
}

absl::Status RuleBook::Covers(const RuleBook& other) const {
  for (const auto& [key, rule] : other.versions_.front().rules) {
    const auto lacks = [&key = key](const RuleSet& version) {
      return version.Find(key) == nullptr;
    };
    if (std::any_of(other.versions_.begin(), other.versions_.end(), lacks)) continue;
    const auto it = std::find_if(versions_.begin(), versions_.end(), lacks);
    if (it != versions_.end()) return RulesInvalid(base::Cat(it->name, ": no rule ", key));
  }
  return absl::OkStatus();
}

const RuleBook& RuleBooks::Get(std::string_view name) const {
  const auto it = books_.find(name);
  if (it == books_.end()) NoSuch("rule book", name);
  return it->second;
}

}  // namespace ronghe::membership
