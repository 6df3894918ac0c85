// How are the members of a subtree read page by page in tree order?
//
// The tree says which branches come next, so that a page costs the same at any level.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_SUBTREE_READER_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_SUBTREE_READER_H_

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/org/org_tree.h"
#include "common/sql/session.h"
#include "services/membership/store/care_store.h"
#include "services/membership/store/member_store.h"

namespace ronghe::membership {

// Where a page of a subtree goes on: behind `after_id` of the organization at the path, or behind
// that organization when `after_id` is 0.
struct SubtreeCursor {
  std::optional<org::OrgPath> path;
  int64_t after_id = 0;
};

inline std::string FormatCursor(const org::OrgPath& path, int64_t after_id) {
  return base::Cat(org::FormatPath(path), "|", after_id);
}

inline absl::StatusOr<SubtreeCursor> ParseCursor(std::string_view text) {
  const size_t bar = text.find('|');
  SubtreeCursor cursor;
  if (bar == std::string_view::npos ||
      !absl::SimpleAtoi(base::Sv(text.substr(bar + 1)), &cursor.after_id)) {
    return absl::InvalidArgumentError("cursor");
  }
  RONGHE_RETURN_IF_ERROR(org::ParsePath(text.substr(0, bar), &cursor.path.emplace()));
  return cursor;
}

namespace internal {

// A page of a subtree: how many statements at most, how many branches and rows in one of them, and
// from which size on a branch is read alone.
inline constexpr int kMaxStatements = 4;
inline constexpr size_t kMaxBranches = 256;
inline constexpr int32_t kMaxRows = 2000;
inline constexpr int64_t kLargeBranch = 1000;
inline constexpr size_t kWalkStep = 64;

// The row types of a page.
inline absl::StatusOr<std::vector<MemberRow>> One(sql::Session& session, int64_t organization,
                                                  int64_t after_id, const MemberFilter& filter,
                                                  int32_t limit, MemberRow*) {
  return MembersOf(session, organization, after_id, filter, limit);
}
inline absl::StatusOr<std::vector<MemberBrief>> One(sql::Session& session, int64_t organization,
                                                    int64_t after_id, const MemberFilter& filter,
                                                    int32_t limit, MemberBrief*) {
  return MemberBriefsOf(session, organization, after_id, filter, limit);
}
inline absl::StatusOr<std::vector<MemberRow>> Across(sql::Session& session, int64_t first,
                                                     int64_t after_id,
                                                     std::span<const int64_t> others,
                                                     const MemberFilter& filter, MemberRow*) {
  return MembersAcross(session, first, after_id, others, filter, kMaxRows);
}
inline absl::StatusOr<std::vector<MemberBrief>> Across(sql::Session& session, int64_t first,
                                                       int64_t after_id,
                                                       std::span<const int64_t> others,
                                                       const MemberFilter& filter, MemberBrief*) {
  return MemberBriefsAcross(session, first, after_id, others, filter, kMaxRows);
}
inline absl::StatusOr<std::vector<VeteranRow>> One(sql::Session& session, int64_t organization,
                                                   int64_t after_id, const MemberFilter& filter,
                                                   int32_t limit, VeteranRow*) {
  return VeteransOf(session, organization, after_id, *filter.standing_since_by, limit);
}
inline absl::StatusOr<std::vector<VeteranRow>> Across(sql::Session& session, int64_t first,
                                                      int64_t after_id,
                                                      std::span<const int64_t> others,
                                                      const MemberFilter& filter, VeteranRow*) {
  return VeteransAcross(session, first, after_id, others, *filter.standing_since_by, kMaxRows);
}

}  // namespace internal

// The next rows of a subtree in tree order.
template <class Row>
class SubtreeReader {
 public:
  SubtreeReader(const org::OrgTree& tree, int64_t root, SubtreeCursor cursor,
                const MemberFilter& filter)
      : tree_(tree), root_(root), filter_(filter), walked_(std::move(cursor.path)) {
    if (cursor.after_id != 0 && walked_.has_value()) {
      first_ = walked_->empty() ? root : walked_->back().id;
      after_id_ = cursor.after_id;
      if (!tree_.Within(first_, root)) first_ = 0;
    }
  }

