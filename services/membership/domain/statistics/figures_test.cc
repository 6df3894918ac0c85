#include "services/membership/domain/statistics/figures.h"

#include <limits>
#include <set>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Line Row(int32_t number, std::vector<Clause> clauses = {}) {
  return {.number = number, .title = "行", .clauses = std::move(clauses), .sum = {}};
}

Line Sum(int32_t number, std::string_view text) {
  return {.number = number, .title = "和", .clauses = {}, .sum = *ParseSum(text, false)};
}

Clause Of(Source source, std::vector<Condition> conditions = {}) {
  return {source, std::move(conditions)};
}

Condition Codes(Attribute attribute, std::vector<int32_t> codes) {
  return {.attribute = attribute, .codes = std::move(codes)};
}

Condition Between(Attribute attribute, int32_t from, int32_t to) {
  return {.attribute = attribute, .codes = {}, .from = from, .to = to};
}

// Table 1 as 8.2 writes its identities, in one column.
FormTable TableOne() {
  FormTable table{.id = 1, .number = "1", .title = "党员数量变化情况"};
  table.columns = {Row(1)};
  const auto gain = [](std::vector<int32_t> codes) {
    return std::vector<Clause>{Of(Source::kGain, {Codes(Attribute::kChangeCode, codes)})};
  };
  const auto loss = [](std::vector<int32_t> codes) {
    return std::vector<Clause>{Of(Source::kLoss, {Codes(Attribute::kChangeCode, codes)})};
  };
  table.rows = {
      Row(1, {Of(Source::kMemberAtStart)}),
      Row(2, {Of(Source::kGain)}),
      Row(3, gain({10, 11})),
      Row(4, gain({11})),
      Row(5, gain({21})),
      Row(7, gain({31, 38})),
      Row(9, {Of(Source::kLoss)}),
      Row(10, loss({50})),
      Row(11, loss({60})),
      Row(12, loss({70})),
      Row(13, loss({80})),
      Sum(15, "1 + 2 - 9"),
      Row(16, {Of(Source::kMemberAtEnd)}),
      Sum(17, "16 - 15"),
  };
  table.rows[3].part_of = 3;
  table.identities = {*ParseIdentity("2 = 3 + 5 + 7", Axis::kRows),
                      *ParseIdentity("9 = 10 + 11 + 12 + 13", Axis::kRows),
                      *ParseIdentity("15 = 1 + 2 - 9", Axis::kRows),
                      *ParseIdentity("16 = 15", Axis::kRows)};
  return table;
}

Form Make(std::vector<FormTable> tables) {
  auto form = Form::Create("2025", "年报", 2025, std::move(tables), {"工人"});
  EXPECT_TRUE(form.ok()) << form.status();
  return *std::move(form);
}

// Figures of table 1 by row number.
Figures Filled(const Form& form, const std::vector<std::pair<int32_t, int64_t>>& rows) {
  Figures figures(form.cell_count());
  const FormTable& table = form.tables().front();
  for (const auto& [row, value] : rows) figures[table.cell(*table.FindRow(row), 0)] = value;
  FillSums(form, figures);
  return figures;
}

const std::vector<std::pair<int32_t, int64_t>> kVector = {{1, 1000}, {2, 43},  {3, 12},   {5, 1},
                                                          {7, 30},   {9, 28},  {10, 2},   {11, 1},
                                                          {12, 5},   {13, 20}, {16, 1014}};

TEST(StatisticsVector, Table1_1000_Plus_43_Minus_28_Is_1015_And_1014_Is_Blocked) {
  const Form form = Make({TableOne()});
  const Figures figures = Filled(form, kVector);
  const FormTable& table = form.tables().front();
  EXPECT_EQ(figures[table.cell(*table.FindRow(15), 0)], 1015);
  EXPECT_EQ(figures[table.cell(*table.FindRow(17), 0)], -1);
  const std::vector<Difference> differences = CheckFigures(form, figures);
  ASSERT_THAT(differences, SizeIs(1));
  EXPECT_EQ(differences[0].table->number, "1");
  EXPECT_EQ(table.rows[differences[0].row].number, 16);
  EXPECT_EQ(differences[0].check, "16 = 15");
  EXPECT_EQ(differences[0].expected, 1015);
  EXPECT_EQ(differences[0].actual, 1014);
}

TEST(StatisticsIdentity, Table1_Row16_Equals_Row15) {
  const Form form = Make({TableOne()});
  auto rows = kVector;
  rows.back().second = 1015;
  EXPECT_THAT(CheckFigures(form, Filled(form, rows)), IsEmpty());
}

