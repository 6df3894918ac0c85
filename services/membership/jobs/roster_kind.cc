#include "services/membership/jobs/roster_kind.h"

#include <algorithm>
#include <future>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/event/event.h"
#include "common/rpc/personal_text.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/change_store.h"
#include "services/membership/store/events.h"
#include "services/membership/store/member_past_store.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/overlay_store.h"
#include "services/membership/store/post_store.h"
#include "services/membership/store/workbook/table.h"

namespace ronghe::membership {
namespace {

constexpr std::string_view kMethod = "/ronghe.membership.v1.RosterImportService/CommitRosterImport";
constexpr std::string_view kCollection = "rosterImports";

// The branches below the organization of an import, by code and by name.
class Branches {
 public:
  Branches(const org::OrgTree& tree, int64_t root) {
    for (org::OrgNode& node : tree.SubtreeWalk(
             root, 0, tree.size(),
             [](const org::OrgBrief& brief) { return org::IsBranchKind(brief.kind); })) {
      by_code_.emplace(node.code, nodes_.size());
      by_title_[node.name].push_back(nodes_.size());
      nodes_.push_back(std::move(node));
    }
  }

  // The branch that a row names; nothing, with a problem, where it names none.
  const org::OrgNode* Find(const RosterRecord& record, std::vector<Problem>& problems) const {
    const org::OrgNode* node = nullptr;
    if (!record.branch_code.empty()) {
      const auto it = by_code_.find(record.branch_code);
      if (it == by_code_.end()) {
        problems.push_back({Field::kOrganizationCode, "本次导入的范围内没有这个编码的党支部。"});
        return nullptr;
      }
      node = &nodes_[it->second];
      if (!record.branch_title.empty() && record.branch_title != node->name) {
        problems.push_back({Field::kOrganization, "所在党支部的名称与编码不一致。"});
        return nullptr;
      }
    } else {
      const auto it = by_title_.find(record.branch_title);
      if (it == by_title_.end()) {
        problems.push_back({Field::kOrganization, "本次导入的范围内没有这个名称的党支部。"});
        return nullptr;
      }
      if (it->second.size() > 1) {
        problems.push_back({Field::kOrganization, "有多个同名的党支部，请填写所在党支部编码。"});
        return nullptr;
      }
      node = &nodes_[it->second.front()];
    }
    if (node->revoked_on) {
      problems.push_back({Field::kOrganization, "该党支部已经撤销。"});
      return nullptr;
    }
    return node;
  }

 private:
  std::vector<org::OrgNode> nodes_;
  absl::flat_hash_map<std::string, size_t> by_code_;
  absl::flat_hash_map<std::string, std::vector<size_t>> by_title_;
};

std::string NormalIdentity(const Cell& cell) {
  return absl::AsciiStrToUpper(base::Sv(Trim(cell.text)));
}

// A row of a chunk, read and resolved.
struct Line {
  int32_t number = 0;
  RosterRecord record;
  std::vector<Problem> problems;
  int64_t branch = 0;
  int32_t kind = 0;
  std::string identity_index;
  MemberRow fresh;  // the member that the row makes where nobody has the number yet

