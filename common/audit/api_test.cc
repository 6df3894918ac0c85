// What does the audit administrator see of a trail, and what does the looking leave behind?
#include "common/audit/api.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/approval/api.h"
#include "common/audit/records.h"
#include "common/audit/watch.h"
#include "common/base/resource_name.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/sql/statement.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "common/testing/test_server.h"

namespace ronghe::audit {
namespace {

using ronghe::testing::HasReason;
using ronghe::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kSource[] = "services/meeting";
constexpr char kSubmit[] = "/ronghe.meeting.v1.MeetingService/SubmitMeeting";
constexpr char kCreate[] = "/ronghe.meeting.v1.MeetingService/CreateMeeting";
constexpr char kAdministrator[] = "audit_administrator";

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

struct TraceRow {
  std::string subject;
  std::string method;
  std::string resource;
  std::string detail;
};
const sql::Query<TraceRow> kTraces("audit_service_test.traces",
                                   "SELECT subject, method, resource, detail FROM audit "
                                   "WHERE method LIKE '/ronghe.audit.%' ORDER BY id");
struct CountRow {
  int64_t rows;
};
const sql::Query<CountRow> kExports("audit_service_test.exports",
                                    "SELECT COUNT(*) FROM audit_export");

class AuditServiceTest : public ::testing::Test {
 protected:
  AuditServiceTest()
      : directory_(std::filesystem::temp_directory_path() /
                   absl::StrCat("audit_service_test.", crypto::HexEncode(crypto::RandomBytes(8)))),
        schema_(ronghe::testing::SharedMariaDb().NewSchema({"common/sql/migrations"})),
        database_(*sql::Database::Open(schema_.options())),
        ids_(1),
        tokens_("0123456789abcdef0123456789abcdef"),
        writer_(*database_, ids_, [] {}, {.source = kSource, .key = "0123456789abcdef"}),
        heads_(MakeHeads()),
        chainer_(*database_, nullptr, clock_, crypto::Suite::kSm, heads_.get()),
        approvals_(writer_, tokens_),
        api_({.writer = writer_,
              .tokens = tokens_,
              .suite = crypto::Suite::kSm,
              .heads = heads_.get(),
              .retention = Retention(config::v1::Audit()),
              .within =
                  [](int64_t organization, int64_t ancestor) {
                    return organization == ancestor || organization / 10 == ancestor;
                  }}),
        server_({v1::AuditServiceTable(api_), approval::v1::ApprovalServiceTable(approvals_)}),
        client_(server_.channel()),
        approval_client_(server_.channel()) {}
  ~AuditServiceTest() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<HeadFile> MakeHeads() {
    std::filesystem::create_directory(directory_);
    const std::string key = (directory_ / "key").string();
    std::ofstream(key) << crypto::Sm2Signer::Generate().ToPem();
    ::chmod(key.c_str(), 0600);
    return std::make_unique<HeadFile>((directory_ / "heads").string(), kSource,
                                      HeadSigner::Load(key, crypto::Suite::kSm).value());
  }

  int64_t Add(Entry entry) {
    entry.id = ids_.Next();
    if (entry.time == absl::UnixEpoch()) entry.time = clock_.Now();
    EXPECT_OK(
        database_->Transact(Soon(), [&](sql::Session& session) { return Record(session, entry); }));
    return entry.id;
  }
  void Chain() {
    const absl::StatusOr<Link> head = chainer_.ChainPending(Soon());
    ASSERT_OK(head);
    ASSERT_OK(chainer_.Publish(*head));
  }

  rpc::Outgoing As(int64_t account, const std::string& role = kAdministrator) const {
    return server_.As(role, 0, account);
  }

