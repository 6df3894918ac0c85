#include "services/gateway/transcode/router.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "google/api/annotations.pb.h"
#include "services/gateway/transcode/wire.h"

namespace ronghe::gateway::transcode {
namespace {

using google::api::HttpRule;

// A longer path names nothing.
constexpr size_t kMaxSegments = 32;

// A decoded segment that no reader takes for a path of several, for another folder or for the end
// of a text.
bool IsSegment(std::string_view segment) {
  if (segment == "." || segment == ".." || !base::IsValidUtf8(segment)) return false;
  return std::none_of(segment.begin(), segment.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '/' || c == '\\';
  });
}

absl::Status Refuse(const Method& method, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(method.label, ": ", base::Sv(what)));
}

absl::Status InvalidField(std::string field, std::string description_zh) {
  return error::InvalidFields({{std::move(field), std::move(description_zh)}});
}

// One segment of a template: a literal, or `*` (empty), or `**`.
struct TemplateSegment {
  std::string literal;
  bool star = false;
  bool rest = false;
};

struct Template {
  struct Variable {
    std::string path;
    size_t first = 0;
    size_t count = 0;
    bool rest = false;
  };
  std::vector<TemplateSegment> segments;
  std::vector<Variable> variables;
  std::string verb;
};

// Parses `/v1/{name=members/*}/posts:batchGet` by the grammar of google/api/http.proto.
class TemplateParser {
 public:
  explicit TemplateParser(std::string_view text) : text_(text) {}

  bool Parse(Template* out) {
    if (!Take('/')) return false;
    do {
      if (!Segment(out, true)) return false;
    } while (Take('/'));
    if (Take(':')) {
      out->verb = Word();
      if (out->verb.empty()) return false;
    }
    if (!text_.empty()) return false;
    for (size_t i = 0; i + 1 < out->segments.size(); ++i) {
      if (out->segments[i].rest) return false;
    }
    return out->segments.size() <= kMaxSegments;
  }

