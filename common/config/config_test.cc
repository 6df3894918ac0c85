#include "common/config/config.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "common/config/common.pb.h"
#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::config {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class ConfigTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "config_test_XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string Write(const std::string& content, mode_t mode = 0600) {
    std::string path = directory_ + "/file";
    std::ofstream(path) << content;
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
    return path;
  }

  std::string directory_;
};

TEST_F(ConfigTest, LoadsTextproto) {
  auto common = Load<v1::Common>(Write(R"(
    # comment
    server { listen: "127.0.0.1:7101" workers: 4 tls { cert_file: "c" } }
    callers { service: "*" allowed_names: "gateway.ronghe" }
  )"));
  ASSERT_TRUE(common.ok()) << common.status();
  EXPECT_EQ(common->server().listen(), "127.0.0.1:7101");
  EXPECT_EQ(common->server().workers(), 4);
  EXPECT_EQ(common->callers(0).allowed_names(0), "gateway.ronghe");
}

TEST_F(ConfigTest, NamesTheLineOfAnUnknownField) {
  std::string path = Write("server {\n  listen: \"x\"\n  lisen: \"y\"\n}\n");
  absl::Status status = Load<v1::Common>(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(error::Reason(status), "CONFIG_INVALID");
  EXPECT_THAT(error::MetadataValue(status, "where"), HasSubstr(path + ":3:"));
  EXPECT_THAT(error::MetadataValue(status, "where"), HasSubstr("lisen"));
}

TEST_F(ConfigTest, RefusesWrongTypesAndRepeatedScalars) {
  for (const char* text : {"server { workers: \"four\" }", "server { workers: 1 workers: 2 }",
                           "server {", "server { workers: 99999999999 }"}) {
    EXPECT_EQ(error::Reason(Load<v1::Common>(Write(text)).status()), "CONFIG_INVALID") << text;
  }
}

TEST_F(ConfigTest, MissingFileIsNotFound) {
  absl::Status status = Load<v1::Common>(directory_ + "/absent").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(error::Reason(status), "FILE_UNREADABLE");
  EXPECT_EQ(error::Reason(ReadFile(directory_).status()), "FILE_UNREADABLE");
}

TEST_F(ConfigTest, SecretLosesItsNewline) {
  auto secret = ReadSecret(Write(" pass word \n"));
  ASSERT_TRUE(secret.ok());
  EXPECT_EQ(*secret, " pass word ");
  EXPECT_EQ(ReadSecret(Write("x\r\n")).value(), "x");
  EXPECT_EQ(ReadSecret(Write("x")).value(), "x");
}

TEST_F(ConfigTest, RefusesASecretThatOthersMayRead) {
  for (mode_t mode : {0640, 0604, 0660, 0644, 0601}) {
    absl::Status status = ReadSecret(Write("secret", mode)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << mode;
    EXPECT_EQ(error::Reason(status), "SECRET_EXPOSED") << mode;
    EXPECT_THAT(error::MessageZh(status), EndsWith("chmod 600"));
  }
  EXPECT_TRUE(ReadSecret(Write("secret", 0400)).ok());
}

TEST_F(ConfigTest, RefusesAnEmptySecret) {
  EXPECT_EQ(error::Reason(ReadSecret(Write("\n")).status()), "SECRET_EMPTY");
}

}  // namespace
}  // namespace ronghe::config
