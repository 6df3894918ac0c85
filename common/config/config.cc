#include "common/config/config.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/text_format.h"

namespace ronghe::config {
namespace {

constexpr size_t kMaxFileBytes = 16 << 20;

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    if (message_.empty()) {
      line_ = line + 1;
      column_ = column + 1;
      message_ = message;
    }
  }
  std::string Where() const { return base::Cat(line_, ":", column_, ": ", message_); }

 private:
  int line_ = 0;
  int column_ = 0;
  std::string message_;
};

absl::Status Unreadable(const std::string& path, int error) {
  absl::StatusCode code = error == EACCES || error == EPERM ? absl::StatusCode::kPermissionDenied
                                                            : absl::StatusCode::kNotFound;
  return error::Make(code, "FILE_UNREADABLE", base::Cat("无法读取文件 ", path),
                     {{"path", path}, {"cause", std::strerror(error)}});
}

// Opens, looks at, then reads one file, so that what was looked at is what is read.
absl::StatusOr<std::string> Read(const std::string& path, bool secret) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Unreadable(path, errno);
  absl::Cleanup close_fd = [fd] { close(fd); };
  struct stat info = {};
  if (fstat(fd, &info) != 0) return Unreadable(path, errno);
  if (S_ISDIR(info.st_mode)) return Unreadable(path, EISDIR);
  if (secret && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return error::Make(absl::StatusCode::kPermissionDenied, "SECRET_EXPOSED",
                       base::Cat("密钥文件 ", path, " 的权限过宽,请执行 chmod 600"),
                       {{"path", path}});
  }
  std::string content;
  std::array<char, 16384> buffer;
  while (true) {
    ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Unreadable(path, errno);
    if (count == 0) return content;
    content.append(buffer.data(), static_cast<size_t>(count));
    if (content.size() > kMaxFileBytes) return Unreadable(path, EFBIG);
  }
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) { return Read(path, false); }

absl::StatusOr<std::string> ReadSecret(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(std::string secret, Read(path, true));
  if (secret.ends_with('\n')) secret.pop_back();
  if (secret.ends_with('\r')) secret.pop_back();
  if (secret.empty()) {
    return error::Make(absl::StatusCode::kInvalidArgument, "SECRET_EMPTY",
                       base::Cat("密钥文件 ", path, " 为空"), {{"path", path}});
  }
  return secret;
}

absl::Status LoadInto(const std::string& path, google::protobuf::Message* message) {
  RONGHE_ASSIGN_OR_RETURN(std::string text, ReadFile(path));
  FirstError first_error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&first_error);
  google::protobuf::io::ArrayInputStream input(text.data(), static_cast<int>(text.size()));
  if (!parser.Parse(&input, message)) {
    std::string where = base::Cat(path, ":", first_error.Where());
    return error::Make(absl::StatusCode::kInvalidArgument, "CONFIG_INVALID",
                       base::Cat("配置有误:", where), {{"where", where}});
  }
  return absl::OkStatus();
}

}  // namespace ronghe::config
