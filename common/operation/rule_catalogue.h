// By which versions of which rules does a process decide, for those who want to look them up?
//
// Loaders of rules hand every version that they have read to the catalogue, as the message in which
// it is written down; the fields' names say what each is (rule_flattener.h). So what is shown is
// what was read, and no service writes its rules down twice.
#ifndef RONGHE_COMMON_OPERATION_RULE_CATALOGUE_H_
#define RONGHE_COMMON_OPERATION_RULE_CATALOGUE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"

namespace google::protobuf {
class Message;
}

namespace ronghe::operation {

// One figure.
struct Rule {
  std::string key;      // "admit.min_age", "votes[Q-GEN].quorum"
  std::string rule_id;  // "A-01"
  std::string title;    // zh-CN
  std::string value;    // empty for a rule without a figure
  std::string unit;     // zh-CN
  std::string source;   // document and article
};

// One version of the rules on one matter.
struct RuleSet {
  std::string name;     // "branch-work"
  std::string version;  // "2018"
  std::string title;    // zh-CN
  std::string source;
  std::string approver;
  std::optional<absl::CivilDay> effective_from;
  std::optional<absl::CivilDay> effective_to;  // the first day that is not in it
  std::vector<Rule> rules;

  // "branch-work@2018".
  std::string Id() const;
};

// Filled while a process starts, read afterwards.
class RuleCatalogue {
 public:
  // Adds a version. One without an end ends where the next of the same name begins.
  void Add(RuleSet version);
  // The same for a version as it is written down. `name` and `title` are for messages that have
  // none; they take the place of what those say.
  void Add(const google::protobuf::Message& version, std::string_view name = {},
           std::string_view title = {});

  // By name, the oldest first.
  const std::vector<RuleSet>& all() const { return sets_; }
  // Null for an unknown id.
  const RuleSet* Find(std::string_view id) const;

 private:
  std::vector<RuleSet> sets_;
};

}  // namespace ronghe::operation

#endif  // RONGHE_COMMON_OPERATION_RULE_CATALOGUE_H_
