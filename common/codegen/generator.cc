#include "common/codegen/generator.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/io/printer.h"
#include "google/protobuf/io/zero_copy_stream.h"
#include "google/protobuf/unknown_field_set.h"

namespace ronghe::codegen {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using google::protobuf::SourceLocation;
using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;
using google::protobuf::io::Printer;
using Vars = std::map<std::string, std::string>;

// Numbers of ronghe/options/v1/options.proto. The plugin reads the option as unknown fields, so
// that it can be built before any of our protos is compiled.
constexpr int kPolicyExtension = 50001;
constexpr int kPolicyAudit = 4;
constexpr int kPolicyCoalesce = 6;
constexpr int kAuditWrite = 2;

struct Policy {
  int audit = 0;
  int coalesce = 0;
};

Policy PolicyOf(const MethodDescriptor* method) {
  Policy policy;
  // Reparsed without the extension's descriptor, whether or not the pool knows it.
  UnknownFieldSet options;
  if (!options.ParseFromString(method->options().SerializeAsString())) return policy;
  for (int i = 0; i < options.field_count(); ++i) {
    const UnknownField& option = options.field(i);
    if (option.number() != kPolicyExtension ||
        option.type() != UnknownField::TYPE_LENGTH_DELIMITED) {
      continue;
    }
    UnknownFieldSet fields;
    if (!fields.ParseFromString(option.length_delimited())) continue;
    for (int j = 0; j < fields.field_count(); ++j) {
      const UnknownField& field = fields.field(j);
      if (field.type() != UnknownField::TYPE_VARINT) continue;
      if (field.number() == kPolicyAudit) policy.audit = static_cast<int>(field.varint());
      if (field.number() == kPolicyCoalesce) policy.coalesce = static_cast<int>(field.varint());
    }
  }
  return policy;
}

std::string Replace(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string CppNamespace(const FileDescriptor* file) { return Replace(file->package(), ".", "::"); }

std::string CppType(const Descriptor* type) {
  std::string nested = type->full_name();
  if (!type->file()->package().empty()) nested = nested.substr(type->file()->package().size() + 1);
  const std::string ns = CppNamespace(type->file());
  return "::" + (ns.empty() ? "" : ns + "::") + Replace(nested, ".", "_");
}

std::string Stem(const std::string& proto) { return proto.substr(0, proto.size() - 6); }

std::string Guard(const std::string& stem) {
  std::string guard;
  for (char c : stem) {
    const bool alphanumeric =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    guard += alphanumeric ? static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) : '_';
  }
  return guard + "_RONGHE_H_";
}

bool HasRequestId(const MethodDescriptor* method) {
  const auto* field = method->input_type()->FindFieldByName("request_id");
  return field != nullptr && !field->is_repeated() &&
         field->type() == google::protobuf::FieldDescriptor::TYPE_STRING;
}

Vars MethodVars(const MethodDescriptor* method) {
  const ServiceDescriptor* service = method->service();
  return {{"service", service->name()},
          {"full_service", service->full_name()},
          {"method", method->name()},
          {"path", "/" + service->full_name() + "/" + method->name()},
          {"index", std::to_string(method->index())},
          {"count", std::to_string(service->method_count())},
          {"req", CppType(method->input_type())},
          {"resp", CppType(method->output_type())},
          {"read", PolicyOf(method).audit == kAuditWrite ? "false" : "true"},
          {"repeatable", HasRequestId(method) ? "!request.request_id().empty()" : "false"}};
}

void PrintComment(Printer& printer, const std::string& comment) {
  std::string line;
  for (size_t at = 0; at < comment.size();) {
    size_t end = comment.find('\n', at);
    if (end == std::string::npos) end = comment.size();
    line = comment.substr(at, end - at);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.pop_back();
    printer.Print("//$line$\n", "line", line);
    at = end + 1;
  }
}

template <class D>
void PrintCommentOf(Printer& printer, const D* descriptor) {
  SourceLocation location;
  if (descriptor->GetSourceLocation(&location)) PrintComment(printer, location.leading_comments);
}

void PrintHandler(Printer& printer, const ServiceDescriptor* service) {
  PrintCommentOf(printer, service);
  printer.Print("class $service$Handler {\n public:\n  virtual ~$service$Handler() = default;\n",
                "service", service->name());
  printer.Indent();
  for (int i = 0; i < service->method_count(); ++i) {
    const MethodDescriptor* method = service->method(i);
    const Vars vars = MethodVars(method);
    printer.Print("\n");
    PrintCommentOf(printer, method);
    if (PolicyOf(method).coalesce > 0) {
      printer.Print(vars,
                    "virtual void $method$(std::span<::ronghe::rpc::Coalesced<$req$, $resp$>> "
                    "batch) = 0;\n");
    } else if (method->server_streaming()) {
      printer.Print(vars,
                    "virtual ::absl::Status $method$(::ronghe::rpc::Call& call, const $req$& "
                    "request, ::ronghe::rpc::StreamWriter<$resp$>& out) = 0;\n");
    } else {
      printer.Print(vars,
                    "virtual ::absl::StatusOr<$resp$> $method$(::ronghe::rpc::Call& call, const "
                    "$req$& request) = 0;\n");
    }
  }
  printer.Outdent();
  printer.Print("};\n\n");
}

void PrintClient(Printer& printer, const ServiceDescriptor* service) {
  printer.Print(
      "// Calls $service$ over a channel. Thread-safe; cheap to make.\n"
      "class $service$Client {\n"
      " public:\n"
      "  explicit $service$Client(std::shared_ptr<::ronghe::rpc::Channel> channel);\n",
      "service", service->name());
  printer.Indent();
  for (int i = 0; i < service->method_count(); ++i) {
    const MethodDescriptor* method = service->method(i);
    const Vars vars = MethodVars(method);
    printer.Print("\n");
    if (method->server_streaming()) {
      printer.Print(vars,
                    "::absl::Status $method$(const ::ronghe::rpc::Outgoing& out, const $req$& "
                    "request, ::absl::FunctionRef<::absl::Status(const $resp$&)> on_message);\n");
    } else {
      printer.Print(vars,
                    "::absl::StatusOr<$resp$> $method$(const ::ronghe::rpc::Outgoing& out, const "
                    "$req$& request);\n");
    }
  }
  printer.Outdent();
  printer.Print(
      "\n"
      "  const std::shared_ptr<::ronghe::rpc::Channel>& channel() const { return channel_; }\n"
      "\n"
      " private:\n"
      "  std::shared_ptr<::ronghe::rpc::Channel> channel_;\n"
      "};\n\n");
}

void PrintHeader(Printer& printer, const FileDescriptor* file) {
  const std::string stem = Stem(file->name());
  printer.Print(
      "// Generated by protoc-gen-ronghe from $file$. Do not edit.\n"
      "#ifndef $guard$\n"
      "#define $guard$\n"
      "\n"
      "#include <memory>\n"
      "#include <span>\n"
      "\n"
      "#include \"absl/functional/function_ref.h\"\n"
      "#include \"absl/status/status.h\"\n"
      "#include \"absl/status/statusor.h\"\n"
      "#include \"common/rpc/channel.h\"\n"
      "#include \"common/rpc/method.h\"\n"
      "#include \"$stem$.pb.h\"\n"
      "\n",
      "file", file->name(), "guard", Guard(stem), "stem", stem);
  const std::string ns = CppNamespace(file);
  if (!ns.empty()) printer.Print("namespace $ns$ {\n\n", "ns", ns);
  for (int i = 0; i < file->service_count(); ++i) {
    const ServiceDescriptor* service = file->service(i);
    PrintHandler(printer, service);
    printer.Print(
        "// The methods of $service$ as a server offers them. `handler` must outlive the server.\n"
        "::ronghe::rpc::ServiceTable $service$Table($service$Handler& handler);\n\n",
        "service", service->name());
    PrintClient(printer, service);
  }
  if (!ns.empty()) printer.Print("}  // namespace $ns$\n\n", "ns", ns);
  printer.Print("#endif  // $guard$\n", "guard", Guard(stem));
}

void PrintMethods(Printer& printer, const ServiceDescriptor* service) {
  if (service->method_count() == 0) return;
  printer.Print("constexpr ::ronghe::rpc::ClientMethod k$service$Methods[] = {\n", "service",
                service->name());
  for (int i = 0; i < service->method_count(); ++i) {
    printer.Print(MethodVars(service->method(i)),
                  "    {\"$full_service$\", \"$method$\", \"$path$\", $read$},\n");
  }
  printer.Print("};\n\n");
}

void PrintTable(Printer& printer, const ServiceDescriptor* service) {
  printer.Print(
      "::ronghe::rpc::ServiceTable $service$Table($service$Handler& handler) {\n"
      "  ::ronghe::rpc::ServiceTable table(\"$full$\");\n",
      "service", service->name(), "full", service->full_name());
  if (service->method_count() == 0) printer.Print("  static_cast<void>(handler);\n");
  for (int i = 0; i < service->method_count(); ++i) {
    const MethodDescriptor* method = service->method(i);
    const Vars vars = MethodVars(method);
    if (PolicyOf(method).coalesce > 0) {
      printer.Print(vars,
                    "  table.AddCoalesced<$req$, $resp$>(\n"
                    "      \"$method$\", [&handler](std::span<::ronghe::rpc::Coalesced<$req$, "
                    "$resp$>> batch) {\n"
                    "        handler.$method$(batch);\n"
                    "      });\n");
    } else if (method->server_streaming()) {
      printer.Print(vars,
                    "  table.AddServerStream<$req$, $resp$>(\n"
                    "      \"$method$\", [&handler](::ronghe::rpc::Call& call, const $req$& "
                    "request, ::ronghe::rpc::StreamWriter<$resp$>& out) {\n"
                    "        return handler.$method$(call, request, out);\n"
                    "      });\n");
    } else {
      printer.Print(vars,
                    "  table.AddUnary<$req$, $resp$>(\n"
                    "      \"$method$\", [&handler](::ronghe::rpc::Call& call, const $req$& "
                    "request) {\n"
                    "        return handler.$method$(call, request);\n"
                    "      });\n");
    }
  }
  printer.Print("  return table;\n}\n\n");
}

void PrintClientMethods(Printer& printer, const ServiceDescriptor* service) {
  printer.Print(
      "$service$Client::$service$Client(std::shared_ptr<::ronghe::rpc::Channel> channel)\n"
      "    : channel_(std::move(channel)) {\n",
      "service", service->name());
  if (service->method_count() > 0) {
    printer.Print("  channel_->Declare(k$service$Methods);\n", "service", service->name());
  }
  printer.Print("}\n\n");
  for (int i = 0; i < service->method_count(); ++i) {
    const MethodDescriptor* method = service->method(i);
    const Vars vars = MethodVars(method);
    if (method->server_streaming()) {
      printer.Print(
          vars,
          "::absl::Status $service$Client::$method$(const ::ronghe::rpc::Outgoing& out, const "
          "$req$& request, ::absl::FunctionRef<::absl::Status(const $resp$&)> on_message) {\n"
          "  $resp$ message;\n"
          "  return channel_->ServerStream(\n"
          "      k$service$Methods[$index$], out, request,\n"
          "      [&](const ::grpc::ByteBuffer& bytes) -> ::absl::Status {\n"
          "        ::absl::Status status = ::ronghe::rpc::ParseBytes(bytes, &message);\n"
          "        return status.ok() ? on_message(message) : status;\n"
          "      });\n"
          "}\n\n");
    } else {
      printer.Print(
          vars,
          "::absl::StatusOr<$resp$> $service$Client::$method$(const ::ronghe::rpc::Outgoing& out, "
          "const $req$& request) {\n"
          "  $resp$ response;\n"
          "  ::absl::Status status = channel_->Unary(k$service$Methods[$index$], out, request, "
          "$repeatable$, &response);\n"
          "  if (!status.ok()) return status;\n"
          "  return response;\n"
          "}\n\n");
    }
  }
}

void PrintSource(Printer& printer, const FileDescriptor* file) {
  const std::string stem = Stem(file->name());
  printer.Print(
      "// Generated by protoc-gen-ronghe from $file$. Do not edit.\n"
      "#include \"$stem$.ronghe.h\"\n"
      "\n"
      "#include <utility>\n"
      "\n",
      "file", file->name(), "stem", stem);
  const std::string ns = CppNamespace(file);
  if (!ns.empty()) printer.Print("namespace $ns$ {\n", "ns", ns);
  printer.Print("namespace {\n\n");
  for (int i = 0; i < file->service_count(); ++i) PrintMethods(printer, file->service(i));
  printer.Print("}  // namespace\n\n");
  for (int i = 0; i < file->service_count(); ++i) {
    PrintTable(printer, file->service(i));
    PrintClientMethods(printer, file->service(i));
  }
  if (!ns.empty()) printer.Print("}  // namespace $ns$\n", "ns", ns);
}

}  // namespace

bool Generator::Generate(const FileDescriptor* file, const std::string& /*parameter*/,
                         google::protobuf::compiler::GeneratorContext* context,
                         std::string* error) const {
  if (file->service_count() == 0) return true;
  for (int i = 0; i < file->service_count(); ++i) {
    for (int j = 0; j < file->service(i)->method_count(); ++j) {
      const MethodDescriptor* method = file->service(i)->method(j);
      if (method->client_streaming()) {
        *error = method->full_name() + ": a stream of requests is not supported";
        return false;
      }
      if (method->server_streaming() && PolicyOf(method).coalesce > 0) {
        *error = method->full_name() + ": a stream of responses cannot be coalesced";
        return false;
      }
    }
  }
  const std::string stem = Stem(file->name());
  {
    std::unique_ptr<google::protobuf::io::ZeroCopyOutputStream> out(
        context->Open(stem + ".ronghe.h"));
    Printer printer(out.get(), '$');
    PrintHeader(printer, file);
  }
  {
    std::unique_ptr<google::protobuf::io::ZeroCopyOutputStream> out(
        context->Open(stem + ".ronghe.cc"));
    Printer printer(out.get(), '$');
    PrintSource(printer, file);
  }
  return true;
}

}  // namespace ronghe::codegen
