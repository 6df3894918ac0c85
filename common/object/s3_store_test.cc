// Does an S3-like server, which checks every signature by itself, take and give objects?
#include "common/object/s3_store.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <mutex>
#include <sstream>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::object {
namespace {

constexpr char kAccess[] = "access-of-the-test";
constexpr char kSecret[] = "secret/of+the=test";

std::string Hmac(const std::string& key, const std::string& data) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(data.data()), data.size(), out, &size);
  return std::string(reinterpret_cast<char*>(out), size);
}

std::string Sha256Hex(const std::string& data) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(data.data(), data.size(), out, &size, EVP_sha256(), nullptr);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<char*>(out), size));
}

// What one request was.
struct Seen {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;
  std::string body;
};

// A server for one request a connection. It computes the signature from the raw lines, without the
// code under test.
class SmallS3 {
 public:
  SmallS3() {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(listener_, 16), 0);
    socklen_t length = sizeof(address);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Loop(); });
  }
  ~SmallS3() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  std::string endpoint() const { return absl::StrCat("http://127.0.0.1:", port_); }
  std::map<std::string, std::string> objects() {
    const std::lock_guard lock(mutex_);
    return objects_;
  }
  std::vector<Seen> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  // The next request is answered with this status.
  void FailNext(int status) {
    const std::lock_guard lock(mutex_);
    fail_ = status;
  }

 private:
  void Loop() {
    for (;;) {
      const int peer = accept(listener_, nullptr, nullptr);
      if (peer < 0) return;
      Serve(peer);
      close(peer);
    }
  }

  void Serve(int peer) {
    std::string bytes;
    size_t end = std::string::npos;
    while ((end = bytes.find("\r\n\r\n")) == std::string::npos) {
      if (!Receive(peer, bytes)) return;
    }
    Seen seen;
    const std::vector<std::string> lines =
        absl::StrSplit(absl::string_view(bytes).substr(0, end), "\r\n");
    const std::vector<std::string> first = absl::StrSplit(lines[0], ' ');
    seen.method = first[0];
    seen.target = first[1];
    for (size_t i = 1; i < lines.size(); ++i) {
      const std::pair<std::string, std::string> header =
          absl::StrSplit(lines[i], absl::MaxSplits(':', 1));
      seen.headers[absl::AsciiStrToLower(header.first)] =
          std::string(absl::StripAsciiWhitespace(header.second));
    }
    size_t length = 0;
    if (seen.headers.contains("content-length")) {
      EXPECT_TRUE(absl::SimpleAtoi(seen.headers["content-length"], &length));
    }
    seen.body = bytes.substr(end + 4);
    while (seen.body.size() < length) {
      if (!Receive(peer, seen.body)) return;
    }
    // Before the answer, which the test may go on after.
    const std::lock_guard lock(mutex_);
    seen_.push_back(seen);
    Answer(peer, seen);
  }

  static bool Receive(int peer, std::string& into) {
    char buffer[65536];
    const ssize_t got = recv(peer, buffer, sizeof(buffer), 0);
    if (got <= 0) return false;
    into.append(buffer, static_cast<size_t>(got));
    return true;
  }

  static void Send(int peer, int status, const std::string& body, bool head = false) {
    const std::string answer =
        absl::StrCat("HTTP/1.1 ", status, " X\r\nContent-Length: ", body.size(),
                     "\r\nConnection: close\r\n\r\n", head ? "" : body);
    size_t sent = 0;
    while (sent < answer.size()) {
      const ssize_t now = send(peer, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      if (now <= 0) return;
      sent += static_cast<size_t>(now);
    }
  }

  void Answer(int peer, Seen& seen) {
    if (fail_ != 0) return Send(peer, std::exchange(fail_, 0), "<Error/>");
    if (!SignatureIsRight(seen)) return Send(peer, 403, "<Error>SignatureDoesNotMatch</Error>");
    if (seen.method == "PUT") {
      if (Sha256Hex(seen.body) != seen.headers["x-amz-content-sha256"]) {
        return Send(peer, 400, "<Error>XAmzContentSHA256Mismatch</Error>");
      }
      objects_[seen.target] = seen.body;
      return Send(peer, 200, "");
    }
    const auto object = objects_.find(seen.target);
    if (object == objects_.end()) return Send(peer, 404, "<Error/>", seen.method == "HEAD");
    if (seen.method == "DELETE") {
      objects_.erase(object);
      return Send(peer, 204, "");
    }
    if (seen.method == "HEAD") return Send(peer, 200, object->second, true);
    size_t from = 0;
    size_t to = 0;
    if (sscanf(seen.headers["range"].c_str(), "bytes=%zu-%zu", &from, &to) != 2) {
      return Send(peer, 200, object->second);
    }
    if (from >= object->second.size()) return Send(peer, 416, "<Error/>");
    Send(peer, 206, object->second.substr(from, to - from + 1));
  }

  static bool SignatureIsRight(Seen& seen) {
    const std::string& given = seen.headers["authorization"];
    const auto field = [&](const std::string& name) {
      const size_t at = given.find(name + "=");
      if (at == std::string::npos) return std::string();
      const size_t from = at + name.size() + 1;
      return given.substr(from, given.find(',', from) - from);
    };
    const std::vector<std::string> scope = absl::StrSplit(field("Credential"), '/');
    if (scope.size() != 5 || scope[0] != kAccess) return false;
    std::ostringstream canonical;
    canonical << seen.method << "\n" << seen.target << "\n\n";
    const std::string names = field("SignedHeaders");
    bool host = false;
    for (const auto& name : absl::StrSplit(names, ';')) {
      host = host || name == "host";
      canonical << name << ":" << seen.headers[std::string(name)] << "\n";
    }
    if (!host) return false;
    canonical << "\n" << names << "\n" << seen.headers["x-amz-content-sha256"];
    const std::string text =
        absl::StrCat("AWS4-HMAC-SHA256\n", seen.headers["x-amz-date"], "\n", scope[1], "/",
                     scope[2], "/", scope[3], "/", scope[4], "\n", Sha256Hex(canonical.str()));
    const std::string key = Hmac(
        Hmac(Hmac(Hmac(std::string("AWS4") + kSecret, scope[1]), scope[2]), scope[3]), scope[4]);
    return absl::BytesToHexString(Hmac(key, text)) == field("Signature");
  }

  int listener_ = -1;
  int port_ = 0;
  std::mutex mutex_;  // of what follows
  int fail_ = 0;
  std::map<std::string, std::string> objects_;
  std::vector<Seen> seen_;
  std::thread thread_;
};

