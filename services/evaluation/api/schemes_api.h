// How are standard schemes created, read and published?
#ifndef RONGHE_SERVICES_EVALUATION_API_SCHEMES_API_H_
#define RONGHE_SERVICES_EVALUATION_API_SCHEMES_API_H_

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "common/sql/database.h"
#include "ronghe/evaluation/v1/scheme.ronghe.h"
#include "services/evaluation/store/scheme_store.h"

namespace ronghe::evaluation {

// Whether the caller may read a scheme: a draft where its organization is theirs, a published one
// also from below, where it is judged by.
bool MayRead(const rpc::Call& call, int64_t organization, SchemeState state);

// All references must outlive it. Errors are those that scheme.proto names.
class SchemesApi : public v1::SchemeServiceHandler {
 public:
  SchemesApi(service::Writer& writer, const rpc::PageTokens& tokens)
      : database_(writer.database()), writer_(writer), tokens_(tokens) {}

  absl::StatusOr<v1::Scheme> CreateScheme(rpc::Call& call,
                                          const v1::CreateSchemeRequest& request) override;
  absl::StatusOr<v1::Scheme> GetScheme(rpc::Call& call,
                                       const v1::GetSchemeRequest& request) override;
  absl::StatusOr<v1::ListSchemesResponse> ListSchemes(
      rpc::Call& call, const v1::ListSchemesRequest& request) override;
  absl::StatusOr<v1::Scheme> PublishScheme(rpc::Call& call,
                                           const v1::PublishSchemeRequest& request) override;

 private:
  sql::Database& database_;
  service::Writer& writer_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::evaluation

#endif  // RONGHE_SERVICES_EVALUATION_API_SCHEMES_API_H_
