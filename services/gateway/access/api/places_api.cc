#include "services/gateway/access/api/places_api.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "services/gateway/access/api/convert.h"
#include "services/gateway/access/domain/errors.h"

namespace ronghe::gateway::access {
namespace {

namespace pb = ::ronghe::access::v1;

constexpr std::string_view kAll = "organizations/-";

void AddCounts(const org::OrgCounts& counts, pb::Place& place) {
  place.set_organizations(place.organizations() + counts.organizations);
  place.set_branches(place.branches() + counts.branches);
  place.set_members(place.members() + counts.full + counts.probationary);
}

// Where a page ended: below which organization without a parent, or below the one that was asked
// about, and after which path.
struct Cursor {
  int64_t root = 0;
  std::optional<org::OrgPath> after;
};

std::string FormatCursor(int64_t root, const org::OrgPath& path) {
  return absl::StrCat(root, " ", org::FormatPath(path));
}

absl::StatusOr<Cursor> ParseCursor(const std::string& text) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits(' ', 1));
  Cursor cursor;
  if (!absl::SimpleAtoi(parts.first, &cursor.root)) {
    return absl::InvalidArgumentError("no place in the tree");
  }
  RONGHE_RETURN_IF_ERROR(org::ParsePath(parts.second, &cursor.after.emplace()));
  return cursor;
}

}  // namespace

pb::Place PlacesApi::Of(const org::OrgNode& node) const {
  pb::Place place;
  place.set_name(base::Name("organizations", node.id));
  place.set_title(node.name);
  place.set_code(node.code);
  for (const int64_t id : tree_.Ancestors(node.id)) {
    pb::Place::Upper& upper = *place.add_above();
    upper.set_name(base::Name("organizations", id));
    upper.set_title(tree_.Name(id));
  }
  AddCounts(tree_.Count(node.id), place);
  return place;
}

pb::Place PlacesApi::OfAll() const {
  pb::Place place;
  place.set_name(std::string(kAll));
  for (const int64_t root : tree_.Roots()) AddCounts(tree_.Count(root), place);
  return place;
}

absl::StatusOr<pb::Place> PlacesApi::GetPlace(rpc::Call& call, const pb::GetPlaceRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, OrganizationId(request.name(), kAll));
  RONGHE_RETURN_IF_ERROR(call.Authorize(id));
  if (id == 0) return OfAll();
  const std::optional<org::OrgNode> node = tree_.Node(id);
  if (!node) return errors::OrganizationUnknown(request.name());
  return Of(*node);
}

absl::StatusOr<pb::ListPlacesResponse> PlacesApi::ListPlaces(rpc::Call& call,
                                                             const pb::ListPlacesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, OrganizationId(request.parent(), kAll));
  RONGHE_RETURN_IF_ERROR(call.Authorize(id));
  std::vector<int64_t> roots = id == 0 ? tree_.Roots() : std::vector<int64_t>{id};
  const std::string question = absl::StrCat(id, "|", request.text());
  Cursor cursor;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string text,
                            page_tokens_.Open(call.method(), question, request.page_token()));
    RONGHE_ASSIGN_OR_RETURN(cursor, ParseCursor(text));
    roots.erase(roots.begin(), std::find(roots.begin(), roots.end(), cursor.root));
  }
  const auto wanted = [&text = request.text()](const org::OrgBrief& brief) {
    return brief.active &&
           (brief.name.find(text) != std::string_view::npos || brief.code.starts_with(text));
  };
  const int size = rpc::PageSize(request.page_size());
  pb::ListPlacesResponse response;
  std::string last;
  for (const int64_t root : roots) {
    const auto room = static_cast<size_t>(size + 1 - response.places_size());
    for (const org::OrgStop& stop : tree_.SubtreeStops(root, cursor.after, room, wanted)) {
      if (response.places_size() == size) {
        response.set_next_page_token(page_tokens_.Seal(call.method(), question, last));
        return response;
      }
      if (const auto node = tree_.Node(stop.id)) *response.add_places() = Of(*node);
      last = FormatCursor(root, stop.path);
    }
    cursor.after.reset();
  }
  return response;
}

}  // namespace ronghe::gateway::access
