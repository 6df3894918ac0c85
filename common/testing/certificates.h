// Where does a test get certificates for mutual TLS?
#ifndef RONGHE_COMMON_TESTING_CERTIFICATES_H_
#define RONGHE_COMMON_TESTING_CERTIFICATES_H_

#include <filesystem>
#include <string>

#include "common/config/common.pb.h"

struct evp_pkey_st;
struct x509_st;

namespace ronghe::testing {

// An authority made for this object, with its files in a directory that goes with it.
class TestAuthority {
 public:
  TestAuthority();
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  // Certificate, key and authority of a process called `name`, for example "meeting.ronghe": its
  // common name and DNS name; good for "localhost" and 127.0.0.1 too.
  config::v1::Tls Issue(const std::string& name);

  const std::filesystem::path& directory() const { return directory_; }

 private:
  std::filesystem::path directory_;
  evp_pkey_st* key_ = nullptr;
  x509_st* certificate_ = nullptr;
  long serial_ = 1;
};

}  // namespace ronghe::testing

#endif  // RONGHE_COMMON_TESTING_CERTIFICATES_H_
