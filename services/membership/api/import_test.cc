// How do files of organizations and posts go in, whole or not at all, and what does a file with a
// hundred thousand rows do?
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/event/event_store.h"
#include "common/org/interval_event.h"
#include "common/rpc/convert.h"
#include "common/workbook/xlsx_stream.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ronghe/event/v1/event_feed.pb.h"
#include "ronghe/membership/v1/dues_standard.ronghe.h"
#include "ronghe/membership/v1/import.ronghe.h"
#include "ronghe/membership/v1/post.ronghe.h"
#include "ronghe/membership/v1/roster_import.ronghe.h"
#include "services/membership/api/dues_standard_api.h"
#include "services/membership/api/import_api.h"
#include "services/membership/api/post_api.h"
#include "services/membership/api/roster_import_api.h"
#include "services/membership/jobs/dues_base_kind.h"
#include "services/membership/jobs/importer.h"
#include "services/membership/jobs/roster_kind.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/dues_account_store.h"
#include "services/membership/store/dues_standard_store.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/workbook/table.h"
#include "services/membership/testing/played_motions.h"
#include "services/membership/testing/service_parts.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::CivilDay kSince(2026, 1, 1);
constexpr size_t kPart = 2'000'000;

class ImportTest : public ::testing::Test, protected ServiceParts {
 protected:
  ImportTest()
      : post_api_(writer_, tree_, rules_, books_.Get("party_worker"), tokens_),
        roster_api_(writer_, tree_, fields_, tokens_, [] {}),
        import_api_(writer_, tree_, fields_, tokens_, [] {}),
        rates_(*LoadDuesRates(BuiltinDuesRatesFile())),
        standard_api_(writer_, tree_, rates_, books_, motions_, tokens_),
        importer_(ids_, tree_, rules_, fields_, metrics_, [this] { after_chunk_(); }) {
    importer_.Add(ImportKind::kDuesBases, MakeDuesBaseKind(tree_, rates_, fields_));
    AddRosterJobs(jobs_, importer_);
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::PostServiceTable(post_api_));
    tables.push_back(v1::RosterImportServiceTable(roster_api_));
    tables.push_back(v1::ImportServiceTable(import_api_));
    tables.push_back(v1::DuesStandardServiceTable(standard_api_));
    Serve(std::move(tables));
    posts_ = std::make_unique<v1::PostServiceClient>(server_->channel());
    rosters_ = std::make_unique<v1::RosterImportServiceClient>(server_->channel());
    imports_ = std::make_unique<v1::ImportServiceClient>(server_->channel());
    standards_ = std::make_unique<v1::DuesStandardServiceClient>(server_->channel());
    county_ = Found("", v1::ORGANIZATION_KIND_COMMITTEE, "某县委");
    town_ = Found(county_.name(), v1::ORGANIZATION_KIND_COMMITTEE, "第一镇党委");
    parent_ = county_.name();
  }
  ~ImportTest() override { server_.reset(); }

  absl::StatusOr<v1::Import> Create(const rpc::Outgoing& out, v1::ImportKind kind,
                                    const std::string& file_name, const std::string& bytes) {
    v1::CreateImportRequest request;
    request.set_parent(parent_);
    request.set_kind(kind);
    request.set_file_name(file_name);
    request.set_size(static_cast<int64_t>(bytes.size()));
    *request.mutable_effective_date() = rpc::ToProto(kSince);
    return imports_->CreateImport(out, request);
  }

  // Who may do by file what `kind` does.
  rpc::Outgoing Actor(v1::ImportKind kind) const {
    if (kind != v1::IMPORT_KIND_DUES_BASES) return Department();
    return server_->As("party_worker", *base::ParseName(county_.name(), "organizations"));
  }

  absl::StatusOr<v1::Import> Upload(v1::ImportKind kind, const std::string& bytes,
                                    const std::string& file_name = "a.csv") {
    auto import = Create(Actor(kind), kind, file_name, bytes);
    for (size_t from = 0; import.ok() && from < bytes.size(); from += kPart) {
      v1::UploadImportChunkRequest chunk;
      chunk.set_name(import->name());
      chunk.set_offset(static_cast<int64_t>(from));
      chunk.set_content(bytes.substr(from, kPart));
      import = imports_->UploadImportChunk(Department(), chunk);
    }
    return import;
  }

  absl::StatusOr<v1::Import> Commit(const std::string& name, bool dry_run = false,
                                    v1::ImportKind kind = v1::IMPORT_KIND_ORGANIZATIONS) {
    v1::CommitImportRequest request;
    request.set_name(name);
    request.set_dry_run(dry_run);
    return imports_->CommitImport(Actor(kind), request);
  }

  v1::Import Get(const std::string& name) {
    v1::GetImportRequest request;
    request.set_name(name);
    auto import = imports_->GetImport(Department(), request);
    EXPECT_THAT(import, IsOk());
    return import.ok() ? *std::move(import) : v1::Import();
  }

  v1::Import Import(v1::ImportKind kind, const std::string& bytes, bool dry_run = false) {
    auto import = Upload(kind, bytes);
    EXPECT_THAT(import, IsOk());
    if (!import.ok()) return {};
    EXPECT_THAT(Commit(import->name(), dry_run, kind), IsOk());
    EXPECT_OK(jobs_.RunOnce(kRosterImportJob));
    return Get(import->name());
  }

  std::vector<v1::Organization> Below(const std::string& parent) {
    v1::ListSubtreeOrganizationsRequest request;
    request.set_parent(parent);
    request.set_page_size(200);
    auto page = organizations_->ListSubtreeOrganizations(Department(), request);
    EXPECT_THAT(page, IsOk());
    return {page->organizations().begin(), page->organizations().end()};
  }

  std::vector<v1::Post> PostsOf(const std::string& member) {
    v1::ListMemberPostsRequest request;
    request.set_parent(member);
    auto page = posts_->ListMemberPosts(Department(), request);
    EXPECT_THAT(page, IsOk());
    return {page->posts().begin(), page->posts().end()};
  }

  static std::string Organizations() {
    return "上级党组织编码,上级党组织,党组织全称,党组织简称,党组织类别,成立日期,行政区划代码\n";
  }
  static std::string Posts() {
    return "姓名,公民身份号码,任职党组织编码,任职党组织,党内职务,任职日期,离任日期\n";
  }

  // Lets RunUntil hold the lease of the job.
  void HoldLease() {
    const sql::Command lease("import_test.lease",
                             "INSERT INTO job_lease (name, owner, held_until, token) VALUES "
                             "(?, 'killed', '2999-01-01 00:00:00', 1)");
    ASSERT_OK(database_->Transact(absl::Now() + absl::Seconds(9), [&](sql::Session& session) {
      return session.Execute(lease, kRosterImportJob).status();
    }));
  }

  // Runs the job until it is killed after so many chunks; 0: to its end.
  void RunUntil(int chunks) {
    std::stop_source stop;
    int done = 0;
    after_chunk_ = [&] {
      if (++done == chunks) stop.request_stop();
    };
    job::JobContext context(*database_, base::Clock::Real(), kRosterImportJob, "killed", 1,
                            stop.get_token());
    ASSERT_OK(importer_.Run(context));
    after_chunk_ = [] {};
  }

  static std::string DuesBases() { return "姓名,公民身份号码,年度,类别,基数(元)\n"; }
  static std::string DuesBase(int n, const std::string& category, const std::string& base,
                              int year = 2025) {
    return absl::StrCat("王小", n, ",", Identity(n), ",", year, ",", category, ",", base, "\n");
  }

  std::vector<v1::DuesStandard> StandardsOf(const std::string& member) {
    v1::ListDuesStandardsRequest request;
    request.set_parent(member);
    auto page = standards_->ListDuesStandards(Actor(v1::IMPORT_KIND_DUES_BASES), request);
    EXPECT_THAT(page, IsOk());
    if (!page.ok()) return {};
    return {page->standards().begin(), page->standards().end()};
  }

  static std::vector<std::string> WrongCells(const v1::Import& import) {
    std::vector<std::string> cells;
    for (const auto& error : import.row_errors()) {
      cells.push_back(absl::StrCat(error.row(), error.column()));
    }
    return cells;
  }

  // Members 1 to `count` of a branch, laid into the tables as an import of members would.
  std::vector<int64_t> Fill(const v1::Organization& branch, int count) {
    const int64_t organization = *base::ParseName(branch.name(), "organizations");
    std::vector<MemberRow> members;
    std::vector<MemberIntervalRow> intervals;
    std::vector<int64_t> ids;
    for (int n = 1; n <= count; ++n) {
      MemberRow row = TestMember(ids_.Next(), organization);
      row.full_name = absl::StrCat("王小", n);
      row.identity_index = sql::Bytes(fields_.IdentityIndex(Identity(n)));
      intervals.push_back(TestInterval(ids_.Next(), row, absl::CivilDay(2020, 1, 1)));
      ids.push_back(row.id);
      members.push_back(std::move(row));
    }
    EXPECT_OK(database_->Transact(absl::Now() + absl::Seconds(60),
                                  [&](sql::Session& session) -> absl::Status {
                                    RONGHE_RETURN_IF_ERROR(InsertMembers(session, members));
                                    return InsertIntervals(session, intervals);
                                  }));
    return ids;
  }

  // All that stands about members, in words, by their ids.
  struct Written {
    using Texts = std::map<int64_t, std::vector<std::string>>;
    std::map<std::string, MemberRow> members;  // by blind index
    Texts intervals;                           // category, from, to
    Texts changes;                             // categories, day
    Texts posts;                               // code, from, to
    Texts events;                              // of intervals and posts, in their order
  };

  Written ReadWritten() {
    struct IdRow {
      int64_t id;
    };
    struct SpanRow {
      int64_t member_id;
      int32_t code;
      absl::CivilDay from;
      absl::CivilDay to;
    };
    struct ChangeRow {
      int64_t member_id;
      int32_t from_category;
      int32_t to_category;
      absl::CivilDay day;
    };
    static const sql::Query<IdRow> ids("import_test.members", "SELECT id FROM member");
    static const sql::Query<SpanRow> intervals(
        "import_test.intervals",
        "SELECT member_id, category, valid_from, valid_to FROM membership_interval ORDER BY id");
    static const sql::Query<SpanRow> posts(
        "import_test.posts", "SELECT member_id, code, valid_from, valid_to FROM post ORDER BY id");
    static const sql::Query<ChangeRow> changes(
        "import_test.changes",
        "SELECT member_id, from_category, to_category, day FROM membership_change ORDER BY id");
    Written written;
    const auto spans = [](const std::vector<SpanRow>& rows, Written::Texts& texts) {
      for (const SpanRow& row : rows) {
        texts[row.member_id].push_back(
            absl::StrCat(row.code, " ", base::FormatDay(row.from), " ", base::FormatDay(row.to)));
      }
    };
    EXPECT_OK(database_->Read(
        absl::Now() + absl::Seconds(60), [&](sql::Session& session) -> absl::Status {
          RONGHE_ASSIGN_OR_RETURN(const auto all, session.Select(ids));
          for (const IdRow& one : all) {
            RONGHE_ASSIGN_OR_RETURN(const auto rows,
                                    LoadMembers(session, std::vector<int64_t>{one.id}));
            written.members.emplace(rows.front().identity_index, rows.front());
          }
          RONGHE_ASSIGN_OR_RETURN(const auto held, session.Select(intervals));
          spans(held, written.intervals);
          RONGHE_ASSIGN_OR_RETURN(const auto taken, session.Select(posts));
          spans(taken, written.posts);
          RONGHE_ASSIGN_OR_RETURN(const auto changed, session.Select(changes));
          for (const ChangeRow& row : changed) {
            written.changes[row.member_id].push_back(absl::StrCat(
                row.from_category, ">", row.to_category, " ", base::FormatDay(row.day)));
          }
          return absl::OkStatus();
        }));
    ReadEvents(written.events);
    return written;
  }

  void ReadEvents(Written::Texts& texts) {
    EXPECT_OK(publisher_.PublishPending(absl::Now() + absl::Seconds(60)));
    std::vector<event::EventRow> page;
    int64_t after = 0;
    do {
      auto read = database_->Read(absl::Now() + absl::Seconds(60), [&](sql::Session& session) {
        return event::EventsAfter(session, after, 1000);
      });
      ASSERT_OK(read.status());
      page = *std::move(read);
      for (const event::EventRow& row : page) {
        after = *row.sequence;
        ::ronghe::event::v1::Event event;
        ASSERT_TRUE(event.ParseFromString(row.payload));
        event.set_type(row.type);
        ASSERT_OK_AND_ASSIGN(const auto told, org::IntervalsIn(event));
        for (const org::IntervalRow& one : told) {
          texts[one.member_id].push_back(absl::StrCat("interval ", one.category, " ",
                                                      base::FormatDay(one.valid_from), " ",
                                                      base::FormatDay(one.valid_to)));
        }
        auto& data = *event.mutable_data();
        if (!data.contains("post")) continue;
        texts[std::stoll(data["member"])].push_back(
            absl::StrCat("post ", data["post_code"], " ", data["valid_from"]));
      }
    } while (!page.empty());
  }

  PostApi post_api_;
  RosterImportApi roster_api_;
  ImportApi import_api_;
  const DuesRateBook rates_;
  PlayedMotions motions_;
  DuesStandardApi standard_api_;
  std::function<void()> after_chunk_ = [] {};
  Importer importer_;
  std::unique_ptr<v1::PostServiceClient> posts_;
  std::unique_ptr<v1::RosterImportServiceClient> rosters_;
  std::unique_ptr<v1::ImportServiceClient> imports_;
  std::unique_ptr<v1::DuesStandardServiceClient> standards_;
  v1::Organization county_;
  v1::Organization town_;
  std::string parent_;  // of imports
};

