// How does a read that the contract wants audited leave its row?
#ifndef RONGHE_COMMON_AUDIT_READ_H_
#define RONGHE_COMMON_AUDIT_READ_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "common/audit/audit.h"
#include "common/base/ids.h"
#include "common/rpc/call.h"
#include "common/sql/session.h"

namespace ronghe::audit {

// The row of a call that succeeded, without organization, resource and detail.
inline Entry EntryOf(base::IdGenerator& ids, const rpc::Call& call) {
  return {.id = ids.Next(),
          .time = call.now(),
          .subject = call.principal().subject,
          .on_behalf_of = call.on_behalf_of(),
          .peer = std::string(call.peer()),
          .method = std::string(call.method()),
          .trace_id = call.trace().trace_id,
          .request_digest = call.request_digest()};
}

// Inserts the audit row of a read in the transaction that reads, before anything is answered.
// `detail` says what was read ("fields=identity_number"); the call's purpose comes before it.
//
// Errors: those of Record.
inline absl::Status AuditRead(sql::Session& session, base::IdGenerator& ids, const rpc::Call& call,
                              int64_t organization_id, std::string resource,
                              std::string_view detail = "") {
  call.set_audited();
  Entry entry = EntryOf(ids, call);
  entry.organization_id = organization_id;
  entry.resource = std::move(resource);
  entry.detail = Detail(call.purpose(), detail);
  return Record(session, entry);
}

}  // namespace ronghe::audit

#endif  // RONGHE_COMMON_AUDIT_READ_H_
