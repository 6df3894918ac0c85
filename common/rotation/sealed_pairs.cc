#include "common/rotation/sealed_pairs.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"

namespace ronghe::rotation {
namespace {

// The id at which a walk stands; 0 before the first.
int64_t IdAt(std::string_view position) {
  int64_t id = 0;
  return absl::SimpleAtoi(base::Sv(position), &id) ? id : 0;
}

}  // namespace

absl::StatusOr<int64_t> SealedPairs::Count(sql::Session& session) const {
  return CountOf(session, statements_.count);
}

absl::StatusOr<std::vector<SealedRow>> SealedPairs::After(sql::Session& session,
                                                          std::string_view position,
                                                          int32_t limit) const {
  RONGHE_ASSIGN_OR_RETURN(std::vector<SealedPair> pairs,
                          session.Select(statements_.after, IdAt(position), limit));
  std::vector<SealedRow> rows;
  rows.reserve(pairs.size());
  for (SealedPair& pair : pairs) {
    rows.push_back(
        {base::Cat(pair.id),
         {{std::move(pair.first), first_(pair.id)}, {std::move(pair.second), second_(pair.id)}}});
  }
  return rows;
}

absl::StatusOr<bool> SealedPairs::Replace(sql::Session& session, const SealedRow& before,
                                          const SealedRow& after) const {
  RONGHE_ASSIGN_OR_RETURN(
      const int64_t found,
      session.Execute(statements_.replace, after.values[0].envelope, after.values[1].envelope,
                      IdAt(before.position), before.values[0].envelope, before.values[1].envelope));
  return found == 1;
}

absl::StatusOr<int64_t> SealedPairs::CountUnder(sql::Session& session,
                                                std::string_view version) const {
  return CountOf(session, statements_.under, version, version);
}

}  // namespace ronghe::rotation
