// What can membership refuse, and what does it tell the user then?
//
// Every refusal of the service has its constructor here. Rule refusals carry rule_id, rule_set,
// source, required and actual. None carries personal data.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ERRORS_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ERRORS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/membership/domain/codes.h"

namespace ronghe::membership {

struct KindRule;
struct OrganizationRules;
struct UnmaskRules;

// NOT_FOUND
absl::Status OrganizationNotFound(int64_t id);
absl::Status MemberNotFound(int64_t id);
absl::Status PostNotFound(int64_t id);
absl::Status RosterImportNotFound(int64_t id);
absl::Status MemberExportNotFound(int64_t id);
absl::Status LedgerExportNotFound(int64_t id);
absl::Status DocumentNotFound(int64_t id);

// PERMISSION_DENIED
absl::Status ExportOfAnother();

// INVALID_ARGUMENT
absl::Status IdentityNumberInvalid(std::string_view cause);
absl::Status RulesInvalid(std::string_view what);
absl::Status PurposeUnknown(const UnmaskRules& rules);
absl::Status ImportKindUnsupported();
absl::Status RosterFormatUnsupported();
absl::Status RosterFileTooLarge(int64_t limit, int64_t actual);
// The file can't be read as a roster: reason is one of ROSTER_FILE_DAMAGED, ROSTER_FILE_ENCRYPTED,
// ROSTER_HAS_MACRO, ROSTER_HAS_FORMULA, ROSTER_TOO_LARGE_UNPACKED, ROSTER_TOO_MANY_ROWS,
// ROSTER_TOO_MANY_COLUMNS, ROSTER_ENCODING_UNKNOWN, ROSTER_HEADER_MISSING, ROSTER_EMPTY.
absl::Status RosterFileRefused(std::string_view reason, std::string_view message_zh,
                               std::string_view where = {});

// ALREADY_EXISTS
absl::Status MemberExists();
absl::Status PostHeld(Post post);

// FAILED_PRECONDITION
absl::Status OrganizationRevoked(int64_t id);
absl::Status OrganizationKindNotAllowed(const OrganizationRules& rules, const KindRule& rule,
                                        int32_t kind, int32_t parent_kind);
absl::Status OrganizationHoldsNoMembers(const OrganizationRules& rules, const KindRule& rule,
                                        int32_t kind);
absl::Status OrganizationTooDeep(int32_t levels);
absl::Status OrganizationCodesExhausted(int32_t limit);
absl::Status OrganizationMoveCycle();
absl::Status OrganizationHasChildren();
absl::Status OrganizationHasMembers();
absl::Status PostNotAllowed(const OrganizationRules& rules, const KindRule& rule, int32_t kind,
                            Post post);
absl::Status PostOutsideBranch();
absl::Status PostEnded();
absl::Status MemberLeft();
absl::Status MemberUnchanged();
absl::Status EffectiveDateInFuture(absl::CivilDay day, absl::CivilDay today);
absl::Status EffectiveDateBeforeInterval(absl::CivilDay day, absl::CivilDay earliest);
absl::Status RosterStateInvalid(std::string_view state);
absl::Status RosterOffsetMismatch(int64_t expected, int64_t actual);
absl::Status RosterIncomplete(int64_t size, int64_t uploaded);
absl::Status RosterDigestMismatch();
absl::Status RosterFileExpired();
absl::Status ExportExpired(const UnmaskRules& rules);
// The account belongs to no member: who keeps the accounts can link it.
absl::Status MemberLinkMissing();

// RESOURCE_EXHAUSTED
absl::Status UnmaskLimitReached(const UnmaskRules& rules, int64_t members, absl::Duration rest);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ERRORS_H_
