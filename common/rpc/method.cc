#include "common/rpc/method.h"

#include "common/base/strings.h"
#include "common/rpc/validator.h"
#include "google/protobuf/descriptor.h"
#include "ronghe/options/v1/options.pb.h"

namespace ronghe::rpc {
namespace {

using google::protobuf::FieldDescriptor;

Method Describe(std::string_view service, std::string_view name,
                const google::protobuf::MethodDescriptor* descriptor) {
  Method method;
  method.service = service;
  method.name = name;
  method.full_name = base::Cat("/", service, "/", name);
  method.descriptor = descriptor;
  method.policy = descriptor == nullptr ? &options::v1::MethodPolicy::default_instance()
                                        : &descriptor->options().GetExtension(options::v1::policy);
  return method;
}

bool LeadsToString(const google::protobuf::Descriptor* type, std::string_view path) {
  while (true) {
    const size_t dot = path.find('.');
    const FieldDescriptor* field = type->FindFieldByName(std::string(path.substr(0, dot)));
    if (field == nullptr || field->is_repeated()) return false;
    if (dot == std::string_view::npos) return field->type() == FieldDescriptor::TYPE_STRING;
    type = field->message_type();
    if (type == nullptr) return false;
    path.remove_prefix(dot + 1);
  }
}

bool IsPermission(std::string_view text) {
  int dots = 0;
  char before = '.';
  for (char c : text) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (c == '.' ? before == '.' : !word) return false;
    if (c == '.') ++dots;
    before = c;
  }
  return dots == 2 && before != '.';
}

}  // namespace

Method& ServiceTable::Add(std::string_view name, Method::Shape shape,
                          const google::protobuf::Message& request_prototype) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  const auto* service = pool->FindServiceByName(service_);
  const auto* descriptor =
      service == nullptr ? nullptr : service->FindMethodByName(std::string(name));
  Method& method = methods_.emplace_back(Describe(service_, name, descriptor));
  method.shape = shape;
  method.request_prototype = &request_prototype;
  return method;
}

void ServiceTable::AddRawUnary(
    const google::protobuf::MethodDescriptor* descriptor,
    std::function<absl::Status(Call&, const grpc::ByteBuffer&, grpc::ByteBuffer*)> handler) {
  Method& method = methods_.emplace_back(Describe(service_, descriptor->name(), descriptor));
  method.shape = Method::Shape::kRawUnary;
  method.raw_unary = std::move(handler);
}

void ServiceTable::AddRawServerStream(
    const google::protobuf::MethodDescriptor* descriptor,
    std::function<absl::Status(Call&, const grpc::ByteBuffer&, RawWriter&)> handler) {
  Method& method = methods_.emplace_back(Describe(service_, descriptor->name(), descriptor));
  method.shape = Method::Shape::kRawServerStream;
  method.raw_server_stream = std::move(handler);
}

std::vector<std::string> PolicyFaults(const Method& method) {
  std::vector<std::string> faults;
  const auto fault = [&](std::string_view text) {
    faults.push_back(base::Cat(method.full_name, ": ", text));
  };
  const options::v1::MethodPolicy& policy = *method.policy;
  const bool open =
      policy.scope() == options::v1::SCOPE_PUBLIC || policy.scope() == options::v1::SCOPE_SELF;
  if (!options::v1::Scope_IsValid(policy.scope()) ||
      policy.scope() == options::v1::SCOPE_UNSPECIFIED) {
    fault("the policy has no scope");
  }
  if (policy.permission().empty() && !open) fault("the policy has no permission");
  if (!policy.permission().empty() && !IsPermission(policy.permission())) {
    fault("the permission is not service.resource.verb");
  }
  if (!options::v1::Audit_IsValid(policy.audit()) ||
      policy.audit() == options::v1::AUDIT_UNSPECIFIED) {
    fault("the policy does not say what is audited");
  }
  if (!options::v1::Approval_IsValid(policy.approval()) ||
      (policy.approval() != options::v1::APPROVAL_UNSPECIFIED &&
       policy.audit() != options::v1::AUDIT_WRITE)) {
    fault("approval is for methods that write and are audited so");
  }
  if (policy.timeout_ms() < 0) fault("the timeout is negative");
  if ((policy.coalesce() > 0) != (method.shape == Method::Shape::kCoalesced) &&
      method.request_prototype != nullptr) {
    fault("coalescing and the kind of handler do not agree");
  }
  if (policy.scope() == options::v1::SCOPE_ORGANIZATION) {
    const auto* request = method.descriptor == nullptr ? nullptr : method.descriptor->input_type();
    if (request == nullptr || !LeadsToString(request, policy.scope_field())) {
      fault("the scope field does not lead to a string");
    }
  }
  if (method.request_prototype != nullptr) {
    for (std::string& text : ValidationPlan::Faults(method.request_prototype->GetDescriptor())) {
      faults.push_back(std::move(text));
    }
  }
  return faults;
}

}  // namespace ronghe::rpc
