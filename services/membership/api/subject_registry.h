// To which organization does a resource belong, whatever kind it is of, and is it still open?
//
// Documents and printed papers are about resources of many kinds. Each kind adds itself here once,
// by its collection ("admissionCases"), when the service is put together.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_SUBJECT_REGISTRY_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_SUBJECT_REGISTRY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/sql/session.h"
#include "services/membership/domain/subject.h"

namespace ronghe::membership {

struct SubjectPlace {
  int64_t organization_id = 0;
  bool open = true;  // files may still be added and taken away
};

// Filled before it is used, then thread-safe.
class SubjectRegistry {
 public:
  // Answers NOT_FOUND for an id that is none.
  using Finder =
      std::function<absl::StatusOr<SubjectPlace>(sql::Session& session, int64_t subject_id)>;

  void Add(std::string collection, Finder finder);

  // Errors: INVALID_ARGUMENT DOCUMENT_SUBJECT_UNKNOWN for a collection that nobody added; those of
  // its finder.
  absl::StatusOr<SubjectPlace> Find(sql::Session& session, const Subject& subject) const;

 private:
  std::map<std::string, Finder, std::less<>> finders_;
};

// Adds members (open while they are members) and organizations (until they are revoked).
void AddOwnSubjects(SubjectRegistry& subjects);

// "admissionCases/12". Errors: INVALID_ARGUMENT NAME_INVALID.
absl::StatusOr<Subject> ParseSubject(std::string_view name);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_SUBJECT_REGISTRY_H_
