#include "services/membership/jobs/roster_importer.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "common/audit/audit.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/event/event.h"
#include "common/log/log.h"
#include "common/rpc/personal_text.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/change_store.h"
#include "services/membership/store/events.h"
#include "services/membership/store/member_past_store.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/post_store.h"
#include "services/membership/store/workbook/table.h"

namespace ronghe::membership {
namespace {

constexpr absl::Duration kStep = absl::Seconds(60);
constexpr int32_t kDeleteAtATime = 1000;
constexpr int32_t kPurgeAtATime = 100;
constexpr std::string_view kMethod = "/ronghe.membership.v1.RosterImportService/CommitRosterImport";

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

  bool good() const { return problems.empty(); }
};

// Deletes the row errors of an import, a bounded number at a time.
absl::Status DeleteErrors(job::JobContext& context, int64_t import_id) {
  for (int64_t deleted = kDeleteAtATime; deleted == kDeleteAtATime && !context.cancelled();) {
    RONGHE_ASSIGN_OR_RETURN(
        deleted, context.database().Transact(context.DeadlineIn(kStep), [&](sql::Session& session) {
          return DeleteRosterErrors(session, import_id, kDeleteAtATime);
        }));
  }
  return absl::OkStatus();
}

// Everything that a chunk writes, in the order of the statements.
struct Batch {
  std::vector<MemberRow> new_members;
  std::vector<MemberRow> changed_members;
  std::vector<MemberPastRow> past;  // of changed members
  std::vector<MemberIntervalRow> new_intervals;
  std::vector<MemberIntervalRow> amended_intervals;
  std::vector<int64_t> closed_intervals;
  std::vector<MembershipChangeRow> changes;
  std::vector<PostRow> new_posts;
  std::vector<std::pair<absl::CivilDay, int64_t>> ended_posts;
  std::vector<event::Draft> drafts;
  std::vector<RosterErrorRow> errors;
  int32_t created = 0;
  int32_t updated = 0;
  int32_t unchanged = 0;
  int32_t failed = 0;
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

// Decides what one row does to a chunk's batch.
class LineWriter {
 public:
  LineWriter(const RosterImportRow& import, const PersonalFields& fields, base::IdGenerator& ids,
             absl::CivilDay today, absl::Time now, Batch& batch)
      : import_(import), fields_(fields), ids_(ids), today_(today), now_(now), batch_(batch) {}

