// Who gets the members of a subtree as a workbook, what stands in it, and what is recorded of it?
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/approval/api.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/crypto/key_store.h"
#include "common/error/error.h"
#include "common/event/publisher.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "common/sql/statement.h"
#include "common/testing/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ronghe/membership/v1/member_export.ronghe.h"
#include "services/membership/api/member_export_api.h"
#include "services/membership/store/workbook/table.h"
#include "services/membership/testing/service_parts.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr int64_t kCounty = 1;
constexpr int64_t kTowns[] = {2, 3};
// Branches 10 and 11 in the first town, 12 and 13 in the second.
constexpr int kPerBranch = 301;

struct AuditRow {
  std::string resource;
  std::string result;
  std::string detail;
};
struct ReadRow {
  std::string subject;
  std::string purpose;
  int64_t count = 0;
};
const sql::Query<AuditRow> kDownloads("member_export_test.audit",
                                      "SELECT resource, result, detail FROM audit WHERE method "
                                      "LIKE '%DownloadMemberExport' ORDER BY id");
const sql::Query<ReadRow> kReads("member_export_test.reads",
                                 "SELECT subject, purpose, COUNT(DISTINCT member_id) FROM "
                                 "unmask_read WHERE kind = 2 GROUP BY subject, purpose");

// A workbook as it came, and what a reader of tables finds in it.
struct Download {
  absl::Status status;
  std::string bytes;
  int parts = 0;
  int64_t row_count = -1;

  std::vector<std::vector<std::string>> Rows() const {
    const absl::StatusOr<Table> table = ReadXlsx(bytes);
    EXPECT_THAT(table, IsOk());
    std::vector<std::vector<std::string>> rows;
    if (!table.ok()) return rows;
    for (const TableRow& row : table->rows) {
      auto& cells = rows.emplace_back();
      for (const Cell& cell : row.cells) cells.push_back(cell.text);
    }
    return rows;
  }
};

class MemberExportTest : public ::testing::Test {
 protected:
  MemberExportTest()
      : schema_(NewMembershipSchema()),
        database_(*sql::Database::Open(schema_.options())),
        publisher_(*database_, nullptr, base::Clock::Real(), "services/membership"),
        ids_(1),
        rules_(*LoadUnmaskRules(BuiltinUnmaskRulesFile())),
        fields_(keys_),
        tokens_("0123456789abcdef0123456789abcdef"),
        writer_(*database_, ids_, [] {}, {.source = "services/membership"}),
        tree_(*database_, publisher_),
        approval_api_(writer_, tokens_),
        export_api_(writer_, tree_, rules_, fields_, tokens_) {
    FillCounty();
    EXPECT_OK(tree_.Start());
    testing::TestServer::Options options;
    options.scope = &tree_;
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::MemberExportServiceTable(export_api_));
    tables.push_back(approval::v1::ApprovalServiceTable(approval_api_));
    server_ = std::make_unique<testing::TestServer>(std::move(tables), options);
    exports_ = std::make_unique<v1::MemberExportServiceClient>(server_->channel());
    approvals_ = std::make_unique<approval::v1::ApprovalServiceClient>(server_->channel());
  }
  ~MemberExportTest() override {
    server_.reset();
    tree_.Stop();
  }

  void FillCounty() {
    std::vector<MemberRow> members;
    std::vector<MemberIntervalRow> intervals;
    int64_t id = 1000;
    for (int64_t branch = 10; branch < 14; ++branch) {
      for (int i = 0; i < kPerBranch; ++i, ++id) {
        MemberRow row = TestMember(id, branch, i == 0 ? Category::kProbationary : Category::kFull);
        EXPECT_OK(fields_.SealIdentity(Identity(id), row));
        EXPECT_OK(fields_.SealPhone(Phone(id), row));
        intervals.push_back(TestInterval(id, row, absl::CivilDay(2020, 1, 1)));
        members.push_back(std::move(row));
      }
    }
    EXPECT_OK(database_->Transact(
        absl::Now() + absl::Seconds(30), [&](sql::Session& session) -> absl::Status {
          EXPECT_OK(InsertOrganization(session, TestOrganization(kCounty, 0, 611)));
          for (const int64_t town : kTowns) {
            EXPECT_OK(InsertOrganization(session, TestOrganization(town, kCounty, 611)));
          }
          for (int64_t branch = 10; branch < 14; ++branch) {
            EXPECT_OK(InsertOrganization(session,
                                         TestOrganization(branch, kTowns[(branch - 10) / 2], 631)));
          }
          EXPECT_OK(InsertMembers(session, members));
          return InsertIntervals(session, intervals);
        }));
  }

  rpc::Outgoing Department(int64_t account = 1) const {
    return server_->As("organization_department", kCounty, account);
  }
  // The department with the right to unmask too.
  rpc::Outgoing Unmasker() const {
    return server_->As(
        auth::Principal{.kind = auth::Principal::Kind::kPerson,
                        .subject = "accounts/1",
                        .grants = {{"organization_department", kCounty}, {"unmasker", kCounty}}});
  }

  static v1::CreateMemberExportRequest Request(int64_t organization = kCounty) {
    v1::CreateMemberExportRequest request;
    request.set_parent(absl::StrCat("organizations/", organization));
    request.set_purpose("statistics");
    return request;
  }

  // Asks, has the county's secretary agree, and asks again.
  absl::StatusOr<v1::MemberExport> Open(const rpc::Outgoing& out,
                                        const v1::CreateMemberExportRequest& request) {
    const absl::Status asked = exports_->CreateMemberExport(out, request).status();
    if (error::Reason(asked) != "APPROVAL_REQUIRED") return asked;
    approval::v1::ApproveRequestRequest approve;
    approve.set_name(error::MetadataValue(asked, "approval"));
    EXPECT_OK(approvals_->ApproveRequest(server_->As("committee_secretary", kCounty, 2), approve));
    return exports_->CreateMemberExport(out, request);
  }

  Download Get(const rpc::Outgoing& out, const std::string& name) {
    Download download;
    v1::DownloadMemberExportRequest request;
    request.set_name(name);
    download.status =
        exports_->DownloadMemberExport(out, request, [&](const v1::MemberExportPart& part) {
          ++download.parts;
          download.bytes.append(part.content());
          if (part.has_row_count()) download.row_count = part.row_count();
          return absl::OkStatus();
        });
    return download;
  }

  template <class Row>
  std::vector<Row> All(const sql::Query<Row>& query) {
    const auto rows = database_->Read(absl::Now() + absl::Seconds(10),
                                      [&](sql::Session& session) { return session.Select(query); });
    EXPECT_OK(rows);
    return rows.ok() ? *rows : std::vector<Row>();
  }

  testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  event::Publisher publisher_;
  base::IdGenerator ids_;
  const UnmaskRuleBook rules_;
  crypto::KeyStore keys_{crypto::KeyRing::ForTesting(crypto::Suite::kSm)};
  const PersonalFields fields_;
  rpc::PageTokens tokens_;
  service::Writer writer_;
  MembershipTree tree_;
  approval::ApprovalApi approval_api_;
  MemberExportApi export_api_;
  std::unique_ptr<testing::TestServer> server_;
  std::unique_ptr<v1::MemberExportServiceClient> exports_;
  std::unique_ptr<approval::v1::ApprovalServiceClient> approvals_;
};

