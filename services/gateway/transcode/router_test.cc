#include "services/gateway/transcode/router.h"

#include <gtest/gtest.h>

#include "common/error/error.h"
#include "google/api/annotations.pb.h"
#include "services/gateway/transcode/testdata/kitchen.pb.h"

namespace ronghe::gateway::transcode {
namespace {

using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;

FileDescriptorSet KitchenSet() {
  FileDescriptorSet set;
  std::set<std::string> added;
  std::function<void(const google::protobuf::FileDescriptor*)> add =
      [&](const google::protobuf::FileDescriptor* file) {
        if (!added.insert(file->name()).second) return;
        for (int i = 0; i < file->dependency_count(); ++i) add(file->dependency(i));
        file->CopyTo(set.add_file());
        file->CopyJsonNameTo(&*set.mutable_file()->rbegin());
      };
  add(testdata::v1::Kitchen::descriptor()->file());
  return set;
}

struct Built {
  std::unique_ptr<Schema> schema;
  std::unique_ptr<MethodTable> methods;
  std::unique_ptr<Router> router;
  absl::Status status;
};

Built Build(const FileDescriptorSet& set) {
  Built built;
  auto schema = Schema::FromProto(set);
  if (!schema.ok()) {
    built.status = schema.status();
    return built;
  }
  built.schema = *std::move(schema);
  auto methods = MethodTable::Build(*built.schema);
  if (!methods.ok()) {
    built.status = methods.status();
    return built;
  }
  built.methods = *std::move(methods);
  auto router = Router::Build(*built.methods);
  if (!router.ok()) {
    built.status = router.status();
    return built;
  }
  built.router = *std::move(router);
  return built;
}

const Built& Kitchen() {
  static const Built* const built = new Built(Build(KitchenSet()));
  return *built;
}

std::string MethodOf(Verb verb, std::string_view path) {
  const Match match = Kitchen().router->Find(verb, path);
  return match.binding == nullptr ? "" : match.binding->method->descriptor->name();
}

template <class Request>
absl::StatusOr<Request> Ask(Verb verb, std::string_view path, const RequestParts& parts) {
  const Match match = Kitchen().router->Find(verb, path);
  if (match.binding == nullptr) return absl::NotFoundError("no route");
  const auto wire = BuildRequest(*match.binding, match.segments, parts);
  if (!wire.ok()) return wire.status();
  Request request;
  EXPECT_TRUE(request.ParseFromString(*wire));
  return request;
}

TEST(RouterTest, FindsMethodsByTemplate) {
  ASSERT_TRUE(Kitchen().status.ok()) << Kitchen().status;
  EXPECT_EQ(MethodOf(Verb::kGet, "/v1/things/1"), "GetThing");
  EXPECT_EQ(MethodOf(Verb::kPatch, "/v1/things/1"), "UpdateThing");
  EXPECT_EQ(MethodOf(Verb::kPost, "/v1/things/1:submit"), "SubmitThing");
  EXPECT_EQ(MethodOf(Verb::kGet, "/v1/services/membership/things"), "ListThings");
  EXPECT_EQ(MethodOf(Verb::kGet, "/v1/services/membership/things:watch"), "WatchThings");
  EXPECT_EQ(MethodOf(Verb::kGet, "/v1/services/%E5%85%9A/things"), "ListThings");
  EXPECT_EQ(MethodOf(Verb::kGet, "/v1/days/2026/11/things"), "GetThing");
  EXPECT_EQ(MethodOf(Verb::kGet, "/v1/things"), "");
  EXPECT_EQ(MethodOf(Verb::kGet, "/v1/things/"), "");
  EXPECT_EQ(MethodOf(Verb::kGet, "/v1/things/1/2"), "");
  EXPECT_EQ(MethodOf(Verb::kGet, "/v1/things/1/"), "");
  EXPECT_EQ(MethodOf(Verb::kPost, "/v1/things/1:unknown"), "");
  EXPECT_EQ(MethodOf(Verb::kGet, "//v1/things/1"), "");
}

TEST(RouterTest, AColonThatIsNoVerbBelongsToTheName) {
  const auto request =
      Ask<testdata::v1::GetThingRequest>(Verb::kGet, "/v1/things/a:b", RequestParts{});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->name(), "things/a:b");
}

TEST(RouterTest, TellsWhichOtherVerbsThePathTakes) {
  const Match match = Kitchen().router->Find(Verb::kDelete, "/v1/things/1");
  EXPECT_EQ(match.binding, nullptr);
  EXPECT_TRUE(match.other_verbs[static_cast<size_t>(Verb::kGet)]);
  EXPECT_TRUE(match.other_verbs[static_cast<size_t>(Verb::kPatch)]);
  EXPECT_FALSE(match.other_verbs[static_cast<size_t>(Verb::kPost)]);
}

TEST(RouterTest, BadEscapesAndBytesAreABadPath) {
  EXPECT_TRUE(Kitchen().router->Find(Verb::kGet, "/v1/things/%zz").bad_path);
  EXPECT_TRUE(Kitchen().router->Find(Verb::kGet, "/v1/things/%e5").bad_path);
  EXPECT_TRUE(Kitchen().router->Find(Verb::kGet, "things").bad_path);
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "/x";
  EXPECT_EQ(Kitchen().router->Find(Verb::kGet, deep).binding, nullptr);
}

TEST(RouterTest, QueryParametersBecomeFields) {
  const auto request = Ask<testdata::v1::GetThingRequest>(
      Verb::kGet, "/v1/things/%E4%B8%80",
      {.query = "readMask=displayName,etag&kinds=KIND_ONE&kinds=2&day.year=2026&day.month=11&"
                "since=2026-11-23T08%3A00%3A00%2B08%3A00&deep=true"});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->name(), "things/一");
  EXPECT_EQ(request->read_mask().paths(0), "display_name");
  EXPECT_EQ(request->kinds_size(), 2);
  EXPECT_EQ(request->day().year(), 2026);
  EXPECT_EQ(request->day().month(), 11);
  EXPECT_EQ(request->since().seconds(), 1795392000);
  EXPECT_TRUE(request->deep());
}

