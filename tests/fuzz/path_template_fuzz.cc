// The router: templates of contracts, which stop the start at worst, and paths of requests.
#include "google/api/annotations.pb.h"
#include "tests/fuzz/contracts.h"
#include "tests/fuzz/kitchen.h"

namespace ronghe::gateway::transcode {
namespace {

// The contract of the kitchen with `pattern` for GetThing.
google::protobuf::FileDescriptorSet With(std::string_view pattern) {
  google::protobuf::FileDescriptorSet set = fuzz::KitchenSet();
  for (auto& file : *set.mutable_file()) {
    if (file.service_size() == 0) continue;
    file.mutable_service(0)
        ->mutable_method(0)
        ->mutable_options()
        ->MutableExtension(google::api::http)
        ->set_get(std::string(pattern));
  }
  return set;
}

void TryTemplate(std::string_view pattern) {
  if (pattern.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789/{}=*:._-") !=
      std::string_view::npos) {
    return;
  }
  const auto schema = Schema::FromProto(With(pattern));
  if (!schema.ok()) return;
  const auto methods = MethodTable::Build(**schema);
  FUZZ_CHECK(methods.ok());
  const auto router = Router::Build(**methods);
  if (!router.ok()) return;
  (*router)->Find(Verb::kGet, pattern);
  (*router)->Find(Verb::kGet, "/v1/things/1");
}

}  // namespace
}  // namespace ronghe::gateway::transcode

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 't') {
    ronghe::gateway::transcode::TryTemplate(text);
    return 0;
  }
  const size_t question = text.find('?');
  for (const char* method : {"GET", "POST", "PATCH", "DELETE"}) {
    ronghe::fuzz::Contracts::Get().Transcode(
        method, text.substr(0, question),
        {.query =
             question == std::string_view::npos ? std::string_view() : text.substr(question + 1),
         .body = {},
         .idempotency_key = {},
         .if_match = {}});
  }
  return 0;
}
