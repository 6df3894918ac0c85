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
#include "services/gateway/access/door/doorman.h"
#include "services/gateway/access/door/gate.h"
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
    if (request.name() == "things/caller") {
      thing.set_display_name(absl::StrCat(base::Sv(call.peer()), " ", call.purpose(),
                                          call.validate_only() ? " dry" : ""));
      return thing;
    }
    thing.set_display_name(
        absl::StrCat(house_, " ", call.principal().subject, " ", call.trace().trace_id));
    thing.set_etag("7");
    thing.set_count(static_cast<int64_t>(call.principal().grants.size()));
    return thing;
  }
  absl::StatusOr<td::Thing> UpdateThing(rpc::Call& call,
                                        const td::UpdateThingRequest& request) override {
    call.set_audited();
    td::Thing thing = request.thing();
    thing.set_display_name(absl::StrCat(thing.display_name(), "|", call.request_id()));
    return thing;
  }
  absl::StatusOr<td::Thing> SubmitThing(rpc::Call& call,
                                        const td::SubmitThingRequest& request) override {
    call.set_audited();
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
  absl::StatusOr<access::Credential> ByClientToken(std::string_view token, std::string_view x5t,
                                                   absl::Time) override {
    const absl::MutexLock lock(&mutex_);
    ++lookups_;
    const auto it = clients_.find(absl::StrCat(base::Sv(token), " ", base::Sv(x5t)));
    if (it == clients_.end()) return access::errors::ClientTokenInvalid();
    return it->second;
  }

  void EndMoved(std::string_view token, std::string_view, absl::Time) override {
    EndSession(std::string(token));
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
  // Binds a session to the address that it was opened from.
  void BindSession(const std::string& token, const std::string& address) {
    const absl::MutexLock lock(&mutex_);
    sessions_[token].address = address;
  }
  // How far the second factor of a session is.
  void SetSecondFactor(const std::string& token, access::SecondFactor state) {
    const absl::MutexLock lock(&mutex_);
    sessions_[token].second_factor = state;
  }
  // `token` with dots in it, as a client's has; `terms` may be null.
  void SetClient(const std::string& token, const std::string& x5t, const std::string& subject,
                 std::shared_ptr<const access::ClientTerms> terms = nullptr) {
    access::Credential credential;
    credential.principal = {
        auth::Principal::Kind::kClient, subject, {{"department_client", 0}}, ""};
    credential.terms = std::move(terms);
    const absl::MutexLock lock(&mutex_);
    clients_[absl::StrCat(token, " ", x5t)] = credential;
  }
  void SetGrants(const std::string& token, std::vector<auth::Grant> grants) {
    const absl::MutexLock lock(&mutex_);
    sessions_[token].principal.grants = std::move(grants);
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
    std::vector<http::PlainHandler*> plain = {};
    // Null: nobody is held back.
    http::AddressLimits* addresses = nullptr;
    audit::RefusalLog* refusals = nullptr;
    http::FrontOptions front = {};
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
    gate = std::make_unique<access::Gate>(*methods, base::Clock::Real());
    credentials.SetSession("good", "accounts/1");
    assets.Add("/page", {"text/plain", "a page"});
    assets.Add("/long", {"text/plain", std::string(1000, 'x')});
    front = std::make_unique<http::Front>(
        http::FrontParts{*schema, *methods, *router, *backends, *doorman, *gate, assets, registry,
                         [this] { return ready.load(); }, options.plain, options.addresses,
                         options.refusals, options.front});
    http = http::Server::Create(options.http, *front).value();
    grpc = passthrough::Server::Create(
               options.grpc, {*schema, *methods, *backends, lanes, *doorman, *gate, registry,
                              options.addresses, options.refusals})
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
  std::unique_ptr<access::Gate> gate;
  http::Assets assets;
  metrics::Registry registry;
  std::unique_ptr<http::Front> front;
  std::unique_ptr<http::Server> http;
  std::unique_ptr<passthrough::Server> grpc;
};

}  // namespace ronghe::gateway::testing
