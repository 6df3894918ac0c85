#include "common/audit/verify.h"

#include <algorithm>
#include <utility>

namespace ronghe::audit {
namespace {

// Mismatches kept for telling what happened to them; each is compared with every other.
constexpr size_t kMaxMismatches = 64;

}  // namespace

std::string LinkHash(crypto::Suite suite, std::string_view previous, const Entry& entry,
                     int32_t version) {
  if (version < 1 || version > kCanonicalVersion) return "";
  if (version == 1 && !entry.detail.empty()) return "";
  std::string bytes(previous);
  bytes += CanonicalBytes(entry, version);
  return crypto::Hash(suite, bytes);
}

std::string_view FaultName(Fault fault) {
  switch (fault) {
    case Fault::kChanged:
      return "changed";
    case Fault::kLinkChanged:
      return "link changed";
    case Fault::kMissing:
      return "removed";
    case Fault::kInserted:
      return "inserted";
    case Fault::kReordered:
      return "reordered";
    case Fault::kTruncated:
      return "cut off";
    case Fault::kRewritten:
      return "rewritten";
  }
  return "unknown";
}

ChainVerifier::ChainVerifier(VerifyOptions options)
    : options_(std::move(options)), heads_(options_.heads) {
  std::sort(heads_.begin(), heads_.end(),
            [](const Head& a, const Head& b) { return a.sequence < b.sequence; });
  if (options_.anchor.has_value()) {
    result_.head = *options_.anchor;
    result_.covered = options_.anchor->sequence;
    while (next_head_ < heads_.size() && heads_[next_head_].sequence <= options_.anchor->sequence) {
      ++next_head_;
    }
  }
}

void ChainVerifier::Report(Finding finding) {
  if (result_.findings.size() < options_.max_findings) {
    result_.findings.push_back(finding);
  } else {
    ++result_.findings_left_out;
  }
}

void ChainVerifier::Add(const Link& link, const Entry* entry) {
  // Rows behind the anchor are past their retention; a purge that was interrupted left them.
  if (options_.anchor.has_value() && link.sequence <= options_.anchor->sequence) return;
  const int64_t expected = result_.head.sequence + 1;
  for (int64_t gap = expected; gap < link.sequence; ++gap) {
    if (result_.findings.size() >= options_.max_findings) {
      result_.findings_left_out += link.sequence - gap;
      break;
    }
    Report({.fault = Fault::kMissing, .sequence = gap, .audit_id = 0});
  }
  if (entry == nullptr || entry->id != link.audit_id) {
    Report({.fault = Fault::kMissing, .sequence = link.sequence, .audit_id = link.audit_id});
  } else {
    ++result_.rows;
    // Behind a gap the hash before is not known.
    if (link.sequence == expected) Check(link, *entry);
  }
  CheckHead(link);
  // Going on from the stored hash, so that one false row is named and not all after it.
  before_previous_ = std::move(result_.head.hash);
  result_.head = {.sequence = link.sequence, .hash = link.hash};
  previous_id_ = link.audit_id;
}

void ChainVerifier::Check(const Link& link, const Entry& entry) {
  std::string computed = LinkHash(options_.suite, result_.head.hash, entry, link.version);
  if (computed == link.hash) return;
  if (!mismatches_.empty()) {
    Mismatch& last = mismatches_.back();
    if (last.link.sequence == link.sequence - 1 && !last.computed.empty() &&
        LinkHash(options_.suite, last.computed, entry, link.version) == link.hash) {
      last.link_changed = true;
      return;
    }
  }
  if (mismatches_.size() >= kMaxMismatches) {
    Report({.fault = Fault::kChanged, .sequence = link.sequence, .audit_id = link.audit_id});
    return;
  }
  mismatches_.push_back({.link = link,
                         .entry = entry,
                         .previous = result_.head.hash,
                         .before_previous = before_previous_,
                         .previous_id = previous_id_,
                         .computed = std::move(computed)});
}

void ChainVerifier::CheckHead(const Link& link) {
  for (; next_head_ < heads_.size() && heads_[next_head_].sequence <= link.sequence; ++next_head_) {
    const Head& head = heads_[next_head_];
    // The link of an earlier head is missing, which has been reported.
    if (head.sequence < link.sequence) continue;
    if (head.hash == link.hash) {
      ++result_.heads_matched;
      result_.covered = link.sequence;
      rewritten_ = false;
    } else if (!rewritten_) {
      rewritten_ = true;
      Report({.fault = Fault::kRewritten,
              .sequence = link.sequence,
              .audit_id = link.audit_id,
              .from = result_.covered + 1});
    }
  }
}

void ChainVerifier::AddUnlinked(int64_t audit_id) {
  Report({.fault = Fault::kInserted, .sequence = 0, .audit_id = audit_id});
}

bool ChainVerifier::ContentMoved(const Mismatch& mismatch) const {
  return std::any_of(mismatches_.begin(), mismatches_.end(), [&](const Mismatch& other) {
    if (&other == &mismatch) return false;
    Entry renumbered = other.entry;
    renumbered.id = mismatch.entry.id;
    const auto gives = [&](const Entry& entry) {
      return LinkHash(options_.suite, mismatch.previous, entry, mismatch.link.version) ==
             mismatch.link.hash;
    };
    return gives(other.entry) || gives(renumbered);
  });
}

std::optional<int64_t> ChainVerifier::TruePlace(const Mismatch& mismatch, int depth) const {
  for (const Place& place : places_) {
    if (place.mismatch == &mismatch || LinkHash(options_.suite, place.hash, mismatch.entry,
                                                mismatch.link.version) != mismatch.link.hash) {
      continue;
    }
    if (place.mismatch == nullptr || depth == 0) return place.sequence + 1;
    const std::optional<int64_t> before = TruePlace(*place.mismatch, depth - 1);
    return before.value_or(place.sequence) + 1;
  }
  return std::nullopt;
}

void ChainVerifier::FindPlaces() {
  // Links that did not match stand where they stand; the links before them may be sound.
  for (const Mismatch& mismatch : mismatches_) {
    places_.push_back({mismatch.link.hash, mismatch.link.sequence, &mismatch});
  }
  const auto sound = [this](const std::string& hash, int64_t sequence) {
    if (sequence < 0) return;
    const bool known = std::any_of(places_.begin(), places_.end(),
                                   [&](const Place& place) { return place.hash == hash; });
    if (!known) places_.push_back({hash, sequence, nullptr});
  };
  for (const Mismatch& mismatch : mismatches_) {
    sound(mismatch.previous, mismatch.link.sequence - 1);
    sound(mismatch.before_previous, mismatch.link.sequence - 2);
  }
}

void ChainVerifier::Explain(const Mismatch& mismatch, std::vector<Finding>& found) const {
  const int64_t sequence = mismatch.link.sequence;
  const auto add = [&](Fault fault) {
    found.push_back({.fault = fault, .sequence = sequence, .audit_id = mismatch.link.audit_id});
  };
  if (mismatch.link_changed) return add(Fault::kLinkChanged);
  if (ContentMoved(mismatch)) return add(Fault::kReordered);
  const std::optional<int64_t> place = TruePlace(mismatch, static_cast<int>(mismatches_.size()));
  if (!place.has_value()) return add(Fault::kChanged);
  if (*place == sequence) return;  // only its predecessor was moved
  const bool follows = !found.empty() && found.back().sequence == sequence - 1;
  const bool explained = follows && found.back().fault != Fault::kChanged;
  if (*place != sequence - 1 || explained) return add(Fault::kReordered);
  if (follows) found.pop_back();
  found.push_back(
      {.fault = Fault::kInserted, .sequence = sequence - 1, .audit_id = mismatch.previous_id});
}

Verification ChainVerifier::Finish() {
  FindPlaces();
  std::vector<Finding> found;
  for (const Mismatch& mismatch : mismatches_) Explain(mismatch, found);
  for (const Finding& finding : found) Report(finding);
  if (!heads_.empty() && heads_.back().sequence > result_.head.sequence) {
    Report({.fault = Fault::kTruncated,
            .sequence = heads_.back().sequence,
            .audit_id = 0,
            .from = result_.head.sequence + 1});
  }
  std::stable_sort(result_.findings.begin(), result_.findings.end(),
                   [](const Finding& a, const Finding& b) {
                     const auto order = [](const Finding& finding) {
                       return finding.sequence == 0 ? INT64_MAX : finding.sequence;
                     };
                     return order(a) < order(b);
                   });
  return std::move(result_);
}

}  // namespace ronghe::audit
