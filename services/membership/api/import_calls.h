// How are the calls about imports answered, whichever service's messages they speak?
//
// RosterImportService (members) and ImportService (all else) have messages of their own with the
// same fields. What a call does stands in ImportDesk; how its request is read and its answer filled
// stands here once.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_IMPORT_CALLS_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_IMPORT_CALLS_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/rpc/page_token.h"
#include "services/membership/api/convert.h"
#include "services/membership/api/import_desk.h"

namespace ronghe::membership {

// `Message` is v1::RosterImport or v1::Import. Thread-safe. The references must outlive it.
template <class Message>
class ImportCalls {
 public:
  // What must hold of an import before it is committed.
  using May = absl::FunctionRef<absl::Status(const RosterImportRow&)>;

  // `start` is called after a commit that gives the job work.
  ImportCalls(ImportDesk desk, const rpc::PageTokens& tokens, std::function<void()> start)
      : desk_(desk), tokens_(tokens), start_(std::move(start)) {}

  const ImportDesk& desk() const { return desk_; }

  template <class Request>
  absl::StatusOr<Message> Create(rpc::Call& call, const Request& request, ImportKind kind) const {
    NewImport wanted{.kind = kind,
                     .file_name = request.file_name(),
                     .size = request.size(),
                     .sha256 = request.sha256()};
    RONGHE_ASSIGN_OR_RETURN(wanted.organization_id,
                            base::ParseName(request.parent(), "organizations"));
    const absl::CivilDay today = base::ShanghaiDay(call.now());
    std::vector<error::FieldViolation> violations;
    wanted.effective_date = ReadDay(request.has_effective_date(), request.effective_date(),
                                    "effective_date", violations)
                                .value_or(today);
    if (!violations.empty()) return error::InvalidFields(std::move(violations));
    RONGHE_RETURN_IF_ERROR(desk_.Check(wanted, today));
    return Write(call, [&](service::WriteTx& tx) { return desk_.Create(tx, wanted); });
  }

  template <class Request>
  absl::StatusOr<Message> Upload(rpc::Call& call, const Request& request) const {
    RONGHE_ASSIGN_OR_RETURN(const int64_t id, desk_.Parse(request.name()));
    return Write(call, [&](service::WriteTx& tx) {
      return desk_.Upload(tx, id, request.offset(), request.content());
    });
  }

  template <class Request>
  absl::StatusOr<Message> Commit(rpc::Call& call, const Request& request, bool whole,
                                 May may) const {
    RONGHE_ASSIGN_OR_RETURN(const int64_t id, desk_.Parse(request.name()));
    auto result =
        desk_.writer().Write<Message>(call, [&](service::WriteTx& tx) -> absl::StatusOr<Message> {
          RONGHE_ASSIGN_OR_RETURN(const RosterImportRow row,
                                  desk_.Commit(tx, id, request.dry_run(), whole));
          RONGHE_RETURN_IF_ERROR(may(row));
          return WithSameFile(tx.session(), row);
        });
    if (result.ok()) start_();
    return result;
  }

  // With its first row errors.
  template <class Request>
  absl::StatusOr<Message> Get(rpc::Call& call, const Request& request) const {
    RONGHE_ASSIGN_OR_RETURN(const int64_t id, desk_.Parse(request.name()));
    return desk_.writer().database().Read(
        call.deadline(), [&](sql::Session& session) -> absl::StatusOr<Message> {
          RONGHE_ASSIGN_OR_RETURN(const RosterImportRow row, desk_.LoadFor(call, session, id));
          RONGHE_ASSIGN_OR_RETURN(Message import, WithSameFile(session, row));
          if (row.failed_count == 0) return import;
          RONGHE_ASSIGN_OR_RETURN(const std::vector<RosterErrorRow> errors,
                                  RosterErrors(session, id, 0, 0, kImportErrorsShown));
          for (const RosterErrorRow& error : errors) {
            auto* const shown = import.add_row_errors();
            shown->set_row(error.row_no);
            shown->set_column(error.column_title);
            shown->set_message(error.message);
          }
          return import;
        });
  }

  // Fills `imports`, the list of a response, and answers the token of the next page.
  template <class Request, class List>
  absl::StatusOr<std::string> Page(rpc::Call& call, const Request& request, List& imports) const {
    RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
    RONGHE_ASSIGN_OR_RETURN(
        int64_t before, tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                           std::numeric_limits<int64_t>::max()));
    const int32_t size = rpc::PageSize(request.page_size());
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<RosterImportRow> rows,
        desk_.writer().database().Read(call.deadline(), [&](sql::Session& session) {
          return RosterImportsOf(session, id, desk_.members(), before, size + 1);
        }));
    for (const RosterImportRow& row : rows) {
      if (imports.size() == size) {
        return tokens_.Seal(call.method(), request.parent(), base::Cat(before));
      }
      *imports.Add() = ToMessage(row);
      before = row.id;
    }
    return std::string();
  }

  // The workbook of failed rows, from the offset on.
  template <class File, class Request>
  absl::StatusOr<File> Errors(rpc::Call& call, const Request& request) const {
    RONGHE_ASSIGN_OR_RETURN(const int64_t id, desk_.Parse(request.name()));
    RONGHE_ASSIGN_OR_RETURN(const ImportDesk::File file, desk_.Errors(call, id));
    return FilePart<File>(file.name, file.bytes, request.offset());
  }

 private:
  template <class Fn>
  absl::StatusOr<Message> Write(rpc::Call& call, Fn fn) const {
    return desk_.writer().Write<Message>(
        call, [&](service::WriteTx& tx) -> absl::StatusOr<Message> {
          RONGHE_ASSIGN_OR_RETURN(const RosterImportRow row, fn(tx));
          return ToMessage(row);
        });
  }

  absl::StatusOr<Message> WithSameFile(sql::Session& session, const RosterImportRow& row) const {
    Message import = ToMessage(row);
    RONGHE_ASSIGN_OR_RETURN(*import.mutable_same_file_as(), desk_.SameFile(session, row));
    return import;
  }

  Message ToMessage(const RosterImportRow& row) const {
    Message import;
    import.set_name(desk_.Name(row.id));
    import.set_organization(base::Name("organizations", row.organization_id));
    import.set_file_name(row.file_name);
    import.set_size(row.size);
    import.set_uploaded(row.uploaded);
    import.set_state(static_cast<decltype(import.state())>(row.state));
    import.set_dry_run(row.dry_run);
    *import.mutable_effective_date() = rpc::ToProto(row.effective_date);
    import.set_row_count(row.row_count);
    import.set_processed_count(row.processed_count);
    import.set_created_count(row.created_count);
    import.set_updated_count(row.updated_count);
    import.set_unchanged_count(row.unchanged_count);
    import.set_failed_count(row.failed_count);
    import.set_failure_reason(row.failure_reason);
    import.set_failure_message(row.failure_message);
    *import.mutable_create_time() = rpc::ToProto(row.create_time);
    *import.mutable_update_time() = rpc::ToProto(row.update_time);
    if constexpr (requires { import.kind(); }) {
      import.set_kind(static_cast<decltype(import.kind())>(row.kind));
    }
    return import;
  }

  const ImportDesk desk_;
  const rpc::PageTokens& tokens_;
  const std::function<void()> start_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_IMPORT_CALLS_H_
