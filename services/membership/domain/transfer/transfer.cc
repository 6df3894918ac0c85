#include "services/membership/domain/transfer/transfer.h"

#include <array>

namespace ronghe::membership {
namespace {

using enum TransferState;

// Of which kinds a step is.
constexpr uint32_t Of(TransferKind kind) { return 1u << static_cast<uint32_t>(kind); }
constexpr uint32_t kSentHere =
    Of(TransferKind::kInside) | Of(TransferKind::kOut) | Of(TransferKind::kWholeUnit);
constexpr uint32_t kReceivedHere =
    Of(TransferKind::kInside) | Of(TransferKind::kIn) | Of(TransferKind::kWholeUnit);
constexpr uint32_t kEvery = kSentHere | kReceivedHere;

struct Step {
  TransferAction action;
  TransferState before;
  TransferState after;
  uint32_t kinds;
};

constexpr std::array kSteps = {
    Step{TransferAction::kApproveOut, kDraft, kOutApproved, kSentHere},
    Step{TransferAction::kIssueLetter, kOutApproved, kInTransit, kSentHere},
    Step{TransferAction::kAccept, kInTransit, kAccepted, kReceivedHere},
    // The receipt from outside says that it was accepted there.
    Step{TransferAction::kComplete, kInTransit, kDone, Of(TransferKind::kOut)},
    Step{TransferAction::kComplete, kAccepted, kDone, kReceivedHere},
    Step{TransferAction::kReturn, kInTransit, kReturned, kEvery},
    Step{TransferAction::kWithdraw, kDraft, kWithdrawn, kSentHere},
    Step{TransferAction::kWithdraw, kOutApproved, kWithdrawn, kSentHere},
    Step{TransferAction::kWithdraw, kInTransit, kWithdrawn, kEvery},
    Step{TransferAction::kRedirect, kDraft, kDraft, kSentHere},
    Step{TransferAction::kRedirect, kOutApproved, kOutApproved, kSentHere},
    // The letter names the receiver, so it is void.
    Step{TransferAction::kRedirect, kInTransit, kOutApproved, kSentHere},
    Step{TransferAction::kExtendLetter, kInTransit, kInTransit, kEvery},
    Step{TransferAction::kExtendLetter, kExpired, kInTransit, kEvery},
    Step{TransferAction::kExpire, kInTransit, kExpired, kEvery},
};

constexpr size_t kProvinceDigits = 2;
constexpr size_t kCityDigits = 4;
constexpr size_t kCountyDigits = 6;

}  // namespace

TransferState FirstState(TransferKind kind) {
  return kind == TransferKind::kIn ? kInTransit : kDraft;
}

std::optional<TransferState> StateAfter(TransferKind kind, TransferState state,
                                        TransferAction action) {
  for (const Step& step : kSteps) {
    if (step.action == action && step.before == state && (step.kinds & Of(kind)) != 0) {
      return step.after;
    }
  }
  return std::nullopt;
}

TransferSide ActingSide(TransferKind kind, TransferAction action) {
  if (kind == TransferKind::kIn) return TransferSide::kReceiver;
  if (kind == TransferKind::kOut) return TransferSide::kSender;
  return action == TransferAction::kAccept || action == TransferAction::kReturn
             ? TransferSide::kReceiver
             : TransferSide::kSender;
}

std::vector<TransferAction> NextActions(TransferKind kind, TransferState state) {
  std::vector<TransferAction> actions;
  for (const Step& step : kSteps) {
    if (step.before == state && (step.kinds & Of(kind)) != 0 &&
        step.action != TransferAction::kExpire) {
      actions.push_back(step.action);
    }
  }
  return actions;
}

bool HoldsSubjects(TransferState state) {
  return state == kDraft || state == kOutApproved || state == kInTransit;
}

std::string_view NameOf(TransferState state) {
  switch (state) {
    case kDraft:
      return "DRAFT";
    case kOutApproved:
      return "OUT_APPROVED";
    case kInTransit:
      return "IN_TRANSIT";
    case kAccepted:
      return "ACCEPTED";
    case kDone:
      return "DONE";
    case kReturned:
      return "RETURNED";
    case kExpired:
      return "EXPIRED";
    case kWithdrawn:
      return "WITHDRAWN";
  }
  return "";
}

std::optional<ChangeCode> ReachBetween(std::string_view region, std::string_view other) {
  if (region.size() != kCountyDigits || other.size() != kCountyDigits) return std::nullopt;
  const auto same = [&](size_t digits) {
    return region.substr(0, digits) == other.substr(0, digits);
  };
  if (same(kCountyDigits)) return ChangeCode::kInCounty;
  if (same(kCityDigits)) return ChangeCode::kInCity;
  if (same(kProvinceDigits)) return ChangeCode::kInProvince;
  return ChangeCode::kInNation;
}

bool IsOutsideReach(ChangeCode reach) {
  return reach == ChangeCode::kInNation || reach == ChangeCode::kInArmy ||
         reach == ChangeCode::kInSystem;
}

}  // namespace ronghe::membership