 private:
  bool Take(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  std::string Word() {
    size_t size = 0;
    while (size < text_.size() &&
           (absl::ascii_isalnum(static_cast<unsigned char>(text_[size])) || text_[size] == '_' ||
            text_[size] == '-' || text_[size] == '.')) {
      ++size;
    }
    std::string word(text_.substr(0, size));
    text_.remove_prefix(size);
    return word;
  }

  bool Segment(Template* out, bool variables) {
    TemplateSegment segment;
    if (Take('*')) {
      if (Take('*')) {
        segment.rest = true;
      } else {
        segment.star = true;
      }
      out->segments.push_back(segment);
      return true;
    }
    if (variables && Take('{')) return Variable(out);
    segment.literal = Word();
    if (segment.literal.empty()) return false;
    out->segments.push_back(segment);
    return true;
  }

  bool Variable(Template* out) {
    Template::Variable variable;
    variable.path = Word();
    variable.first = out->segments.size();
    if (variable.path.empty()) return false;
    if (Take('=')) {
      do {
        if (!Segment(out, false)) return false;
      } while (Take('/'));
    } else {
      out->segments.push_back({.literal = "", .star = true, .rest = false});
    }
    if (!Take('}')) return false;
    variable.count = out->segments.size() - variable.first;
    variable.rest = out->segments.back().rest;
    out->variables.push_back(std::move(variable));
    return true;
  }

  std::string_view text_;
};

bool VerbOf(const HttpRule& rule, Verb* verb, std::string* pattern) {
  switch (rule.pattern_case()) {
    case HttpRule::kGet:
      *verb = Verb::kGet;
      *pattern = rule.get();
      return true;
    case HttpRule::kPut:
      *verb = Verb::kPut;
      *pattern = rule.put();
      return true;
    case HttpRule::kPost:
      *verb = Verb::kPost;
      *pattern = rule.post();
      return true;
    case HttpRule::kDelete:
      *verb = Verb::kDelete;
      *pattern = rule.delete_();
      return true;
    case HttpRule::kPatch:
      *verb = Verb::kPatch;
      *pattern = rule.patch();
      return true;
    default:
      return false;
  }
}

// The value of an If-Match header: one strong tag, or "*" for any.
absl::Status ParseIfMatch(std::string_view header, std::string_view* tag) {
  while (!header.empty() && header.front() == ' ') header.remove_prefix(1);
  while (!header.empty() && header.back() == ' ') header.remove_suffix(1);
  if (header == "*") {
    *tag = {};
    return absl::OkStatus();
  }
  if (header.size() >= 2 && header.front() == '"' && header.back() == '"') {
    *tag = header.substr(1, header.size() - 2);
    if (tag->find('"') == std::string_view::npos) return absl::OkStatus();
  }
  return InvalidField("If-Match", "应为一个带双引号的版本标识,如 \"7\"");
}

absl::Status AppendQuery(const Binding& binding, std::string_view query, std::string* wire) {
  absl::InlinedVector<std::string, 8> seen;
  std::string name, value;
  while (!query.empty()) {
    const size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    if (!PercentDecode(pair.substr(0, equals), true, &name) ||
        !PercentDecode(
            equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true,
            &value) ||
        !base::IsValidUtf8(name)) {
      return InvalidField("(query)", "查询参数的百分号编码不正确");
    }
    const auto path = ResolvePath(*binding.method->request, name);
    const std::string shown(ShownName(name));
    if (!path.ok()) return InvalidField(shown, "没有这个查询参数");
    const Field& field = *path->back();
    if (!TakesText(field)) return InvalidField(shown, "此字段不能出现在查询参数中");
    if (binding.body_is_message) {
      return InvalidField(shown, "此方法的参数应放在请求正文中");
    }
    if (binding.body_field != nullptr && path->front() == binding.body_field) {
      return InvalidField(shown, "此字段应放在请求正文中");
    }
    std::string canonical;
    for (const Field* step : *path) absl::StrAppend(&canonical, step->number, ".");
    if (!field.repeated) {
      if (std::find(seen.begin(), seen.end(), canonical) != seen.end()) {
        return InvalidField(shown, "查询参数重复出现");
      }
      seen.push_back(std::move(canonical));
    }
    RONGHE_RETURN_IF_ERROR(AppendText(*path, value, wire));
  }
  return absl::OkStatus();
}

bool Blank(std::string_view body) {
  return body.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

std::string_view VerbName(Verb verb) {
  static constexpr std::string_view kNames[] = {"GET", "PUT", "POST", "DELETE", "PATCH"};
  return kNames[static_cast<size_t>(verb)];
}

bool PercentDecode(std::string_view text, bool plus_is_space, std::string* out) {
  out->clear();
  out->reserve(text.size());
  const auto hex = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return false;
      const int high = hex(text[i + 1]), low = hex(text[i + 2]);
      if (high < 0 || low < 0) return false;
      out->push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else if (text[i] == '+' && plus_is_space) {
      out->push_back(' ');
    } else {
      out->push_back(text[i]);
    }
  }
  return true;
}

absl::StatusOr<std::unique_ptr<MethodTable>> MethodTable::Build(const Schema& schema) {
  auto table = std::make_unique<MethodTable>();
  for (const auto* service : schema.services()) {
    if (!absl::StartsWith(service->full_name(), "ronghe.")) continue;
    for (int i = 0; i < service->method_count(); ++i) {
      auto method = std::make_unique<Method>();
      method->descriptor = service->method(i);
      method->label = absl::StrCat(service->full_name(), "/", service->method(i)->name());
      method->path = absl::StrCat("/", method->label);
      method->request = schema.Message(service->method(i)->input_type()->full_name());
      method->response = schema.Message(service->method(i)->output_type()->full_name());
      method->server_streaming = service->method(i)->server_streaming();
      method->upload = std::any_of(
          method->request->fields.begin(), method->request->fields.end(), [](const Field& field) {
            return field.type == google::protobuf::FieldDescriptor::TYPE_BYTES;
          });
      method->index = table->methods_.size();
      const auto& options = service->method(i)->options();
      if (!options.HasExtension(options::v1::policy)) return Refuse(*method, "has no policy");
      method->policy = options.GetExtension(options::v1::policy);
      if (method->policy.scope() == options::v1::SCOPE_UNSPECIFIED ||
          method->policy.audit() == options::v1::AUDIT_UNSPECIFIED) {
        return Refuse(*method, "its policy needs a scope and an audit");
      }
      if (service->method(i)->client_streaming()) {
        return Refuse(*method, "client streaming is not supported");
      }
      if (!method->policy.route_field().empty()) {
        method->route_field = method->request->ByName(method->policy.route_field());
        if (method->route_field == nullptr || method->route_field->repeated ||
            method->route_field->type != google::protobuf::FieldDescriptor::TYPE_STRING) {
          return Refuse(*method, "route_field must name a string of the request");
        }
      }
      const auto scalar = [](const MessageTable& type, std::string_view name) -> const Field* {
        const Field* field = type.ByName(name);
        return field != nullptr && !field->repeated && field->message == nullptr ? field : nullptr;
      };
      method->request_id = scalar(*method->request, "request_id");
      method->response_etag = scalar(*method->response, "etag");
      if (const Field* etag = scalar(*method->request, "etag")) {
        method->request_etag = {etag};
      } else {
        for (const Field& field : method->request->fields) {
          if (field.repeated || field.message == nullptr) continue;
          if (const Field* inner = scalar(*field.message, "etag")) {
            method->request_etag = {&field, inner};
            break;
          }
        }
      }
      table->by_path_.emplace(method->path, method.get());
      table->methods_.push_back(std::move(method));
    }
  }
  return table;
}

const Method* MethodTable::Find(std::string_view path) const {
  const auto it = by_path_.find(base::Sv(path));
  return it == by_path_.end() ? nullptr : it->second;
}

struct Router::Node {
  struct Terminal {
    std::string custom;
    std::array<const Binding*, kVerbs> bindings = {};
  };
  absl::flat_hash_map<std::string, std::unique_ptr<Node>> literals;
  std::unique_ptr<Node> star;
  std::unique_ptr<Node> rest;
  std::vector<Terminal> terminals;

