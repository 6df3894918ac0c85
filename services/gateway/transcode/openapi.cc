#include "services/gateway/transcode/openapi.h"

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/strings.h"
#include "google/api/field_behavior.pb.h"
#include "nlohmann/json.hpp"

namespace ronghe::gateway::transcode {
namespace {

using google::protobuf::FieldDescriptor;
using nlohmann::ordered_json;

template <class Descriptor>
std::string Comment(const Descriptor& descriptor) {
  google::protobuf::SourceLocation location;
  if (!descriptor.GetSourceLocation(&location)) return "";
  std::string text;
  for (absl::string_view line : absl::StrSplit(location.leading_comments, '\n')) {
    absl::ConsumePrefix(&line, " ");
    absl::StrAppend(&text, line, "\n");
  }
  return std::string(absl::StripAsciiWhitespace(text));
}

std::string Summary(const std::string& comment) {
  const size_t end = comment.find(". ");
  const size_t line = comment.find('\n');
  std::string first =
      comment.substr(0, std::min(end == std::string::npos ? comment.size() : end,
                                 line == std::string::npos ? comment.size() : line));
  absl::string_view view = first;
  absl::ConsumeSuffix(&view, ".");
  return std::string(view);
}

bool Behaves(const FieldDescriptor& field, google::api::FieldBehavior behavior) {
  const auto& options = field.options();
  for (int i = 0; i < options.ExtensionSize(google::api::field_behavior); ++i) {
    if (options.GetExtension(google::api::field_behavior, i) == behavior) return true;
  }
  return false;
}

bool Required(const FieldDescriptor& field) {
  return field.options().GetExtension(options::v1::limits).required() ||
         Behaves(field, google::api::REQUIRED);
}

// Where a name of the template stands, "members" of "/v1/{name=members/*}", in the singular.
std::string Singular(std::string word) {
  if (absl::EndsWith(word, "ies")) return word.substr(0, word.size() - 3) + "y";
  if (absl::EndsWith(word, "s") && word.size() > 1) word.pop_back();
  return word;
}

struct PathParameter {
  std::string name;
  std::string description;
};

// The path, and its parameters in order.
std::string ConvertPath(const Binding& binding, std::vector<PathParameter>* parameters) {
  std::string out;
  std::set<std::string> used;
  std::string last_literal;
  std::string pattern = binding.pattern;
  std::string variable;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '{') {
      const size_t end = pattern.find('}', i);
      const size_t equals = pattern.find('=', i);
      if (equals == std::string::npos || equals > end) {
        variable = pattern.substr(i + 1, end - i - 1);
        std::string name = absl::StrReplaceAll(variable, {{".", "_"}});
        used.insert(name);
        parameters->push_back({name, absl::StrCat("`", variable, "`")});
        absl::StrAppend(&out, "{", name, "}");
        i = end;
        variable.clear();
      } else {
        variable = pattern.substr(i + 1, equals - i - 1);
        i = equals;
      }
    } else if (c == '}') {
      variable.clear();
    } else if (c == '*') {
      if (i + 1 < pattern.size() && pattern[i + 1] == '*') ++i;
      std::string name = last_literal.empty() ? variable : Singular(last_literal);
      if (name.empty()) name = "part";
      while (!used.insert(name).second) name += "_";
      parameters->push_back(
          {name, variable.empty() ? "" : absl::StrCat("Part of `", variable, "`.")});
      absl::StrAppend(&out, "{", name, "}");
    } else {
      out.push_back(c);
      if (c == '/') {
        last_literal.clear();
        // The literal before a star is the segment that ends here.
        const size_t start = out.rfind('/', out.size() - 2);
        if (start != std::string::npos)
          last_literal = out.substr(start + 1, out.size() - start - 2);
      }
    }
  }
  return out;
}

class Writer {
 public:
  Writer(const Schema& schema, const Router& router) : schema_(schema), router_(router) {}

