// Has anyone changed, removed, inserted or reordered an audit row?
//
// Recomputes the chain, wherever its rows and links come from: hash = H(previous hash || canonical
// bytes of the row). Heads kept outside the database show what the chain alone can't: an end that
// was cut off, and a chain that was computed anew after a change.
#ifndef RONGHE_COMMON_AUDIT_VERIFY_H_
#define RONGHE_COMMON_AUDIT_VERIFY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/audit/audit.h"
#include "common/crypto/bytes.h"
#include "common/sql/types.h"

namespace ronghe::audit {

// One link of the chain: a row of audit_chain, in column order.
struct Link {
  int64_t sequence = 0;  // dense, from 1
  int64_t audit_id = 0;
  sql::Bytes hash;      // 32 bytes
  int32_t version = 0;  // of the row's canonical bytes
};

// A link (sequence 0: none yet) and the audit row that it covers, where that is still there.
struct LinkedRow {
  Link link;
  std::optional<Entry> entry;
};

// The end of a chain at some moment.
struct Head {
  int64_t sequence = 0;
  std::string hash;  // 32 bytes; empty for an empty chain
};

// The hash of the link that covers `entry` and follows one with hash `previous`. Empty where
// `version` can't cover the row: an unknown one, or 1 for a row with a detail.
std::string LinkHash(crypto::Suite suite, std::string_view previous, const Entry& entry,
                     int32_t version);

enum class Fault {
  kChanged,      // the row's bytes do not give the hash of its link
  kLinkChanged,  // the row is sound, but the hash of its link was replaced
  kMissing,      // a link without its row (or, with audit_id 0, a number without its link)
  kInserted,     // a row without a link, or a link put between two others
  kReordered,    // the row or its link stands at another place
  kTruncated,    // the chain ends before a head that is known from outside
  kRewritten,    // the chain gives another hash than a head that is known from outside
};

// "changed", "removed", ….
std::string_view FaultName(Fault fault);

struct Finding {
  Fault fault;
  int64_t sequence;  // 0 for a row without a link
  int64_t audit_id;  // 0 where no row is known
  // kTruncated, kRewritten: the first link that is concerned, `sequence` being the last.
  int64_t from = 0;
};

struct Verification {
  int64_t rows = 0;               // links whose row was looked at
  Head head;                      // the last link
  int64_t heads_matched = 0;      // of VerifyOptions::heads
  int64_t covered = 0;            // the last link that a matching head vouches for
  std::vector<Finding> findings;  // in chain order, then rows without a link
  int64_t findings_left_out = 0;  // beyond max_findings
  bool ok() const { return findings.empty(); }
};

struct VerifyOptions {
  crypto::Suite suite = crypto::Suite::kSm;
  // Known from outside the database, in any order.
  std::vector<Head> heads;
  // Links up to this one were purged after their retention: the chain starts behind it.
  std::optional<Head> anchor;
  size_t max_findings = 1000;
};

// Checks a chain that is given to it link by link. Not thread-safe.
class ChainVerifier {
 public:
  explicit ChainVerifier(VerifyOptions options);

  // The next link, in order of sequence, and its row; null where there is none.
  void Add(const Link& link, const Entry* entry);
  // A row that no link covers.
  void AddUnlinked(int64_t audit_id);
  // After the last link and row.
  Verification Finish();

 private:
  // A link that does not follow from what stands before it.
  struct Mismatch {
    Link link;
    Entry entry;
    std::string previous;         // hash of the link before it
    std::string before_previous;  // and of the one before that
    int64_t previous_id = 0;      // the row of the link before it
    std::string computed;         // what its hash should be
    bool link_changed = false;
  };
  // A hash and the place where it stands.
  struct Place {
    std::string hash;
    int64_t sequence = 0;
    const Mismatch* mismatch = nullptr;  // null for a sound link
  };

  void Report(Finding finding);
  void CheckHead(const Link& link);
  void Check(const Link& link, const Entry& entry);
  // Where the links near a mismatch stand.
  void FindPlaces();
  // Adds what happened at a mismatch to what is known of those before it.
  void Explain(const Mismatch& mismatch, std::vector<Finding>& found) const;
  bool ContentMoved(const Mismatch& mismatch) const;
  // Where the link stood before somebody moved links; nothing where no predecessor is found.
  std::optional<int64_t> TruePlace(const Mismatch& mismatch, int depth) const;

  const VerifyOptions options_;
  std::vector<Head> heads_;  // by sequence
  size_t next_head_ = 0;
  bool rewritten_ = false;
  Verification result_;
  std::vector<Mismatch> mismatches_;
  std::vector<Place> places_;
  std::string before_previous_;
  int64_t previous_id_ = 0;
};

}  // namespace ronghe::audit

#endif  // RONGHE_COMMON_AUDIT_VERIFY_H_
