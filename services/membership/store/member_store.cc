#include "services/membership/store/member_store.h"

#include <utility>

#include "absl/strings/str_replace.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/sql/error.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_MEMBER_COLUMNS                                                               \
  "id, organization_id, category, standing, voting, full_name, gender, identity_cipher, "   \
  "identity_index, ethnicity, birth_date, education, degree, phone_cipher, joined_on, "     \
  "converted_on, adjustment_months, occupation, technical_post, migrant_worker, floating, " \
  "out_of_contact, residence_region, household_region, etag, create_time, update_time, "    \
  "transfer_id"
#define RONGHE_MEMBER_VALUES \
  "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define RONGHE_BRIEF_COLUMNS \
  "id, organization_id, category, standing, voting, full_name, gender, etag"
#define RONGHE_INTERVAL_COLUMNS \
  "id, member_id, organization_id, category, standing, voting, valid_from, valid_to"

// Filters of a page; each has a value that lets everything pass.
#define RONGHE_MEMBER_FILTER                                                                 \
  "standing = ? AND category >= ? AND category <= ? AND full_name LIKE ? AND floating >= ? " \
  "AND out_of_contact >= ?"
#define RONGHE_ONE_BRANCH                                                       \
  " FROM member WHERE organization_id = ? AND id > ? AND " RONGHE_MEMBER_FILTER \
  " ORDER BY id LIMIT ?"
#define RONGHE_MANY_BRANCHES                                                          \
  " FROM member WHERE ((organization_id = ? AND id > ?) OR organization_id IN (?*)) " \
  "AND " RONGHE_MEMBER_FILTER " ORDER BY organization_id, id LIMIT ?"

const sql::Query<MemberRow> kByIds("member.by_ids",
                                   "SELECT " RONGHE_MEMBER_COLUMNS " FROM member WHERE id IN (?*)");
const sql::Query<MemberRow> kLock("member.lock", "SELECT " RONGHE_MEMBER_COLUMNS
                                                 " FROM member WHERE id = ? FOR UPDATE");
const sql::Query<MemberRow> kByIdentity("member.by_identity",
                                        "SELECT " RONGHE_MEMBER_COLUMNS
                                        " FROM member WHERE identity_index IN (?*)");
const sql::Command kInsert("member.insert", "INSERT INTO member (" RONGHE_MEMBER_COLUMNS
                                            ") VALUES " RONGHE_MEMBER_VALUES);
const sql::Command kUpdate(
    "member.update",
    "UPDATE member SET organization_id = ?, category = ?, standing = ?, voting = ?, full_name = ?, "
    "gender = ?, identity_cipher = ?, identity_index = ?, ethnicity = ?, birth_date = ?, "
    "education = ?, degree = ?, phone_cipher = ?, joined_on = ?, converted_on = ?, "
    "adjustment_months = ?, occupation = ?, technical_post = ?, migrant_worker = ?, floating = ?, "
    "out_of_contact = ?, residence_region = ?, household_region = ?, etag = ?, update_time = ? "
    "WHERE id = ?");
const sql::Command kUpdateMany(
    "member.update_many",
    "INSERT INTO member (" RONGHE_MEMBER_COLUMNS ") VALUES " RONGHE_MEMBER_VALUES
    " ON DUPLICATE KEY UPDATE organization_id = VALUES(organization_id), "
    "category = VALUES(category), standing = VALUES(standing), voting = VALUES(voting), "
    "full_name = VALUES(full_name), gender = VALUES(gender), ethnicity = VALUES(ethnicity), "
    "education = VALUES(education), degree = VALUES(degree), phone_cipher = VALUES(phone_cipher), "
    "joined_on = VALUES(joined_on), converted_on = VALUES(converted_on), "
    "adjustment_months = VALUES(adjustment_months), occupation = VALUES(occupation), "
    "technical_post = VALUES(technical_post), migrant_worker = VALUES(migrant_worker), "
    "floating = VALUES(floating), out_of_contact = VALUES(out_of_contact), "
    "residence_region = VALUES(residence_region), household_region = VALUES(household_region), "
    "etag = VALUES(etag), update_time = VALUES(update_time)");
const sql::Query<MemberRow> kOfOne("member.page_of_one",
                                   "SELECT " RONGHE_MEMBER_COLUMNS RONGHE_ONE_BRANCH);
const sql::Query<MemberBrief> kBriefOfOne("member.brief_page_of_one",
                                          "SELECT " RONGHE_BRIEF_COLUMNS RONGHE_ONE_BRANCH);
const sql::Query<MemberRow> kAcross("member.page_across",
                                    "SELECT " RONGHE_MEMBER_COLUMNS RONGHE_MANY_BRANCHES);
const sql::Query<MemberBrief> kBriefAcross("member.brief_page_across",
                                           "SELECT " RONGHE_BRIEF_COLUMNS RONGHE_MANY_BRANCHES);
