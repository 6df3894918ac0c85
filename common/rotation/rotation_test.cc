// Does a rotation seal every row anew, lose nothing that is written meanwhile, and survive being
// killed?
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/field_cipher.h"
#include "common/crypto/key_source.h"
#include "common/crypto/key_store.h"
#include "common/error/error.h"
#include "common/job/job_runner.h"
#include "common/metrics/metrics.h"
#include "common/rotation/api.h"
#include "common/rotation/key_rotation.h"
#include "common/service/write.h"
#include "common/sql/database.h"
#include "common/sql/statement.h"
#include "common/testing/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::rotation {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;

struct NoteRow {
  int64_t id = 0;
  sql::Bytes first;
  sql::Bytes second;
};
struct CountRow {
  int64_t count = 0;
};

// The test's own table: "first" is always sealed, "second" on some rows.
const sql::Command kInsertNote("note.insert",
                               "INSERT INTO note (id, first, second) VALUES (?, ?, ?)");
const sql::Query<NoteRow> kNotes("note.after",
                                 "SELECT id, first, second FROM note WHERE id > ? "
                                 "ORDER BY id LIMIT ?");
const sql::Query<CountRow> kCountNotes("note.count", "SELECT COUNT(*) FROM note");
const sql::Query<CountRow> kCountUnder("note.count_under",
                                       "SELECT COUNT(*) FROM note WHERE SUBSTRING(first, 2, 2) = ? "
                                       "OR SUBSTRING(second, 2, 2) = ?");
const sql::Command kReplaceNote("note.replace",
                                "UPDATE note SET first = ?, second = ? "
                                "WHERE id = ? AND first = ? AND second = ?");
const sql::Query<NoteRow> kLockNote("note.lock",
                                    "SELECT id, first, second FROM note WHERE id = ? FOR UPDATE");
const sql::Command kUpdateNote("note.update", "UPDATE note SET first = ? WHERE id = ?");

std::string Place(int64_t id, std::string_view column) {
  return base::Cat("note.", column, ":", id);
}

class Notes : public SealedTable {
 public:
  std::string_view name() const override { return "note"; }
  int32_t batch() const override { return 7; }

  absl::StatusOr<int64_t> Count(sql::Session& session) const override {
    RONGHE_ASSIGN_OR_RETURN(const auto row, session.SelectOne(kCountNotes));
    return row->count;
  }

  absl::StatusOr<std::vector<SealedRow>> After(sql::Session& session, std::string_view position,
                                               int32_t limit) const override {
    int64_t after = 0;
    if (!position.empty()) {
      EXPECT_TRUE(absl::SimpleAtoi(base::Sv(position), &after));
    }
    RONGHE_ASSIGN_OR_RETURN(const std::vector<NoteRow> notes, session.Select(kNotes, after, limit));
    std::vector<SealedRow> rows;
    for (const NoteRow& note : notes) {
      rows.push_back(
          {absl::StrCat(note.id),
           {{note.first, Place(note.id, "first")}, {note.second, Place(note.id, "second")}}});
    }
    if (between) RONGHE_RETURN_IF_ERROR(between());
    return rows;
  }

  absl::StatusOr<bool> Replace(sql::Session& session, const SealedRow& before,
                               const SealedRow& after) const override {
    RONGHE_ASSIGN_OR_RETURN(
        const int64_t changed,
        session.Execute(kReplaceNote, after.values[0].envelope, after.values[1].envelope,
                        before.position, before.values[0].envelope, before.values[1].envelope));
    return changed == 1;
  }

  absl::StatusOr<int64_t> CountUnder(sql::Session& session,
                                     std::string_view version) const override {
    RONGHE_ASSIGN_OR_RETURN(const auto row, session.SelectOne(kCountUnder, version, version));
    return row->count;
  }

  // Called between the reading of rows and their replacement.
  std::function<absl::Status()> between;
};

