// How are the fields of one of membership's events read?
#ifndef RONGHE_COMMON_ORG_EVENT_DATA_H_
#define RONGHE_COMMON_ORG_EVENT_DATA_H_

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "common/base/civil.h"
#include "common/error/error.h"
#include "ronghe/event/v1/event_feed.pb.h"

namespace ronghe::org {

// Reads one event's data, which must outlive it; the first problem is kept.
class EventData {
 public:
  explicit EventData(const event::v1::Event& event) : event_(event) {}

  std::string Text(const char* key) {
    const auto it = event_.data().find(key);
    if (it == event_.data().end()) {
      Fail(key);
      return std::string();
    }
    return it->second;
  }
  // An id, plain or as the last part of a name; 0 when empty.
  int64_t Id(const char* key) {
    const std::string text = Text(key);
    std::string_view digits = text;
    if (const size_t slash = digits.rfind('/'); slash != std::string_view::npos) {
      digits.remove_prefix(slash + 1);
    }
    return digits.empty() ? 0 : Number<int64_t>(key, digits);
  }
  int32_t Int(const char* key) { return Number<int32_t>(key, Text(key)); }
  std::optional<absl::CivilDay> OptionalDay(const char* key) { return ReadDay(key, Text(key)); }
  absl::CivilDay Day(const char* key) {
    const std::optional<absl::CivilDay> day = OptionalDay(key);
    if (!day.has_value()) Fail(key);
    return day.value_or(absl::CivilDay());
  }

  // The same of a text that stands somewhere in the field `key`.
  template <class Int>
  Int Number(const char* key, std::string_view text) {
    Int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) Fail(key);
    return value;
  }
  // Nothing when empty.
  std::optional<absl::CivilDay> ReadDay(const char* key, std::string_view text) {
    if (text.empty()) return std::nullopt;
    const absl::StatusOr<absl::CivilDay> day = base::ParseDay(text);
    if (!day.ok()) {
      Fail(key);
      return std::nullopt;
    }
    return *day;
  }

  void Fail(const char* key) {
    if (!status_.ok()) return;
    status_ = error::Make(absl::StatusCode::kInternal, "EVENT_INVALID", "上游事件格式有误",
                          {{"event", event_.id()}, {"type", event_.type()}, {"key", key}});
  }
  // EVENT_INVALID, or OK.
  const absl::Status& status() const { return status_; }

 private:
  const event::v1::Event& event_;
  absl::Status status_;
};

}  // namespace ronghe::org

#endif  // RONGHE_COMMON_ORG_EVENT_DATA_H_
