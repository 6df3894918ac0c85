#include "common/base/status_macros.h"

#include <memory>

#include "gtest/gtest.h"

namespace ronghe::base {
namespace {

absl::StatusOr<std::unique_ptr<int>> Half(int value) {
  if (value % 2 != 0) return absl::InvalidArgumentError("odd");
  return std::make_unique<int>(value / 2);
}

absl::StatusOr<int> Quarter(int value) {
  RONGHE_ASSIGN_OR_RETURN(std::unique_ptr<int> half, Half(value));
  RONGHE_ASSIGN_OR_RETURN(auto quarter, Half(*half));
  return *quarter;
}

absl::Status CheckQuarter(int value) {
  RONGHE_RETURN_IF_ERROR(Quarter(value).status());
  return absl::OkStatus();
}

TEST(StatusMacrosTest, PassesValuesOn) {
  auto quarter = Quarter(12);
  ASSERT_TRUE(quarter.ok());
  EXPECT_EQ(*quarter, 3);
  EXPECT_TRUE(CheckQuarter(8).ok());
}

TEST(StatusMacrosTest, PassesErrorsOn) {
  EXPECT_EQ(Quarter(7).status(), absl::InvalidArgumentError("odd"));
  EXPECT_EQ(Quarter(6).status(), absl::InvalidArgumentError("odd"));
  EXPECT_EQ(CheckQuarter(6), absl::InvalidArgumentError("odd"));
}

}  // namespace
}  // namespace ronghe::base
