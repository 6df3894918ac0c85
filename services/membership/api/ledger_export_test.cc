// Who gets ledgers and papers, what stands on them, and what is recorded of it?
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/approval/api.h"
#include "common/base/resource_name.h"
#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/api/ledger_export_api.h"
#include "services/membership/api/ledger_paper.h"
#include "services/membership/domain/document/media_type.h"
#include "services/membership/store/office/office_file.h"
#include "services/membership/store/workbook/table.h"
#include "services/membership/testing/service_parts.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

struct AuditRow {
  std::string resource;
  std::string detail;
};
const sql::Query<AuditRow> kDownloads("ledger_export_test.audit",
                                      "SELECT resource, detail FROM audit WHERE method LIKE "
                                      "'%DownloadLedgerExport' ORDER BY id");
struct NumberRow {
  int64_t count = 0;
};
const sql::Query<NumberRow> kReads("ledger_export_test.reads",
                                   "SELECT COUNT(*) FROM unmask_read WHERE kind = 2");

TransferLetter Letter() {
  TransferLetter letter{.number = "某组转〔2026〕12号",
                        .issuer = "中共某县委组织部",
                        .from = "第一镇党委一村党支部",
                        .receiver = "中共邻县县委组织部",
                        .to = "邻县城关镇党委机关党支部",
                        .persons = {},
                        .issued_on = absl::CivilDay(2026, 11, 23),
                        .valid_days = 90};
  letter.persons.push_back({.full_name = "王小明",
                            .gender = Gender::kFemale,
                            .ethnicity = "01",
                            .birth_date = absl::CivilDay(1980, 11, 24),
                            .category = Category::kProbationary,
                            .identity_number = Identity(1),
                            .phone = "13800000001",
                            .dues_paid_through = absl::CivilDay(2026, 11, 1)});
  return letter;
}

AdmissionSheet Sheet12() {
  return {.full_name = "李四",
          .form_number = "2026001",
          .sections = {{"基本情况",
                        {{"姓名", "李四"},
                         {"出生日期", "1990-05-06", Sensitivity::kBirthDate},
                         {"公民身份号码", Identity(2), Sensitivity::kIdentityNumber},
                         {"联系电话", "13900000002", Sensitivity::kPhone},
                         {"现工作单位", "某县第一中学"}}},
                       {"支部大会", {{"召开日期", "2026-10-10"}, {"赞成票", "12"}}}}};
}

// The texts of a DOCX.
std::vector<std::string> TextsOf(const std::string& docx) {
  std::vector<std::string> texts;
  EXPECT_OK(ReadOfficeFile(MediaType::kDocx, docx,
                           [&](std::string_view text) { texts.emplace_back(text); }));
  return texts;
}

class LedgerExportTest : public ::testing::Test, protected ServiceParts {
 protected:
  struct Download {
    absl::Status status;
    std::string bytes;
    std::string file_name;
    std::string content_type;
    int64_t rows = -1;
  };