const sql::Query<MemberRow> kByName(
    "member.by_name",
    "SELECT " RONGHE_MEMBER_COLUMNS
    " FROM member WHERE full_name LIKE ? AND full_name >= ? AND (full_name > ? OR id > ?) AND "
    "standing IN (10, 20) ORDER BY full_name, id LIMIT ?");

const sql::Query<MemberIntervalRow> kOpenIntervals(
    "membership_interval.open",
    "SELECT " RONGHE_INTERVAL_COLUMNS
    " FROM membership_interval WHERE valid_to = '9999-12-31' AND member_id IN (?*)");
const sql::Command kInsertInterval("membership_interval.insert",
                                   "INSERT INTO membership_interval (" RONGHE_INTERVAL_COLUMNS
                                   ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kCloseIntervals("membership_interval.close",
                                   "UPDATE membership_interval SET valid_to = ? WHERE id IN (?*)");
const sql::Command kAmendInterval(
    "membership_interval.amend",
    "INSERT INTO membership_interval (" RONGHE_INTERVAL_COLUMNS
    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
    "organization_id = VALUES(organization_id), category = VALUES(category), "
    "standing = VALUES(standing), voting = VALUES(voting)");
const sql::Query<MemberIntervalRow> kIntervalsOf(
    "membership_interval.of_member",
    "SELECT " RONGHE_INTERVAL_COLUMNS
    " FROM membership_interval WHERE member_id = ? AND valid_to <= ? "
    "ORDER BY valid_to DESC LIMIT ?");
const sql::Query<MemberCount> kCountOpen(
    "membership_interval.count_open",
    "SELECT organization_id, category, COUNT(*) FROM membership_interval "
    "WHERE valid_to = '9999-12-31' AND standing = 10 GROUP BY organization_id, category");
const sql::Query<MemberCount> kCountAsOf(
    "membership_interval.count_as_of",
    "SELECT organization_id, category, COUNT(*) FROM membership_interval "
    "WHERE organization_id IN (?*) AND valid_from <= ? AND valid_to > ? AND standing = 10 "
    "GROUP BY organization_id, category");
const sql::Query<MemberAsOf> kMembersAsOf(
    "membership_interval.members_as_of",
    "SELECT i.member_id, m.full_name, i.category FROM membership_interval i "
    "JOIN member m ON m.id = i.member_id "
    "WHERE i.organization_id = ? AND i.valid_from <= ? AND i.valid_to > ? AND i.standing = 10 "
    "AND i.member_id > ? ORDER BY i.member_id LIMIT ?");

std::string LikePrefix(std::string_view prefix) {
  return absl::StrReplaceAll(base::Sv(prefix), {{"\\", "\\\\"}, {"%", "\\%"}, {"_", "\\_"}}) + "%";
}

// The parameters of RONGHE_MEMBER_FILTER.
struct Bounds {
  explicit Bounds(const MemberFilter& filter)
      : standing(filter.standing),
        least_category(filter.category),
        greatest_category(filter.category == 0 ? 127 : filter.category),
        name(LikePrefix(filter.name_prefix)),
        floating(filter.floating ? 1 : 0),
        out_of_contact(filter.out_of_contact ? 1 : 0) {}
  int32_t standing, least_category, greatest_category;
  std::string name;
  int32_t floating, out_of_contact;
};

template <class Row>
absl::StatusOr<std::vector<Row>> PageOfOne(sql::Session& session, const sql::Query<Row>& query,
                                           int64_t organization_id, int64_t after_id,
                                           const MemberFilter& filter, int32_t limit) {
  const Bounds bounds(filter);
  return session.Select(query, organization_id, after_id, bounds.standing, bounds.least_category,
                        bounds.greatest_category, bounds.name, bounds.floating,
                        bounds.out_of_contact, limit);
}

template <class Row>
absl::StatusOr<std::vector<Row>> PageAcross(sql::Session& session, const sql::Query<Row>& query,
                                            int64_t first_organization, int64_t after_id,
                                            std::span<const int64_t> organizations,
                                            const MemberFilter& filter, int32_t limit) {
  const Bounds bounds(filter);
  return session.Select(query, first_organization, after_id, organizations, bounds.standing,
                        bounds.least_category, bounds.greatest_category, bounds.name,
                        bounds.floating, bounds.out_of_contact, limit);
}

absl::Status Named(absl::Status status) {
  if (status.code() == absl::StatusCode::kAlreadyExists &&
      sql::ViolatedKey(status) == "member_by_identity") {
    return MemberExists();
  }
  return status;
}

}  // namespace

Membership MemberRow::membership() const {
  Membership membership{organization_id, category, standing, false};
  membership.voting_suspended = membership.voting() && !voting;
  return membership;
}

void MemberRow::set_membership(const Membership& membership) {
  organization_id = membership.organization_id;
  category = membership.category;
  standing = membership.standing;
  voting = membership.voting();
}

Interval MemberIntervalRow::interval() const {
  Membership membership{organization_id, category, standing, false};
  membership.voting_suspended = membership.voting() && !voting;
  return {membership, valid_from, valid_to};
}

