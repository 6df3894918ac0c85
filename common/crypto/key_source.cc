#include "common/crypto/key_source.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::crypto {

absl::StatusOr<std::string> KeyFile::Mark() {
  struct stat info = {};
  if (stat(path_.c_str(), &info) != 0) {
    return error::Make(absl::StatusCode::kNotFound, "FILE_UNREADABLE",
                       base::Cat("无法读取文件 ", path_),
                       {{"path", path_}, {"cause", std::strerror(errno)}});
  }
  return base::Cat(static_cast<int64_t>(info.st_ino), ":", static_cast<int64_t>(info.st_size), ":",
                   static_cast<int64_t>(info.st_mtim.tv_sec), ".",
                   static_cast<int64_t>(info.st_mtim.tv_nsec));
}

}  // namespace ronghe::crypto
