#include "services/membership/domain/unmask.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {

const Purpose* UnmaskRules::Find(std::string_view code) const {
  const auto it = std::find_if(purposes.begin(), purposes.end(),
                               [&](const Purpose& purpose) { return purpose.code == code; });
  return it == purposes.end() ? nullptr : &*it;
}

absl::StatusOr<UnmaskRuleBook> UnmaskRuleBook::Create(std::vector<UnmaskRules> versions) {
  if (versions.empty()) return RulesInvalid("no version");
  std::sort(versions.begin(), versions.end(), [](const UnmaskRules& a, const UnmaskRules& b) {
    return a.effective_from < b.effective_from;
  });
  for (size_t i = 0; i < versions.size(); ++i) {
    const UnmaskRules& version = versions[i];
    if (i > 0 && versions[i - 1].effective_from == version.effective_from) {
      return RulesInvalid(absl::StrCat(version.name, ": another version begins on the same day"));
    }
    if (version.purposes.empty()) return RulesInvalid(absl::StrCat(version.name, ": no purpose"));
    std::set<std::string> codes;
    for (const Purpose& purpose : version.purposes) {
      if (purpose.code.empty() || purpose.title.empty() || purpose.source.empty() ||
          !codes.insert(purpose.code).second) {
        return RulesInvalid(absl::StrCat(version.name, ": purpose ", purpose.code,
                                         " stands twice or lacks title or source"));
      }
    }
    if (version.limit_members <= 0 || version.limit_window <= absl::ZeroDuration() ||
        version.limit_source.empty()) {
      return RulesInvalid(absl::StrCat(version.name, ": the limit must be positive"));
    }
  }
  return UnmaskRuleBook(std::move(versions));
}

const UnmaskRules& UnmaskRuleBook::On(absl::CivilDay day) const {
  const UnmaskRules* found = &versions_.front();
  for (const UnmaskRules& version : versions_) {
    if (version.effective_from <= day) found = &version;
  }
  return *found;
}

absl::Status CheckUnmaskLimit(const UnmaskRules& rules, std::span<const RecentRead> recent,
                              int64_t member_id, absl::Time now) {
  std::vector<absl::Time> others;
  for (const RecentRead& read : recent) {
    if (read.time <= now - rules.limit_window) continue;
    if (read.member_id == member_id) return absl::OkStatus();
    others.push_back(read.time);
  }
  const size_t limit = static_cast<size_t>(rules.limit_members);
  if (others.size() < limit) return absl::OkStatus();
  std::sort(others.begin(), others.end());
  const absl::Time free = others[others.size() - limit] + rules.limit_window;
  return UnmaskLimitReached(rules, static_cast<int64_t>(others.size()), free - now);
}

}  // namespace ronghe::membership
