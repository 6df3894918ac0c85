// What do the calls about imports of every kind have in common?
//
// The rules of opening, filling, starting and reading an import; how its calls are answered in the
// messages of two services stands in import_calls.h.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_IMPORT_DESK_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_IMPORT_DESK_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/service/write.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/personal_fields.h"
#include "services/membership/store/roster_import_store.h"
#include "services/membership/store/workbook/writer.h"

namespace ronghe::membership {

// The largest file.
inline constexpr int64_t kMaxRosterBytes = 32 << 20;
// Row errors that an import shows of itself.
inline constexpr int32_t kImportErrorsShown = 100;
// Bytes of a file that one answer holds.
inline constexpr int64_t kImportPart = 2 << 20;

struct NewImport {
  int64_t organization_id = 0;
  ImportKind kind = ImportKind::kMembers;
  std::string file_name;
  int64_t size = 0;
  std::string sha256;  // in hex; empty: not given
  absl::CivilDay effective_date;
};

// Thread-safe. The references must outlive it. Functions answer the errors that roster_import.proto
// names, and those of sql::Session.
class ImportDesk {
 public:
  // Serves imports of members, or of anything else; those of the other are not found.
  // `collection` is what its imports are named by.
  ImportDesk(service::Writer& writer, MembershipTree& tree, const PersonalFields& fields,
             bool members, std::string_view collection)
      : writer_(writer), tree_(tree), fields_(fields), members_(members), collection_(collection) {}

  std::string Name(int64_t id) const;
  absl::StatusOr<int64_t> Parse(std::string_view name) const;

  // Up to 200 organizations below one, of branches alone where `branches`.
  //
  // Errors: ORGANIZATION_NOT_FOUND.
  absl::StatusOr<std::vector<BranchChoice>> Choices(const rpc::Call& call, int64_t organization_id,
                                                    bool branches) const;

  absl::Status Check(const NewImport& wanted, absl::CivilDay today) const;
  absl::StatusOr<RosterImportRow> Create(service::WriteTx& tx, const NewImport& wanted) const;
  absl::StatusOr<RosterImportRow> Upload(service::WriteTx& tx, int64_t id, int64_t offset,
                                         const std::string& content) const;
  // `whole`: nothing is written when a row is wrong.
  absl::StatusOr<RosterImportRow> Commit(service::WriteTx& tx, int64_t id, bool dry_run,
                                         bool whole) const;

  // Loads and authorizes.
  absl::StatusOr<RosterImportRow> LoadFor(rpc::Call& call, sql::Session& session, int64_t id) const;
  // The name of an earlier import of the same file; empty when there is none.
  absl::StatusOr<std::string> SameFile(sql::Session& session, const RosterImportRow& row) const;

  // The workbook of failed rows.
  struct File {
    std::string name;
    std::string bytes;
  };
  absl::StatusOr<File> Errors(rpc::Call& call, int64_t id) const;

  service::Writer& writer() const { return writer_; }
  MembershipTree& tree() const { return tree_; }
  bool members() const { return members_; }

 private:
  // Locks and authorizes.
  absl::StatusOr<RosterImportRow> LockFor(service::WriteTx& tx, int64_t id) const;

  service::Writer& writer_;
  MembershipTree& tree_;
  const PersonalFields& fields_;
  const bool members_;
  const std::string_view collection_;
};

// Fills a file's message (RosterFile, ImportFile) with the part from `offset` on.
template <class Message>
Message FilePart(std::string name, std::string_view bytes, int64_t offset) {
  Message file;
  file.set_file_name(std::move(name));
  file.set_content_type(std::string(kXlsxType));
  file.set_size(static_cast<int64_t>(bytes.size()));
  if (offset < file.size()) {
    file.set_content(std::string(bytes.substr(static_cast<size_t>(offset), kImportPart)));
    const int64_t next = offset + static_cast<int64_t>(file.content().size());
    if (next < file.size()) file.set_next_offset(next);
  }
  return file;
}

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_IMPORT_DESK_H_
