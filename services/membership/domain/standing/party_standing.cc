#include "services/membership/domain/standing/party_standing.h"

#include "common/base/civil.h"
#include "services/membership/domain/standing/errors.h"

namespace ronghe::membership {
namespace {

bool IsBeginning(ChangeCode code) {
  return code == ChangeCode::kAdmitted || code == ChangeCode::kAdmittedAgain;
}

bool IsLapse(ChangeCode code) {
  return code == ChangeCode::kLapsed || code == ChangeCode::kLapsedUntraced;
}

// Ends that 3.2 gives a full member.
bool IsExitOfFull(ChangeCode code) {
  return IsExit(code) && code != ChangeCode::kDisqualified && code != ChangeCode::kNotRecognised;
}

std::optional<PartyStanding> FromNone(ChangeCode code) {
  if (code == ChangeCode::kAdmitted) return PartyStanding::kProbationary;
  if (code == ChangeCode::kAdmittedPosthumous) return PartyStanding::kDeceased;
  return std::nullopt;
}

std::optional<PartyStanding> FromProbationary(ChangeCode code) {
  switch (code) {
    case ChangeCode::kConverted:
      return PartyStanding::kFull;
    case ChangeCode::kExtended:
      return PartyStanding::kProbationary;
    case ChangeCode::kDisqualified:
      return PartyStanding::kDisqualified;
    case ChangeCode::kNotRecognised:
      return PartyStanding::kNotRecognised;
    case ChangeCode::kSuspended:
      return PartyStanding::kStopped;
    case ChangeCode::kDeceased:
      return PartyStanding::kDeceased;
    default:
      return std::nullopt;
  }
}

std::optional<PartyStanding> FromFull(ChangeCode code) {
  if (IsExitOfFull(code)) return PartyStanding::kExited;
  if (code == ChangeCode::kSuspended) return PartyStanding::kStopped;
  if (code == ChangeCode::kDeceased) return PartyStanding::kDeceased;
  return std::nullopt;
}

std::optional<PartyStanding> FromStopped(ChangeCode code, Category category) {
  if (code == ChangeCode::kRestored) {
    return category == Category::kFull ? PartyStanding::kFull : PartyStanding::kProbationary;
  }
  if (IsLapse(code)) return PartyStanding::kExited;
  if (code == ChangeCode::kDeceased) return PartyStanding::kDeceased;
  return std::nullopt;
}

// Who left may be admitted anew; a wrong decision may be corrected.
std::optional<PartyStanding> FromLeft(ChangeCode code, Category category) {
  if (IsBeginning(code)) return PartyStanding::kProbationary;
  if (code == ChangeCode::kReinstated) {
    return category == Category::kFull ? PartyStanding::kFull : PartyStanding::kProbationary;
  }
  return std::nullopt;
}

// Codes that say where a member belongs or may vote, not of which standing the member is.
bool LeavesStanding(ChangeCode code) {
  return code == ChangeCode::kMoved || code == ChangeCode::kRightsChanged ||
         code == ChangeCode::kCategoryFixed || IsTransferIn(code) || IsTransferOut(code);
}

bool IsLiving(PartyStanding standing) {
  return standing == PartyStanding::kProbationary || standing == PartyStanding::kFull ||
         standing == PartyStanding::kStopped;
}

}  // namespace

std::string_view NameOf(PartyStanding standing) {
  constexpr std::string_view kNames[] = {"NONE",         "PROBATIONARY",   "FULL",    "STOPPED",
                                         "EXITED", "DISQUALIFIED", "NOT_RECOGNISED", "DECEASED"};
  return kNames[static_cast<size_t>(standing)];
}

PartyStanding StandingOf(const Membership& membership, std::optional<ChangeCode> last_exit) {
  switch (membership.standing) {
    case Standing::kNormal:
      return membership.category == Category::kFull ? PartyStanding::kFull
                                                    : PartyStanding::kProbationary;
    case Standing::kSuspended:
      return PartyStanding::kStopped;
    case Standing::kDeceased:
      return PartyStanding::kDeceased;
    case Standing::kLeft:
      break;
  }
  if (last_exit == ChangeCode::kDisqualified) return PartyStanding::kDisqualified;
  if (last_exit == ChangeCode::kNotRecognised) return PartyStanding::kNotRecognised;
  return PartyStanding::kExited;
}

std::optional<PartyStanding> NextStanding(PartyStanding from, ChangeCode code, Category category) {
  if (LeavesStanding(code)) {
    return IsLiving(from) ? std::optional<PartyStanding>(from) : std::nullopt;
  }
  switch (from) {
    case PartyStanding::kNone:
      return FromNone(code);
    case PartyStanding::kProbationary:
      return FromProbationary(code);
    case PartyStanding::kFull:
      return FromFull(code);
    case PartyStanding::kStopped:
      return FromStopped(code, category);
    case PartyStanding::kExited:
    case PartyStanding::kDisqualified:
    case PartyStanding::kNotRecognised:
      return FromLeft(code, category);
    case PartyStanding::kDeceased:
      return std::nullopt;
  }
  return std::nullopt;
}

absl::Status CheckStandingChange(const Membership& membership, std::optional<ChangeCode> last_exit,
                                 ChangeCode code) {
  const PartyStanding from = StandingOf(membership, last_exit);
  if (NextStanding(from, code, membership.category)) return absl::OkStatus();
  return StandingTransitionNotAllowed(NameOf(from), static_cast<int32_t>(code));
}

std::optional<absl::CivilDay> ReadmissionBan(const RuleBook& rules, std::span<const PastExit> exits,
                                             absl::CivilDay day) {
  std::optional<absl::CivilDay> ban;
  for (const PastExit& exit : exits) {
    if (exit.code != ChangeCode::kExpelled) continue;
    const int64_t months = rules.On(exit.day).Number("readmission.ban_months");
    const absl::CivilDay until = base::AddMonths(exit.day, static_cast<int>(months));
    if (day < until && (!ban || *ban < until)) ban = until;
  }
  return ban;
}

}  // namespace ronghe::membership
