#include "common/crypto/key_ring.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/config/config.h"
#include "common/crypto/aead.h"
#include "common/crypto/key_ring.pb.h"
#include "common/error/error.h"
#include "google/protobuf/text_format.h"

namespace ronghe::crypto {
namespace {

constexpr uint32_t kMaxVersion = 65535;
constexpr size_t kIndexKeyBytes = 32;

absl::Status Invalid(const std::string& path, std::string_view why) {
  return error::Make(absl::StatusCode::kInvalidArgument, "KEY_RING_INVALID",
                     base::Cat("密钥环文件 ", path, " 无效:", why), {{"path", path}});
}

std::optional<Suite> ToSuite(v1::Suite suite) {
  if (suite == v1::SUITE_SM) return Suite::kSm;
  if (suite == v1::SUITE_AES) return Suite::kAes;
  return std::nullopt;
}

v1::Suite FromSuite(Suite suite) { return suite == Suite::kSm ? v1::SUITE_SM : v1::SUITE_AES; }

void WipeKeys(v1::KeyRing& proto) {
  for (auto& key : *proto.mutable_keys()) Wipe(*key.mutable_key());
  Wipe(*proto.mutable_index_key());
}

void AddRandomKey(v1::KeyRing& proto, uint32_t version, Suite suite) {
  auto* key = proto.add_keys();
  key->set_version(version);
  key->set_suite(FromSuite(suite));
  key->set_key(Base64UrlEncode(RandomBytes(internal::KeyBytes(suite))));
  proto.set_current_version(version);
}

absl::StatusOr<v1::KeyRing> ReadProto(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(std::string text, config::ReadSecret(path));
  v1::KeyRing proto;
  bool parsed = google::protobuf::TextFormat::ParseFromString(text, &proto);
  Wipe(text);
  if (!parsed) {
    WipeKeys(proto);
    return Invalid(path, "格式错误");
  }
  return proto;
}

absl::Status Unwritable(const std::string& path) {
  return error::Make(absl::StatusCode::kUnavailable, "FILE_UNWRITABLE",
                     base::Cat("无法写入文件 ", path),
                     {{"path", path}, {"cause", std::strerror(errno)}});
}

// Writes a new file for the owner alone, durably. ALREADY_EXISTS if it is there.
absl::Status WriteNew(const std::string& path, const v1::KeyRing& proto) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(proto, &text);
  absl::Cleanup wipe = [&text] { Wipe(text); };
  int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0 && errno == EEXIST) {
    return error::Make(absl::StatusCode::kAlreadyExists, "KEY_RING_EXISTS",
                       base::Cat("密钥环文件 ", path, " 已存在,不会覆盖"), {{"path", path}});
  }
  bool written = fd >= 0 &&
                 write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                 fsync(fd) == 0;
  absl::Status failed = written ? absl::OkStatus() : Unwritable(path);
  if (fd >= 0) close(fd);
  if (!written && fd >= 0) unlink(path.c_str());
  return failed;
}

}  // namespace

class KeyRingIo {
 public:
  static absl::StatusOr<KeyRing> FromProto(const v1::KeyRing& proto, const std::string& path) {
    KeyRing ring;
    for (const auto& key : proto.keys()) {
      std::optional<Suite> suite = ToSuite(key.suite());
      if (!suite.has_value()) return Invalid(path, "密钥未指定算法");
      if (key.version() < 1 || key.version() > kMaxVersion)
        return Invalid(path, "密钥版本超出范围");
      absl::StatusOr<std::string> bytes = Base64UrlDecode(key.key());
      if (!bytes.ok() || bytes->size() != internal::KeyBytes(*suite)) {
        return Invalid(path, "密钥长度不符");
      }
      Secret secret(*bytes);
      Wipe(*bytes);
      if (!ring.keys_.emplace(key.version(), KeyRing::Key{*suite, std::move(secret)}).second) {
        return Invalid(path, "密钥版本重复");
      }
    }
    const KeyRing::Key* current = ring.Find(proto.current_version());
    if (current == nullptr) return Invalid(path, "没有当前版本的密钥");
    ring.current_ = proto.current_version();
    ring.suite_ = current->suite;
    std::optional<Suite> index_suite = ToSuite(proto.index_suite());
    absl::StatusOr<std::string> index_key = Base64UrlDecode(proto.index_key());
    if (!index_suite.has_value() || !index_key.ok() || index_key->size() != kIndexKeyBytes) {
      return Invalid(path, "没有有效的索引密钥");
    }
    ring.index_suite_ = *index_suite;
    ring.index_key_ = Secret(*index_key);
    Wipe(*index_key);
    return ring;
  }
};

