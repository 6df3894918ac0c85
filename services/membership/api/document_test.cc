// Who keeps which files beside members and organizations, what is refused, and where do the bytes
// lie?
#include <zip.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/crypto/bytes.h"
#include "common/crypto/key_ring.h"
#include "common/crypto/key_source.h"
#include "common/error/error.h"
#include "common/object/directory_store.h"
#include "common/rotation/key_rotation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ronghe/event/v1/event_feed.pb.h"
#include "services/membership/api/case_subjects.h"
#include "services/membership/api/document_api.h"
#include "services/membership/domain/document/errors.h"
#include "services/membership/jobs/document_sweeper.h"
#include "services/membership/store/admission_store.h"
#include "services/membership/store/sealed_tables.h"
#include "services/membership/store/transfer_store.h"
#include "services/membership/store/workbook/writer.h"
#include "services/membership/testing/service_parts.h"

namespace ronghe::membership {
namespace {

namespace fs = std::filesystem;

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr char kPdf[] = "application/pdf";
constexpr char kDocx[] = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

struct NumberRow {
  int64_t count = 0;
};
const sql::Query<NumberRow> kChunks("document_test.chunks", "SELECT COUNT(*) FROM document_chunk");
struct ToldRow {
  std::string subject;
  int64_t organization_id = 0;
  sql::Bytes payload;
};
const sql::Query<ToldRow> kDocumentEvents(
    "document_test.events",
    "SELECT subject, organization_id, payload FROM event "
    "WHERE type = 'ronghe.membership.document.changed' ORDER BY id");
struct TextRow {
  std::string text;
};
const sql::Query<TextRow> kReads(
    "document_test.reads",
    "SELECT resource FROM audit WHERE method LIKE '%DownloadDocument' AND result = 'OK'");

std::string Pdf(size_t size) {
  std::string bytes = "%PDF-1.7\n";
  for (size_t i = bytes.size(); i < size; ++i) bytes.push_back(static_cast<char>(i * 131 >> 5));
  return bytes;
}

// An archive of named parts.
std::string Zip(const std::vector<std::pair<std::string, std::string>>& parts) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(source);
  zip_t* zip = zip_open_from_source(source, ZIP_TRUNCATE, &error);
  for (const auto& [name, content] : parts) {
    zip_file_add(zip, name.c_str(), zip_source_buffer(zip, content.data(), content.size(), 0),
                 ZIP_FL_OVERWRITE);
  }
  EXPECT_EQ(zip_close(zip), 0);
  zip_source_open(source);
  zip_source_seek(source, 0, SEEK_END);
  std::string bytes(static_cast<size_t>(zip_source_tell(source)), '\0');
  zip_source_seek(source, 0, SEEK_SET);
  zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  zip_source_free(source);
  return bytes;
}

std::string Docx(const std::string& paragraph, const std::string& more_types = "",
                 const std::string& more_part = "") {
  std::vector<std::pair<std::string, std::string>> parts = {
      {"[Content_Types].xml",
       absl::StrCat("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
                    "<Override PartName=\"/word/document.xml\" ContentType=\"",
                    kDocx, ".main+xml\"/>", more_types, "</Types>")},
      {"word/document.xml",
       absl::StrCat("<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>政审材料</w:t></w:r></w:p>"
                    "<w:p>",
                    paragraph, "</w:p></w:body></w:document>")}};
  if (!more_part.empty()) parts.emplace_back(more_part, "x");
  return Zip(parts);
}

std::string TextRun(const std::string& text) {
  return absl::StrCat("<w:r><w:t>", text, "</w:t></w:r>");
}

class DocumentTest : public ::testing::Test, protected ServiceParts {
 protected:
  DocumentTest() : DocumentTest(NewDirectory()) {}
  ~DocumentTest() override {
    server_.reset();
    fs::remove_all(root_);
  }