class S3StoreTest : public ::testing::Test {
 protected:
  S3StoreTest() { store_ = Store(kSecret); }

  std::unique_ptr<S3Store> Store(const char* secret) {
    S3Options options{.endpoint = server_.endpoint(), .bucket = "files", .prefix = "ronghe"};
    options.credentials = {
        .access_key = kAccess, .secret_key = crypto::Secret(secret), .region = "cn-north-1"};
    auto store = S3Store::Create(std::move(options), base::Clock::Real());
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  static Content ContentOf(const std::string& bytes) {
    return *Describe(static_cast<int64_t>(bytes.size()),
                     [bytes](int64_t offset, size_t limit) -> absl::StatusOr<std::string> {
                       return bytes.substr(static_cast<size_t>(offset), limit);
                     });
  }

  SmallS3 server_;
  std::unique_ptr<S3Store> store_;
};

TEST_F(S3StoreTest, PutsGetsStatsAndDeletesByAnyRange) {
  std::string bytes(1'500'000, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 >> 2);
  const Content content = ContentOf(bytes);
  ASSERT_TRUE(store_->Put(content).ok());
  EXPECT_TRUE(server_.objects().contains(
      absl::StrCat("/files/ronghe/", content.key.substr(0, 2), "/", content.key)));
  EXPECT_EQ(server_.seen().at(0).headers.at("x-amz-content-sha256"), content.key);
  EXPECT_EQ(store_->Stat(content.key)->size, 1'500'000);
  EXPECT_EQ(*store_->Get(content.key, 0, 1'500'000), bytes);
  EXPECT_EQ(*store_->Get(content.key, 1'499'999, 1), bytes.substr(1'499'999));
  EXPECT_EQ(error::Reason(store_->Get(content.key, 1'499'999, 2).status()), "OBJECT_DAMAGED");
  EXPECT_EQ(error::Reason(store_->Get(content.key, 2'000'000, 2).status()), "OBJECT_DAMAGED");
  EXPECT_TRUE(store_->Delete(content.key).ok());
  EXPECT_TRUE(store_->Delete(content.key).ok());
  EXPECT_EQ(error::Reason(store_->Stat(content.key).status()), "OBJECT_NOT_FOUND");
  EXPECT_EQ(error::Reason(store_->Get(content.key, 0, 1).status()), "OBJECT_NOT_FOUND");
}

TEST_F(S3StoreTest, AWrongSecretIsRefusedByTheServer) {
  const auto stranger = Store("another secret");
  const absl::Status status = stranger->Put(ContentOf("abc"));
  EXPECT_EQ(error::Reason(status), "OBJECT_STORE_FAILED");
  EXPECT_EQ(error::MetadataValue(status, "cause"), "HTTP 403");
  EXPECT_TRUE(server_.objects().empty());
}

TEST_F(S3StoreTest, BytesThatAreNotTheKeysAreRefusedByTheServer) {
  Content content = ContentOf("abcd");
  content.key = ContentOf("abce").key;
  EXPECT_FALSE(store_->Put(content).ok());
  EXPECT_TRUE(server_.objects().empty());
}

TEST_F(S3StoreTest, AFailureOfTheServerOrTheContentIsSaidAndTheNextCallWorks) {
  server_.FailNext(503);
  const absl::Status status = store_->Put(ContentOf("abc"));
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_EQ(error::MetadataValue(status, "cause"), "HTTP 503");
  Content broken = ContentOf("abcd");
  broken.read = [](int64_t, size_t) { return absl::DataLossError("gone"); };
  EXPECT_TRUE(absl::IsDataLoss(store_->Put(broken)));
  EXPECT_TRUE(store_->Put(ContentOf("abc")).ok());
}

TEST_F(S3StoreTest, OnlyTlsOrLoopbackIsSpoken) {
  const auto with = [](std::string endpoint) {
    S3Options options{.endpoint = std::move(endpoint), .bucket = "files"};
    options.credentials = {
        .access_key = "a", .secret_key = crypto::Secret("b"), .region = "cn-north-1"};
    return S3Store::Create(std::move(options), base::Clock::Real()).status();
  };
  EXPECT_TRUE(with("https://s3.example.gov.cn:9000").ok());
  EXPECT_TRUE(with("http://[::1]:9000").ok());
  for (const char* bad : {"", "http://s3.example.gov.cn", "http://127.0.0.1.example.cn", "https://",
                          "https://user@host", "ftp://127.0.0.1", "https://host/"}) {
    EXPECT_EQ(error::Reason(with(bad)), "OBJECT_STORE_INVALID") << bad;
  }
}

TEST_F(S3StoreTest, AStoreThatIsNotThereIsUnavailable) {
  S3Options options{.endpoint = "http://127.0.0.1:1", .bucket = "files"};
  options.credentials = {
      .access_key = "a", .secret_key = crypto::Secret("b"), .region = "cn-north-1"};
  auto store = S3Store::Create(std::move(options), base::Clock::Real());
  ASSERT_TRUE(store.ok());
  EXPECT_TRUE(absl::IsUnavailable((*store)->Put(ContentOf("abc"))));
}

}  // namespace
}  // namespace ronghe::object