TEST_F(ImportTest, ATreeOfOrganizationsGoesInFromTopToBottomAndOnlyOnce) {
  const std::string file =
      absl::StrCat(Organizations(), ",某县委,第二镇党委,二镇,611,2001-02-03,110105\n",
                   ",第二镇党委,二镇一村党支部,,党支部,,\n", "001001,,一镇一村党支部,,党支部,,\n",
                   ",二镇一村党支部,二镇一村第一党小组,,党小组,,\n");
  const v1::Import checked = Import(v1::IMPORT_KIND_ORGANIZATIONS, file, true);
  EXPECT_EQ(checked.state(), v1::IMPORT_STATE_CHECKED);
  EXPECT_EQ(checked.created_count(), 4);
  EXPECT_THAT(Below(county_.name()), SizeIs(2));
  // A checked import is written as it is.
  ASSERT_OK(Commit(checked.name()));
  ASSERT_OK(jobs_.RunOnce(kRosterImportJob));
  const v1::Import done = Get(checked.name());
  EXPECT_EQ(done.state(), v1::IMPORT_STATE_SUCCEEDED) << done.ShortDebugString();
  EXPECT_EQ(done.created_count(), 4);
  const auto below = Below(county_.name());
  ASSERT_THAT(below, SizeIs(6));
  const auto code = [&](const std::string& title) {
    for (const v1::Organization& one : below) {
      if (one.title() == title) return one.code();
    }
    return std::string();
  };
  EXPECT_EQ(code("第二镇党委"), "001002");
  EXPECT_EQ(code("二镇一村党支部"), "001002001");
  EXPECT_EQ(code("一镇一村党支部"), "001001001");
  EXPECT_EQ(code("二镇一村第一党小组"), "001002001001");

  const v1::Import again = Import(v1::IMPORT_KIND_ORGANIZATIONS, file);
  EXPECT_EQ(again.state(), v1::IMPORT_STATE_SUCCEEDED);
  EXPECT_EQ(again.unchanged_count(), 4);
  EXPECT_EQ(again.same_file_as(), done.name());
  const v1::Import changed =
      Import(v1::IMPORT_KIND_ORGANIZATIONS,
             absl::StrCat(Organizations(), "001,,第二镇党委,二镇委,611,,\n"));
  EXPECT_EQ(changed.updated_count(), 1);
  EXPECT_THAT(Below(county_.name()), SizeIs(6));
}