  absl::Status Create(const Line& line) {
    const Particulars& particulars = line.record.particulars;
    MemberRow row{.id = ids_.Next(), .create_time = now_, .update_time = now_};
    const Membership membership{line.branch, particulars.category};
    row.set_membership(membership);
    row.gender = particulars.gender;
    row.birth_date = *particulars.birth_date;
    Take(line.record, row);
    RONGHE_RETURN_IF_ERROR(fields_.SealIdentity(particulars.identity_number, row));
    RONGHE_RETURN_IF_ERROR(fields_.SealPhone(particulars.phone, row));
    const std::vector<Interval> first = FirstIntervals(
        membership, *particulars.joined_on, particulars.converted_on, import_.effective_date);
    const Membership* before = nullptr;
    for (const Interval& interval : first) {
      MemberIntervalRow next{.id = ids_.Next(),
                             .member_id = row.id,
                             .valid_from = interval.from,
                             .valid_to = interval.to};
      next.set_membership(interval.membership);
      batch_.drafts.push_back(InsertedEvent(next));
      batch_.new_intervals.push_back(next);
      NoteChange(row.id, before, interval.membership, interval.from,
                 before == nullptr ? ChangeCode::kOpening : ChangeCode::kConverted);
      before = &interval.membership;
    }
    const absl::CivilDay from = std::max(import_.effective_date, *particulars.joined_on);
    for (const Post post : line.record.posts) Appoint(row.id, line.branch, post, from);
    batch_.new_members.push_back(std::move(row));
    ++batch_.created;
    return absl::OkStatus();
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
  // Copies what the row says into the member and answers what that changes. An empty cell changes
  // nothing.
  static std::vector<std::string> Take(const RosterRecord& record, MemberRow& row) {
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
    set(record.has_technical_post, "technical_post", row.technical_post,
        particulars.technical_post);
    set(record.has_migrant_worker, "migrant_worker", row.migrant_worker,
        particulars.migrant_worker);
    set(record.has_floating, "floating", row.floating, particulars.floating);
    set(record.has_out_of_contact, "out_of_contact", row.out_of_contact,
        particulars.out_of_contact);
    return changed;
  }

  void NoteChange(int64_t member, const Membership* before, const Membership& after,
                  absl::CivilDay day, ChangeCode code) {
    batch_.changes.push_back(MakeChange(ids_.Next(), member, before, &after, day, code,
                                        {"rosterImports", import_.id}, now_));
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

absl::Status WriteBatch(sql::Session& session, Batch& batch, absl::CivilDay effective_date,
                        base::IdGenerator& ids, absl::Time now, const std::string& trace_id) {
  RONGHE_RETURN_IF_ERROR(InsertMembers(session, batch.new_members));
  RONGHE_RETURN_IF_ERROR(KeepPast(session, batch.past));
  RONGHE_RETURN_IF_ERROR(UpdateMembersKeepingIdentity(session, batch.changed_members));
  RONGHE_RETURN_IF_ERROR(CloseIntervals(session, batch.closed_intervals, effective_date));
  RONGHE_RETURN_IF_ERROR(AmendIntervals(session, batch.amended_intervals));
  RONGHE_RETURN_IF_ERROR(InsertIntervals(session, batch.new_intervals));
  RONGHE_RETURN_IF_ERROR(InsertChanges(session, batch.changes));
  std::map<absl::CivilDay, std::vector<int64_t>> ended;
  for (const auto& [day, id] : batch.ended_posts) ended[day].push_back(id);
  for (const auto& [day, post_ids] : ended) {
    for (size_t from = 0; from < post_ids.size(); from += sql::kMaxList) {
      const size_t count = std::min(sql::kMaxList, post_ids.size() - from);
      RONGHE_RETURN_IF_ERROR(
          EndPosts(session, std::span<const int64_t>(post_ids).subspan(from, count), day));
    }
  }
  RONGHE_RETURN_IF_ERROR(InsertPosts(session, batch.new_posts));
  for (event::Draft& draft : batch.drafts) {
    draft.id = ids.Next();
    draft.time = now;
    draft.trace_id = trace_id;
  }
  return event::EmitMany(session, batch.drafts);
}

}  // namespace

// An import in work.
struct RosterImporter::Work {
  RosterImportRow import;
  Roster roster;
  Branches branches;
  // The first row of each identity number.
  absl::flat_hash_map<std::string, int32_t> first_row;
  absl::CivilDay today;

  // Reads the next rows of the file.
  std::vector<Line> Lines(const OrganizationRules& rules, const PersonalFields& fields) const {
    std::vector<Line> lines;
    const size_t from = static_cast<size_t>(import.processed_count);
    const size_t to = std::min(roster.rows.size(), from + kRosterChunkRows);
    for (size_t i = from; i < to; ++i) {
      const TableRow& row = roster.rows[i];
      Line line{.number = row.number};
      line.problems = ReadRosterRow(roster.layout, row.cells, roster.date1904, today, line.record);
      FindPersonalNumbers(line.record.particulars, line.problems);
      if (const org::OrgNode* branch = branches.Find(line.record, line.problems)) {
        line.branch = branch->id;
        line.kind = 0;
        static_cast<void>(absl::SimpleAtoi(branch->kind, &line.kind));
        Check(rules, line);
      }
      const Cell identity = roster.layout.At(row.cells, Field::kIdentityNumber);
      const auto first = first_row.find(NormalIdentity(identity));
      if (first != first_row.end() && first->second != row.number) {
        line.problems.push_back(
            {Field::kIdentityNumber, base::Cat("与第", first->second, "行的公民身份号码相同。")});
      }
      if (line.good()) {
        line.identity_index = fields.IdentityIndex(line.record.particulars.identity_number);
      }
      lines.push_back(std::move(line));
    }
    return lines;
  }

  static void Check(const OrganizationRules& rules, Line& line) {
    if (absl::Status status = CheckHoldsMembers(rules, line.kind); !status.ok()) {
      line.problems.push_back(ProblemOf(Field::kOrganization, status));
    }
    for (const Post post : line.record.posts) {
      if (absl::Status status = CheckPost(rules, line.kind, post); !status.ok()) {
        line.problems.push_back(ProblemOf(Field::kPosts, status));
      }
    }
  }
};

RosterImporter::RosterImporter(base::IdGenerator& ids, MembershipTree& tree,
                               const OrganizationRuleBook& rules, const PersonalFields& fields,
                               metrics::Registry& registry, std::function<void()> after_chunk)
    : ids_(ids),
      tree_(tree),
      rules_(rules),
      fields_(fields),
      after_chunk_(std::move(after_chunk)),
      created_(registry.AddCounter("ronghe_membership_roster_rows_total",
                                   "Rows of rosters written, by outcome.",
                                   {{"outcome", "created"}})),
      updated_(registry.AddCounter("ronghe_membership_roster_rows_total",
                                   "Rows of rosters written, by outcome.",
                                   {{"outcome", "updated"}})),
      unchanged_(registry.AddCounter("ronghe_membership_roster_rows_total",
                                     "Rows of rosters written, by outcome.",
                                     {{"outcome", "unchanged"}})),
      failed_(registry.AddCounter("ronghe_membership_roster_rows_total",
                                  "Rows of rosters written, by outcome.",
                                  {{"outcome", "failed"}})) {}

absl::Status RosterImporter::Run(job::JobContext& context) {
  while (!context.cancelled()) {
    RONGHE_ASSIGN_OR_RETURN(const std::optional<RosterImportRow> import,
                            context.database().Read(context.DeadlineIn(kStep), NextRosterImport));
    if (!import) return absl::OkStatus();
    RONGHE_RETURN_IF_ERROR(Import(context, *import));
  }
  return absl::OkStatus();
}

absl::Status RosterImporter::Refuse(job::JobContext& context, int64_t import_id,
                                    const absl::Status& reason) {
  return context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
        RONGHE_ASSIGN_OR_RETURN(RosterImportRow row, LockRosterImport(session, import_id));
        row.state = RosterState::kFailed;
        row.failure_reason = error::Reason(reason);
        row.failure_message = error::MessageZh(reason);
        row.update_time = context.now();
        return UpdateRosterImport(session, row);
      });
}

absl::Status RosterImporter::Import(job::JobContext& context, const RosterImportRow& import) {
  const absl::StatusOr<std::string> bytes = context.database().Read(
      context.DeadlineIn(kStep),
      [&](sql::Session& session) { return RosterBytes(session, fields_, import); });
  if (!bytes.ok()) {
    const bool lasting = error::Reason(bytes.status()) == "ROSTER_FILE_EXPIRED" ||
                         bytes.status().code() == absl::StatusCode::kDataLoss;
    return lasting ? Refuse(context, import.id, bytes.status()) : bytes.status();
  }
  absl::StatusOr<Roster> roster = ReadRoster(import.file_name, *bytes);
  if (!roster.ok()) return Refuse(context, import.id, roster.status());

  // A second run starts with the errors of the first one gone.
  if (import.processed_count == 0) RONGHE_RETURN_IF_ERROR(DeleteErrors(context, import.id));
  tree_.CatchUp(context.DeadlineIn(kStep));
  Work work{.import = import,
            .roster = *std::move(roster),
            .branches = Branches(tree_.tree(), import.organization_id),
            .first_row = {},
            .today = base::ShanghaiDay(context.now())};
  for (const TableRow& row : work.roster.rows) {
    std::string identity = NormalIdentity(work.roster.layout.At(row.cells, Field::kIdentityNumber));
    if (!identity.empty()) work.first_row.try_emplace(std::move(identity), row.number);
  }
  const RosterState state = import.state;
  while (work.import.state == state) {
    if (context.cancelled()) return absl::OkStatus();
    RONGHE_RETURN_IF_ERROR(ImportChunk(context, work));
    tree_.NoteWrite();
    after_chunk_();
  }
  log::Info("roster_import_done", {{"roster_import", work.import.id},
                                   {"dry_run", work.import.dry_run},
                                   {"created", work.import.created_count},
                                   {"updated", work.import.updated_count},
                                   {"unchanged", work.import.unchanged_count},
                                   {"failed", work.import.failed_count}});
  return absl::OkStatus();
}

absl::Status RosterImporter::ImportChunk(job::JobContext& context, Work& work) {
  const OrganizationRules& rules = rules_.On(work.today);
  const std::vector<Line> lines = work.Lines(rules, fields_);
  const absl::Time now = context.now();
  RosterImportRow done;
  Batch batch;
  RONGHE_RETURN_IF_ERROR(context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
        batch = Batch();
        RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
        RosterImportRow import;
        RONGHE_ASSIGN_OR_RETURN(import, LockRosterImport(session, work.import.id));
        if (import.state != work.import.state ||
            import.processed_count != work.import.processed_count) {
          return RosterStateInvalid(base::Cat(static_cast<int32_t>(import.state)));
        }
        std::vector<int64_t> branch_ids;
        std::vector<std::string> indexes;
        for (const Line& line : lines) {
          if (!line.good()) continue;
          branch_ids.push_back(line.branch);
          indexes.push_back(line.identity_index);
        }
        absl::flat_hash_set<int64_t> revoked;
        if (!import.dry_run) {
          RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> locked,
                                  LockOrganizations(session, branch_ids));
          for (const OrganizationRow& row : locked) {
            if (row.revoked_on) revoked.insert(row.id);
          }
        }
        absl::flat_hash_map<std::string, MemberRow> recorded;
        std::vector<int64_t> member_ids;
        RONGHE_ASSIGN_OR_RETURN(std::vector<MemberRow> members,
                                MembersByIdentity(session, indexes));
        for (MemberRow& row : members) {
          member_ids.push_back(row.id);
          std::string index = row.identity_index;
          recorded.emplace(std::move(index), std::move(row));
        }
        absl::flat_hash_map<int64_t, MemberIntervalRow> open;
        RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberIntervalRow> intervals,
                                OpenIntervals(session, member_ids));
        for (const MemberIntervalRow& row : intervals) open.emplace(row.member_id, row);
        absl::flat_hash_map<int64_t, std::vector<PostRow>> posts;
        RONGHE_ASSIGN_OR_RETURN(const std::vector<PostRow> held, OpenPosts(session, member_ids));
        for (const PostRow& row : held) posts[row.member_id].push_back(row);