  bool good() const { return problems.empty(); }
};

// Everything that a chunk writes, in the order of the statements.
struct Batch : ImportOutcome {
  std::vector<MemberRow> new_members;
  std::vector<MemberRow> changed_members;
  std::vector<MemberPastRow> past;                 // of changed members
  std::vector<MemberIntervalRow> first_intervals;  // of new members
  std::vector<MemberIntervalRow> new_intervals;
  std::vector<MemberIntervalRow> amended_intervals;
  std::vector<int64_t> closed_intervals;
  std::vector<MembershipChangeRow> changes;
  std::vector<PostRow> new_posts;
  std::vector<std::pair<absl::CivilDay, int64_t>> ended_posts;
};

// Texts of a row that hold somebody's number: they would be stored and shown in plain.
void FindPersonalNumbers(const Particulars& particulars, std::vector<Problem>& problems) {
  const std::pair<Field, std::string_view> texts[] = {
      {Field::kFullName, particulars.full_name},
      {Field::kOccupation, particulars.occupation},
      {Field::kTechnicalPost, particulars.technical_post}};
  for (const auto& [field, text] : texts) {
    const rpc::v1::PersonalNumber* const found = rpc::FindPersonalNumber(text);
    if (found != nullptr) problems.push_back({field, base::Cat("不能填写", found->title(), "。")});
  }
}

Problem ProblemOf(Field field, const absl::Status& status) {
  return {field, error::MessageZh(status)};
}

// Copies what the row says into the member and answers what that changes. An empty cell changes
// nothing.
std::vector<std::string> Take(const RosterRecord& record, MemberRow& row) {
  const Particulars& particulars = record.particulars;
  std::vector<std::string> changed;
  const auto set = [&](bool present, const char* path, auto& field, const auto& value) {
    if (!present || field == value) return;
    field = value;
    changed.emplace_back(path);
  };
  set(true, "full_name", row.full_name, particulars.full_name);
  set(true, "ethnicity", row.ethnicity, particulars.ethnicity);
  set(true, "education", row.education, particulars.education);
  set(record.has_degree, "degree", row.degree, particulars.degree);
  set(true, "joined_on", row.joined_on, *particulars.joined_on);
  set(true, "converted_on", row.converted_on, particulars.converted_on);
  set(record.has_occupation, "occupation", row.occupation, particulars.occupation);
  set(record.has_technical_post, "technical_post", row.technical_post, particulars.technical_post);
  set(record.has_migrant_worker, "migrant_worker", row.migrant_worker, particulars.migrant_worker);
  set(record.has_floating, "floating", row.floating, particulars.floating);
  set(record.has_out_of_contact, "out_of_contact", row.out_of_contact, particulars.out_of_contact);
  return changed;
}

// The member that a row makes, but for what is sealed.
MemberRow Fresh(const Line& line, int64_t id) {
  const Particulars& particulars = line.record.particulars;
  MemberRow row{.id = id};
  row.set_membership({line.branch, particulars.category});
  row.gender = particulars.gender;
  row.birth_date = *particulars.birth_date;
  Take(line.record, row);
  return row;
}

// Decides what one row does to a chunk's batch.
class LineWriter {
 public:
  LineWriter(const RosterImportRow& import, const PersonalFields& fields, base::IdGenerator& ids,
             absl::CivilDay today, absl::Time now, Batch& batch)
      : import_(import), fields_(fields), ids_(ids), today_(today), now_(now), batch_(batch) {}

  void Create(const Line& line) {
    const Particulars& particulars = line.record.particulars;
    MemberRow row = line.fresh;
    row.create_time = now_;
    row.update_time = now_;
    const Membership membership = row.membership();
    const std::vector<Interval> first = FirstIntervals(
        membership, *particulars.joined_on, particulars.converted_on, import_.effective_date);
    const Membership* before = nullptr;
    for (const Interval& interval : first) {
      MemberIntervalRow next{.id = ids_.Next(),
                             .member_id = row.id,
                             .valid_from = interval.from,
                             .valid_to = interval.to};
      next.set_membership(interval.membership);
      batch_.first_intervals.push_back(next);
      NoteChange(row.id, before, interval.membership, interval.from,
                 before == nullptr ? ChangeCode::kOpening : ChangeCode::kConverted);
      before = &interval.membership;
    }
    const absl::CivilDay from = std::max(import_.effective_date, *particulars.joined_on);
    for (const Post post : line.record.posts) Appoint(row.id, line.branch, post, from);
    batch_.new_members.push_back(std::move(row));
    ++batch_.created;
  }

