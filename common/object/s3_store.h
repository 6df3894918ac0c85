// How do objects lie in a store that speaks S3?
//
// Path style, https://endpoint/bucket/prefix/ab/abcd…, every request signed (signature_v4.h). An
// object's key is its SHA-256, which is what S3 wants to be told of a body that is signed: the
// store itself refuses bytes that are not the key's.
#ifndef RONGHE_COMMON_OBJECT_S3_STORE_H_
#define RONGHE_COMMON_OBJECT_S3_STORE_H_

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/object/object_store.h"
#include "common/object/signature_v4.h"

namespace ronghe::object {

struct S3Options {
  std::string endpoint;  // "https://s3.example.gov.cn:9000"; http only for loopback
  std::string bucket;
  std::string prefix;   // "ronghe/membership"; may be empty
  std::string ca_file;  // empty: the system's
  Credentials credentials;
  absl::Duration connect_timeout = absl::Seconds(5);
  absl::Duration timeout = absl::Seconds(60);  // of one request
};

class S3Store : public ObjectStore {
 public:
  // `clock` must outlive it.
  //
  // Errors: INVALID_ARGUMENT OBJECT_STORE_INVALID for an endpoint that is neither https nor
  // loopback, or without bucket or credentials.
  static absl::StatusOr<std::unique_ptr<S3Store>> Create(S3Options options,
                                                         const base::Clock& clock);
  ~S3Store() override;

  absl::Status Put(const Content& content) override;
  absl::StatusOr<std::string> Get(std::string_view key, int64_t offset, int64_t size) override;
  absl::StatusOr<ObjectInfo> Stat(std::string_view key) override;
  absl::Status Delete(std::string_view key) override;

 private:
  struct Exchange;
  class Handles;

  S3Store(S3Options options, const base::Clock& clock);

  absl::Status Run(Exchange& exchange) const;
  std::string PathOf(std::string_view key) const;

  const S3Options options_;
  const base::Clock& clock_;
  const std::string host_;  // as the Host header has it
  const std::unique_ptr<Handles> handles_;
};

}  // namespace ronghe::object

#endif  // RONGHE_COMMON_OBJECT_S3_STORE_H_
