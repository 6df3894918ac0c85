#include "services/gateway/http/tls.h"

#include <openssl/ssl.h>
#include <sys/stat.h>

#include <utility>

#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/log/log.h"

namespace ronghe::gateway::http {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

constexpr char kSuites12[] =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
constexpr char kSuites13[] =
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
constexpr char kGroups[] = "X25519:P-256:P-384";

bool Restrict(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return SSL_CTX_set_num_tickets(context, 0) == 1 &&
         SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kSuites12) == 1 &&
         SSL_CTX_set_ciphersuites(context, kSuites13) == 1 &&
         SSL_CTX_set1_groups_list(context, kGroups) == 1;
}

absl::Status Invalid(const std::string& file, std::string_view why) {
  return error::Make(absl::StatusCode::kInvalidArgument, "TLS_FILES_INVALID",
                     base::Cat("无法使用证书文件 ", file, ":", why),
                     {{"file", file}, {"cause", std::string(why)}});
}

}  // namespace

TlsFiles::TlsFiles(std::string cert_file, std::string key_file, std::string ca_file)
    : cert_file_(std::move(cert_file)),
      key_file_(std::move(key_file)),
      ca_file_(std::move(ca_file)) {}

absl::StatusOr<std::unique_ptr<TlsFiles>> TlsFiles::Load(std::string cert_file,
                                                         std::string key_file,
                                                         std::string ca_file) {
  std::unique_ptr<TlsFiles> files(
      new TlsFiles(std::move(cert_file), std::move(key_file), std::move(ca_file)));
  files->mark_ = files->Mark();
  RONGHE_ASSIGN_OR_RETURN(files->current_, files->Read());
  return files;
}

absl::StatusOr<std::shared_ptr<ssl::context>> TlsFiles::Read() const {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  error_code ec;
  if (!Restrict(context->native_handle())) return Invalid(cert_file_, "OpenSSL");
  context->use_certificate_chain_file(cert_file_, ec);
  if (ec) return Invalid(cert_file_, ec.message());
  // Fails for a key of another certificate too.
  context->use_private_key_file(key_file_, ssl::context::pem, ec);
  if (ec) return Invalid(key_file_, ec.message());
  if (ca_file_.empty()) return context;
  context->load_verify_file(ca_file_, ec);
  STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(ca_file_.c_str());
  if (ec || names == nullptr) return Invalid(ca_file_, ec.message());
  SSL_CTX_set_client_CA_list(context->native_handle(), names);
  // Whoever shows none is a person or brings a token.
  context->set_verify_mode(ssl::verify_peer, ec);
  if (ec) return Invalid(ca_file_, ec.message());
  return context;
}

std::string TlsFiles::Mark() const {
  std::string mark;
  for (const std::string* file : {&cert_file_, &key_file_, &ca_file_}) {
    struct stat info = {};
    if (file->empty() || stat(file->c_str(), &info) != 0) continue;
    absl::StrAppend(&mark, info.st_ino, ":", info.st_size, ":", info.st_mtim.tv_sec, ".",
                    info.st_mtim.tv_nsec, " ");
  }
  return mark;
}

std::shared_ptr<ssl::context> TlsFiles::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

bool TlsFiles::Refresh() {
  const std::lock_guard lock(mutex_);
  // Before the files are read: a change while they are is seen the next time.
  std::string mark = Mark();
  if (mark == mark_ || mark == failed_) return false;
  auto read = Read();
  if (!read.ok()) {
    log::Warn("tls_files_invalid", {{"error", read.status()}});
    failed_ = std::move(mark);
    return false;
  }
  current_ = *std::move(read);
  mark_ = std::move(mark);
  failed_.clear();
  log::Info("tls_files_taken_up", {{"cert_file", cert_file_}});
  return true;
}

}  // namespace ronghe::gateway::http
