// What do the tests of the stores put into a fresh schema?
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_STORE_TESTING_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_STORE_TESTING_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/crypto/bytes.h"
#include "common/testing/mariadb.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/organization_store.h"

namespace ronghe::membership {

inline testing::TestSchema NewMembershipSchema() {
  return testing::SharedMariaDb().NewSchema(
      {"common/sql/migrations", "services/membership/migrations"});
}

inline OrganizationRow TestOrganization(int64_t id, int64_t parent, int32_t kind) {
  return {.id = id,
          .parent_id = parent,
          .kind = kind,
          .code = absl::StrCat("t", id),
          .title = absl::StrCat("第", id, "党组织"),
          .founded_on = absl::CivilDay(2020, 1, 1),
          .create_time = absl::FromUnixSeconds(1),
          .update_time = absl::FromUnixSeconds(1)};
}

inline MemberRow TestMember(int64_t id, int64_t organization, Category category = Category::kFull) {
  MemberRow row{.id = id,
                .organization_id = organization,
                .category = category,
                .voting = category == Category::kFull,
                .full_name = absl::StrCat("党员", id),
                .gender = Gender::kFemale,
                .identity_cipher = sql::Bytes(std::string("cipher")),
                .identity_index = sql::Bytes(crypto::Sha256(absl::StrCat(id))),
                .ethnicity = "01",
                .birth_date = absl::CivilDay(1980, 1, 1),
                .education = "21",
                .joined_on = absl::CivilDay(2010, 7, 1),
                .converted_on = absl::CivilDay(2011, 7, 1),
                .create_time = absl::FromUnixSeconds(1),
                .update_time = absl::FromUnixSeconds(1)};
  return row;
}

inline MemberIntervalRow TestInterval(int64_t id, const MemberRow& member, absl::CivilDay from) {
  MemberIntervalRow row{.id = id, .member_id = member.id, .valid_from = from};
  row.set_membership(member.membership());
  return row;
}

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_STORE_TESTING_H_
