#include "common/object/s3_store.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::object {
namespace {

constexpr std::string_view kEmptySha256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
// An answer that is no object is an error document of the store, of which nothing is kept.
constexpr size_t kMostIdle = 8;

bool HostIs(std::string_view url, std::string_view prefix) {
  if (!url.starts_with(prefix)) return false;
  url.remove_prefix(prefix.size());
  return url.empty() || url.front() == ':';
}

bool IsSafeEndpoint(std::string_view url) {
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == ':' || c == '/' || c == '.' ||
           c == '-' || c == '[' || c == ']';
  });
  return plain && !url.ends_with("/") &&
         ((url.starts_with("https://") && url.size() > 8) || HostIs(url, "http://127.0.0.1") ||
          HostIs(url, "http://localhost") || HostIs(url, "http://[::1]"));
}

absl::Status Invalid(std::string_view what) {
  return error::Make(absl::StatusCode::kInvalidArgument, "OBJECT_STORE_INVALID",
                     "对象存储的配置无效。", {{"setting", std::string(what)}});
}

// A header list that frees itself.
class HeaderList {
 public:
  ~HeaderList() { curl_slist_free_all(list_); }
  void Add(const std::string& line) { list_ = curl_slist_append(list_, line.c_str()); }
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

}  // namespace

// One request and what came of it.
struct S3Store::Exchange {
  std::string method;
  std::string key;
  const Content* content = nullptr;            // of a PUT
  std::map<std::string, std::string> headers;  // that are signed, beside the usual
  size_t most = 0;                             // bytes of an answer that are wanted

  int64_t sent = 0;
  std::string part;  // of the content, not sent yet
  absl::Status read = absl::OkStatus();
  std::string body;
  long status = 0;
  int64_t length = -1;  // as the answer says

  static size_t Send(char* buffer, size_t size, size_t count, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    if (exchange.part.empty() && exchange.sent < exchange.content->size) {
      absl::StatusOr<std::string> next = exchange.content->read(exchange.sent, kPartBytes);
      if (next.ok() && next->empty()) next = ObjectDamaged(exchange.key);
      if (!next.ok()) {
        exchange.read = next.status();
        return CURL_READFUNC_ABORT;
      }
      exchange.part = *std::move(next);
    }
    const size_t given = std::min(size * count, exchange.part.size());
    exchange.part.copy(buffer, given);
    exchange.part.erase(0, given);
    exchange.sent += static_cast<int64_t>(given);
    return given;
  }

  // A body that must be sent again, after a connection that was kept had gone.
  static int Rewind(void* self, curl_off_t offset, int origin) {
    auto& exchange = *static_cast<Exchange*>(self);
    if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
    exchange.sent = offset;
    exchange.part.clear();
    return CURL_SEEKFUNC_OK;
  }

  static size_t Take(char* data, size_t size, size_t count, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    const size_t room = exchange.most - std::min(exchange.most, exchange.body.size());
    exchange.body.append(data, std::min(room, size * count));
    return size * count;
  }
};

// Connections that wait to be used again.
class S3Store::Handles {
 public:
  ~Handles() {
    for (CURL* handle : idle_) curl_easy_cleanup(handle);
  }

  // Null when the library refuses.
  CURL* Take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        CURL* const handle = idle_.back();
        idle_.pop_back();
        curl_easy_reset(handle);
        return handle;
      }
    }
    return curl_easy_init();
  }

  void Give(CURL* handle) {
    {
      const std::lock_guard lock(mutex_);
      if (idle_.size() < kMostIdle) {
        idle_.push_back(handle);
        return;
      }
    }
    curl_easy_cleanup(handle);
  }

 private:
  std::mutex mutex_;
  std::vector<CURL*> idle_;  // guarded by mutex_
};

absl::StatusOr<std::unique_ptr<S3Store>> S3Store::Create(S3Options options,
                                                         const base::Clock& clock) {
  if (!IsSafeEndpoint(options.endpoint)) return Invalid("endpoint");
  if (options.bucket.empty()) return Invalid("bucket");
  if (options.credentials.access_key.empty() || options.credentials.secret_key.empty()) {
    return Invalid("credentials");
  }
  if (options.credentials.region.empty()) return Invalid("region");
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return std::unique_ptr<S3Store>(new S3Store(std::move(options), clock));
}

