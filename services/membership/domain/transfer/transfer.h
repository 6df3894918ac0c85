// Which step of a transfer may follow which, and who takes it?
//
// A transfer is a saga of two sides. The table of legal steps stands in transfer.cc; everything
// that happens to a membership hangs on one of its steps. Enumerators carry the numbers of
// transfer.proto.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_TRANSFER_TRANSFER_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_TRANSFER_TRANSFER_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "services/membership/domain/change_code.h"

namespace ronghe::membership {

enum class TransferKind : int32_t { kInside = 1, kOut = 2, kIn = 3, kWholeUnit = 4 };

enum class TransferState : int32_t {
  kDraft = 1,
  kOutApproved = 2,
  kInTransit = 3,
  kAccepted = 4,
  kDone = 5,
  kReturned = 6,
  kExpired = 7,
  kWithdrawn = 8,
};

enum class TransferAction : int32_t {
  kCreate = 1,
  kApproveOut = 2,
  kIssueLetter = 3,
  kAccept = 4,
  kComplete = 5,
  kReturn = 6,
  kWithdraw = 7,
  kRedirect = 8,
  kExtendLetter = 9,
  kExpire = 10,
};

enum class TransferReason : int32_t {
  kUnitChanged = 1,
  kResidenceChanged = 2,
  kAway = 3,
  kGraduated = 4,
  kRetired = 5,
  kDemobilized = 6,
  kReorganized = 7,
};

enum class TransferSide : int32_t { kSender = 1, kReceiver = 2 };

// The state that a new transfer begins in: a person from outside comes with a letter already.
TransferState FirstState(TransferKind kind);

// The state that `action` leads to; nothing when it may not follow `state`.
std::optional<TransferState> StateAfter(TransferKind kind, TransferState state,
                                        TransferAction action);

// The side that takes a step. Of a transfer out of the province the sender does what the receiver
// would, of one into it the receiver. Expiry is the system's, for the sender.
TransferSide ActingSide(TransferKind kind, TransferAction action);

// The steps that people may take next, in the order of their numbers.
std::vector<TransferAction> NextActions(TransferKind kind, TransferState state);

// True while a member, a person or a unit can't have another transfer.
bool HoldsSubjects(TransferState state);

// "IN_TRANSIT", as in the proto, for errors and events.
std::string_view NameOf(TransferState state);

// How far it is between two administrative divisions (GB/T 2260): 31 inside a county, 32 inside a
// city, 33 inside a province, 34 beyond. Nothing when one of them is unknown.
std::optional<ChangeCode> ReachBetween(std::string_view region, std::string_view other);

// True for the reaches that a transfer out of the province, or into it, can have.
bool IsOutsideReach(ChangeCode reach);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_TRANSFER_TRANSFER_H_