        LineWriter writer(import, fields_, ids_, work.today, now, batch);
        for (const Line& line : lines) {
          std::vector<Problem> problems = line.problems;
          if (problems.empty() && revoked.contains(line.branch)) {
            problems.push_back({Field::kOrganization, "该党支部已经撤销。"});
          }
          if (problems.empty()) {
            const auto member = recorded.find(line.identity_index);
            if (member == recorded.end()) {
              RONGHE_RETURN_IF_ERROR(writer.Create(line));
            } else if (!tree_.Within(member->second.organization_id, import.organization_id)) {
              problems.push_back(ProblemOf(Field::kIdentityNumber, MemberExists()));
            } else if (!IsMember(member->second.standing) || !open.contains(member->second.id)) {
              problems.push_back(ProblemOf(Field::kIdentityNumber, MemberLeft()));
            } else {
              RONGHE_RETURN_IF_ERROR(writer.Update(line, member->second, open.at(member->second.id),
                                                   posts[member->second.id], problems));
            }
          }
          if (problems.empty()) continue;
          ++batch.failed;
          int32_t item = 0;
          for (const Problem& problem : problems) {
            batch.errors.push_back({import.id, line.number, ++item,
                                    std::string(ColumnTitle(problem.field)), problem.message});
          }
        }
        if (!import.dry_run) {
          RONGHE_RETURN_IF_ERROR(
              WriteBatch(session, batch, import.effective_date, ids_, now, import.trace_id));
          RONGHE_RETURN_IF_ERROR(
              audit::Record(session, {.id = ids_.Next(),
                                      .time = now,
                                      .subject = "services/membership",
                                      .on_behalf_of = import.requested_by,
                                      .method = std::string(kMethod),
                                      .organization_id = import.organization_id,
                                      .resource = base::Name("rosterImports", import.id),
                                      .trace_id = import.trace_id}));
        }
        RONGHE_RETURN_IF_ERROR(InsertRosterErrors(session, batch.errors));
        import.row_count = static_cast<int32_t>(work.roster.rows.size());
        import.processed_count += static_cast<int32_t>(lines.size());
        import.created_count += batch.created;
        import.updated_count += batch.updated;
        import.unchanged_count += batch.unchanged;
        import.failed_count += batch.failed;
        import.update_time = now;
        if (import.processed_count >= import.row_count) {
          const bool some = import.failed_count < import.row_count;
          import.state = import.dry_run             ? RosterState::kChecked
                         : import.failed_count == 0 ? RosterState::kSucceeded
                         : some                     ? RosterState::kPartial
                                                    : RosterState::kFailed;
          if (import.state == RosterState::kFailed) {
            import.failure_reason = "ROSTER_ALL_ROWS_FAILED";
            import.failure_message = "所有行都有错误，没有写入任何数据。";
          }
        }
        RONGHE_RETURN_IF_ERROR(UpdateRosterImport(session, import));
        done = import;
        return absl::OkStatus();
      }));
  work.import = done;
  if (!done.dry_run) {
    created_.Increment(batch.created);
    updated_.Increment(batch.updated);
    unchanged_.Increment(batch.unchanged);
    failed_.Increment(batch.failed);
  }
  return absl::OkStatus();
}

