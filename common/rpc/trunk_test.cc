// Calls over a trunk end as those that come alone do.
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "common/auth/role_table.h"
#include "common/auth/roles.pb.h"
#include "common/error/error.h"
#include "common/rpc/bytes.h"
#include "common/rpc/rpc_testing.ronghe.h"
#include "common/rpc/status.h"
#include "common/rpc/trunk_frames.h"
#include "common/testing/matchers.h"
#include "common/testing/test_server.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"

namespace ronghe::rpc {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::TestServer;
using testing::v1::EchoRequest;
using testing::v1::EchoResponse;
using testing::v1::GetThingRequest;
using testing::v1::ProbeServiceClient;
using testing::v1::ProbeServiceHandler;
using testing::v1::ProbeServiceTable;
using testing::v1::Thing;
using testing::v1::UpdateThingRequest;
using testing::v1::WatchThingsRequest;

class Probe : public ProbeServiceHandler {
 public:
  absl::StatusOr<EchoResponse> Echo(Call& call, const EchoRequest& request) override {
    EchoResponse response;
    if (request.text() == "great") {
      response.set_text(std::string(1'000'000, 'g'));
    } else if (request.text() == "fault") {
      return error::Make(absl::StatusCode::kFailedPrecondition, "FAULT", "不行", {{"why", "so"}});
    } else if (request.text() == "who for") {
      response.set_text(std::string(call.peer()) + " " + call.purpose());
    } else if (request.text() == "wait") {
      running.fetch_add(1);
      while (!call.cancelled() && !released) absl::SleepFor(absl::Milliseconds(1));
      if (call.cancelled()) cancelled.fetch_add(1);
      response.set_text("waited");
    } else {
      response.set_text(request.text());
    }
    return response;
  }
  absl::StatusOr<EchoResponse> WhoAmI(Call& call, const EchoRequest&) override {
    EchoResponse response;
    response.set_text(call.principal().subject);
    return response;
  }
  absl::StatusOr<EchoResponse> Anywhere(Call&, const EchoRequest&) override {
    return EchoResponse();
  }
  absl::StatusOr<EchoResponse> Everywhere(Call&, const EchoRequest&) override {
    return EchoResponse();
  }
  void GetThing(std::span<Coalesced<GetThingRequest, Thing>> batch) override {
    for (auto& item : batch) {
      Thing thing;
      thing.set_name(item.request->name());
      item.result = thing;
    }
  }
  absl::StatusOr<Thing> UpdateThing(Call&, const UpdateThingRequest&) override { return Thing(); }
  absl::StatusOr<Thing> LoadThing(Call&, const EchoRequest&) override { return Thing(); }
  absl::Status WatchThings(Call&, const WatchThingsRequest&, StreamWriter<Thing>&) override {
    return absl::OkStatus();
  }

