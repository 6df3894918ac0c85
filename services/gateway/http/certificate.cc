#include "services/gateway/http/certificate.h"

#include <openssl/x509.h>

#include "common/crypto/bytes.h"

namespace ronghe::gateway::http {
namespace {

std::string CommonName(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return {};
  unsigned char* text = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  if (size < 0) return {};
  std::string name(reinterpret_cast<const char*>(text), static_cast<size_t>(size));
  OPENSSL_free(text);
  // A name that another reader would see end early is no name.
  return name.find('\0') == std::string::npos ? name : std::string();
}

}  // namespace

ClientCertificate ReadCertificate(const x509_st* certificate) {
  ClientCertificate read;
  if (certificate == nullptr) return read;
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) return read;
  read.der.assign(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  read.x5t_s256 = crypto::Base64UrlEncode(crypto::Sha256(read.der));
  read.common_name = CommonName(certificate);
  return read;
}

}  // namespace ronghe::gateway::http