class RotationTest : public ::testing::Test {
 protected:
  static constexpr int kRows = 100;

  RotationTest()
      : schema_(testing::SharedMariaDb().NewSchema({"common/sql/migrations"})),
        database_(*sql::Database::Open(schema_.options())) {
    EXPECT_OK(testing::SharedMariaDb().Admin(
        absl::StrCat("CREATE TABLE ", schema_.name(),
                     ".note (id BIGINT NOT NULL, first VARBINARY(255) NOT NULL, "
                     "second VARBINARY(255) NOT NULL, PRIMARY KEY (id))")));
    std::string pattern = ::testing::TempDir() + "rotation_test_XXXXXX";
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    path_ = directory_ + "/ring";
    EXPECT_OK(crypto::KeyRing::Generate(path_, crypto::Suite::kSm));
    keys_ = crypto::KeyStore::Open(std::make_unique<crypto::KeyFile>(path_)).value();
    cipher_ = std::make_unique<crypto::FieldCipher>(*keys_);
    Restart();
    for (int64_t id = 1; id <= kRows; ++id) Insert(id, absl::StrCat("value ", id));
  }
  ~RotationTest() override { std::filesystem::remove_all(directory_); }

  // A process that begins anew on the same schema and ring.
  void Restart() {
    rotation_.reset();
    jobs_ = std::make_unique<job::JobRunner>(*database_, base::Clock::Real(), "test");
    rotation_ = std::make_unique<KeyRotation>(*keys_, *jobs_, registry_);
    auto notes = std::make_unique<Notes>();
    notes_ = notes.get();
    rotation_->Add(std::move(notes));
  }

  void Insert(int64_t id, const std::string& value) {
    const NoteRow row{id, sql::Bytes(cipher_->Encrypt(value, Place(id, "first")).value()),
                      id % 3 == 0 ? sql::Bytes(cipher_->Encrypt(value, Place(id, "second")).value())
                                  : sql::Bytes()};
    EXPECT_OK(Transact([&](sql::Session& session) {
      return session.Execute(kInsertNote, row.id, row.first, row.second).status();
    }));
  }

  absl::Status Transact(const std::function<absl::Status(sql::Session&)>& fn) {
    return database_->Transact(absl::Now() + absl::Seconds(20), fn);
  }

  std::vector<NoteRow> All() {
    return database_
        ->Read(absl::Now() + absl::Seconds(20),
               [](sql::Session& session) { return session.Select(kNotes, 0, 10000); })
        .value();
  }

  // Every value opens, and every envelope is under `version`.
  void ExpectAllUnder(uint32_t version, size_t rows = kRows) {
    const std::vector<NoteRow> notes = All();
    EXPECT_EQ(notes.size(), rows);
    for (const NoteRow& note : notes) {
      EXPECT_EQ(crypto::FieldCipher::VersionOf(note.first), version) << note.id;
      EXPECT_THAT(cipher_->Decrypt(note.first, Place(note.id, "first")), IsOk());
      EXPECT_EQ(note.second.empty(), note.id % 3 != 0);
      if (note.second.empty()) continue;
      EXPECT_EQ(crypto::FieldCipher::VersionOf(note.second), version) << note.id;
      EXPECT_EQ(cipher_->Decrypt(note.second, Place(note.id, "second")).value(),
                absl::StrCat("value ", note.id));
    }
  }

  KeyRotation::Progress Progress() {
    return database_
        ->Read(absl::Now() + absl::Seconds(20),
               [&](sql::Session& session) { return rotation_->ProgressOf(session); })
        .value();
  }

  absl::Status CheckUnused(uint32_t version) {
    return rotation_->CheckUnused(*database_, version, absl::Now() + absl::Seconds(20));
  }

  testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  std::string directory_;
  std::string path_;
  metrics::Registry registry_;
  std::unique_ptr<crypto::KeyStore> keys_;
  std::unique_ptr<crypto::FieldCipher> cipher_;
  std::unique_ptr<job::JobRunner> jobs_;
  std::unique_ptr<KeyRotation> rotation_;
  Notes* notes_ = nullptr;
};

