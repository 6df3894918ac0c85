#include "common/org/interval_event.h"

#include <string>
#include <string_view>

#include "absl/strings/str_split.h"
#include "common/base/strings.h"
#include "common/org/event_data.h"

namespace ronghe::org {
namespace {

constexpr char kList[] = "intervals";
constexpr size_t kFields = 7;

IntervalRow ReadItem(EventData& data, int64_t organization, absl::string_view item) {
  IntervalRow row{.organization_id = organization};
  const std::vector<absl::string_view> parts = absl::StrSplit(item, ',');
  if (parts.size() != kFields) {
    data.Fail(kList);
    return row;
  }
  const auto part = [&parts](size_t i) {
    return std::string_view(parts[i].data(), parts[i].size());
  };
  row.id = data.Number<int64_t>(kList, part(0));
  row.member_id = data.Number<int64_t>(kList, part(1));
  row.category = data.Number<int32_t>(kList, part(2));
  row.standing = std::string(part(3));
  row.voting = part(4) == "1";
  const std::optional<absl::CivilDay> from = data.ReadDay(kList, part(5));
  if (!from.has_value()) data.Fail(kList);
  row.valid_from = from.value_or(absl::CivilDay());
  row.valid_to = data.ReadDay(kList, part(6)).value_or(kOpenEnd);
  return row;
}

}  // namespace

absl::StatusOr<std::vector<IntervalRow>> IntervalsIn(const event::v1::Event& event) {
  EventData data(event);
  std::vector<IntervalRow> rows;
  if (event.type() == kIntervalChanged) {
    rows.push_back({.id = data.Id("interval"),
                    .member_id = data.Id("member"),
                    .organization_id = data.Id("organization"),
                    .category = data.Int("category"),
                    .standing = data.Text("standing"),
                    .voting = data.Text("voting") == "1",
                    .valid_from = data.Day("valid_from"),
                    .valid_to = data.OptionalDay("valid_to").value_or(kOpenEnd)});
  } else if (event.type() == kIntervalsOpened) {
    const int64_t organization = data.Id("organization");
    const std::string list = data.Text(kList);
    for (const absl::string_view item : absl::StrSplit(list, ';', absl::SkipEmpty())) {
      rows.push_back(ReadItem(data, organization, item));
    }
  }
  if (!data.status().ok()) return data.status();
  return rows;
}

}  // namespace ronghe::org