  std::atomic<int> running = 0;
  std::atomic<int> cancelled = 0;
  std::atomic<bool> released = false;
};

struct Answer {
  grpc::Status status;
  std::string bytes;
};

// The caller's end of a trunk, one step at a time.
class Caller {
 public:
  explicit Caller(const std::shared_ptr<grpc::Channel>& channel) : stub_(channel) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    stream_ = stub_.PrepareCall(&context_, trunk::kPath, &queue_);
    stream_->StartCall(Tag());
    Wait();
  }
  ~Caller() {
    context_.TryCancel();
    if (!over_) Finish();
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  void Name(trunk::Kind kind, uint16_t number, const std::string& what) {
    trunk::Frame frame;
    frame.kind = kind;
    frame.number = number;
    frame.bytes = what;
    buffer_.Add(frame);
  }
  void Call(uint32_t id, uint16_t method, uint16_t bearer, const google::protobuf::Message& request,
            uint64_t timeout_micros = 0) {
    const std::string bytes = request.SerializeAsString();
    trunk::Frame frame;
    frame.kind = trunk::Kind::kCall;
    frame.id = id;
    frame.number = method;
    frame.bearer = bearer;
    frame.timeout_micros = timeout_micros;
    frame.bytes = bytes;
    buffer_.Add(frame);
  }
  void CallFor(uint32_t id, uint16_t method, const CallContext& context,
               const google::protobuf::Message& request) {
    const std::string bytes = request.SerializeAsString();
    const std::string text = context.Encode();
    trunk::Frame frame;
    frame.kind = trunk::Kind::kCallFor;
    frame.id = id;
    frame.number = method;
    frame.context = text;
    frame.bytes = bytes;
    buffer_.Add(frame);
  }
  void Cancel(uint32_t id) {
    trunk::Frame frame;
    frame.kind = trunk::Kind::kCancel;
    frame.id = id;
    buffer_.Add(frame);
  }
  bool Send() {
    std::vector<grpc::Slice> slices;
    for (const grpc_slice& slice : buffer_.Take()) {
      slices.emplace_back(slice, grpc::Slice::STEAL_REF);
    }
    return SendRaw(grpc::ByteBuffer(slices.data(), slices.size()));
  }
  bool SendRaw(const grpc::ByteBuffer& message) {
    stream_->Write(message, Tag());
    return Wait();
  }
  // Reads until `count` answers are there; false when the stream ended before.
  bool Read(size_t count) {
    while (answers_.size() < count) {
      if (!ReadOne()) return false;
    }
    return true;
  }
  bool ReadOne() {
    grpc::ByteBuffer message;
    stream_->Read(&message, Tag());
    if (!Wait()) return false;
    grpc::Slice slice;
    EXPECT_TRUE(message.DumpToSingleSlice(&slice).ok());
    trunk::FrameReader reader({reinterpret_cast<const char*>(slice.begin()), slice.size()});
    trunk::Frame frame;
    while (reader.Next(&frame)) {
      kinds_.push_back(frame.kind);
      if (frame.kind == trunk::Kind::kHello) version_ = frame.number;
      if (frame.kind == trunk::Kind::kPart) parts_[frame.id].append(frame.bytes);
      if (frame.kind != trunk::Kind::kReply) continue;
      answers_[frame.id] = {grpc::Status(static_cast<grpc::StatusCode>(frame.code),
                                         std::string(frame.message), std::string(frame.details)),
                            parts_[frame.id] + std::string(frame.bytes)};
    }
    EXPECT_FALSE(reader.malformed());
    return true;
  }
  grpc::Status Close() {
    stream_->WritesDone(Tag());
    Wait();
    while (ReadOne()) {
    }
    return Finish();
  }
  grpc::Status Finish() {
    grpc::Status status;
    stream_->Finish(&status, Tag());
    Wait();
    over_ = true;
    return status;
  }

  std::map<uint32_t, Answer> answers_;
  std::vector<trunk::Kind> kinds_;
  uint16_t version_ = 0;

 private:
  void* Tag() { return this; }
  bool Wait() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  trunk::FrameBuffer buffer_;
  std::map<uint32_t, std::string> parts_;
  bool over_ = false;
};

constexpr char kEcho[] = "/ronghe.rpc.testing.v1.ProbeService/Echo";
constexpr char kWhoAmI[] = "/ronghe.rpc.testing.v1.ProbeService/WhoAmI";
constexpr char kGetThing[] = "/ronghe.rpc.testing.v1.ProbeService/GetThing";
constexpr char kWatch[] = "/ronghe.rpc.testing.v1.ProbeService/WatchThings";

class TrunkTest : public ::testing::Test {
 protected:
  void Start(int workers = 4, int queue = 512) {
    auth::v1::Roles roles;
    auto* prober = roles.add_roles();
    prober->set_name("prober");
    prober->set_kind(auth::v1::BUSINESS);
    prober->add_permissions("probe.*.*");
    roles_ = std::make_unique<auth::RoleTable>(*auth::RoleTable::FromProto(roles));
    TestServer::Options options;
    options.roles = roles_.get();
    options.workers = workers;
    options.queue = queue;
    options.listen = "127.0.0.1:0";
    server_ =
        std::make_unique<TestServer>(std::vector<ServiceTable>{ProbeServiceTable(probe_)}, options);
    // A transport within the process knows no farewell: it ends streams at once.
    caller_ = std::make_unique<Caller>(
        grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->server().port()),
                            grpc::InsecureChannelCredentials()));
    caller_->Name(trunk::Kind::kMethod, 0, kEcho);
    caller_->Name(trunk::Kind::kMethod, 1, kWhoAmI);
    caller_->Name(trunk::Kind::kMethod, 2, kGetThing);
    caller_->Name(trunk::Kind::kMethod, 3, kWatch);
    caller_->Name(trunk::Kind::kMethod, 4, "/nobody/Knows");
    caller_->Name(trunk::Kind::kBearer, 7, "Bearer " + server_->As("prober", 0, 42).bearer);
  }
  static EchoRequest Text(std::string text) {
    EchoRequest request;
    request.set_text(std::move(text));
    return request;
  }
  void AwaitRunning() {
    while (probe_.running == 0) absl::SleepFor(absl::Milliseconds(1));
  }

  Probe probe_;
  std::unique_ptr<auth::RoleTable> roles_;
  std::unique_ptr<TestServer> server_;
  std::unique_ptr<Caller> caller_;
};

