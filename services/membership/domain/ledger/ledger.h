// What stands in the ledgers and on the papers that are printed of cases?
//
// The areas that own the cases fill these in; the export masks, lays out and marks them.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_LEDGER_LEDGER_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_LEDGER_LEDGER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/membership/domain/codes.h"

namespace ronghe::membership {

// A person on a 介绍信.
struct LetterPerson {
  int64_t member_id = 0;  // 0: not a member here
  std::string full_name;
  Gender gender = Gender::kUnknown;
  std::string ethnicity;  // code of GB/T 3304
  std::optional<absl::CivilDay> birth_date;
  Category category = Category::kFull;
  std::string identity_number;
  std::string phone;
  std::optional<absl::CivilDay> dues_paid_through;  // any day of the month
};

// 党员组织关系介绍信: the stub stays with the issuer, the letter goes to the receiver, who returns
// the receipt.
struct TransferLetter {
  int64_t organization_id = 0;  // where the case is kept
  std::string number;           // "某组转〔2026〕12号"
  std::string issuer;           // the committee that issues it
  std::string from;             // the organization left
  std::string receiver;         // the committee that it is addressed to
  std::string to;               // the organization entered
  std::vector<LetterPerson> persons;
  absl::CivilDay issued_on;
  int32_t valid_days = 0;
};

// How a value of a data sheet is masked.
enum class Sensitivity { kPlain, kIdentityNumber, kPhone, kBirthDate };

struct SheetField {
  std::string label;
  std::string value;
  Sensitivity sensitivity = Sensitivity::kPlain;
};

struct SheetSection {
  std::string title;
  std::vector<SheetField> fields;
};

// The particulars of one admission case, in the order of 入党志愿书.
struct AdmissionSheet {
  int64_t organization_id = 0;
  std::vector<int64_t> member_ids;  // whose particulars it holds; empty: of no member yet
  std::string full_name;
  std::string form_number;  // of the 志愿书; empty: not issued
  std::vector<SheetSection> sections;
};

// What one member owes and has paid for one month of the ledger's year.
struct DuesLedgerBill {
  int64_t member_id = 0;
  int32_t month = 0;  // 1 to 12
  int64_t due_fen = 0;
  int64_t paid_fen = 0;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_LEDGER_LEDGER_H_
