// Which routes do the fuzz targets know? Those of the gateway: every contract.
#pragma once

#include <google/protobuf/dynamic_message.h>

#include <memory>
#include <string>
#include <string_view>

#include "services/gateway/transcode/router.h"
#include "tests/fuzz/check.h"

namespace ronghe::fuzz {

struct Contracts {
  std::unique_ptr<gateway::transcode::Schema> schema =
      gateway::transcode::Schema::Load(RONGHE_DESCRIPTOR_SET).value();
  std::unique_ptr<gateway::transcode::MethodTable> methods =
      gateway::transcode::MethodTable::Build(*schema).value();
  std::unique_ptr<gateway::transcode::Router> router =
      gateway::transcode::Router::Build(*methods).value();

  // Goes with a request as far as the gateway does by itself. What is no refusal must be a message.
  void Transcode(std::string_view method, std::string_view path,
                 const gateway::transcode::RequestParts& parts) const {
    namespace transcode = gateway::transcode;
    for (size_t i = 0; i < transcode::kVerbs; ++i) {
      const auto verb = static_cast<transcode::Verb>(i);
      if (transcode::VerbName(verb) != method) continue;
      const transcode::Match match = router->Find(verb, path);
      if (match.bad_path || match.binding == nullptr) continue;
      const auto wire = transcode::BuildRequest(*match.binding, match.segments, parts);
      FUZZ_CHECK(wire.ok() || wire.status().code() == absl::StatusCode::kInvalidArgument);
      if (!wire.ok()) continue;
      const std::unique_ptr<google::protobuf::Message> message(
          schema->Prototype(match.binding->method->request->descriptor)->New());
      FUZZ_CHECK(message->ParseFromString(*wire));
    }
  }

  static const Contracts& Get() {
    static const auto* const kContracts = new Contracts;
    return *kContracts;
  }
};

}  // namespace ronghe::fuzz