  std::string Write(std::string_view version) {
    ordered_json page;
    page["openapi"] = "3.1.0";
    page["info"] = {
        {"title", "融合 ronghe"},
        {"version", std::string(version)},
        {"description",
         "HTTP/JSON interface of the suite. Times are RFC 3339 in UTC; 64-bit numbers are "
         "strings; `null` means not set. `Idempotency-Key` makes a repeated change safe; "
         "`If-Match` takes the `ETag` of an earlier answer."},
        {"license", {{"name", "Proprietary"}, {"identifier", "LicenseRef-Proprietary"}}}};
    page["servers"] = ordered_json::array({{{"url", "/"}}});
    page["security"] = ordered_json::array(
        {{{"bearer", ordered_json::array()}}, {{"cookie", ordered_json::array()}}});
    std::set<std::string> tags;
    ordered_json paths = ordered_json::object();
    std::map<std::string, int> uses;
    for (const auto& binding : router_.bindings()) {
      const auto& service = *binding->method->descriptor->service();
      tags.insert(service.name());
      std::vector<PathParameter> parameters;
      const std::string path = ConvertPath(*binding, &parameters);
      paths[path][absl::AsciiStrToLower(base::Sv(VerbName(binding->verb)))] =
          Operation(*binding, parameters, ++uses[binding->method->label]);
    }
    page["tags"] = ordered_json::array();
    for (const auto* service : schema_.services()) {
      if (tags.contains(service->name())) {
        page["tags"].push_back({{"name", service->name()}, {"description", Comment(*service)}});
        tags.erase(service->name());
      }
    }
    page["paths"] = std::move(paths);
    AddErrorSchema();
    // Schemas refer to further ones: those are added while there are any.
    while (!wanted_.empty()) {
      const MessageTable* type = wanted_.back();
      wanted_.pop_back();
      schemas_[type->descriptor->full_name()] = MessageSchema(*type);
    }
    ordered_json schemas = ordered_json::object();
    for (auto& [name, schema] : schemas_) schemas[name] = std::move(schema);
    page["components"] = {
        {"schemas", std::move(schemas)},
        {"responses",
         {{"Error",
           {{"description", "The error, with a message for the user in `zh-CN`."},
            {"content",
             {{"application/json", {{"schema", {{"$ref", "#/components/schemas/Error"}}}}}}}}}}},
        {"securitySchemes",
         {{"bearer",
           {{"type", "http"}, {"scheme", "bearer"}, {"description", "`session_token` of SignIn."}}},
          {"cookie",
           {{"type", "apiKey"},
            {"in", "cookie"},
            {"name", "__Host-ronghe_session"},
            {"description",
             "Set by SignIn. Requests that change something also need the header "
             "`X-Ronghe-CSRF` with the `csrf_token` of SignIn."}}}}}};
    return page.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  }

 private:
  ordered_json Ref(const MessageTable& type) {
    if (seen_.insert(&type).second) wanted_.push_back(&type);
    return {{"$ref", absl::StrCat("#/components/schemas/", type.descriptor->full_name())}};
  }

  ordered_json ScalarSchema(const Field& field) {
    const auto& limits = field.descriptor->options().GetExtension(options::v1::limits);
    ordered_json schema;
    switch (field.type) {
      case FieldDescriptor::TYPE_BOOL:
        schema["type"] = "boolean";
        break;
      case FieldDescriptor::TYPE_INT32:
      case FieldDescriptor::TYPE_SINT32:
      case FieldDescriptor::TYPE_SFIXED32:
        schema["type"] = "integer";
        schema["format"] = "int32";
        if (limits.has_min()) schema["minimum"] = limits.min();
        if (limits.has_max()) schema["maximum"] = limits.max();
        break;
      case FieldDescriptor::TYPE_UINT32:
      case FieldDescriptor::TYPE_FIXED32:
        schema["type"] = "integer";
        schema["minimum"] = 0;
        if (limits.has_max()) schema["maximum"] = limits.max();
        break;
      case FieldDescriptor::TYPE_INT64:
      case FieldDescriptor::TYPE_SINT64:
      case FieldDescriptor::TYPE_SFIXED64:
        schema["type"] = "string";
        schema["format"] = "int64";
        break;
      case FieldDescriptor::TYPE_UINT64:
      case FieldDescriptor::TYPE_FIXED64:
        schema["type"] = "string";
        schema["format"] = "uint64";
        break;
      case FieldDescriptor::TYPE_FLOAT:
      case FieldDescriptor::TYPE_DOUBLE:
        schema["type"] = "number";
        break;
      case FieldDescriptor::TYPE_BYTES:
        schema["type"] = "string";
        schema["contentEncoding"] = "base64";
        break;
      case FieldDescriptor::TYPE_ENUM: {
        schema["type"] = "string";
        const auto* type = field.descriptor->enum_type();
        std::string text = Comment(*type);
        for (int i = 0; i < type->value_count(); ++i) {
          schema["enum"].push_back(type->value(i)->name());
          absl::StrAppend(&text, "\n- `", type->value(i)->name(), "`: ", Comment(*type->value(i)));
        }
        schema["description"] = text;
        break;
      }
      default:
        schema["type"] = "string";
        if (limits.min_length() > 0) schema["minLength"] = limits.min_length();
        if (limits.max_length() > 0) schema["maxLength"] = limits.max_length();
        if (!limits.pattern().empty()) schema["pattern"] = limits.pattern();
    }
    return schema;
  }