  const Terminal* Find(std::string_view custom) const {
    for (const Terminal& terminal : terminals) {
      if (terminal.custom == custom) return &terminal;
    }
    return nullptr;
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

absl::StatusOr<std::unique_ptr<Router>> Router::Build(const MethodTable& methods) {
  std::unique_ptr<Router> router(new Router());
  for (const auto& method : methods.all()) {
    const auto& options = method->descriptor->options();
    if (!options.HasExtension(google::api::http)) continue;
    const HttpRule& rule = options.GetExtension(google::api::http);
    RONGHE_RETURN_IF_ERROR(router->Add(*method, rule, false));
    for (const HttpRule& more : rule.additional_bindings()) {
      RONGHE_RETURN_IF_ERROR(router->Add(*method, more, true));
    }
  }
  return router;
}

absl::Status Router::Add(const Method& method, const google::protobuf::Message& message,
                         bool additional) {
  const auto& rule = static_cast<const HttpRule&>(message);
  if (additional && rule.additional_bindings_size() > 0) {
    return Refuse(method, "additional_bindings may not nest");
  }
  if (!rule.response_body().empty()) return Refuse(method, "response_body is not supported");
  auto binding = std::make_unique<Binding>();
  binding->method = &method;
  if (!VerbOf(rule, &binding->verb, &binding->pattern)) {
    return Refuse(method, "its HTTP rule has no verb that the gateway knows");
  }
  Template parsed;
  if (!TemplateParser(binding->pattern).Parse(&parsed)) {
    return Refuse(method, base::Cat("bad path template ", binding->pattern));
  }
  absl::flat_hash_set<std::string> bound;
  for (const Template::Variable& variable : parsed.variables) {
    const auto path = ResolvePath(*method.request, variable.path);
    if (!path.ok() || path->back()->repeated || !TakesText(*path->back())) {
      return Refuse(method, base::Cat(binding->pattern, " binds ", variable.path,
                                      ", which is no field that a path can hold"));
    }
    if (!bound.insert(variable.path).second) {
      return Refuse(method, base::Cat(binding->pattern, " binds ", variable.path, " twice"));
    }
    binding->variables.push_back({*path, variable.first, variable.count, variable.rest});
  }
  if (rule.body() == "*") {
    binding->body_is_message = true;
  } else if (!rule.body().empty()) {
    binding->body_field = method.request->ByName(rule.body());
    if (binding->body_field == nullptr || binding->body_field->repeated ||
        binding->body_field->message == nullptr) {
      return Refuse(method, base::Cat("body ", rule.body(), " is no message of the request"));
    }
  }
  Node* node = root_.get();
  for (const TemplateSegment& segment : parsed.segments) {
    std::unique_ptr<Node>& next = segment.rest   ? node->rest
                                  : segment.star ? node->star
                                                 : node->literals[segment.literal];
    if (next == nullptr) next = std::make_unique<Node>();
    node = next.get();
  }
  Node::Terminal* terminal = const_cast<Node::Terminal*>(node->Find(parsed.verb));
  if (terminal == nullptr) {
    node->terminals.push_back({.custom = parsed.verb, .bindings = {}});
    terminal = &node->terminals.back();
  }
  const Binding*& slot = terminal->bindings[static_cast<size_t>(binding->verb)];
  if (slot != nullptr) {
    return Refuse(method,
                  base::Cat(VerbName(binding->verb), " ", binding->pattern, " conflicts with ",
                            slot->pattern, " of ", slot->method->label));
  }
  slot = binding.get();
  bindings_.push_back(std::move(binding));
  return absl::OkStatus();
}

const Binding* Router::Walk(const Node& node, Verb verb, const Segments& segments, size_t at,
                            std::string_view custom, std::array<bool, kVerbs>* other_verbs) const {
  const auto end_here = [&](const Node& last) -> const Binding* {
    const Node::Terminal* terminal = last.Find(custom);
    if (terminal == nullptr) return nullptr;
    for (size_t v = 0; v < kVerbs; ++v) {
      if (terminal->bindings[v] != nullptr) (*other_verbs)[v] = true;
    }
    return terminal->bindings[static_cast<size_t>(verb)];
  };
  if (at == segments.size()) return end_here(node);
  if (const auto it = node.literals.find(segments[at]); it != node.literals.end()) {
    if (const Binding* found = Walk(*it->second, verb, segments, at + 1, custom, other_verbs)) {
      return found;
    }
  }
  if (node.star != nullptr && !segments[at].empty()) {
    if (const Binding* found = Walk(*node.star, verb, segments, at + 1, custom, other_verbs)) {
      return found;
    }
  }
  if (node.rest != nullptr) return end_here(*node.rest);
  return nullptr;
}

Match Router::Find(Verb verb, std::string_view path) const {
  Match match;
  if (path.empty() || path[0] != '/') {
    match.bad_path = true;
    return match;
  }
  std::string_view rest = path.substr(1);
  while (true) {
    const size_t slash = rest.find('/');
    if (match.segments.size() == kMaxSegments) return match;
    match.segments.emplace_back();
    if (!PercentDecode(rest.substr(0, slash), false, &match.segments.back()) ||
        !IsSegment(match.segments.back())) {
      match.bad_path = true;
      return match;
    }
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  // The custom verb stands after the last colon of the path as sent; an escaped one is no verb.
  const size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos) {
    const std::string custom(rest.substr(colon + 1));
    std::string whole = match.segments.back();
    if (PercentDecode(rest.substr(0, colon), false, &match.segments.back())) {
      match.binding = Walk(*root_, verb, match.segments, 0, custom, &match.other_verbs);
      if (match.binding != nullptr) return match;
    }
    match.segments.back() = std::move(whole);
  }
  match.binding = Walk(*root_, verb, match.segments, 0, "", &match.other_verbs);
  return match;
}

absl::StatusOr<std::string> BuildRequest(const Binding& binding, const Segments& segments,
                                         const RequestParts& parts) {
  const Method& method = *binding.method;
  std::string wire;
  if (binding.body_is_message) {
    if (!Blank(parts.body)) {
      RONGHE_RETURN_IF_ERROR(ParseJson(*method.request, parts.body, "", &wire));
    }
  } else if (binding.body_field != nullptr) {
    if (!Blank(parts.body)) {
      std::string inner;
      RONGHE_RETURN_IF_ERROR(
          ParseJson(*binding.body_field->message, parts.body, binding.body_field->name, &inner));
      AppendTag(&wire, binding.body_field->number, kDelimited);
      AppendDelimited(&wire, inner);
    }
  } else if (!parts.body.empty()) {
    return InvalidField("(body)", "此方法不接受请求正文");
  }
  if (!parts.query.empty()) RONGHE_RETURN_IF_ERROR(AppendQuery(binding, parts.query, &wire));
  for (const Binding::Variable& variable : binding.variables) {
    const size_t end = variable.rest ? segments.size() : variable.first + variable.count;
    if (end - variable.first == 1) {
      RONGHE_RETURN_IF_ERROR(AppendText(variable.path, segments[variable.first], &wire));
      continue;
    }
    std::string text;
    for (size_t i = variable.first; i < end; ++i) {
      if (i > variable.first) text.push_back('/');
      text.append(segments[i]);
    }
    RONGHE_RETURN_IF_ERROR(AppendText(variable.path, text, &wire));
  }
  if (!parts.idempotency_key.empty() && method.request_id != nullptr) {
    RONGHE_RETURN_IF_ERROR(AppendText({method.request_id}, parts.idempotency_key, &wire));
  }
  if (!parts.if_match.empty()) {
    if (method.request_etag.empty()) {
      return InvalidField("If-Match", "此方法不支持 If-Match");
    }
    std::string_view tag;
    RONGHE_RETURN_IF_ERROR(ParseIfMatch(parts.if_match, &tag));
    if (!tag.empty()) RONGHE_RETURN_IF_ERROR(AppendText(method.request_etag, tag, &wire));
  }
  return wire;
}

}  // namespace ronghe::gateway::transcode
