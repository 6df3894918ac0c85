#include "common/codegen/generator.h"

#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/compiler/importer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "gtest/gtest.h"

namespace ronghe::codegen {
namespace {

constexpr char kTestdata[] = "common/codegen/testdata/";

class Output : public google::protobuf::compiler::GeneratorContext {
 public:
  google::protobuf::io::ZeroCopyOutputStream* Open(const std::string& name) override {
    return new google::protobuf::io::StringOutputStream(&files[name]);
  }
  std::map<std::string, std::string> files;
};

class Errors : public google::protobuf::compiler::MultiFileErrorCollector {
 public:
  void AddError(const std::string& file, int line, int, const std::string& message) override {
    ADD_FAILURE() << file << ":" << line << ": " << message;
  }
};

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class GeneratorTest : public ::testing::Test {
 protected:
  GeneratorTest() : importer_(&tree_, &errors_) {
    tree_.MapPath("", kTestdata);
    tree_.MapPath("", "protos");
    tree_.MapPath("", "/usr/include");
  }
  bool Generate(const std::string& file) {
    const auto* descriptor = importer_.Import(file);
    return descriptor != nullptr && Generator().Generate(descriptor, "", &output_, &error_);
  }

  google::protobuf::compiler::DiskSourceTree tree_;
  Errors errors_;
  google::protobuf::compiler::Importer importer_;
  Output output_;
  std::string error_;
};

// With RONGHE_UPDATE_GOLDEN set the files are written instead of compared.
TEST_F(GeneratorTest, WritesTheGoldenFiles) {
  ASSERT_TRUE(Generate("sample.proto")) << error_;
  ASSERT_EQ(output_.files.size(), 2u);
  for (const auto& [name, text] : output_.files) {
    const std::string path = kTestdata + name + ".golden";
    if (std::getenv("RONGHE_UPDATE_GOLDEN") != nullptr) {
      std::ofstream(path, std::ios::binary) << text;
    }
    EXPECT_EQ(text, ReadFile(path)) << path;
  }
}

TEST_F(GeneratorTest, FilesWithoutServicesGiveNothing) {
  EXPECT_TRUE(Generate("ronghe/options/v1/options.proto"));
  EXPECT_TRUE(output_.files.empty());
}

TEST_F(GeneratorTest, StreamsOfRequestsAreRefused) {
  EXPECT_FALSE(Generate("client_stream.proto"));
  EXPECT_THAT(error_, ::testing::HasSubstr("Upload: a stream of requests is not supported"));
}

TEST_F(GeneratorTest, CoalescedStreamsAreRefused) {
  EXPECT_FALSE(Generate("coalesced_stream.proto"));
  EXPECT_THAT(error_, ::testing::HasSubstr("Watch: a stream of responses cannot be coalesced"));
}

}  // namespace
}  // namespace ronghe::codegen
