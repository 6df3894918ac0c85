#include "common/object/directory_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"

namespace ronghe::object {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr absl::Duration kStale = absl::Hours(24);

absl::Status Failed(std::string_view what) { return ObjectStoreFailed(what, std::strerror(errno)); }

absl::Status MakeFolder(const std::string& path) {
  if (mkdir(path.c_str(), kFolderMode) == 0 || errno == EEXIST) return absl::OkStatus();
  return Failed("mkdir");
}

// Makes the names in a folder durable.
absl::Status SyncFolder(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Failed("open folder");
  const absl::Cleanup close_fd = [fd] { close(fd); };
  return fsync(fd) == 0 ? absl::OkStatus() : Failed("fsync folder");
}

absl::Status WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return Failed("write");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<DirectoryStore>> DirectoryStore::Open(std::string root) {
  std::error_code error;
  fs::create_directories(fs::path(root).parent_path(), error);
  RONGHE_RETURN_IF_ERROR(MakeFolder(root));
  RONGHE_RETURN_IF_ERROR(MakeFolder(base::Cat(root, "/tmp")));
  std::unique_ptr<DirectoryStore> store(new DirectoryStore(std::move(root)));
  store->DropStale();
  return store;
}

void DirectoryStore::DropStale() const {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(base::Cat(root_, "/tmp"), error)) {
    struct stat info = {};
    const bool known = lstat(entry.path().c_str(), &info) == 0;
    if (known && absl::FromTimeT(info.st_mtime) < absl::Now() - kStale) {
      unlink(entry.path().c_str());
    }
  }
}

std::string DirectoryStore::PathOf(std::string_view key) const {
  return base::Cat(root_, "/", key.substr(0, 2), "/", key.substr(2, 2), "/", key);
}

absl::Status DirectoryStore::Step(std::string_view step) const {
  return after_step_ ? after_step_(step) : absl::OkStatus();
}

absl::Status DirectoryStore::Write(const Content& content, const std::string& path) {
  const int fd =
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kFileMode);
  if (fd < 0) return Failed("create");
  const absl::Cleanup close_fd = [fd] { close(fd); };
  Digest digest;
  for (int64_t at = 0; at < content.size;) {
    RONGHE_ASSIGN_OR_RETURN(const std::string part, content.read(at, kPartBytes));
    if (part.empty()) return ObjectDamaged(content.key);
    digest.Add(part);
    RONGHE_RETURN_IF_ERROR(WriteAll(fd, part));
    at += static_cast<int64_t>(part.size());
    RONGHE_RETURN_IF_ERROR(Step("part"));
  }
  if (digest.Hex() != content.key) return ObjectDamaged(content.key);
  if (fsync(fd) != 0) return Failed("fsync");
  return Step("written");
}

absl::Status DirectoryStore::Put(const Content& content) {
  RONGHE_RETURN_IF_ERROR(CheckKey(content.key));
  const absl::StatusOr<ObjectInfo> there = Stat(content.key);
  if (there.ok() && there->size == content.size) return absl::OkStatus();
  const std::string temporary =
      base::Cat(root_, "/tmp/", crypto::HexEncode(crypto::RandomBytes(16)));
  const absl::Status written = Write(content, temporary);
  if (!written.ok()) {
    if (!after_step_) unlink(temporary.c_str());
    return written;
  }
  const std::string path = PathOf(content.key);
  const std::string shard = path.substr(0, path.rfind('/'));
  const std::string upper = shard.substr(0, shard.rfind('/'));
  RONGHE_RETURN_IF_ERROR(MakeFolder(upper));
  RONGHE_RETURN_IF_ERROR(MakeFolder(shard));
  if (rename(temporary.c_str(), path.c_str()) != 0) return Failed("rename");
  RONGHE_RETURN_IF_ERROR(Step("renamed"));
  RONGHE_RETURN_IF_ERROR(SyncFolder(shard));
  RONGHE_RETURN_IF_ERROR(SyncFolder(upper));
  return SyncFolder(root_);
}

absl::StatusOr<std::string> DirectoryStore::Get(std::string_view key, int64_t offset,
                                                int64_t size) {
  RONGHE_RETURN_IF_ERROR(CheckKey(key));
  const int fd = open(PathOf(key).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return errno == ENOENT ? ObjectNotFound(key) : Failed("open");
  const absl::Cleanup close_fd = [fd] { close(fd); };
  std::string bytes(static_cast<size_t>(size), '\0');
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t got = pread(fd, bytes.data() + done, bytes.size() - done,
                              static_cast<off_t>(offset) + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed("read");
    if (got == 0) return ObjectDamaged(key);
    done += static_cast<size_t>(got);
  }
  return bytes;
}

absl::StatusOr<ObjectInfo> DirectoryStore::Stat(std::string_view key) {
  RONGHE_RETURN_IF_ERROR(CheckKey(key));
  struct stat info = {};
  if (lstat(PathOf(key).c_str(), &info) != 0) {
    return errno == ENOENT ? ObjectNotFound(key) : Failed("stat");
  }
  return ObjectInfo{info.st_size};
}

absl::Status DirectoryStore::Delete(std::string_view key) {
  RONGHE_RETURN_IF_ERROR(CheckKey(key));
  const std::string path = PathOf(key);
  if (unlink(path.c_str()) != 0) return errno == ENOENT ? absl::OkStatus() : Failed("unlink");
  return SyncFolder(path.substr(0, path.rfind('/')));
}

}  // namespace ronghe::object
