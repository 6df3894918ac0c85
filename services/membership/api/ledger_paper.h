// How do a transfer letter and an admission sheet look on paper?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_LEDGER_PAPER_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_LEDGER_PAPER_H_

#include "absl/time/civil_time.h"
#include "common/paper/paper.h"
#include "services/membership/domain/ledger/ledger.h"

namespace ronghe::membership {

// The stub, the letter and the receipt for each person, a page each. Numbers and birth dates are
// masked unless `unmasked`; the age is that on the day of issue.
paper::Paper TransferLetterPaper(const TransferLetter& letter, bool unmasked);

// The sections of the sheet, each a table of labels and values.
paper::Paper AdmissionSheetPaper(const AdmissionSheet& sheet, bool unmasked);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_LEDGER_PAPER_H_