TEST_F(ImportTest, OneWrongRowRefusesTheFileAndEveryWrongCellIsNamed) {
  const std::string file = absl::StrCat(
      Organizations(), ",某县委,第二镇党委,,俱乐部,,\n", "001001,,一村党支部,,党支部,,\n",
      ",某县委,县直党支部下的组,,党小组,2999-01-01,\n", ",没有的党委,二村党支部,,党支部,,\n",
      "001001,,一村党支部,,党支部,,\n", ",一村党支部,手机13812345678小组,,党小组,,\n");
  const v1::Import failed = Import(v1::IMPORT_KIND_ORGANIZATIONS, file);
  EXPECT_EQ(failed.state(), v1::IMPORT_STATE_FAILED);
  EXPECT_EQ(failed.failure_reason(), "ROSTER_ROWS_WRONG");
  EXPECT_EQ(failed.failed_count(), 5);
  EXPECT_THAT(Below(county_.name()), SizeIs(2));
  std::vector<std::string> places;
  for (const auto& error : failed.row_errors()) {
    places.push_back(absl::StrCat(error.row(), error.column()));
  }
  EXPECT_THAT(places, ::testing::ElementsAre("2党组织类别", "4成立日期", "4党组织类别",
                                             "5上级党组织", "6党组织全称", "7党组织全称"));
  v1::DownloadImportErrorsRequest request;
  request.set_name(failed.name());
  ASSERT_OK_AND_ASSIGN(const auto errors, imports_->DownloadImportErrors(Department(), request));
  ASSERT_OK_AND_ASSIGN(const Table table, ReadXlsx(errors.content()));
  ASSERT_THAT(table.rows, SizeIs(6));
  EXPECT_EQ(table.rows[0].cells.back().text, "错误原因");
  EXPECT_THAT(table.rows[3].cells.back().text, HasSubstr("上级党组织："));
}