TEST(RouterTest, BadQueriesNameTheParameter) {
  const auto field = [](std::string_view query) {
    const auto request =
        Ask<testdata::v1::GetThingRequest>(Verb::kGet, "/v1/things/1", {.query = query});
    EXPECT_EQ(request.status().code(), absl::StatusCode::kInvalidArgument) << query;
    const auto violations = error::FieldViolations(request.status());
    return violations.empty() ? "" : violations[0].field;
  };
  EXPECT_EQ(field("nothing=1"), "nothing");
  EXPECT_EQ(field("deep=yes"), "deep");
  EXPECT_EQ(field("deep=true&deep=true"), "deep");
  EXPECT_EQ(field("day=1"), "day");
  EXPECT_EQ(field("day.year=x"), "day.year");
  EXPECT_EQ(field("deep=%f"), "(query)");
  EXPECT_EQ(field("since=yesterday"), "since");
}

TEST(RouterTest, BodiesPathsAndHeadersMeetInOneRequest) {
  const auto update =
      Ask<testdata::v1::UpdateThingRequest>(Verb::kPatch, "/v1/things/9",
                                            {.query = "updateMask=displayName",
                                             .body = R"({"displayName":"名","name":"things/1"})",
                                             .idempotency_key = "k-1",
                                             .if_match = "\"7\""});
  ASSERT_TRUE(update.ok()) << update.status();
  EXPECT_EQ(update->thing().name(), "things/9");
  EXPECT_EQ(update->thing().display_name(), "名");
  EXPECT_EQ(update->thing().etag(), "7");
  EXPECT_EQ(update->update_mask().paths(0), "display_name");
  EXPECT_EQ(update->request_id(), "k-1");

  const auto submit = Ask<testdata::v1::SubmitThingRequest>(Verb::kPost, "/v1/things/9:submit",
                                                            {.body = "", .if_match = "*"});
  ASSERT_TRUE(submit.ok()) << submit.status();
  EXPECT_EQ(submit->name(), "things/9");
  EXPECT_EQ(submit->etag(), "");
}

TEST(RouterTest, WhatTheMethodDoesNotTakeIsRefused) {
  EXPECT_FALSE(Ask<testdata::v1::GetThingRequest>(Verb::kGet, "/v1/things/1", {.body = "{}"}).ok());
  EXPECT_FALSE(
      Ask<testdata::v1::GetThingRequest>(Verb::kGet, "/v1/things/1", {.if_match = "\"1\""}).ok());
  EXPECT_FALSE(Ask<testdata::v1::SubmitThingRequest>(Verb::kPost, "/v1/things/1:submit",
                                                     {.query = "reason=x"})
                   .ok());
  EXPECT_FALSE(
      Ask<testdata::v1::SubmitThingRequest>(Verb::kPost, "/v1/things/1:submit", {.if_match = "7"})
          .ok());
  const auto nested = Ask<testdata::v1::UpdateThingRequest>(Verb::kPatch, "/v1/things/9",
                                                            {.body = R"({"color":"red"})"});
  EXPECT_EQ(error::FieldViolations(nested.status())[0].field, "thing.color");
}

