#ifndef RONGHE_COMMON_BASE_STATUS_MACROS_H_
#define RONGHE_COMMON_BASE_STATUS_MACROS_H_

// How does a function pass an error on to its caller in one line?

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns the status of `expr` from the enclosing function unless it is OK. Works in functions that
// return absl::Status or absl::StatusOr.
#define RONGHE_RETURN_IF_ERROR(expr)                                  \
  do {                                                                \
    if (::absl::Status ronghe_status = (expr); !ronghe_status.ok()) { \
      return ronghe_status;                                           \
    }                                                                 \
  } while (false)

#define RONGHE_STATUS_CONCAT_INNER_(a, b) a##b
#define RONGHE_STATUS_CONCAT_(a, b) RONGHE_STATUS_CONCAT_INNER_(a, b)

#define RONGHE_ASSIGN_OR_RETURN_(result, lhs, expr) \
  auto result = (expr);                             \
  if (!result.ok()) {                               \
    return std::move(result).status();              \
  }                                                 \
  lhs = std::move(result).value()

// Evaluates the StatusOr `expr`; returns its error from the enclosing function or assigns its value
// to `lhs`, which may declare a variable.
#define RONGHE_ASSIGN_OR_RETURN(lhs, expr) \
  RONGHE_ASSIGN_OR_RETURN_(RONGHE_STATUS_CONCAT_(ronghe_result_, __COUNTER__), lhs, expr)

#endif  // RONGHE_COMMON_BASE_STATUS_MACROS_H_
