// How does a test speak TLS? OpenSSL over a blocking socket, as well or as badly as it is told.
#pragma once

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

#include "common/config/common.pb.h"
#include "services/gateway/testing/http_client.h"

namespace ronghe::gateway::testing {

struct TlsClientOptions {
  std::string ca_file;
  int oldest = TLS1_VERSION;
  int newest = TLS1_3_VERSION;
  // OpenSSL's names; empty: its defaults.
  std::string suites12 = {};
  // Shown to the server; empty: none.
  config::v1::Tls certificate = {};
};

class TlsClient {
 public:
  TlsClient(int port, const TlsClientOptions& options)
      : socket_(port),
        context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free),
        ssl_(nullptr, &SSL_free) {
    SSL_CTX* const context = context_.get();
    SSL_CTX_load_verify_locations(context, options.ca_file.c_str(), nullptr);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, options.oldest);
    SSL_CTX_set_max_proto_version(context, options.newest);
    if (!options.suites12.empty()) SSL_CTX_set_cipher_list(context, options.suites12.c_str());
    if (!options.certificate.cert_file().empty()) {
      SSL_CTX_use_certificate_chain_file(context, options.certificate.cert_file().c_str());
      SSL_CTX_use_PrivateKey_file(context, options.certificate.key_file().c_str(),
                                  SSL_FILETYPE_PEM);
    }
    ssl_.reset(SSL_new(context));
    SSL_set_fd(ssl_.get(), socket_.fd());
    connected_ = SSL_connect(ssl_.get()) == 1;
  }

  bool connected() const { return connected_; }
  SSL* ssl() { return ssl_.get(); }

  // Sends `request` and reads until the server ends the connection; empty when no connection came
  // about.
  std::string Ask(std::string_view request) {
    std::string answer;
    if (!connected_) return answer;
    SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size()));
    char bytes[4096];
    for (int got; (got = SSL_read(ssl_.get(), bytes, sizeof bytes)) > 0;) {
      answer.append(bytes, static_cast<size_t>(got));
    }
    return answer;
  }

  // The serial number of the server's certificate.
  long serial() {
    const std::unique_ptr<X509, void (*)(X509*)> shown(SSL_get1_peer_certificate(ssl_.get()),
                                                       &X509_free);
    return ASN1_INTEGER_get(X509_get0_serialNumber(shown.get()));
  }

 private:
  HttpClient socket_;
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
  bool connected_ = false;
};

}  // namespace ronghe::gateway::testing
