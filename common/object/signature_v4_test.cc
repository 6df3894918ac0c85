// The examples that Amazon publishes with the signature ("Authenticating Requests: Using the
// Authorization Header", and "Deriving the signing key").
#include "common/object/signature_v4.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::object {
namespace {

using ::testing::EndsWith;
using ::testing::Eq;

constexpr char kEmpty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

Credentials Example() {
  return {.access_key = "AKIAIOSFODNN7EXAMPLE",
          .secret_key = crypto::Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
          .region = "us-east-1"};
}

absl::Time ExampleTime() {
  return absl::FromCivil(absl::CivilDay(2013, 5, 24), absl::UTCTimeZone());
}

SignedRequest Request(std::string method, std::string path) {
  return {.method = std::move(method),
          .path = std::move(path),
          .query = {},
          .headers = {{"host", "examplebucket.s3.amazonaws.com"},
                      {"x-amz-content-sha256", kEmpty},
                      {"x-amz-date", "20130524T000000Z"}},
          .payload_sha256 = kEmpty};
}

TEST(SignatureV4Test, GetObject) {
  SignedRequest request = Request("GET", "/test.txt");
  request.headers["range"] = "bytes=0-9";
  EXPECT_EQ(CanonicalRequest(request),
            "GET\n/test.txt\n\n"
            "host:examplebucket.s3.amazonaws.com\n"
            "range:bytes=0-9\n"
            "x-amz-content-sha256:"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
            "x-amz-date:20130524T000000Z\n\n"
            "host;range;x-amz-content-sha256;x-amz-date\n"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(StringToSign(request, Example(), ExampleTime()),
            "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"
            "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972");
  EXPECT_EQ(Authorization(request, Example(), ExampleTime()),
            "AWS4-HMAC-SHA256 "
            "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(SignatureV4Test, PutObject) {
  SignedRequest request = Request("PUT", "/test$file.text");
  request.payload_sha256 = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
  request.headers["x-amz-content-sha256"] = request.payload_sha256;
  request.headers["date"] = "Fri, 24 May 2013 00:00:00 GMT";
  request.headers["x-amz-storage-class"] = "REDUCED_REDUNDANCY";
  EXPECT_THAT(
      Authorization(request, Example(), ExampleTime()),
      EndsWith("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
}

TEST(SignatureV4Test, GetBucketLifecycle) {
  SignedRequest request = Request("GET", "/");
  request.query["lifecycle"] = "";
  EXPECT_THAT(
      Authorization(request, Example(), ExampleTime()),
      EndsWith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
}

TEST(SignatureV4Test, ListObjects) {
  SignedRequest request = Request("GET", "/");
  request.query = {{"max-keys", "2"}, {"prefix", "J"}};
  EXPECT_THAT(
      Authorization(request, Example(), ExampleTime()),
      EndsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST(SignatureV4Test, SigningKeyIsDerivedStepByStep) {
  const Credentials credentials{
      .access_key = "AKIDEXAMPLE",
      .secret_key = crypto::Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
      .region = "us-east-1",
      .service = "iam"};
  const absl::Time day = absl::FromCivil(absl::CivilDay(2012, 2, 15), absl::UTCTimeZone());
  EXPECT_EQ(crypto::HexEncode(SigningKey(credentials, day)),
            "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d");
}

TEST(SignatureV4Test, EncodesAllButUnreservedCharacters) {
  EXPECT_THAT(UriEncode("/a b/中~-._*", true), Eq("/a%20b/%E4%B8%AD~-._%2A"));
  EXPECT_THAT(UriEncode("a/b=c", false), Eq("a%2Fb%3Dc"));
}

}  // namespace
}  // namespace ronghe::object