TEST_F(ImportTest, AnImportThatWasKilledGoesOnWhereItStopped) {
  std::string file = Organizations();
  constexpr int kTowns = 5;
  for (int town = 0; town < kTowns; ++town) {
    absl::StrAppend(&file, "001,,镇", town, "党委,,611,,\n");
    for (int branch = 0; branch < 100; ++branch) {
      absl::StrAppend(&file, ",镇", town, "党委,镇", town, "村", branch, "党支部,,党支部,,\n");
    }
  }
  ASSERT_OK_AND_ASSIGN(const auto import, Upload(v1::IMPORT_KIND_ORGANIZATIONS, file));
  ASSERT_OK(Commit(import.name()));
  HoldLease();
  // Three chunks check, then two of three are written.
  RunUntil(5);
  const v1::Import half = Get(import.name());
  EXPECT_EQ(half.state(), v1::IMPORT_STATE_RUNNING);
  EXPECT_EQ(half.processed_count(), 2 * kChunkRows);
  RunUntil(0);
  const v1::Import done = Get(import.name());
  EXPECT_EQ(done.state(), v1::IMPORT_STATE_SUCCEEDED) << done.ShortDebugString();
  EXPECT_EQ(done.created_count(), kTowns * 101);
  v1::GetOrganizationCountsRequest counts;
  counts.set_name(county_.name());
  ASSERT_OK_AND_ASSIGN(const auto sums,
                       organizations_->GetOrganizationCounts(Department(), counts));
  EXPECT_EQ(sums.branches(), kTowns * 100);
}

TEST_F(ImportTest, PostsAreTakenAndLeftByFile) {
  const auto branch = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "一村党支部");
  const v1::Member first = *TryJoin(branch.name(), Someone(1));
  const v1::Member second = *TryJoin(branch.name(), Someone(2));
  const std::string file = absl::StrCat(
      Posts(), "王小1,", Identity(1), ",,,书记,2026-02-01,\n", "王小1,", Identity(1),
      ",001001,,委员,,\n", "王小2,", Identity(2), ",,一村党支部,组织委员,2024-01-01,2025-12-31\n");
  const v1::Import done = Import(v1::IMPORT_KIND_POSTS, file);
  EXPECT_EQ(done.state(), v1::IMPORT_STATE_SUCCEEDED) << done.ShortDebugString();
  EXPECT_EQ(done.created_count(), 3);
  EXPECT_THAT(PostsOf(first.name()), SizeIs(2));
  ASSERT_THAT(PostsOf(second.name()), SizeIs(1));
  EXPECT_EQ(PostsOf(second.name())[0].valid_to().year(), 2025);
  const v1::Import again = Import(v1::IMPORT_KIND_POSTS, file);
  EXPECT_EQ(again.unchanged_count(), 3);

  const v1::Import left = Import(
      v1::IMPORT_KIND_POSTS, absl::StrCat(Posts(), "王小1,", Identity(1), ",,,书记,,2026-06-30\n",
                                          "王小2,", Identity(2), ",,,书记,2026-07-01,\n"));
  EXPECT_EQ(left.updated_count(), 1);
  EXPECT_EQ(left.created_count(), 1);
}

TEST_F(ImportTest, PostsKeepTheRulesOfSingleAppointments) {
  const auto branch = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "一村党支部");
  const auto other = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "二村党支部");
  ASSERT_OK(TryJoin(branch.name(), Someone(1)));
  const std::string me = absl::StrCat("王小1,", Identity(1));
  const v1::Import failed =
      Import(v1::IMPORT_KIND_POSTS,
             absl::StrCat(Posts(), me, ",,,党小组长,,\n", me, ",,二村党支部,书记,,\n", "王小9,",
                          Identity(9), ",,,书记,,\n", "李四,", Identity(1), ",,,组织委员,,\n", me,
                          ",,,纪检委员,2026-01-01,2025-01-01\n", me, ",,,宣传委员,,2026-05-01\n"));
  EXPECT_EQ(failed.state(), v1::IMPORT_STATE_FAILED);
  EXPECT_EQ(failed.failed_count(), 6) << failed.ShortDebugString();
}

