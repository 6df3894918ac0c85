#include "common/org/org_tree.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ronghe::org {
namespace {

constexpr int32_t kNoDay = std::numeric_limits<int32_t>::min();
constexpr absl::CivilDay kEpoch(1970, 1, 1);

int32_t PackDay(const std::optional<absl::CivilDay>& day) {
  return day.has_value() ? static_cast<int32_t>(*day - kEpoch) : kNoDay;
}

std::optional<absl::CivilDay> UnpackDay(int32_t days) {
  if (days == kNoDay) return std::nullopt;
  return kEpoch + days;
}

template <class Int>
bool ParseInt(std::string_view text, Int* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string FormatPath(const OrgPath& path) {
  if (path.empty()) return ".";
  std::string text;
  for (const OrgKey& key : path) {
    if (!text.empty()) text.push_back('/');
    absl::StrAppend(&text, key.sort, ".", key.id);
  }
  return text;
}

absl::Status ParsePath(std::string_view text, OrgPath* path) {
  path->clear();
  if (text == ".") return absl::OkStatus();
  while (true) {
    const size_t slash = text.find('/');
    const std::string_view step = text.substr(0, slash);
    const size_t dot = step.find('.');
    OrgKey key;
    if (dot == std::string_view::npos || !ParseInt(step.substr(0, dot), &key.sort) ||
        !ParseInt(step.substr(dot + 1), &key.id)) {
      path->clear();
      return absl::InvalidArgumentError("not a path of organizations");
    }
    path->push_back(key);
    if (slash == std::string_view::npos) return absl::OkStatus();
    text.remove_prefix(slash + 1);
  }
}

bool IsBranchKind(std::string_view kind) {
  return kind == "631" || kind == "632" || kind == "931" || kind == "932";
}

struct OrgTree::Record {
  int64_t id = 0;
  Record* parent = nullptr;
  std::unique_ptr<char[]> text;  // name, then code
  std::vector<Record*> children;
  int32_t sort = 0;
  int32_t founded = kNoDay;
  int32_t revoked = kNoDay;
  uint16_t name_size = 0;
  uint16_t code_size = 0;
  char kind[4] = {};
  bool known = false;
  int32_t own_full = 0;
  int32_t own_probationary = 0;
  int32_t full = 0;
  int32_t probationary = 0;
  int32_t organizations = 0;
  int32_t branches = 0;

  OrgKey key() const { return {sort, id}; }
  std::string_view kind_view() const { return {kind, strnlen(kind, sizeof(kind))}; }
  std::string_view name_view() const { return {text.get(), name_size}; }
  std::string_view code_view() const { return {text.get() + name_size, code_size}; }
  bool active() const { return known && revoked == kNoDay; }

  OrgCounts Own() const {
    const bool branch = kind_view() == "631" || kind_view() == "632";
    return {own_full, own_probationary, active() ? 1 : 0, active() && branch ? 1 : 0};
  }
  OrgCounts Sum() const { return {full, probationary, organizations, branches}; }
  OrgNode ToNode() const {
    return {.id = id,
            .parent = parent == nullptr ? 0 : parent->id,
            .kind = std::string(kind_view()),
            .name = std::string(name_view()),
            .code = std::string(code_view()),
            .sort = sort,
            .founded_on = UnpackDay(founded),
            .revoked_on = UnpackDay(revoked)};
  }
};

namespace {

OrgCounts Minus(const OrgCounts& a, const OrgCounts& b) {
  return {a.full - b.full, a.probationary - b.probationary, a.organizations - b.organizations,
          a.branches - b.branches};
}

}  // namespace

OrgTree::OrgTree() = default;
OrgTree::~OrgTree() = default;

OrgTree::Record* OrgTree::Find(int64_t id) const {
  const auto it = index_.find(id);
  return it == index_.end() ? nullptr : it->second;
}

OrgTree::Record* OrgTree::FindOrAdd(int64_t id) {
  Record*& slot = index_[id];
  if (slot == nullptr) {
    slot = &records_.emplace_back();
    slot->id = id;
  }
  return slot;
}

void OrgTree::AddUp(Record* from, const OrgCounts& delta) {
  for (Record* r = from; r != nullptr; r = r->parent) {
    r->full += static_cast<int32_t>(delta.full);
    r->probationary += static_cast<int32_t>(delta.probationary);
    r->organizations += static_cast<int32_t>(delta.organizations);
    r->branches += static_cast<int32_t>(delta.branches);
  }
}

void OrgTree::Link(Record* record, Record* parent) {
  std::vector<Record*>& siblings = parent == nullptr ? roots_ : parent->children;
  const auto at =
      std::lower_bound(siblings.begin(), siblings.end(), record->key(),
                       [](const Record* r, const OrgKey& key) { return r->key() < key; });
  siblings.insert(at, record);
  record->parent = parent;
  AddUp(parent, record->Sum());
}

void OrgTree::Unlink(Record* record) {
  std::vector<Record*>& siblings = record->parent == nullptr ? roots_ : record->parent->children;
  const auto at =
      std::lower_bound(siblings.begin(), siblings.end(), record->key(),
                       [](const Record* r, const OrgKey& key) { return r->key() < key; });
  siblings.erase(at);
  OrgCounts taken = record->Sum();
  AddUp(record->parent, Minus(OrgCounts{}, taken));
  record->parent = nullptr;
}

absl::Status OrgTree::Upsert(const OrgNode& node) {
  if (node.id < 1 || node.parent < 0 || node.kind.size() > 4 || node.name.size() > 65535 ||
      node.code.size() > 65535) {
    return absl::InvalidArgumentError("not an organization");
  }
  absl::MutexLock lock(&mutex_);
  if (node.parent != 0) {
    for (const Record* r = Find(node.parent); r != nullptr; r = r->parent) {
      if (r->id == node.id) {
        return absl::FailedPreconditionError("the parent lies inside the organization's subtree");
      }
    }
    if (node.parent == node.id) {
      return absl::FailedPreconditionError("an organization is not its own parent");
    }
  }
  Record* const record = FindOrAdd(node.id);
  Record* const parent = node.parent == 0 ? nullptr : FindOrAdd(node.parent);
  const bool relink = !record->known || record->parent != parent || record->sort != node.sort;
  if (relink && record->known) Unlink(record);

  const OrgCounts before = record->Own();
  text_bytes_ -= record->name_size + record->code_size;
  record->text = std::make_unique<char[]>(node.name.size() + node.code.size());
  std::memcpy(record->text.get(), node.name.data(), node.name.size());
  std::memcpy(record->text.get() + node.name.size(), node.code.data(), node.code.size());
  record->name_size = static_cast<uint16_t>(node.name.size());
  record->code_size = static_cast<uint16_t>(node.code.size());
  text_bytes_ += record->name_size + record->code_size;
  std::memset(record->kind, 0, sizeof(record->kind));
  std::memcpy(record->kind, node.kind.data(), node.kind.size());
  record->sort = node.sort;
  record->founded = PackDay(node.founded_on);
  record->revoked = PackDay(node.revoked_on);
  if (!record->known) {
    record->known = true;
    ++known_;
  }
  AddUp(record, Minus(record->Own(), before));
  if (relink) Link(record, parent);
  return absl::OkStatus();
}

void OrgTree::AddCount(int64_t id, int64_t full_delta, int64_t probationary_delta) {
  absl::MutexLock lock(&mutex_);
  Record* const record = FindOrAdd(id);
  record->own_full += static_cast<int32_t>(full_delta);
  record->own_probationary += static_cast<int32_t>(probationary_delta);
  AddUp(record, {full_delta, probationary_delta, 0, 0});
}

void OrgTree::SetCount(int64_t id, int64_t full, int64_t probationary) {
  absl::MutexLock lock(&mutex_);
  Record* const record = FindOrAdd(id);
  const OrgCounts delta{full - record->own_full, probationary - record->own_probationary, 0, 0};
  record->own_full = static_cast<int32_t>(full);
  record->own_probationary = static_cast<int32_t>(probationary);
  AddUp(record, delta);
}

bool OrgTree::Contains(int64_t id) const {
  absl::ReaderMutexLock lock(&mutex_);
  const Record* record = Find(id);
  return record != nullptr && record->known;
}

size_t OrgTree::size() const {
  absl::ReaderMutexLock lock(&mutex_);
  return known_;
}

bool OrgTree::Within(int64_t id, int64_t ancestor) const {
  absl::ReaderMutexLock lock(&mutex_);
  const Record* const top = Find(ancestor);
  if (top == nullptr || !top->known) return false;
  const Record* record = Find(id);
  if (record == nullptr || !record->known) return false;
  while (record != nullptr && record != top) record = record->parent;
  return record == top;
}

std::optional<OrgNode> OrgTree::Node(int64_t id) const {
  absl::ReaderMutexLock lock(&mutex_);
  const Record* const record = Find(id);
  if (record == nullptr || !record->known) return std::nullopt;
  return record->ToNode();
}

std::string OrgTree::Name(int64_t id) const {
  absl::ReaderMutexLock lock(&mutex_);
  const Record* const record = Find(id);
  return record == nullptr ? std::string() : std::string(record->name_view());
}

std::vector<int64_t> OrgTree::Ancestors(int64_t id) const {
  std::vector<int64_t> ids;
  absl::ReaderMutexLock lock(&mutex_);
  const Record* record = Find(id);
  if (record == nullptr || !record->known) return ids;
  for (record = record->parent; record != nullptr; record = record->parent) {
    ids.push_back(record->id);
  }
  return ids;
}

std::vector<OrgNode> OrgTree::Children(int64_t id) const {
  std::vector<OrgNode> nodes;
  absl::ReaderMutexLock lock(&mutex_);
  const Record* const record = Find(id);
  if (record == nullptr) return nodes;
  nodes.reserve(record->children.size());
  for (const Record* child : record->children) nodes.push_back(child->ToNode());
  return nodes;
}

std::vector<int64_t> OrgTree::Roots() const {
  std::vector<int64_t> ids;
  absl::ReaderMutexLock lock(&mutex_);
  for (const Record* root : roots_) ids.push_back(root->id);
  return ids;
}

OrgCounts OrgTree::Count(int64_t id) const {
  absl::ReaderMutexLock lock(&mutex_);
  const Record* const record = Find(id);
  return record == nullptr ? OrgCounts{} : record->Sum();
}

OrgCounts OrgTree::OwnCount(int64_t id) const {
  absl::ReaderMutexLock lock(&mutex_);
  const Record* const record = Find(id);
  return record == nullptr ? OrgCounts{} : record->Own();
}

std::optional<OrgPath> OrgTree::PathLocked(const Record* root, const Record* record) const {
  OrgPath path;
  for (; record != nullptr && record != root; record = record->parent) {
    path.push_back(record->key());
  }
  if (record == nullptr) return std::nullopt;
  std::reverse(path.begin(), path.end());
  return path;
}

std::optional<OrgPath> OrgTree::Path(int64_t root, int64_t id) const {
  absl::ReaderMutexLock lock(&mutex_);
  const Record* const top = Find(root);
  const Record* const record = Find(id);
  if (top == nullptr || record == nullptr || !record->known) return std::nullopt;
  return PathLocked(top, record);
}

void OrgTree::Walk(const Record* root, const std::optional<OrgPath>& after, Filter filter,
                   absl::FunctionRef<bool(const Record&)> visit) const {
  struct Step {
    const Record* record;
    size_t next;
  };
  std::vector<Step> stack;
  // False when the walk is to stop.
  const auto offer = [&](const Record& record) {
    const OrgBrief brief{.id = record.id,
                         .parent = record.parent == nullptr ? 0 : record.parent->id,
                         .kind = record.kind_view(),
                         .name = record.name_view(),
                         .code = record.code_view(),
                         .sort = record.sort,
                         .depth = static_cast<int32_t>(stack.size()),
                         .active = record.active()};
    return !filter(brief) || visit(record);
  };
  if (!after.has_value()) {
    if (!offer(*root)) return;
    stack.push_back({root, 0});
  } else {
    const Record* record = root;
    bool exact = true;
    for (const OrgKey& key : *after) {
      const auto at =
          std::lower_bound(record->children.begin(), record->children.end(), key,
                           [](const Record* r, const OrgKey& k) { return r->key() < k; });
      const size_t index = at - record->children.begin();
      exact = at != record->children.end() && (*at)->key() == key;
      stack.push_back({record, exact ? index + 1 : index});
      if (!exact) break;
      record = *at;
    }
    if (exact) stack.push_back({record, 0});
  }
  while (!stack.empty()) {
    Step& top = stack.back();
    if (top.next == top.record->children.size()) {
      stack.pop_back();
      continue;
    }
    const Record* const child = top.record->children[top.next++];
    if (!offer(*child)) return;
    stack.push_back({child, 0});
  }
}

std::vector<OrgNode> OrgTree::SubtreeWalk(int64_t root, int64_t after_id, size_t limit,
                                          Filter filter) const {
  std::vector<OrgNode> nodes;
  absl::ReaderMutexLock lock(&mutex_);
  const Record* const top = Find(root);
  if (top == nullptr || !top->known || limit == 0) return nodes;
  std::optional<OrgPath> after;
  if (after_id != 0) {
    const Record* const last = Find(after_id);
    if (last == nullptr) return nodes;
    after = PathLocked(top, last);
    if (!after.has_value()) return nodes;
  }
  Walk(top, after, filter, [&](const Record& record) {
    nodes.push_back(record.ToNode());
    return nodes.size() < limit;
  });
  return nodes;
}

std::vector<OrgNode> OrgTree::SubtreeWalk(int64_t root, const std::optional<OrgPath>& after,
                                          size_t limit, Filter filter) const {
  std::vector<OrgNode> nodes;
  absl::ReaderMutexLock lock(&mutex_);
  const Record* const top = Find(root);
  if (top == nullptr || !top->known || limit == 0) return nodes;
  Walk(top, after, filter, [&](const Record& record) {
    nodes.push_back(record.ToNode());
    return nodes.size() < limit;
  });
  return nodes;
}

std::vector<int64_t> OrgTree::SubtreeIds(int64_t root, const std::optional<OrgPath>& after,
                                         size_t limit, Filter filter) const {
  std::vector<int64_t> ids;
  absl::ReaderMutexLock lock(&mutex_);
  const Record* const top = Find(root);
  if (top == nullptr || !top->known || limit == 0) return ids;
  Walk(top, after, filter, [&](const Record& record) {
    ids.push_back(record.id);
    return ids.size() < limit;
  });
  return ids;
}

std::vector<OrgStop> OrgTree::SubtreeStops(int64_t root, const std::optional<OrgPath>& after,
                                           size_t limit, Filter filter) const {
  std::vector<OrgStop> stops;
  absl::ReaderMutexLock lock(&mutex_);
  const Record* const top = Find(root);
  if (top == nullptr || !top->known || limit == 0) return stops;
  Walk(top, after, filter, [&](const Record& record) {
    stops.push_back({record.id, PathLocked(top, &record).value_or(OrgPath())});
    return stops.size() < limit;
  });
  return stops;
}

void OrgTree::Clear() {
  absl::MutexLock lock(&mutex_);
  index_.clear();
  roots_.clear();
  records_.clear();
  known_ = 0;
  text_bytes_ = 0;
}

size_t OrgTree::MemoryBytes() const {
  absl::ReaderMutexLock lock(&mutex_);
  constexpr size_t kHeapOverhead = 16;
  size_t bytes = records_.size() * (sizeof(Record) + kHeapOverhead) + text_bytes_;
  bytes += index_.capacity() * (sizeof(std::pair<int64_t, Record*>) + 1);
  for (const Record& record : records_) {
    bytes += record.children.capacity() * sizeof(void*);
    if (record.children.capacity() > 0) bytes += kHeapOverhead;
  }
  return bytes;
}

}  // namespace ronghe::org
