// What is a deadline, a document or a decision about? A resource, by its collection and id.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_SUBJECT_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_SUBJECT_H_

#include <cstdint>
#include <string>

namespace ronghe::membership {

struct Subject {
  std::string collection;  // "admissionCases"
  int64_t id = 0;

  // "admissionCases/12".
  std::string name() const { return collection + "/" + std::to_string(id); }

  friend bool operator==(const Subject&, const Subject&) = default;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_SUBJECT_H_