TEST_F(RotationTest, StatementsFitTheServer) {
  EXPECT_THAT(testing::PrepareAllStatements(*database_, "key_rotation."), ::testing::IsEmpty());
}

TEST_F(RotationTest, WithoutAnOlderVersionThereIsNothingToDo) {
  EXPECT_OK(jobs_->RunOnce(kRotationJob));
  EXPECT_FALSE(Progress().needed);
  EXPECT_TRUE(Progress().rows.empty());
}

TEST_F(RotationTest, SealsEveryRowAnewAlsoInTheOtherSuite) {
  ASSERT_OK(keys_->Rotate(crypto::Suite::kAes));
  EXPECT_TRUE(Progress().needed);
  EXPECT_FALSE(Progress().done);
  EXPECT_THAT(CheckUnused(1), HasReason("KEY_VERSION_IN_USE"));
  ASSERT_OK(jobs_->RunOnce(kRotationJob));
  ExpectAllUnder(2);
  const KeyRotation::Progress progress = Progress();
  EXPECT_TRUE(progress.done);
  ASSERT_EQ(progress.rows.size(), 1u);
  EXPECT_EQ(progress.rows[0].resealed, kRows);
  EXPECT_EQ(progress.rows[0].seen, kRows);
  EXPECT_EQ(progress.rows[0].total, kRows);
  EXPECT_EQ(progress.rows[0].pass, 2);
  EXPECT_THAT(registry_.Text(), ::testing::HasSubstr(absl::StrCat(
                                    "ronghe_key_rotation_resealed_total{table=\"note\"} ", kRows)));
  ASSERT_OK(CheckUnused(1));
  ASSERT_OK(keys_->Retire(1));
  ExpectAllUnder(2);
}

TEST_F(RotationTest, AValueThatChangesUnderItsHandStaysWhatTheWriterMadeIt) {
  crypto::KeyStore before(crypto::KeyRing::Load(path_).value());
  ASSERT_OK(keys_->Rotate(crypto::Suite::kSm));
  bool once = true;
  notes_->between = [&] {
    if (!once) return absl::OkStatus();
    once = false;
    // A writer that still held a value sealed under the old version.
    const std::string late = crypto::FieldCipher(before).Encrypt("late", Place(3, "first")).value();
    return Transact(
        [&](sql::Session& session) { return session.Execute(kUpdateNote, late, 3).status(); });
  };
  ASSERT_OK(jobs_->RunOnce(kRotationJob));
  ExpectAllUnder(2);
  EXPECT_EQ(cipher_->Decrypt(All()[2].first, Place(3, "first")).value(), "late");
  EXPECT_EQ(Progress().rows[0].pass, 3);
}

TEST_F(RotationTest, GoesOnWhereItWasKilled) {
  ASSERT_OK(keys_->Rotate(crypto::Suite::kSm));
  // The sixth transaction ends as it would with its process.
  int calls = 0;
  notes_->between = [&] {
    return ++calls == 6 ? absl::UnavailableError("killed") : absl::OkStatus();
  };
  EXPECT_FALSE(jobs_->RunOnce(kRotationJob).ok());
  const KeyRotation::Progress half = Progress();
  ASSERT_EQ(half.rows.size(), 1u);
  EXPECT_FALSE(half.done);
  EXPECT_GT(half.rows[0].resealed, 0);
  EXPECT_LT(half.rows[0].resealed, kRows);
  Restart();
  ASSERT_OK(jobs_->RunOnce(kRotationJob));
  ExpectAllUnder(2);
  // Nothing was done twice.
  EXPECT_EQ(Progress().rows[0].resealed, kRows);
}

