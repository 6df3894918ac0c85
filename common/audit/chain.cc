#include "common/audit/chain.h"

#include <algorithm>
#include <utility>

#include "common/audit/audit.h"
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
constexpr absl::Duration kLogEvery = absl::Minutes(1);
constexpr int32_t kBatch = 500;
// No transaction that writes an audit row lasts longer than this, so a row whose id is older than
// the last chained one by more is not waiting to be chained.
constexpr absl::Duration kStraggler = absl::Minutes(10);
// Mismatches kept for telling reordered rows from changed ones.
constexpr size_t kMaxMismatches = 256;

struct AuditRow {
  int64_t id;
  absl::Time time;
  std::string subject;
  std::string on_behalf_of;
  std::string peer;
  std::string method;
  int64_t organization_id;
  std::string resource;
  std::string result;
  std::string trace_id;
  sql::Bytes request_digest;
};

struct HeadRow {
  int64_t sequence;
  int64_t audit_id;
  sql::Bytes hash;
};

struct LinkRow {
  int64_t sequence;
  int64_t audit_id;
  sql::Bytes hash;
};

struct LinkedIdRow {
  int64_t id;
  std::optional<int64_t> sequence;
};

const sql::Query<HeadRow> kHead("audit_chain.head",
                                "SELECT sequence, audit_id, hash FROM audit_chain "
                                "ORDER BY sequence DESC LIMIT 1");
const sql::Query<LinkedIdRow> kLinkedIds("audit.linked_ids",
                                         "SELECT a.id, c.sequence FROM audit a "
                                         "LEFT JOIN audit_chain c ON c.audit_id = a.id "
                                         "WHERE a.id > ? ORDER BY a.id LIMIT ?");
const sql::Query<AuditRow> kByIds("audit.by_ids",
                                  "SELECT id, time, subject, on_behalf_of, peer, method, "
                                  "organization_id, resource, result, trace_id, request_digest "
                                  "FROM audit WHERE id IN (?*) ORDER BY id");
const sql::Query<LinkRow> kLinks("audit_chain.after",
                                 "SELECT sequence, audit_id, hash FROM audit_chain "
                                 "WHERE sequence > ? ORDER BY sequence LIMIT ?");
const sql::Command kAppend("audit_chain.append",
                           "INSERT INTO audit_chain (sequence, audit_id, hash) VALUES (?, ?, ?)");

Entry ToEntry(const AuditRow& row) {
  return {.id = row.id,
          .time = row.time,
          .subject = row.subject,
          .on_behalf_of = row.on_behalf_of,
          .peer = row.peer,
          .method = row.method,
          .organization_id = row.organization_id,
          .resource = row.resource,
          .result = row.result,
          .trace_id = row.trace_id,
          .request_digest = row.request_digest};
}

std::string LinkHash(crypto::Suite suite, std::string_view previous, const Entry& entry) {
  std::string bytes(previous);
  bytes += CanonicalBytes(entry);
  return crypto::Hash(suite, bytes);
}

// An id `kStraggler` older than `id`: its time stands above the 22 bits of node and counter.
int64_t StragglerFloor(int64_t id) {
  return std::max<int64_t>(0, id - (absl::ToInt64Milliseconds(kStraggler) << 22));
}

absl::StatusOr<std::vector<Entry>> EntriesByIds(sql::Session& session,
                                                std::span<const int64_t> ids) {
  std::vector<Entry> entries;
  entries.reserve(ids.size());
  while (!ids.empty()) {
    const std::span<const int64_t> some = ids.first(std::min(ids.size(), sql::kMaxList));
    RONGHE_ASSIGN_OR_RETURN(const std::vector<AuditRow> rows, session.Select(kByIds, some));
    for (const AuditRow& row : rows) entries.push_back(ToEntry(row));
    ids = ids.subspan(some.size());
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.id < b.id; });
  return entries;
}

}  // namespace

Chainer::Chainer(sql::Database& database, job::JobRunner* jobs, const base::Clock& clock,
                 crypto::Suite suite)
    : database_(database), clock_(clock), suite_(suite) {
  if (jobs != nullptr) {
    jobs->Add(kJob, kInterval, [this](job::JobContext& context) {
      return ChainPending(context.DeadlineIn(kRunTimeout)).status();
    });
  }
}

