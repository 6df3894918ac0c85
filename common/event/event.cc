#include "common/event/event.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/sql/statement.h"
#include "ronghe/event/v1/event_feed.pb.h"

namespace ronghe::event {
namespace {

constexpr size_t kMaxPayload = 8000;

struct InsertRow {
  int64_t id;
  absl::Time time;
  std::string_view type;
  std::string_view subject;
  int64_t organization_id;
  sql::Bytes payload;
};

const sql::Command kInsert("event.insert",
                           "INSERT INTO event (id, time, type, subject, organization_id, payload) "
                           "VALUES (?, ?, ?, ?, ?, ?)");

absl::StatusOr<InsertRow> ToRow(const Draft& draft) {
  if (draft.id == 0 || draft.type.empty() || draft.subject.empty()) {
    return absl::InternalError(
        absl::StrCat("event without id, type or subject: ", base::Sv(draft.type)));
  }
  v1::Event payload;
  payload.mutable_data()->insert(draft.data.begin(), draft.data.end());
  payload.mutable_changed_fields()->Add(draft.changed_fields.begin(), draft.changed_fields.end());
  payload.set_trace_id(draft.trace_id);
  std::string bytes = payload.SerializeAsString();
  if (bytes.size() > kMaxPayload) {
    return absl::InternalError(
        absl::StrCat("event ", base::Sv(draft.type), " carries ", bytes.size(), " bytes"));
  }
  return InsertRow{.id = draft.id,
                   .time = draft.time,
                   .type = draft.type,
                   .subject = draft.subject,
                   .organization_id = draft.organization_id,
                   .payload = sql::Bytes{std::move(bytes)}};
}

}  // namespace

absl::Status Emit(sql::Session& session, const Draft& draft) {
  return EmitMany(session, std::span(&draft, 1));
}

absl::Status EmitMany(sql::Session& session, std::span<const Draft> drafts) {
  std::vector<InsertRow> rows;
  rows.reserve(drafts.size());
  for (const Draft& draft : drafts) {
    RONGHE_ASSIGN_OR_RETURN(InsertRow row, ToRow(draft));
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return absl::OkStatus();
  return session.InsertMany(kInsert, rows);
}

}  // namespace ronghe::event
