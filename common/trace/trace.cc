#include "common/trace/trace.h"

#include <cstdint>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_format.h"
#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::trace {
namespace {

thread_local const Context* current = nullptr;

uint64_t RandomNonZero() {
  thread_local absl::BitGen generator;
  return absl::Uniform<uint64_t>(absl::IntervalClosed, generator, 1, UINT64_MAX);
}

std::string Hex(uint64_t value) { return absl::StrFormat("%016x", value); }

bool IsLowerHex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsId(std::string_view text) {
  return IsLowerHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

// Random ids have letters; one of digits alone carries a number that somebody put there, and trace
// ids come into logs and audit rows.
bool IsRandom(std::string_view trace_id) {
  return trace_id.find_first_not_of("0123456789") != std::string_view::npos;
}

}  // namespace

Context Context::New() {
  return {.trace_id = Hex(RandomNonZero()) + Hex(RandomNonZero()),
          .span_id = Hex(RandomNonZero()),
          .sampled = true};
}

absl::StatusOr<Context> Context::Parse(std::string_view traceparent) {
  constexpr size_t kLength = 55;
  auto invalid = [&] {
    return error::Make(absl::StatusCode::kInvalidArgument, "TRACEPARENT_INVALID",
                       "traceparent 无效");
  };
  if (traceparent.size() < kLength) return invalid();
  std::string_view version = traceparent.substr(0, 2);
  std::string_view trace_id = traceparent.substr(3, 32);
  std::string_view span_id = traceparent.substr(36, 16);
  std::string_view flags = traceparent.substr(53, 2);
  if (!IsLowerHex(version) || version == "ff" || traceparent[2] != '-' || !IsId(trace_id) ||
      !IsRandom(trace_id) || traceparent[35] != '-' || !IsId(span_id) || traceparent[52] != '-' ||
      !IsLowerHex(flags)) {
    return invalid();
  }
  // A later version may add fields, separated by a dash; version 00 has none.
  if (traceparent.size() > kLength && (version == "00" || traceparent[kLength] != '-')) {
    return invalid();
  }
  int low_digit = flags[1] <= '9' ? flags[1] - '0' : flags[1] - 'a' + 10;
  return Context{.trace_id = std::string(trace_id),
                 .span_id = std::string(span_id),
                 .sampled = (low_digit & 1) != 0};
}

std::string Context::ToHeader() const {
  if (empty()) return {};
  return base::Cat("00-", trace_id, "-", span_id, sampled ? "-01" : "-00");
}

Context Context::Child() const {
  if (empty()) return {};
  return {.trace_id = trace_id, .span_id = Hex(RandomNonZero()), .sampled = sampled};
}

const Context& Current() {
  static const auto* none = new Context;
  return current == nullptr ? *none : *current;
}

Scope::Scope(Context context) : context_(std::move(context)), previous_(current) {
  current = &context_;
}

Scope::~Scope() { current = previous_; }

}  // namespace ronghe::trace
