#include "common/rpc/etag.h"

#include "common/error/error.h"

namespace ronghe::rpc {

std::string EtagOf(int64_t version) { return std::to_string(version); }

absl::Status CheckEtag(std::string_view etag, int64_t version) {
  if (etag.empty()) return absl::OkStatus();
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    etag = etag.substr(1, etag.size() - 2);
  }
  if (etag == EtagOf(version)) return absl::OkStatus();
  return error::Make(absl::StatusCode::kAborted, "ETAG_MISMATCH", "该记录已被他人修改,请刷新后重试",
                     {{"current_etag", EtagOf(version)}});
}

}  // namespace ronghe::rpc