TEST_F(MemberExportTest, AMaskedWorkbookCarriesItsWatermark) {
  ASSERT_OK_AND_ASSIGN(const v1::MemberExport opened, Open(Department(), Request()));
  EXPECT_EQ(opened.requester(), "accounts/1");
  EXPECT_EQ(opened.standing(), v1::MEMBER_STANDING_NORMAL);
  EXPECT_EQ(opened.expire_time().seconds() - opened.create_time().seconds(), 24 * 3600);

  const Download download = Get(Department(), opened.name());
  ASSERT_OK(download.status);
  EXPECT_EQ(download.row_count, 4 * kPerBranch);
  const auto rows = download.Rows();
  ASSERT_THAT(rows, SizeIs(4 * kPerBranch + 2));
  EXPECT_THAT(rows[0][0], AllOf(HasSubstr("accounts/1"), HasSubstr("党内统计核对(statistics)"),
                                HasSubstr(opened.name()), HasSubstr("已脱敏")));
  ASSERT_TRUE(IsRosterHeader(std::vector<Cell>{{rows[1][0]}, {rows[1][2]}}));
  EXPECT_EQ(rows[2][0], "党员1000");
  EXPECT_EQ(rows[2][2], MaskIdentityNumber(Identity(1000)));
  EXPECT_EQ(rows[2][4], "1980");
  EXPECT_EQ(rows[2][7], "预备党员");
  EXPECT_EQ(rows[2][8], "t10");
  EXPECT_EQ(rows[2][10], "138****1000");
  EXPECT_EQ(rows[2].back(), "正常");
  // Tree order, nobody twice.
  std::vector<std::string> names;
  for (size_t i = 2; i < rows.size(); ++i) {
    names.push_back(rows[i][0]);
    EXPECT_THAT(rows[i][2], HasSubstr("********"));
    EXPECT_THAT(rows[i][10], HasSubstr("****"));
  }
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());

  const auto audit = All(kDownloads);
  ASSERT_THAT(audit, SizeIs(2));
  EXPECT_EQ(audit[0].resource, opened.name());
  EXPECT_THAT(audit[0].detail, HasSubstr("purpose=statistics; masked download begins"));
  EXPECT_THAT(audit[1].detail, HasSubstr(absl::StrCat("rows=", 4 * kPerBranch)));
  EXPECT_EQ(audit[1].result, "OK");
  EXPECT_THAT(All(kReads), SizeIs(0));
}

