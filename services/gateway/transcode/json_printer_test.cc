#include "services/gateway/transcode/json_printer.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"
#include "services/gateway/transcode/testdata/kitchen.pb.h"
#include "services/gateway/transcode/testdata/random_message.h"
#include "services/gateway/transcode/wire.h"

namespace ronghe::gateway::transcode {
namespace {

using google::protobuf::Message;
using nlohmann::ordered_json;
using testdata::RandomMessage;
using testdata::v1::Kitchen;

// The descriptors of a generated file and everything that it imports.
void AddWithImports(const google::protobuf::FileDescriptor* file,
                    google::protobuf::FileDescriptorSet* set, std::set<std::string>* added) {
  if (!added->insert(file->name()).second) return;
  for (int i = 0; i < file->dependency_count(); ++i)
    AddWithImports(file->dependency(i), set, added);
  file->CopyTo(set->add_file());
  file->CopyJsonNameTo(&*set->mutable_file()->rbegin());
}

const Schema& KitchenSchema() {
  static const Schema* const schema = [] {
    google::protobuf::FileDescriptorSet set;
    std::set<std::string> added;
    AddWithImports(Kitchen::descriptor()->file(), &set, &added);
    return Schema::FromProto(set)->release();
  }();
  return *schema;
}

std::string Oracle(const Message& message) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json);
  EXPECT_TRUE(status.ok()) << status.ToString() << "\n" << message.ShortDebugString();
  return json;
}

std::string Print(const Schema& schema, const MessageTable& type, std::string_view wire) {
  OutBuffer out;
  const absl::Status status = PrintJson(schema, type, wire, &out);
  EXPECT_TRUE(status.ok()) << status;
  return std::string(out.view());
}

std::string PrintKitchen(const Kitchen& kitchen) {
  return Print(KitchenSchema(), *KitchenSchema().Message(Kitchen::descriptor()->full_name()),
               kitchen.SerializeAsString());
}

void ExpectAsOracle(const Schema& schema, const MessageTable& type, const Message& message,
                    uint64_t seed) {
  const std::string printed = Print(schema, type, message.SerializeAsString());
  const std::string wanted = Oracle(message);
  const auto got = ordered_json::parse(printed, nullptr, false);
  ASSERT_FALSE(got.is_discarded()) << printed;
  // Maps have no order: those of a message come in the order of its bytes.
  ASSERT_EQ(nlohmann::json::parse(printed), nlohmann::json::parse(wanted))
      << type.descriptor->full_name() << " seed " << seed << "\n"
      << printed << "\n"
      << wanted;
}

TEST(JsonPrinterTest, AgreesWithJsonUtilOnEveryKindOfField) {
  const MessageTable& type = *KitchenSchema().Message(Kitchen::descriptor()->full_name());
  for (uint64_t seed = 1; seed <= 4000; ++seed) {
    RandomMessage random(seed);
    Kitchen kitchen;
    random.Fill(&kitchen);
    ExpectAsOracle(KitchenSchema(), type, kitchen, seed);
    if (HasFatalFailure()) return;
  }
}

TEST(JsonPrinterTest, AgreesWithJsonUtilOnEveryMessageOfTheContracts) {
  const char* build = std::getenv("RONGHE_BUILD_DIR");
  ASSERT_NE(build, nullptr);
  const auto schema = Schema::Load(absl::StrCat(build, "/ronghe.binpb"));
  ASSERT_TRUE(schema.ok()) << schema.status();
  int types = 0;
  for (const MessageTable* type : (*schema)->messages()) {
    if (type->descriptor->options().map_entry() || type->well_known == WellKnown::kAny) continue;
    if (type->descriptor->file()->name() == "google/protobuf/descriptor.proto") continue;
    ++types;
    for (uint64_t seed = 1; seed <= 40; ++seed) {
      RandomMessage random(seed);
      std::unique_ptr<Message> message((*schema)->Prototype(type->descriptor)->New());
      random.Fill(message.get());
      ExpectAsOracle(**schema, *type, *message, seed);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(types, 50);
}

TEST(JsonPrinterTest, KeepsTheOrderOfTheFieldNumbersAndDropsDefaults) {
  Kitchen kitchen;
  kitchen.set_an_int64(5000000000);
  kitchen.set_a_string("党\"员\"");
  kitchen.set_kind(testdata::v1::KIND_TWO);
  kitchen.set_maybe_int32(0);
  kitchen.set_renamed("x");
  EXPECT_EQ(PrintKitchen(kitchen),
            R"({"anInt64":"5000000000","aString":"党\"员\"","kind":"KIND_TWO","maybeInt32":0,)"
            R"("anotherName":"x"})");
}

TEST(JsonPrinterTest, AnyShowsItsTypeAndFields) {
  Kitchen kitchen;
  Kitchen::Inner inner;
  inner.set_text("里");
  kitchen.mutable_any()->PackFrom(inner);
  EXPECT_EQ(PrintKitchen(kitchen),
            R"({"any":{"@type":"type.googleapis.com/ronghe.gateway.testdata.v1.Kitchen.Inner",)"
            R"("text":"里"}})");
}

TEST(JsonPrinterTest, UnknownEnumNumbersPrintAsNumbers) {
  Kitchen kitchen;
  kitchen.set_kind(static_cast<testdata::v1::Kind>(77));
  EXPECT_EQ(PrintKitchen(kitchen), R"({"kind":77})");
}

// Wires as no serialiser writes them: two messages' bytes behind each other parse as their merge.
TEST(JsonPrinterTest, TheLastValueWinsOnIrregularWires) {
  const MessageTable& type = *KitchenSchema().Message(Kitchen::descriptor()->full_name());
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    RandomMessage random(seed);
    Kitchen first, second;
    random.Fill(&first, 2);
    random.Fill(&second, 2);
    first.clear_a_value();
    const std::string wire = first.SerializeAsString() + second.SerializeAsString();
    Kitchen merged;
    ASSERT_TRUE(merged.ParseFromString(wire));
    // A Value merged with another of its kind has lost what json_util needs.
    if (first.has_a_value() && second.has_a_value()) continue;
    std::string wanted;
    if (!google::protobuf::util::MessageToJsonString(merged, &wanted).ok()) continue;
    OutBuffer out;
    ASSERT_TRUE(PrintJson(KitchenSchema(), type, wire, &out).ok()) << seed;
    ASSERT_EQ(nlohmann::json::parse(std::string(out.view())), nlohmann::json::parse(wanted))
        << seed;
  }
}

