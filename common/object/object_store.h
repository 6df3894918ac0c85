// Where do the bytes of files lie, whatever the store is made of?
//
// A key is the SHA-256 of an object's bytes in lower-case hex: an object never changes, to put it
// twice changes nothing, and whoever holds it can check it. No part of a key comes from a user.
#ifndef RONGHE_COMMON_OBJECT_OBJECT_STORE_H_
#define RONGHE_COMMON_OBJECT_OBJECT_STORE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct evp_md_ctx_st;

namespace ronghe::object {

// The bytes of an object as they are put, part by part and again from the start if need be.
struct Content {
  std::string key;
  int64_t size = 0;
  // Up to `limit` bytes from `offset` on, not none before the end.
  std::function<absl::StatusOr<std::string>(int64_t offset, size_t limit)> read;
};

// Bytes handed on at a time.
inline constexpr size_t kPartBytes = 256 << 10;

// Reads everything once to find its key. Errors: those of `read`; DATA_LOSS OBJECT_DAMAGED when it
// ends before `size`.
absl::StatusOr<Content> Describe(
    int64_t size, std::function<absl::StatusOr<std::string>(int64_t offset, size_t limit)> read);

struct ObjectInfo {
  int64_t size = 0;
};

// Thread-safe. Every function answers UNAVAILABLE OBJECT_STORE_FAILED when the store can't be
// reached or has no room, and INTERNAL OBJECT_KEY_INVALID for what is no key.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  // Stores the bytes; when it answers OK they outlive a power cut, and until then nobody sees a
  // part of them.
  //
  // Errors: DATA_LOSS OBJECT_DAMAGED when the bytes are not those of the key; those of the content.
  virtual absl::Status Put(const Content& content) = 0;

  // `size` bytes from `offset` on, which lie within the object.
  //
  // Errors: NOT_FOUND OBJECT_NOT_FOUND; DATA_LOSS OBJECT_DAMAGED when it is shorter than that.
  virtual absl::StatusOr<std::string> Get(std::string_view key, int64_t offset, int64_t size) = 0;

  // Errors: NOT_FOUND OBJECT_NOT_FOUND.
  virtual absl::StatusOr<ObjectInfo> Stat(std::string_view key) = 0;

  // OK too where there is no such object.
  virtual absl::Status Delete(std::string_view key) = 0;
};

// What stores refuse with.
absl::Status CheckKey(std::string_view key);
absl::Status ObjectNotFound(std::string_view key);
absl::Status ObjectDamaged(std::string_view key);
// `what` names the step, without anything from outside.
absl::Status ObjectStoreFailed(std::string_view what, std::string_view cause);

// SHA-256 of what comes in parts.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void Add(std::string_view bytes);
  // In lower-case hex; called once.
  std::string Hex();

 private:
  evp_md_ctx_st* const context_;
};

}  // namespace ronghe::object

#endif  // RONGHE_COMMON_OBJECT_OBJECT_STORE_H_