TEST_F(ImportTest, WhoMayNotDoItOneByOneMayNotDoItByFile) {
  const std::string file = absl::StrCat(Organizations(), "001001,,一村党支部,,党支部,,\n");
  const int64_t county = *base::ParseName(county_.name(), "organizations");
  EXPECT_THAT(Create(server_->As("committee_secretary", county), v1::IMPORT_KIND_ORGANIZATIONS,
                     "a.csv", file),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Create(Department(), v1::IMPORT_KIND_MEMBERS, "a.csv", file),
              HasReason("IMPORT_KIND_UNSUPPORTED"));
  EXPECT_THAT(Create(Department(), v1::IMPORT_KIND_ORGANIZATIONS, "a.xlsm", file),
              HasReason("ROSTER_FORMAT_UNSUPPORTED"));
  // The two services don't see each other's imports.
  ASSERT_OK_AND_ASSIGN(const auto import, Upload(v1::IMPORT_KIND_ORGANIZATIONS, file));
  v1::GetRosterImportRequest get;
  get.set_name(absl::StrCat("rosterImports/", *base::ParseName(import.name(), "imports")));
  EXPECT_THAT(rosters_->GetRosterImport(Department(), get), ::testing::Not(IsOk()));
  v1::ListImportsRequest list;
  list.set_parent(county_.name());
  ASSERT_OK_AND_ASSIGN(const auto page, imports_->ListImports(Department(), list));
  EXPECT_EQ(page.imports_size(), 1);
  v1::ListRosterImportsRequest list_rosters;
  list_rosters.set_parent(county_.name());
  EXPECT_EQ(rosters_->ListRosterImports(Department(), list_rosters)->roster_imports_size(), 0);
  v1::DownloadImportTemplateRequest request;
  request.set_parent(county_.name());
  request.set_kind(v1::IMPORT_KIND_POSTS);
  EXPECT_THAT(imports_->DownloadImportTemplate(Department(), request), IsOk());
}

constexpr v1::ImportKind kDuesBases = v1::IMPORT_KIND_DUES_BASES;

TEST_F(ImportTest, DuesBasesFixTheStandardsOfAYearOnce) {
  const auto branch = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "一村党支部");
  const int64_t branch_id = *base::ParseName(branch.name(), "organizations");
  std::vector<v1::Member> members;
  for (int n = 1; n <= 3; ++n) members.push_back(*TryJoin(branch.name(), Someone(n)));
  ASSERT_OK(database_->Transact(absl::Now() + absl::Seconds(9), [&](sql::Session& session) {
    DeadlineRow row = MakeDeadline(
        ids_.Next(), "DL-19", {"organizations", branch_id}, branch_id, absl::CivilDay(2025, 1, 31),
        books_.Get("dues").On(absl::CivilDay(2025, 1, 1)).Get("dues.standard_by"), absl::Now());
    row.ordinal = 2025;
    return SetDeadline(session, row);
  }));
  const std::string file = absl::StrCat(DuesBases(), DuesBase(1, "1", "3000.01"),
                                        DuesBase(2, "离退休", "3000"), DuesBase(3, "学生", ""));
  const v1::Import checked = Import(kDuesBases, file, true);
  EXPECT_EQ(checked.state(), v1::IMPORT_STATE_CHECKED) << checked.ShortDebugString();
  EXPECT_EQ(checked.created_count(), 3);
  EXPECT_THAT(StandardsOf(members[0].name()), IsEmpty());

  ASSERT_OK(Commit(checked.name(), false, kDuesBases));
  ASSERT_OK(jobs_.RunOnce(kRosterImportJob));
  const v1::Import done = Get(checked.name());
  EXPECT_EQ(done.state(), v1::IMPORT_STATE_SUCCEEDED) << done.ShortDebugString();
  EXPECT_EQ(done.created_count(), 3);
  const auto fixed = StandardsOf(members[0].name());
  ASSERT_THAT(fixed, SizeIs(1));
  EXPECT_EQ(fixed[0].base_fen(), 300'001);
  EXPECT_EQ(fixed[0].rate_basis_points(), 100);
  EXPECT_EQ(fixed[0].amount_fen(), 3'000);
  EXPECT_EQ(fixed[0].from_month(), "2025-01");
  EXPECT_EQ(fixed[0].to_month(), "2025-12");
  EXPECT_EQ(StandardsOf(members[1].name())[0].amount_fen(), 1'500);
  EXPECT_EQ(StandardsOf(members[2].name())[0].amount_fen(), 20);
  const int64_t first = *base::ParseName(members[0].name(), "members");
  ASSERT_OK(database_->Transact(
      absl::Now() + absl::Seconds(9), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const auto account, LockDuesAccount(session, first));
        EXPECT_TRUE(account && account->organization_id == branch_id);
        RONGHE_ASSIGN_OR_RETURN(const auto deadlines,
                                DeadlinesOf(session, {"organizations", branch_id}));
        EXPECT_EQ(deadlines.front().state, DeadlineState::kMet);
        return absl::OkStatus();
      }));

  const v1::Import again = Import(kDuesBases, file);
  EXPECT_EQ(again.state(), v1::IMPORT_STATE_SUCCEEDED) << again.ShortDebugString();
  EXPECT_EQ(again.unchanged_count(), 3);
  EXPECT_EQ(again.same_file_as(), done.name());
  ASSERT_THAT(StandardsOf(members[0].name()), SizeIs(1));
  EXPECT_EQ(StandardsOf(members[0].name())[0].SerializeAsString(), fixed[0].SerializeAsString());

  // What is fixed is changed by ChangeDuesStandard only; a new year is fixed anew.
  const v1::Import changed =
      Import(kDuesBases,
             absl::StrCat(DuesBases(), DuesBase(1, "1", "4000"), DuesBase(1, "1", "4000", 2026),
                          DuesBase(2, "1", "3000"), DuesBase(3, "6", "")));
  EXPECT_EQ(changed.failure_reason(), "ROSTER_ROWS_WRONG");
  EXPECT_THAT(WrongCells(changed), ElementsAre("2年度", "4年度"));
  EXPECT_THAT(StandardsOf(members[0].name()), SizeIs(1));
}

