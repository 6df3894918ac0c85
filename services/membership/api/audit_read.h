// How does a read that the contract wants audited leave its row?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_AUDIT_READ_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_AUDIT_READ_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "common/audit/audit.h"
#include "common/base/ids.h"
#include "common/rpc/call.h"
#include "common/sql/session.h"

namespace ronghe::membership {

// Inserts the audit row of a read in the session's transaction.
//
// Errors: those of audit::Record.
inline absl::Status AuditRead(sql::Session& session, base::IdGenerator& ids, const rpc::Call& call,
                              int64_t organization_id, std::string resource) {
  return audit::Record(session, {.id = ids.Next(),
                                 .time = call.now(),
                                 .subject = call.principal().subject,
                                 .peer = std::string(call.peer()),
                                 .method = std::string(call.method()),
                                 .organization_id = organization_id,
                                 .resource = std::move(resource),
                                 .trace_id = call.trace().trace_id,
                                 .request_digest = call.request_digest()});
}

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_AUDIT_READ_H_
