#include "common/base/resource_name.h"

#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::base {
namespace {

TEST(ResourceNameTest, ReadsWhatItWrites) {
  for (int64_t id : {int64_t{1}, int64_t{12}, int64_t{9223372036854775807}}) {
    auto parsed = ParseName(Name("members", id), "members");
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, id);
  }
  EXPECT_EQ(Name("members", 12), "members/12");
  auto child = ParseChildName(ChildName("members", 12, "posts", 3), "members", "posts");
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(*child, std::pair(int64_t{12}, int64_t{3}));
}

TEST(ResourceNameTest, RefusesWhatIsNoName) {
  for (const char* name :
       {"", "members", "members/", "members/0", "members/012", "members/-1", "members/+1",
        "members/1/", "members/1/posts/2", "Members/1", "member/1", "members//1", "members/1 ",
        "members/9223372036854775808", "members/99999999999999999999", "members/一"}) {
    auto parsed = ParseName(name, "members");
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_EQ(error::Reason(parsed.status()), "NAME_INVALID") << name;
  }
  for (const char* name : {"members/1", "members/1/posts", "members/1/posts/", "members/1/posts/0",
                           "members/1/posts/2/x", "members/x/posts/2", "posts/2"}) {
    EXPECT_FALSE(ParseChildName(name, "members", "posts").ok()) << name;
  }
}

}  // namespace
}  // namespace ronghe::base