TEST_F(ImportTest, DuesBasesOfFarmersTakeTheAmountOfTheProvince) {
  const auto branch = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "一村党支部");
  std::vector<v1::Member> members;
  for (int n = 1; n <= 3; ++n) members.push_back(*TryJoin(branch.name(), Someone(n)));
  const std::string header = "姓名,公民身份号码,年度,类别,基数(元),固定数额(元)\n";
  const auto row = [](int n, const char* category, const char* base, const char* fixed) {
    return absl::StrCat("王小", n, ",", Identity(n), ",2025,", category, ",", base, ",", fixed,
                        "\n");
  };
  const v1::Import done =
      Import(kDuesBases, absl::StrCat(header, row(1, "农民", "", "1"), row(2, "5", "", ""),
                                      row(3, "学生", "", "0.20")));
  EXPECT_EQ(done.state(), v1::IMPORT_STATE_SUCCEEDED) << done.ShortDebugString();
  EXPECT_EQ(StandardsOf(members[0].name())[0].amount_fen(), 100);
  EXPECT_EQ(StandardsOf(members[1].name())[0].amount_fen(), 20);
  EXPECT_EQ(StandardsOf(members[2].name())[0].amount_fen(), 20);

  // As SetDuesStandard: within the bounds; and an amount that a comma has split is not taken.
  for (int n = 4; n <= 8; ++n) ASSERT_OK(TryJoin(branch.name(), Someone(n)));
  const v1::Import failed =
      Import(kDuesBases, absl::StrCat(header, row(4, "农民", "", "1.01"),
                                      row(5, "学生", "", "0.30"), row(6, "农民", "", "0"),
                                      row(7, "1", "3000", "1"), row(8, "1", "3,000", "")));
  EXPECT_EQ(failed.failure_reason(), "ROSTER_ROWS_WRONG");
  EXPECT_THAT(WrongCells(failed), ElementsAre("2固定数额(元)", "3固定数额(元)", "4固定数额(元)",
                                              "5固定数额(元)", "6固定数额(元)"));
}

TEST_F(ImportTest, EveryWrongCellOfDuesBasesIsNamed) {
  const auto branch = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "一村党支部");
  const auto other = Found(county_.name(), v1::ORGANIZATION_KIND_COMMITTEE, "第二镇党委");
  const auto outside = Found(other.name(), v1::ORGANIZATION_KIND_BRANCH, "二村党支部");
  const v1::Member member = *TryJoin(branch.name(), Someone(1));
  ASSERT_OK(TryJoin(branch.name(), Someone(2)));
  ASSERT_OK(TryJoin(outside.name(), Someone(3)));
  parent_ = town_.name();
  const v1::Import failed = Import(
      kDuesBases, absl::StrCat(DuesBases(), DuesBase(1, "1", "3000"),  // 2: right
                               DuesBase(2, "月薪", "3000.001"),        // 3
                               DuesBase(3, "1", "3000"),               // 4: another town's
                               DuesBase(9, "1", "3000"),               // 5: nobody
                               "李四,", Identity(2), ",2024,1,\n",     // 6
                               DuesBase(1, "1", "5000"),               // 7: as row 2
                               DuesBase(2, "6", "3000", 2026),         // 8: a student
                               DuesBase(2, "1", "3,000.01"),           // 9
                               DuesBase(2, "1", "-3000", 1999), DuesBase(2, "1", "3000", 2009)));
  EXPECT_EQ(failed.state(), v1::IMPORT_STATE_FAILED);
  EXPECT_EQ(failed.failed_count(), 9) << failed.ShortDebugString();
  EXPECT_THAT(
      WrongCells(failed),
      ElementsAre("3类别", "3基数(元)", "4公民身份号码", "5公民身份号码", "6姓名", "6基数(元)",
                  "7年度", "8基数(元)", "9基数(元)", "10年度", "10基数(元)", "11年度"));
  EXPECT_THAT(StandardsOf(member.name()), IsEmpty());
  v1::DownloadImportErrorsRequest request;
  request.set_name(failed.name());
  ASSERT_OK_AND_ASSIGN(const auto errors,
                       imports_->DownloadImportErrors(Actor(kDuesBases), request));
  ASSERT_OK_AND_ASSIGN(const Table table, ReadXlsx(errors.content()));
  EXPECT_THAT(table.rows, SizeIs(10));
  v1::DownloadImportTemplateRequest blank;
  blank.set_parent(town_.name());
  blank.set_kind(kDuesBases);
  EXPECT_THAT(imports_->DownloadImportTemplate(Actor(kDuesBases), blank), IsOk());
}