TEST_F(RotationTest, ConcurrentWritersLoseNothing) {
  std::atomic<bool> done{false};
  std::atomic<int> inserted{0};
  constexpr int kWriters = 4;
  std::vector<std::vector<int>> last(kWriters, std::vector<int>(kRows + 1, 0));
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int turn = 1; !done || turn < 50; ++turn) {
        const int64_t id = 1 + (turn * 7 + writer) % (kRows / kWriters) * kWriters + writer;
        if (id > kRows) continue;
        const std::string value = absl::StrCat("turn ", turn);
        const absl::Status written = Transact([&](sql::Session& session) -> absl::Status {
          RONGHE_ASSIGN_OR_RETURN(const auto row, session.SelectOne(kLockNote, id));
          RONGHE_RETURN_IF_ERROR(cipher_->Decrypt(row->first, Place(id, "first")).status());
          RONGHE_ASSIGN_OR_RETURN(const std::string sealed,
                                  cipher_->Encrypt(value, Place(id, "first")));
          return session.Execute(kUpdateNote, sealed, id).status();
        });
        EXPECT_OK(written);
        if (written.ok()) last[writer][id] = turn;
        if (turn % 10 == 0) Insert(1000 + 100000 * writer + turn * 3, "value"), ++inserted;
      }
    });
  }
  for (uint32_t version = 2; version <= 4; ++version) {
    EXPECT_OK(keys_->Rotate(version % 2 ? crypto::Suite::kSm : crypto::Suite::kAes));
    EXPECT_OK(jobs_->RunOnce(kRotationJob));
  }
  done = true;
  for (std::thread& writer : writers) writer.join();
  // Nobody writes any more: what came in behind the last walk is found when the version is to go.
  for (uint32_t version = 1; version <= 3; ++version) {
    if (!CheckUnused(version).ok()) {
      EXPECT_OK(jobs_->RunOnce(kRotationJob));
    }
    EXPECT_OK(CheckUnused(version));
    EXPECT_OK(keys_->Retire(version));
  }
  const std::vector<NoteRow> notes = All();
  EXPECT_EQ(notes.size(), static_cast<size_t>(kRows + inserted));
  for (const NoteRow& note : notes) {
    EXPECT_EQ(crypto::FieldCipher::VersionOf(note.first), 4u);
    const absl::StatusOr<std::string> value = cipher_->Decrypt(note.first, Place(note.id, "first"));
    ASSERT_THAT(value, IsOk());
    if (note.id > kRows) continue;
    const int turn = last[(note.id - 1) % kWriters][note.id];
    EXPECT_EQ(*value, turn == 0 ? absl::StrCat("value ", note.id) : absl::StrCat("turn ", turn));
  }
}

TEST_F(RotationTest, ARowThatCannotBeOpenedIsShownAndLeft) {
  EXPECT_OK(Transact([&](sql::Session& session) {
    // Sealed for another row.
    return session.Execute(kUpdateNote, cipher_->Encrypt("x", Place(9, "first")).value(), 5)
        .status();
  }));
  ASSERT_OK(keys_->Rotate(crypto::Suite::kSm));
  ASSERT_OK(jobs_->RunOnce(kRotationJob));
  const KeyRotation::Progress progress = Progress();
  EXPECT_TRUE(progress.done);
  EXPECT_EQ(progress.rows[0].failed, 1);
  EXPECT_EQ(progress.rows[0].resealed, kRows - 1);
  EXPECT_THAT(CheckUnused(1), HasReason("KEY_VERSION_IN_USE"));
}

class RotationApiTest : public RotationTest {
 protected:
  RotationApiTest()
      : ids_(1),
        writer_(*database_, ids_, [] {}),
        api_(writer_, *rotation_, "services/test", crypto::Suite::kAes, absl::ZeroDuration()),
        unsettled_(writer_, *rotation_, "services/test", crypto::Suite::kAes, absl::Hours(1)) {
    Serve(api_);
  }

