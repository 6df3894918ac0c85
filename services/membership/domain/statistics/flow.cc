#include "services/membership/domain/statistics/flow.h"

namespace ronghe::membership {
namespace {

bool SamePlace(const FlowEnd& from, const FlowEnd& to) {
  return from.counted() && to.counted() && from.organization_id == to.organization_id;
}

}  // namespace

std::optional<Flow> Arrival(const FlowEnd& from, const FlowEnd& to) {
  if (!to.counted()) return std::nullopt;
  if (SamePlace(from, to)) return Flow{Source::kChange, to.organization_id, 0, to.category};
  return Flow{Source::kGain, to.organization_id, from.counted() ? from.organization_id : 0,
              to.category};
}

std::optional<Flow> Departure(const FlowEnd& from, const FlowEnd& to) {
  if (!from.counted() || SamePlace(from, to)) return std::nullopt;
  return Flow{Source::kLoss, from.organization_id, to.counted() ? to.organization_id : 0,
              from.category};
}

ChangeCode CountedCode(ChangeCode code, Source source) {
  const bool whole_unit = code == ChangeCode::kInWholeUnit || code == ChangeCode::kOutWholeUnit;
  if (source == Source::kGain && (code == ChangeCode::kMoved || IsTransferOut(code))) {
    return whole_unit ? ChangeCode::kInWholeUnit : ChangeCode::kInCounty;
  }
  if (source == Source::kLoss && (code == ChangeCode::kMoved || IsTransferIn(code))) {
    return whole_unit ? ChangeCode::kOutWholeUnit : ChangeCode::kOut;
  }
  return code;
}

}  // namespace ronghe::membership