  // `posts` are those that the member holds. Adds to `problems` what a rule refuses.
  absl::Status Update(const Line& line, MemberRow row, const MemberIntervalRow& open,
                      std::span<const PostRow> posts, std::vector<Problem>& problems) {
    const MemberRow stored = row;
    const size_t drafts = batch_.drafts.size();
    std::vector<std::string> changed = Take(line.record, row);
    if (line.record.has_phone) {
      RONGHE_ASSIGN_OR_RETURN(const std::string phone, fields_.OpenPhone(row));
      if (phone != line.record.particulars.phone) {
        RONGHE_RETURN_IF_ERROR(fields_.SealPhone(line.record.particulars.phone, row));
        changed.emplace_back("phone");
      }
    }
    Membership next = open.interval().membership;
    next.organization_id = line.branch;
    next.category = line.record.particulars.category;
    if (next != open.interval().membership) {
      const bool moves = next.organization_id != stored.organization_id;
      const absl::StatusOr<ChangePlan> plan =
          PlanChange(open.interval(), next, import_.effective_date, today_);
      if (!plan.ok()) {
        problems.push_back(
            ProblemOf(moves ? Field::kOrganization : Field::kCategory, plan.status()));
        return absl::OkStatus();
      }
      ChangeInterval(*plan, open, next);
      const Membership before = open.interval().membership;
      NoteChange(row.id, &before, next, plan->day,
                 moves                              ? ChangeCode::kMoved
                 : next.category == Category::kFull ? ChangeCode::kConverted
                                                    : ChangeCode::kCategoryFixed);
      row.set_membership(next);
      changed.emplace_back(moves ? "organization" : "category");
    }
    const int64_t left_branch =
        row.organization_id == stored.organization_id ? 0 : stored.organization_id;
    const bool posts_changed = ChangePosts(line, left_branch, row.id, row.joined_on, posts);
    if (changed.empty() && !posts_changed) {
      ++batch_.unchanged;
      return absl::OkStatus();
    }
    if (!changed.empty()) {
      row.etag = stored.etag + 1;
      row.update_time = now_;
      batch_.drafts.insert(batch_.drafts.begin() + static_cast<std::ptrdiff_t>(drafts),
                           MemberEvent(row, std::move(changed)));
      if (PastDiffers(stored, row)) batch_.past.push_back(PastOf(stored, today_));
      batch_.changed_members.push_back(std::move(row));
    }
    ++batch_.updated;
    return absl::OkStatus();
  }

 private:
  void NoteChange(int64_t member, const Membership* before, const Membership& after,
                  absl::CivilDay day, ChangeCode code) {
    batch_.changes.push_back(MakeChange(ids_.Next(), member, before, &after, day, code,
                                        {std::string(kCollection), import_.id}, now_));
  }

  void ChangeInterval(const ChangePlan& plan, const MemberIntervalRow& open,
                      const Membership& next) {
    MemberIntervalRow after = open;
    after.set_membership(next);
    if (plan.kind == ChangePlan::Kind::kAmend) {
      for (event::Draft& draft : AmendmentEvents(open, after)) {
        batch_.drafts.push_back(std::move(draft));
      }
      batch_.amended_intervals.push_back(after);
      return;
    }
    MemberIntervalRow closed = open;
    closed.valid_to = plan.day;
    batch_.drafts.push_back(ClosedEvent(closed));
    batch_.closed_intervals.push_back(closed.id);
    after.id = ids_.Next();
    after.valid_from = plan.day;
    batch_.drafts.push_back(InsertedEvent(after));
    batch_.new_intervals.push_back(after);
  }

  void Appoint(int64_t member, int64_t branch, Post code, absl::CivilDay from) {
    const PostRow post{ids_.Next(), member, branch, code, from};
    batch_.drafts.push_back(PostEvent(post));
    batch_.new_posts.push_back(post);
  }

  void End(PostRow post) {
    post.valid_to = std::max(import_.effective_date, post.valid_from);
    batch_.ended_posts.emplace_back(post.valid_to, post.id);
    batch_.drafts.push_back(PostEvent(post));
  }

  // Posts in the branch that the member left end; where the row names posts, those in the branch
  // become exactly these.
  bool ChangePosts(const Line& line, int64_t left_branch, int64_t member, absl::CivilDay joined_on,
                   std::span<const PostRow> posts) {
    bool changed = false;
    absl::flat_hash_set<int32_t> held;
    for (const PostRow& post : posts) {
      const bool wanted = std::find(line.record.posts.begin(), line.record.posts.end(),
                                    post.code) != line.record.posts.end();
      if (post.organization_id == line.branch && (wanted || !line.record.has_posts)) {
        held.insert(static_cast<int32_t>(post.code));
      } else if (post.organization_id == line.branch || post.organization_id == left_branch) {
        End(post);
        changed = true;
      }
    }
    for (const Post post : line.record.posts) {
      if (held.contains(static_cast<int32_t>(post))) continue;
      Appoint(member, line.branch, post, std::max(import_.effective_date, joined_on));
      changed = true;
    }
    return changed;
  }

