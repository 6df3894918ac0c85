#include "common/audit/head.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/config/config.h"
#include "common/error/error.h"
#include "re2/re2.h"

namespace ronghe::audit {
namespace {

constexpr char kTimeFormat[] = "%Y-%m-%d%ET%H:%M:%E6SZ";
constexpr int64_t kBlock = 64 * 1024;
// Longer than any line.
constexpr size_t kLongestLine = 4096;

class File {
 public:
  File(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int fd() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  int64_t size() const {
    struct stat status = {};
    return ::fstat(fd_, &status) == 0 ? status.st_size : -1;
  }
  // The bytes at `offset`, fewer only at the end of the file or after an error.
  std::string Read(int64_t offset, int64_t count) const {
    std::string bytes(static_cast<size_t>(count), '\0');
    size_t have = 0;
    while (have < bytes.size()) {
      const ssize_t got = ::pread(fd_, bytes.data() + have, bytes.size() - have,
                                  offset + static_cast<int64_t>(have));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      have += static_cast<size_t>(got);
    }
    bytes.resize(have);
    return bytes;
  }
  bool Write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t put = ::write(fd_, bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(put));
    }
    return true;
  }

 private:
  const int fd_;
};

absl::Status Failed(std::string_view what, const std::string& path) {
  const int error = errno;
  return error::Make(
      error == ENOENT ? absl::StatusCode::kNotFound : absl::StatusCode::kUnavailable,
      "HEADS_FILE_FAILED", "审计链头文件无法读写",
      {{"path", path}, {"operation", std::string(what)}, {"error", std::strerror(error)}});
}

std::string_view KindName(HeadKind kind) { return kind == HeadKind::kHead ? "head" : "purge"; }

// What the signature covers.
std::string Unsigned(const SignedHead& head) {
  return base::Cat(R"({"kind":")", KindName(head.kind), R"(","service":")", head.service,
                   R"(","sequence":)", head.head.sequence, R"(,"audit_id":)", head.audit_id,
                   R"(,"hash":")", crypto::HexEncode(head.head.hash), R"(","time":")",
                   absl::FormatTime(kTimeFormat, head.time, absl::UTCTimeZone()), R"(","suite":")",
                   SuiteName(head.suite), R"(","key_id":")", head.key_id, R"(","previous":")",
                   head.previous, R"(")");
}

std::string LineHash(crypto::Suite suite, std::string_view line) {
  return crypto::HexEncode(crypto::Hash(suite, line));
}

// The last line of a file, without line end; `torn` where that end is missing.
std::string LastLine(const File& file, bool& torn) {
  const int64_t size = file.size();
  const int64_t from = std::max<int64_t>(0, size - static_cast<int64_t>(kLongestLine));
  std::string tail = file.Read(from, size - from);
  torn = !tail.empty() && tail.back() != '\n';
  if (!tail.empty() && !torn) tail.pop_back();
  const size_t start = tail.rfind('\n');
  return start == std::string::npos ? tail : tail.substr(start + 1);
}

}  // namespace

absl::StatusOr<HeadSigner> HeadSigner::Load(const std::string& path, crypto::Suite suite) {
  if (suite == crypto::Suite::kSm) {
    RONGHE_ASSIGN_OR_RETURN(crypto::Sm2Signer key, crypto::Sm2Signer::FromPemFile(path));
    return HeadSigner(std::move(key));
  }
  RONGHE_ASSIGN_OR_RETURN(crypto::Es256Signer key, crypto::Es256Signer::FromPemFile(path));
  return HeadSigner(std::move(key));
}

crypto::Suite HeadSigner::suite() const {
  return std::holds_alternative<crypto::Sm2Signer>(key_) ? crypto::Suite::kSm : crypto::Suite::kAes;
}

const std::string& HeadSigner::key_id() const {
  return std::visit([](const auto& key) -> const std::string& { return key.key_id(); }, key_);
}

absl::StatusOr<std::string> HeadSigner::Sign(std::string_view data) const {
  return std::visit([data](const auto& key) { return key.Sign(data); }, key_);
}

HeadVerifier HeadSigner::verifier() const {
  return std::visit([](const auto& key) { return HeadVerifier(key.verifier()); }, key_);
}

