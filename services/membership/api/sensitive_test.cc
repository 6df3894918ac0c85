// Is every field of every contract that carries personal numbers marked, and is every marked answer
// masked?
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "gtest/gtest.h"
#include "re2/re2.h"
#include "ronghe/options/v1/options.pb.h"
#include "services/membership/api/admission_convert.h"
#include "services/membership/api/convert.h"

namespace ronghe::membership {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Every contract of the suite, as the gateway reads them.
class SensitiveTest : public ::testing::Test {
 protected:
  SensitiveTest() {
    const char* const build = std::getenv("RONGHE_BUILD_DIR");
    std::ifstream file(std::string(build == nullptr ? "build" : build) + "/ronghe.binpb",
                       std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    google::protobuf::FileDescriptorSet set;
    EXPECT_TRUE(set.ParseFromString(bytes.str()));
    for (const auto& one : set.file()) {
      const google::protobuf::FileDescriptor* built = pool_.BuildFile(one);
      EXPECT_NE(built, nullptr) << one.name();
      if (built == nullptr || !built->package().starts_with("ronghe.")) continue;
      for (int s = 0; s < built->service_count(); ++s) {
        for (int m = 0; m < built->service(s)->method_count(); ++m) {
          methods_.push_back(built->service(s)->method(m));
        }
      }
    }
    EXPECT_GT(methods_.size(), 50u);
  }

  // Every field that can stand in a message of `type`, at any depth.
  static void Collect(const Descriptor* type, std::set<const Descriptor*>& seen,
                      std::vector<const FieldDescriptor*>& fields) {
    if (!seen.insert(type).second) return;
    for (int i = 0; i < type->field_count(); ++i) {
      fields.push_back(type->field(i));
      if (const Descriptor* nested = type->field(i)->message_type()) Collect(nested, seen, fields);
    }
  }
  static std::vector<const FieldDescriptor*> FieldsOf(const Descriptor* type) {
    std::set<const Descriptor*> seen;
    std::vector<const FieldDescriptor*> fields;
    Collect(type, seen, fields);
    return fields;
  }

  static bool Sensitive(const FieldDescriptor* field) {
    return field->options().GetExtension(options::v1::sensitive);
  }

  google::protobuf::DescriptorPool pool_;
  std::vector<const google::protobuf::MethodDescriptor*> methods_;
};

TEST_F(SensitiveTest, EverySensitiveAnswerIsMaskedOrOneThatIsAudited) {
  std::set<std::string> masked(MaskedFields().begin(), MaskedFields().end());
  masked.insert(MaskedApplicantFields().begin(), MaskedApplicantFields().end());
  // Empty forms, of the type that filled ones have.
  const std::set<std::string> forms = {
      "ronghe.membership.v1.RosterImportService.DownloadRosterTemplate",
      "ronghe.membership.v1.ImportService.DownloadImportTemplate"};
  int found = 0;
  for (const auto* method : methods_) {
    const auto& policy = method->options().GetExtension(options::v1::policy);
    for (const FieldDescriptor* field : FieldsOf(method->output_type())) {
      if (!Sensitive(field) || forms.contains(method->full_name())) continue;
      ++found;
      EXPECT_TRUE(masked.contains(field->full_name()) || policy.audit() == options::v1::AUDIT_READ)
          << method->full_name() << " answers " << field->full_name()
          << ", which is neither masked (services/membership/api/convert.cc) nor AUDIT_READ";
    }
  }
  EXPECT_GT(found, 0);
}

TEST_F(SensitiveTest, EveryFieldThatMayCarryANumberIsSensitive) {
  const re2::RE2 carries(
      "(^|_)(identity_number|identity_no|id_card|id_number|phone|mobile|telephone|bank_account|"
      "bank_card)($|_)");
  int found = 0;
  for (const auto* method : methods_) {
    for (const Descriptor* type : {method->input_type(), method->output_type()}) {
      for (const FieldDescriptor* field : FieldsOf(type)) {
        const bool text = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING ||
                          field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
        if (!text || !re2::RE2::PartialMatch(field->name(), carries)) continue;
        ++found;
        EXPECT_TRUE(Sensitive(field)) << field->full_name() << " is not marked sensitive";
      }
    }
  }
  EXPECT_GT(found, 0);
}

TEST_F(SensitiveTest, NothingSensitiveIsPartOfAPathOrAQuery) {
  for (const auto* method : methods_) {
    const auto& policy = method->options().GetExtension(options::v1::policy);
    for (const FieldDescriptor* field : FieldsOf(method->input_type())) {
      if (!Sensitive(field)) continue;
      EXPECT_NE(field->full_name(), method->input_type()->full_name() + "." + policy.scope_field());
      EXPECT_EQ(method->name().rfind("List", 0), std::string::npos)
          << method->full_name() << " would carry " << field->name() << " in its address";
      EXPECT_EQ(method->name().rfind("Get", 0), std::string::npos) << method->full_name();
    }
  }
}

TEST_F(SensitiveTest, EveryMaskHidesWhatItShould) {
  v1::Member member;
  member.set_identity_number("11010519491231002X");
  member.set_phone("13800138000");
  member.mutable_birth_date()->set_year(1949);
  member.mutable_birth_date()->set_month(12);
  member.mutable_birth_date()->set_day(31);
  MaskMember(member);
  EXPECT_EQ(member.identity_number(), "110105********002X");
  EXPECT_EQ(member.phone(), "138****8000");
  EXPECT_EQ(member.birth_date().ShortDebugString(), "year: 1949");
  EXPECT_EQ(MaskedFields().size(), 3u);
  v1::Applicant applicant;
  applicant.set_identity_number("11010519491231002X");
  applicant.set_phone("13800138000");
  applicant.mutable_birth_date()->set_year(1949);
  applicant.mutable_birth_date()->set_month(12);
  MaskApplicant(applicant);
  EXPECT_EQ(applicant.identity_number(), "110105********002X");
  EXPECT_EQ(applicant.phone(), "138****8000");
  EXPECT_EQ(applicant.birth_date().ShortDebugString(), "year: 1949");
  EXPECT_EQ(MaskedApplicantFields().size(), 3u);
}

}  // namespace
}  // namespace ronghe::membership
