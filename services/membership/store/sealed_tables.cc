#include "services/membership/store/sealed_tables.h"

#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/rotation/sealed_pairs.h"
#include "common/sql/session.h"
#include "common/sql/statement.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {
namespace {

using rotation::CountOf;
using rotation::CountRow;
using rotation::SealedRow;

struct SealedChunk {
  int64_t import_id = 0;
  int64_t start_byte = 0;
  sql::Bytes content;
};

const sql::Query<CountRow> kMembers("member.count", "SELECT COUNT(*) FROM member");
const sql::Query<rotation::SealedPair> kMembersAfter(
    "member.sealed_after",
    "SELECT id, identity_cipher, phone_cipher FROM member WHERE id > ? ORDER BY id LIMIT ?");
const sql::Command kReplaceMember("member.replace_sealed",
                                  "UPDATE member SET identity_cipher = ?, phone_cipher = ? "
                                  "WHERE id = ? AND identity_cipher = ? AND phone_cipher = ?");
const sql::Query<CountRow> kMembersUnder(
    "member.count_under",
    "SELECT COUNT(*) FROM member WHERE SUBSTRING(identity_cipher, 2, 2) = ? "
    "OR SUBSTRING(phone_cipher, 2, 2) = ?");

const sql::Query<CountRow> kApplicants("admission_applicant.count",
                                       "SELECT COUNT(*) FROM admission_applicant");
const sql::Query<rotation::SealedPair> kApplicantsAfter(
    "admission_applicant.sealed_after",
    "SELECT case_id, identity_cipher, phone_cipher FROM admission_applicant WHERE case_id > ? "
    "ORDER BY case_id LIMIT ?");
const sql::Command kReplaceApplicant(
    "admission_applicant.replace_sealed",
    "UPDATE admission_applicant SET identity_cipher = ?, phone_cipher = ? "
    "WHERE case_id = ? AND identity_cipher = ? AND phone_cipher = ?");
const sql::Query<CountRow> kApplicantsUnder(
    "admission_applicant.count_under",
    "SELECT COUNT(*) FROM admission_applicant WHERE SUBSTRING(identity_cipher, 2, 2) = ? "
    "OR SUBSTRING(phone_cipher, 2, 2) = ?");

const sql::Query<CountRow> kChunks("roster_import_chunk.count",
                                   "SELECT COUNT(*) FROM roster_import_chunk");
const sql::Query<SealedChunk> kChunksAfter(
    "roster_import_chunk.sealed_after",
    "SELECT import_id, start_byte, content FROM roster_import_chunk "
    "WHERE import_id > ? OR (import_id = ? AND start_byte > ?) "
    "ORDER BY import_id, start_byte LIMIT ?");
const sql::Command kReplaceChunk("roster_import_chunk.replace_sealed",
                                 "UPDATE roster_import_chunk SET content = ? "
                                 "WHERE import_id = ? AND start_byte = ? AND content = ?");
const sql::Query<CountRow> kChunksUnder(
    "roster_import_chunk.count_under",
    "SELECT COUNT(*) FROM roster_import_chunk WHERE SUBSTRING(content, 2, 2) = ?");

// A row with one sealed value.
struct SealedValue {
  int64_t id = 0;
  sql::Bytes value;
};

const sql::Query<CountRow> kPersons("transfer_person.count",
                                    "SELECT COUNT(*) FROM transfer_person WHERE particulars <> ''");
const sql::Query<SealedValue> kPersonsAfter(
    "transfer_person.sealed_after",
    "SELECT transfer_id, particulars FROM transfer_person "
    "WHERE transfer_id > ? AND particulars <> '' ORDER BY transfer_id LIMIT ?");
const sql::Command kReplacePerson("transfer_person.replace_sealed",
                                  "UPDATE transfer_person SET particulars = ? "
                                  "WHERE transfer_id = ? AND particulars = ?");
const sql::Query<CountRow> kPersonsUnder(
    "transfer_person.count_under",
    "SELECT COUNT(*) FROM transfer_person WHERE SUBSTRING(particulars, 2, 2) = ?");

const sql::Query<CountRow> kDocuments("document.count", "SELECT COUNT(*) FROM document");
const sql::Query<SealedValue> kDocumentsAfter(
    "document.sealed_after",
    "SELECT id, sealed_key FROM document WHERE id > ? AND sealed_key <> '' ORDER BY id LIMIT ?");
const sql::Command kReplaceDocument(
    "document.replace_sealed",
    "UPDATE document SET sealed_key = ? WHERE id = ? AND sealed_key = ?");
const sql::Query<CountRow> kDocumentsUnder(
    "document.count_under", "SELECT COUNT(*) FROM document WHERE SUBSTRING(sealed_key, 2, 2) = ?");

// The number that a position written by a table here begins with; -1 for none. Leaves the rest.
int64_t Take(std::string_view& position) {
  const size_t end = std::min(position.find('/'), position.size());
  int64_t number = -1;
  if (!absl::SimpleAtoi(base::Sv(position.substr(0, end)), &number)) number = -1;
  position.remove_prefix(std::min(end + 1, position.size()));
  return number;
}

class RosterChunks : public rotation::SealedTable {
 public:
  std::string_view name() const override { return "roster_import_chunk"; }

