// How does a member's dues account follow from the bills?
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_REVIEW_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_REVIEW_H_

#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/event/event.h"
#include "common/sql/session.h"
#include "services/membership/domain/month.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/dues_account_store.h"

namespace ronghe::membership {

// How many months of bills an account is reckoned from.
inline constexpr int kReviewedMonths = 60;

inline constexpr std::string_view kDuesUnpaidChanged = "ronghe.membership.dues_unpaid.changed";

// Reckons accounts, by member, that are locked anew from their bills, writes them, and answers an
// event for each that reached a step of C-09 (3, 5, 6 months in a row unpaid) or came down from
// one; ids of the events are for the caller. The data keys are "organization", "months" and "step",
// 0 where the account came down. Nothing but a person's decision follows from it.
absl::StatusOr<std::vector<event::Draft>> ReviewAccounts(sql::Session& session,
                                                         std::span<DuesAccountRow> accounts,
                                                         Month now_month, const Rule& steps,
                                                         absl::Time now);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_REVIEW_H_
