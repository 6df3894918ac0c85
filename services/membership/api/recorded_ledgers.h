// Where does the content of letters, sheets and dues ledgers come from? From what is on record.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_RECORDED_LEDGERS_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_RECORDED_LEDGERS_H_

#include "services/membership/api/ledger_export_api.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {

// `fields` must outlive what it answers.
LedgerSources RecordedLedgers(const PersonalFields& fields);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_RECORDED_LEDGERS_H_