  static std::string NewDirectory() {
    std::string pattern = (fs::temp_directory_path() / "documents-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    return pattern;
  }
  static std::unique_ptr<crypto::KeyStore> KeysIn(const std::string& directory) {
    EXPECT_OK(crypto::KeyRing::Generate(directory + "/ring", crypto::Suite::kSm));
    return crypto::KeyStore::Open(std::make_unique<crypto::KeyFile>(directory + "/ring")).value();
  }

  explicit DocumentTest(const std::string& root)
      : ServiceParts(KeysIn(root)), root_(root), rotation_(*keys_, jobs_, metrics_) {
    for (auto& table : SealedTables()) rotation_.Add(std::move(table));
    objects_ = *object::DirectoryStore::Open(root_ + "/objects");
    subjects_ = AllSubjects();
    subjects_.Add("closedCases", [this](sql::Session&, int64_t) -> absl::StatusOr<SubjectPlace> {
      return SubjectPlace{*base::ParseName(branch_.name(), "organizations"), false};
    });
    api_ = std::make_unique<DocumentApi>(writer_, subjects_, books_.Get("document"), *keys_,
                                         *objects_);
    sweeper_ = std::make_unique<DocumentSweeper>(*objects_);
    AddDocumentSweep(jobs_, *sweeper_);
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::DocumentServiceTable(*api_));
    Serve(std::move(tables));
    documents_ = std::make_unique<v1::DocumentServiceClient>(server_->channel());
    county_ = Found("", v1::ORGANIZATION_KIND_COMMITTEE, "某县委");
    branch_ = Found(county_.name(), v1::ORGANIZATION_KIND_BRANCH, "第一党支部");
    other_ = Found(county_.name(), v1::ORGANIZATION_KIND_BRANCH, "第二党支部");
    member_ = *TryJoin(branch_.name(), Someone(1));
  }
  rpc::Outgoing In(const v1::Organization& organization,
                   const char* role = "branch_secretary") const {
    return server_->As(role, *base::ParseName(organization.name(), "organizations"), 7);
  }

  v1::CreateDocumentRequest Request(const std::string& bytes,
                                    const std::string& media_type = kPdf) const {
    v1::CreateDocumentRequest request;
    request.set_subject(member_.name());
    request.set_kind("POLITICAL_REVIEW");
    request.set_title("政治审查综合材料");
    request.set_media_type(media_type);
    request.set_size(static_cast<int64_t>(bytes.size()));
    request.set_sha256(crypto::HexEncode(crypto::Sha256(bytes)));
    request.set_unclassified(true);
    return request;
  }

  absl::StatusOr<v1::Document> Create(const v1::CreateDocumentRequest& request) {
    return documents_->CreateDocument(In(branch_), request);
  }

  absl::StatusOr<v1::Document> Chunk(const std::string& name, int64_t offset,
                                     const std::string& bytes) {
    v1::UploadDocumentChunkRequest request;
    request.set_name(name);
    request.set_offset(offset);
    request.set_content(bytes);
    return documents_->UploadDocumentChunk(In(branch_), request);
  }

  absl::StatusOr<v1::Document> Finish(const std::string& name, const std::string& id = "") {
    v1::FinishDocumentRequest request;
    request.set_name(name);
    request.set_request_id(id);
    return documents_->FinishDocument(In(branch_), request);
  }

  absl::StatusOr<v1::Document> Upload(const std::string& bytes,
                                      const v1::CreateDocumentRequest& request) {
    auto document = Create(request);
    constexpr size_t kPart = 100'000;
    for (size_t at = 0; document.ok() && at < bytes.size(); at += kPart) {
      document = Chunk(document->name(), static_cast<int64_t>(at), bytes.substr(at, kPart));
    }
    return document.ok() ? Finish(document->name()) : document;
  }
  absl::StatusOr<v1::Document> Upload(const std::string& bytes,
                                      const std::string& media_type = kPdf) {
    return Upload(bytes, Request(bytes, media_type));
  }

  absl::StatusOr<std::string> Download(const rpc::Outgoing& out, const std::string& name,
                                       int64_t offset = 0) {
    v1::DownloadDocumentRequest request;
    request.set_name(name);
    request.set_offset(offset);
    std::string bytes;
    const absl::Status status =
        documents_->DownloadDocument(out, request, [&](const v1::DocumentPart& part) {
          EXPECT_EQ(part.offset(), offset + static_cast<int64_t>(bytes.size()));
          bytes.append(part.content());
          return absl::OkStatus();
        });
    if (!status.ok()) return status;
    return bytes;
  }

