#include "services/membership/domain/roster.h"

#include <map>

#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

using ::testing::ElementsAre;

constexpr absl::CivilDay kToday(2026, 11, 23);

std::vector<Cell> Header() {
  std::vector<Cell> header;
  for (const RosterColumn& column : RosterColumns()) header.push_back({std::string(column.title)});
  return header;
}

std::vector<Cell> Row(std::map<Field, std::string> changes = {}) {
  std::map<Field, std::string> row = {{Field::kFullName, "李梅"},
                                      {Field::kGender, "女"},
                                      {Field::kIdentityNumber, "11010519491231002X"},
                                      {Field::kEthnicity, "汉"},
                                      {Field::kEducation, "大专"},
                                      {Field::kCategory, "正式党员"},
                                      {Field::kOrganization, "第一党支部"},
                                      {Field::kPhone, "13800000000"},
                                      {Field::kJoinedOn, "1971-7-1"},
                                      {Field::kConvertedOn, "1972年7月1日"}};
  for (const auto& [field, text] : changes) row[field] = text;
  std::vector<Cell> cells;
  for (const RosterColumn& column : RosterColumns()) cells.push_back({row[column.field]});
  return cells;
}

std::vector<Problem> Read(const std::vector<Cell>& row, RosterRecord& record) {
  return ReadRosterRow(*RosterLayout::FromHeader(Header()), row, false, kToday, record);
}

TEST(RosterLayoutTest, FindsMarkedColumnsInAnyOrder) {
  std::vector<Cell> header = Header();
  std::reverse(header.begin(), header.end());
  header.back().text = " * 姓 名\uFF0A";
  header.push_back({"备注"});
  const auto layout = RosterLayout::FromHeader(header);
  ASSERT_TRUE(layout.ok()) << layout.status();
  EXPECT_EQ(layout->At(std::vector<Cell>(19, Cell{" x "}), Field::kFullName).text, "x");
  EXPECT_EQ(layout->At({}, Field::kFullName).text, "");
  EXPECT_TRUE(IsRosterHeader(header));
  EXPECT_FALSE(IsRosterHeader(Row()));
}

TEST(RosterLayoutTest, NamesWhatIsMissing) {
  const auto layout =
      RosterLayout::FromHeader(std::vector<Cell>{{"姓名"}, {"公民身份号码"}, {"性别"}, {"民族"}});
  EXPECT_EQ(error::Reason(layout.status()), "ROSTER_HEADER_MISSING");
  EXPECT_EQ(error::MetadataValue(layout.status(), "where"), "学历、人员类别、入党日期、所在党支部");
  std::vector<Cell> twice = Header();
  twice.push_back({"姓名"});
  EXPECT_EQ(error::MetadataValue(RosterLayout::FromHeader(twice).status(), "where"), "姓名");
}

TEST(ReadRosterRowTest, GoodRow) {
  RosterRecord record;
  EXPECT_THAT(Read(Row({{Field::kPosts, "书记、组织委员,书记"}, {Field::kFloating, "是"}}), record),
              ElementsAre());
  EXPECT_EQ(record.particulars.ethnicity, "01");
  EXPECT_EQ(record.particulars.education, "31");
  EXPECT_EQ(record.particulars.joined_on, absl::CivilDay(1971, 7, 1));
  EXPECT_EQ(record.particulars.converted_on, absl::CivilDay(1972, 7, 1));
  EXPECT_THAT(record.posts, ElementsAre(Post::kSecretary, Post::kOrganizationMember));
  EXPECT_TRUE(record.has_floating && record.particulars.floating);
  EXPECT_TRUE(record.has_phone);
  EXPECT_FALSE(record.has_occupation);
}

struct Case {
  const char* name;
  Field changed;
  const char* text;
  Field blamed;
};
class ReadRosterRowRefusesTest : public ::testing::TestWithParam<Case> {};

TEST_P(ReadRosterRowRefusesTest, WithOneProblem) {
  RosterRecord record;
  const std::vector<Problem> problems = Read(Row({{GetParam().changed, GetParam().text}}), record);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].field, GetParam().blamed);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ReadRosterRowRefusesTest,
    ::testing::Values(Case{"NoName", Field::kFullName, "", Field::kFullName},
                      Case{"NoGender", Field::kGender, "", Field::kGender},
                      Case{"UnknownGender", Field::kGender, "未知", Field::kGender},
                      Case{"OtherGender", Field::kGender, "男", Field::kGender},
                      Case{"CheckDigit", Field::kIdentityNumber, "110105194912310021",
                           Field::kIdentityNumber},
                      Case{"Ethnicity", Field::kEthnicity, "火星", Field::kEthnicity},
                      Case{"Education", Field::kEducation, "很高", Field::kEducation},
                      Case{"Activist", Field::kCategory, "入党积极分子", Field::kCategory},
                      Case{"NoBranch", Field::kOrganization, "", Field::kOrganization},
                      Case{"Phone", Field::kPhone, "1380000", Field::kPhone},
                      Case{"JoinedText", Field::kJoinedOn, "七一", Field::kJoinedOn},
                      Case{"JoinedNever", Field::kJoinedOn, "1971-02-30", Field::kJoinedOn},
                      Case{"NoConversion", Field::kConvertedOn, "", Field::kConvertedOn},
                      Case{"Post", Field::kPosts, "书记、总经理", Field::kPosts},
                      Case{"Flag", Field::kFloating, "也许", Field::kFloating}),
    [](const auto& info) { return info.param.name; });

TEST(ReadRosterRowTest, NumberInsteadOfTextHasLostDigits) {
  std::vector<Cell> row = Row();
  row[2] = {"110105194912310000", true};
  RosterRecord record;
  const std::vector<Problem> problems = Read(row, record);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].field, Field::kIdentityNumber);
  EXPECT_NE(problems[0].message.find("文本格式"), std::string::npos);
}

TEST(ParseRosterDateTest, Forms) {
  const absl::CivilDay day(1998, 7, 1);
  for (const char* text : {"1998-07-01", "1998/7/1", "1998.7.1", "1998年7月1日", "1998年7月1",
                           "19980701", "1998-07-01 00:00:00", "35977"}) {
    EXPECT_EQ(ParseRosterDate(text, false), day) << text;
  }
  EXPECT_EQ(ParseRosterDate("34515", true), day);
  for (const char* text : {"", "1998", "1998-07", "1998.07", "98-7-1", "1998-13-01", "1998-7/1",
                           "1998-07-01x", "19980732", "七月"}) {
    EXPECT_EQ(ParseRosterDate(text, false), std::nullopt) << text;
  }
}

TEST(DayOfSerialTest, BothSystems) {
  EXPECT_EQ(DayOfSerial(1, false), absl::CivilDay(1900, 1, 1));
  EXPECT_EQ(DayOfSerial(59, false), absl::CivilDay(1900, 2, 28));
  EXPECT_EQ(DayOfSerial(60, false), std::nullopt);
  EXPECT_EQ(DayOfSerial(61, false), absl::CivilDay(1900, 3, 1));
  EXPECT_EQ(DayOfSerial(0, true), absl::CivilDay(1904, 1, 1));
  EXPECT_EQ(DayOfSerial(-1, true), std::nullopt);
  EXPECT_EQ(DayOfSerial(2958466, false), std::nullopt);
}

}  // namespace
}  // namespace ronghe::membership