void MemberIntervalRow::set_membership(const Membership& membership) {
  organization_id = membership.organization_id;
  category = membership.category;
  standing = membership.standing;
  voting = membership.voting();
}

absl::StatusOr<std::vector<MemberRow>> LoadMembers(sql::Session& session,
                                                   std::span<const int64_t> ids) {
  return session.Select(kByIds, ids);
}

absl::StatusOr<MemberRow> LockMember(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<MemberRow> row, session.SelectOne(kLock, id));
  if (!row) return MemberNotFound(id);
  return *std::move(row);
}

absl::StatusOr<std::vector<MemberRow>> MembersByIdentity(sql::Session& session,
                                                         std::span<const std::string> indexes) {
  return session.Select(kByIdentity, indexes);
}

absl::Status InsertMembers(sql::Session& session, std::span<const MemberRow> rows) {
  return Named(session.InsertMany(kInsert, rows));
}

absl::Status UpdateMember(sql::Session& session, const MemberRow& row) {
  return Named(
      session
          .Execute(kUpdate, row.organization_id, row.category, row.standing, row.voting,
                   row.full_name, row.gender, row.identity_cipher, row.identity_index,
                   row.ethnicity, row.birth_date, row.education, row.degree, row.phone_cipher,
                   row.joined_on, row.converted_on, row.adjustment_months, row.occupation,
                   row.technical_post, row.migrant_worker, row.floating, row.out_of_contact,
                   row.residence_region, row.household_region, row.etag, row.update_time, row.id)
          .status());
}

absl::Status UpdateMembersKeepingIdentity(sql::Session& session, std::span<const MemberRow> rows) {
  return session.InsertMany(kUpdateMany, rows);
}

absl::StatusOr<std::vector<MemberRow>> MembersOf(sql::Session& session, int64_t organization_id,
                                                 int64_t after_id, const MemberFilter& filter,
                                                 int32_t limit) {
  return PageOfOne(session, kOfOne, organization_id, after_id, filter, limit);
}

absl::StatusOr<std::vector<MemberBrief>> MemberBriefsOf(sql::Session& session,
                                                        int64_t organization_id, int64_t after_id,
                                                        const MemberFilter& filter, int32_t limit) {
  return PageOfOne(session, kBriefOfOne, organization_id, after_id, filter, limit);
}

absl::StatusOr<std::vector<MemberRow>> MembersAcross(sql::Session& session,
                                                     int64_t first_organization, int64_t after_id,
                                                     std::span<const int64_t> organizations,
                                                     const MemberFilter& filter, int32_t limit) {
  return PageAcross(session, kAcross, first_organization, after_id, organizations, filter, limit);
}

absl::StatusOr<std::vector<MemberBrief>> MemberBriefsAcross(
    sql::Session& session, int64_t first_organization, int64_t after_id,
    std::span<const int64_t> organizations, const MemberFilter& filter, int32_t limit) {
  return PageAcross(session, kBriefAcross, first_organization, after_id, organizations, filter,
                    limit);
}

absl::StatusOr<std::vector<MemberRow>> MembersByName(sql::Session& session, std::string_view prefix,
                                                     std::string_view after_name, int64_t after_id,
                                                     int32_t limit) {
  return session.Select(kByName, LikePrefix(prefix), after_name, after_name, after_id, limit);
}

absl::StatusOr<std::vector<MemberIntervalRow>> OpenIntervals(sql::Session& session,
                                                             std::span<const int64_t> member_ids) {
  return session.Select(kOpenIntervals, member_ids);
}

absl::Status InsertIntervals(sql::Session& session, std::span<const MemberIntervalRow> rows) {
  return session.InsertMany(kInsertInterval, rows);
}

absl::Status CloseIntervals(sql::Session& session, std::span<const int64_t> ids,
                            absl::CivilDay valid_to) {
  return session.Execute(kCloseIntervals, valid_to, ids).status();
}

absl::Status AmendIntervals(sql::Session& session, std::span<const MemberIntervalRow> rows) {
  return session.InsertMany(kAmendInterval, rows);
}

absl::StatusOr<std::vector<MemberIntervalRow>> IntervalsOf(sql::Session& session, int64_t member_id,
                                                           absl::CivilDay latest_end,
                                                           int32_t limit) {
  return session.Select(kIntervalsOf, member_id, latest_end, limit);
}

absl::StatusOr<std::vector<MemberCount>> CountOpenIntervals(sql::Session& session) {
  return session.Select(kCountOpen);
}

absl::StatusOr<std::vector<MemberCount>> CountIntervalsAsOf(
    sql::Session& session, std::span<const int64_t> organization_ids, absl::CivilDay day) {
  return session.Select(kCountAsOf, organization_ids, day, day);
}

absl::StatusOr<std::vector<MemberAsOf>> MembersAsOf(sql::Session& session, int64_t organization_id,
                                                    absl::CivilDay day, int64_t after_id,
                                                    int32_t limit) {
  return session.Select(kMembersAsOf, organization_id, day, day, after_id, limit);
}

}  // namespace ronghe::membership
