#include "services/gateway/access/sharing/field_filter.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "common/testing/matchers.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "services/gateway/transcode/router.h"
#include "services/gateway/transcode/testdata/random_message.h"

namespace ronghe::gateway::access {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using Grants = std::set<std::string>;

bool Ours(const Descriptor& type) { return type.full_name().rfind("google.", 0) != 0; }
bool Container(const FieldDescriptor& field) {
  return field.message_type() != nullptr && !field.is_map() && Ours(*field.message_type());
}

// The same rule by reflection.
class Oracle {
 public:
  explicit Oracle(Grants grants) : grants_(std::move(grants)) {}

  void Prune(Message* message, bool answer) const {
    const auto* reflection = message->GetReflection();
    reflection->MutableUnknownFields(message)->Clear();
    std::vector<const FieldDescriptor*> fields;
    reflection->ListFields(*message, &fields);
    for (const FieldDescriptor* field : fields) {
      const bool stays = Container(*field)
                             ? (!NeedsOwnWord(*field) || grants_.count(field->full_name()) > 0) &&
                                   CanPass(*field->message_type())
                             : Granted(*field) || (answer && Continues(*field));
      if (!stays) {
        reflection->ClearField(message, field);
      } else if (Container(*field)) {
        ForEach(message, field, [this](Message* inner) { Prune(inner, false); });
      } else if (field->is_map() && field->message_type()->map_value()->message_type() != nullptr &&
                 Ours(*field->message_type()->map_value()->message_type())) {
        const FieldDescriptor* value = field->message_type()->map_value();
        ForEach(message, field, [this, value](Message* entry) {
          Prune(entry->GetReflection()->MutableMessage(entry, value), false);
        });
      }
    }
  }

 private:
  bool Granted(const FieldDescriptor& field) const {
    return grants_.count(field.full_name()) > 0 ||
           (!NeedsOwnWord(field) && grants_.count(field.containing_type()->full_name() + ".*") > 0);
  }
  static bool Continues(const FieldDescriptor& field) {
    static const std::set<std::string> kNames = {"next_page_token", "resume_token", "at_head"};
    return kNames.count(field.name()) > 0;
  }
  bool CanPass(const Descriptor& type) const {
    std::set<const Descriptor*> seen;
    return CanPass(type, &seen);
  }
  bool CanPass(const Descriptor& type, std::set<const Descriptor*>* seen) const {
    if (!seen->insert(&type).second) return false;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (!Container(field) ? Granted(field)
                            : (!NeedsOwnWord(field) || grants_.count(field.full_name()) > 0) &&
                                  CanPass(*field.message_type(), seen)) {
        return true;
      }
    }
    return false;
  }
  template <class Function>
  static void ForEach(Message* message, const FieldDescriptor* field, Function function) {
    const auto* reflection = message->GetReflection();
    if (!field->is_repeated()) return function(reflection->MutableMessage(message, field));
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      function(reflection->MutableRepeatedMessage(message, field, i));
    }
  }

  const Grants grants_;
};

// Every leaf and wildcard below a type.
void Collect(const Descriptor& type, std::set<const Descriptor*>* seen, Grants* names) {
  if (!seen->insert(&type).second) return;
  names->insert(type.full_name() + ".*");
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!Container(field) || NeedsOwnWord(field)) names->insert(field.full_name());
    if (Container(field)) Collect(*field.message_type(), seen, names);
    if (field.is_map() && field.message_type()->map_value()->message_type() != nullptr &&
        Ours(*field.message_type()->map_value()->message_type())) {
      Collect(*field.message_type()->map_value()->message_type(), seen, names);
    }
  }
}

