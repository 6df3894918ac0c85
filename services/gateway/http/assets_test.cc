#include "services/gateway/http/assets.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "common/testing/matchers.h"
#include "services/gateway/http/encoding.h"

namespace ronghe::gateway::http {
namespace {

// What a browser makes of a gzip member.
std::string Gunzip(std::string bytes) {
  std::string out(1 << 20, '\0');
  z_stream stream = {};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(Encoding, GzipIsTakenWhereItIsNamedWithAWeight) {
  for (const char* header :
       {"gzip", "GZIP", "x-gzip", "deflate, gzip;q=1.0, *;q=0.5", "br;q=1,gzip ; q=0.001", "*",
        "gzip, deflate, br, zstd", "gzip;Q=0.5"}) {
    EXPECT_TRUE(AcceptsGzip(header)) << header;
  }
  for (const char* header : {"", "identity", "br", "gzip;q=0", "gzip;q=0.000", "gzip; q=0, *",
                             "*;q=0", "gzip;q=much", "gzipped", "deflate;gzip"}) {
    EXPECT_FALSE(AcceptsGzip(header)) << header;
  }
}

TEST(Encoding, GzipComesBackAsItWas) {
  for (const std::string& bytes : {std::string(), std::string("a"), std::string(300000, 'x')}) {
    EXPECT_EQ(Gunzip(Gzip(bytes)), bytes);
  }
}

class ConsoleTest : public ::testing::Test {
 protected:
  ConsoleTest() {
    directory_ = ::testing::TempDir() + "console_test_XXXXXX";
    EXPECT_NE(::mkdtemp(directory_.data()), nullptr);
    Write("index.html", "<!DOCTYPE html><title>融合</title>" + std::string(500, ' '));
    Write("favicon.svg", "<svg/>");
    Write("assets/index-Bx3k.js", std::string(5000, ';'));
    Write("assets/fonts/a-9f.woff2", std::string(500, 'w'));
  }
  ~ConsoleTest() override { std::filesystem::remove_all(directory_); }

  void Write(const std::string& name, const std::string& bytes) {
    const std::filesystem::path path = std::filesystem::path(directory_) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << bytes;
  }

  std::string directory_;
  Assets assets_;
};

TEST_F(ConsoleTest, EveryFileIsAtItsPathAndTheIndexAtTheRoot) {
  ASSERT_OK(assets_.AddConsole(directory_));
  ASSERT_NE(assets_.Find("/"), nullptr);
  EXPECT_EQ(assets_.Find("/")->content_type, "text/html; charset=utf-8");
  EXPECT_EQ(assets_.Find("/")->etag, assets_.Find("/index.html")->etag);
  EXPECT_EQ(assets_.Find("/favicon.svg")->content_type, "image/svg+xml");
  EXPECT_EQ(assets_.Find("/assets/fonts/a-9f.woff2")->content_type, "font/woff2");
  for (const char* path : {"/assets", "/assets/", "/assets/../index.html", "/nothing", "",
                           "/assets/fonts", "//index.html"}) {
    EXPECT_EQ(assets_.Find(path), nullptr) << path;
  }
}

TEST_F(ConsoleTest, WhatIsNamedByItsContentIsNeverAskedForAgain) {
  ASSERT_OK(assets_.AddConsole(directory_));
  const auto kept = [this](const char* path) {
    return absl::StrContains(assets_.Find(path)->headers, "max-age=31536000, immutable\r\n");
  };
  EXPECT_TRUE(kept("/assets/index-Bx3k.js"));
  EXPECT_TRUE(kept("/assets/fonts/a-9f.woff2"));
  EXPECT_FALSE(kept("/"));
  EXPECT_FALSE(kept("/favicon.svg"));
  EXPECT_TRUE(absl::StrContains(assets_.Find("/")->headers, "Cache-Control: no-cache\r\n"));
}

TEST_F(ConsoleTest, TextHasACompressedFormOfItsOwn) {
  ASSERT_OK(assets_.AddConsole(directory_));
  const Asset& plain = *assets_.Find("/assets/index-Bx3k.js", "br");
  const Asset& gzip = *assets_.Find("/assets/index-Bx3k.js", "gzip");
  EXPECT_EQ(Gunzip(gzip.bytes), plain.bytes);
  EXPECT_LT(gzip.bytes.size(), plain.bytes.size());
  EXPECT_NE(gzip.etag, plain.etag);
  EXPECT_TRUE(absl::StrContains(gzip.headers, "Content-Encoding: gzip\r\n"));
  EXPECT_FALSE(absl::StrContains(plain.headers, "Content-Encoding"));
  for (const Asset* form : {&plain, &gzip}) {
    EXPECT_TRUE(absl::StrContains(form->headers, "Vary: Accept-Encoding\r\n"));
  }
  // Shorter than its gzip would be, and bytes that are compressed already.
  EXPECT_EQ(assets_.Find("/favicon.svg", "gzip")->bytes, "<svg/>");
  const Asset& font = *assets_.Find("/assets/fonts/a-9f.woff2", "gzip");
  EXPECT_EQ(font.bytes.size(), 500U);
  EXPECT_FALSE(absl::StrContains(font.headers, "Vary"));
}

TEST_F(ConsoleTest, PagesLoadOnlyWhatTheGatewayServes) {
  ASSERT_OK(assets_.AddConsole(directory_));
  const std::string& headers = assets_.Find("/")->headers;
  EXPECT_TRUE(absl::StrContains(headers, "Content-Security-Policy: default-src 'self'; "));
  EXPECT_FALSE(absl::StrContains(headers, "unsafe"));
}

TEST_F(ConsoleTest, AConsoleThatIsNoneIsRefused) {
  EXPECT_THAT(assets_.AddConsole(directory_ + "/nothing"),
              testing::StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(assets_.AddConsole(directory_ + "/assets/fonts"),
              testing::StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ConsoleTest, NoFileTakesThePlaceOfAnotherPage) {
  assets_.Add("/openapi.json", {"application/json", "{}"});
  Write("openapi.json", "[]");
  EXPECT_THAT(assets_.AddConsole(directory_),
              testing::StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ConsoleTest, AFileOfAnUnknownTypeIsRefused) {
  Write("assets/program.exe", "MZ");
  EXPECT_THAT(assets_.AddConsole(directory_),
              testing::StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace ronghe::gateway::http
