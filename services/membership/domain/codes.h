// Which codes does membership know, and what are they called in Chinese?
//
// Person codes follow GB/T 2261.1 (gender), GB/T 3304 (ethnic groups), GB/T 4658 (education) and
// GB/T 6864 (degrees); organization kinds are those of the national member system; category,
// standing and posts are the project's own. Enumerators carry their code as their number.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_CODES_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_CODES_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ronghe::membership {

enum class Category : int32_t { kFull = 1, kProbationary = 2 };

enum class Standing : int32_t { kNormal = 10, kSuspended = 20, kLeft = 30, kDeceased = 40 };

// True while a person of this standing is a member, on a roll or not.
inline bool IsMember(Standing standing) {
  return standing == Standing::kNormal || standing == Standing::kSuspended;
}

enum class Gender : int32_t { kUnknown = 0, kMale = 1, kFemale = 2, kNotStated = 9 };

enum class Post : int32_t {
  kSecretary = 1,
  kDeputySecretary = 2,
  kOrganizationMember = 3,
  kPublicityMember = 4,
  kDisciplineMember = 5,
  kUnitedFrontMember = 6,
  kYouthMember = 7,
  kCommitteeMember = 8,
  kGroupLeader = 11,
  kOrganizer = 21,
};

// True for the posts that make up a committee: secretary to committee member.
inline bool IsCommitteePost(Post post) { return static_cast<int32_t>(post) <= 8; }

// A code and its name.
struct CodeName {
  std::string_view code;
  std::string_view name;
};

std::span<const CodeName> Genders();            // "1" 男
std::span<const CodeName> EthnicGroups();       // "01" 汉族
std::span<const CodeName> Educations();         // "21" 大学本科毕业
std::span<const CodeName> Degrees();            // "4" 学士
std::span<const CodeName> Categories();         // "1" 正式党员
std::span<const CodeName> Standings();          // "10" 正常
std::span<const CodeName> Posts();              // "01" 书记
std::span<const CodeName> OrganizationKinds();  // "631" 党支部

// The name of a code; empty when the list does not have it.
std::string_view NameOf(std::span<const CodeName> list, std::string_view code);

// The code meant by `text`: a code of the list, one of its names, or an accepted short form
// (汉 for 汉族, 本科 for 大学本科毕业). Nothing when it means none of them.
std::optional<std::string_view> CodeOf(std::span<const CodeName> list, std::string_view text);

// True for a degree code: one digit 1 to 4, or three digits 2xx, 3xx, 4xx.
bool IsDegreeCode(std::string_view code);

// A post's code in two digits, "01".
std::string PostCode(Post post);
std::optional<Post> PostOf(int32_t code);
std::optional<Standing> StandingOf(int32_t code);
std::optional<Category> CategoryOf(int32_t code);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_CODES_H_
