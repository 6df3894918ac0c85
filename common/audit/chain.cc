#include "common/audit/chain.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "common/audit/head.h"
#include "common/audit/search.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/job/job_runner.h"
#include "common/log/log.h"
#include "common/sql/database.h"
#include "common/sql/statement.h"

namespace ronghe::audit {
namespace {

constexpr char kJob[] = "audit.chain";
constexpr absl::Duration kInterval = absl::Seconds(2);
constexpr absl::Duration kRunTimeout = absl::Seconds(10);
constexpr absl::Duration kPublishEvery = absl::Minutes(1);
constexpr size_t kBatch = 500;
constexpr int32_t kScan = 2000;
// No transaction that writes an audit row lasts longer than this, so a row whose id is older than
// the last chained one by more is not waiting to be chained.
constexpr absl::Duration kStraggler = absl::Minutes(10);

struct LinkedIdRow {
  int64_t id;
  std::optional<int64_t> sequence;
};

const sql::Query<Link> kHead("audit_chain.head",
                             "SELECT sequence, audit_id, hash, version FROM audit_chain "
                             "ORDER BY sequence DESC LIMIT 1");
const sql::Query<LinkedIdRow> kLinkedIds("audit.linked_ids",
                                         "SELECT a.id, c.sequence FROM audit a "
                                         "LEFT JOIN audit_chain c ON c.audit_id = a.id "
                                         "WHERE a.id > ? ORDER BY a.id LIMIT ?");
const sql::Query<Link> kLinks("audit_chain.after",
                              "SELECT sequence, audit_id, hash, version FROM audit_chain "
                              "WHERE sequence > ? ORDER BY sequence LIMIT ?");
const sql::Query<Link> kLinksOf("audit_chain.by_audit_ids",
                                "SELECT sequence, audit_id, hash, version FROM audit_chain "
                                "WHERE audit_id IN (?*)");
const sql::Command kAppend(
    "audit_chain.append",
    "INSERT INTO audit_chain (sequence, audit_id, hash, version) VALUES (?, ?, ?, ?)");

// Every id up to this one has its link, as far as the chainer is concerned.
int64_t ScanStart(const Link& last) {
  return last.sequence == 0 ? 0 : base::FirstIdAt(base::TimeOf(last.audit_id) - kStraggler);
}

}  // namespace

absl::StatusOr<std::vector<LinkedRow>> LinksAfter(sql::Session& session, int64_t sequence,
                                                  int32_t limit) {
  RONGHE_ASSIGN_OR_RETURN(std::vector<Link> links, session.Select(kLinks, sequence, limit));
  std::vector<int64_t> ids;
  ids.reserve(links.size());
  for (const Link& link : links) ids.push_back(link.audit_id);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Entry> entries, EntriesByIds(session, ids));
  std::vector<LinkedRow> rows;
  rows.reserve(links.size());
  for (Link& link : links) {
    LinkedRow& row = rows.emplace_back(LinkedRow{.link = std::move(link)});
    const auto entry =
        std::lower_bound(entries.begin(), entries.end(), row.link.audit_id,
                         [](const Entry& candidate, int64_t id) { return candidate.id < id; });
    if (entry != entries.end() && entry->id == row.link.audit_id) row.entry = *entry;
  }
  return rows;
}

absl::StatusOr<std::vector<LinkedRow>> WithLinks(sql::Session& session,
                                                 std::vector<Entry> entries) {
  absl::flat_hash_map<int64_t, LinkedRow*> by_id;
  std::vector<int64_t> ids;
  std::vector<LinkedRow> rows;
  rows.reserve(entries.size());
  for (Entry& entry : entries) {
    ids.push_back(entry.id);
    rows.push_back({.entry = std::move(entry)});
    by_id[ids.back()] = &rows.back();
  }
  for (std::span<const int64_t> rest = ids; !rest.empty();) {
    const std::span<const int64_t> some = rest.first(std::min(rest.size(), sql::kMaxList));
    RONGHE_ASSIGN_OR_RETURN(std::vector<Link> links, session.Select(kLinksOf, some));
    for (Link& link : links) by_id.at(link.audit_id)->link = std::move(link);
    rest = rest.subspan(some.size());
  }
  return rows;
}

absl::StatusOr<Unlinked> UnlinkedAfter(sql::Session& session, int64_t after) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<LinkedIdRow> rows,
                          session.Select(kLinkedIds, after, kScan));
  Unlinked unlinked{.after = rows.empty() ? after : rows.back().id,
                    .end = rows.size() < static_cast<size_t>(kScan)};
  for (const LinkedIdRow& row : rows) {
    if (!row.sequence.has_value()) unlinked.ids.push_back(row.id);
  }
  return unlinked;
}