absl::StatusOr<HeadVerifier> HeadVerifier::Load(const std::string& path) {
  absl::StatusOr<crypto::Sm2Verifier> sm2 = crypto::Sm2Verifier::FromPemFile(path);
  if (sm2.ok()) return HeadVerifier(*std::move(sm2));
  RONGHE_ASSIGN_OR_RETURN(crypto::Es256Verifier es256, crypto::Es256Verifier::FromPemFile(path));
  return HeadVerifier(std::move(es256));
}

const std::string& HeadVerifier::key_id() const {
  return std::visit([](const auto& key) -> const std::string& { return key.key_id(); }, key_);
}

bool HeadVerifier::Verify(std::string_view data, std::string_view signature) const {
  return std::visit([&](const auto& key) { return key.Verify(data, signature); }, key_);
}

std::string_view SuiteName(crypto::Suite suite) {
  return suite == crypto::Suite::kSm ? "SM" : "AES";
}

std::optional<crypto::Suite> SuiteNamed(std::string_view name) {
  for (const crypto::Suite suite : {crypto::Suite::kSm, crypto::Suite::kAes}) {
    if (name == SuiteName(suite)) return suite;
  }
  return std::nullopt;
}

std::string HeadLine(const SignedHead& head) {
  return base::Cat(Unsigned(head), R"(,"signature":")", head.signature, R"("})");
}

absl::StatusOr<SignedHead> ParseHead(std::string_view line) {
  static const auto* const kPattern = new re2::RE2(
      R"re(\{"kind":"(head|purge)","service":"(services/[a-z]+)","sequence":(\d{1,19}),)re"
      R"re("audit_id":(\d{1,19}),"hash":"([0-9a-f]{64})","time":"([0-9T:.Z-]{27})",)re"
      R"re("suite":"(SM|AES)","key_id":"([A-Za-z0-9_-]{43})","previous":"([0-9a-f]{64}|)",)re"
      R"re("signature":"([A-Za-z0-9_-]{86})"\})re");
  SignedHead head;
  std::string kind;
  std::string hash;
  std::string time;
  std::string suite;
  std::string error;
  if (!re2::RE2::FullMatch(re2::StringPiece(line.data(), line.size()), *kPattern, &kind,
                           &head.service, &head.head.sequence, &head.audit_id, &hash, &time, &suite,
                           &head.key_id, &head.previous, &head.signature) ||
      !absl::ParseTime(kTimeFormat, time, &head.time, &error)) {
    return error::Make(absl::StatusCode::kInvalidArgument, "HEAD_UNREADABLE",
                       "审计链头文件中有无法识别的行");
  }
  head.kind = kind == "head" ? HeadKind::kHead : HeadKind::kPurge;
  head.head.hash = absl::HexStringToBytes(hash);
  head.suite = *SuiteNamed(suite);
  return head;
}

