#include "services/membership/api/case_convert.h"

#include "common/base/resource_name.h"
#include "common/rpc/convert.h"

namespace ronghe::membership {

v1::Decision ToProto(const DecisionRow& row) {
  v1::Decision decision;
  decision.set_event(row.event);
  decision.set_rule_id(row.rule_id);
  decision.set_rule_set(row.rule_set);
  decision.set_source(row.source);
  decision.set_required(row.required);
  decision.set_actual(row.actual);
  decision.set_outcome(static_cast<v1::DecisionOutcome>(row.outcome));
  decision.set_reason(row.reason);
  *decision.mutable_time() = rpc::ToProto(row.time);
  return decision;
}

v1::Deadline ToProto(const DeadlineRow& row) {
  v1::Deadline deadline;
  deadline.set_code(row.code);
  deadline.set_ordinal(row.ordinal);
  deadline.set_organization(base::Name("organizations", row.organization_id));
  *deadline.mutable_due_on() = rpc::ToProto(row.due_on);
  deadline.set_state(static_cast<v1::DeadlineState>(row.state));
  if (row.met_on) *deadline.mutable_met_on() = rpc::ToProto(*row.met_on);
  deadline.set_rule_id(row.rule_id);
  deadline.set_rule_set(row.rule_set);
  deadline.set_source(row.source);
  return deadline;
}

v1::CaseDocument ToProto(const DocumentRow& row) {
  v1::CaseDocument document;
  document.set_document(base::Name("documents", row.id));
  document.set_kind(row.kind);
  document.set_title(row.title);
  *document.mutable_upload_time() = rpc::ToProto(row.create_time);
  return document;
}

}  // namespace ronghe::membership
