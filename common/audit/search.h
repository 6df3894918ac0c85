// Which audit rows fit a question, the newest first?
#ifndef RONGHE_COMMON_AUDIT_SEARCH_H_
#define RONGHE_COMMON_AUDIT_SEARCH_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/audit.h"
#include "common/sql/session.h"

namespace ronghe::audit {

enum class ResultClass { kAny, kOk, kRefused };

// What is empty asks for nothing.
struct Filter {
  std::string subject;
  std::string on_behalf_of;
  int64_t organization_id = 0;
  bool exact_organization = false;  // without the organizations below it
  std::string method;               // whole ("/pkg.Service/Method") or its beginning
  std::string action;               // the RPC's name alone
  std::string resource;
  ResultClass result = ResultClass::kAny;
  absl::Time start = absl::InfinitePast();
  absl::Time end = absl::InfiniteFuture();  // exclusive

  // For a person: "subject=accounts/1; method=/ronghe.meeting.; …".
  std::string Text() const;
};

struct FoundPage {
  std::vector<Entry> rows;
  int64_t before = 0;  // where to go on
  bool end = false;
};

// Whether the first organization is the second or stands below it.
using Within = std::function<bool(int64_t organization_id, int64_t ancestor_id)>;

inline constexpr int64_t kFromNewest = std::numeric_limits<int64_t>::max();

// Up to `limit` rows with an id below `before`. Looks at 10,000 rows at most, fewer where subject,
// whole method or exact organization lead to them by an index: a page may be short before the end.
//
// Errors: those of sql::Session.
absl::StatusOr<FoundPage> Search(sql::Session& session, const Filter& filter, const Within& within,
                                 int64_t before, int32_t limit);

// The rows, by id. Errors: those of sql::Session.
absl::StatusOr<std::vector<Entry>> EntriesByIds(sql::Session& session,
                                                std::span<const int64_t> ids);

// The newest row of a method; nothing where there is none. Errors: those of sql::Session.
absl::StatusOr<std::optional<Entry>> NewestOf(sql::Session& session, const std::string& method);

}  // namespace ronghe::audit

#endif  // RONGHE_COMMON_AUDIT_SEARCH_H_