TEST_F(MemberExportTest, UnmaskingNeedsItsOwnPermissionAndIsRecordedForEveryMember) {
  v1::CreateMemberExportRequest request = Request(kTowns[1]);
  request.set_unmasked(true);
  EXPECT_THAT(Open(Department(), request), StatusIs(absl::StatusCode::kPermissionDenied));
  ASSERT_OK_AND_ASSIGN(const v1::MemberExport opened, Open(Unmasker(), request));

  // Who has lost the permission since then gets nothing.
  EXPECT_THAT(Get(Department(), opened.name()).status,
              StatusIs(absl::StatusCode::kPermissionDenied));
  const Download download = Get(Unmasker(), opened.name());
  ASSERT_OK(download.status);
  const auto rows = download.Rows();
  ASSERT_THAT(rows, SizeIs(2 * kPerBranch + 2));
  EXPECT_THAT(rows[0][0], HasSubstr("未脱敏"));
  const int64_t first = 1000 + 2 * kPerBranch;
  EXPECT_EQ(rows[2][2], Identity(first));
  EXPECT_EQ(rows[2][4], "1980-01-01");
  EXPECT_EQ(rows[2][10], Phone(first));
  const auto reads = All(kReads);
  ASSERT_THAT(reads, SizeIs(1));
  EXPECT_EQ(reads[0].subject, "accounts/1");
  EXPECT_EQ(reads[0].purpose, "statistics");
  EXPECT_EQ(reads[0].count, 2 * kPerBranch);
}

TEST_F(MemberExportTest, OnlyTheRequesterAndOnlyForADay) {
  ASSERT_OK_AND_ASSIGN(const v1::MemberExport opened, Open(Department(), Request(10)));
  EXPECT_THAT(Get(Department(5), opened.name()).status, HasReason("EXPORT_OF_ANOTHER"));
  EXPECT_THAT(Get(server_->As("branch_secretary", 10), opened.name()).status,
              StatusIs(absl::StatusCode::kPermissionDenied));
  const absl::Status foreign =
      Get(server_->As("organization_department", kTowns[1]), opened.name()).status;
  EXPECT_THAT(foreign, HasReason("SCOPE_DENIED"));
  EXPECT_EQ(Get(server_->As("organization_department", kTowns[1]), "memberExports/99").status,
            foreign);
  EXPECT_THAT(All(kDownloads), SizeIs(0));
  ASSERT_OK(Get(Department(), opened.name()).status);
  ASSERT_OK(database_->Read(absl::Now() + absl::Seconds(10), [](sql::Session& session) {
    return session.RunText("test", "UPDATE member_export SET expire_time = '2026-01-01'");
  }));
  EXPECT_THAT(Get(Department(), opened.name()).status, HasReason("EXPORT_EXPIRED"));

  v1::GetMemberExportRequest get;
  get.set_name(opened.name());
  EXPECT_THAT(exports_->GetMemberExport(Department(5), get), IsOk());
  v1::ListMemberExportsRequest list;
  list.set_parent("organizations/10");
  ASSERT_OK_AND_ASSIGN(const auto page, exports_->ListMemberExports(Department(5), list));
  ASSERT_EQ(page.member_exports_size(), 1);
  EXPECT_EQ(page.member_exports(0).name(), opened.name());
}

TEST_F(MemberExportTest, FiltersAndPurposesAreChecked) {
  v1::CreateMemberExportRequest request = Request();
  request.set_purpose("curiosity");
  EXPECT_THAT(Open(Department(), request), HasReason("PURPOSE_UNKNOWN"));
  request = Request();
  request.set_category(static_cast<v1::MemberCategory>(9));
  EXPECT_THAT(Open(Department(), request), HasReason("FIELD_INVALID"));
  request.set_category(v1::MEMBER_CATEGORY_PROBATIONARY);
  ASSERT_OK_AND_ASSIGN(const v1::MemberExport opened, Open(Department(), request));
  const Download download = Get(Department(), opened.name());
  ASSERT_OK(download.status);
  EXPECT_EQ(download.row_count, 4);
}

TEST_F(MemberExportTest, ADownloadThatIsBrokenOffIsRecorded) {
  ASSERT_OK_AND_ASSIGN(const v1::MemberExport opened, Open(Department(), Request()));
  v1::DownloadMemberExportRequest request;
  request.set_name(opened.name());
  EXPECT_THAT(exports_->DownloadMemberExport(
                  Department(), request,
                  [](const v1::MemberExportPart&) { return absl::CancelledError("enough"); }),
              StatusIs(absl::StatusCode::kCancelled));
  // The server may still be writing the last row of the audit.
  server_->server().Shutdown(absl::Seconds(10));
  const auto audit = All(kDownloads);
  ASSERT_THAT(audit, SizeIs(2));
  EXPECT_THAT(audit[0].detail, HasSubstr("download begins"));
  EXPECT_THAT(audit[1].detail, HasSubstr("rows="));
}

}  // namespace
}  // namespace ronghe::membership