TEST_F(ImportTest, ThreeWrongRowsAmongManyDuesBasesRefuseThemAll) {
  constexpr int kMembers = 450;
  const auto branch = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "一村党支部");
  const std::vector<int64_t> ids = Fill(branch, kMembers);
  std::string file = DuesBases();
  for (int n = 1; n <= kMembers; ++n) {
    const bool wrong = n == 6 || n == 300 || n == kMembers;
    absl::StrAppend(&file, DuesBase(n, "1", wrong ? "三千" : "3000"));
  }
  const v1::Import failed = Import(kDuesBases, file);
  EXPECT_EQ(failed.failure_reason(), "ROSTER_ROWS_WRONG");
  EXPECT_EQ(failed.processed_count(), kMembers);
  EXPECT_THAT(WrongCells(failed), ElementsAre("7基数(元)", "301基数(元)", "451基数(元)"));
  EXPECT_THAT(StandardsOf(base::Name("members", ids.front())), IsEmpty());
}

TEST_F(ImportTest, DuesBasesThatWereKilledGoOnWhereTheyStopped) {
  constexpr int kMembers = 450;
  const auto branch = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "一村党支部");
  const int64_t branch_id = *base::ParseName(branch.name(), "organizations");
  Fill(branch, kMembers);
  std::string file = DuesBases();
  for (int n = 1; n <= kMembers; ++n) absl::StrAppend(&file, DuesBase(n, "1", "3000"));
  ASSERT_OK_AND_ASSIGN(const auto import, Upload(kDuesBases, file));
  ASSERT_OK(Commit(import.name(), false, kDuesBases));
  HoldLease();
  const auto missing = [&] {
    return *database_->Read(absl::Now() + absl::Seconds(9), [&](sql::Session& session) {
      return CountWithoutStandard(session, branch_id, 2025);
    });
  };
  // Three chunks check, then one of three is written.
  RunUntil(4);
  EXPECT_EQ(Get(import.name()).state(), v1::IMPORT_STATE_RUNNING);
  EXPECT_EQ(missing(), kMembers - kChunkRows);
  RunUntil(0);
  const v1::Import done = Get(import.name());
  EXPECT_EQ(done.state(), v1::IMPORT_STATE_SUCCEEDED) << done.ShortDebugString();
  EXPECT_EQ(done.created_count(), kMembers);
  EXPECT_EQ(missing(), 0);
}

TEST_F(ImportTest, DuesBasesAskForTheRightToSetStandards) {
  const std::string file = absl::StrCat(DuesBases(), DuesBase(1, "1", "3000"));
  EXPECT_THAT(Create(Department(), kDuesBases, "a.csv", file),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Create(Actor(kDuesBases), kDuesBases, "a.csv", file), IsOk());
}

// A first load by the bulk path, killed between its chunks, leaves of every member exactly the rows
// that one member alone would.
TEST_F(ImportTest, AFirstLoadWritesEveryRowOfEveryMemberOnce) {
  constexpr int kMembers = 2 * kRosterChunkRows + 5;
  const auto branch = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "一村党支部");
  struct Sort {
    const char* cells;  // category, days of joining and full membership, posts, floating
    std::vector<std::string> intervals;
    std::vector<std::string> changes;
    std::vector<std::string> events;
    std::vector<std::string> posts;
  };
  const std::string open = "9999-12-31";
  const std::vector<Sort> sorts = {
      {"正式党员,2010-07-01,2011-07-01,,",
       {"1 2026-01-01 " + open},
       {"0>1 2026-01-01"},
       {"interval 1 2026-01-01 " + open},
       {}},
      {"正式党员,2025-03-01,2026-03-01,,",
       {"2 2026-01-01 2026-03-01", "1 2026-03-01 " + open},
       {"0>2 2026-01-01", "2>1 2026-03-01"},
       {"interval 2 2026-01-01 2026-03-01", "interval 1 2026-03-01 " + open},
       {}},
      {"预备党员,2026-04-01,,,是",
       {"2 2026-04-01 " + open},
       {"0>2 2026-04-01"},
       {"interval 2 2026-04-01 " + open},
       {}},
      {"正式党员,2010-07-01,2011-07-01,书记,",
       {"1 2026-01-01 " + open},
       {"0>1 2026-01-01"},
       {"post 01 2026-01-01", "interval 1 2026-01-01 " + open},
       {"1 2026-01-01 " + open}},
  };
  std::string file =
      "姓名,性别,公民身份号码,民族,学历,所在党支部,手机号码,人员类别,入党日期,转正日期,党内职务,"
      "是否流动党员\n";
  for (int n = 1; n <= kMembers; ++n) {
    absl::StrAppend(&file, "王小", n, ",女,", Identity(n), ",01,21,一村党支部,", Phone(n), ",",
                    sorts[n % sorts.size()].cells, "\n");
  }
  v1::CreateRosterImportRequest create;
  create.set_parent(county_.name());
  create.set_file_name("a.csv");
  create.set_size(static_cast<int64_t>(file.size()));
  *create.mutable_effective_date() = rpc::ToProto(kSince);
  ASSERT_OK_AND_ASSIGN(auto roster, rosters_->CreateRosterImport(Department(), create));
  v1::UploadRosterChunkRequest part;
  part.set_name(roster.name());
  part.set_content(file);
  ASSERT_OK(rosters_->UploadRosterChunk(Department(), part));
  v1::CommitRosterImportRequest commit;
  commit.set_name(roster.name());
  ASSERT_OK(rosters_->CommitRosterImport(Department(), commit));
  HoldLease();
  RunUntil(1);
  v1::GetRosterImportRequest get;
  get.set_name(roster.name());
  EXPECT_EQ(rosters_->GetRosterImport(Department(), get)->processed_count(), kRosterChunkRows);
  RunUntil(1);
  RunUntil(0);
  ASSERT_OK_AND_ASSIGN(roster, rosters_->GetRosterImport(Department(), get));
  EXPECT_EQ(roster.state(), v1::ROSTER_IMPORT_STATE_SUCCEEDED) << roster.ShortDebugString();
  EXPECT_EQ(roster.created_count(), kMembers);

  const Written written = ReadWritten();
  EXPECT_THAT(written.members, SizeIs(kMembers));
  for (int n = 1; n <= kMembers; ++n) {
    SCOPED_TRACE(n);
    const Sort& sort = sorts[n % sorts.size()];
    const auto found = written.members.find(fields_.IdentityIndex(Identity(n)));
    ASSERT_NE(found, written.members.end());
    const MemberRow& row = found->second;
    EXPECT_EQ(row.full_name, absl::StrCat("王小", n));
    EXPECT_EQ(row.floating, std::string(sort.cells).ends_with("是"));
    EXPECT_EQ(*fields_.OpenIdentity(row), Identity(n));
    EXPECT_EQ(*fields_.OpenPhone(row), Phone(n));
    const auto of = [&row](const Written::Texts& texts) {
      const auto some = texts.find(row.id);
      return some == texts.end() ? std::vector<std::string>() : some->second;
    };
    EXPECT_EQ(of(written.intervals), sort.intervals);
    EXPECT_EQ(of(written.changes), sort.changes);
    EXPECT_EQ(of(written.posts), sort.posts);
    EXPECT_EQ(of(written.events), sort.events);
  }
  v1::GetOrganizationCountsRequest counts;
  counts.set_name(branch.name());
  ASSERT_OK_AND_ASSIGN(const auto sums,
                       organizations_->GetOrganizationCounts(Department(), counts));
  EXPECT_EQ(sums.full_members() + sums.probationary_members(), kMembers);
  EXPECT_EQ(sums.probationary_members(), (kMembers + 2) / 4);
}