absl::Status RosterImporter::Purge(job::JobContext& context) {
  RONGHE_ASSIGN_OR_RETURN(
      const std::vector<int64_t> ids,
      context.database().Read(context.DeadlineIn(kStep), [&](sql::Session& session) {
        return RosterImportsBefore(session, context.now() - kRosterKept, kPurgeAtATime);
      }));
  for (const int64_t id : ids) {
    if (context.cancelled()) return absl::OkStatus();
    bool purged = false;
    RONGHE_RETURN_IF_ERROR(context.database().Transact(
        context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
          purged = false;
          RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
          RONGHE_ASSIGN_OR_RETURN(RosterImportRow row, LockRosterImport(session, id));
          if (row.state == RosterState::kChecking || row.state == RosterState::kRunning) {
            return absl::OkStatus();
          }
          RONGHE_RETURN_IF_ERROR(DeleteRosterChunks(session, id));
          row.file_deleted = true;
          if (row.state == RosterState::kUploading) row.state = RosterState::kFailed;
          purged = true;
          return UpdateRosterImport(session, row);
        }));
    if (purged) RONGHE_RETURN_IF_ERROR(DeleteErrors(context, id));
  }
  return absl::OkStatus();
}

void AddRosterJobs(job::JobRunner& jobs, RosterImporter& importer) {
  jobs.Add(kRosterImportJob, absl::Seconds(5),
           [&importer](job::JobContext& context) { return importer.Run(context); });
  jobs.Add(kRosterPurgeJob, absl::Hours(1),
           [&importer](job::JobContext& context) { return importer.Purge(context); });
}

}  // namespace ronghe::membership