  absl::StatusOr<v1::Document> Remove(const std::string& name) {
    v1::RemoveDocumentRequest request;
    request.set_name(name);
    return documents_->RemoveDocument(In(branch_), request);
  }

  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(root_ + "/objects")) {
      if (entry.is_regular_file()) files.push_back(entry.path().string());
    }
    return files;
  }

  template <class Row>
  std::vector<Row> All(const sql::Query<Row>& query) {
    const auto rows = database_->Read(absl::Now() + absl::Seconds(10),
                                      [&](sql::Session& session) { return session.Select(query); });
    EXPECT_OK(rows);
    return rows.ok() ? *rows : std::vector<Row>();
  }

  template <class F>
  void Write(F fn) {
    ASSERT_OK(database_->Transact(absl::Now() + absl::Seconds(10), fn));
  }
  void Text(const std::string& statement) {
    ASSERT_OK(database_->Read(absl::Now() + absl::Seconds(10), [&](sql::Session& session) {
      return session.RunText("test", statement);
    }));
  }

  const std::string root_;
  rotation::KeyRotation rotation_;
  std::unique_ptr<object::DirectoryStore> objects_;
  SubjectRegistry subjects_;
  std::unique_ptr<DocumentApi> api_;
  std::unique_ptr<DocumentSweeper> sweeper_;
  std::unique_ptr<v1::DocumentServiceClient> documents_;
  v1::Organization county_;
  v1::Organization branch_;
  v1::Organization other_;
  v1::Member member_;
};

TEST_F(DocumentTest, AFileGoesInAndComesOutFromAnyPlace) {
  const std::string bytes = Pdf(3'000'000);
  ASSERT_OK_AND_ASSIGN(const v1::Document document, Upload(bytes));
  EXPECT_EQ(document.state(), v1::DOCUMENT_STATE_STORED);
  EXPECT_EQ(document.subject(), member_.name());
  EXPECT_EQ(document.organization(), branch_.name());
  EXPECT_EQ(document.uploaded(), 3'000'000);
  EXPECT_EQ(document.notice(), kUploadNotice);
  EXPECT_THAT(document.notice(), HasSubstr("禁止上传涉密"));
  ASSERT_OK_AND_ASSIGN(const std::string whole, Download(In(branch_), document.name()));
  EXPECT_TRUE(whole == bytes);
  ASSERT_OK_AND_ASSIGN(const std::string end, Download(In(branch_), document.name(), 2'999'990));
  EXPECT_EQ(end, bytes.substr(2'999'990));
  EXPECT_THAT(All(kReads), SizeIs(2));
  EXPECT_EQ(All(kReads)[0].text, document.name());
  EXPECT_EQ(All(kChunks)[0].count, 0);

  // What lies in the store is sealed.
  ASSERT_THAT(Files(), SizeIs(1));
  std::stringstream stored;
  stored << std::ifstream(Files()[0]).rdbuf();
  EXPECT_EQ(stored.str().find("%PDF"), std::string::npos);
  EXPECT_EQ(stored.str().find(bytes.substr(1000, 40)), std::string::npos);

  v1::ListDocumentsRequest list;
  list.set_subject(member_.name());
  ASSERT_OK_AND_ASSIGN(const auto listed, documents_->ListDocuments(In(branch_), list));
  ASSERT_EQ(listed.documents_size(), 1);
  EXPECT_EQ(listed.documents(0).name(), document.name());
  EXPECT_THAT(listed.notice(), HasSubstr("禁止上传涉密"));
}