  void Serve(RotationApi& api) {
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::KeyRotationServiceTable(api));
    server_ = std::make_unique<testing::TestServer>(std::move(tables));
    client_ = std::make_unique<v1::KeyRotationServiceClient>(server_->channel());
  }

  rpc::Outgoing Admin() { return server_->As("system_administrator", 0); }

  absl::StatusOr<v1::KeyRotation> Get() {
    v1::GetKeyRotationRequest request;
    request.set_source("services/test");
    return client_->GetKeyRotation(Admin(), request);
  }
  absl::StatusOr<v1::KeyRotation> Start(const std::string& request_id = "") {
    v1::StartKeyRotationRequest request;
    request.set_source("services/test");
    request.set_request_id(request_id);
    return client_->StartKeyRotation(Admin(), request);
  }
  absl::StatusOr<v1::KeyRotation> Retire(uint32_t version) {
    v1::RetireKeyVersionRequest request;
    request.set_source("services/test");
    request.set_version(version);
    return client_->RetireKeyVersion(Admin(), request);
  }

  base::IdGenerator ids_;
  service::Writer writer_;
  RotationApi api_;
  RotationApi unsettled_;
  std::unique_ptr<testing::TestServer> server_;
  std::unique_ptr<v1::KeyRotationServiceClient> client_;
};

TEST_F(RotationApiTest, StartsShowsAndRetires) {
  auto none = Get();
  ASSERT_THAT(none, IsOk());
  EXPECT_EQ(none->state(), v1::KEY_ROTATION_STATE_NONE);
  EXPECT_EQ(none->versions_size(), 1);

  auto started = Start("once");
  ASSERT_THAT(started, IsOk());
  EXPECT_EQ(started->state(), v1::KEY_ROTATION_STATE_RUNNING);
  EXPECT_EQ(started->current_version(), 2u);
  EXPECT_EQ(started->versions(1).suite(), v1::SUITE_AES);
  // The same call again makes no third key; another one waits.
  EXPECT_EQ(Start("once")->current_version(), 2u);
  EXPECT_EQ(keys_->ring().current_version(), 2u);
  EXPECT_THAT(Start(), HasReason("KEY_ROTATION_RUNNING"));
  EXPECT_THAT(Retire(1), HasReason("KEY_ROTATION_RUNNING"));

  ASSERT_OK(jobs_->RunOnce(kRotationJob));
  auto done = Get();
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->state(), v1::KEY_ROTATION_STATE_DONE);
  EXPECT_EQ(done->tables(0).table(), "note");
  EXPECT_TRUE(done->tables(0).has_finish_time());
  EXPECT_THAT(Retire(2), HasReason("KEY_VERSION_CURRENT"));
  EXPECT_THAT(Retire(9), HasReason("KEY_VERSION_UNKNOWN"));
  Serve(unsettled_);
  auto settling = Retire(1);
  EXPECT_THAT(settling, HasReason("KEY_ROTATION_SETTLING"));
  EXPECT_GT(error::RetryAfter(settling.status()), absl::Minutes(50));
  Serve(api_);
  auto retired = Retire(1);
  ASSERT_THAT(retired, IsOk());
  EXPECT_EQ(retired->versions_size(), 1);
  EXPECT_EQ(crypto::KeyRing::Load(path_)->keys().size(), 1u);
  ExpectAllUnder(2);
}

TEST_F(RotationApiTest, OnlyTheSystemAdministratorMayAndOnlyForThisService) {
  v1::GetKeyRotationRequest request;
  request.set_source("services/other");
  EXPECT_THAT(client_->GetKeyRotation(Admin(), request), HasReason("SOURCE_UNKNOWN"));
  request.set_source("services/test");
  EXPECT_THAT(client_->GetKeyRotation(server_->As("organization_department", 0), request),
              ::ronghe::testing::StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(client_->GetKeyRotation(server_->As("security_administrator", 0), request),
              ::ronghe::testing::StatusIs(absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace ronghe::rotation
