#include "services/gateway/access/sharing/field_filter.h"

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "ronghe/options/v1/options.pb.h"
#include "services/gateway/transcode/wire.h"

namespace ronghe::gateway::access {
namespace {

using google::protobuf::FieldDescriptor;
using transcode::Field;
using transcode::MessageTable;

// Deeper than protobuf's own parsers go.
constexpr int kMaxDepth = 100;

bool Ours(const MessageTable& message) {
  return !absl::StartsWith(message.descriptor->full_name(), "google.");
}

// The value of a map of messages of ours, or null.
const MessageTable* MapValue(const Field& field) {
  if (!field.map) return nullptr;
  const Field* value = field.message->ByNumber(2);
  return value->message != nullptr && Ours(*value->message) ? value->message : nullptr;
}

// How a list or a stream goes on: sealed cursors, and whether there is more.
bool Continues(const FieldDescriptor& field) {
  return field.name() == "next_page_token" || field.name() == "resume_token" ||
         field.name() == "at_head";
}

bool Container(const Field& field) {
  return field.message != nullptr && !field.map && Ours(*field.message);
}

// Whether a value of this wire type is one of the field, packed or not.
bool Fits(const Field& field, uint8_t wire_type) {
  return wire_type == field.wire_type ||
         (field.repeated && field.packable && wire_type == transcode::kDelimited);
}

}  // namespace

bool NeedsOwnWord(const FieldDescriptor& field) {
  return field.options().GetExtension(options::v1::sensitive) ||
         field.options().GetExtension(options::v1::private_);
}

struct FieldFilter::Plan {
  enum class Action : uint8_t { kDrop, kKeep, kWalk };
  struct Step {
    Action action = Action::kDrop;
    const Plan* inner = nullptr;
  };
  const MessageTable* message = nullptr;
  // By the position of the field.
  std::vector<Step> steps;
  // Nothing of the message can pass.
  bool empty = true;
};

class FieldFilter::Compiler {
 public:
  Compiler(FieldFilter* filter, const std::vector<std::string>& fields)
      : filter_(filter), granted_(fields.begin(), fields.end()) {}

  absl::Status Run(const MessageTable& response, const std::vector<std::string>& fields) {
    Plan* const root = Add(response);
    PassContinuation(root);
    filter_->root_ = root;
    for (const std::string& field : fields) {
      if (!known_.contains(field)) {
        return error::Make(absl::StatusCode::kInvalidArgument, "SHARE_FIELD_UNKNOWN",
                           absl::StrCat("返回内容中没有可共享的字段 ", field), {{"field", field}});
      }
    }
    Prune();
    return absl::OkStatus();
  }

 private:
  using Action = Plan::Action;

  // The plan of a type; one for each.
  Plan* Add(const MessageTable& message) {
    Plan*& plan = by_message_[&message];
    if (plan != nullptr) return plan;
    plan = filter_->plans_.emplace_back(std::make_unique<Plan>()).get();
    Plan* const made = plan;  // the reference may move below
    made->message = &message;
    made->steps.resize(message.fields.size());
    known_.insert(absl::StrCat(message.descriptor->full_name(), ".*"));
    for (const Field& field : message.fields) {
      made->steps[static_cast<size_t>(field.index)] = StepOf(field);
    }
    return made;
  }

  Plan::Step StepOf(const Field& field) {
    const bool own_word = NeedsOwnWord(*field.descriptor);
    if (Container(field)) {
      // Known either way, so that a grant of what is below is.
      Plan* const inner = Add(*field.message);
      if (!own_word) return {Action::kWalk, inner};
      known_.insert(field.descriptor->full_name());
      if (!granted_.contains(field.descriptor->full_name())) return {};
      return {Action::kWalk, inner};
    }
    known_.insert(field.descriptor->full_name());
    const MessageTable* value = MapValue(field);
    Plan* const inner = value == nullptr ? nullptr : Entry(field, *value);
    if (!Granted(*field.descriptor, own_word)) return {};
    return inner == nullptr ? Plan::Step{Action::kKeep, nullptr} : Plan::Step{Action::kWalk, inner};
  }