namespace {

// Puts a changed ring in the place of the one at `path`. The lock on its folder keeps a second
// change away; what a change that was killed left behind is removed.
absl::Status Change(const std::string& path,
                    const std::function<absl::Status(v1::KeyRing&)>& change) {
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Unwritable(path);
  absl::Cleanup unlock = [fd] { close(fd); };
  if (flock(fd, LOCK_EX) != 0) return Unwritable(path);
  RONGHE_ASSIGN_OR_RETURN(v1::KeyRing proto, ReadProto(path));
  absl::Cleanup wipe = [&proto] { WipeKeys(proto); };
  RONGHE_RETURN_IF_ERROR(KeyRingIo::FromProto(proto, path).status());
  RONGHE_RETURN_IF_ERROR(change(proto));
  const std::string fresh = base::Cat(path, ".new");
  unlink(fresh.c_str());
  RONGHE_RETURN_IF_ERROR(WriteNew(fresh, proto));
  if (std::rename(fresh.c_str(), path.c_str()) != 0) {
    absl::Status failed = Unwritable(path);
    unlink(fresh.c_str());
    return failed;
  }
  return fsync(fd) == 0 ? absl::OkStatus() : Unwritable(path);
}

}  // namespace

absl::StatusOr<KeyRing> KeyRing::Load(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(v1::KeyRing proto, ReadProto(path));
  absl::StatusOr<KeyRing> ring = KeyRingIo::FromProto(proto, path);
  WipeKeys(proto);
  return ring;
}

KeyRing KeyRing::ForTesting(Suite suite) {
  KeyRing ring;
  ring.suite_ = suite;
  ring.current_ = 1;
  ring.keys_.emplace(1, Key{suite, Secret(std::string(internal::KeyBytes(suite), 'k'))});
  ring.index_suite_ = suite;
  ring.index_key_ = Secret(std::string(kIndexKeyBytes, 'i'));
  return ring;
}

absl::Status KeyRing::Generate(const std::string& path, Suite suite) {
  v1::KeyRing proto;
  AddRandomKey(proto, 1, suite);
  proto.set_index_suite(FromSuite(suite));
  proto.set_index_key(Base64UrlEncode(RandomBytes(kIndexKeyBytes)));
  absl::Status status = WriteNew(path, proto);
  WipeKeys(proto);
  return status;
}

absl::Status KeyRing::Rotate(const std::string& path, Suite suite) {
  return Change(path, [&](v1::KeyRing& proto) -> absl::Status {
    uint32_t newest = 0;
    for (const auto& key : proto.keys()) newest = std::max(newest, key.version());
    if (newest == kMaxVersion) return Invalid(path, "密钥版本已用尽");
    AddRandomKey(proto, newest + 1, suite);
    return absl::OkStatus();
  });
}

absl::Status KeyRing::Retire(const std::string& path, uint32_t version) {
  return Change(path, [&](v1::KeyRing& proto) -> absl::Status {
    if (version == proto.current_version()) {
      return error::Make(absl::StatusCode::kFailedPrecondition, "KEY_VERSION_CURRENT",
                         "正在使用的密钥版本不能停用", {{"version", base::Cat(version)}});
    }
    for (int i = 0; i < proto.keys_size(); ++i) {
      if (proto.keys(i).version() != version) continue;
      Wipe(*proto.mutable_keys(i)->mutable_key());
      proto.mutable_keys()->DeleteSubrange(i, 1);
      return absl::OkStatus();
    }
    return error::Make(absl::StatusCode::kNotFound, "KEY_VERSION_UNKNOWN", "密钥环中没有这个版本",
                       {{"version", base::Cat(version)}});
  });
}

const KeyRing::Key* KeyRing::Find(uint32_t version) const {
  auto it = keys_.find(version);
  return it == keys_.end() ? nullptr : &it->second;
}

}  // namespace ronghe::crypto
