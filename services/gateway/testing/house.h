// What stands around the gateway in a test: real services behind it on real sockets, credentials
// that the test decides, and both doors open.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/channel.h"
#include "common/testing/certificates.h"
#include "common/testing/matchers.h"
#include "common/testing/test_server.h"
#include "google/rpc/error_details.pb.h"
#include "services/gateway/access/domain/errors.h"
#include "services/gateway/access/doorman.h"
#include "services/gateway/backend/backends.h"
#include "services/gateway/http/front.h"
#include "services/gateway/http/server.h"
#include "services/gateway/passthrough/server.h"
#include "services/gateway/transcode/testdata/kitchen.ronghe.h"

namespace ronghe::gateway::testing {

namespace td = ::ronghe::gateway::testdata::v1;

// Answers the RPCs of kitchen.proto; what a thing is called says what happens.
class Things : public td::ThingServiceHandler {
 public:
  explicit Things(std::string house) : house_(std::move(house)) {}

  absl::StatusOr<td::Thing> GetThing(rpc::Call& call, const td::GetThingRequest& request) override {
    if (request.name() == "things/missing") {
      return error::Make(absl::StatusCode::kNotFound, "NOT_FOUND", "没有找到这件东西",
                         {{"name", request.name()}});
    }
    if (request.name() == "things/bare") return absl::UnavailableError("10.0.0.7:3306 refused");
    if (request.name() == "things/busy") {
      return error::WithRetryAfter(
          error::Make(absl::StatusCode::kResourceExhausted, "OVERLOADED", "请稍后再试"),
          absl::Milliseconds(1500));
    }
    if (request.name() == "things/stale") {
      return error::Make(absl::StatusCode::kAborted, "ETAG_MISMATCH", "内容已被修改");
    }
    if (request.name() == "things/slow") {
      waiting.fetch_add(1);
      while (!call.cancelled()) std::this_thread::yield();
      cancelled.fetch_add(1);
      if (absl::Now() >= call.deadline()) return absl::DeadlineExceededError("too late");
      return absl::CancelledError("cancelled");
    }
    td::Thing thing;
    thing.set_name(request.name());
    thing.set_display_name(
        absl::StrCat(house_, " ", call.principal().subject, " ", call.trace().trace_id));
    thing.set_etag("7");
    thing.set_count(static_cast<int64_t>(call.principal().grants.size()));
    return thing;
  }
  absl::StatusOr<td::Thing> UpdateThing(rpc::Call& call,
                                        const td::UpdateThingRequest& request) override {
    td::Thing thing = request.thing();
    thing.set_display_name(absl::StrCat(thing.display_name(), "|", call.request_id()));
    return thing;
  }
  absl::StatusOr<td::Thing> SubmitThing(rpc::Call& call,
                                        const td::SubmitThingRequest& request) override {
    td::Thing thing;
    thing.set_name(request.name());
    thing.set_display_name(absl::StrCat(request.reason(), "|", call.principal().subject));
    thing.GetReflection()->MutableUnknownFields(&thing)->MergeFrom(
        request.GetReflection()->GetUnknownFields(request));
    return thing;
  }
  absl::Status WatchThings(rpc::Call&, const td::WatchThingsRequest& request,
                           rpc::StreamWriter<td::Thing>& out) override {
    if (request.count() == 404) {
      return error::Make(absl::StatusCode::kNotFound, "NOT_FOUND", "没有可看的");
    }
    for (int i = 0; request.count() < 0 || i < request.count(); ++i) {
      td::Thing thing;
      thing.set_name(absl::StrCat("things/", i));
      thing.set_display_name(request.count() < 0 ? std::string(1000, 'x') : house_);
      if (const absl::Status status = out.Write(thing); !status.ok()) {
        cancelled.fetch_add(1);
        return status;
      }
      sent.fetch_add(1);
      if (out.cancelled()) {
        cancelled.fetch_add(1);
        return absl::CancelledError("cancelled");
      }
    }
    if (request.count() == 3) {
      return error::Make(absl::StatusCode::kFailedPrecondition, "THREE", "到三为止");
    }
    return absl::OkStatus();
  }
  absl::StatusOr<td::Kitchen> ListThings(rpc::Call&,
                                         const td::WatchThingsRequest& request) override {
    td::Kitchen kitchen;
    kitchen.set_a_string(absl::StrCat(house_, " of ", request.source()));
    return kitchen;
  }

  std::atomic<int> waiting = 0;
  std::atomic<int> cancelled = 0;
  std::atomic<int> sent = 0;

 private:
  const std::string house_;
};

// Sessions and clients as the test sets them.
class Credentials : public access::CredentialSource {
 public:
  absl::StatusOr<access::Credential> BySession(std::string_view token, absl::Time) override {
    const absl::MutexLock lock(&mutex_);
    ++lookups_;
    const auto it = sessions_.find(std::string(token));
    if (it == sessions_.end()) return access::errors::SessionInvalid();
    return it->second;
  }
  absl::StatusOr<access::Credential> ByCertificate(std::string_view name, absl::Time) override {
    const absl::MutexLock lock(&mutex_);
    ++lookups_;
    const auto it = clients_.find(std::string(name));
    if (it == clients_.end()) return access::errors::ClientUnknown(name);
    return it->second;
  }

