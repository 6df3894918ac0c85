#include "services/gateway/access/domain/policy.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::gateway::access {
namespace {

struct Range {
  const char* name;
  const Parameter LoginPolicy::*parameter;
  int64_t least, most;
};

constexpr Range kRanges[] = {
    {"min_length", &LoginPolicy::min_length, 8, 64},
    {"min_classes", &LoginPolicy::min_classes, 1, 4},
    {"history", &LoginPolicy::history, 0, 24},
    {"max_age_days", &LoginPolicy::max_age_days, 1, 3650},
    {"lock_failures", &LoginPolicy::lock_failures, 1, 10},
    {"lock_minutes", &LoginPolicy::lock_minutes, 5, 1440},
    {"idle_minutes", &LoginPolicy::idle_minutes, 1, 60},
    {"absolute_minutes", &LoginPolicy::absolute_minutes, 1, 1440},
    {"max_sessions", &LoginPolicy::max_sessions, 0, 1000},
    {"unused_days", &LoginPolicy::unused_days, 1, 3650},
    {"second_factor", &LoginPolicy::second_factor, 1, 2},
    {"code_window", &LoginPolicy::code_window, 0, 2},
    {"recovery_codes", &LoginPolicy::recovery_codes, 0, 20},
    {"pending_minutes", &LoginPolicy::pending_minutes, 1, 60},
    {"reauthentication_minutes", &LoginPolicy::reauthentication_minutes, 1, 480},
    {"bind_address", &LoginPolicy::bind_address, 0, 1},
    {"delegation_days", &LoginPolicy::delegation_days, 1, 365},
    {"calls_per_second", &LoginPolicy::calls_per_second, 0, 100000},
    {"calls_burst", &LoginPolicy::calls_burst, 1, 1000000},
};

absl::Status TooWeak(const Parameter& parameter, std::string_view what_zh, int64_t actual) {
  return error::Make(absl::StatusCode::kInvalidArgument, "PASSWORD_TOO_WEAK", what_zh,
                     {{"rule_id", parameter.rule_id},
                      {"source", parameter.source},
                      {"required", absl::StrCat(parameter.value)},
                      {"actual", absl::StrCat(actual)}});
}

}  // namespace

Rate PersonRate(const LoginPolicy& policy) {
  return {static_cast<double>(policy.calls_per_second.value),
          static_cast<double>(policy.calls_burst.value)};
}

absl::Status CheckPolicy(const LoginPolicy& policy) {
  const auto refuse = [](const char* name, std::string_view why_zh) {
    return error::Make(absl::StatusCode::kInvalidArgument, "LOGIN_POLICY_INVALID",
                       base::Cat("登录策略参数 ", name, " ", why_zh), {{"parameter", name}});
  };
  if (policy.version.empty()) return refuse("version", "不能为空");
  for (const Range& range : kRanges) {
    const Parameter& parameter = policy.*range.parameter;
    if (parameter.value < range.least || parameter.value > range.most) {
      return refuse(range.name, absl::StrCat("应在 ", range.least, " 到 ", range.most, " 之间"));
    }
    if (parameter.rule_id.empty() || parameter.source.empty()) {
      return refuse(range.name, "缺少规则编号或依据");
    }
  }
  return absl::OkStatus();
}

int CharacterClasses(std::string_view password) {
  bool lower = false, upper = false, digit = false, other = false;
  for (const char c : password) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_islower(byte)) {
      lower = true;
    } else if (absl::ascii_isupper(byte)) {
      upper = true;
    } else if (absl::ascii_isdigit(byte)) {
      digit = true;
    } else {
      other = true;
    }
  }
  return lower + upper + digit + other;
}

absl::Status CheckPassword(const LoginPolicy& policy, std::string_view login_name,
                           std::string_view password) {
  const auto length = static_cast<int64_t>(base::Utf8Length(password));
  if (length < policy.min_length.value) {
    return TooWeak(policy.min_length, absl::StrCat("口令至少 ", policy.min_length.value, " 个字符"),
                   length);
  }
  const int classes = CharacterClasses(password);
  if (classes < policy.min_classes.value) {
    return TooWeak(policy.min_classes,
                   absl::StrCat("口令应包含小写字母、大写字母、数字、其他字符中的至少 ",
                                policy.min_classes.value, " 类"),
                   classes);
  }
  const std::string lower = absl::AsciiStrToLower(base::Sv(password));
  if (!login_name.empty() && lower.find(login_name) != std::string::npos) {
    return TooWeak(policy.min_classes, "口令不能包含登录名", classes);
  }
  return absl::OkStatus();
}

absl::Status CountAttempt(const LoginPolicy& policy, absl::Time now, Guard* guard) {
  if (guard->locked_until.has_value()) {
    if (now < *guard->locked_until) {
      const absl::Duration left = *guard->locked_until - now;
      const int64_t minutes = absl::ToInt64Minutes(left) + 1;
      return error::WithRetryAfter(
          error::Make(absl::StatusCode::kResourceExhausted, "SIGN_IN_LOCKED",
                      absl::StrCat("登录失败次数过多,请在 ", minutes, " 分钟后再试"),
                      {{"rule_id", policy.lock_failures.rule_id},
                       {"source", policy.lock_failures.source},
                       {"required", absl::StrCat(policy.lock_failures.value)},
                       {"minutes", absl::StrCat(minutes)}}),
          left);
    }
    guard->locked_until.reset();
    guard->failures = 0;
  }
  ++guard->failures;
  if (guard->failures >= policy.lock_failures.value) {
    guard->locked_until = now + absl::Minutes(policy.lock_minutes.value);
  }
  return absl::OkStatus();
}

void ForgiveAttempt(const LoginPolicy& policy, Guard* guard) {
  guard->failures = std::max<int64_t>(0, guard->failures - 1);
  if (guard->failures < policy.lock_failures.value) guard->locked_until.reset();
}

absl::Time SessionEnd(const LoginPolicy& policy, absl::Time last_seen, absl::Time expires) {
  return std::min(expires, last_seen + absl::Minutes(policy.idle_minutes.value));
}

bool PasswordExpired(const LoginPolicy& policy, absl::Time changed, absl::Time now) {
  return now >= changed + absl::Hours(24 * policy.max_age_days.value);
}

bool ReauthenticationDue(const LoginPolicy& policy, absl::Time signed_in, absl::Time now) {
  return now >= signed_in + absl::Minutes(policy.reauthentication_minutes.value);
}

bool Unused(const LoginPolicy& policy, absl::Time used, absl::Time now) {
  return now >= used + absl::Hours(24 * policy.unused_days.value);
}

std::string OneTimePassword(std::string_view random) {
  // Without letters and digits that look alike.
  static constexpr std::string_view kSets[] = {"abcdefghijkmnpqrstuvwxyz",
                                               "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "-+=@%"};
  static constexpr std::string_view kAll =
      "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  std::string password;
  for (size_t i = 0; i < 20; ++i) {
    const std::string_view set = i < 4 ? kSets[i] : kAll;
    password.push_back(set[static_cast<unsigned char>(random[i % random.size()]) % set.size()]);
  }
  // The four that stand for their classes go to places that the first bytes choose.
  for (size_t i = 0; i < 4; ++i) {
    const size_t other = static_cast<unsigned char>(random[(i * 3 + 7) % random.size()]) % 20;
    std::swap(password[i], password[other]);
  }
  return password;
}

}  // namespace ronghe::gateway::access