  const RosterImportRow& import_;
  const PersonalFields& fields_;
  base::IdGenerator& ids_;
  const absl::CivilDay today_;
  const absl::Time now_;
  Batch& batch_;
};

// Calls `fn` for all items, kMaxList at a time.
template <class Item, class Fn>
absl::Status InParts(std::span<const Item> items, Fn fn) {
  for (size_t from = 0; from < items.size(); from += sql::kMaxList) {
    RONGHE_RETURN_IF_ERROR(fn(items.subspan(from, std::min(sql::kMaxList, items.size() - from))));
  }
  return absl::OkStatus();
}

absl::Status WriteBatch(sql::Session& session, const Batch& batch, absl::CivilDay effective_date,
                        base::IdGenerator& ids, absl::Time now) {
  RONGHE_RETURN_IF_ERROR(InsertMembers(session, batch.new_members));
  RONGHE_RETURN_IF_ERROR(KeepPast(session, batch.past));
  RONGHE_RETURN_IF_ERROR(UpdateMembersKeepingIdentity(session, batch.changed_members));
  RONGHE_RETURN_IF_ERROR(
      InParts<int64_t>(batch.closed_intervals, [&](std::span<const int64_t> part) {
        return CloseIntervals(session, part, effective_date);
      }));
  RONGHE_RETURN_IF_ERROR(AmendIntervals(session, batch.amended_intervals));
  RONGHE_RETURN_IF_ERROR(InsertIntervals(session, batch.first_intervals));
  RONGHE_RETURN_IF_ERROR(InsertIntervals(session, batch.new_intervals));
  RONGHE_RETURN_IF_ERROR(InsertChanges(session, batch.changes));
  std::map<absl::CivilDay, std::vector<int64_t>> ended;
  for (const auto& [day, id] : batch.ended_posts) ended[day].push_back(id);
  for (const auto& [day, post_ids] : ended) {
    RONGHE_RETURN_IF_ERROR(
        InParts<int64_t>(post_ids, [&session, end = day](std::span<const int64_t> part) {
          return EndPosts(session, part, end);
        }));
  }
  RONGHE_RETURN_IF_ERROR(InsertPosts(session, batch.new_posts));
  const auto next_id = [&ids] { return ids.Next(); };
  // Of somebody new nothing is open that a missing flag could end.
  std::vector<MemberRow> flagged;
  std::copy_if(batch.new_members.begin(), batch.new_members.end(), std::back_inserter(flagged),
               [](const MemberRow& row) { return row.floating || row.out_of_contact; });
  RONGHE_RETURN_IF_ERROR(FollowFlags(session, next_id, flagged, effective_date, now));
  return FollowFlags(session, next_id, batch.changed_members, effective_date, now);
}

void Check(const OrganizationRules& rules, Line& line) {
  if (absl::Status status = CheckHoldsMembers(rules, line.kind); !status.ok()) {
    line.problems.push_back(ProblemOf(Field::kOrganization, status));
  }
  for (const Post post : line.record.posts) {
    if (absl::Status status = CheckPost(rules, line.kind, post); !status.ok()) {
      line.problems.push_back(ProblemOf(Field::kPosts, status));
    }
  }
}

// What is recorded about the members that the rows of a chunk name.
struct Recorded {
  absl::flat_hash_map<std::string, MemberRow> members;  // by blind index
  absl::flat_hash_map<int64_t, MemberIntervalRow> open;
  absl::flat_hash_map<int64_t, std::vector<PostRow>> posts;
};

// Adds to `recorded` who is behind at most kMaxList blind indexes.
absl::Status LoadSome(sql::Session& session, std::span<const std::string> indexes,
                      Recorded& recorded) {
  std::vector<int64_t> ids;
  RONGHE_ASSIGN_OR_RETURN(std::vector<MemberRow> members, MembersByIdentity(session, indexes));
  for (MemberRow& row : members) {
    ids.push_back(row.id);
    std::string index = row.identity_index;
    recorded.members.emplace(std::move(index), std::move(row));
  }
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberIntervalRow> intervals,
                          OpenIntervals(session, ids));
  for (const MemberIntervalRow& row : intervals) recorded.open.emplace(row.member_id, row);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<PostRow> held, OpenPosts(session, ids));
  for (const PostRow& row : held) recorded.posts[row.member_id].push_back(row);
  return absl::OkStatus();
}

absl::StatusOr<Recorded> LoadRecorded(sql::Session& session, std::span<const Line> lines) {
  std::vector<std::string> indexes;
  for (const Line& line : lines) {
    if (line.good()) indexes.push_back(line.identity_index);
  }
  Recorded recorded;
  RONGHE_RETURN_IF_ERROR(InParts<std::string>(indexes, [&](std::span<const std::string> part) {
    return LoadSome(session, part, recorded);
  }));
  return recorded;
}

