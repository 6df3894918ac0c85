#include "services/gateway/http/assets.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "services/gateway/http/encoding.h"

namespace ronghe::gateway::http {
namespace {

namespace fs = std::filesystem;

// Pages may load what the gateway itself serves, and nothing else; no script and no style stands in
// a page.
constexpr char kPageHeaders[] =
    "Content-Security-Policy: default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'\r\n";
constexpr std::string_view kIndex = "index.html";

struct FileType {
  std::string_view extension;
  std::string_view content_type;
};

constexpr std::array<FileType, 14> kFileTypes = {{
    {".css", "text/css; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".ico", "image/x-icon"},
    {".jpg", "image/jpeg"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json; charset=utf-8"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".ttf", "font/ttf"},
    {".txt", "text/plain; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
    {".webp", "image/webp"},
    {".woff", "font/woff"},
    {".woff2", "font/woff2"},
}};

// Empty for an unknown one.
std::string_view ContentType(const fs::path& path) {
  const std::string extension = path.extension().string();
  const auto* const found =
      std::find_if(kFileTypes.begin(), kFileTypes.end(),
                   [&](const FileType& type) { return type.extension == extension; });
  return found == kFileTypes.end() ? std::string_view() : found->content_type;
}

bool IsText(std::string_view content_type) {
  return content_type.starts_with("text/") || content_type.starts_with("application/json") ||
         content_type.starts_with("image/svg+xml");
}

absl::StatusOr<Page> ReadPage(const fs::path& path) {
  const std::string_view type = ContentType(path);
  if (type.empty()) {
    return absl::InvalidArgumentError(base::Cat("of no known type: ", path.string()));
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(base::Cat("can't read ", path.string()));
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return Page{std::string(type), std::move(bytes).str(), kPageHeaders};
}

absl::StatusOr<std::vector<fs::path>> FilesBelow(const std::string& dir) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(dir, error), end; !error && at != end;
       at.increment(error)) {
    if (at->is_regular_file(error)) files.push_back(at->path());
  }
  if (error) return absl::NotFoundError(base::Cat("no folder ", dir));
  std::sort(files.begin(), files.end());
  return files;
}

Asset MakeAsset(const Page& page, std::string bytes, std::string_view encoding) {
  Asset asset{page.content_type, std::move(bytes), page.headers, {}};
  asset.etag = base::Cat("\"", crypto::Base64UrlEncode(crypto::Sha256(asset.bytes)), "\"");
  asset.headers +=
      base::Cat("ETag: ", asset.etag, "\r\nCache-Control: ",
                page.immutable ? "public, max-age=31536000, immutable" : "no-cache", "\r\n");
  if (IsText(page.content_type)) asset.headers += "Vary: Accept-Encoding\r\n";
  if (!encoding.empty()) asset.headers += base::Cat("Content-Encoding: ", encoding, "\r\n");
  return asset;
}

}  // namespace

bool Asset::Matches(std::string_view if_none_match) const {
  return if_none_match == "*" || if_none_match.find(etag) != std::string_view::npos;
}

void Assets::Add(std::string path, Page page) {
  Forms forms;
  if (IsText(page.content_type)) {
    std::string compressed = Gzip(page.bytes);
    if (compressed.size() < page.bytes.size()) {
      forms.gzip = MakeAsset(page, std::move(compressed), "gzip");
    }
  }
  forms.plain = MakeAsset(page, std::move(page.bytes), {});
  assets_.insert_or_assign(std::move(path), std::move(forms));
}

absl::Status Assets::AddFolder(const std::string& dir, const std::string& prefix) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<fs::path> files, FilesBelow(dir));
  for (const fs::path& file : files) {
    RONGHE_ASSIGN_OR_RETURN(Page page, ReadPage(file));
    const std::string name = file.lexically_relative(dir).generic_string();
    page.immutable = name.starts_with("assets/");
    const std::string path = prefix + name;
    if (Find(path) != nullptr) {
      return absl::InvalidArgumentError(base::Cat("another page is at ", path));
    }
    if (name == kIndex) Add(prefix, page);
    Add(path, std::move(page));
  }
  if (Find(prefix) != nullptr) return absl::OkStatus();
  return absl::NotFoundError(base::Cat("no ", kIndex, " in ", dir));
}

absl::Status Assets::AddDocs(const std::string& docs_dir, const std::string& swagger_ui_dir) {
  if (!docs_dir.empty()) RONGHE_RETURN_IF_ERROR(AddFolder(docs_dir, "/docs/"));
  if (swagger_ui_dir.empty()) return absl::OkStatus();
  for (const char* name : {"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"}) {
    RONGHE_ASSIGN_OR_RETURN(Page page, ReadPage(fs::path(swagger_ui_dir) / name));
    Add(base::Cat("/docs/", name), std::move(page));
  }
  return absl::OkStatus();
}

absl::Status Assets::AddConsole(const std::string& dir) { return AddFolder(dir, "/"); }

const Asset* Assets::Find(std::string_view path, std::string_view accept_encoding) const {
  const auto it = assets_.find(base::Sv(path));
  if (it == assets_.end()) return nullptr;
  const Forms& forms = it->second;
  return forms.gzip && AcceptsGzip(accept_encoding) ? &*forms.gzip : &forms.plain;
}

}  // namespace ronghe::gateway::http
