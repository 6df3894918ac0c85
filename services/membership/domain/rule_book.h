// Which figure does a regulation set for an event of that day, and in which article?
//
// A rule book holds the versions of one regulation's figures. Each rule has an id ("A-10"), a key
// by which code asks for it ("admit.notice_workdays"), the article, and a value: a number, a ratio
// or codes. Books are files below rules/; a new version is a new entry with its own first day.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_RULE_BOOK_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_RULE_BOOK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"

namespace ronghe::membership {

// A part of a whole that is enough: at least, or more than, numerator/denominator of it. Counted by
// cross-multiplication of integers (11.1).
struct Ratio {
  int64_t numerator = 1;
  int64_t denominator = 2;
  bool more_than = false;

  bool Met(int64_t part, int64_t whole) const;
  // The least part that is enough.
  int64_t Least(int64_t whole) const;
};

// One figure of one version.
struct Rule {
  std::string id;      // "A-10"
  std::string key;     // "admit.notice_workdays"
  std::string source;  // document and article
  std::string set;     // the version, "admission/2026-05-11"
  int64_t number = 0;
  Ratio ratio;
  std::vector<int64_t> codes;

  bool Has(int64_t code) const;
};

// One version, in force from a day on until the next one is.
struct RuleSet {
  std::string name;  // "admission/2026-05-11"
  std::string title;
  std::string source;
  std::string approved_by;
  absl::CivilDay effective_from;
  std::map<std::string, Rule, std::less<>> rules;  // by key

  // The rule of a key that every version has. A key that the book was not checked for is a mistake
  // in the program and ends it.
  const Rule& Get(std::string_view key) const;
  int64_t Number(std::string_view key) const { return Get(key).number; }
  // The rule of a key that this version may leave out; null when it does.
  const Rule* Find(std::string_view key) const;
};

// All versions, the oldest first.
class RuleBook {
 public:
  // Errors: INVALID_ARGUMENT RULES_INVALID when there is no version, two begin on one day, or a
  // rule has no id, no source or an impossible ratio.
  static absl::StatusOr<RuleBook> Create(std::vector<RuleSet> versions);

  // The version in force on `day`; the oldest before that.
  const RuleSet& On(absl::CivilDay day) const;
  const std::vector<RuleSet>& versions() const { return versions_; }

  // Whether every key that all versions of `other` have is in all versions here.
  //
  // Errors: INVALID_ARGUMENT RULES_INVALID naming the first that is missing.
  absl::Status Covers(const RuleBook& other) const;

 private:
  explicit RuleBook(std::vector<RuleSet> versions) : versions_(std::move(versions)) {}
  std::vector<RuleSet> versions_;
};

// The books of the service by name ("admission", "dues", ...).
class RuleBooks {
 public:
  void Add(std::string name, RuleBook book) { books_.emplace(std::move(name), std::move(book)); }
  // The book of a name that the service was built with; any other ends the program.
  const RuleBook& Get(std::string_view name) const;
  const std::map<std::string, RuleBook, std::less<>>& all() const { return books_; }

 private:
  std::map<std::string, RuleBook, std::less<>> books_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_RULE_BOOK_H_
