#include "services/membership/api/subject_registry.h"

#include <utility>
#include <vector>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "services/membership/domain/document/errors.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/organization_store.h"

namespace ronghe::membership {

void SubjectRegistry::Add(std::string collection, Finder finder) {
  finders_.insert_or_assign(std::move(collection), std::move(finder));
}

absl::StatusOr<SubjectPlace> SubjectRegistry::Find(sql::Session& session,
                                                   const Subject& subject) const {
  const auto finder = finders_.find(subject.collection);
  if (finder == finders_.end()) return DocumentSubjectUnknown(subject.name());
  return finder->second(session, subject.id);
}

void AddOwnSubjects(SubjectRegistry& subjects) {
  subjects.Add("members", [](sql::Session& session, int64_t id) -> absl::StatusOr<SubjectPlace> {
    const std::vector<int64_t> ids = {id};
    RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> rows, LoadMembers(session, ids));
    if (rows.empty()) return MemberNotFound(id);
    return SubjectPlace{rows.front().organization_id, IsMember(rows.front().standing)};
  });
  subjects.Add("organizations",
               [](sql::Session& session, int64_t id) -> absl::StatusOr<SubjectPlace> {
                 const std::vector<int64_t> ids = {id};
                 RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> rows,
                                         LoadOrganizations(session, ids));
                 if (rows.empty()) return OrganizationNotFound(id);
                 return SubjectPlace{id, !rows.front().revoked_on.has_value()};
               });
}

absl::StatusOr<Subject> ParseSubject(std::string_view name) {
  const std::string collection(name.substr(0, name.find('/')));
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, collection));
  return Subject{collection, id};
}

}  // namespace ronghe::membership
