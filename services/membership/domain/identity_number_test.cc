#include "services/membership/domain/identity_number.h"

#include <string>

#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

constexpr absl::CivilDay kToday(2026, 11, 23);

TEST(IdentityCheckCharacterTest, VectorsOf11_5) {
  EXPECT_EQ(IdentityCheckCharacter("11010519491231002"), 'X');
  EXPECT_EQ(IdentityCheckCharacter("44052418800101001"), '4');
  EXPECT_EQ(IdentityCheckCharacter("32012419870101001"), '5');
  EXPECT_EQ(IdentityCheckCharacter("13052219840731647"), '1');
}

TEST(ParseIdentityNumberTest, ReadsBirthDateAndGenderAndNormalizesX) {
  const auto number = ParseIdentityNumber(" 11010519491231002x ", kToday);
  ASSERT_TRUE(number.ok());
  EXPECT_EQ(number->text, "11010519491231002X");
  EXPECT_EQ(number->birth_date, absl::CivilDay(1949, 12, 31));
  EXPECT_EQ(number->gender, Gender::kFemale);
  EXPECT_EQ(ParseIdentityNumber("320124198701010015", kToday)->gender, Gender::kMale);
}

struct Refused {
  const char* name;
  const char* text;
  const char* cause;
};
class ParseIdentityNumberRefusesTest : public ::testing::TestWithParam<Refused> {};

TEST_P(ParseIdentityNumberRefusesTest, WithTheCauseAndWithoutTheNumber) {
  const auto number = ParseIdentityNumber(GetParam().text, kToday);
  ASSERT_FALSE(number.ok());
  EXPECT_EQ(error::Reason(number.status()), "IDENTITY_NUMBER_INVALID");
  EXPECT_EQ(error::MetadataValue(number.status(), "cause"), GetParam().cause);
  if (std::string(GetParam().text).size() >= 6) {
    EXPECT_EQ(number.status().ToString().find(GetParam().text), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Gb11643, ParseIdentityNumberRefusesTest,
    ::testing::Values(Refused{"Empty", "", "LENGTH"},
                      Refused{"FifteenDigits", "110105491231002", "LENGTH"},
                      Refused{"Letter", "1101051949123100AX", "CHARACTER"},
                      Refused{"LastLetter", "11010519491231002Y", "CHARACTER"},
                      Refused{"Region", "99010519491231002X", "REGION"},
                      Refused{"NoSuchDay", "110105194902300021", "BIRTH_DATE"},
                      Refused{"Unborn", "110105202712310026", "BIRTH_DATE"},
                      Refused{"Before1900", "440524188001010014", "BIRTH_DATE"},
                      Refused{"CheckDigit", "110105194912310021", "CHECK_CHARACTER"},
                      Refused{"Swapped", "11010519491231020X", "CHECK_CHARACTER"}),
    [](const auto& info) { return info.param.name; });

TEST(MaskTest, KeepsTheEnds) {
  EXPECT_EQ(MaskIdentityNumber("11010519491231002X"), "110105********002X");
  EXPECT_EQ(MaskIdentityNumber("1101"), "****");
  EXPECT_EQ(MaskMobileNumber("13800000000"), "138****0000");
  EXPECT_EQ(MaskMobileNumber("12345"), "*****");
  EXPECT_EQ(MaskMobileNumber(""), "");
}

TEST(IsMobileNumberTest, ElevenDigitsFromOneThree) {
  EXPECT_TRUE(IsMobileNumber("13800000000"));
  EXPECT_TRUE(IsMobileNumber("19912345678"));
  EXPECT_FALSE(IsMobileNumber("12800000000"));
  EXPECT_FALSE(IsMobileNumber("1380000000"));
  EXPECT_FALSE(IsMobileNumber("138****0000"));
}

}  // namespace
}  // namespace ronghe::membership
