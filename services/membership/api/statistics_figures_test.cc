// Are the figures of a report, and the counts of a past day, those of the history?
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/testing/statistics_testing.h"

namespace ronghe::membership::county {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;

TEST_F(StatisticsTest, EveryCellIsWhatANaiveCountFinds) {
  const World world(20251231);
  Fill(world);
  const Form& form = *forms_.Find("2025");
  const std::vector<std::pair<int64_t, ReportPeriod>> reports = {
      {kProvince, {Day(2025, 1, 1), Day(2025, 12, 31)}},
      {kProvince, {Day(2024, 1, 1), Day(2024, 6, 30)}},
      {kProvince, {Day(2022, 7, 1), Day(2025, 2, 28)}},
      {kCounty, {Day(2023, 4, 11), Day(2024, 9, 17)}},
      {11, {Day(2025, 1, 1), Day(2025, 3, 1)}}};
  for (const auto& [top, period] : reports) {
    const Naive naive(world, form, period);
    const std::string report = Computed(top, period.from, period.snapshot);
    const std::vector<CellBytes> rows = Rows(report);
    EXPECT_EQ(rows.size(), static_cast<size_t>(std::count_if(
                               Places().begin(), Places().end(), [&](const Place& place) {
                                 return Inside(place.id, top, period.snapshot);
                               })));
    for (const CellBytes& row : rows) {
      auto figures = DecodeFigures(form, row.cells);
      ASSERT_OK(figures.status());
      FillSums(form, *figures);
      const Figures expected = naive.Count(row.organization_id);
      for (const FormTable& table : form.tables()) {
        for (size_t r = 0; r < table.rows.size(); ++r) {
          for (size_t c = 0; c < table.columns.size(); ++c) {
            ASSERT_EQ((*figures)[table.cell(r, c)], expected[table.cell(r, c)])
                << base::FormatDay(period.snapshot) << " organization " << row.organization_id
                << " table " << table.number << " row " << table.rows[r].number << " column "
                << table.columns[c].number;
          }
        }
      }
    }
    EXPECT_EQ(Get(report).difference_count(), 0);
  }
}

TEST_F(StatisticsTest, CountsOfAPastDayAreThoseOfTheHistoryInTheTreeOfThatDay) {
  const World world(13);
  Fill(world);
  for (const Day day : {kFirstDay - 1, Day(2023, 7, 15), kMoveDay - 1, kMoveDay, kLastDay}) {
    for (const Place& top : Places()) {
      v1::OrganizationCounts expected;
      expected.set_name(absl::StrCat("organizations/", top.id));
      for (const Place& place : Places()) {
        if (!Inside(place.id, top.id, day)) continue;
        expected.set_organizations(expected.organizations() + 1);
        const bool branch = place.kind == 631 || place.kind == 632;
        expected.set_branches(expected.branches() + (branch ? 1 : 0));
      }
      for (const Person& person : world.people) {
        const FlowEnd end = person.On(day);
        if (end.standing != 10 || !Inside(end.organization_id, top.id, day)) continue;
        if (end.category == 1) {
          expected.set_full_members(expected.full_members() + 1);
        } else {
          expected.set_probationary_members(expected.probationary_members() + 1);
        }
      }
      *expected.mutable_as_of() = rpc::ToProto(day);
      v1::GetOrganizationCountsRequest request;
      request.set_name(expected.name());
      *request.mutable_as_of() = rpc::ToProto(day);
      auto counts = organizations_->GetOrganizationCounts(Department(), request);
      ASSERT_THAT(counts, IsOk());
      EXPECT_EQ(counts->DebugString(), expected.DebugString());
    }
  }
}

TEST_F(StatisticsTest, CountsOfTodayAreThoseKeptReadyAndOfTomorrowNone) {
  Fill(World(13));
  const Day today = base::ShanghaiDay(absl::Now());
  v1::GetOrganizationCountsRequest request;
  request.set_name(absl::StrCat("organizations/", kProvince));
  auto now = organizations_->GetOrganizationCounts(Department(), request);
  ASSERT_THAT(now, IsOk());
  EXPECT_EQ(now->organizations(), static_cast<int64_t>(Places().size()));
  *request.mutable_as_of() = rpc::ToProto(today);
  auto counts = organizations_->GetOrganizationCounts(Department(), request);
  ASSERT_THAT(counts, IsOk());
  EXPECT_EQ(counts->DebugString(), now->DebugString());
  *request.mutable_as_of() = rpc::ToProto(today + 2);
  EXPECT_THAT(organizations_->GetOrganizationCounts(Department(), request),
              HasReason("AS_OF_IN_FUTURE"));
  request.mutable_as_of()->set_month(13);
  EXPECT_THAT(organizations_->GetOrganizationCounts(Department(), request),
              HasReason("FIELD_INVALID"));
}

TEST_F(StatisticsTest, APastDayOfTooManyOrganizationsIsLeftToAReport) {
  Fill(World(13));
  OrganizationApi small(writer_, tree_, rules_, tokens_, /*most_on_past_day=*/4);
  testing::TestServer::Options options;
  options.scope = &tree_;
  testing::TestServer server({v1::OrganizationServiceTable(small)}, options);
  v1::OrganizationServiceClient client(server.channel());
  v1::GetOrganizationCountsRequest request;
  request.set_name("organizations/11");
  *request.mutable_as_of() = rpc::ToProto(kLastDay);
  const rpc::Outgoing department = server.As("organization_department", 0);
  EXPECT_THAT(client.GetOrganizationCounts(department, request), IsOk());
  request.set_name(absl::StrCat("organizations/", kCounty));
  const absl::Status refused = client.GetOrganizationCounts(department, request).status();
  EXPECT_THAT(refused, HasReason("SUBTREE_TOO_LARGE"));
  EXPECT_EQ(error::MetadataValue(refused, "limit"), "4");
  request.clear_as_of();
  EXPECT_THAT(client.GetOrganizationCounts(department, request), IsOk());
}

TEST_F(StatisticsTest, WhatTheServiceItselfWritesAddsUp) {
  const auto county = Found("", v1::ORGANIZATION_KIND_COMMITTEE, "县委");
  const auto first = Found(county.name(), v1::ORGANIZATION_KIND_BRANCH, "一支部");
  const auto second = Found(county.name(), v1::ORGANIZATION_KIND_BRANCH, "二支部");
  // Entered with effect from before the period, and converted within it.
  v1::Member converted = Someone(1);
  *converted.mutable_joined_on() = rpc::ToProto(Day(2024, 3, 1));
  *converted.mutable_converted_on() = rpc::ToProto(Day(2025, 3, 1));
  ASSERT_OK(TryJoin(first.name(), converted, Day(2024, 6, 1)).status());
  // Entered within the period: an opening, not an increase.
  auto moved = TryJoin(first.name(), Someone(2), Day(2025, 2, 1));
  ASSERT_THAT(moved, IsOk());
  v1::MoveMemberRequest move;
  move.set_name(moved->name());
  move.set_organization(second.name());
  *move.mutable_effective_date() = rpc::ToProto(Day(2025, 5, 1));
  ASSERT_OK(members_->MoveMember(Department(), move).status());
  const int64_t top = *base::ParseName(county.name(), "organizations");
  const std::string report = Computed(top, Day(2025, 1, 1), Day(2025, 12, 31));
  EXPECT_EQ(Get(report).difference_count(), 0);
  const auto cells = [&](const v1::Organization& organization) {
    auto table =
        Table(Department(), report, "1", *base::ParseName(organization.name(), "organizations"));
    EXPECT_THAT(table, IsOk());
    std::map<int32_t, int64_t> rows;
    for (const auto& [at, value] : CellsOf(*table)) {
      if (at.second == 1) rows[at.first] = value;
    }
    return rows;
  };
  using Rows = std::map<int32_t, int64_t>;
  EXPECT_EQ(cells(county), (Rows{{1, 2}, {15, 2}, {16, 2}}));
  EXPECT_EQ(cells(first), (Rows{{1, 2}, {9, 1}, {13, 1}, {15, 1}, {16, 1}}));
  EXPECT_EQ(cells(second), (Rows{{2, 1}, {7, 1}, {15, 1}, {16, 1}}));
  auto conversions = Table(Department(), report, "15", top);
  ASSERT_THAT(conversions, IsOk());
  EXPECT_EQ(CellsOf(*conversions)[std::pair(1, 3)], 1);
}

TEST_F(StatisticsTest, ParticularsAreThoseOfTheSnapshotDay) {
  const auto county = Found("", v1::ORGANIZATION_KIND_COMMITTEE, "县委");
  const auto branch = Found(county.name(), v1::ORGANIZATION_KIND_BRANCH, "一支部");
  auto member = TryJoin(branch.name(), Someone(1), Day(2025, 2, 1));
  ASSERT_THAT(member, IsOk());
  v1::UpdateMemberRequest update;
  *update.mutable_member() = *member;
  update.mutable_member()->set_education("14");
  update.mutable_update_mask()->add_paths("education");
  ASSERT_OK(members_->UpdateMember(Department(), update).status());
  const int64_t top = *base::ParseName(county.name(), "organizations");
  const std::string before = Computed(top, Day(2025, 1, 1), Day(2025, 12, 31));
  auto table = Table(Department(), before, "4", top);
  ASSERT_THAT(table, IsOk());
  EXPECT_EQ(CellsOf(*table)[std::pair(4, 1)], 1);
  EXPECT_EQ(CellsOf(*table)[std::pair(2, 1)], 0);
  // As if the change had been made before the snapshot day.
  RunSql("UPDATE member_past SET valid_to = '2025-06-01'");
  ASSERT_OK(TryCompute(before));
  ASSERT_OK(jobs_.RunOnce(kReportJob));
  table = Table(Department(), before, "4", top);
  ASSERT_THAT(table, IsOk());
  EXPECT_EQ(CellsOf(*table)[std::pair(4, 1)], 0);
  EXPECT_EQ(CellsOf(*table)[std::pair(2, 1)], 1);
}

}  // namespace
}  // namespace ronghe::membership::county
