#include "services/gateway/transcode/openapi.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "nlohmann/json.hpp"

namespace ronghe::gateway::transcode {
namespace {

using nlohmann::json;

struct Page {
  std::unique_ptr<Schema> schema;
  std::unique_ptr<MethodTable> methods;
  std::unique_ptr<Router> router;
  json page;
};

const Page& ContractsPage() {
  static const Page* const page = [] {
    auto* made = new Page();
    auto schema = Schema::Load(absl::StrCat(std::getenv("RONGHE_BUILD_DIR"), "/ronghe.binpb"));
    EXPECT_TRUE(schema.ok()) << schema.status();
    made->schema = *std::move(schema);
    auto methods = MethodTable::Build(*made->schema);
    EXPECT_TRUE(methods.ok()) << methods.status();
    made->methods = *std::move(methods);
    auto router = Router::Build(*made->methods);
    EXPECT_TRUE(router.ok()) << router.status();
    made->router = *std::move(router);
    made->page = json::parse(OpenApi(*made->schema, *made->router, "1.2.3"));
    return made;
  }();
  return *page;
}

void CollectRefs(const json& node, std::set<std::string>* refs) {
  if (node.is_object()) {
    for (const auto& [key, value] : node.items()) {
      if (key == "$ref") refs->insert(value.get<std::string>());
      CollectRefs(value, refs);
    }
  } else if (node.is_array()) {
    for (const json& item : node) CollectRefs(item, refs);
  }
}

TEST(OpenApiTest, EveryRouteStandsOnce) {
  const json& page = ContractsPage().page;
  size_t operations = 0;
  std::set<std::string> ids;
  for (const auto& [path, item] : page["paths"].items()) {
    for (const auto& [verb, operation] : item.items()) {
      ++operations;
      EXPECT_TRUE(ids.insert(operation["operationId"].get<std::string>()).second) << path << verb;
      EXPECT_FALSE(operation["description"].get<std::string>().empty()) << path;
    }
  }
  EXPECT_EQ(operations, ContractsPage().router->bindings().size());
}

TEST(OpenApiTest, EveryReferenceLeadsSomewhere) {
  const json& page = ContractsPage().page;
  std::set<std::string> refs;
  CollectRefs(page, &refs);
  for (const std::string& ref : refs) {
    EXPECT_TRUE(page.contains(json::json_pointer(ref.substr(1)))) << ref;
  }
  EXPECT_GT(refs.size(), 20u);
}

TEST(OpenApiTest, PathParametersMatchThePath) {
  for (const auto& [path, item] : ContractsPage().page["paths"].items()) {
    for (const auto& [verb, operation] : item.items()) {
      size_t in_path = 0;
      for (const json& parameter : operation.value("parameters", json::array())) {
        if (parameter["in"] != "path") continue;
        ++in_path;
        EXPECT_NE(path.find(absl::StrCat("{", parameter["name"].get<std::string>(), "}")),
                  std::string::npos)
            << path;
      }
      EXPECT_EQ(in_path, static_cast<size_t>(std::count(path.begin(), path.end(), '{'))) << path;
      EXPECT_EQ(path.find('*'), std::string::npos) << path;
    }
  }
}

TEST(OpenApiTest, AccessIsDescribed) {
  const json& page = ContractsPage().page;
  EXPECT_EQ(page["openapi"], "3.1.0");
  EXPECT_EQ(page["info"]["version"], "1.2.3");
  const json& sign_in = page["paths"]["/v1/auth:signIn"]["post"];
  EXPECT_EQ(sign_in["security"], json::array());
  const json& get = page["paths"]["/v1/accounts/{account}"]["get"];
  EXPECT_EQ(get["x-ronghe-permission"], "access.account.read");
  EXPECT_FALSE(get.contains("requestBody"));
  const json& disable = page["paths"]["/v1/accounts/{account}:disable"]["post"];
  EXPECT_TRUE(disable.contains("requestBody"));
  const json& account = page["components"]["schemas"]["ronghe.access.v1.Account"];
  EXPECT_EQ(account["properties"]["createTime"]["format"], "date-time");
  EXPECT_EQ(account["properties"]["loginName"]["maxLength"], 64);
  EXPECT_EQ(account["properties"]["name"]["readOnly"], true);
  EXPECT_EQ(account["properties"]["displayName"]["x-ronghe-private"], true);
  EXPECT_FALSE(account["properties"]["loginName"].contains("x-ronghe-private"));
  const json& member = page["components"]["schemas"]["ronghe.membership.v1.Member"];
  EXPECT_EQ(member["properties"]["identityNumber"]["x-ronghe-sensitive"], true);
  EXPECT_FALSE(member["properties"]["ethnicity"].contains("x-ronghe-sensitive"));
}

}  // namespace
}  // namespace ronghe::gateway::transcode
