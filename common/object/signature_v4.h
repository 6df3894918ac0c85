// How is a request to an S3-compatible store signed (AWS Signature Version 4)?
#ifndef RONGHE_COMMON_OBJECT_SIGNATURE_V4_H_
#define RONGHE_COMMON_OBJECT_SIGNATURE_V4_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "common/crypto/bytes.h"

namespace ronghe::object {

// Who signs, and for where.
struct Credentials {
  std::string access_key;
  crypto::Secret secret_key;
  std::string region;
  std::string service = "s3";
};

// What is signed. Header names are lower case; every header given is signed, "host" and
// "x-amz-date" among them.
struct SignedRequest {
  std::string method;
  std::string path;                          // not encoded, beginning with "/"
  std::map<std::string, std::string> query;  // not encoded
  std::map<std::string, std::string> headers;
  std::string payload_sha256;  // in hex
};

// RFC 3986: everything but letters, digits and "-._~" becomes %XX; "/" stays when `path`.
std::string UriEncode(std::string_view text, bool path);

// "20130524T000000Z".
std::string AmzDate(absl::Time time);

// The steps of the signature, in the standard's words.
std::string CanonicalRequest(const SignedRequest& request);
std::string StringToSign(const SignedRequest& request, const Credentials& credentials,
                         absl::Time time);
std::string SigningKey(const Credentials& credentials, absl::Time time);

// The value of the Authorization header.
std::string Authorization(const SignedRequest& request, const Credentials& credentials,
                          absl::Time time);

}  // namespace ronghe::object

#endif  // RONGHE_COMMON_OBJECT_SIGNATURE_V4_H_