  ordered_json ValueSchema(const Field& field) {
    if (field.message == nullptr) return ScalarSchema(field);
    switch (field.message->well_known) {
      case WellKnown::kTimestamp:
        return {{"type", "string"}, {"format", "date-time"}};
      case WellKnown::kDuration:
        return {{"type", "string"}, {"pattern", "^-?[0-9]+(\\.[0-9]{1,9})?s$"}};
      case WellKnown::kFieldMask:
        return {{"type", "string"}, {"examples", {"displayName,phone"}}};
      case WellKnown::kStruct:
        return {{"type", "object"}, {"additionalProperties", true}};
      case WellKnown::kValue:
        return ordered_json::object();
      case WellKnown::kListValue:
        return {{"type", "array"}, {"items", ordered_json::object()}};
      case WellKnown::kWrapper: {
        ordered_json schema = ScalarSchema(field.message->fields[0]);
        schema["type"] = {schema["type"], "null"};
        return schema;
      }
      case WellKnown::kAny:
        return {{"type", "object"},
                {"properties", {{"@type", {{"type", "string"}}}}},
                {"additionalProperties", true}};
      case WellKnown::kNone:
        break;
    }
    return Ref(*field.message);
  }

  ordered_json FieldSchema(const Field& field) {
    ordered_json schema;
    if (field.map) {
      schema = {{"type", "object"},
                {"additionalProperties", ValueSchema(field.message->fields[1])}};
    } else if (field.repeated) {
      schema = {{"type", "array"}, {"items", ValueSchema(field)}};
      const auto& limits = field.descriptor->options().GetExtension(options::v1::limits);
      if (limits.max_items() > 0) schema["maxItems"] = limits.max_items();
    } else {
      schema = ValueSchema(field);
    }
    const std::string text = Comment(*field.descriptor);
    if (!text.empty()) {
      const std::string more = schema.contains("description")
                                   ? "\n" + schema["description"].get<std::string>()
                                   : std::string();
      schema["description"] = text + more;
    }
    if (Behaves(*field.descriptor, google::api::OUTPUT_ONLY)) schema["readOnly"] = true;
    const google::protobuf::FieldOptions& field_options = field.descriptor->options();
    if (field_options.GetExtension(options::v1::sensitive)) schema["x-ronghe-sensitive"] = true;
    if (field_options.GetExtension(options::v1::private_)) schema["x-ronghe-private"] = true;
    return schema;
  }

  ordered_json MessageSchema(const MessageTable& type) {
    ordered_json schema;
    schema["type"] = "object";
    const std::string text = Comment(*type.descriptor);
    if (!text.empty()) schema["description"] = text;
    ordered_json properties = ordered_json::object();
    ordered_json required = ordered_json::array();
    for (const Field& field : type.fields) {
      properties[field.json_name] = FieldSchema(field);
      if (Required(*field.descriptor)) required.push_back(field.json_name);
    }
    schema["properties"] = std::move(properties);
    if (!required.empty()) schema["required"] = std::move(required);
    return schema;
  }

  void AddErrorSchema() {
    schemas_["Error"] = {
        {"type", "object"},
        {"required", {"error"}},
        {"properties",
         {{"error",
           {{"type", "object"},
            {"required", {"code", "status", "message"}},
            {"properties",
             {{"code", {{"type", "integer"}, {"description", "The HTTP status."}}},
              {"status", {{"type", "string"}, {"description", "The gRPC code, as NOT_FOUND."}}},
              {"message", {{"type", "string"}, {"description", "For the user, in zh-CN."}}},
              {"details",
               {{"type", "array"},
                {"description", "google.rpc.ErrorInfo, BadRequest, RetryInfo, LocalizedMessage."},
                {"items",
                 {{"type", "object"},
                  {"properties", {{"@type", {{"type", "string"}}}}},
                  {"additionalProperties", true}}}}}}}}}}}};
  }

