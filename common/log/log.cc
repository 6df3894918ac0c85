#include "common/log/log.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cmath>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/trace/trace.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "ronghe/options/v1/options.pb.h"

namespace ronghe::log {
namespace {

constexpr size_t kMaxRedactedBytes = 4096;

struct State {
  std::atomic<Level> level{Level::kInfo};
  absl::Mutex mutex;  // also keeps lines whole
  std::string service ABSL_GUARDED_BY(mutex);
  std::string* capture ABSL_GUARDED_BY(mutex) = nullptr;
};

State& GlobalState() {
  static auto* state = new State;
  return *state;
}

const char* LevelName(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarn:
      return "warn";
    case Level::kError:
      break;
  }
  return "error";
}

void AppendQuoted(std::string& out, std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  bool valid = base::IsValidUtf8(text);
  out.push_back('"');
  for (size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '"' || byte == '\\') {
      out.push_back('\\');
      out.push_back(text[i]);
    } else if (byte == '\n') {
      out.append("\\n");
    } else if (byte < 0x20 || byte == 0x7F) {
      absl::StrAppendFormat(&out, "\\u%04x", byte);
    } else if (byte < 0x80 || valid) {
      out.push_back(text[i]);
    } else {
      out.append(kReplacement);
    }
  }
  out.push_back('"');
}

struct AppendValue {
  std::string& out;
  void operator()(std::string_view value) const { AppendQuoted(out, value); }
  void operator()(const std::string& value) const { AppendQuoted(out, value); }
  void operator()(int64_t value) const { absl::StrAppend(&out, value); }
  void operator()(bool value) const { out.append(value ? "true" : "false"); }
  void operator()(double value) const {
    if (std::isfinite(value)) {
      absl::StrAppendFormat(&out, "%.6g", value);
    } else {
      out.append("null");
    }
  }
};

void WriteAll(std::string_view line) {
  while (!line.empty()) {
    ssize_t written = write(STDERR_FILENO, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    line.remove_prefix(static_cast<size_t>(written));
  }
}

void Write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!Enabled(level)) return;
  std::string line = absl::StrCat(
      R"({"time":")", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone()),
      R"(","level":")", LevelName(level), "\"");
  std::string rest = R"(,"event":)";
  AppendQuoted(rest, event);
  if (const trace::Context& context = trace::Current(); !context.empty()) {
    absl::StrAppend(&rest, R"(,"trace_id":")", context.trace_id, R"(","span_id":")",
                    context.span_id, "\"");
  }
  for (const Field& field : fields) {
    rest.push_back(',');
    AppendQuoted(rest, field.key);
    rest.push_back(':');
    std::visit(AppendValue{rest}, field.value);
  }
  rest.append("}\n");

  State& state = GlobalState();
  absl::MutexLock lock(&state.mutex);
  if (!state.service.empty()) {
    line.append(R"(,"service":)");
    AppendQuoted(line, state.service);
  }
  line.append(rest);
  if (state.capture != nullptr) {
    state.capture->append(line);
  } else {
    WriteAll(line);
  }
}

using Generator = google::protobuf::TextFormat::BaseTextGenerator;

// Prints "[redacted]" for what the printer registers it for.
class Redacted : public google::protobuf::TextFormat::FastFieldValuePrinter {
 public:
  void PrintBool(bool, Generator* out) const override { Print(out); }
  void PrintInt32(int32_t, Generator* out) const override { Print(out); }
  void PrintUInt32(uint32_t, Generator* out) const override { Print(out); }
  void PrintInt64(int64_t, Generator* out) const override { Print(out); }
  void PrintUInt64(uint64_t, Generator* out) const override { Print(out); }
  void PrintFloat(float, Generator* out) const override { Print(out); }
  void PrintDouble(double, Generator* out) const override { Print(out); }
  void PrintString(const std::string&, Generator* out) const override { Print(out); }
  void PrintBytes(const std::string&, Generator* out) const override { Print(out); }
  void PrintEnum(int32_t, const std::string&, Generator* out) const override { Print(out); }
  bool PrintMessageContent(const google::protobuf::Message&, int, int, bool,
                           Generator* out) const override {
    Print(out);
    out->PrintLiteral(" ");
    return true;
  }

