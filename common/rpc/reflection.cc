#include "common/rpc/reflection.h"

#include <set>
#include <utility>

#include "common/error/error.h"
#include "common/rpc/bytes.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"
#include "grpcpp/support/byte_buffer.h"
#include "ronghe/options/v1/options.pb.h"

namespace ronghe::rpc {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using grpc::reflection::v1alpha::ServerReflectionRequest;
using grpc::reflection::v1alpha::ServerReflectionResponse;

const options::v1::MethodPolicy& PublicPolicy() {
  static const auto* const policy = [] {
    auto* made = new options::v1::MethodPolicy;
    made->set_scope(options::v1::SCOPE_PUBLIC);
    made->set_audit(options::v1::AUDIT_NONE);
    return made;
  }();
  return *policy;
}

// `file` and everything that it imports, imports first.
void AddFile(const FileDescriptor* file, std::set<const FileDescriptor*>* seen,
             grpc::reflection::v1alpha::FileDescriptorResponse* response) {
  if (!seen->insert(file).second) return;
  for (int i = 0; i < file->dependency_count(); ++i) {
    AddFile(file->dependency(i), seen, response);
  }
  google::protobuf::FileDescriptorProto proto;
  file->CopyTo(&proto);
  response->add_file_descriptor_proto(proto.SerializeAsString());
}

void SetNotFound(ServerReflectionResponse* response) {
  auto* failure = response->mutable_error_response();
  failure->set_error_code(static_cast<int>(absl::StatusCode::kNotFound));
  failure->set_error_message("not found");
}

void SetFile(const FileDescriptor* file, ServerReflectionResponse* response) {
  if (file == nullptr) {
    SetNotFound(response);
    return;
  }
  std::set<const FileDescriptor*> seen;
  AddFile(file, &seen, response->mutable_file_descriptor_response());
}

ServerReflectionResponse Answer(const ServerReflectionRequest& request,
                                const std::vector<std::string>& services) {
  const DescriptorPool* pool = DescriptorPool::generated_pool();
  ServerReflectionResponse response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case ServerReflectionRequest::kListServices: {
      auto* list = response.mutable_list_services_response();
      for (const std::string& service : services) list->add_service()->set_name(service);
      break;
    }
    case ServerReflectionRequest::kFileByFilename:
      SetFile(pool->FindFileByName(request.file_by_filename()), &response);
      break;
    case ServerReflectionRequest::kFileContainingSymbol:
      SetFile(pool->FindFileContainingSymbol(request.file_containing_symbol()), &response);
      break;
    case ServerReflectionRequest::kFileContainingExtension: {
      const auto& asked = request.file_containing_extension();
      const auto* type = pool->FindMessageTypeByName(asked.containing_type());
      const auto* field =
          type == nullptr ? nullptr : pool->FindExtensionByNumber(type, asked.extension_number());
      SetFile(field == nullptr ? nullptr : field->file(), &response);
      break;
    }
    case ServerReflectionRequest::kAllExtensionNumbersOfType: {
      const auto* type = pool->FindMessageTypeByName(request.all_extension_numbers_of_type());
      if (type == nullptr) {
        SetNotFound(&response);
        break;
      }
      auto* numbers = response.mutable_all_extension_numbers_response();
      numbers->set_base_type_name(type->full_name());
      std::vector<const google::protobuf::FieldDescriptor*> extensions;
      pool->FindAllExtensions(type, &extensions);
      for (const auto* extension : extensions) {
        numbers->add_extension_number(extension->number());
      }
      break;
    }
    case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET: {
      auto* failure = response.mutable_error_response();
      failure->set_error_code(static_cast<int>(absl::StatusCode::kInvalidArgument));
      failure->set_error_message("the request asks nothing");
      break;
    }
  }
  return response;
}

}  // namespace

ServiceTable ReflectionTable(std::vector<std::string> services) {
  constexpr std::string_view kService = "grpc.reflection.v1alpha.ServerReflection";
  services.emplace_back(kService);
  Method method;
  method.shape = Method::Shape::kBidi;
  method.service = kService;
  method.name = "ServerReflectionInfo";
  method.full_name = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  method.policy = &PublicPolicy();
  method.for_everyone = true;
  method.bidi = [services = std::move(services)](Call&, RawStream& stream) {
    grpc::ByteBuffer bytes;
    while (stream.Read(&bytes)) {
      ServerReflectionRequest request;
      if (!FromBytes(bytes, &request)) {
        return error::Make(absl::StatusCode::kInvalidArgument, "REQUEST_MALFORMED",
                           "请求内容无法解析");
      }
      if (absl::Status status = stream.Write(Answer(request, services)); !status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  };
  ServiceTable table(kService);
  table.AddMethod(std::move(method));
  return table;
}

}  // namespace ronghe::rpc