// Locks the branches of a chunk and answers which are revoked.
absl::StatusOr<absl::flat_hash_set<int64_t>> LockBranches(sql::Session& session,
                                                          std::span<const Line> lines) {
  std::vector<int64_t> ids;
  for (const Line& line : lines) {
    if (line.good()) ids.push_back(line.branch);
  }
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> locked,
                          LockOrganizations(session, std::move(ids)));
  absl::flat_hash_set<int64_t> revoked;
  for (const OrganizationRow& row : locked) {
    if (row.revoked_on) revoked.insert(row.id);
  }
  return revoked;
}

// A roster in work.
class RosterRun : public ImportRun {
 public:
  RosterRun(Roster roster, int64_t organization_id, base::IdGenerator& ids, MembershipTree& tree,
            const OrganizationRules& rules, const PersonalFields& fields, absl::CivilDay today)
      : roster_(std::move(roster)),
        branches_(tree.tree(), organization_id),
        ids_(ids),
        tree_(tree),
        rules_(rules),
        fields_(fields),
        today_(today) {
    for (const TableRow& row : roster_.rows) {
      std::string identity = NormalIdentity(roster_.layout.At(row.cells, Field::kIdentityNumber));
      if (!identity.empty()) first_row_.try_emplace(std::move(identity), row.number);
    }
  }

  int32_t rows() const override { return static_cast<int32_t>(roster_.rows.size()); }
  int32_t chunk_rows() const override { return kRosterChunkRows; }

  void Prepare(const RosterImportRow& import, RowRange range) override {
    const bool seal = import.state != RosterState::kChecking;
    const bool ready = next_.valid() && ahead_ == range && sealed_ == seal;
    chunk_ = ready ? next_.get() : Read(range, seal);
    ahead_ = {range.to, std::min(rows(), range.to + chunk_rows())};
    sealed_ = seal;
    next_ = {};
    if (ahead_.from == ahead_.to) return;
    next_ =
        std::async(std::launch::async, [this, range = ahead_, seal] { return Read(range, seal); });
  }

  absl::Status Write(sql::Session& session, const RosterImportRow& import, bool check,
                     absl::Time now, ImportOutcome& outcome) override {
    RONGHE_RETURN_IF_ERROR(chunk_.status());
    const std::vector<Line>& lines = *chunk_;
    Batch batch;
    absl::flat_hash_set<int64_t> revoked;
    if (!check) {
      RONGHE_ASSIGN_OR_RETURN(revoked, LockBranches(session, lines));
    }
    RONGHE_ASSIGN_OR_RETURN(Recorded recorded, LoadRecorded(session, lines));
    LineWriter writer(import, fields_, ids_, today_, now, batch);
    for (const Line& line : lines) {
      std::vector<Problem> problems = line.problems;
      if (problems.empty() && revoked.contains(line.branch)) {
        problems.push_back({Field::kOrganization, "该党支部已经撤销。"});
      }
      if (problems.empty()) {
        RONGHE_RETURN_IF_ERROR(Decide(import, line, recorded, writer, problems));
      }
      if (problems.empty()) continue;
      ++batch.failed;
      int32_t item = 0;
      for (const Problem& problem : problems) {
        AddError(import, line.number, ++item, ColumnTitle(problem.field), problem.message, batch);
      }
    }
    if (!check) {
      RONGHE_RETURN_IF_ERROR(WriteBatch(session, batch, import.effective_date, ids_, now));
      std::vector<event::Draft> opened = OpenedEvents(batch.first_intervals);
      std::move(opened.begin(), opened.end(), std::back_inserter(batch.drafts));
    }
    outcome = std::move(static_cast<ImportOutcome&>(batch));
    return absl::OkStatus();
  }