absl::Status HeadFile::Append(HeadKind kind, const Link& link, absl::Time now) const {
  const File file(path_, O_RDWR | O_APPEND | O_CREAT);
  if (!file.open()) return Failed("open", path_);
  if (::flock(file.fd(), LOCK_EX) != 0) return Failed("lock", path_);
  bool torn = false;
  const std::string last = LastLine(file, torn);
  const absl::StatusOr<SignedHead> parsed = ParseHead(last);
  if (parsed.ok() && !torn && parsed->kind == kind && parsed->head.sequence == link.sequence &&
      parsed->head.hash == link.hash) {
    return absl::OkStatus();
  }
  SignedHead head{.kind = kind,
                  .service = service_,
                  .head = {.sequence = link.sequence, .hash = link.hash},
                  .audit_id = link.audit_id,
                  .time = now,
                  .suite = signer_.suite(),
                  .key_id = signer_.key_id(),
                  .previous = last.empty() ? "" : LineHash(signer_.suite(), last)};
  RONGHE_ASSIGN_OR_RETURN(const std::string signature, signer_.Sign(Unsigned(head)));
  head.signature = crypto::Base64UrlEncode(signature);
  // One write: another reader sees the line whole or not at all.
  if (!file.Write(base::Cat(torn ? "\n" : "", HeadLine(head), "\n"))) return Failed("write", path_);
  if (::fsync(file.fd()) != 0) return Failed("sync", path_);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SignedHead>> HeadsBefore(const std::string& path, int64_t& before,
                                                    int32_t limit) {
  const File file(path, O_RDONLY);
  std::vector<SignedHead> heads;
  if (!file.open()) {
    before = 0;
    if (errno == ENOENT) return heads;
    return Failed("open", path);
  }
  const int64_t size = file.size();
  if (before < 0 || before > size) before = size;
  std::string text;  // the file from `from` up to `before`
  int64_t from = before;
  while (before > 0 && heads.size() < static_cast<size_t>(limit)) {
    // The line that ends before `before` begins after the last line end but its own.
    const std::string_view seen =
        std::string_view(text).substr(0, text.empty() ? 0 : text.size() - 1);
    const size_t start = seen.rfind('\n');
    if (text.empty() || (start == std::string_view::npos && from > 0)) {
      const int64_t block = std::min(kBlock, from);
      from -= block;
      const std::string bytes = file.Read(from, block);
      if (bytes.empty()) return Failed("read", path);
      text.insert(0, bytes);
      continue;
    }
    const size_t begin = start == std::string_view::npos ? 0 : start + 1;
    const absl::StatusOr<SignedHead> head = ParseHead(seen.substr(begin));
    if (head.ok()) heads.push_back(*head);
    text.resize(begin);
    before = from + static_cast<int64_t>(begin);
  }
  return heads;
}

namespace {

// Goes through a file line by line.
class HeadsCheck {
 public:
  explicit HeadsCheck(const HeadVerifier& verifier) : verifier_(verifier) {}

  void Add(const std::string& line) {
    ++report_.lines;
    absl::StatusOr<SignedHead> head = ParseHead(line);
    if (!head.ok()) {
      // The start of a line that a crash left is followed by a line that vouches for it.
      EndUnreadable(false);
      unreadable_ = report_.lines;
    } else {
      EndUnreadable(head->previous == LineHash(head->suite, previous_));
      Check(line, *head);
    }
    previous_ = line;
  }

  HeadsReport Finish() {
    EndUnreadable(false);
    return std::move(report_);
  }

 private:
  void Fault(std::string what) { report_.faults.push_back({report_.lines, std::move(what)}); }

  void EndUnreadable(bool vouched) {
    if (unreadable_ != 0 && !vouched) report_.faults.push_back({unreadable_, "unreadable"});
    unreadable_ = 0;
  }

  void Check(const std::string& line, const SignedHead& head) {
    const std::string bytes = line.substr(0, line.find(R"(,"signature":)"));
    const absl::StatusOr<std::string> signature = crypto::Base64UrlDecode(head.signature);
    if (!signature.ok() || !verifier_.Verify(bytes, *signature)) {
      Fault(head.key_id == verifier_.key_id() ? "signature wrong" : "signed by another key");
      return;
    }
    if (head.previous != (previous_.empty() ? "" : LineHash(head.suite, previous_))) {
      Fault("does not follow the line before: lines were removed, changed or inserted");
    }
    if (last_.has_value()) {
      if (head.service != last_->service) Fault("of another service");
      if (head.time < last_->time) Fault("older than the line before");
    }
    if (head.kind == HeadKind::kHead) {
      if (head.head.sequence < newest_) Fault("the chain had become shorter");
      newest_ = std::max(newest_, head.head.sequence);
      report_.heads.push_back(head);
    } else {
      report_.purge = head;
    }
    last_ = head;
  }

  const HeadVerifier& verifier_;
  HeadsReport report_;
  std::string previous_;
  std::optional<SignedHead> last_;
  int64_t newest_ = 0;
  int64_t unreadable_ = 0;
};

}  // namespace

VerifyOptions OptionsFrom(const HeadsReport& report, crypto::Suite suite) {
  VerifyOptions options{.suite = suite};
  for (const SignedHead& head : report.heads) options.heads.push_back(head.head);
  if (report.purge.has_value()) options.anchor = report.purge->head;
  return options;
}

absl::StatusOr<HeadsReport> CheckHeads(const std::string& path, const HeadVerifier& verifier) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Failed("open", path);
  HeadsCheck check(verifier);
  for (std::string line; std::getline(file, line);) check.Add(line);
  return check.Finish();
}

}  // namespace ronghe::audit
