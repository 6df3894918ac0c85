#include "services/membership/rules/forms.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Numbers(const Form& form) {
  std::vector<std::string> numbers;
  for (const FormTable& table : form.tables()) numbers.push_back(table.number);
  return numbers;
}

TEST(FormsTest, TheFormOf2025HasTheTablesOfMembership) {
  auto book = LoadForms();
  ASSERT_TRUE(book.ok()) << book.status();
  const Form* form = book->Find("2025");
  ASSERT_NE(form, nullptr);
  EXPECT_THAT(Numbers(*form), ElementsAre("1", "2", "3", "4", "5", "8", "10", "15", "16", "18",
                                          "19", "20", "24", "34"));
  const FormTable& first = *form->Find("1");
  EXPECT_EQ(first.rows.size(), 17u);
  for (size_t row = 0; row < first.rows.size(); ++row) {
    EXPECT_EQ(first.rows[row].number, static_cast<int32_t>(row) + 1);
  }
  EXPECT_EQ(form->Find("8")->provided_by, "evaluation");
}

TEST(FormsTest, AnotherYearMayNumberItsTablesAnew) {
  const std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) / "statistics_forms";
  std::filesystem::create_directories(folder / "forms");
  std::ofstream(folder / "forms" / "2027.textproto") << R"(
name: "2027" title: "2027年" year: 2027
table { id: 1 number: "2" title: "党员数量变化情况" source: MEMBER_AT_END
  row { number: 1 title: "工人" where { attribute: OCCUPATION texts: ["工人", "职工"] } }
  row { number: 2 title: "1921年以后" where { attribute: JOINED_ON
    from_day { year: 1921 month: 7 day: 23 } } }
  column { number: 1 title: "合计" } }
)";
  auto book = LoadForms(folder.string());
  ASSERT_TRUE(book.ok()) << book.status();
  EXPECT_EQ(book->Of(2026).name(), "2025");
  const Form& form = book->Of(2027);
  EXPECT_THAT(Numbers(form), ElementsAre("2"));
  Item item(Source::kMemberAtEnd);
  item.Set(Attribute::kOccupation, form.TextCode("职工"));
  item.Set(Attribute::kJoinedOn, DayNumber(absl::CivilDay(1921, 7, 22)));
  EXPECT_TRUE(form.tables()[0].rows[0].Passes(item));
  EXPECT_FALSE(form.tables()[0].rows[1].Passes(item));
  item.Set(Attribute::kOccupation, form.TextCode("教师"));
  item.Set(Attribute::kJoinedOn, DayNumber(absl::CivilDay(1921, 7, 23)));
  EXPECT_FALSE(form.tables()[0].rows[0].Passes(item));
  EXPECT_TRUE(form.tables()[0].rows[1].Passes(item));
}

}  // namespace
}  // namespace ronghe::membership
