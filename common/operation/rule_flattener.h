// How does a version of rules, whatever its message looks like, become a list of figures?
//
// By what fields are called throughout the rule files:
//   of the version   id or name ("admission/2026-05-11": name and version), version, title, source,
//                    approved_by, effective_from, effective_to (YYYY-MM-DD or google.type.Date)
//   of a part        id or rule_id, title, source or article (which follows the source of the
//                    version): they hold for all below it. key, id, code or kind tells it from its
//                    neighbours; a `key` is that of its first figure
//   of a figure      numerator and denominator are one; "value" in a message is its figure;
//                    x_source is the source of the fields beside it that begin with x
// A part without a figure is a rule without one. Fields that are 0, false or empty say nothing.
#ifndef RONGHE_COMMON_OPERATION_RULE_FLATTENER_H_
#define RONGHE_COMMON_OPERATION_RULE_FLATTENER_H_

#include "common/operation/rule_catalogue.h"

namespace ronghe::operation {

RuleSet Flatten(const google::protobuf::Message& version);

}  // namespace ronghe::operation

#endif  // RONGHE_COMMON_OPERATION_RULE_FLATTENER_H_