TEST_F(TrunkTest, AnswersAreThoseOfCallsThatComeAlone) {
  Start();
  for (uint32_t id = 1; id <= 200; ++id) {
    caller_->Call(id, 0, trunk::kNoBearer, Text(id % 5 == 0 ? "fault" : std::to_string(id)));
  }
  caller_->Call(1001, 0, trunk::kNoBearer, Text("great"));
  caller_->Call(1002, 1, 7, Text(""));
  caller_->Call(1003, 1, trunk::kNoBearer, Text(""));
  caller_->Call(1004, 3, 7, Text(""));
  caller_->Call(1005, 4, 7, Text(""));
  ASSERT_TRUE(caller_->Send());
  ASSERT_TRUE(caller_->Read(205));
  EXPECT_EQ(caller_->kinds_.front(), trunk::Kind::kHello);
  ProbeServiceClient alone(server_->channel());
  const absl::Status fault = alone.Echo(server_->AsNobody(), Text("fault")).status();
  for (uint32_t id = 1; id <= 200; ++id) {
    const Answer& answer = caller_->answers_[id];
    if (id % 5 == 0) {
      EXPECT_EQ(FromGrpc(answer.status), fault);
    } else {
      ASSERT_TRUE(answer.status.ok());
      EXPECT_EQ(answer.bytes,
                alone.Echo(server_->AsNobody(), Text(std::to_string(id)))->SerializeAsString());
    }
  }
  EXPECT_EQ(caller_->answers_[1001].bytes,
            alone.Echo(server_->AsNobody(), Text("great"))->SerializeAsString());
  EchoResponse who;
  ASSERT_TRUE(who.ParseFromString(caller_->answers_[1002].bytes));
  EXPECT_EQ(who.text(), "accounts/42");
  EXPECT_THAT(FromGrpc(caller_->answers_[1003].status), HasReason("UNAUTHENTICATED_NO_TOKEN"));
  EXPECT_THAT(FromGrpc(caller_->answers_[1004].status), HasReason("METHOD_UNKNOWN"));
  EXPECT_THAT(FromGrpc(caller_->answers_[1005].status), HasReason("METHOD_UNKNOWN"));
  EXPECT_TRUE(caller_->Close().ok());
}

