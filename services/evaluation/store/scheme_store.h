// Where are schemes kept?
#ifndef RONGHE_SERVICES_EVALUATION_STORE_SCHEME_STORE_H_
#define RONGHE_SERVICES_EVALUATION_STORE_SCHEME_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::evaluation {

enum class SchemeState : int32_t { kDraft = 1, kPublished = 2 };

struct SchemeRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  std::string code;
  int32_t version = 0;
  std::string title;
  SchemeState state = SchemeState::kDraft;
  sql::Bytes rules;  // deterministic bytes of v1::SchemeRules
  sql::Bytes rules_digest;
  int32_t system_share = 0;
  int64_t etag = 0;
  absl::Time created_at;
  std::optional<absl::Time> published_at;
};

// A scheme without its rules.
struct SchemeHead {
  int64_t id = 0;
  int64_t organization_id = 0;
  std::string code;
  int32_t version = 0;
  std::string title;
  SchemeState state = SchemeState::kDraft;
  sql::Bytes rules_digest;
  int32_t system_share = 0;
  int64_t etag = 0;
  absl::Time created_at;
  std::optional<absl::Time> published_at;
};

// Every function returns the errors of sql::Session.
namespace scheme_store {

absl::StatusOr<std::optional<SchemeRow>> Get(sql::Session& session, int64_t id);
// The same with the row locked until the end of the transaction.
absl::StatusOr<std::optional<SchemeRow>> GetForUpdate(sql::Session& session, int64_t id);
// The newest first, below `before_id`; of all codes when `code` is empty.
absl::StatusOr<std::vector<SchemeHead>> List(sql::Session& session, std::string_view code,
                                             int64_t before_id, int64_t limit);
// The greatest version of a code; 0 for none.
absl::StatusOr<int32_t> LastVersion(sql::Session& session, std::string_view code);
// ALREADY_EXISTS when another writer took the version.
absl::Status Insert(sql::Session& session, const SchemeRow& row);
absl::Status Publish(sql::Session& session, int64_t id, int64_t etag, absl::Time now);

}  // namespace scheme_store
}  // namespace ronghe::evaluation

#endif  // RONGHE_SERVICES_EVALUATION_STORE_SCHEME_STORE_H_