  void AddQuery(const MessageTable& type, const std::string& prefix, const std::string& shown,
                const std::set<std::string>& bound, int depth, ordered_json* parameters) {
    for (const Field& field : type.fields) {
      const std::string path = prefix + field.name;
      if (bound.contains(path)) continue;
      const std::string name = shown + field.json_name;
      if (!TakesText(field)) {
        if (field.message != nullptr && !field.repeated && !field.map &&
            field.message->well_known == WellKnown::kNone && depth < 2) {
          AddQuery(*field.message, path + ".", name + ".", bound, depth + 1, parameters);
        }
        continue;
      }
      ordered_json parameter = {{"name", name}, {"in", "query"}};
      const std::string text = Comment(*field.descriptor);
      if (!text.empty()) parameter["description"] = text;
      if (depth == 0 && Required(*field.descriptor)) parameter["required"] = true;
      ordered_json schema = FieldSchema(field);
      schema.erase("description");
      parameter["schema"] = std::move(schema);
      parameters->push_back(std::move(parameter));
    }
  }

  ordered_json Operation(const Binding& binding, const std::vector<PathParameter>& path, int use) {
    const Method& method = *binding.method;
    ordered_json operation;
    operation["operationId"] =
        absl::StrCat(method.descriptor->service()->name(), "_", method.descriptor->name(),
                     use == 1 ? "" : absl::StrCat("_", use));
    operation["tags"] = {method.descriptor->service()->name()};
    const std::string text = Comment(*method.descriptor);
    if (!text.empty()) {
      operation["summary"] = Summary(text);
      operation["description"] = text;
    }
    ordered_json parameters = ordered_json::array();
    for (const PathParameter& one : path) {
      ordered_json parameter = {{"name", one.name}, {"in", "path"}, {"required", true}};
      if (!one.description.empty()) parameter["description"] = one.description;
      parameter["schema"] = {{"type", "string"}};
      parameters.push_back(std::move(parameter));
    }
    std::set<std::string> bound;
    for (const auto& variable : binding.variables) {
      bound.insert(absl::StrJoin(variable.path, ".", [](std::string* out, const Field* field) {
        out->append(field->name);
      }));
    }
    if (binding.body_field != nullptr) bound.insert(binding.body_field->name);
    if (!binding.body_is_message) {
      AddQuery(*method.request, "", "", bound, 0, &parameters);
    }
    if (method.request_id != nullptr) {
      parameters.push_back({{"name", "Idempotency-Key"},
                            {"in", "header"},
                            {"description", "Becomes `requestId`."},
                            {"schema", {{"type", "string"}, {"maxLength", 64}}}});
    }
    if (!method.request_etag.empty()) {
      parameters.push_back({{"name", "If-Match"},
                            {"in", "header"},
                            {"description", "The `ETag` of an earlier answer; becomes `etag`."},
                            {"schema", {{"type", "string"}}}});
    }
    if (!parameters.empty()) operation["parameters"] = std::move(parameters);
    const MessageTable* body = binding.body_is_message         ? method.request
                               : binding.body_field != nullptr ? binding.body_field->message
                                                               : nullptr;
    if (body != nullptr) {
      operation["requestBody"] = {{"required", true},
                                  {"content", {{"application/json", {{"schema", Ref(*body)}}}}}};
    }
    ordered_json content;
    if (method.server_streaming) {
      content["application/x-ndjson"] = {{"schema", Ref(*method.response)}};
      content["text/event-stream"] = {{"schema", Ref(*method.response)}};
    } else {
      content["application/json"] = {{"schema", Ref(*method.response)}};
    }
    operation["responses"] = {
        {"200",
         {{"description", method.server_streaming ? "A stream of messages." : "The answer."},
          {"content", std::move(content)}}},
        {"4XX", {{"$ref", "#/components/responses/Error"}}},
        {"5XX", {{"$ref", "#/components/responses/Error"}}}};
    if (method.policy.scope() == options::v1::SCOPE_PUBLIC) {
      operation["security"] = ordered_json::array();
    }
    if (!method.policy.permission().empty()) {
      operation["x-ronghe-permission"] = method.policy.permission();
    }
    return operation;
  }

  const Schema& schema_;
  const Router& router_;
  std::map<std::string, ordered_json> schemas_;
  std::set<const MessageTable*> seen_;
  std::vector<const MessageTable*> wanted_;
};

}  // namespace

std::string OpenApiPath(const Binding& binding) {
  std::vector<PathParameter> parameters;
  return ConvertPath(binding, &parameters);
}

std::string OpenApi(const Schema& schema, const Router& router, std::string_view version) {
  return Writer(schema, router).Write(version);
}

}  // namespace ronghe::gateway::transcode
