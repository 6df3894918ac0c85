// What C++ does protoc-gen-ronghe write for a service?
//
// For `service MemberService` of member.proto it writes member.ronghe.h and member.ronghe.cc with
//   MemberServiceHandler  pure-virtual methods, one per RPC: a forgotten one does not compile
//   MemberServiceTable    the methods with names and policies, for rpc::Server
//   MemberServiceClient   the typed client over rpc::Channel
#ifndef RONGHE_COMMON_CODEGEN_GENERATOR_H_
#define RONGHE_COMMON_CODEGEN_GENERATOR_H_

#include <string>

#include "google/protobuf/compiler/code_generator.h"

namespace ronghe::codegen {

class Generator : public google::protobuf::compiler::CodeGenerator {
 public:
  // Fails for an RPC that takes a stream of requests and for a coalesced one that answers with a
  // stream. Files without services produce nothing.
  bool Generate(const google::protobuf::FileDescriptor* file, const std::string& parameter,
                google::protobuf::compiler::GeneratorContext* context,
                std::string* error) const override;

  uint64_t GetSupportedFeatures() const override { return FEATURE_PROTO3_OPTIONAL; }
};

}  // namespace ronghe::codegen

#endif  // RONGHE_COMMON_CODEGEN_GENERATOR_H_
