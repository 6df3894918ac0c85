// How does a member stand in a row of a workbook, and what marks the file that holds it?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_MEMBER_CELLS_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_MEMBER_CELLS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/org/org_tree.h"
#include "common/workbook/xlsx_stream.h"
#include "services/membership/domain/roster.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {

// Turns members into rows of cells: the columns of a roster that stand in a member's own row, and
// the standing. Used by one thread.
class MemberCells {
 public:
  // The references must outlive it.
  MemberCells(const org::OrgTree& tree, const PersonalFields& fields, bool unmasked);

  std::vector<workbook::Column> Header() const;
  // Errors: those of PersonalFields.
  absl::StatusOr<std::vector<std::string>> Of(const MemberRow& row);
  // The organization of the last row.
  const org::OrgNode& Branch(int64_t id);

 private:
  std::string Text(Field field, const MemberRow& row, const std::string& identity,
                   const std::string& phone);

  const org::OrgTree& tree_;
  const PersonalFields& fields_;
  const bool unmasked_;
  const std::vector<const RosterColumn*> columns_;
  // Members come branch by branch, so that the last one is enough to keep.
  org::OrgNode branch_;
};

// Who took a file, when, what for, under which export (P-06).
struct ExportMark {
  std::string subject;
  std::string export_name;
  std::string purpose;
  std::string purpose_title;
  bool unmasked = false;
  absl::Time time;

  // One line for every page.
  std::string Line() const;
  // For the properties of the file.
  std::vector<std::pair<std::string, std::string>> Properties() const;
};

// A workbook that bears the mark.
workbook::XlsxOptions MarkedWorkbook(std::string sheet, const ExportMark& mark);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_MEMBER_CELLS_H_