 private:
  // The rows of a range, read and, unless they are only checked, sealed. Any thread.
  //
  // Errors: those of PersonalFields.
  absl::StatusOr<std::vector<Line>> Read(RowRange range, bool seal) const {
    std::vector<Line> lines;
    lines.reserve(static_cast<size_t>(range.to - range.from));
    for (int32_t i = range.from; i < range.to; ++i) {
      Line& line = lines.emplace_back(Read(roster_.rows[static_cast<size_t>(i)]));
      if (!line.good()) continue;
      const Particulars& particulars = line.record.particulars;
      line.fresh = Fresh(line, ids_.Next());
      if (seal) {
        RONGHE_RETURN_IF_ERROR(fields_.SealIdentity(particulars.identity_number, line.fresh));
        RONGHE_RETURN_IF_ERROR(fields_.SealPhone(particulars.phone, line.fresh));
        line.identity_index = line.fresh.identity_index;
      } else {
        line.identity_index = fields_.IdentityIndex(particulars.identity_number);
      }
    }
    return lines;
  }

  Line Read(const TableRow& row) const {
    Line line{.number = row.number};
    line.problems = ReadRosterRow(roster_.layout, row.cells, roster_.date1904, today_, line.record);
    FindPersonalNumbers(line.record.particulars, line.problems);
    if (const org::OrgNode* branch = branches_.Find(line.record, line.problems)) {
      line.branch = branch->id;
      line.kind = 0;
      static_cast<void>(absl::SimpleAtoi(branch->kind, &line.kind));
      Check(rules_, line);
    }
    const Cell identity = roster_.layout.At(row.cells, Field::kIdentityNumber);
    const auto first = first_row_.find(NormalIdentity(identity));
    if (first != first_row_.end() && first->second != row.number) {
      line.problems.push_back(
          {Field::kIdentityNumber, base::Cat("与第", first->second, "行的公民身份号码相同。")});
    }
    return line;
  }

  absl::Status Decide(const RosterImportRow& import, const Line& line, Recorded& recorded,
                      LineWriter& writer, std::vector<Problem>& problems) const {
    const auto member = recorded.members.find(line.identity_index);
    if (member == recorded.members.end()) {
      writer.Create(line);
      return absl::OkStatus();
    }
    const MemberRow& row = member->second;
    if (!tree_.Within(row.organization_id, import.organization_id)) {
      problems.push_back(ProblemOf(Field::kIdentityNumber, MemberExists()));
      return absl::OkStatus();
    }
    if (!IsMember(row.standing) || !recorded.open.contains(row.id)) {
      problems.push_back(ProblemOf(Field::kIdentityNumber, MemberLeft()));
      return absl::OkStatus();
    }
    return writer.Update(line, row, recorded.open.at(row.id), recorded.posts[row.id], problems);
  }

  const Roster roster_;
  const Branches branches_;
  base::IdGenerator& ids_;
  MembershipTree& tree_;
  const OrganizationRules& rules_;
  const PersonalFields& fields_;
  const absl::CivilDay today_;
  // The first row of each identity number.
  absl::flat_hash_map<std::string, int32_t> first_row_;
  absl::StatusOr<std::vector<Line>> chunk_;  // ready to be written
  RowRange ahead_;                           // what next_ reads
  bool sealed_ = false;                      // and whether it seals
  // Last, so that it ends before what it reads does.
  std::future<absl::StatusOr<std::vector<Line>>> next_;
};

class RosterKind : public ImportKindHandler {
 public:
  RosterKind(base::IdGenerator& ids, MembershipTree& tree, const OrganizationRuleBook& rules,
             const PersonalFields& fields)
      : ids_(ids), tree_(tree), rules_(rules), fields_(fields) {}

  std::string_view method() const override { return kMethod; }
  std::string_view collection() const override { return kCollection; }

  absl::StatusOr<std::unique_ptr<ImportRun>> Open(const RosterImportRow& import,
                                                  std::string_view bytes,
                                                  absl::CivilDay today) override {
    RONGHE_ASSIGN_OR_RETURN(Roster roster, ReadRoster(import.file_name, bytes));
    return std::make_unique<RosterRun>(std::move(roster), import.organization_id, ids_, tree_,
                                       rules_.On(today), fields_, today);
  }

 private:
  base::IdGenerator& ids_;
  MembershipTree& tree_;
  const OrganizationRuleBook& rules_;
  const PersonalFields& fields_;
};

}  // namespace

std::unique_ptr<ImportKindHandler> MakeRosterKind(base::IdGenerator& ids, MembershipTree& tree,
                                                  const OrganizationRuleBook& rules,
                                                  const PersonalFields& fields) {
  return std::make_unique<RosterKind>(ids, tree, rules, fields);
}

}  // namespace ronghe::membership