  void SetSession(const std::string& token, const std::string& subject, bool must_change = false,
                  const std::string& csrf = "csrf") {
    access::Credential credential;
    credential.principal = {auth::Principal::Kind::kPerson, subject, {{"leader", 0}}, "1"};
    credential.csrf_hash = access::TokenHash(csrf);
    credential.password_change_required = must_change;
    const absl::MutexLock lock(&mutex_);
    sessions_[token] = credential;
  }
  void SetClient(const std::string& name, const std::string& subject) {
    access::Credential credential;
    credential.principal = {
        auth::Principal::Kind::kClient, subject, {{"department_client", 0}}, ""};
    const absl::MutexLock lock(&mutex_);
    clients_[name] = credential;
  }
  void EndSession(const std::string& token) {
    const absl::MutexLock lock(&mutex_);
    sessions_.erase(token);
  }
  int lookups() {
    const absl::MutexLock lock(&mutex_);
    return lookups_;
  }

 private:
  absl::Mutex mutex_;
  std::map<std::string, access::Credential> sessions_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, access::Credential> clients_ ABSL_GUARDED_BY(mutex_);
  int lookups_ ABSL_GUARDED_BY(mutex_) = 0;
};

class House {
 public:
  struct Options {
    absl::Duration trust = absl::Seconds(2);
    passthrough::ServerOptions grpc;
    http::ServerOptions http;
  };
  House() : House(Options()) {}
  explicit House(const Options& options)
      : first_({ServerTable(first)}, Listening()),
        second_({ServerTable(second)}, Listening(&first_.authenticator())),
        lanes(options.http.threads) {
    google::protobuf::FileDescriptorSet set;
    std::set<std::string> added;
    Add(td::Thing::descriptor()->file(), &set, &added);
    Add(google::rpc::ErrorInfo::descriptor()->file(), &set, &added);
    schema = transcode::Schema::FromProto(set).value();
    methods = transcode::MethodTable::Build(*schema).value();
    router = transcode::Router::Build(*methods).value();
    backend::BackendsOptions b;
    b.backends = {{"services/first", {"ronghe.gateway.testdata.v1"}, Target(first_), ""},
                  {"services/second", {}, Target(second_), ""},
                  {"services/gone", {}, "127.0.0.1:1", ""}};
    backends = backend::Backends::Create(b, *methods, lanes).value();
    access::DoormanOptions door;
    door.trust = options.trust;
    doorman =
        std::make_unique<access::Doorman>(credentials, first_.minter(), base::Clock::Real(), door);
    credentials.SetSession("good", "accounts/1");
    assets.Add("/page", {"text/plain", "a page", ""});
    front = std::make_unique<http::Front>(http::FrontParts{*schema, *methods, *router, *backends,
                                                           *doorman, assets, registry,
                                                           [this] { return ready.load(); }});
    http = http::Server::Create(options.http, *front).value();
    grpc = passthrough::Server::Create(options.grpc,
                                       {*schema, *methods, *backends, lanes, *doorman, registry})
               .value();
  }
  ~House() {
    grpc->Shutdown(absl::ZeroDuration());
    http->Shutdown(absl::ZeroDuration());
  }

  Things first{"first"}, second{"second"};

  // The first house goes away: calls under way may finish for `grace`.
  void StopFirst(absl::Duration grace) { first_.server().Shutdown(grace); }

 private:
  static rpc::ServiceTable ServerTable(Things& things) { return td::ThingServiceTable(things); }
  // The second house takes the tokens that the first one's key signed.
  static ::ronghe::testing::TestServer::Options Listening(
      const rpc::Authenticator* authenticator = nullptr) {
    ::ronghe::testing::TestServer::Options options;
    options.listen = "127.0.0.1:0";
    options.authenticator = authenticator;
    return options;
  }
  static std::string Target(::ronghe::testing::TestServer& server) {
    return absl::StrCat("127.0.0.1:", server.server().port());
  }
  static void Add(const google::protobuf::FileDescriptor* file,
                  google::protobuf::FileDescriptorSet* set, std::set<std::string>* added) {
    if (!added->insert(file->name()).second) return;
    for (int i = 0; i < file->dependency_count(); ++i) Add(file->dependency(i), set, added);
    file->CopyTo(set->add_file());
    file->CopyJsonNameTo(&*set->mutable_file()->rbegin());
  }
  ::ronghe::testing::TestServer first_, second_;

 public:
  Credentials credentials;
  std::atomic<bool> ready = true;
  std::unique_ptr<transcode::Schema> schema;
  std::unique_ptr<transcode::MethodTable> methods;
  std::unique_ptr<transcode::Router> router;
  backend::Lanes lanes;
  std::unique_ptr<backend::Backends> backends;
  std::unique_ptr<access::Doorman> doorman;
  http::Assets assets;
  metrics::Registry registry;
  std::unique_ptr<http::Front> front;
  std::unique_ptr<http::Server> http;
  std::unique_ptr<passthrough::Server> grpc;
};

}  // namespace ronghe::gateway::testing
