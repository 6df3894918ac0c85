#ifndef RONGHE_COMMON_BASE_RESOURCE_NAME_H_
#define RONGHE_COMMON_BASE_RESOURCE_NAME_H_

// How does a resource's name ("members/12", "members/12/posts/3") become an id, and back?

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace ronghe::base {

// "members/12" with "members" gives 12. Ids are positive decimal numbers without leading zero.
// INVALID_ARGUMENT, reason NAME_INVALID, for anything else.
absl::StatusOr<int64_t> ParseName(std::string_view name, std::string_view collection);

// "members/12/posts/3" with "members", "posts" gives {12, 3}. Errors as ParseName.
absl::StatusOr<std::pair<int64_t, int64_t>> ParseChildName(std::string_view name,
                                                           std::string_view collection,
                                                           std::string_view child_collection);

// Name("members", 12) gives "members/12".
std::string Name(std::string_view collection, int64_t id);

// ChildName("members", 12, "posts", 3) gives "members/12/posts/3".
std::string ChildName(std::string_view collection, int64_t id, std::string_view child_collection,
                      int64_t child_id);

}  // namespace ronghe::base

#endif  // RONGHE_COMMON_BASE_RESOURCE_NAME_H_