  v1::SearchAuditRequest Asking() const {
    v1::SearchAuditRequest request;
    request.set_source(kSource);
    return request;
  }
  // The ids of the records of all pages.
  std::vector<int64_t> Found(v1::SearchAuditRequest request, int* pages = nullptr) {
    std::vector<int64_t> ids;
    do {
      const auto response = client_.SearchAudit(As(1), request);
      EXPECT_OK(response);
      if (!response.ok()) break;
      for (const v1::AuditRecord& record : response->records()) {
        // What the search itself leaves behind is not looked for here.
        if (record.method().starts_with("/ronghe.audit.")) continue;
        ids.push_back(
            base::ParseName(record.name().substr(std::string(kSource).size() + 1), "auditRecords")
                .value());
      }
      if (pages != nullptr) ++*pages;
      request.set_page_token(response->next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }

  std::vector<TraceRow> Traces() {
    auto rows =
        database_->Read(Soon(), [](sql::Session& session) { return session.Select(kTraces); });
    EXPECT_OK(rows);
    return *std::move(rows);
  }

  // An export that a second person has approved.
  v1::AuditExport Prepare(v1::CreateAuditExportRequest request) {
    request.set_source(kSource);
    const auto asked = client_.CreateAuditExport(As(1), request);
    EXPECT_THAT(asked.status(), HasReason("APPROVAL_REQUIRED"));
    const std::string approval = error::MetadataValue(asked.status(), "approval");
    approval::v1::ApproveRequestRequest approve;
    approve.set_name(approval);
    EXPECT_THAT(approval_client_.ApproveRequest(As(1), approve).status(),
                HasReason("APPROVAL_OWN_REQUEST"));
    EXPECT_OK(approval_client_.ApproveRequest(As(2), approve));
    const auto prepared = client_.CreateAuditExport(As(1), request);
    EXPECT_OK(prepared);
    return prepared.value_or(v1::AuditExport());
  }

  struct File {
    absl::Status status;
    std::string name;
    std::string bytes;
  };
  File Download(const std::string& name, int64_t account = 1) {
    v1::DownloadAuditExportRequest request;
    request.set_name(name);
    File file;
    file.status = client_.DownloadAuditExport(
        As(account), request, [&file](const v1::DownloadAuditExportResponse& piece) {
          file.bytes += piece.content();
          if (!piece.file_name().empty()) file.name = piece.file_name();
          return absl::OkStatus();
        });
    return file;
  }

  const std::filesystem::path directory_;
  base::ManualClock clock_{absl::Now()};
  ronghe::testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  base::IdGenerator ids_;
  rpc::PageTokens tokens_;
  service::Writer writer_;
  std::unique_ptr<HeadFile> heads_;
  Chainer chainer_;
  approval::ApprovalApi approvals_;
  AuditApi api_;
  ronghe::testing::TestServer server_;
  v1::AuditServiceClient client_;
  approval::v1::ApprovalServiceClient approval_client_;
};

TEST_F(AuditServiceTest, EveryQuestionFindsItsRowsAndOnlyThose) {
  const absl::Time start = absl::Now() - absl::Hours(2);
  const int64_t one = Add({.time = start,
                           .subject = "accounts/1",
                           .method = kSubmit,
                           .organization_id = 63,
                           .resource = "meetings/1"});
  const int64_t two = Add({.time = start + absl::Hours(1),
                           .subject = "accounts/2",
                           .on_behalf_of = "accounts/1",
                           .method = kCreate,
                           .organization_id = 631,
                           .resource = "meetings/2",
                           .result = "PERMISSION_DENIED SCOPE_DENIED"});
  const int64_t three = Add({.time = start + absl::Hours(1) + absl::Minutes(1),
                             .subject = "accounts/1",
                             .method = "/ronghe.event.v1.EventFeedService/ListEvents"});
  const auto with = [this](const std::function<void(v1::AuditFilter&)>& set) {
    v1::SearchAuditRequest request = Asking();
    set(*request.mutable_filter());
    return Found(request);
  };
  EXPECT_THAT(Found(Asking()), ElementsAre(three, two, one));
  EXPECT_THAT(with([](auto& f) { f.set_subject("accounts/1"); }), ElementsAre(three, one));
  EXPECT_THAT(with([](auto& f) { f.set_on_behalf_of("accounts/1"); }), ElementsAre(two));
  EXPECT_THAT(with([](auto& f) { f.set_organization("organizations/63"); }), ElementsAre(two, one));
  EXPECT_THAT(with([](auto& f) {
                f.set_organization("organizations/63");
                f.set_exact_organization(true);
              }),
              ElementsAre(one));
  EXPECT_THAT(with([](auto& f) { f.set_organization("organizations/64"); }), IsEmpty());
  EXPECT_THAT(with([](auto& f) { f.set_method("/ronghe.meeting."); }), ElementsAre(two, one));
  EXPECT_THAT(with([](auto& f) { f.set_method(kSubmit); }), ElementsAre(one));
  EXPECT_THAT(with([](auto& f) { f.set_action("CreateMeeting"); }), ElementsAre(two));
  EXPECT_THAT(with([](auto& f) { f.set_action("Meeting"); }), IsEmpty());
  EXPECT_THAT(with([](auto& f) { f.set_resource("meetings/1"); }), ElementsAre(one));
  EXPECT_THAT(with([](auto& f) { f.set_result(v1::RESULT_CLASS_REFUSED); }), ElementsAre(two));
  EXPECT_THAT(with([](auto& f) { f.set_result(v1::RESULT_CLASS_OK); }), ElementsAre(three, one));
  EXPECT_THAT(with([&](auto& f) {
                *f.mutable_start_time() = rpc::ToProto(start + absl::Hours(1));
                *f.mutable_end_time() = rpc::ToProto(start + absl::Hours(1) + absl::Minutes(1));
              }),
              ElementsAre(two));
  EXPECT_THAT(with([](auto& f) {
                f.set_subject("accounts/1");
                f.set_method("/ronghe.event.");
              }),
              ElementsAre(three));
}

TEST_F(AuditServiceTest, APageIsBoundedAndContinues) {
  std::vector<int64_t> wanted;
  std::vector<Entry> entries;
  for (int i = 0; i < 12'000; ++i) {
    entries.push_back({.id = ids_.Next(), .time = clock_.Now(), .subject = "accounts/3"});
    if (i % 4000 == 0) {
      entries.back().resource = "meetings/9";
      wanted.insert(wanted.begin(), entries.back().id);
    }
  }
  ASSERT_OK(
      database_->Transact(Soon(), [&](sql::Session& session) { return Record(session, entries); }));
  v1::SearchAuditRequest request = Asking();
  request.mutable_filter()->set_resource("meetings/9");
  int pages = 0;
  EXPECT_EQ(Found(request, &pages), wanted);
  EXPECT_EQ(pages, 2);

  request = Asking();
  request.set_page_size(200);
  request.mutable_filter()->set_subject("accounts/3");
  const std::vector<int64_t> all = Found(request);
  EXPECT_THAT(all, SizeIs(12'000));
  EXPECT_TRUE(std::is_sorted(all.rbegin(), all.rend()));
}

TEST_F(AuditServiceTest, SearchingLeavesARow) {
  v1::SearchAuditRequest request = Asking();
  request.mutable_filter()->set_subject("accounts/5");
  ASSERT_OK(client_.SearchAudit(As(1), request));
  const std::vector<TraceRow> traces = Traces();
  ASSERT_THAT(traces, SizeIs(1));
  EXPECT_EQ(traces[0].subject, "accounts/1");
  EXPECT_EQ(traces[0].method, "/ronghe.audit.v1.AuditService/SearchAudit");
  EXPECT_EQ(traces[0].resource, "services/meeting/auditRecords");
  EXPECT_EQ(traces[0].detail, "subject=accounts/5");
}

TEST_F(AuditServiceTest, OnlyTheAuditAdministratorLooks) {
  for (const std::string role : {"system_administrator", "security_administrator",
                                 "committee_secretary", "organization_department"}) {
    EXPECT_THAT(client_.SearchAudit(As(1, role), Asking()).status(),
                StatusIs(absl::StatusCode::kPermissionDenied))
        << role;
  }
  // Nor one whose grant ends at an organization.
  EXPECT_THAT(client_.SearchAudit(server_.As(kAdministrator, 63), Asking()).status(),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Traces(), IsEmpty());
}

TEST_F(AuditServiceTest, BadQuestionsAreRefused) {
  v1::SearchAuditRequest request = Asking();
  request.set_source("services/training");
  EXPECT_THAT(client_.SearchAudit(As(1), request).status(), HasReason("SOURCE_UNKNOWN"));
  request = Asking();
  request.set_page_token("forged");
  EXPECT_THAT(client_.SearchAudit(As(1), request).status(), HasReason("PAGE_TOKEN_INVALID"));
  request = Asking();
  request.mutable_filter()->set_organization("organizations/0");
  EXPECT_THAT(client_.SearchAudit(As(1), request).status(), HasReason("FIELD_INVALID"));
}

TEST_F(AuditServiceTest, StatusAndHeadsTellHowTheChainStands) {
  v1::GetChainStatusRequest asking;
  asking.set_source(kSource);
  ASSERT_OK_AND_ASSIGN(v1::ChainStatus status, client_.GetChainStatus(As(1), asking));
  EXPECT_EQ(status.sequence(), 0);
  EXPECT_FALSE(status.has_head());

  for (int i = 0; i < 3; ++i) Add({.subject = "accounts/1"});
  Chain();
  Add({.subject = "accounts/1"});
  ASSERT_OK_AND_ASSIGN(status, client_.GetChainStatus(As(1), asking));
  EXPECT_EQ(status.sequence(), 3);
  EXPECT_EQ(status.unchained(), 1);
  EXPECT_EQ(status.head().sequence(), 3);
  EXPECT_EQ(status.head().hash(), status.hash());
  EXPECT_EQ(status.retention_days(), 180);
  EXPECT_EQ(status.decision_retention_days(), 3653);
  EXPECT_FALSE(status.has_verify_time());

  clock_.Advance(absl::Minutes(1));
  Chain();
  v1::ListChainHeadsRequest list;
  list.set_source(kSource);
  list.set_page_size(1);
  std::vector<int64_t> sequences;
  do {
    ASSERT_OK_AND_ASSIGN(const v1::ListChainHeadsResponse heads,
                         client_.ListChainHeads(As(1), list));
    for (const v1::ChainHead& head : heads.heads()) {
      sequences.push_back(head.sequence());
      EXPECT_EQ(head.suite(), "SM");
      EXPECT_OK(ParseHead(head.line()));
    }
    list.set_page_token(heads.next_page_token());
  } while (!list.page_token().empty());
  EXPECT_THAT(sequences, ElementsAre(4, 3));
}

TEST_F(AuditServiceTest, HeadsAreSignedOnceAMinuteAndOnlyWhenRowsCame) {
  const auto lines = [this] {
    int64_t before = -1;
    return HeadsBefore(heads_->path(), before, 100).value().size();
  };
  Add({.subject = "accounts/1"});
  Chain();
  EXPECT_EQ(lines(), 1u);
  Add({.subject = "accounts/1"});
  Chain();
  EXPECT_EQ(lines(), 1u);
  clock_.Advance(absl::Minutes(1));
  Chain();
  EXPECT_EQ(lines(), 2u);
  clock_.Advance(absl::Hours(1));
  Chain();
  EXPECT_EQ(lines(), 2u);
}

TEST_F(AuditServiceTest, TheServiceChecksItsOwnChainOnceADay) {
  ChainWatch watch({*database_, ids_, clock_, kSource, crypto::Suite::kSm, heads_.get()}, nullptr);
  const auto run = [&] { return watch.Run(Soon(), [] { return true; }); };
  v1::GetChainStatusRequest asking;
  asking.set_source(kSource);
  const auto status = [&] { return client_.GetChainStatus(As(1), asking).value(); };
  EXPECT_OK(run());
  EXPECT_FALSE(status().has_verify_time());

  const int64_t id = Add({.subject = "accounts/1"});
  Chain();
  EXPECT_OK(run());
  EXPECT_EQ(status().verify_result(), "OK");
  EXPECT_EQ(status().verify_detail(), "links=1; findings=0; head_faults=0");
  EXPECT_EQ(rpc::FromProto(status().verify_time()).value(),
            absl::FromUnixMicros(absl::ToUnixMicros(clock_.Now())));

  EXPECT_OK(ronghe::testing::SharedMariaDb().Admin(absl::StrCat(
      "UPDATE ", schema_.name(), ".audit SET subject = 'accounts/2' WHERE id = ", id)));
  EXPECT_OK(run());
  EXPECT_EQ(status().verify_result(), "OK");
  clock_.Advance(absl::Hours(24));
  Chain();
  EXPECT_OK(run());
  EXPECT_EQ(status().verify_result(), kChainBroken);
  EXPECT_THAT(status().verify_detail(), HasSubstr("findings=1"));
  EXPECT_EQ(watch.Run(Soon(), [] { return false; }), absl::OkStatus());
  clock_.Advance(absl::Hours(24));
  EXPECT_EQ(watch.Run(Soon(), [] { return false; }).code(), absl::StatusCode::kCancelled);
}

TEST_F(AuditServiceTest, AWorkbookNeedsASecondPersonAndSaysWhoMadeIt) {
  Add({.subject = "accounts/5", .method = kSubmit, .organization_id = 63});
  Add({.subject = "accounts/6", .method = kSubmit});
  v1::CreateAuditExportRequest request;
  request.mutable_filter()->set_subject("accounts/5");
  request.set_format(v1::AUDIT_EXPORT_FORMAT_XLSX);
  const v1::AuditExport prepared = Prepare(request);
  const File file = Download(prepared.name());
  ASSERT_OK(file.status);
  EXPECT_THAT(file.name, AllOf(HasSubstr("审计记录-meeting-"), HasSubstr(".xlsx")));
  EXPECT_EQ(file.bytes.substr(0, 2), "PK");

  const std::vector<TraceRow> traces = Traces();
  ASSERT_FALSE(traces.empty());
  EXPECT_EQ(traces.back().method, "/ronghe.audit.v1.AuditService/DownloadAuditExport");
  EXPECT_EQ(traces.back().resource, prepared.name());
  EXPECT_EQ(traces.back().detail, "subject=accounts/5");
  const auto created = std::find_if(traces.rbegin(), traces.rend(), [&](const TraceRow& row) {
    return row.method == "/ronghe.audit.v1.AuditService/CreateAuditExport" &&
           row.resource == prepared.name();
  });
  ASSERT_NE(created, traces.rend());
  EXPECT_THAT(created->detail, HasSubstr("services/meeting/approvals/"));
}

TEST_F(AuditServiceTest, AnExportIsItsMakersForADay) {
  Add({.subject = "accounts/5"});
  v1::CreateAuditExportRequest request;
  request.set_format(v1::AUDIT_EXPORT_FORMAT_XLSX);
  const v1::AuditExport prepared = Prepare(request);
  EXPECT_THAT(Download(prepared.name(), 2).status, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Download("services/meeting/auditExports/77").status,
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_OK(ronghe::testing::SharedMariaDb().Admin(
      absl::StrCat("UPDATE ", schema_.name(), ".audit_export SET time = time - INTERVAL 1 DAY")));
  EXPECT_THAT(Download(prepared.name()).status, HasReason("AUDIT_EXPORT_EXPIRED"));
}

TEST_F(AuditServiceTest, AChainIsExportedWhole) {
  v1::CreateAuditExportRequest request;
  request.set_source(kSource);
  request.set_format(v1::AUDIT_EXPORT_FORMAT_CHAIN);
  request.mutable_filter()->set_subject("accounts/5");
  EXPECT_THAT(client_.CreateAuditExport(As(1), request).status(),
              HasReason("AUDIT_FILTER_NOT_ALLOWED"));
  request.clear_filter();
  request.clear_format();
  EXPECT_THAT(client_.CreateAuditExport(As(1), request).status(), HasReason("FIELD_INVALID"));
  request.set_format(v1::AUDIT_EXPORT_FORMAT_CHAIN);
  for (int i = 0; i < 5; ++i) Add({.subject = "accounts/5", .detail = "\"\\\n党员"});
  const v1::AuditExport prepared = Prepare(request);
  Chain();
  const File file = Download(prepared.name());
  ASSERT_OK(file.status);
  EXPECT_THAT(file.name, HasSubstr(".ndjson"));
  const std::vector<std::string> lines = absl::StrSplit(file.bytes, '\n', absl::SkipEmpty());
  ASSERT_GT(lines.size(), 6u);
  v1::ChainExportHeader header;
  ASSERT_OK(FromLine(lines[0], &header));
  EXPECT_EQ(header.suite(), "SM");
  ChainVerifier verifier({.suite = crypto::Suite::kSm});
  for (size_t i = 1; i < lines.size(); ++i) {
    v1::AuditRecord record;
    ASSERT_OK(FromLine(lines[i], &record));
    ASSERT_OK_AND_ASSIGN(const LinkedRow row, FromProto(record));
    if (record.has_link()) verifier.Add(row.link, &*row.entry);
  }
  const Verification result = verifier.Finish();
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.head.sequence, header.sequence());
}

}  // namespace
}  // namespace ronghe::audit
