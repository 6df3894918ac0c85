#include "common/operation/rule_catalogue.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/base/strings.h"
#include "common/operation/rule_flattener.h"

namespace ronghe::operation {
namespace {

bool Before(const RuleSet& a, const RuleSet& b) {
  if (a.name != b.name) return a.name < b.name;
  return a.effective_from < b.effective_from;
}

}  // namespace

std::string RuleSet::Id() const { return base::Cat(name, "@", version); }

void RuleCatalogue::Add(RuleSet version) {
  const auto place = std::upper_bound(sets_.begin(), sets_.end(), version, Before);
  const auto added = sets_.insert(place, std::move(version));
  const auto end_before = [](RuleSet& older, const RuleSet& newer) {
    if (older.name != newer.name || !newer.effective_from) return;
    if (!older.effective_to || *older.effective_to > *newer.effective_from) {
      older.effective_to = newer.effective_from;
    }
  };
  if (const auto next = std::next(added); next != sets_.end()) end_before(*added, *next);
  if (added != sets_.begin()) end_before(*std::prev(added), *added);
}

void RuleCatalogue::Add(const google::protobuf::Message& version, std::string_view name,
                        std::string_view title) {
  RuleSet set = Flatten(version);
  if (!name.empty()) set.name = name;
  if (!title.empty()) set.title = title;
  Add(std::move(set));
}

const RuleSet* RuleCatalogue::Find(std::string_view id) const {
  const auto found =
      std::find_if(sets_.begin(), sets_.end(), [id](const RuleSet& set) { return set.Id() == id; });
  return found == sets_.end() ? nullptr : &*found;
}

}  // namespace ronghe::operation
