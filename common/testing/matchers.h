// How do tests speak about statuses and messages?
//
//   EXPECT_THAT(Load(1), IsOk());
//   EXPECT_THAT(Load(2), StatusIs(absl::StatusCode::kNotFound));
//   EXPECT_THAT(Load(3), HasReason("ETAG_MISMATCH"));
//   EXPECT_THAT(Load(4), IsOkAndHolds(EqualsProto(R"pb(name: "members/4")pb")));
#ifndef RONGHE_COMMON_TESTING_MATCHERS_H_
#define RONGHE_COMMON_TESTING_MATCHERS_H_

#include <memory>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/error/error.h"
#include "gmock/gmock.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace ronghe::testing {

namespace internal {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <class T>
const absl::Status& StatusOf(const absl::StatusOr<T>& value) {
  return value.status();
}

// A status with its reason, as a test failure should show it.
std::string Describe(const absl::Status& status);

// True if the message equals the text; otherwise `difference` says where it does not.
bool EqualsText(const google::protobuf::Message& actual, const std::string& text,
                std::string* difference);
bool EqualsMessage(const google::protobuf::Message& actual,
                   const google::protobuf::Message& expected, std::string* difference);

}  // namespace internal

MATCHER(IsOk, negation ? "is an error" : "is OK") {
  *result_listener << internal::Describe(internal::StatusOf(arg));
  return internal::StatusOf(arg).ok();
}

MATCHER_P(StatusIs, code, "has the status code " + ::testing::PrintToString(code)) {
  *result_listener << internal::Describe(internal::StatusOf(arg));
  return internal::StatusOf(arg).code() == code;
}

MATCHER_P2(StatusIs, code, message,
           "has the status code " + ::testing::PrintToString(code) + " and a message that " +
               ::testing::DescribeMatcher<std::string>(message)) {
  const absl::Status& status = internal::StatusOf(arg);
  *result_listener << internal::Describe(status);
  return status.code() == code &&
         ::testing::ExplainMatchResult(message, std::string(status.message()), result_listener);
}

MATCHER_P(HasReason, reason, "has the reason " + ::testing::PrintToString(reason)) {
  *result_listener << internal::Describe(internal::StatusOf(arg));
  return error::Reason(internal::StatusOf(arg)) == reason;
}

MATCHER_P(IsOkAndHolds, inner, "is OK and holds a value that matches") {
  if (!arg.ok()) {
    *result_listener << internal::Describe(arg.status());
    return false;
  }
  return ::testing::ExplainMatchResult(inner, *arg, result_listener);
}

MATCHER_P(EqualsProto, expected, "equals the message") {
  std::string difference;
  bool equal;
  if constexpr (std::is_base_of_v<google::protobuf::Message,
                                  std::remove_cvref_t<decltype(expected)>>) {
    equal = internal::EqualsMessage(arg, expected, &difference);
  } else {
    equal = internal::EqualsText(arg, expected, &difference);
  }
  *result_listener << difference;
  return equal;
}

}  // namespace ronghe::testing

#define RONGHE_TESTING_CONCAT_(a, b) a##b
#define RONGHE_TESTING_CONCAT(a, b) RONGHE_TESTING_CONCAT_(a, b)
#define RONGHE_TESTING_ASSIGN_(tmp, lhs, expr)                                  \
  auto tmp = (expr);                                                            \
  ASSERT_TRUE(tmp.ok()) << ::ronghe::testing::internal::Describe(tmp.status()); \
  lhs = std::move(tmp).value()

#define ASSERT_OK(expr) ASSERT_THAT((expr), ::ronghe::testing::IsOk())
#define EXPECT_OK(expr) EXPECT_THAT((expr), ::ronghe::testing::IsOk())
#define ASSERT_OK_AND_ASSIGN(lhs, expr) \
  RONGHE_TESTING_ASSIGN_(RONGHE_TESTING_CONCAT(status_or_, __LINE__), lhs, expr)

#endif  // RONGHE_COMMON_TESTING_MATCHERS_H_
