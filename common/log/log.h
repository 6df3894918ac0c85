#ifndef RONGHE_COMMON_LOG_LOG_H_
#define RONGHE_COMMON_LOG_LOG_H_

// What happened, in lines that a program can read? One JSON object a line on stderr:
// {"time":…,"level":…,"service":…,"event":…,"trace_id":…, fields…}. Never personal data: print a
// message through Redact.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"

namespace ronghe::log {

enum class Level { kDebug, kInfo, kWarn, kError };

// A key with a text, number, truth value or status. The text is only viewed: a Field lives as long
// as the call that it is an argument of.
struct Field {
  std::string_view key;
  std::variant<std::string_view, int64_t, double, bool, std::string> value;

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, bool v) : key(k), value(v) {}
  Field(std::string_view k, double v) : key(k), value(v) {}
  template <class Int,
            std::enable_if_t<std::is_integral_v<Int> && !std::is_same_v<Int, bool>, int> = 0>
  Field(std::string_view k, Int v) : key(k), value(static_cast<int64_t>(v)) {}
  // "CODE: message".
  Field(std::string_view k, const absl::Status& v);
  // Seconds, as a number.
  Field(std::string_view k, absl::Duration v) : key(k), value(absl::ToDoubleSeconds(v)) {}
};

// Sets the `service` of every line and the least level that is written. Called once, in main;
// before that the level is info and there is no service.
void Init(std::string_view service, Level level);

// "debug", "info", "warn", "error"; empty is info. INVALID_ARGUMENT, reason LOG_LEVEL_INVALID,
// else.
absl::StatusOr<Level> ParseLevel(std::string_view text);

// Whether a line of `level` would be written.
bool Enabled(Level level);

// Write one line. `event` is snake_case and constant: what varies goes into fields. Thread-safe; a
// line is written whole. Invalid UTF-8 is replaced.
void Debug(std::string_view event, std::initializer_list<Field> fields = {});
void Info(std::string_view event, std::initializer_list<Field> fields = {});
void Warn(std::string_view event, std::initializer_list<Field> fields = {});
void Error(std::string_view event, std::initializer_list<Field> fields = {});

// `message` as one line of text format without the fields that are marked sensitive or private
// (ronghe.options.v1): those print as [redacted]. Unknown fields are left out. At most 4 KiB.
std::string Redact(const google::protobuf::Message& message);

// Keeps lines instead of writing them to stderr, until destroyed: for tests of what is logged. One
// at a time.
class Capture {
 public:
  Capture();
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  // All lines so far.
  std::string Text() const;

 private:
  std::string text_;
};

}  // namespace ronghe::log

#endif  // RONGHE_COMMON_LOG_LOG_H_
