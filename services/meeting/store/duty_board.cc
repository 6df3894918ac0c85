#include "services/meeting/store/duty_board.h"

#include <algorithm>

#include "common/base/status_macros.h"

namespace ronghe::meeting {
namespace {

constexpr int32_t kLoadRows = 10000;

int64_t* Cell(DutyCounts& counts, DutyStanding standing) {
  switch (standing) {
    case DutyStanding::kOpen:
      return &counts.open;
    case DutyStanding::kMet:
      return &counts.met;
    case DutyStanding::kExempt:
      return &counts.exempt;
    case DutyStanding::kDropped:
      break;
  }
  return nullptr;
}

}  // namespace

DutyBoard::DutyBoard(sql::Database& database, const org::OrgTree& tree, size_t max_windows)
    : database_(database), tree_(tree), max_windows_(std::max<size_t>(max_windows, 1)) {}

absl::StatusOr<DutyCounts> DutyBoard::Count(absl::Time deadline, const std::string& rule_id,
                                            absl::CivilDay window_start, int64_t organization_id) {
  const Key key(rule_id, window_start);
  {
    absl::ReaderMutexLock lock(&mutex_);
    if (const auto it = windows_.find(key);
        it != windows_.end() && it->second->loaded && it->second->summed) {
      const auto sum = it->second->sums.find(organization_id);
      return sum == it->second->sums.end() ? DutyCounts() : sum->second;
    }
  }
  RONGHE_ASSIGN_OR_RETURN(const std::shared_ptr<WindowState> window, Loaded(deadline, key));
  absl::MutexLock lock(&mutex_);
  if (!window->summed) Sum(*window);
  const auto sum = window->sums.find(organization_id);
  return sum == window->sums.end() ? DutyCounts() : sum->second;
}

absl::Status DutyBoard::WithStandings(absl::Time deadline, const std::string& rule_id,
                                      absl::CivilDay window_start,
                                      absl::FunctionRef<void(StandingOf)> fn) {
  RONGHE_ASSIGN_OR_RETURN(const std::shared_ptr<WindowState> window,
                          Loaded(deadline, Key(rule_id, window_start)));
  absl::ReaderMutexLock lock(&mutex_);
  fn([&window](int64_t organization_id) -> std::optional<DutyStanding> {
    const auto it = window->entries.find(organization_id);
    if (it == window->entries.end()) return std::nullopt;
    return it->second.standing;
  });
  return absl::OkStatus();
}

void DutyBoard::Apply(std::span<const DutyRow> rows) {
  absl::MutexLock lock(&mutex_);
  for (const DutyRow& row : rows) {
    const auto it = windows_.find(Key(row.rule_id, row.window_start));
    if (it != windows_.end()) {
      Put(*it->second, row.organization_id, {row.standing, row.etag});
    }
  }
}

absl::Status DutyBoard::Refresh(absl::Time deadline, const std::string& rule_id,
                                absl::CivilDay window_start) {
  const Key key(rule_id, window_start);
  std::shared_ptr<WindowState> window;
  {
    absl::ReaderMutexLock lock(&mutex_);
    const auto it = windows_.find(key);
    if (it == windows_.end() || !it->second->loaded) return absl::OkStatus();
    window = it->second;
  }
  return Load(deadline, key, *window);
}

void DutyBoard::Moved() {
  absl::MutexLock lock(&mutex_);
  for (auto& [key, window] : windows_) window->summed = false;
}

std::optional<int64_t> DutyBoard::Open(const std::string& rule_id,
                                       absl::CivilDay window_start) const {
  absl::ReaderMutexLock lock(&mutex_);
  const auto it = windows_.find(Key(rule_id, window_start));
  if (it == windows_.end() || !it->second->loaded) return std::nullopt;
  return it->second->total.open;
}

absl::StatusOr<std::shared_ptr<DutyBoard::WindowState>> DutyBoard::Loaded(absl::Time deadline,
                                                                          const Key& key) {
  std::shared_ptr<WindowState> window;
  {
    absl::MutexLock lock(&mutex_);
    std::shared_ptr<WindowState>& slot = windows_[key];
    if (slot == nullptr) slot = std::make_shared<WindowState>();
    window = slot;
    window->used = ++tick_;
    if (window->loaded) return window;
    if (windows_.size() > max_windows_) {
      auto oldest = windows_.end();
      for (auto it = windows_.begin(); it != windows_.end(); ++it) {
        if (it->second != window &&
            (oldest == windows_.end() || it->second->used < oldest->second->used)) {
          oldest = it;
        }
      }
      if (oldest != windows_.end()) windows_.erase(oldest);
    }
  }
  RONGHE_RETURN_IF_ERROR(Load(deadline, key, *window));
  return window;
}

absl::Status DutyBoard::Load(absl::Time deadline, const Key& key, WindowState& window) {
  // Rows committed while this reads are applied to the window as well; the newer etag wins.
  std::vector<DutyStandingRow> all;
  RONGHE_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Session& session) -> absl::Status {
    all.clear();
    for (int64_t after = 0;;) {
      RONGHE_ASSIGN_OR_RETURN(const std::vector<DutyStandingRow> rows,
                              store_.Standings(session, key.first, key.second, after, kLoadRows));
      all.insert(all.end(), rows.begin(), rows.end());
      if (rows.size() < static_cast<size_t>(kLoadRows)) return absl::OkStatus();
      after = rows.back().organization_id;
    }
  }));
  absl::MutexLock lock(&mutex_);
  for (const DutyStandingRow& row : all) {
    Put(window, row.organization_id, {row.standing, row.etag});
  }
  window.loaded = true;
  return absl::OkStatus();
}

void DutyBoard::Put(WindowState& window, int64_t organization_id, const Entry& entry) {
  const auto [it, inserted] = window.entries.try_emplace(organization_id);
  if (!inserted) {
    if (it->second.etag >= entry.etag) return;
    Add(window, organization_id, it->second.standing, -1);
  }
  it->second = entry;
  Add(window, organization_id, entry.standing, 1);
}

void DutyBoard::Add(WindowState& window, int64_t organization_id, DutyStanding standing,
                    int64_t sign) {
  if (int64_t* cell = Cell(window.total, standing); cell != nullptr) *cell += sign;
  if (!window.summed || standing == DutyStanding::kDropped) return;
  *Cell(window.sums[organization_id], standing) += sign;
  for (int64_t ancestor : tree_.Ancestors(organization_id)) {
    *Cell(window.sums[ancestor], standing) += sign;
  }
}

void DutyBoard::Sum(WindowState& window) {
  window.sums.clear();
  window.summed = true;
  window.total = DutyCounts();
  for (const auto& [organization_id, entry] : window.entries) {
    Add(window, organization_id, entry.standing, 1);
  }
}

}  // namespace ronghe::meeting
