// How does a Party post begin and end, by appointment, by election, or because its organization or
// its holder's membership ended?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_POST_WRITER_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_POST_WRITER_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "common/service/write.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/post_store.h"

namespace ronghe::membership {

// Inserts a post. A secretary is to be trained within the months of T-04 (DL-22).
absl::Status BeginPost(service::WriteTx& tx, const PostRow& row, const RuleSet& workers);

// The same for somebody who goes on as secretary: what was due by then is still due by then.
absl::Status ContinuePost(service::WriteTx& tx, const PostRow& row, const PostRow& before,
                          const RuleSet& workers);

// Ends a locked post on `day`, or where it began later on that day, and drops what was due of it.
absl::Status EndPost(service::WriteTx& tx, PostRow& row, absl::CivilDay day);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_POST_WRITER_H_
