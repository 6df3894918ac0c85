#include "services/membership/domain/member.h"

#include <functional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

constexpr absl::CivilDay kToday(2026, 11, 23);

Particulars Good() {
  return {.full_name = "王小明",
          .identity_number =
              "32012419870101001"
              "5",
          .ethnicity = "01",
          .education = "21",
          .degree = "4",
          .phone = "13800000000",
          .category = Category::kFull,
          .joined_on = absl::CivilDay(2010, 7, 1),
          .converted_on = absl::CivilDay(2011, 7, 1)};
}

TEST(CheckParticularsTest, GoodOnesPassAndAreNormalized) {
  Particulars particulars = Good();
  particulars.full_name = "\u3000 王小明 ";
  particulars.identity_number = "11010519491231002x";
  EXPECT_TRUE(CheckParticulars(particulars, kToday).empty());
  EXPECT_EQ(particulars.full_name, "王小明");
  EXPECT_EQ(particulars.identity_number, "11010519491231002X");
  EXPECT_EQ(particulars.gender, Gender::kFemale);
  EXPECT_EQ(particulars.birth_date, absl::CivilDay(1949, 12, 31));
}

TEST(CheckParticularsTest, RareCharactersAreKept) {
  Particulars particulars = Good();
  particulars.full_name = "𠮷田";
  EXPECT_TRUE(CheckParticulars(particulars, kToday).empty());
  EXPECT_EQ(particulars.full_name, "𠮷田");
}

struct Case {
  const char* name;
  Field field;
  std::function<void(Particulars&)> change;
};
class CheckParticularsRefusesTest : public ::testing::TestWithParam<Case> {};

TEST_P(CheckParticularsRefusesTest, NamingTheField) {
  Particulars particulars = Good();
  GetParam().change(particulars);
  const std::vector<Problem> problems = CheckParticulars(particulars, kToday);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].field, GetParam().field);
  EXPECT_FALSE(problems[0].message.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Fields, CheckParticularsRefusesTest,
    ::testing::Values(
        Case{"NoName", Field::kFullName, [](Particulars& p) { p.full_name = " "; }},
        Case{"ControlCharacter", Field::kFullName, [](Particulars& p) { p.full_name = "王\x01"; }},
        Case{"LongName", Field::kFullName,
             [](Particulars& p) {
               p.full_name.clear();
               for (int i = 0; i < 51; ++i) p.full_name += "长";
             }},
        Case{"NoIdentity", Field::kIdentityNumber, [](Particulars& p) { p.identity_number = ""; }},
        Case{"BadIdentity", Field::kIdentityNumber,
             [](Particulars& p) { p.identity_number = "320124198701010016"; }},
        Case{"GenderDisagrees", Field::kGender, [](Particulars& p) { p.gender = Gender::kFemale; }},
        Case{"BirthDisagrees", Field::kBirthDate,
             [](Particulars& p) { p.birth_date = absl::CivilDay(1987, 1, 2); }},
        Case{"NoEthnicity", Field::kEthnicity, [](Particulars& p) { p.ethnicity = ""; }},
        Case{"Ethnicity57", Field::kEthnicity, [](Particulars& p) { p.ethnicity = "57"; }},
        Case{"NoEducation", Field::kEducation, [](Particulars& p) { p.education = ""; }},
        Case{"Education24", Field::kEducation, [](Particulars& p) { p.education = "24"; }},
        Case{"Degree5", Field::kDegree, [](Particulars& p) { p.degree = "5"; }},
        Case{"Phone", Field::kPhone, [](Particulars& p) { p.phone = "010-1234"; }},
        Case{"NotJoined", Field::kJoinedOn, [](Particulars& p) { p.joined_on.reset(); }},
        Case{"JoinedBeforeBirth", Field::kJoinedOn,
             [](Particulars& p) { p.joined_on = absl::CivilDay(1986, 1, 1); }},
        Case{"NotConverted", Field::kConvertedOn, [](Particulars& p) { p.converted_on.reset(); }},
        Case{"ConvertedBeforeJoining", Field::kConvertedOn,
             [](Particulars& p) { p.converted_on = absl::CivilDay(2010, 6, 30); }},
        Case{"ConvertedTomorrow", Field::kConvertedOn,
             [](Particulars& p) { p.converted_on = kToday + 1; }},
        Case{"ProbationaryConverted", Field::kConvertedOn,
             [](Particulars& p) { p.category = Category::kProbationary; }},
        Case{"LongOccupation", Field::kOccupation,
             [](Particulars& p) { p.occupation = std::string(51, 'a'); }}),
    [](const auto& info) { return info.param.name; });

TEST(CodesTest, NamesCodesAndShortForms) {
  EXPECT_EQ(CodeOf(EthnicGroups(), "汉"), "01");
  EXPECT_EQ(CodeOf(EthnicGroups(), "汉族"), "01");
  EXPECT_EQ(CodeOf(EthnicGroups(), "56"), "56");
  EXPECT_EQ(CodeOf(EthnicGroups(), "火星"), std::nullopt);
  EXPECT_EQ(CodeOf(Educations(), "大专"), "31");
  EXPECT_EQ(CodeOf(Posts(), "党支部书记"), "01");
  EXPECT_EQ(CodeOf(Genders(), "大专"), std::nullopt);
  EXPECT_EQ(EthnicGroups().size(), 58u);
  EXPECT_EQ(NameOf(OrganizationKinds(), "631"), "党支部");
  EXPECT_TRUE(IsDegreeCode("2"));
  EXPECT_TRUE(IsDegreeCode("403"));
  EXPECT_FALSE(IsDegreeCode("503"));
}

TEST(AgeTest, GrowsOnTheBirthday) {
  EXPECT_EQ(AgeOn(absl::CivilDay(1990, 12, 31), absl::CivilDay(2025, 12, 31)), 35);
  EXPECT_EQ(AgeOn(absl::CivilDay(1991, 1, 1), absl::CivilDay(2025, 12, 31)), 34);
  EXPECT_EQ(AgeOn(absl::CivilDay(1990, 6, 15), absl::CivilDay(2026, 6, 14)), 35);
  EXPECT_EQ(AgeOn(absl::CivilDay(2000, 2, 29), absl::CivilDay(2025, 2, 28)), 24);
  EXPECT_EQ(AgeOn(absl::CivilDay(2027, 1, 1), absl::CivilDay(2026, 1, 1)), 0);
}

}  // namespace
}  // namespace ronghe::membership
