// JSON to the bytes of a message with every kind of field, and back.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "services/gateway/transcode/json_parser.h"
#include "services/gateway/transcode/json_printer.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/kitchen.h"

namespace {

// Equal for equal messages: maps in one order.
std::string Bytes(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream out(&bytes);
  google::protobuf::io::CodedOutputStream coded(&out);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ronghe::gateway::transcode;
  static const Schema& schema = *Schema::FromProto(ronghe::fuzz::KitchenSet()).value().release();
  static const MessageTable& type = *schema.Message("ronghe.gateway.testdata.v1.Kitchen");
  std::string wire;
  const absl::Status parsed =
      ParseJson(type, {reinterpret_cast<const char*>(data), size}, "", &wire);
  if (!parsed.ok()) {
    FUZZ_CHECK(parsed.code() == absl::StatusCode::kInvalidArgument);
    return 0;
  }
  ronghe::gateway::testdata::v1::Kitchen message;
  FUZZ_CHECK(message.ParseFromString(wire));
  OutBuffer json;
  FUZZ_CHECK(PrintJson(schema, type, wire, &json).ok());
  std::string again;
  FUZZ_CHECK(ParseJson(type, {json.data(), json.size()}, "", &again).ok());
  ronghe::gateway::testdata::v1::Kitchen same;
  FUZZ_CHECK(same.ParseFromString(again));
  FUZZ_CHECK(Bytes(message) == Bytes(same));
  return 0;
}
