#include "services/evaluation/api/schemes_api.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "services/evaluation/domain/errors.h"
#include "services/evaluation/store/scheme_codec.h"
#include "services/evaluation/store/scheme_store.h"

namespace ronghe::evaluation {
namespace {

template <class Row>
v1::Scheme HeadToProto(const Row& row) {
  v1::Scheme scheme;
  scheme.set_name(base::Name("schemes", row.id));
  scheme.set_organization(base::Name("organizations", row.organization_id));
  scheme.set_code(row.code);
  scheme.set_version(row.version);
  scheme.set_title(row.title);
  scheme.set_state(static_cast<v1::SchemeState>(row.state));
  scheme.set_rules_digest(crypto::HexEncode(row.rules_digest));
  scheme.set_system_share(row.system_share);
  scheme.set_etag(rpc::EtagOf(row.etag));
  *scheme.mutable_create_time() = rpc::ToProto(row.created_at);
  if (row.published_at.has_value()) {
    *scheme.mutable_publish_time() = rpc::ToProto(*row.published_at);
  }
  return scheme;
}

absl::StatusOr<v1::Scheme> RowToProto(const SchemeRow& row) {
  v1::Scheme scheme = HeadToProto(row);
  if (!scheme.mutable_rules()->ParseFromString(row.rules)) {
    return StoredUnreadable("scheme", row.id);
  }
  return scheme;
}

constexpr char kRead[] = "evaluation.scheme.read";

}  // namespace

bool MayRead(const rpc::Call& call, int64_t organization, SchemeState state) {
  return state == SchemeState::kPublished ? call.HoldsWithin(kRead, organization)
                                          : call.Holds(kRead, organization);
}

absl::StatusOr<v1::Scheme> SchemesApi::CreateScheme(rpc::Call& call,
                                                    const v1::CreateSchemeRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization,
                          base::ParseName(request.organization(), "organizations"));
  v1::SchemeRules message;
  switch (request.form_case()) {
    case v1::CreateSchemeRequest::kRules:
      message = request.rules();
      break;
    case v1::CreateSchemeRequest::kText: {
      RONGHE_ASSIGN_OR_RETURN(message, ParseText(request.text()));
      break;
    }
    case v1::CreateSchemeRequest::FORM_NOT_SET:
      return SchemeFormRequired();
  }
  RONGHE_ASSIGN_OR_RETURN(const Scheme scheme, FromProto(message));
  if (std::vector<error::FieldViolation> problems = Validate(scheme); !problems.empty()) {
    return SchemeInvalid(std::move(problems));
  }
  // What is stored is what was understood: enum values and fields unknown here don't survive.
  const std::string rules = DeterministicBytes(ToProto(scheme));
  return writer_.Write<v1::Scheme>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Scheme> {
    RONGHE_ASSIGN_OR_RETURN(const int32_t last,
                            scheme_store::LastVersion(tx.session(), scheme.code));
    SchemeRow row;
    row.id = tx.NextId();
    row.organization_id = organization;
    row.code = scheme.code;
    row.version = last + 1;
    row.title = scheme.title;
    row.rules = sql::Bytes(rules);
    row.rules_digest = sql::Bytes(crypto::Sha256(rules));
    row.system_share = SystemShare(scheme);
    row.etag = 1;
    row.created_at = tx.now();
    RONGHE_RETURN_IF_ERROR(scheme_store::Insert(tx.session(), row));
    tx.Audit(organization, base::Name("schemes", row.id));
    return RowToProto(row);
  });
}

absl::StatusOr<v1::Scheme> SchemesApi::GetScheme(rpc::Call& call,
                                                 const v1::GetSchemeRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "schemes"));
  RONGHE_ASSIGN_OR_RETURN(const std::optional<SchemeRow> row,
                          database_.Read(call.deadline(), [&](sql::Session& session) {
                            return scheme_store::Get(session, id);
                          }));
  if (!row.has_value() || !MayRead(call, row->organization_id, row->state)) {
    return SchemeNotFound(request.name());
  }
  return RowToProto(*row);
}

absl::StatusOr<v1::ListSchemesResponse> SchemesApi::ListSchemes(
    rpc::Call& call, const v1::ListSchemesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.code(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<SchemeHead> rows,
                          database_.Read(call.deadline(), [&](sql::Session& session) {
                            return scheme_store::List(session, request.code(), before,
                                                      int64_t{size} + 1);
                          }));
  v1::ListSchemesResponse response;
  int32_t read = 0;
  for (const SchemeHead& row : rows) {
    if (read == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.code(), absl::StrCat(before)));
      break;
    }
    ++read;
    before = row.id;
    if (MayRead(call, row.organization_id, row.state)) *response.add_schemes() = HeadToProto(row);
  }
  return response;
}

absl::StatusOr<v1::Scheme> SchemesApi::PublishScheme(rpc::Call& call,
                                                     const v1::PublishSchemeRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "schemes"));
  return writer_.Write<v1::Scheme>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Scheme> {
    RONGHE_ASSIGN_OR_RETURN(std::optional<SchemeRow> row,
                            scheme_store::GetForUpdate(tx.session(), id));
    if (!row.has_value()) return SchemeNotFound(request.name());
    RONGHE_RETURN_IF_ERROR(call.Authorize(row->organization_id));
    RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.etag(), row->etag));
    if (row->state != SchemeState::kDraft) return SchemePublished(request.name());
    row->state = SchemeState::kPublished;
    row->published_at = tx.now();
    ++row->etag;
    RONGHE_RETURN_IF_ERROR(scheme_store::Publish(tx.session(), id, row->etag, *row->published_at));
    tx.Audit(row->organization_id, request.name());
    return RowToProto(*row);
  });
}

}  // namespace ronghe::evaluation