  // Up to `limit` more rows; fewer before the end when the filter lets little pass.
  absl::StatusOr<std::vector<Row>> Read(sql::Session& session, size_t limit) {
    std::vector<Row> rows;
    for (int i = 0; i < internal::kMaxStatements && rows.size() < limit && !exhausted_; ++i) {
      RONGHE_RETURN_IF_ERROR(ReadSome(session, limit - rows.size(), rows));
    }
    return rows;
  }

  bool exhausted() const { return exhausted_; }
  // Where to go on when fewer rows than wanted came although more may follow.
  std::string Here() const {
    return FormatCursor(walked_.value_or(org::OrgPath()), first_ == 0 ? 0 : after_id_);
  }

 private:
  int64_t Size(int64_t organization) const {
    const org::OrgCounts counts = tree_.OwnCount(organization);
    return counts.full + counts.probationary;
  }

  // The branches after the walked path whose members cover `need`, and where the walk then stands.
  std::vector<int64_t> NextBranches(size_t need, bool& end) {
    std::vector<int64_t> branches;
    int64_t covered = first_ == 0 ? 0 : Size(first_);
    end = false;
    while (branches.size() < internal::kMaxBranches) {
      if (filter_.unfiltered() && covered >= static_cast<int64_t>(need)) break;
      const std::vector<int64_t> ids = tree_.SubtreeIds(
          root_, walked_, internal::kWalkStep,
          [](const org::OrgBrief& brief) { return org::IsBranchKind(brief.kind); });
      if (ids.empty()) {
        end = true;
        break;
      }
      for (const int64_t id : ids) {
        const int64_t size = Size(id);
        const bool alone = size > internal::kLargeBranch;
        if (alone && (first_ != 0 || !branches.empty())) return branches;
        std::optional<org::OrgPath> path = tree_.Path(root_, id);
        if (!path) continue;
        walked_ = std::move(path);
        if (filter_.unfiltered() && size == 0) continue;
        branches.push_back(id);
        covered += size;
        if (alone || branches.size() == internal::kMaxBranches ||
            (filter_.unfiltered() && covered >= static_cast<int64_t>(need))) {
          return branches;
        }
      }
    }
    return branches;
  }

  absl::Status ReadSome(sql::Session& session, size_t need, std::vector<Row>& rows) {
    const std::optional<org::OrgPath> walked_before = walked_;
    bool end = false;
    std::vector<int64_t> branches = NextBranches(need, end);
    if (first_ == 0 && branches.empty()) {
      exhausted_ = end;
      return absl::OkStatus();
    }
    if (first_ == 0) {
      first_ = branches.front();
      after_id_ = 0;
      branches.erase(branches.begin());
    }
    while (!branches.empty()) {
      RONGHE_ASSIGN_OR_RETURN(std::vector<Row> found,
                              internal::Across(session, first_, after_id_, branches, filter_,
                                               static_cast<Row*>(nullptr)));
      if (found.size() < static_cast<size_t>(internal::kMaxRows)) {
        absl::flat_hash_map<int64_t, size_t> order;
        for (size_t i = 0; i < branches.size(); ++i) order[branches[i]] = i + 1;
        std::stable_sort(found.begin(), found.end(), [&](const Row& a, const Row& b) {
          return order[a.organization_id] < order[b.organization_id];
        });
        std::move(found.begin(), found.end(), std::back_inserter(rows));
        first_ = 0;
        exhausted_ = end;
        return absl::OkStatus();
      }
      // More than one statement may bring: fewer branches.
      branches.resize(branches.size() / 2);
      end = false;
      walked_ = branches.empty() ? tree_.Path(root_, first_) : tree_.Path(root_, branches.back());
      if (!walked_) walked_ = walked_before;
    }
    RONGHE_ASSIGN_OR_RETURN(std::vector<Row> found,
                            internal::One(session, first_, after_id_, filter_,
                                          static_cast<int32_t>(need), static_cast<Row*>(nullptr)));
    if (found.size() < need) {
      first_ = 0;
      exhausted_ = end;
    } else {
      after_id_ = found.back().id;
    }
    std::move(found.begin(), found.end(), std::back_inserter(rows));
    return absl::OkStatus();
  }

  const org::OrgTree& tree_;
  const int64_t root_;
  const MemberFilter& filter_;
  std::optional<org::OrgPath> walked_;
  int64_t first_ = 0;
  int64_t after_id_ = 0;
  bool exhausted_ = false;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_SUBTREE_READER_H_
