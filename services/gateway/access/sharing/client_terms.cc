#include "services/gateway/access/sharing/client_terms.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_split.h"
#include "common/error/error.h"
#include "services/gateway/access/domain/errors.h"

namespace ronghe::gateway::access {
namespace {

using transcode::Method;
using transcode::MethodTable;

std::vector<std::string> Words(const std::string& text) {
  return absl::StrSplit(text, ' ', absl::SkipEmpty());
}

const Method* MethodOf(const MethodTable& methods, const ClientShareRow& share) {
  return methods.Find(absl::StrCat("/", share.method));
}

// Whether one of the fields is granted by name although it is sensitive or private.
bool NamesPersonal(const Method& method, const std::vector<std::string>& fields) {
  const auto* pool = method.descriptor->file()->pool();
  return std::any_of(fields.begin(), fields.end(), [pool](const std::string& name) {
    const auto* field = pool->FindFieldByName(name);
    return field != nullptr && NeedsOwnWord(*field);
  });
}

// What is wrong with one share; empty: nothing.
std::string Fault(const MethodTable& methods, const ClientShareRow& share) {
  const Method* method = MethodOf(methods, share);
  if (method == nullptr) return "没有这个接口";
  if (method->policy.permission().empty()) return "该接口不用于数据共享";
  const std::vector<std::string> fields = Words(share.fields);
  const auto filter = FieldFilter::Compile(*method->response, fields);
  if (!filter.ok()) return error::MessageZh(filter.status());
  if (share.attribute == ShareAttribute::kUnconditional && NamesPersonal(*method, fields)) {
    return "个人信息字段不能无条件共享";
  }
  return "";
}

}  // namespace

ClientTerms::ClientTerms(const MethodTable& methods, const ClientRow& client,
                         const std::vector<ClientShareRow>& shares)
    : client_id_(client.id),
      daily_quota_(client.daily_quota > 0 ? client.daily_quota : kDefaultDailyQuota) {
  rate_.per_second = client.per_second > 0 ? client.per_second : kDefaultPerSecond;
  rate_.burst = client.burst > 0 ? client.burst : 2 * rate_.per_second;
  for (const ClientShareRow& row : shares) {
    const Method* method = MethodOf(methods, row);
    if (row.attribute == ShareAttribute::kNone || method == nullptr) continue;
    auto filter = FieldFilter::Compile(*method->response, Words(row.fields));
    if (!filter.ok()) continue;
    shares_[method].push_back({Words(row.purposes),
                               row.valid_until.value_or(absl::InfiniteFuture()),
                               *std::move(filter)});
  }
}

absl::StatusOr<ClientTerms::Allowed> ClientTerms::Find(const Method& method,
                                                       std::string_view purpose,
                                                       absl::Time now) const {
  const auto shares = shares_.find(&method);
  if (shares == shares_.end()) return errors::MethodNotShared(method.label);
  const Share* found = nullptr;
  std::string_view only;
  bool any = false;
  bool several = false;
  for (const Share& share : shares->second) {
    if (now >= share.ends) continue;
    any = true;
    for (const std::string& one : share.purposes) {
      several = several || (!only.empty() && only != one);
      only = one;
      if (one == purpose || purpose.empty()) found = &share;
    }
  }
  if (!any) return errors::MethodNotShared(method.label);
  if (purpose.empty() && several) return errors::PurposeRequired();
  if (found == nullptr) return errors::PurposeNotAllowed(purpose);
  return Allowed{std::string(purpose.empty() ? only : purpose), found->filter};
}

absl::Status CheckShares(const MethodTable& methods, const std::vector<ClientShareRow>& shares) {
  std::vector<error::FieldViolation> violations;
  absl::flat_hash_set<std::string> said;
  for (size_t i = 0; i < shares.size(); ++i) {
    std::string fault = Fault(methods, shares[i]);
    for (const std::string& purpose : Words(shares[i].purposes)) {
      if (!said.insert(absl::StrCat(shares[i].method, " ", purpose)).second && fault.empty()) {
        fault = absl::StrCat("同一接口和用途 ", purpose, " 重复");
      }
    }
    if (!fault.empty()) violations.push_back({absl::StrCat("client.shares[", i, "]"), fault});
  }
  return violations.empty() ? absl::OkStatus() : error::InvalidFields(std::move(violations));
}

}  // namespace ronghe::gateway::access