TEST(StatisticsIdentity, Table1_Row2_Is_3_Plus_5_Plus_7) {
  const Form form = Make({TableOne()});
  auto rows = kVector;
  rows.back().second = 1015;
  rows[2].second = 11;
  const auto differences = CheckFigures(form, Filled(form, rows));
  ASSERT_THAT(differences, SizeIs(1));
  EXPECT_EQ(differences[0].check, "2 = 3 + 5 + 7");
  EXPECT_EQ(differences[0].expected, 42);
  EXPECT_EQ(differences[0].actual, 43);
}

TEST(StatisticsIdentity, Table1_Row9_Is_10_To_13) {
  const Form form = Make({TableOne()});
  auto rows = kVector;
  rows.back().second = 1015;
  rows[9].second = 21;
  const auto differences = CheckFigures(form, Filled(form, rows));
  ASSERT_THAT(differences, SizeIs(1));
  EXPECT_EQ(differences[0].check, "9 = 10 + 11 + 12 + 13");
}

TEST(StatisticsIdentity, APartIsNotMoreThanItsWhole) {
  const Form form = Make({TableOne()});
  auto rows = kVector;
  rows.back().second = 1015;
  rows.emplace_back(4, 13);
  const auto differences = CheckFigures(form, Filled(form, rows));
  ASSERT_THAT(differences, SizeIs(1));
  EXPECT_EQ(differences[0].check, "4 ≤ 3");
  EXPECT_EQ(differences[0].expected, 12);
  EXPECT_EQ(differences[0].actual, 13);
}

TEST(StatisticsIdentity, CellsOfTwoTablesAndColumnsOfOne) {
  FormTable ages{.id = 2, .number = "2", .title = "基本", .source = Source::kMemberAtEnd};
  ages.rows = {Row(1), Row(2)};
  ages.columns = {Row(1), Row(2), Row(3)};
  ages.identities = {*ParseIdentity("1 = 2 + 3", Axis::kColumns),
                     *ParseIdentity("2.1.1 = 1.16.1", Axis::kCells)};
  const Form form = Make({TableOne(), ages});
  Figures figures = Filled(form, {{1, 5}, {16, 5}});
  const FormTable& second = form.tables()[1];
  figures[second.cell(0, 0)] = 4;
  figures[second.cell(0, 1)] = 4;
  figures[second.cell(1, 2)] = 1;
  const auto differences = CheckFigures(form, figures);
  ASSERT_THAT(differences, SizeIs(2));
  EXPECT_EQ(differences[0].check, "1 = 2 + 3");
  EXPECT_EQ(differences[0].row, 1u);
  EXPECT_EQ(differences[1].check, "2.1.1 = 1.16.1");
  EXPECT_EQ(differences[1].expected, 5);
  EXPECT_EQ(differences[1].actual, 4);
}

TEST(CellFinderTest, AnItemCountsWhereRowAndColumnPassIt) {
  FormTable table{.id = 3, .number = "3", .source = Source::kMemberAtEnd};
  table.rows = {Row(1), Row(2, {{std::nullopt, {Between(Attribute::kAge, 31, 35)}}})};
  table.columns = {Row(1), Row(2, {{std::nullopt, {Codes(Attribute::kGender, {2})}},
                                   {std::nullopt, {Codes(Attribute::kEthnicity, {3})}}})};
  table.columns.push_back({.number = 3, .clauses = {}, .sum = {}, .provided_by = "evaluation"});
  const Form form = Make({TableOne(), table});
  const CellFinder finder(form);
  const auto cells = [&](const Item& item) {
    std::set<size_t> found;
    finder.Find(item, [&](size_t cell) { EXPECT_TRUE(found.insert(cell).second); });
    return found;
  };
  const FormTable& third = form.tables()[1];
  Item item(Source::kMemberAtEnd);
  const size_t stock = form.tables()[0].cell(*form.tables()[0].FindRow(16), 0);
  item.Set(Attribute::kAge, 36);
  EXPECT_THAT(cells(item), ElementsAre(stock, third.cell(0, 0)));
  item.Set(Attribute::kAge, 35);
  EXPECT_THAT(cells(item), ElementsAre(stock, third.cell(0, 0), third.cell(1, 0)));
  item.Set(Attribute::kEthnicity, 3);
  item.Set(Attribute::kGender, 2);
  EXPECT_THAT(cells(item), ElementsAre(stock, third.cell(0, 0), third.cell(0, 1), third.cell(1, 0),
                                       third.cell(1, 1)));
  EXPECT_THAT(cells(Item(Source::kMemberAtStart)), SizeIs(1));
  EXPECT_FALSE(finder.Asks(Source::kOrganization));
  EXPECT_TRUE(finder.Asks(Source::kLoss));
}