  // An entry of a map keeps its key; its value is walked.
  Plan* Entry(const Field& field, const MessageTable& value) {
    Plan* const inner = Add(value);
    Plan*& plan = by_message_[field.message];
    if (plan == nullptr) {
      plan = filter_->plans_.emplace_back(std::make_unique<Plan>()).get();
      plan->message = field.message;
      plan->steps.resize(field.message->fields.size());
      plan->steps[static_cast<size_t>(field.message->ByNumber(1)->index)] = {Action::kKeep,
                                                                             nullptr};
      plan->steps[static_cast<size_t>(field.message->ByNumber(2)->index)] = {Action::kWalk, inner};
    }
    return plan;
  }

  bool Granted(const FieldDescriptor& field, bool own_word) const {
    return granted_.contains(field.full_name()) ||
           (!own_word &&
            granted_.contains(absl::StrCat(field.containing_type()->full_name(), ".*")));
  }

  static void PassContinuation(Plan* plan) {
    for (const Field& field : plan->message->fields) {
      if (!Continues(*field.descriptor)) continue;
      plan->steps[static_cast<size_t>(field.index)] = {Action::kKeep, nullptr};
    }
  }

  // A message of which nothing can pass is dropped: that it is there would already say something.
  void Prune() {
    for (bool changed = true; changed;) {
      changed = false;
      for (const auto& plan : filter_->plans_) {
        if (plan->empty && AnyPasses(*plan)) {
          plan->empty = false;
          changed = true;
        }
      }
    }
    for (const auto& plan : filter_->plans_) {
      for (Plan::Step& step : plan->steps) {
        if (step.action == Action::kWalk && step.inner->empty) step = {};
      }
    }
  }

  static bool AnyPasses(const Plan& plan) {
    for (const Plan::Step& step : plan.steps) {
      if (step.action == Action::kKeep) return true;
      if (step.action == Action::kWalk && !step.inner->empty) return true;
    }
    return false;
  }

  FieldFilter* const filter_;
  const absl::flat_hash_set<std::string> granted_;
  // What a grant may name.
  absl::flat_hash_set<std::string> known_;
  absl::flat_hash_map<const MessageTable*, Plan*> by_message_;
};

FieldFilter::FieldFilter() = default;
FieldFilter::~FieldFilter() = default;

absl::StatusOr<std::shared_ptr<const FieldFilter>> FieldFilter::Compile(
    const MessageTable& response, const std::vector<std::string>& fields) {
  std::shared_ptr<FieldFilter> filter(new FieldFilter);
  RONGHE_RETURN_IF_ERROR(Compiler(filter.get(), fields).Run(response, fields));
  return std::shared_ptr<const FieldFilter>(std::move(filter));
}

bool FieldFilter::Apply(std::string_view message, std::string* out) const {
  return Walk(*root_, message, 0, out);
}

bool FieldFilter::Walk(const Plan& plan, std::string_view message, int depth, std::string* out) {
  if (depth > kMaxDepth) return false;
  transcode::WireReader reader(message);
  while (!reader.done()) {
    const char* const begin = reader.position();
    int number;
    uint8_t wire_type;
    if (!reader.ReadTag(&number, &wire_type)) return false;
    const Field* field = plan.message->ByNumber(number);
    const Plan::Step step = field == nullptr || !Fits(*field, wire_type)
                                ? Plan::Step()
                                : plan.steps[static_cast<size_t>(field->index)];
    if (step.action != Plan::Action::kWalk) {
      if (!reader.Skip(number, wire_type)) return false;
      if (step.action == Plan::Action::kKeep) out->append(begin, reader.position());
      continue;
    }
    std::string_view inner;
    if (!reader.ReadDelimited(&inner)) return false;
    transcode::AppendTag(out, number, wire_type);
    const size_t at = out->size();
    if (!Walk(*step.inner, inner, depth + 1, out)) return false;
    std::string size;
    transcode::AppendVarint(&size, out->size() - at);
    out->insert(at, size);
  }
  return true;
}

}  // namespace ronghe::gateway::access
