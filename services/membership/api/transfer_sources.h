// What do other parts of the system know that a transfer is judged by?
//
// Open cases and dues are kept elsewhere; a transfer asks this interface, inside its own
// transaction. What a source does not know is taken from the request, and marked as stated.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_TRANSFER_SOURCES_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_TRANSFER_SOURCES_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/sql/session.h"

namespace ronghe::membership {

// Up to which month a member's dues are paid.
struct DuesPaid {
  int64_t member_id = 0;
  absl::CivilMonth through;
};

// Thread-safe. This class knows of no cases and keeps no dues.
class TransferSources {
 public:
  virtual ~TransferSources() = default;

  // Of these members (at most 256), those with an open disposition case or a disciplinary measure
  // in effect on `day`.
  virtual absl::StatusOr<std::vector<int64_t>> WithOpenCases(
      [[maybe_unused]] sql::Session& session, [[maybe_unused]] std::span<const int64_t> member_ids,
      [[maybe_unused]] absl::CivilDay day) const {
    return std::vector<int64_t>();
  }

  // The figures that are known of these members (at most 256), in any order.
  virtual absl::StatusOr<std::vector<DuesPaid>> DuesPaidThrough(
      [[maybe_unused]] sql::Session& session,
      [[maybe_unused]] std::span<const int64_t> member_ids) const {
    return std::vector<DuesPaid>();
  }
};

// Reads what is on record: open disposition cases, disciplinary measures and accounts of dues.
class RecordedTransferSources : public TransferSources {
 public:
  absl::StatusOr<std::vector<int64_t>> WithOpenCases(sql::Session& session,
                                                     std::span<const int64_t> member_ids,
                                                     absl::CivilDay day) const override;
  absl::StatusOr<std::vector<DuesPaid>> DuesPaidThrough(
      sql::Session& session, std::span<const int64_t> member_ids) const override;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_TRANSFER_SOURCES_H_