absl::StatusOr<Head> Chainer::ChainPending(absl::Time deadline) {
  Head head;
  for (;;) {
    struct Outcome {
      Head head;
      bool more = false;
    };
    RONGHE_ASSIGN_OR_RETURN(
        const Outcome outcome,
        database_.Transact(deadline, [this](sql::Session& session) -> absl::StatusOr<Outcome> {
          RONGHE_ASSIGN_OR_RETURN(const std::optional<HeadRow> last, session.SelectOne(kHead));
          Head head;
          int64_t after = 0;
          if (last.has_value()) {
            head = {.sequence = last->sequence, .hash = last->hash};
            after = StragglerFloor(last->audit_id);
          }
          std::vector<int64_t> ids;
          bool more = false;
          while (ids.size() < kBatch) {
            RONGHE_ASSIGN_OR_RETURN(const std::vector<LinkedIdRow> rows,
                                    session.Select(kLinkedIds, after, 4 * kBatch));
            for (const LinkedIdRow& row : rows) {
              after = row.id;
              if (row.sequence.has_value()) continue;
              ids.push_back(row.id);
              if (ids.size() == kBatch) break;
            }
            more = ids.size() == kBatch;
            if (rows.size() < 4 * kBatch) break;
          }
          RONGHE_ASSIGN_OR_RETURN(const std::vector<Entry> entries, EntriesByIds(session, ids));
          std::vector<LinkRow> links;
          links.reserve(entries.size());
          for (const Entry& entry : entries) {
            head.hash = LinkHash(suite_, head.hash, entry);
            ++head.sequence;
            links.push_back(
                {.sequence = head.sequence, .audit_id = entry.id, .hash = sql::Bytes(head.hash)});
          }
          RONGHE_RETURN_IF_ERROR(session.InsertMany(kAppend, links));
          return Outcome{.head = head, .more = more};
        }));
    head = outcome.head;
    if (!outcome.more) break;
  }
  absl::MutexLock lock(&mutex_);
  if (head.sequence > logged_ && clock_.Now() >= log_after_) {
    logged_ = head.sequence;
    log_after_ = clock_.Now() + kLogEvery;
    log::Info("audit_chain_head",
              {{"sequence", head.sequence}, {"hash", crypto::HexEncode(head.hash)}});
  }
  return head;
}

absl::StatusOr<Verification> VerifyChain(sql::Session& session, const VerifyOptions& options) {
  Verification result;
  const auto report = [&](Fault fault, int64_t sequence, int64_t audit_id) {
    if (result.findings.size() < static_cast<size_t>(options.max_findings)) {
      result.findings.push_back({.fault = fault, .sequence = sequence, .audit_id = audit_id});
    }
  };
  struct Mismatch {
    int64_t sequence;
    std::string previous;
    std::string hash;
    Entry entry;
  };
  std::vector<Mismatch> mismatches;
  bool expected_seen = !options.expected_head.has_value() || options.expected_head->sequence == 0;
  for (;;) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<LinkRow> links,
                            session.Select(kLinks, result.head.sequence, kBatch));
    std::vector<int64_t> ids;
    ids.reserve(links.size());
    for (const LinkRow& link : links) ids.push_back(link.audit_id);
    RONGHE_ASSIGN_OR_RETURN(const std::vector<Entry> entries, EntriesByIds(session, ids));
    for (const LinkRow& link : links) {
      for (int64_t gap = result.head.sequence + 1; gap < link.sequence; ++gap) {
        report(Fault::kMissing, gap, 0);
        if (result.findings.size() >= static_cast<size_t>(options.max_findings)) break;
      }
      const bool after_gap = link.sequence != result.head.sequence + 1;
      const auto entry =
          std::lower_bound(entries.begin(), entries.end(), link.audit_id,
                           [](const Entry& candidate, int64_t id) { return candidate.id < id; });
      if (entry == entries.end() || entry->id != link.audit_id) {
        report(Fault::kMissing, link.sequence, link.audit_id);
      } else if (!after_gap &&
                 LinkHash(options.suite, result.head.hash, *entry) != std::string(link.hash)) {
        if (mismatches.size() < kMaxMismatches) {
          mismatches.push_back({.sequence = link.sequence,
                                .previous = result.head.hash,
                                .hash = link.hash,
                                .entry = *entry});
        } else {
          report(Fault::kChanged, link.sequence, link.audit_id);
        }
      }
      // Going on from the stored hash, so that one false row is named and not all after it.
      result.head = {.sequence = link.sequence, .hash = link.hash};
      ++result.links;
      if (!expected_seen && link.sequence == options.expected_head->sequence) {
        expected_seen = std::string(link.hash) == options.expected_head->hash;
      }
    }
    if (links.size() < static_cast<size_t>(kBatch)) break;
  }
  for (const Mismatch& mismatch : mismatches) {
    const bool moved =
        std::any_of(mismatches.begin(), mismatches.end(), [&](const Mismatch& other) {
          return other.sequence != mismatch.sequence &&
                 LinkHash(options.suite, mismatch.previous, other.entry) == mismatch.hash;
        });
    report(moved ? Fault::kReordered : Fault::kChanged, mismatch.sequence, mismatch.entry.id);
  }
  std::stable_sort(result.findings.begin(), result.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.sequence < b.sequence; });
  if (!expected_seen) {
    report(Fault::kTruncated, options.expected_head->sequence, 0);
  }
  int64_t after = 0;
  for (;;) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<LinkedIdRow> rows,
                            session.Select(kLinkedIds, after, 4 * kBatch));
    for (const LinkedIdRow& row : rows) {
      after = row.id;
      if (!row.sequence.has_value() && base::TimeOf(row.id) < options.unchained_before) {
        report(Fault::kInserted, 0, row.id);
      }
    }
    if (rows.size() < static_cast<size_t>(4 * kBatch)) break;
  }
  return result;
}

}  // namespace ronghe::audit
