// How do objects lie in a directory?
//
// The object abcd… is the file ab/cd/abcd…. It is written beside, under tmp/, made durable and only
// then renamed: a process that dies leaves at most a file below tmp/, which nobody reads and which
// goes when the store is opened a day later.
#ifndef RONGHE_COMMON_OBJECT_DIRECTORY_STORE_H_
#define RONGHE_COMMON_OBJECT_DIRECTORY_STORE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "common/object/object_store.h"

namespace ronghe::object {

class DirectoryStore : public ObjectStore {
 public:
  // Makes the directory, readable by its owner only, where it is missing.
  //
  // Errors: UNAVAILABLE OBJECT_STORE_FAILED.
  static absl::StatusOr<std::unique_ptr<DirectoryStore>> Open(std::string root);

  absl::Status Put(const Content& content) override;
  absl::StatusOr<std::string> Get(std::string_view key, int64_t offset, int64_t size) override;
  absl::StatusOr<ObjectInfo> Stat(std::string_view key) override;
  absl::Status Delete(std::string_view key) override;

  // Called after each step of a Put, for tests of what a crash leaves: an error ends the Put there
  // and nothing is tidied up.
  void set_after_step(std::function<absl::Status(std::string_view step)> after_step) {
    after_step_ = std::move(after_step);
  }

 private:
  explicit DirectoryStore(std::string root) : root_(std::move(root)) {}

  std::string PathOf(std::string_view key) const;
  // Deletes files below tmp/ that no living Put can be writing.
  void DropStale() const;
  absl::Status Write(const Content& content, const std::string& path);
  absl::Status Step(std::string_view step) const;

  const std::string root_;
  std::function<absl::Status(std::string_view step)> after_step_;
};

}  // namespace ronghe::object

#endif  // RONGHE_COMMON_OBJECT_DIRECTORY_STORE_H_