TEST_F(TrunkTest, ACallMayCarryWhatIsKnownOfItsCaller) {
  Start();
  caller_->CallFor(1, 0, {.peer = "10.1.2.3", .purpose = "核查"}, Text("who for"));
  caller_->CallFor(2, 0, {}, Text("plain"));
  caller_->Call(3, 0, trunk::kNoBearer, Text("plain"));
  ASSERT_TRUE(caller_->Send());
  ASSERT_TRUE(caller_->Read(3));
  EXPECT_EQ(caller_->version_, 2);
  EXPECT_EQ(caller_->answers_[1].bytes, Text("10.1.2.3 核查").SerializeAsString());
  EXPECT_EQ(caller_->answers_[2].bytes, Text("plain").SerializeAsString());
  EXPECT_EQ(caller_->answers_[3].bytes, Text("plain").SerializeAsString());
}

TEST_F(TrunkTest, CancelReachesTheHandler) {
  Start();
  caller_->Call(1, 0, trunk::kNoBearer, Text("wait"));
  ASSERT_TRUE(caller_->Send());
  AwaitRunning();
  caller_->Cancel(1);
  caller_->Cancel(99);
  ASSERT_TRUE(caller_->Send());
  ASSERT_TRUE(caller_->Read(1));
  EXPECT_EQ(probe_.cancelled, 1);
}

TEST_F(TrunkTest, TheCallersTimeCounts) {
  Start();
  caller_->Call(1, 0, trunk::kNoBearer, Text("wait"), 50'000);
  ASSERT_TRUE(caller_->Send());
  ASSERT_TRUE(caller_->Read(1));
  EXPECT_EQ(probe_.cancelled, 1);
}

TEST_F(TrunkTest, AFullQueueRefuses) {
  Start(1, 2);
  caller_->Call(1, 0, trunk::kNoBearer, Text("wait"));
  ASSERT_TRUE(caller_->Send());
  AwaitRunning();
  for (uint32_t id = 2; id <= 9; ++id) caller_->Call(id, 0, trunk::kNoBearer, Text("x"));
  ASSERT_TRUE(caller_->Send());
  ASSERT_TRUE(caller_->Read(6));
  for (const auto& [id, answer] : caller_->answers_) {
    EXPECT_THAT(FromGrpc(answer.status), HasReason("OVERLOADED"));
  }
  probe_.released = true;
  ASSERT_TRUE(caller_->Read(9));
  EXPECT_TRUE(caller_->answers_[1].status.ok());
}

TEST_F(TrunkTest, ALostStreamCancelsItsCalls) {
  Start();
  caller_->Call(1, 0, trunk::kNoBearer, Text("wait"));
  ASSERT_TRUE(caller_->Send());
  AwaitRunning();
  caller_.reset();
  while (probe_.cancelled == 0) absl::SleepFor(absl::Milliseconds(1));
}

TEST_F(TrunkTest, DrainsBeforeItEnds) {
  Start();
  caller_->Call(1, 0, trunk::kNoBearer, Text("wait"));
  ASSERT_TRUE(caller_->Send());
  AwaitRunning();
  std::thread shutdown([this] { server_->server().Shutdown(absl::Seconds(10)); });
  while (caller_->kinds_.empty() || caller_->kinds_.back() != trunk::Kind::kDrain) {
    ASSERT_TRUE(caller_->ReadOne());
  }
  caller_->Call(2, 0, trunk::kNoBearer, Text("late"));
  ASSERT_TRUE(caller_->Send());
  ASSERT_TRUE(caller_->Read(1));
  EXPECT_THAT(FromGrpc(caller_->answers_[2].status), HasReason("DRAINING"));
  probe_.released = true;
  ASSERT_TRUE(caller_->Read(2));
  EXPECT_TRUE(caller_->answers_[1].status.ok());
  EXPECT_TRUE(caller_->Close().ok());
  shutdown.join();
}

TEST_F(TrunkTest, NonsenseEndsTheStream) {
  Start();
  const grpc::Slice slice("nonsense, not frames");
  caller_->SendRaw(grpc::ByteBuffer(&slice, 1));
  while (caller_->ReadOne()) {
  }
  EXPECT_FALSE(caller_->Finish().ok());
}

}  // namespace
}  // namespace ronghe::rpc