  LedgerExportTest()
      : approval_api_(writer_, tokens_),
        api_(writer_, tree_, unmask_rules_, fields_, tokens_, Sources()) {
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::LedgerExportServiceTable(api_));
    tables.push_back(approval::v1::ApprovalServiceTable(approval_api_));
    Serve(std::move(tables));
    exports_ = std::make_unique<v1::LedgerExportServiceClient>(server_->channel());
    approvals_ = std::make_unique<approval::v1::ApprovalServiceClient>(server_->channel());
    county_ = Found("", v1::ORGANIZATION_KIND_COMMITTEE, "某县委");
    branch_ = Found(county_.name(), v1::ORGANIZATION_KIND_BRANCH, "一村党支部");
    other_ = Found(county_.name(), v1::ORGANIZATION_KIND_BRANCH, "二村党支部");
    for (int n = 1; n <= 3; ++n) members_of_.push_back(*TryJoin(branch_.name(), Someone(n)));
    members_of_.push_back(*TryJoin(other_.name(), Someone(4)));
  }
  ~LedgerExportTest() override { server_.reset(); }

  LedgerSources Sources() {
    LedgerSources sources;
    sources.transfer_letter = [this](sql::Session&, int64_t id) -> absl::StatusOr<TransferLetter> {
      if (id != 12) return absl::NotFoundError("no such transfer");
      TransferLetter letter = Letter();
      letter.organization_id = *base::ParseName(branch_.name(), "organizations");
      letter.persons[0].member_id = *base::ParseName(members_of_[0].name(), "members");
      return letter;
    };
    sources.admission_sheet = [this](sql::Session&, int64_t) -> absl::StatusOr<AdmissionSheet> {
      AdmissionSheet sheet = Sheet12();
      sheet.organization_id = *base::ParseName(branch_.name(), "organizations");
      return sheet;
    };
    sources.dues_bills = [](sql::Session&, std::span<const int64_t> ids,
                            int32_t year) -> absl::StatusOr<std::vector<DuesLedgerBill>> {
      EXPECT_EQ(year, 2026);
      std::vector<DuesLedgerBill> bills;
      for (const int64_t id : ids) {
        bills.push_back({id, 1, 1050, 1050});
        bills.push_back({id, 2, 1050, 0});
      }
      return bills;
    };
    return sources;
  }

  int64_t County() const { return *base::ParseName(county_.name(), "organizations"); }
  rpc::Outgoing Clerk(int64_t account = 1) const {
    return server_->As("organization_department", County(), account);
  }
  rpc::Outgoing Unmasker() const {
    return server_->As(
        auth::Principal{.kind = auth::Principal::Kind::kPerson,
                        .subject = "accounts/1",
                        .grants = {{"organization_department", County()}, {"unmasker", County()}}});
  }

  v1::CreateLedgerExportRequest Request(v1::Ledger ledger, const std::string& subject = "",
                                        v1::LedgerFormat format = {}) const {
    v1::CreateLedgerExportRequest request;
    request.set_parent(county_.name());
    request.set_ledger(ledger);
    request.set_subject(subject);
    request.set_format(format);
    request.set_purpose("statistics");
    return request;
  }

  // Asks, has the county's secretary agree, and asks again.
  absl::StatusOr<v1::LedgerExport> Open(const rpc::Outgoing& out,
                                        const v1::CreateLedgerExportRequest& request) {
    const absl::Status asked = exports_->CreateLedgerExport(out, request).status();
    if (error::Reason(asked) != "APPROVAL_REQUIRED") return asked;
    approval::v1::ApproveRequestRequest approve;
    approve.set_name(error::MetadataValue(asked, "approval"));
    EXPECT_OK(approvals_->ApproveRequest(server_->As("committee_secretary", County(), 2), approve));
    return exports_->CreateLedgerExport(out, request);
  }

  Download Get(const rpc::Outgoing& out, const std::string& name) {
    Download download;
    v1::DownloadLedgerExportRequest request;
    request.set_name(name);
    download.status =
        exports_->DownloadLedgerExport(out, request, [&](const v1::LedgerExportPart& part) {
          download.bytes.append(part.content());
          if (!part.file_name().empty()) {
            download.file_name = part.file_name();
            download.content_type = part.content_type();
          }
          if (part.has_row_count()) download.rows = part.row_count();
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

  approval::ApprovalApi approval_api_;
  v1::Organization county_;
  v1::Organization branch_;
  v1::Organization other_;
  std::vector<v1::Member> members_of_;
  LedgerExportApi api_;
  std::unique_ptr<v1::LedgerExportServiceClient> exports_;
  std::unique_ptr<approval::v1::ApprovalServiceClient> approvals_;
};

TEST_F(LedgerExportTest, TheMemberLedgerNumbersMembersBranchByBranch) {
  ASSERT_OK_AND_ASSIGN(const auto opened, Open(Clerk(), Request(v1::LEDGER_MEMBERS)));
  EXPECT_EQ(opened.format(), v1::LEDGER_FORMAT_XLSX);
  const Download download = Get(Clerk(), opened.name());
  ASSERT_OK(download.status);
  EXPECT_EQ(download.file_name, "党员台账.xlsx");
  EXPECT_EQ(download.rows, 4);
  ASSERT_OK_AND_ASSIGN(const Table table, ReadXlsx(download.bytes));
  ASSERT_THAT(table.rows, SizeIs(6));
  EXPECT_THAT(table.rows[0].cells[0].text, HasSubstr("accounts/1"));
  EXPECT_THAT(table.rows[0].cells[0].text, HasSubstr(opened.name()));
  EXPECT_EQ(table.rows[1].cells[0].text, "序号");
  EXPECT_EQ(table.rows[4].cells[0].text, "3");
  EXPECT_EQ(table.rows[5].cells[0].text, "1");
  EXPECT_THAT(table.rows[2].cells[3].text, HasSubstr("********"));
  const auto audit = All(kDownloads);
  ASSERT_THAT(audit, SizeIs(2));
  EXPECT_EQ(audit[0].resource, opened.name());
  EXPECT_THAT(audit[1].detail, HasSubstr("rows=4"));
  EXPECT_EQ(All(kReads)[0].count, 0);
}

TEST_F(LedgerExportTest, TheDuesLedgerSumsTheYear) {
  v1::CreateLedgerExportRequest request = Request(v1::LEDGER_DUES);
  EXPECT_THAT(Open(Clerk(), request), HasReason("LEDGER_UNAVAILABLE"));
  request.set_year(2026);
  ASSERT_OK_AND_ASSIGN(const auto opened, Open(Clerk(), request));
  const Download download = Get(Clerk(), opened.name());
  ASSERT_OK(download.status);
  ASSERT_OK_AND_ASSIGN(const Table table, ReadXlsx(download.bytes));
  ASSERT_THAT(table.rows, SizeIs(6));
  const auto& cells = table.rows[2].cells;
  ASSERT_THAT(cells, SizeIs(19));
  EXPECT_EQ(cells[1].text, "一村党支部");
  EXPECT_EQ(cells[4].text, "10.50");
  EXPECT_EQ(cells[5].text, "0.00");
  EXPECT_EQ(cells[16].text, "21.00");
  EXPECT_EQ(cells[17].text, "10.50");
  EXPECT_EQ(cells[18].text, "10.50");
}

TEST_F(LedgerExportTest, ATransferLetterHasThreePartsMaskedUnlessTheCallerMayUnmask) {
  const auto request = Request(v1::LEDGER_TRANSFER_LETTER, "transfers/12");
  ASSERT_OK_AND_ASSIGN(const auto opened, Open(Clerk(), request));
  EXPECT_EQ(opened.format(), v1::LEDGER_FORMAT_DOCX);
  EXPECT_EQ(opened.subject(), "transfers/12");
  const Download masked = Get(Clerk(), opened.name());
  ASSERT_OK(masked.status);
  EXPECT_EQ(masked.rows, 1);
  const auto texts = TextsOf(masked.bytes);
  for (const char* part :
       {"党员组织关系介绍信存根", "党员组织关系介绍信", "党员组织关系介绍信回执联"}) {
    EXPECT_THAT(texts, Contains(std::string(part)));
  }
  EXPECT_THAT(texts, Contains(HasSubstr("王小明同志（女，45岁，汉族），系中共预备党员")));
  EXPECT_THAT(texts, Contains(HasSubstr(MaskIdentityNumber(Identity(1)))));
  EXPECT_THAT(texts, Contains(HasSubstr("党费已交到2026年11月")));
  EXPECT_THAT(texts, Contains(HasSubstr(opened.name())));
  EXPECT_THAT(texts, Not(Contains(HasSubstr(Identity(1)))));

  v1::CreateLedgerExportRequest full = request;
  full.set_unmasked(true);
  full.set_format(v1::LEDGER_FORMAT_PDF);
  EXPECT_THAT(Open(Clerk(), full), StatusIs(absl::StatusCode::kPermissionDenied));
  ASSERT_OK_AND_ASSIGN(const auto unmasked, Open(Unmasker(), full));
  const Download pdf = Get(Unmasker(), unmasked.name());
  ASSERT_OK(pdf.status);
  EXPECT_EQ(pdf.content_type, "application/pdf");
  EXPECT_THAT(pdf.bytes, StartsWith("%PDF-"));
  EXPECT_EQ(All(kReads)[0].count, 1);
}

TEST_F(LedgerExportTest, AnAdmissionSheetIsMaskedFieldByField) {
  ASSERT_OK_AND_ASSIGN(const auto opened,
                       Open(Clerk(), Request(v1::LEDGER_ADMISSION_SHEET, "admissionCases/7")));
  const Download download = Get(Clerk(), opened.name());
  ASSERT_OK(download.status);
  const auto texts = TextsOf(download.bytes);
  EXPECT_THAT(texts, Contains(std::string("1990")));
  EXPECT_THAT(texts, Contains(std::string("139****0002")));
  EXPECT_THAT(texts, Contains(std::string("某县第一中学")));
  EXPECT_THAT(texts, Not(Contains(std::string("1990-05-06"))));
}

TEST_F(LedgerExportTest, WhatIsNotThereOrNotOnesOwnIsRefused) {
  EXPECT_THAT(Open(Clerk(), Request(v1::LEDGER_MEMBERS, "", v1::LEDGER_FORMAT_PDF)),
              HasReason("LEDGER_FORMAT_UNSUPPORTED"));
  EXPECT_THAT(
      Open(Clerk(), Request(v1::LEDGER_TRANSFER_LETTER, "transfers/12", v1::LEDGER_FORMAT_XLSX)),
      HasReason("LEDGER_FORMAT_UNSUPPORTED"));
  EXPECT_THAT(Open(Clerk(), Request(v1::LEDGER_TRANSFER_LETTER, "members/1")),
              HasReason("LEDGER_UNAVAILABLE"));
  EXPECT_THAT(Open(Clerk(), Request(v1::LEDGER_TRANSFER_LETTER, "transfers/13")), Not(IsOk()));
  v1::CreateLedgerExportRequest elsewhere = Request(v1::LEDGER_TRANSFER_LETTER, "transfers/12");
  elsewhere.set_parent(other_.name());
  EXPECT_THAT(Open(Clerk(), elsewhere), HasReason("SCOPE_DENIED"));
  v1::CreateLedgerExportRequest curious = Request(v1::LEDGER_MEMBERS);
  curious.set_purpose("curiosity");
  EXPECT_THAT(Open(Clerk(), curious), HasReason("PURPOSE_UNKNOWN"));

  ASSERT_OK_AND_ASSIGN(const auto opened, Open(Clerk(), Request(v1::LEDGER_MEMBERS)));
  EXPECT_THAT(Get(Clerk(5), opened.name()).status, HasReason("EXPORT_OF_ANOTHER"));
  EXPECT_THAT(Get(server_->As("branch_secretary", County()), opened.name()).status,
              StatusIs(absl::StatusCode::kPermissionDenied));
  ASSERT_OK(database_->Read(absl::Now() + absl::Seconds(10), [](sql::Session& session) {
    return session.RunText("test", "UPDATE ledger_export SET expire_time = '2026-01-01'");
  }));
  EXPECT_THAT(Get(Clerk(), opened.name()).status, HasReason("EXPORT_EXPIRED"));
  v1::ListLedgerExportsRequest list;
  list.set_parent(county_.name());
  ASSERT_OK_AND_ASSIGN(const auto page, exports_->ListLedgerExports(Clerk(5), list));
  EXPECT_EQ(page.ledger_exports_size(), 1);
}

}  // namespace
}  // namespace ronghe::membership