TEST_F(DocumentTest, AnUploadGoesOnWhereAChunkWasLost) {
  const std::string bytes = Pdf(300'000);
  ASSERT_OK_AND_ASSIGN(const v1::Document document, Create(Request(bytes)));
  ASSERT_OK(Chunk(document.name(), 0, bytes.substr(0, 100'000)));
  // The second one never arrived.
  const absl::Status lost = Chunk(document.name(), 200'000, bytes.substr(200'000)).status();
  EXPECT_THAT(lost, HasReason("DOCUMENT_OFFSET_MISMATCH"));
  EXPECT_EQ(error::MetadataValue(lost, "required"), "100000");
  EXPECT_THAT(Finish(document.name()), HasReason("DOCUMENT_INCOMPLETE"));
  ASSERT_OK(Chunk(document.name(), 100'000, bytes.substr(100'000, 100'000)));
  // Its answer was lost: the same again changes nothing, other bytes there are refused.
  ASSERT_OK_AND_ASSIGN(const v1::Document again,
                       Chunk(document.name(), 100'000, bytes.substr(100'000, 100'000)));
  EXPECT_EQ(again.uploaded(), 200'000);
  EXPECT_THAT(Chunk(document.name(), 100'000, std::string(100'000, 'x')),
              HasReason("DOCUMENT_OFFSET_MISMATCH"));
  EXPECT_THAT(Chunk(document.name(), 200'000, bytes.substr(199'999)),
              HasReason("DOCUMENT_TOO_LARGE"));
  ASSERT_OK(Chunk(document.name(), 200'000, bytes.substr(200'000)));
  ASSERT_OK(Finish(document.name(), "finish-1"));
  // The first answer was lost.
  ASSERT_OK_AND_ASSIGN(const v1::Document replayed, Finish(document.name(), "finish-1"));
  EXPECT_EQ(replayed.state(), v1::DOCUMENT_STATE_STORED);
  EXPECT_THAT(Finish(document.name(), "finish-2"), HasReason("DOCUMENT_STATE_INVALID"));
  EXPECT_THAT(Chunk(document.name(), 0, "x"), HasReason("DOCUMENT_STATE_INVALID"));
  EXPECT_THAT(Files(), SizeIs(1));
}

TEST_F(DocumentTest, WhatIsNotWhatWasAnnouncedIsRefusedAndNothingIsStored) {
  const std::string bytes = Pdf(1000);
  v1::CreateDocumentRequest request = Request(bytes);
  request.set_sha256(std::string(64, 'a'));
  EXPECT_THAT(Upload(bytes, request), HasReason("DOCUMENT_DIGEST_MISMATCH"));
  EXPECT_THAT(Upload("<html>...</html>"), HasReason("DOCUMENT_TYPE_MISMATCH"));
  EXPECT_THAT(Upload(Pdf(100), "image/png"), HasReason("DOCUMENT_TYPE_MISMATCH"));
  EXPECT_THAT(Upload("PK\x03\x04 cut off", kDocx), HasReason("DOCUMENT_DAMAGED"));
  EXPECT_THAT(Upload(Zip({{"readme.txt", "hello"}}), kDocx), HasReason("DOCUMENT_DAMAGED"));
  const auto xlsx = WriteRosterTemplate("某县委", {});
  EXPECT_THAT(Upload(*xlsx, kDocx), HasReason("DOCUMENT_TYPE_MISMATCH"));
  EXPECT_THAT(Upload(Docx(TextRun("x"), "", "word/vbaProject.bin"), kDocx),
              HasReason("DOCUMENT_HAS_MACRO"));
  EXPECT_THAT(
      Upload(Docx(TextRun("x"),
                  "<Default Extension=\"bin\" "
                  "ContentType=\"application/vnd.ms-word.document.macroEnabled.main+xml\"/>"),
             kDocx),
      HasReason("DOCUMENT_HAS_MACRO"));
  EXPECT_THAT(Upload("GIF89a", "image/gif"), HasReason("DOCUMENT_TYPE_UNSUPPORTED"));
  request = Request(bytes);
  request.set_size((32 << 20) + 1);
  const absl::Status large = Create(request).status();
  EXPECT_THAT(large, HasReason("DOCUMENT_TOO_LARGE"));
  EXPECT_EQ(error::MetadataValue(large, "rule_id"), "DOC-01");
  EXPECT_THAT(Files(), IsEmpty());
}

TEST_F(DocumentTest, NothingClassifiedIsTaken) {
  v1::CreateDocumentRequest request = Request(Pdf(100));
  request.set_unclassified(false);
  const absl::Status undeclared = Create(request).status();
  EXPECT_THAT(undeclared, HasReason("DOCUMENT_UNDECLARED"));
  EXPECT_THAT(error::MessageZh(undeclared), HasSubstr("禁止上传涉密"));
  request = Request(Pdf(100));
  request.set_title("机密★1年 干部考察材料");
  EXPECT_THAT(Create(request), HasReason("DOCUMENT_CLASSIFIED"));
  // The mark is cut into runs, as office programs do.
  const absl::Status marked =
      Upload(Docx(TextRun("秘") + TextRun("密★") + TextRun("5年")), kDocx).status();
  EXPECT_THAT(marked, HasReason("DOCUMENT_CLASSIFIED"));
  EXPECT_EQ(error::MetadataValue(marked, "place"), "text");
  EXPECT_THAT(Upload(Docx(TextRun("保守党的秘密，对党忠诚")), kDocx), IsOk());
  const std::vector<Cell> header = {{"密级：绝密"}};
  const auto workbook = WriteErrors("x", header, {});
  EXPECT_THAT(
      Upload(*workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
      HasReason("DOCUMENT_CLASSIFIED"));
  EXPECT_THAT(Files(), SizeIs(1));
}

TEST_F(DocumentTest, OnlyWhoMayReadTheSubjectReadsItsFiles) {
  ASSERT_OK_AND_ASSIGN(const v1::Document document, Upload(Pdf(1000)));
  EXPECT_THAT(Download(In(other_), document.name()), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Download(In(county_, "leader"), document.name()),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Download(In(county_, "inspector"), document.name()), IsOk());
  v1::CreateDocumentRequest request = Request(Pdf(1000));
  EXPECT_THAT(documents_->CreateDocument(In(other_), request),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(documents_->CreateDocument(In(county_, "inspector"), request),
              StatusIs(absl::StatusCode::kPermissionDenied));
  v1::RemoveDocumentRequest remove;
  remove.set_name(document.name());
  EXPECT_THAT(documents_->RemoveDocument(In(branch_, "branch_committee_member"), remove),
              StatusIs(absl::StatusCode::kPermissionDenied));
  // Who moves takes the files along.
  v1::MoveMemberRequest move;
  move.set_name(member_.name());
  move.set_organization(other_.name());
  *move.mutable_effective_date() = rpc::ToProto(absl::CivilDay(2026, 2, 1));
  ASSERT_OK(members_->MoveMember(Department(), move));
  EXPECT_THAT(Download(In(branch_), document.name()),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Download(In(other_), document.name()), IsOk());
}

TEST_F(DocumentTest, SubjectsThatAreUnknownOrClosedTakeNothing) {
  v1::CreateDocumentRequest request = Request(Pdf(100));
  request.set_subject("rosterImports/1");
  EXPECT_THAT(documents_->CreateDocument(Department(), request),
              HasReason("DOCUMENT_SUBJECT_UNKNOWN"));
  request.set_subject("members/999");
  EXPECT_THAT(Create(request), StatusIs(absl::StatusCode::kPermissionDenied));
  request.set_subject("closedCases/1");
  EXPECT_THAT(Create(request), HasReason("DOCUMENT_SUBJECT_CLOSED"));
  request.set_subject(branch_.name());
  EXPECT_THAT(Create(request), IsOk());
}

TEST_F(DocumentTest, AnAdmissionTakesFilesUntilItIsArchived) {
  const int64_t branch = *base::ParseName(branch_.name(), "organizations");
  AdmissionCaseRow row{.id = 12,
                       .organization_id = branch,
                       .state = admission::State::kApplied,
                       .state_since = absl::CivilDay(2026, 5, 11),
                       .received_on = absl::CivilDay(2026, 5, 11),
                       .create_time = absl::Now(),
                       .update_time = absl::Now()};
  AdmissionApplicantRow applicant{.case_id = 12,
                                  .full_name = "赵向党",
                                  .birth_date = absl::CivilDay(1990, 1, 1),
                                  .ethnicity = "01",
                                  .education = "21"};
  ASSERT_OK(fields_.SealApplicant(Identity(12), "", applicant));
  Write([&](sql::Session& session) { return InsertAdmissionCase(session, row, applicant); });
  v1::CreateDocumentRequest request = Request(Pdf(100));
  request.set_subject("admissionCases/12");
  ASSERT_OK_AND_ASSIGN(const v1::Document document, Create(request));
  EXPECT_EQ(document.subject(), "admissionCases/12");
  EXPECT_EQ(document.organization(), branch_.name());
  EXPECT_THAT(documents_->CreateDocument(In(other_), request),
              StatusIs(absl::StatusCode::kPermissionDenied));
  const auto in_state = [&](admission::State state) {
    row.state = state;
    Write([&](sql::Session& session) { return UpdateAdmissionCase(session, row); });
    return Create(request).status();
  };
  // The decision is filed after the conversion.
  EXPECT_THAT(in_state(admission::State::kFull), IsOk());
  EXPECT_THAT(in_state(admission::State::kArchived), HasReason("DOCUMENT_SUBJECT_CLOSED"));
  EXPECT_THAT(in_state(admission::State::kNotApproved), HasReason("DOCUMENT_SUBJECT_CLOSED"));
  request.set_subject("admissionCases/13");
  EXPECT_THAT(Create(request), StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(DocumentTest, FilesOfATransferLieWithTheSideThatIsHere) {
  const auto add = [&](int64_t id, const v1::Organization& from, const v1::Organization& to) {
    const auto id_of = [](const v1::Organization& organization) {
      return organization.name().empty() ? 0
                                         : *base::ParseName(organization.name(), "organizations");
    };
    const int64_t committee = id_of(county_);
    const TransferRow row{.id = id,
                          .transfer_no = absl::StrCat("转", id),
                          .sender_organization_id = id_of(from) == 0 ? 0 : committee,
                          .from_organization_id = id_of(from),
                          .receiver_organization_id = id_of(to) == 0 ? 0 : committee,
                          .to_organization_id = id_of(to),
                          .create_time = absl::Now(),
                          .update_time = absl::Now()};
    Write([&](sql::Session& session) { return InsertTransfer(session, row); });
  };
  add(21, branch_, other_);
  add(22, v1::Organization(), branch_);
  v1::CreateDocumentRequest request = Request(Pdf(100));
  for (const char* subject : {"transfers/21", "transfers/22"}) {
    request.set_subject(subject);
    ASSERT_OK_AND_ASSIGN(const v1::Document document, Create(request));
    EXPECT_EQ(document.organization(), branch_.name());
  }
  Text("UPDATE transfer SET completed_on = '2026-11-30' WHERE id = 21");
  request.set_subject("transfers/21");
  EXPECT_THAT(Create(request), HasReason("DOCUMENT_SUBJECT_CLOSED"));
  Text("UPDATE transfer SET closed_on = '2026-11-30' WHERE id = 22");
  request.set_subject("transfers/22");
  EXPECT_THAT(Create(request), HasReason("DOCUMENT_SUBJECT_CLOSED"));
}

TEST_F(DocumentTest, ARemovedFileLosesItsKeyAtOnceAndItsBytesSoonAfter) {
  ASSERT_OK_AND_ASSIGN(const v1::Document kept, Upload(Pdf(1000)));
  ASSERT_OK_AND_ASSIGN(const v1::Document document, Upload(Pdf(2000)));
  ASSERT_OK(Remove(document.name()));
  EXPECT_THAT(Download(In(branch_), document.name()), HasReason("DOCUMENT_STATE_INVALID"));
  EXPECT_THAT(Remove(document.name()), HasReason("DOCUMENT_STATE_INVALID"));
  EXPECT_THAT(Files(), SizeIs(2));
  ASSERT_OK(jobs_.RunOnce(kDocumentSweepJob));
  EXPECT_THAT(Files(), SizeIs(1));
  EXPECT_THAT(Download(In(branch_), kept.name()), IsOk());
  v1::ListDocumentsRequest list;
  list.set_subject(member_.name());
  EXPECT_EQ(documents_->ListDocuments(In(branch_), list)->documents_size(), 1);
}

TEST_F(DocumentTest, EventsTellOfFilesThatCameAndWentWithoutTheirTitles) {
  const std::string bytes = Pdf(1000);
  ASSERT_OK_AND_ASSIGN(const v1::Document pending, Create(Request(bytes)));
  ASSERT_OK(Remove(pending.name()));
  EXPECT_THAT(All(kDocumentEvents), IsEmpty());

  ASSERT_OK_AND_ASSIGN(const v1::Document document, Upload(bytes));
  ASSERT_OK(Remove(document.name()));
  const std::vector<ToldRow> told = All(kDocumentEvents);
  ASSERT_THAT(told, SizeIs(2));
  const int64_t branch = *base::ParseName(branch_.name(), "organizations");
  const std::array states = {v1::DOCUMENT_STATE_STORED, v1::DOCUMENT_STATE_REMOVED};
  for (size_t i = 0; i < states.size(); ++i) {
    EXPECT_EQ(told[i].subject, document.name());
    EXPECT_EQ(told[i].organization_id, branch);
    event::v1::Event event;
    ASSERT_TRUE(event.ParseFromString(told[i].payload));
    const std::map<std::string, std::string> data(event.data().begin(), event.data().end());
    EXPECT_THAT(
        data,
        ElementsAre(Pair("document", absl::StrCat(*base::ParseName(document.name(), "documents"))),
                    Pair("kind", "POLITICAL_REVIEW"), Pair("of", member_.name()),
                    Pair("organization", absl::StrCat(branch)),
                    Pair("state", absl::StrCat(states[i]))));
  }
}

TEST_F(DocumentTest, WhatIsNeverFinishedGoesAfterADay) {
  const std::string bytes = Pdf(1000);
  ASSERT_OK_AND_ASSIGN(const v1::Document document, Create(Request(bytes)));
  ASSERT_OK(Chunk(document.name(), 0, bytes));
  // A process died between the object and its row.
  ASSERT_OK_AND_ASSIGN(
      const object::Content orphan,
      object::Describe(3, [](int64_t offset, size_t) -> absl::StatusOr<std::string> {
        return std::string("abc").substr(static_cast<size_t>(offset));
      }));
  ASSERT_OK(objects_->Put(orphan));
  Text(absl::StrCat("UPDATE document SET object_key = '", orphan.key, "'"));
  ASSERT_OK(jobs_.RunOnce(kDocumentSweepJob));
  EXPECT_EQ(All(kChunks)[0].count, 1);
  Text("UPDATE document SET sweep_after = '2026-01-01'");
  ASSERT_OK(jobs_.RunOnce(kDocumentSweepJob));
  EXPECT_EQ(All(kChunks)[0].count, 0);
  EXPECT_THAT(Files(), IsEmpty());
  EXPECT_THAT(Finish(document.name()), HasReason("DOCUMENT_STATE_INVALID"));
  ASSERT_OK(jobs_.RunOnce(kDocumentSweepJob));
}

TEST_F(DocumentTest, AStoreThatFailsLeavesThePendingFileToBeFinishedLater) {
  const std::string bytes = Pdf(100'000);
  ASSERT_OK_AND_ASSIGN(const v1::Document document, Create(Request(bytes)));
  ASSERT_OK(Chunk(document.name(), 0, bytes));
  objects_->set_after_step([](std::string_view) { return absl::UnavailableError("no room"); });
  EXPECT_THAT(Finish(document.name()), StatusIs(absl::StatusCode::kUnavailable));
  objects_->set_after_step({});
  ASSERT_OK(Finish(document.name()));
  ASSERT_OK_AND_ASSIGN(const std::string whole, Download(In(branch_), document.name()));
  EXPECT_TRUE(whole == bytes);
}

TEST_F(DocumentTest, ARotationSealsTheKeysAnewAndTouchesNoObject) {
  const std::string bytes = Pdf(200'000);
  ASSERT_OK_AND_ASSIGN(const v1::Document stored, Upload(bytes));
  ASSERT_OK_AND_ASSIGN(const v1::Document pending, Create(Request(bytes)));
  ASSERT_OK(Chunk(pending.name(), 0, bytes.substr(0, 100'000)));
  const std::vector<std::string> files = Files();
  ASSERT_OK(keys_->Rotate(crypto::Suite::kAes));
  ASSERT_OK(jobs_.RunOnce(rotation::kRotationJob));
  ASSERT_OK(rotation_.CheckUnused(*database_, 1, absl::Now() + absl::Seconds(10)));
  ASSERT_OK_AND_ASSIGN(const std::string whole, Download(In(branch_), stored.name()));
  EXPECT_TRUE(whole == bytes);
  ASSERT_OK(Chunk(pending.name(), 100'000, bytes.substr(100'000)));
  ASSERT_OK(Finish(pending.name()));
  EXPECT_EQ(Files().size(), files.size() + 1);
}

TEST_F(DocumentTest, BytesThatSomebodyChangedInTheStoreAreNotGiven) {
  ASSERT_OK_AND_ASSIGN(const v1::Document document, Upload(Pdf(1000)));
  std::fstream file(Files()[0], std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(500);
  file.put('!');
  file.close();
  // The log names OBJECT_DAMAGED; callers learn of what is broken inside by its trace alone.
  EXPECT_THAT(Download(In(branch_), document.name()), HasReason("INTERNAL"));
}

}  // namespace
}  // namespace ronghe::membership
