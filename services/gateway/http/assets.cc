#include "services/gateway/http/assets.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"

namespace ronghe::gateway::http {
namespace {

// Pages may load what the gateway itself serves, and nothing else; no script and no style stands in
// a page.
constexpr char kPageHeaders[] =
    "Content-Security-Policy: default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'\r\n";

std::string_view ContentType(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  if (extension == ".html") return "text/html; charset=utf-8";
  if (extension == ".js") return "text/javascript; charset=utf-8";
  if (extension == ".css") return "text/css; charset=utf-8";
  if (extension == ".png") return "image/png";
  if (extension == ".svg") return "image/svg+xml";
  return {};
}

absl::StatusOr<Asset> ReadAsset(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat("can't read ", path.string()));
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return Asset{std::string(ContentType(path)), bytes.str(), kPageHeaders};
}

}  // namespace

bool Asset::Matches(std::string_view if_none_match) const {
  return if_none_match == "*" || if_none_match.find(etag) != std::string_view::npos;
}

void Assets::Add(std::string path, Asset asset) {
  asset.etag = base::Cat("\"", crypto::Base64UrlEncode(crypto::Sha256(asset.bytes)), "\"");
  asset.headers += base::Cat("ETag: ", asset.etag, "\r\nCache-Control: no-cache\r\n");
  assets_.insert_or_assign(std::move(path), std::move(asset));
}

absl::Status Assets::AddDocs(const std::string& docs_dir, const std::string& swagger_ui_dir) {
  if (!docs_dir.empty()) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(docs_dir, error)) {
      if (!entry.is_regular_file() || ContentType(entry.path()).empty()) continue;
      RONGHE_ASSIGN_OR_RETURN(Asset asset, ReadAsset(entry.path()));
      const std::string name = entry.path().filename().string();
      if (name == "index.html") Add("/docs/", asset);
      Add("/docs/" + name, std::move(asset));
    }
    if (error) return absl::NotFoundError(absl::StrCat("no folder ", docs_dir));
  }
  if (!swagger_ui_dir.empty()) {
    for (const char* name : {"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"}) {
      RONGHE_ASSIGN_OR_RETURN(Asset asset, ReadAsset(std::filesystem::path(swagger_ui_dir) / name));
      Add(absl::StrCat("/docs/", name), std::move(asset));
    }
  }
  return absl::OkStatus();
}

const Asset* Assets::Find(std::string_view path) const {
  const auto it = assets_.find(base::Sv(path));
  return it == assets_.end() ? nullptr : &it->second;
}

}  // namespace ronghe::gateway::http
