#include "common/rpc/tls.h"

#include <grpc/grpc_security.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "common/base/status_macros.h"
#include "common/config/config.h"
#include "common/error/error.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"

namespace ronghe::rpc {
namespace {

using grpc::experimental::FileWatcherCertificateProvider;

// How often the files are looked at.
constexpr unsigned kRefreshSeconds = 1;

std::shared_ptr<FileWatcherCertificateProvider> Watch(const TlsFiles& files) {
  return std::make_shared<FileWatcherCertificateProvider>(files.key_file, files.cert_file,
                                                          files.ca_file, kRefreshSeconds);
}

bool BelongTogether(const std::string& certificate, const std::string& key) {
  using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
  const Bio shown(BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size())),
                  BIO_free);
  const Bio secret(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())), BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> leaf(
      PEM_read_bio_X509(shown.get(), nullptr, nullptr, nullptr), X509_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> own(
      PEM_read_bio_PrivateKey(secret.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  return leaf != nullptr && own != nullptr && X509_check_private_key(leaf.get(), own.get()) == 1;
}

// The caller releases them.
grpc_tls_credentials_options* CoreOptions(const TlsFiles& files) {
  grpc_tls_credentials_options* const options = grpc_tls_credentials_options_create();
  grpc_tls_credentials_options_set_certificate_provider(options, Watch(files)->c_provider());
  grpc_tls_credentials_options_watch_identity_key_cert_pairs(options);
  if (!files.ca_file.empty()) grpc_tls_credentials_options_watch_root_certs(options);
  return options;
}

}  // namespace

absl::Status CheckTlsFiles(const TlsFiles& files) {
  RONGHE_ASSIGN_OR_RETURN(const std::string certificate, config::ReadFile(files.cert_file));
  RONGHE_ASSIGN_OR_RETURN(const std::string key, config::ReadSecret(files.key_file));
  if (!files.ca_file.empty()) RONGHE_RETURN_IF_ERROR(config::ReadFile(files.ca_file).status());
  if (BelongTogether(certificate, key)) return absl::OkStatus();
  return error::Make(absl::StatusCode::kInvalidArgument, "TLS_FILES_INVALID",
                     "证书与私钥不匹配或无法读取",
                     {{"cert_file", files.cert_file}, {"key_file", files.key_file}});
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentials(const TlsFiles& files) {
  RONGHE_RETURN_IF_ERROR(CheckTlsFiles(files));
  RONGHE_RETURN_IF_ERROR(config::ReadFile(files.ca_file).status());
  grpc::experimental::TlsServerCredentialsOptions options(Watch(files));
  options.watch_identity_key_cert_pairs();
  options.watch_root_certs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ChannelCredentials(
    const TlsFiles& files) {
  RONGHE_RETURN_IF_ERROR(CheckTlsFiles(files));
  RONGHE_RETURN_IF_ERROR(config::ReadFile(files.ca_file).status());
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(Watch(files));
  options.watch_identity_key_cert_pairs();
  options.watch_root_certs();
  return grpc::experimental::TlsCredentials(options);
}

absl::StatusOr<grpc_server_credentials*> CoreServerCredentials(const TlsFiles& files,
                                                               bool required) {
  RONGHE_RETURN_IF_ERROR(CheckTlsFiles(files));
  grpc_tls_credentials_options* const options = CoreOptions(files);
  if (!files.ca_file.empty()) {
    grpc_tls_credentials_options_set_cert_request_type(
        options, required ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                          : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return grpc_tls_server_credentials_create(options);
}

absl::StatusOr<grpc_channel_credentials*> CoreChannelCredentials(const TlsFiles& files) {
  RONGHE_RETURN_IF_ERROR(CheckTlsFiles(files));
  RONGHE_RETURN_IF_ERROR(config::ReadFile(files.ca_file).status());
  return grpc_tls_credentials_create(CoreOptions(files));
}

}  // namespace ronghe::rpc