// Fields that the contracts do not know, and known ones with values of another kind.
void AddStrangers(Message* message, testdata::RandomMessage* random, int depth = 0) {
  const auto* reflection = message->GetReflection();
  if (!Ours(*message->GetDescriptor()) || depth > 6) return;
  auto* unknown = reflection->MutableUnknownFields(message);
  if (random->Below(2) == 0) unknown->AddLengthDelimited(99'999, "unheard of");
  if (random->Below(2) == 0) unknown->AddGroup(77'777)->AddVarint(1, 2);
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message->GetDescriptor()->field(i);
    const bool text = field.type() == FieldDescriptor::TYPE_STRING;
    if (text && random->Below(3) == 0) unknown->AddVarint(field.number(), 7);
    if (!Container(field) || field.is_repeated()) continue;
    if (reflection->HasField(*message, &field)) {
      AddStrangers(reflection->MutableMessage(message, &field), random, depth + 1);
    }
  }
}

std::string Sorted(const Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

class FieldFilterTest : public ::testing::Test {
 protected:
  static const transcode::Schema& Schema() {
    static const transcode::Schema& schema =
        *transcode::Schema::Load(std::string(std::getenv("RONGHE_BUILD_DIR")) + "/ronghe.binpb")
             .value()
             .release();
    return schema;
  }
  static const transcode::MethodTable& Methods() {
    static const transcode::MethodTable& methods =
        *transcode::MethodTable::Build(Schema()).value().release();
    return methods;
  }
  static const transcode::MessageTable& Response(const std::string& path) {
    return *Methods().Find(path)->response;
  }
};

TEST_F(FieldFilterTest, DoesWhatReflectionDoesForEveryMethod) {
  for (const auto& method : Methods().all()) {
    const Descriptor& type = *method->response->descriptor;
    Grants all;
    std::set<const Descriptor*> seen;
    Collect(type, &seen, &all);
    for (uint64_t seed = 0; seed < 20; ++seed) {
      testdata::RandomMessage random(seed * 1000 + method->index);
      Grants grants;
      for (const std::string& name : all) {
        const uint64_t odds = name.back() == '*' ? 8 : 1 + seed % 4;
        if (random.Below(odds) == 0) grants.insert(name);
      }
      const auto filter = FieldFilter::Compile(*method->response, {grants.begin(), grants.end()});
      ASSERT_THAT(filter, IsOk()) << method->path;
      const std::unique_ptr<Message> message(Schema().Prototype(&type)->New());
      random.Fill(message.get());
      AddStrangers(message.get(), &random);
      std::string bytes;
      ASSERT_TRUE((*filter)->Apply(message->SerializeAsString(), &bytes)) << method->path;
      const std::unique_ptr<Message> got(Schema().Prototype(&type)->New());
      ASSERT_TRUE(got->ParseFromString(bytes)) << method->path;
      Oracle(grants).Prune(message.get(), true);
      EXPECT_EQ(Sorted(*got), Sorted(*message)) << method->path << " seed " << seed << "\n"
                                                << got->DebugString() << "\nexpected\n"
                                                << message->DebugString();
    }
  }
}

TEST_F(FieldFilterTest, AWildcardGivesNothingSensitiveOrPrivate) {
  const auto& member = Response("/ronghe.membership.v1.MemberService/GetMember");
  const auto filter = FieldFilter::Compile(member, {"ronghe.membership.v1.Member.*"});
  ASSERT_THAT(filter, IsOk());
  const std::unique_ptr<Message> message(Schema().Prototype(member.descriptor)->New());
  const auto set = [&message](const char* name, const std::string& value) {
    message->GetReflection()->SetString(message.get(),
                                        message->GetDescriptor()->FindFieldByName(name), value);
  };
  set("name", "members/1");
  set("identity_number", "110105********002X");
  set("phone", "138****0000");
  set("full_name", "张三");
  std::string bytes;
  ASSERT_TRUE((*filter)->Apply(message->SerializeAsString(), &bytes));
  const std::unique_ptr<Message> got(Schema().Prototype(member.descriptor)->New());
  ASSERT_TRUE(got->ParseFromString(bytes));
  std::vector<const FieldDescriptor*> fields;
  got->GetReflection()->ListFields(*got, &fields);
  ASSERT_EQ(fields.size(), 1u) << got->DebugString();
  EXPECT_EQ(fields[0]->name(), "name");

  const auto by_name = FieldFilter::Compile(member, {"ronghe.membership.v1.Member.full_name"});
  ASSERT_THAT(by_name, IsOk());
  bytes.clear();
  ASSERT_TRUE((*by_name)->Apply(message->SerializeAsString(), &bytes));
  EXPECT_NE(bytes.find("张三"), std::string::npos);
  EXPECT_EQ(bytes.find("members/1"), std::string::npos);
}

TEST_F(FieldFilterTest, PageTokensPassAndItemsWithoutGrantsDoNot) {
  const auto& page = Response("/ronghe.membership.v1.MemberService/ListMembers");
  const std::unique_ptr<Message> message(Schema().Prototype(page.descriptor)->New());
  const auto* reflection = message->GetReflection();
  reflection->SetString(message.get(), message->GetDescriptor()->FindFieldByName("next_page_token"),
                        "more");
  const FieldDescriptor* members = message->GetDescriptor()->FindFieldByName("members");
  Message* member = reflection->AddMessage(message.get(), members);
  member->GetReflection()->SetString(member, member->GetDescriptor()->FindFieldByName("name"),
                                     "members/1");
  const auto size = [&](const std::vector<std::string>& fields) {
    const auto filter = FieldFilter::Compile(page, fields);
    std::string bytes;
    EXPECT_TRUE((*filter)->Apply(message->SerializeAsString(), &bytes));
    const std::unique_ptr<Message> got(Schema().Prototype(page.descriptor)->New());
    EXPECT_TRUE(got->ParseFromString(bytes));
    EXPECT_NE(bytes.find("more"), std::string::npos);
    return got->GetReflection()->FieldSize(*got, members);
  };
  EXPECT_EQ(size({}), 0);
  EXPECT_EQ(size({"ronghe.membership.v1.Member.name"}), 1);
}

TEST_F(FieldFilterTest, RefusesNamesThatAnswersDoNotHave) {
  const auto& member = Response("/ronghe.membership.v1.MemberService/GetMember");
  for (const char* name :
       {"ronghe.membership.v1.Member.nothing", "ronghe.membership.v1.Organization.title",
        "ronghe.membership.v1.Nothing.*", "ronghe.membership.v1.Member", "", "*"}) {
    EXPECT_THAT(FieldFilter::Compile(member, {name}), HasReason("SHARE_FIELD_UNKNOWN")) << name;
  }
}

TEST_F(FieldFilterTest, RefusesMalformedBytesWithoutACrash) {
  const auto& page = Response("/ronghe.membership.v1.MemberService/ListMembers");
  const auto filter = FieldFilter::Compile(page, {"ronghe.membership.v1.Member.*"}).value();
  std::string out;
  for (const std::string& bytes :
       {std::string("\x0a"), std::string("\x0a\x05\x01"), std::string("\xff\xff\xff\xff\xff"),
        std::string("\x00\x01", 2), std::string("\x0b\x0b\x0b")}) {
    EXPECT_FALSE(filter->Apply(bytes, &out));
  }
  std::mt19937_64 random(7);
  for (int i = 0; i < 100'000; ++i) {
    std::string bytes;
    for (uint64_t n = random() % 40; n > 0; --n) bytes.push_back(static_cast<char>(random()));
    out.clear();
    filter->Apply(bytes, &out);
  }
}

}  // namespace
}  // namespace ronghe::gateway::access