 private:
  static void Print(Generator* out) { out->PrintLiteral("[redacted]"); }
};

// A printer for messages of `root`, which knows every sensitive or private field that can stand in
// one.
std::unique_ptr<google::protobuf::TextFormat::Printer> MakePrinter(
    const google::protobuf::Descriptor* root) {
  auto printer = std::make_unique<google::protobuf::TextFormat::Printer>();
  printer->SetSingleLineMode(true);
  printer->SetUseUtf8StringEscaping(true);
  printer->SetHideUnknownFields(true);
  std::vector<const google::protobuf::Descriptor*> waiting = {root};
  absl::flat_hash_set<const google::protobuf::Descriptor*> seen = {root};
  while (!waiting.empty()) {
    const auto* descriptor = waiting.back();
    waiting.pop_back();
    bool opaque = descriptor->full_name() == "google.protobuf.Any";
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const auto* field = descriptor->field(i);
      if (field->options().GetExtension(options::v1::sensitive) ||
          field->options().GetExtension(options::v1::private_) ||
          (opaque && field->name() == "value")) {
        printer->RegisterFieldValuePrinter(field, new Redacted);
      }
      const auto* nested = field->message_type();
      if (nested != nullptr && seen.insert(nested).second) waiting.push_back(nested);
    }
  }
  return printer;
}

const google::protobuf::TextFormat::Printer& PrinterFor(
    const google::protobuf::Descriptor* descriptor) {
  static auto* mutex = new absl::Mutex;
  static auto* printers =
      new absl::flat_hash_map<const google::protobuf::Descriptor*,
                              std::unique_ptr<google::protobuf::TextFormat::Printer>>;
  absl::MutexLock lock(mutex);
  auto& printer = (*printers)[descriptor];
  if (printer == nullptr) printer = MakePrinter(descriptor);
  return *printer;
}

}  // namespace

Field::Field(std::string_view k, const absl::Status& v)
    : key(k), value(v.ToString(absl::StatusToStringMode::kWithNoExtraData)) {}

void Init(std::string_view service, Level level) {
  State& state = GlobalState();
  state.level = level;
  absl::MutexLock lock(&state.mutex);
  state.service = std::string(service);
}

absl::StatusOr<Level> ParseLevel(std::string_view text) {
  if (text == "debug") return Level::kDebug;
  if (text == "info" || text.empty()) return Level::kInfo;
  if (text == "warn") return Level::kWarn;
  if (text == "error") return Level::kError;
  return error::Make(absl::StatusCode::kInvalidArgument, "LOG_LEVEL_INVALID",
                     "日志级别应为 debug、info、warn 或 error", {{"value", std::string(text)}});
}

bool Enabled(Level level) { return level >= GlobalState().level.load(std::memory_order_relaxed); }

void Debug(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kDebug, event, fields);
}

void Info(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kInfo, event, fields);
}

void Warn(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kWarn, event, fields);
}

void Error(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kError, event, fields);
}

std::string Redact(const google::protobuf::Message& message) {
  std::string text;
  PrinterFor(message.GetDescriptor()).PrintToString(message, &text);
  while (text.ends_with(' ')) text.pop_back();
  if (text.size() <= kMaxRedactedBytes) return text;
  constexpr std::string_view kCut = " …";
  return base::Cat(base::Utf8Prefix(text, kMaxRedactedBytes - kCut.size()), kCut);
}

Capture::Capture() {
  State& state = GlobalState();
  absl::MutexLock lock(&state.mutex);
  state.capture = &text_;
}

Capture::~Capture() {
  State& state = GlobalState();
  absl::MutexLock lock(&state.mutex);
  state.capture = nullptr;
}

std::string Capture::Text() const {
  absl::MutexLock lock(&GlobalState().mutex);
  return text_;
}

}  // namespace ronghe::log