// A roster of 100,000 members in a workbook, three of whom are wrong.
TEST_F(ImportTest, AHundredThousandRowsWithThreeWrongOnesAreRefusedWhole) {
  constexpr int kRows = 100'000;
  const auto branch = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "一村党支部");
  std::string bytes;
  workbook::XlsxOptions options;
  options.sheet = "党员名册";
  for (const char* title : {"姓名", "性别", "公民身份号码", "民族", "学历", "人员类别",
                            "所在党支部编码", "入党日期", "转正日期"}) {
    options.columns.push_back({title});
  }
  workbook::XlsxStream workbook(std::move(options), [&bytes](std::string part) {
    bytes += part;
    return absl::OkStatus();
  });
  for (int row = 2; row <= kRows + 1; ++row) {
    std::vector<std::string> cells = {
        absl::StrCat("李", row), "女",         Identity(row), "汉族", "大专", "正式党员",
        branch.code(),           "2010-07-01", "2011-07-01"};
    if (row == 7) cells[2].back() = cells[2].back() == '1' ? '2' : '1';
    if (row == 50'000) cells[6] = "009";
    if (row == kRows + 1) cells[4] = "学富五车";
    ASSERT_OK(workbook.Row(cells));
  }
  ASSERT_OK(workbook.Finish());

  v1::CreateRosterImportRequest create;
  create.set_parent(county_.name());
  create.set_file_name("a.xlsx");
  create.set_size(static_cast<int64_t>(bytes.size()));
  ASSERT_OK_AND_ASSIGN(auto roster, rosters_->CreateRosterImport(Department(), create));
  for (size_t from = 0; from < bytes.size(); from += kPart) {
    v1::UploadRosterChunkRequest chunk;
    chunk.set_name(roster.name());
    chunk.set_offset(static_cast<int64_t>(from));
    chunk.set_content(bytes.substr(from, kPart));
    ASSERT_OK(rosters_->UploadRosterChunk(Department(), chunk));
  }
  v1::CommitRosterImportRequest commit;
  commit.set_name(roster.name());
  commit.set_whole(true);
  ASSERT_OK(rosters_->CommitRosterImport(Department(), commit));
  ASSERT_OK(jobs_.RunOnce(kRosterImportJob));
  v1::GetRosterImportRequest get;
  get.set_name(roster.name());
  ASSERT_OK_AND_ASSIGN(roster, rosters_->GetRosterImport(Department(), get));
  EXPECT_EQ(roster.state(), v1::ROSTER_IMPORT_STATE_FAILED);
  EXPECT_EQ(roster.failure_reason(), "ROSTER_ROWS_WRONG");
  EXPECT_EQ(roster.row_count(), kRows);
  EXPECT_EQ(roster.processed_count(), kRows);
  EXPECT_EQ(roster.failed_count(), 3);
  ASSERT_EQ(roster.row_errors_size(), 3);
  EXPECT_EQ(roster.row_errors(0).row(), 7);
  EXPECT_EQ(roster.row_errors(0).column(), "公民身份号码");
  EXPECT_EQ(roster.row_errors(1).row(), 50'000);
  EXPECT_EQ(roster.row_errors(1).column(), "所在党支部编码");
  EXPECT_EQ(roster.row_errors(2).row(), kRows + 1);
  EXPECT_EQ(roster.row_errors(2).column(), "学历");
  v1::GetOrganizationCountsRequest counts;
  counts.set_name(county_.name());
  EXPECT_EQ(organizations_->GetOrganizationCounts(Department(), counts)->full_members(), 0);
  v1::DownloadRosterErrorsRequest request;
  request.set_name(roster.name());
  ASSERT_OK_AND_ASSIGN(const auto errors, rosters_->DownloadRosterErrors(Department(), request));
  ASSERT_OK_AND_ASSIGN(const Table table, ReadXlsx(errors.content()));
  EXPECT_THAT(table.rows, SizeIs(4));
}

}  // namespace
}  // namespace ronghe::membership