S3Store::S3Store(S3Options options, const base::Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      host_(options_.endpoint.substr(options_.endpoint.find("://") + 3)),
      handles_(std::make_unique<Handles>()) {}

S3Store::~S3Store() = default;

std::string S3Store::PathOf(std::string_view key) const {
  return base::Cat("/", options_.bucket, options_.prefix.empty() ? "" : "/", options_.prefix, "/",
                   key.substr(0, 2), "/", key);
}

absl::Status S3Store::Run(Exchange& exchange) const {
  RONGHE_RETURN_IF_ERROR(CheckKey(exchange.key));
  const absl::Time now = clock_.Now();
  SignedRequest request{
      .method = exchange.method,
      .path = PathOf(exchange.key),
      .query = {},
      .headers = exchange.headers,
      .payload_sha256 = std::string(exchange.content == nullptr ? kEmptySha256 : exchange.key)};
  request.headers["host"] = host_;
  request.headers["x-amz-content-sha256"] = request.payload_sha256;
  request.headers["x-amz-date"] = AmzDate(now);
  HeaderList headers;
  for (const auto& [name, value] : request.headers) headers.Add(base::Cat(name, ": ", value));
  headers.Add(base::Cat("authorization: ", Authorization(request, options_.credentials, now)));
  headers.Add("expect:");

  CURL* const curl = handles_->Take();
  if (curl == nullptr) return ObjectStoreFailed("connect", "curl_easy_init");
  const std::string url = base::Cat(options_.endpoint, UriEncode(request.path, true));
  char problem[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.connect_timeout)));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.timeout)));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, exchange.method.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Exchange::Take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, problem);
  if (!options_.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, options_.ca_file.c_str());
  }
  if (exchange.method == "HEAD") curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  if (exchange.content != nullptr) {
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE,
                     static_cast<curl_off_t>(exchange.content->size));
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, &Exchange::Send);
    curl_easy_setopt(curl, CURLOPT_READDATA, &exchange);
    curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, &Exchange::Rewind);
    curl_easy_setopt(curl, CURLOPT_SEEKDATA, &exchange);
  }
  const CURLcode code = curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &exchange.status);
  curl_off_t length = -1;
  curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  exchange.length = length;
  // What it was told lies on this stack.
  curl_easy_reset(curl);
  handles_->Give(curl);
  RONGHE_RETURN_IF_ERROR(exchange.read);
  if (code != CURLE_OK) {
    return ObjectStoreFailed(exchange.method, problem[0] != 0 ? problem : curl_easy_strerror(code));
  }
  if (exchange.status == 404) return ObjectNotFound(exchange.key);
  if (exchange.status >= 200 && exchange.status < 300) return absl::OkStatus();
  return ObjectStoreFailed(exchange.method, base::Cat("HTTP ", exchange.status));
}

absl::Status S3Store::Put(const Content& content) {
  RONGHE_RETURN_IF_ERROR(CheckKey(content.key));
  Exchange exchange{.method = "PUT", .key = content.key, .content = &content};
  return Run(exchange);
}

absl::StatusOr<std::string> S3Store::Get(std::string_view key, int64_t offset, int64_t size) {
  if (size == 0) return std::string();
  Exchange exchange{.method = "GET",
                    .key = std::string(key),
                    .headers = {{"range", base::Cat("bytes=", offset, "-", offset + size - 1)}},
                    .most = static_cast<size_t>(size)};
  const absl::Status status = Run(exchange);
  if (exchange.status == 416) return ObjectDamaged(key);
  RONGHE_RETURN_IF_ERROR(status);
  // A store that takes no ranges would send the whole from its start.
  if (exchange.status != 206) return ObjectStoreFailed("GET", "no ranges");
  if (static_cast<int64_t>(exchange.body.size()) != size) return ObjectDamaged(key);
  return std::move(exchange.body);
}

absl::StatusOr<ObjectInfo> S3Store::Stat(std::string_view key) {
  Exchange exchange{.method = "HEAD", .key = std::string(key)};
  RONGHE_RETURN_IF_ERROR(Run(exchange));
  return ObjectInfo{exchange.length};
}

absl::Status S3Store::Delete(std::string_view key) {
  Exchange exchange{.method = "DELETE", .key = std::string(key)};
  const absl::Status status = Run(exchange);
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

}  // namespace ronghe::object
