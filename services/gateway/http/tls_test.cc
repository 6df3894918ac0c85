#include "services/gateway/http/tls.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "common/error/error.h"
#include "common/testing/certificates.h"
#include "services/gateway/http/server.h"
#include "services/gateway/testing/tls_client.h"

namespace ronghe::gateway::http {
namespace {

using ::ronghe::testing::TestAuthority;
using testing::HttpClient;
using testing::TlsClient;
using testing::TlsClientOptions;

constexpr std::string_view kRequest = "GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

// Answers with the client certificate that was shown.
class Shown : public Handler {
 public:
  std::unique_ptr<Responder> Open(Exchange& exchange) override {
    return std::make_unique<ShownResponder>(exchange);
  }

 private:
  class ShownResponder : public Responder {
   public:
    explicit ShownResponder(Exchange& exchange) : exchange_(exchange) {}
    uint64_t MaxBody() override { return 0; }
    void Handle() override {
      const ClientCertificate& certificate = exchange_.certificate();
      exchange_.body().Append(
          absl::StrCat("name=", certificate.common_name, " x5t=", certificate.x5t_s256.size(),
                       " der=", certificate.der.size() > 100 ? "yes" : "no", "\n"));
      exchange_.Respond(200, "text/plain");
    }
    void Refuse(int status) override { exchange_.Respond(status, ""); }
    void ClientGone() override {}

   private:
    Exchange& exchange_;
  };
};

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() : tls_(authority_.Issue("gateway.ronghe")) {}

  void Start() {
    options_.cert_file = tls_.cert_file();
    options_.key_file = tls_.key_file();
    server_ = Server::Create(options_, shown_).value();
  }
  TlsClientOptions Client() { return {.ca_file = tls_.ca_file()}; }

  TestAuthority authority_;
  config::v1::Tls tls_;
  Shown shown_;
  ServerOptions options_;
  std::unique_ptr<Server> server_;
};

TEST_F(TlsTest, OnlyTls12And13) {
  Start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClientOptions options = Client();
    options.oldest = options.newest = version;
    TlsClient client(server_->port(), options);
    ASSERT_TRUE(client.connected()) << version;
    const std::string answer = client.Ask(kRequest);
    EXPECT_TRUE(absl::StrContains(answer, "HTTP/1.1 200 OK")) << answer;
    EXPECT_TRUE(absl::StrContains(answer, "Strict-Transport-Security: max-age=63072000")) << answer;
  }
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    TlsClientOptions options = Client();
    options.newest = version;
    EXPECT_FALSE(TlsClient(server_->port(), options).connected()) << version;
  }
  // Plain text on a TLS port is no request.
  HttpClient plain(server_->port());
  ASSERT_TRUE(plain.Request("GET", "/x"));
  EXPECT_FALSE(plain.Read().has_value());
}

TEST_F(TlsTest, OnlySuitesWithForwardSecrecyAndAuthenticatedEncryption) {
  Start();
  const auto with = [&](const char* suites) {
    TlsClientOptions options = Client();
    options.newest = TLS1_2_VERSION;
    options.suites12 = suites;
    return TlsClient(server_->port(), options).connected();
  };
  EXPECT_TRUE(with("ECDHE+AESGCM"));
  EXPECT_TRUE(with("ECDHE+CHACHA20"));
  for (const char* suites :
       {"ECDHE+AES:!AESGCM:!AESCCM", "RSA", "DHE", "AESCCM", "eNULL", "aNULL"}) {
    EXPECT_FALSE(with(suites)) << suites;
  }
  // The order is ours.
  TlsClientOptions options = Client();
  options.newest = TLS1_2_VERSION;
  options.suites12 =
      "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
      "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
  TlsClient client(server_->port(), options);
  ASSERT_TRUE(client.connected());
  EXPECT_TRUE(absl::StrContains(SSL_get_cipher_name(client.ssl()), "AES256-GCM"));
}

