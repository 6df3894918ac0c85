// How do the decisions, deadlines and documents of a case become protos?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_CASE_CONVERT_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_CASE_CONVERT_H_

#include "ronghe/membership/v1/case.pb.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/decision_store.h"
#include "services/membership/store/document_store.h"

namespace ronghe::membership {

v1::Decision ToProto(const DecisionRow& row);
v1::Deadline ToProto(const DeadlineRow& row);
v1::CaseDocument ToProto(const DocumentRow& row);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_CASE_CONVERT_H_