absl::StatusOr<int64_t> CountUnlinked(sql::Session& session) {
  RONGHE_ASSIGN_OR_RETURN(const Link last, LastLink(session));
  int64_t count = 0;
  for (Unlinked page{.after = ScanStart(last)}; !page.end;) {
    RONGHE_ASSIGN_OR_RETURN(page, UnlinkedAfter(session, page.after));
    count += static_cast<int64_t>(page.ids.size());
  }
  return count;
}

absl::StatusOr<Link> LastLink(sql::Session& session) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<Link> last, session.SelectOne(kHead));
  return std::move(last).value_or(Link{});
}

Chainer::Chainer(sql::Database& database, job::JobRunner* jobs, const base::Clock& clock,
                 crypto::Suite suite, HeadFile* heads)
    : database_(database), clock_(clock), suite_(suite), heads_(heads) {
  if (jobs != nullptr) {
    jobs->Add(kJob, kInterval, [this](job::JobContext& context) -> absl::Status {
      RONGHE_ASSIGN_OR_RETURN(const Link head, ChainPending(context.DeadlineIn(kRunTimeout)));
      return Publish(head);
    });
  }
}

absl::StatusOr<Chainer::Batch> Chainer::ChainBatch(sql::Session& session) const {
  RONGHE_ASSIGN_OR_RETURN(Link head, LastLink(session));
  int64_t after = ScanStart(head);
  std::vector<int64_t> ids;
  for (bool end = false; !end && ids.size() < kBatch;) {
    RONGHE_ASSIGN_OR_RETURN(const Unlinked unlinked, UnlinkedAfter(session, after));
    ids.insert(ids.end(), unlinked.ids.begin(), unlinked.ids.end());
    after = unlinked.after;
    end = unlinked.end;
  }
  const bool more = ids.size() >= kBatch;
  ids.resize(std::min(ids.size(), kBatch));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Entry> entries, EntriesByIds(session, ids));
  std::vector<Link> links;
  links.reserve(entries.size());
  for (const Entry& entry : entries) {
    head = {.sequence = head.sequence + 1,
            .audit_id = entry.id,
            .hash = LinkHash(suite_, head.hash, entry, kCanonicalVersion),
            .version = kCanonicalVersion};
    links.push_back(head);
  }
  RONGHE_RETURN_IF_ERROR(session.InsertMany(kAppend, links));
  return Batch{.head = head, .more = more};
}

absl::StatusOr<Link> Chainer::ChainPending(absl::Time deadline) {
  while (true) {
    RONGHE_ASSIGN_OR_RETURN(const Batch batch,
                            database_.Transact(deadline, [this](sql::Session& session) {
                              return ChainBatch(session);
                            }));
    if (!batch.more) return batch.head;
  }
}

absl::Status Chainer::Publish(const Link& head) {
  absl::MutexLock lock(&mutex_);
  if (head.sequence == published_ || clock_.Now() < publish_after_) return absl::OkStatus();
  publish_after_ = clock_.Now() + kPublishEvery;
  if (heads_ != nullptr)
    RONGHE_RETURN_IF_ERROR(heads_->Append(HeadKind::kHead, head, clock_.Now()));
  published_ = head.sequence;
  log::Info("audit_chain_head",
            {{"sequence", head.sequence}, {"hash", crypto::HexEncode(head.hash)}});
  return absl::OkStatus();
}

absl::StatusOr<Verification> VerifyChain(sql::Session& session, VerifyOptions options,
                                         absl::Time unchained_before, Progress progress) {
  RONGHE_ASSIGN_OR_RETURN(const Link last, LastLink(session));
  int64_t sequence = options.anchor.has_value() ? options.anchor->sequence : 0;
  ChainVerifier verifier(std::move(options));
  for (bool end = false; !end;) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<LinkedRow> rows,
                            LinksAfter(session, sequence, static_cast<int32_t>(kBatch)));
    for (const LinkedRow& row : rows) {
      verifier.Add(row.link, row.entry.has_value() ? &*row.entry : nullptr);
      sequence = row.link.sequence;
    }
    end = rows.size() < kBatch;
    if (!progress(sequence, std::max(sequence, last.sequence))) {
      return absl::CancelledError("verification ended early");
    }
  }
  for (Unlinked unlinked; !unlinked.end;) {
    RONGHE_ASSIGN_OR_RETURN(unlinked, UnlinkedAfter(session, unlinked.after));
    for (const int64_t id : unlinked.ids) {
      if (base::TimeOf(id) < unchained_before) verifier.AddUnlinked(id);
    }
  }
  return verifier.Finish();
}

}  // namespace ronghe::audit