TEST_F(TlsTest, NoTicketsNoResumptionNoRenegotiation) {
  Start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClientOptions options = Client();
    options.oldest = options.newest = version;
    TlsClient client(server_->port(), options);
    ASSERT_FALSE(client.Ask(kRequest).empty());
    EXPECT_EQ(SSL_SESSION_has_ticket(SSL_get0_session(client.ssl())), 0);
    EXPECT_EQ(SSL_get_current_compression(client.ssl()), nullptr);
  }
  TlsClientOptions options = Client();
  options.newest = TLS1_2_VERSION;
  TlsClient client(server_->port(), options);
  ASSERT_TRUE(client.connected());
  SSL_renegotiate(client.ssl());
  EXPECT_NE(SSL_do_handshake(client.ssl()) == 1 && !client.Ask(kRequest).empty(), true);
}

TEST_F(TlsTest, AHandshakeThatStandsStillEnds) {
  options_.handshake_timeout = absl::Milliseconds(200);
  Start();
  HttpClient silent(server_->port());
  HttpClient half(server_->port());
  half.Send(std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
  EXPECT_TRUE(TlsClient(server_->port(), Client()).connected());
  EXPECT_TRUE(silent.ReadsEnd());
  EXPECT_TRUE(half.ReadsEnd());
}

TEST_F(TlsTest, AClientCertificateIsTakenButNotNeeded) {
  options_.ca_file = tls_.ca_file();
  Start();
  EXPECT_TRUE(
      absl::EndsWith(TlsClient(server_->port(), Client()).Ask(kRequest), "name= x5t=0 der=no\n"));
  TlsClientOptions options = Client();
  options.certificate = authority_.Issue("department.example");
  EXPECT_TRUE(absl::EndsWith(TlsClient(server_->port(), options).Ask(kRequest),
                             "name=department.example x5t=43 der=yes\n"));
  // Of another authority.
  TestAuthority other;
  options.certificate = other.Issue("department.example");
  EXPECT_EQ(TlsClient(server_->port(), options).Ask(kRequest), "");
}

TEST_F(TlsTest, NewFilesAreTakenUpForNewHandshakes) {
  Start();
  TlsClient before(server_->port(), Client());
  ASSERT_TRUE(before.connected());
  const config::v1::Tls next = authority_.Issue("gateway.next");
  // The certificate first: until its key is there too, the old pair goes on.
  std::filesystem::rename(next.cert_file(), tls_.cert_file());
  ASSERT_EQ(TlsClient(server_->port(), Client()).serial(), before.serial());
  std::filesystem::rename(next.key_file(), tls_.key_file());
  while (TlsClient(server_->port(), Client()).serial() == before.serial()) {
  }
  // A connection that stands is not disturbed.
  EXPECT_TRUE(absl::StrContains(before.Ask(kRequest), "200 OK"));
}

TEST(TlsFilesTest, FilesThatDoNotFitAreNamed) {
  TestAuthority authority;
  const config::v1::Tls one = authority.Issue("one.ronghe");
  const config::v1::Tls other = authority.Issue("other.ronghe");
  const auto file_of = [](const auto& loaded) {
    EXPECT_EQ(error::Reason(loaded.status()), "TLS_FILES_INVALID");
    return error::MetadataValue(loaded.status(), "file");
  };
  EXPECT_EQ(file_of(TlsFiles::Load("/nowhere", one.key_file(), "")), "/nowhere");
  EXPECT_EQ(file_of(TlsFiles::Load(one.cert_file(), other.key_file(), "")), other.key_file());
  EXPECT_EQ(file_of(TlsFiles::Load(one.cert_file(), one.key_file(), "/nowhere")), "/nowhere");
  auto files = TlsFiles::Load(one.cert_file(), one.key_file(), one.ca_file());
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_FALSE((*files)->Refresh());
  const auto stood = (*files)->current();
  std::ofstream(one.cert_file()) << "nonsense";
  EXPECT_FALSE((*files)->Refresh());
  EXPECT_FALSE((*files)->Refresh());
  EXPECT_EQ((*files)->current(), stood);
}

}  // namespace
}  // namespace ronghe::gateway::http