TEST(RouterTest, EtagsRequestIdsAndRouteFieldsAreFound) {
  const Method* update =
      Kitchen().methods->Find("/ronghe.gateway.testdata.v1.ThingService/UpdateThing");
  ASSERT_NE(update, nullptr);
  ASSERT_EQ(update->request_etag.size(), 2u);
  EXPECT_EQ(update->request_etag[0]->name, "thing");
  EXPECT_NE(update->request_id, nullptr);
  EXPECT_NE(update->response_etag, nullptr);
  const Method* watch =
      Kitchen().methods->Find("/ronghe.gateway.testdata.v1.ThingService/WatchThings");
  ASSERT_NE(watch->route_field, nullptr);
  EXPECT_EQ(watch->route_field->name, "source");
  EXPECT_TRUE(watch->server_streaming);
}

// Changes the HTTP rule of GetThing and says why the gateway then refuses to start.
std::string RefusalOf(std::function<void(google::protobuf::MethodOptions*)> change) {
  FileDescriptorSet set = KitchenSet();
  for (FileDescriptorProto& file : *set.mutable_file()) {
    if (file.service_size() == 0) continue;
    change(file.mutable_service(0)->mutable_method(0)->mutable_options());
  }
  return std::string(Build(set).status.message());
}

TEST(RouterTest, BadTemplatesRefuseToStart) {
  const auto with_get = [](const char* pattern) {
    return RefusalOf([pattern](google::protobuf::MethodOptions* options) {
      options->MutableExtension(google::api::http)->set_get(pattern);
    });
  };
  EXPECT_NE(with_get("/v1/{name=services/*}/things").find("conflicts with"), std::string::npos);
  EXPECT_NE(with_get("/v1/{nothing}").find("binds nothing"), std::string::npos);
  EXPECT_NE(with_get("/v1/{kinds}").find("binds kinds"), std::string::npos);
  EXPECT_NE(with_get("/v1/{day}").find("binds day"), std::string::npos);
  EXPECT_NE(with_get("/v1/{name}/{name}").find("twice"), std::string::npos);
  EXPECT_NE(with_get("v1/things").find("bad path template"), std::string::npos);
  EXPECT_NE(with_get("/v1/{name=things/*").find("bad path template"), std::string::npos);
  EXPECT_NE(with_get("/v1/**/x").find("bad path template"), std::string::npos);
  EXPECT_NE(with_get("/v1/x y").find("bad path template"), std::string::npos);
  EXPECT_NE(with_get("").find("bad path template"), std::string::npos);
  EXPECT_EQ(with_get("/v1/other/{name=**}"), "");
}

TEST(RouterTest, MethodsWithoutAPolicyRefuseToStart) {
  EXPECT_NE(RefusalOf([](google::protobuf::MethodOptions* options) {
              options->ClearExtension(options::v1::policy);
            }).find("has no policy"),
            std::string::npos);
  EXPECT_NE(RefusalOf([](google::protobuf::MethodOptions* options) {
              options->MutableExtension(options::v1::policy)->clear_scope();
            }).find("scope"),
            std::string::npos);
  EXPECT_NE(RefusalOf([](google::protobuf::MethodOptions* options) {
              options->MutableExtension(options::v1::policy)->set_route_field("kinds");
            }).find("route_field"),
            std::string::npos);
}

TEST(RouterTest, EveryRouteOfTheContractsStarts) {
  const char* build = std::getenv("RONGHE_BUILD_DIR");
  ASSERT_NE(build, nullptr);
  const auto schema = Schema::Load(absl::StrCat(build, "/ronghe.binpb"));
  ASSERT_TRUE(schema.ok()) << schema.status();
  const auto methods = MethodTable::Build(**schema);
  ASSERT_TRUE(methods.ok()) << methods.status();
  const auto router = Router::Build(**methods);
  ASSERT_TRUE(router.ok()) << router.status();
  EXPECT_GT((*router)->bindings().size(), 20u);
}

}  // namespace
}  // namespace ronghe::gateway::transcode