TEST(FiguresTest, EncodingKeepsWhatCountsAndSurvivesAnotherOrder) {
  FormTable other = TableOne();
  other.id = 7;
  other.number = "7";
  const Form form = Make({TableOne(), other});
  const Form turned = Make({other, TableOne()});
  Figures figures(form.cell_count());
  figures[0] = 1000;
  figures[1] = -3;
  figures[form.tables()[1].cell(12, 0)] = std::numeric_limits<int64_t>::max();
  const std::string bytes = EncodeFigures(form, figures);
  EXPECT_LT(bytes.size(), 32u);
  auto decoded = DecodeFigures(form, bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, figures);
  auto moved = DecodeFigures(turned, bytes);
  ASSERT_TRUE(moved.ok()) << moved.status();
  EXPECT_EQ((*moved)[turned.tables()[1].cell(0, 0)], 1000);
  EXPECT_EQ((*moved)[turned.tables()[0].cell(12, 0)], std::numeric_limits<int64_t>::max());
}

TEST(FiguresTest, DamagedBytesAreRefused) {
  const Form form = Make({TableOne()});
  EXPECT_FALSE(DecodeFigures(form, "\xff").ok());
  EXPECT_FALSE(DecodeFigures(form, std::string("\x02", 1)).ok());
  EXPECT_FALSE(DecodeFigures(form, std::string(11, '\xff')).ok());
}

TEST(FiguresTest, SumsOfLevelsAreChecked) {
  const Form form = Make({TableOne()});
  Figures own(form.cell_count());
  Figures children(form.cell_count());
  children[0] = 7;
  children[1] = 4;
  own[1] = -2;
  Figures whole = children;
  whole[1] = 2;
  EXPECT_THAT(CheckLevel(form, own, children, whole), IsEmpty());
  whole[0] = 8;
  const auto differences = CheckLevel(form, own, children, whole);
  ASSERT_THAT(differences, SizeIs(1));
  EXPECT_EQ(differences[0].expected, 7);
  EXPECT_EQ(differences[0].actual, 8);
}

TEST(FormTest, WhatAFormNamesMustBeThere) {
  const auto refused = [](auto change) {
    FormTable table = TableOne();
    change(table);
    return Form::Create("2025", "", 2025, {table}, {}).status().code() ==
           absl::StatusCode::kInvalidArgument;
  };
  EXPECT_TRUE(refused([](FormTable& table) { table.rows[1].number = 1; }));
  EXPECT_TRUE(refused([](FormTable& table) { table.rows[1].part_of = 99; }));
  EXPECT_TRUE(refused([](FormTable& table) { table.rows[2] = Sum(3, "99"); }));
  EXPECT_TRUE(refused([](FormTable& table) { table.rows[2] = Sum(3, "15"); }));
  EXPECT_TRUE(refused([](FormTable& table) { table.columns.clear(); }));
  EXPECT_TRUE(refused([](FormTable& table) { table.id = 0; }));
  EXPECT_TRUE(refused(
      [](FormTable& table) { table.identities.push_back(*ParseIdentity("1 = 99", Axis::kRows)); }));
  EXPECT_TRUE(refused([](FormTable& table) {
    table.identities.push_back(*ParseIdentity("1.1.1 = 9.1.1", Axis::kCells));
  }));
  EXPECT_FALSE(ParseIdentity("1 + 2", Axis::kRows).ok());
  EXPECT_FALSE(ParseIdentity("1 = x", Axis::kRows).ok());
  EXPECT_FALSE(ParseSum("1.2", true).ok());
}

TEST(FormBookTest, TheNewestFormThatIsNotAfterTheYear) {
  std::vector<Form> forms;
  for (const int32_t year : {2027, 2025}) {
    forms.push_back(*Form::Create(std::to_string(year), "", year, {TableOne()}, {}));
  }
  auto book = FormBook::Create(std::move(forms));
  ASSERT_TRUE(book.ok()) << book.status();
  EXPECT_EQ(book->Of(2024).year(), 2025);
  EXPECT_EQ(book->Of(2026).year(), 2025);
  EXPECT_EQ(book->Of(2030).year(), 2027);
  EXPECT_EQ(book->Find("2027")->year(), 2027);
  EXPECT_EQ(book->Find("x"), nullptr);
}

TEST(FormTest, TextsAreNumbered) {
  const Form form = Make({TableOne()});
  EXPECT_EQ(form.TextCode(""), 0);
  EXPECT_EQ(form.TextCode("教师"), 1);
  EXPECT_EQ(form.TextCode("工人"), kFirstText);
}

}  // namespace
}  // namespace ronghe::membership