  // A chunk may be 2 MiB.
  int32_t batch() const override { return 4; }

  absl::StatusOr<int64_t> Count(sql::Session& session) const override {
    return CountOf(session, kChunks);
  }

  absl::StatusOr<std::vector<SealedRow>> After(sql::Session& session, std::string_view position,
                                               int32_t limit) const override {
    const int64_t import_id = Take(position);
    RONGHE_ASSIGN_OR_RETURN(
        std::vector<SealedChunk> chunks,
        session.Select(kChunksAfter, import_id, import_id, Take(position), limit));
    std::vector<SealedRow> rows;
    for (SealedChunk& chunk : chunks) {
      rows.push_back(
          {base::Cat(chunk.import_id, "/", chunk.start_byte),
           {{std::move(chunk.content), RosterPlace(chunk.import_id, chunk.start_byte)}}});
    }
    return rows;
  }

  absl::StatusOr<bool> Replace(sql::Session& session, const SealedRow& before,
                               const SealedRow& after) const override {
    std::string_view position = before.position;
    const int64_t import_id = Take(position);
    RONGHE_ASSIGN_OR_RETURN(const int64_t found,
                            session.Execute(kReplaceChunk, after.values[0].envelope, import_id,
                                            Take(position), before.values[0].envelope));
    return found == 1;
  }

  absl::StatusOr<int64_t> CountUnder(sql::Session& session,
                                     std::string_view version) const override {
    return CountOf(session, kChunksUnder, version);
  }
};

// A table with one sealed value in a row.
class SealedValues : public rotation::SealedTable {
 public:
  struct Statements {
    const sql::Query<CountRow>& count;
    const sql::Query<SealedValue>& after;
    const sql::Command& replace;
    const sql::Query<CountRow>& count_under;
  };
  using Place = std::string (*)(int64_t id);

  SealedValues(std::string_view name, Statements statements, Place place)
      : name_(name), statements_(statements), place_(place) {}

  std::string_view name() const override { return name_; }

  absl::StatusOr<int64_t> Count(sql::Session& session) const override {
    return CountOf(session, statements_.count);
  }

  absl::StatusOr<std::vector<SealedRow>> After(sql::Session& session, std::string_view position,
                                               int32_t limit) const override {
    RONGHE_ASSIGN_OR_RETURN(std::vector<SealedValue> values,
                            session.Select(statements_.after, Take(position), limit));
    std::vector<SealedRow> rows;
    for (SealedValue& row : values) {
      rows.push_back({base::Cat(row.id), {{std::move(row.value), place_(row.id)}}});
    }
    return rows;
  }

  absl::StatusOr<bool> Replace(sql::Session& session, const SealedRow& before,
                               const SealedRow& after) const override {
    std::string_view position = before.position;
    RONGHE_ASSIGN_OR_RETURN(const int64_t found,
                            session.Execute(statements_.replace, after.values[0].envelope,
                                            Take(position), before.values[0].envelope));
    return found == 1;
  }

  absl::StatusOr<int64_t> CountUnder(sql::Session& session,
                                     std::string_view version) const override {
    return CountOf(session, statements_.count_under, version);
  }

 private:
  const std::string_view name_;
  const Statements statements_;
  const Place place_;
};

}  // namespace

std::vector<std::unique_ptr<rotation::SealedTable>> SealedTables() {
  std::vector<std::unique_ptr<rotation::SealedTable>> tables;
  tables.push_back(std::make_unique<rotation::SealedPairs>(
      "member",
      rotation::SealedPairs::Statements{kMembers, kMembersAfter, kReplaceMember, kMembersUnder},
      &IdentityPlace, &PhonePlace));
  tables.push_back(std::make_unique<rotation::SealedPairs>(
      "admission_applicant",
      rotation::SealedPairs::Statements{kApplicants, kApplicantsAfter, kReplaceApplicant,
                                        kApplicantsUnder},
      &ApplicantIdentityPlace, &ApplicantPhonePlace));
  tables.push_back(std::make_unique<RosterChunks>());
  // Persons from outside whose transfer is open.
  tables.push_back(std::make_unique<SealedValues>(
      "transfer_person",
      SealedValues::Statements{kPersons, kPersonsAfter, kReplacePerson, kPersonsUnder},
      &TransferPersonPlace));
  // The keys of documents; their bytes are under these and need no new seal.
  tables.push_back(std::make_unique<SealedValues>(
      "document",
      SealedValues::Statements{kDocuments, kDocumentsAfter, kReplaceDocument, kDocumentsUnder},
      &DocumentKeyPlace));
  return tables;
}

}  // namespace ronghe::membership
