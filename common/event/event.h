// How does a write tell other services what it changed?
//
// It inserts outbox rows in its own transaction: committed together with the change or not at
// all. The Publisher numbers them after the commit, so writers never wait for each other.
#ifndef RONGHE_COMMON_EVENT_EVENT_H_
#define RONGHE_COMMON_EVENT_EVENT_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::event {

// An event as its writer states it.
struct Draft {
  std::string type;             // "ronghe.membership.interval.changed", at most 96 bytes
  std::string subject;          // "members/1", at most 160 bytes
  int64_t organization_id = 0;  // whose readers may see it; 0: only holders of a global grant
  std::map<std::string, std::string> data;  // ids, codes and dates; never personal data
  std::vector<std::string> changed_fields;
  std::string trace_id;  // 32 hexadecimal digits or empty
  int64_t id = 0;        // from base::IdGenerator, taken after the changed rows are locked
  absl::Time time = absl::UnixEpoch();  // when the change was made
};

// Inserts one outbox row in the caller's transaction. The event is published after the commit.
//
// Errors: INTERNAL when the draft has no id, type or subject or its data exceed 8,000 bytes; the
// errors of sql::Session.
absl::Status Emit(sql::Session& session, const Draft& draft);

// The same for many, in as few statements as possible.
absl::Status EmitMany(sql::Session& session, std::span<const Draft> drafts);

}  // namespace ronghe::event

#endif  // RONGHE_COMMON_EVENT_EVENT_H_
