#include "services/gateway/passthrough/server.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/config/config.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/client_unary_call.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "services/gateway/http/certificate.h"
#include "services/gateway/passthrough/reflection.h"
#include "services/gateway/testing/house.h"

namespace ronghe::gateway::passthrough {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;
using testing::House;
namespace td = ::ronghe::gateway::testdata::v1;

class PassthroughTest : public ::testing::Test {
 protected:
  std::shared_ptr<rpc::Channel> Channel() {
    config::v1::Peer peer;
    peer.set_target(absl::StrCat("127.0.0.1:", house_.grpc->port()));
    return rpc::Channel::Create(peer, config::v1::Tls(), {.own_connections = true}).value();
  }
  static rpc::Outgoing As(std::string token) {
    rpc::Outgoing out = rpc::Outgoing::Background(absl::Seconds(10));
    out.bearer = std::move(token);
    return out;
  }

  House house_;
};

TEST_F(PassthroughTest, CallsReachTheServiceAsTheirCaller) {
  td::ThingServiceClient client(Channel());
  td::GetThingRequest request;
  request.set_name("things/1");
  const auto thing = client.GetThing(As("good"), request);
  ASSERT_THAT(thing, IsOk());
  EXPECT_EQ(thing->name(), "things/1");
  EXPECT_TRUE(absl::StartsWith(thing->display_name(), "first accounts/1 "));
}

TEST_F(PassthroughTest, BytesPassUntouched) {
  // A field that the contracts do not know reaches the service and comes back from it.
  auto channel = grpc::CreateChannel(absl::StrCat("127.0.0.1:", house_.grpc->port()),
                                     grpc::InsecureChannelCredentials());
  grpc::GenericStub stub(channel);
  td::SubmitThingRequest request;
  request.set_reason(std::string(3000, 'r'));
  request.set_name("things/5");
  request.GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(999, "unheard of");
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const grpc::Slice slice(request.SerializeAsString());
  const grpc::ByteBuffer bytes(&slice, 1);
  auto call = stub.PrepareUnaryCall(
      &context, "/ronghe.gateway.testdata.v1.ThingService/SubmitThing", bytes, &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag;
  bool ok;
  ASSERT_TRUE(queue.Next(&tag, &ok));
  ASSERT_TRUE(status.ok()) << status.error_message();
  td::Thing thing;
  std::vector<grpc::Slice> slices;
  ASSERT_TRUE(response.Dump(&slices).ok());
  std::string all;
  for (const grpc::Slice& one : slices) {
    all.append(reinterpret_cast<const char*>(one.begin()), one.size());
  }
  ASSERT_TRUE(thing.ParseFromString(all));
  const auto& unknown = thing.GetReflection()->GetUnknownFields(thing);
  ASSERT_EQ(unknown.field_count(), 1);
  EXPECT_EQ(unknown.field(0).length_delimited(), "unheard of");
  // A public method: no principal is passed on.
  EXPECT_EQ(thing.display_name(), request.reason() + "|");
}

TEST_F(PassthroughTest, ErrorsPassWithTheirDetails) {
  td::ThingServiceClient client(Channel());
  td::GetThingRequest request;
  request.set_name("things/missing");
  const auto missing = client.GetThing(As("good"), request);
  EXPECT_THAT(missing, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(missing, HasReason("NOT_FOUND"));
  EXPECT_EQ(error::MessageZh(missing.status()), "没有找到这件东西");
  EXPECT_EQ(error::MetadataValue(missing.status(), "name"), "things/missing");
}

TEST_F(PassthroughTest, TheDoorIsTheSameAsOverHttp) {
  td::ThingServiceClient client(Channel());
  td::GetThingRequest request;
  request.set_name("things/1");
  EXPECT_THAT(client.GetThing(As(""), request), HasReason("UNAUTHENTICATED_NO_TOKEN"));
  EXPECT_THAT(client.GetThing(As("forged"), request), HasReason("SESSION_INVALID"));
  house_.credentials.SetSession("fresh", "accounts/2", true);
  EXPECT_THAT(client.GetThing(As("fresh"), request), HasReason("PASSWORD_CHANGE_REQUIRED"));
  house_.credentials.SetSession("half", "accounts/2");
  house_.credentials.SetSecondFactor("half", access::SecondFactor::kPending);
  EXPECT_THAT(client.GetThing(As("half"), request), HasReason("SECOND_FACTOR_REQUIRED"));
  house_.credentials.SetSession("there", "accounts/3");
  house_.credentials.BindSession("there", "10.0.0.7");
  EXPECT_THAT(client.GetThing(As("there"), request), HasReason("SESSION_MOVED"));
}

TEST_F(PassthroughTest, TheRouteFieldPicksTheService) {
  td::ThingServiceClient client(Channel());
  td::WatchThingsRequest request;
  request.set_source("services/second");
  const auto list = client.ListThings(As("good"), request);
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->a_string(), "second of services/second");
  request.set_source("services/third");
  EXPECT_THAT(client.ListThings(As("good"), request), HasReason("FIELD_INVALID"));
  request.set_source("services/gone");
  const auto gone = client.ListThings(As("good"), request);
  EXPECT_THAT(gone, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(absl::StrContains(gone.status().message(), "127.0.0.1"));
}

TEST_F(PassthroughTest, StreamsPassMessageByMessage) {
  td::ThingServiceClient client(Channel());
  td::WatchThingsRequest request;
  request.set_source("services/first");
  request.set_count(500);
  int received = 0;
  EXPECT_OK(client.WatchThings(As("good"), request, [&](const td::Thing& thing) {
    EXPECT_EQ(thing.name(), absl::StrCat("things/", received++));
    return absl::OkStatus();
  }));
  EXPECT_EQ(received, 500);
  request.set_count(3);
  received = 0;
  EXPECT_THAT(client.WatchThings(As("good"), request,
                                 [&](const td::Thing&) {
                                   ++received;
                                   return absl::OkStatus();
                                 }),
              HasReason("THREE"));
  EXPECT_EQ(received, 3);
  request.set_count(404);
  EXPECT_THAT(
      client.WatchThings(As("good"), request, [](const td::Thing&) { return absl::OkStatus(); }),
      HasReason("NOT_FOUND"));
}

TEST_F(PassthroughTest, CancellationReachesTheService) {
  td::ThingServiceClient client(Channel());
  td::WatchThingsRequest watch;
  watch.set_source("services/first");
  watch.set_count(-1);
  EXPECT_THAT(client.WatchThings(As("good"), watch,
                                 [](const td::Thing&) { return absl::AbortedError("enough"); }),
              StatusIs(absl::StatusCode::kAborted));
  while (house_.first.cancelled.load() == 0) std::this_thread::yield();

  rpc::Outgoing out = As("good");
  out.cancel = std::make_shared<rpc::CancelToken>();
  std::thread canceller([&] {
    while (house_.first.waiting.load() == 0) std::this_thread::yield();
    out.cancel->Cancel();
  });
  td::GetThingRequest slow;
  slow.set_name("things/slow");
  EXPECT_THAT(client.GetThing(out, slow), StatusIs(absl::StatusCode::kCancelled));
  canceller.join();
  while (house_.first.cancelled.load() < 2) std::this_thread::yield();
}

TEST_F(PassthroughTest, AStreamEndsWhenItsCallersRightsChange) {
  House::Options options;
  options.trust = absl::Milliseconds(20);
  House house(options);
  config::v1::Peer peer;
  peer.set_target(absl::StrCat("127.0.0.1:", house.grpc->port()));
  td::ThingServiceClient client(
      rpc::Channel::Create(peer, config::v1::Tls(), {.own_connections = true}).value());
  td::WatchThingsRequest watch;
  watch.set_source("services/first");
  watch.set_count(-1);
  int received = 0;
  EXPECT_THAT(client.WatchThings(As("good"), watch,
                                 [&](const td::Thing&) {
                                   if (++received == 3) {
                                     house.credentials.SetGrants("good", {{"leader", 5}});
                                   }
                                   return absl::OkStatus();
                                 }),
              HasReason("RIGHTS_CHANGED"));
  EXPECT_GE(received, 3);
}

TEST_F(PassthroughTest, DeadlinesPass) {
  td::ThingServiceClient client(Channel());
  rpc::Outgoing out = As("good");
  out.deadline = absl::Now() + absl::Milliseconds(150);
  td::GetThingRequest slow;
  slow.set_name("things/slow");
  EXPECT_THAT(client.GetThing(out, slow), StatusIs(absl::StatusCode::kDeadlineExceeded));
  while (house_.first.cancelled.load() == 0) std::this_thread::yield();
}

TEST_F(PassthroughTest, UnknownMethodsAreUnimplemented) {
  auto channel = Channel();
  const rpc::ClientMethod method{"x.Y", "Z", "/x.Y/Z", true};
  const grpc::Slice nothing("");
  grpc::ByteBuffer response;
  EXPECT_THAT(
      channel->UnaryBytes(method, As("good"), grpc::ByteBuffer(&nothing, 1), false, &response),
      StatusIs(absl::StatusCode::kUnimplemented));
}

TEST_F(PassthroughTest, ManyCallersAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      td::ThingServiceClient client(Channel());
      for (int i = 0; i < 100; ++i) {
        td::GetThingRequest request;
        request.set_name("things/1");
        if (client.GetThing(As("good"), request).ok()) good.fetch_add(1);
        td::WatchThingsRequest watch;
        watch.set_source("services/second");
        watch.set_count(2);
        if (client.WatchThings(As("good"), watch, [](const td::Thing&) { return absl::OkStatus(); })
                .ok()) {
          good.fetch_add(1);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good.load(), 1600);
}

TEST_F(PassthroughTest, ReflectionTellsTheContracts) {
  using grpc::reflection::v1alpha::ServerReflectionRequest;
  using grpc::reflection::v1alpha::ServerReflectionResponse;
  auto channel = grpc::CreateChannel(absl::StrCat("127.0.0.1:", house_.grpc->port()),
                                     grpc::InsecureChannelCredentials());
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto wait = [&] {
    void* tag;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    return ok;
  };
  auto call = stub.PrepareCall(&context, std::string(kReflectionMethod), &queue);
  call->StartCall(nullptr);
  ASSERT_TRUE(wait());
  const auto ask = [&](const ServerReflectionRequest& request) {
    const grpc::Slice slice(request.SerializeAsString());
    call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
    EXPECT_TRUE(wait());
    grpc::ByteBuffer bytes;
    call->Read(&bytes, nullptr);
    EXPECT_TRUE(wait());
    std::vector<grpc::Slice> slices;
    EXPECT_TRUE(bytes.Dump(&slices).ok());
    std::string all;
    for (const grpc::Slice& one : slices) {
      all.append(reinterpret_cast<const char*>(one.begin()), one.size());
    }
    ServerReflectionResponse response;
    EXPECT_TRUE(response.ParseFromString(all));
    return response;
  };
  ServerReflectionRequest request;
  request.set_list_services("");
  EXPECT_EQ(ask(request).list_services_response().service_size(), 2);
  request.set_file_containing_symbol("ronghe.gateway.testdata.v1.ThingService");
  EXPECT_GT(ask(request).file_descriptor_response().file_descriptor_proto_size(), 5);
  request.set_file_by_filename("nothing.proto");
  EXPECT_EQ(ask(request).error_response().error_code(), 5);
  call->WritesDone(nullptr);
  ASSERT_TRUE(wait());
  grpc::Status status;
  call->Finish(&status, nullptr);
  ASSERT_TRUE(wait());
  EXPECT_TRUE(status.ok()) << status.error_message();
}

// A call that is opened and never says what it asks.
class SilentCall {
 public:
  explicit SilentCall(const House& house)
      : stub_(grpc::CreateChannel(absl::StrCat("127.0.0.1:", house.grpc->port()),
                                  grpc::InsecureChannelCredentials())),
        call_(stub_.PrepareCall(&context_, "/ronghe.gateway.testdata.v1.ThingService/GetThing",
                                &queue_)) {
    call_->StartCall(nullptr);
    Wait();
  }
  ~SilentCall() {
    context_.TryCancel();
    End();
  }
  grpc::Status End() {
    if (ended_) return status_;
    ended_ = true;
    call_->Finish(&status_, nullptr);
    Wait();
    return status_;
  }

 private:
  void Wait() {
    void* tag;
    bool ok;
    queue_.Next(&tag, &ok);
  }
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  grpc::Status status_;
  bool ended_ = false;
};

absl::StatusOr<td::Thing> GetFirst(const House& house, std::string token) {
  config::v1::Peer peer;
  peer.set_target(absl::StrCat("127.0.0.1:", house.grpc->port()));
  td::ThingServiceClient client(
      rpc::Channel::Create(peer, config::v1::Tls(), {.own_connections = true}).value());
  td::GetThingRequest request;
  request.set_name("things/1");
  rpc::Outgoing out = rpc::Outgoing::Background(absl::Seconds(10));
  out.bearer = std::move(token);
  return client.GetThing(out, request);
}

TEST(SilentCallsTest, AnAddressHasAFewOfThem) {
  http::AddressLimits addresses({.max_connections = 2});
  House::Options options;
  options.addresses = &addresses;
  const House house(options);
  {
    const SilentCall one(house);
    const SilentCall two(house);
    while (house.grpc->calls() < 2) std::this_thread::yield();
    EXPECT_THAT(GetFirst(house, "good"), HasReason("RATE_LIMITED"));
  }
  while (house.grpc->calls() > 0) std::this_thread::yield();
  EXPECT_THAT(GetFirst(house, "good"), IsOk());
}

TEST(SilentCallsTest, TheyMakeWayForOthers) {
  House::Options options;
  options.grpc.max_calls = 2;
  options.grpc.request_patience = absl::ZeroDuration();
  const House house(options);
  SilentCall one(house);
  SilentCall two(house);
  // Whoever comes ends those who say nothing, and gets through in the end.
  while (!GetFirst(house, "good").ok()) std::this_thread::yield();
  EXPECT_FALSE(one.End().ok());
}

TEST(AddressLimitsTest, WhoGuessesTokensIsNotLookedUp) {
  http::AddressLimits addresses({.anonymous = {0.001, 3}});
  House::Options options;
  options.addresses = &addresses;
  House house(options);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(GetFirst(house, absl::StrCat("guess", i)), HasReason("SESSION_INVALID"));
  }
  const int asked = house.credentials.lookups();
  EXPECT_THAT(GetFirst(house, "guess4"), HasReason("RATE_LIMITED"));
  EXPECT_EQ(house.credentials.lookups(), asked);
}

TEST_F(PassthroughTest, TheServiceHearsWhoCallsAndWhy) {
  auto channel = grpc::CreateChannel(absl::StrCat("127.0.0.1:", house_.grpc->port()),
                                     grpc::InsecureChannelCredentials());
  const auto ask = [&](std::vector<std::pair<std::string, std::string>> metadata) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer good");
    for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
    td::GetThingRequest request;
    request.set_name("things/caller");
    td::Thing thing;
    const grpc::internal::RpcMethod method("/ronghe.gateway.testdata.v1.ThingService/GetThing",
                                           grpc::internal::RpcMethod::NORMAL_RPC);
    const grpc::Status status = grpc::internal::BlockingUnaryCall<td::GetThingRequest, td::Thing>(
        channel.get(), method, &context, request, &thing);
    return status.ok() ? thing.display_name() : absl::StrCat("refused ", status.error_code());
  };
  EXPECT_EQ(ask({}), "127.0.0.1 ");
  EXPECT_EQ(ask({{"x-ronghe-purpose", "audit"}, {"x-ronghe-validate-only", "true"}}),
            "127.0.0.1 audit dry");
  // What only the gateway says, nobody says for it.
  EXPECT_EQ(ask({{"ronghe-context", "peer=9.9.9.9;purpose=mine;dry=1"}}), "127.0.0.1 ");
  EXPECT_EQ(ask({{"x-ronghe-purpose", std::string(65, 'x')}}), "refused 3");
  EXPECT_EQ(ask({{"x-ronghe-validate-only", "maybe"}}), "refused 3");
}

class MutualTlsTest : public ::testing::Test {
 protected:
  MutualTlsTest() {
    House::Options options;
    const config::v1::Tls server = authority_.Issue("gateway.ronghe");
    options.grpc.tls = {server.cert_file(), server.key_file(), server.ca_file()};
    house_ = std::make_unique<House>(options);
    census_ = authority_.Issue("census.province");
    house_->credentials.SetClient(kToken, ThumbprintOf(census_), "clients/7");
  }
  std::shared_ptr<rpc::Channel> ChannelWith(const config::v1::Tls& tls) {
    config::v1::Peer peer;
    peer.set_target(absl::StrCat("127.0.0.1:", house_->grpc->port()));
    peer.set_server_name("gateway.ronghe");
    return rpc::Channel::Create(peer, tls, {.own_connections = true}).value();
  }
  absl::StatusOr<td::Thing> Get(const std::shared_ptr<rpc::Channel>& channel, std::string bearer) {
    td::ThingServiceClient client(channel);
    td::GetThingRequest request;
    request.set_name("things/1");
    rpc::Outgoing out = rpc::Outgoing::Background(absl::Seconds(10));
    out.bearer = std::move(bearer);
    return client.GetThing(out, request);
  }

  static constexpr char kToken[] = "a.b.c";

  static std::string ThumbprintOf(const config::v1::Tls& tls) {
    const std::string pem = config::ReadFile(tls.cert_file()).value();
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
    return http::ReadCertificate(certificate.get()).x5t_s256;
  }

  ::ronghe::testing::TestAuthority authority_;
  config::v1::Tls census_;
  std::unique_ptr<House> house_;
};

TEST_F(MutualTlsTest, AClientsTokenOpensWithItsCertificateOnly) {
  const auto thing = Get(ChannelWith(census_), kToken);
  ASSERT_THAT(thing, IsOk());
  EXPECT_TRUE(absl::StartsWith(thing->display_name(), "first clients/7 "));
  EXPECT_THAT(Get(ChannelWith(authority_.Issue("census.province")), kToken),
              HasReason("CLIENT_TOKEN_INVALID"));
  EXPECT_THAT(Get(ChannelWith(census_), ""), HasReason("UNAUTHENTICATED_NO_TOKEN"));
}

TEST_F(MutualTlsTest, ASessionTokenStandsAboveTheCertificate) {
  const auto thing = Get(ChannelWith(authority_.Issue("other.province")), "good");
  ASSERT_THAT(thing, IsOk());
  EXPECT_TRUE(absl::StartsWith(thing->display_name(), "first accounts/1 "));
}

TEST_F(MutualTlsTest, AForeignAuthorityIsNotLetIn) {
  ::ronghe::testing::TestAuthority foreign;
  config::v1::Tls tls = foreign.Issue("census.province");
  tls.set_ca_file(authority_.Issue("x.province").ca_file());
  EXPECT_THAT(Get(ChannelWith(tls), ""), StatusIs(absl::StatusCode::kUnavailable));
}

TEST(PassthroughServerTest, RefusesPlainTextBeyondLoopbackAndTakenPorts) {
  House house;
  const ServerParts parts{*house.schema,  *house.methods, *house.backends, house.lanes,
                          *house.doorman, *house.gate,    house.registry};
  ServerOptions options;
  options.listen = "0.0.0.0:0";
  EXPECT_THAT(Server::Create(options, parts).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
  options.listen = absl::StrCat("127.0.0.1:", house.grpc->port());
  EXPECT_THAT(Server::Create(options, parts).status(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(MutualTlsTest, NewFilesReachNewConnections) {
  const auto before = ChannelWith(census_);
  ASSERT_THAT(Get(before, kToken), IsOk());
  // A certificate of another name: whoever asks for that name gets through once it is shown.
  const config::v1::Tls renamed = authority_.Issue("renamed.ronghe");
  std::filesystem::rename(renamed.key_file(), authority_.directory() / "gateway.ronghe.key");
  std::filesystem::rename(renamed.cert_file(), authority_.directory() / "gateway.ronghe.pem");
  config::v1::Peer peer;
  peer.set_target(absl::StrCat("127.0.0.1:", house_->grpc->port()));
  peer.set_server_name("renamed.ronghe");
  absl::Status status = absl::UnavailableError("");
  for (const absl::Time end = absl::Now() + absl::Seconds(30);
       absl::IsUnavailable(status) && absl::Now() < end;) {
    const auto after = rpc::Channel::Create(peer, census_, {.own_connections = true});
    ASSERT_THAT(after, IsOk());
    status = Get(*after, kToken).status();
  }
  EXPECT_THAT(status, IsOk());
  EXPECT_THAT(Get(before, kToken), IsOk()) << "what stands goes on";
}

}  // namespace
}  // namespace ronghe::gateway::passthrough
