// How are calls about terms of office answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_TERM_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_TERM_API_H_

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/term.ronghe.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/term_store.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in term.proto.
class TermApi : public v1::TermServiceHandler {
 public:
  TermApi(service::Writer& writer, const RuleBook& elections, const rpc::PageTokens& tokens)
      : writer_(writer), elections_(elections), tokens_(tokens) {}

  absl::StatusOr<v1::Term> RecordTerm(rpc::Call& call,
                                      const v1::RecordTermRequest& request) override;
  absl::StatusOr<v1::Term> GetTerm(rpc::Call& call, const v1::GetTermRequest& request) override;
  absl::StatusOr<v1::ListTermsResponse> ListTerms(rpc::Call& call,
                                                  const v1::ListTermsRequest& request) override;
  absl::StatusOr<v1::Term> AdjustTerm(rpc::Call& call,
                                      const v1::AdjustTermRequest& request) override;

 private:
  service::Writer& writer_;
  const RuleBook& elections_;
  const rpc::PageTokens& tokens_;
};

// Who reminds, replies and approves: the organization above; a root answers for itself.
inline int64_t UpperOf(const OrganizationRow& organization) {
  return organization.parent_id == 0 ? organization.id : organization.parent_id;
}

// Inserts the next term of an organization from `starts_on` on, of the length that the rules set
// for it, and sets its deadlines (DL-11): the reminder by the organization above (ordinal 0) and
// the election itself (ordinal 1).
//
// Errors: TERM_NOT_DUE (B-26); TERM_RUNNING.
absl::StatusOr<TermRow> BeginTerm(service::WriteTx& tx, const RuleSet& elections,
                                  const OrganizationRow& organization, absl::CivilDay starts_on,
                                  int32_t committee_seats, int64_t committee_election_id);

// Sets what is due of a running term again, after its expiry moved or an election was given up.
absl::Status SetTermDeadlines(service::WriteTx& tx, const RuleSet& elections, const TermRow& term,
                              const OrganizationRow& organization);

// Sets by when an election under way is to be held: by the expiry of the term that it ends (DL-11).
absl::Status SetElectionDeadline(service::WriteTx& tx, const TermRow& term,
                                 const CommitteeElectionRow& election);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_TERM_API_H_
