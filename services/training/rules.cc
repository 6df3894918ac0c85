#include "services/training/rules.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/config/config.h"

namespace ronghe::training {
namespace {

Requirement FromProto(const rules::v1::Requirement& proto) {
  return {.id = proto.id(),
          .half_hours = proto.half_hours(),
          .source = proto.source(),
          .post_codes = {proto.post_codes().begin(), proto.post_codes().end()}};
}

}  // namespace

absl::StatusOr<RuleSet> FromProto(const rules::v1::RuleSet& proto) {
  RuleSet set;
  set.id = proto.id();
  set.version = proto.version();
  set.title = proto.title();
  set.source = proto.source();
  RONGHE_ASSIGN_OR_RETURN(set.effective_from, base::ParseDay(proto.effective_from()));
  if (!proto.effective_to().empty()) {
    RONGHE_ASSIGN_OR_RETURN(set.effective_to, base::ParseDay(proto.effective_to()));
  }
  set.member = FromProto(proto.member());
  set.leader = FromProto(proto.leader());
  set.conversion = {.id = proto.conversion().id(),
                    .full_day = proto.conversion().full_day(),
                    .half_day = proto.conversion().half_day(),
                    .hour = proto.conversion().hour(),
                    .practice_half_day = proto.conversion().practice_half_day(),
                    .source = proto.conversion().source()};
  set.partial_month_counts = proto.partial_month_counts();
  for (const rules::v1::Exemption& exemption : proto.exemptions()) {
    set.exemptions.push_back(
        {.code = exemption.code(), .title = exemption.title(), .source = exemption.source()});
  }
  for (const rules::v1::Form& form : proto.forms()) {
    set.forms.push_back({.code = form.code(), .title = form.title()});
  }
  set.max_attendance = proto.max_attendance();
  return set;
}

absl::StatusOr<RuleBook> LoadRuleBook(const std::string& directory,
                                      operation::RuleCatalogue* shown) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".textproto") files.push_back(entry.path().string());
  }
  if (files.empty()) return absl::NotFoundError(base::Cat("no rule sets in ", directory));
  std::sort(files.begin(), files.end());
  std::vector<RuleSet> sets;
  for (const std::string& file : files) {
    RONGHE_ASSIGN_OR_RETURN(const rules::v1::RuleSet proto,
                            ronghe::config::Load<rules::v1::RuleSet>(file));
    RONGHE_ASSIGN_OR_RETURN(RuleSet set, FromProto(proto));
    if (shown != nullptr) shown->Add(proto);
    sets.push_back(std::move(set));
  }
  return RuleBook::Create(std::move(sets));
}

}  // namespace ronghe::training
