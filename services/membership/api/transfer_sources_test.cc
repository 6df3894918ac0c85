// What do cases, measures and accounts on record tell a transfer?
#include "services/membership/api/transfer_sources.h"

#include <memory>
#include <vector>

#include "common/sql/database.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/store/discipline_store.h"
#include "services/membership/store/disposition_store.h"
#include "services/membership/store/dues_account_store.h"
#include "services/membership/store/store_testing.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr int64_t kBranch = 11;

class TransferSourcesTest : public ::testing::Test {
 protected:
  TransferSourcesTest()
      : schema_(NewMembershipSchema()), database_(*sql::Database::Open(schema_.options())) {}

  template <class F>
  void Write(F fn) {
    EXPECT_OK(database_->Transact(absl::Now() + absl::Seconds(20), fn));
  }

  testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  const RecordedTransferSources sources_;
};

TEST_F(TransferSourcesTest, OpenCasesAndMeasuresInEffectHoldAMember) {
  const auto disposition = [](int64_t id, int64_t member, bool open) {
    DispositionRow row{.id = id,
                       .member_id = member,
                       .organization_id = kBranch,
                       .state = open ? DispositionState::kTalked : DispositionState::kFiled,
                       .opened_on = absl::CivilDay(2026, 3, 1),
                       .create_time = absl::FromUnixSeconds(1),
                       .update_time = absl::FromUnixSeconds(1)};
    if (open) row.open_member_id = member;
    return row;
  };
  const DisciplineRow measure{.id = 3,
                              .member_id = 103,
                              .organization_id = kBranch,
                              .decided_on = absl::CivilDay(2026, 1, 10),
                              .effect_from = absl::CivilDay(2026, 1, 10),
                              .effect_until = absl::CivilDay(2027, 1, 10),
                              .create_time = absl::FromUnixSeconds(1),
                              .update_time = absl::FromUnixSeconds(1)};
  Write([&](sql::Session& session) -> absl::Status {
    absl::Status status = InsertDisposition(session, disposition(1, 101, true));
    if (status.ok()) status = InsertDisposition(session, disposition(2, 102, false));
    if (status.ok()) status = InsertDiscipline(session, measure);
    return status;
  });
  const std::vector<int64_t> ids = {101, 102, 103, 104};
  const auto held_on = [&](absl::CivilDay day) {
    auto held = database_->Read(absl::Now() + absl::Seconds(20), [&](sql::Session& session) {
      return sources_.WithOpenCases(session, ids, day);
    });
    EXPECT_OK(held);
    return held.ok() ? *held : std::vector<int64_t>();
  };
  EXPECT_THAT(held_on(absl::CivilDay(2026, 12, 1)), ElementsAre(101, 103));
  EXPECT_THAT(held_on(absl::CivilDay(2027, 1, 10)), ElementsAre(101));
}

TEST_F(TransferSourcesTest, AccountsSayUpToWhichMonthDuesArePaid) {
  const std::vector<DuesAccountRow> accounts = {
      {.member_id = 101,
       .organization_id = kBranch,
       .paid_through = absl::CivilDay(2026, 10, 31),
       .update_time = absl::FromUnixSeconds(1)},
      // Nothing is paid yet.
      {.member_id = 102, .organization_id = kBranch, .update_time = absl::FromUnixSeconds(1)}};
  Write([&](sql::Session& session) -> absl::Status {
    absl::Status status = OpenDuesAccounts(session, accounts);
    if (status.ok()) status = UpdateDuesAccounts(session, accounts);
    return status;
  });
  const std::vector<int64_t> ids = {101, 102, 103};
  ASSERT_OK_AND_ASSIGN(const std::vector<DuesPaid> paid,
                       database_->Read(absl::Now() + absl::Seconds(20), [&](sql::Session& session) {
                         return sources_.DuesPaidThrough(session, ids);
                       }));
  ASSERT_THAT(paid, SizeIs(1));
  EXPECT_EQ(paid[0].member_id, 101);
  EXPECT_EQ(paid[0].through, absl::CivilMonth(2026, 10));
}

}  // namespace
}  // namespace ronghe::membership
