// How do elections look on the wire?
#ifndef RONGHE_SERVICES_MEETING_API_ELECTION_CONVERT_H_
#define RONGHE_SERVICES_MEETING_API_ELECTION_CONVERT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"
#include "ronghe/meeting/v1/election.pb.h"
#include "services/meeting/domain/election/count.h"
#include "services/meeting/domain/election/election.h"
#include "services/meeting/domain/rule_set.h"
#include "services/meeting/domain/types.h"

namespace ronghe::meeting {

// All functions that parse answer INVALID_ARGUMENT FIELD_INVALID with the paths below `field`.

// Whether the tally of a round may be seen: once it is decided, if it had enough ballots.
// `recording`: by somebody who records a paper ballot, as soon as it is counted.
bool TallyShown(const ElectionRules& rules, const Election& election, const Round& round,
                bool recording);

v1::Election ToProto(const ElectionRules& rules, const Election& election, bool recording);
// `meeting` is the version of the meeting's record that stands.
v1::ElectionResult ResultToProto(const ElectionRules& rules, const Election& election,
                                 const Meeting& meeting);

// What CreateElection takes: office, seats, mode, candidates, approval, tellers.
absl::StatusOr<Election> ElectionFromProto(const v1::Election& proto);
absl::StatusOr<std::vector<Candidate>> SlateFrom(
    const google::protobuf::RepeatedPtrField<v1::Candidate>& items, std::string_view field);
absl::StatusOr<std::vector<Teller>> TellersFrom(
    const google::protobuf::RepeatedPtrField<v1::Teller>& items, std::string_view field);
absl::StatusOr<std::vector<Voter>> ExclusionsFrom(
    const google::protobuf::RepeatedPtrField<v1::Exclusion>& items, std::string_view field);
// Members, each once, by id.
absl::StatusOr<std::vector<int64_t>> MembersFrom(
    const google::protobuf::RepeatedPtrField<std::string>& names, std::string_view field);
absl::StatusOr<Ballot> BallotFrom(const v1::CastBallotRequest& request);
absl::StatusOr<PaperCount> CountFrom(const v1::PaperCount& proto);

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_API_ELECTION_CONVERT_H_