TEST(JsonPrinterTest, TwoMembersOfAOneofAndRepeatedMapKeysFollowTheLast) {
  const MessageTable& type = *KitchenSchema().Message(Kitchen::descriptor()->full_name());
  Kitchen a, b;
  a.set_chosen_string("x");
  b.set_chosen_int64(7);
  EXPECT_EQ(Print(KitchenSchema(), type, a.SerializeAsString() + b.SerializeAsString()),
            R"({"chosenInt64":"7"})");
  Kitchen c, d;
  (*c.mutable_string_map())["k"] = "1";
  (*d.mutable_string_map())["k"] = "2";
  EXPECT_EQ(Print(KitchenSchema(), type, c.SerializeAsString() + d.SerializeAsString()),
            R"({"stringMap":{"k":"2"}})");
}

TEST(JsonPrinterTest, UnknownFieldsAndGroupsAreSkipped) {
  const MessageTable& type = *KitchenSchema().Message("ronghe.gateway.testdata.v1.Thing");
  std::string wire;
  AppendTag(&wire, 99, kStartGroup);
  AppendTag(&wire, 1, kVarint);
  AppendVarint(&wire, 5);
  AppendTag(&wire, 99, kEndGroup);
  AppendTag(&wire, 1, kDelimited);
  AppendDelimited(&wire, "things/1");
  // A known number with another wire type is an unknown field.
  AppendTag(&wire, 2, kVarint);
  AppendVarint(&wire, 5);
  EXPECT_EQ(Print(KitchenSchema(), type, wire), R"({"name":"things/1"})");
}

TEST(JsonPrinterTest, InvalidUtf8PrintsTheReplacementCharacter) {
  OutBuffer out;
  PrintJsonString("a\xff\xc0\x80\xed\xa0\x80z", &out);
  const auto json = nlohmann::json::parse(std::string(out.view()), nullptr, false);
  ASSERT_FALSE(json.is_discarded());
  EXPECT_EQ(json.get<std::string>().front(), 'a');
  EXPECT_EQ(json.get<std::string>().back(), 'z');
}

TEST(JsonPrinterTest, MalformedBytesAreRefusedAndLeaveNothing) {
  const MessageTable& type = *KitchenSchema().Message(Kitchen::descriptor()->full_name());
  for (const std::string_view wire : {std::string_view("\x08", 1), std::string_view("\xff\xff", 2),
                                      std::string_view("\x8a\x01\x05\x0a", 4)}) {
    OutBuffer out;
    out.Append("kept");
    EXPECT_EQ(PrintJson(KitchenSchema(), type, wire, &out).code(), absl::StatusCode::kInternal);
    EXPECT_EQ(out.view(), "kept");
  }
}

// Whatever bytes come, the printer neither crashes nor writes something that is not JSON.
TEST(JsonPrinterTest, RandomBytesNeverBreakIt) {
  const MessageTable& type = *KitchenSchema().Message(Kitchen::descriptor()->full_name());
  for (uint64_t seed = 1; seed <= 20000; ++seed) {
    RandomMessage random(seed);
    Kitchen kitchen;
    random.Fill(&kitchen, 2);
    std::string wire = kitchen.SerializeAsString();
    for (uint64_t n = 1 + random.Below(4); n > 0 && !wire.empty(); --n) {
      switch (random.Below(3)) {
        case 0:
          wire[random.Below(wire.size())] = static_cast<char>(random.Below(256));
          break;
        case 1:
          wire.resize(random.Below(wire.size() + 1));
          break;
        default:
          wire.insert(random.Below(wire.size() + 1), random.Bytes());
      }
    }
    OutBuffer out;
    if (PrintJson(KitchenSchema(), type, wire, &out).ok()) {
      EXPECT_FALSE(nlohmann::json::parse(std::string(out.view()), nullptr, false).is_discarded())
          << seed << " " << out.view();
    }
  }
}

TEST(JsonPrinterTest, DepthIsLimited) {
  const MessageTable& type = *KitchenSchema().Message("ronghe.gateway.testdata.v1.Kitchen.Inner");
  std::string wire;
  for (int i = 0; i < 200; ++i) {
    std::string outer;
    AppendTag(&outer, 2, kDelimited);
    AppendDelimited(&outer, wire);
    wire = std::move(outer);
  }
  OutBuffer out;
  EXPECT_FALSE(PrintJson(KitchenSchema(), type, wire, &out).ok());
}

}  // namespace
}  // namespace ronghe::gateway::transcode
