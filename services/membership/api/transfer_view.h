// How is a transfer shown?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_TRANSFER_VIEW_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_TRANSFER_VIEW_H_

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/sql/session.h"
#include "ronghe/membership/v1/transfer.pb.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/personal_fields.h"
#include "services/membership/store/transfer_store.h"

namespace ronghe::membership {

// The row alone, as lists and steps answer it.
v1::Transfer ToProto(const TransferRow& row);

// The whole case as it stands `today`: members, steps, what comes next, decisions, deadlines,
// documents and findings.
//
// Errors: those of sql::Session and PersonalFields.
absl::StatusOr<v1::Transfer> CaseToProto(sql::Session& session, const PersonalFields& fields,
                                         const RuleSet& rules, const TransferRow& row,
                                         absl::CivilDay today);

// What stands in the letter. The row has one.
//
// Errors: those of sql::Session and PersonalFields.
absl::StatusOr<v1::TransferLetter> LetterToProto(sql::Session& session,
                                                 const PersonalFields& fields, const RuleSet& rules,
                                                 const TransferRow& row, absl::CivilDay today);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_TRANSFER_VIEW_H_
