// Who holds a grpc_slice? This does, once.
#pragma once

#include <grpc/slice.h>

#include <string_view>
#include <utility>

namespace ronghe::gateway::backend {

class Slice {
 public:
  Slice() : slice_(grpc_empty_slice()) {}
  // Takes the reference over.
  explicit Slice(grpc_slice taken) : slice_(taken) {}
  static Slice Copy(std::string_view bytes) {
    return Slice(grpc_slice_from_copied_buffer(bytes.data(), bytes.size()));
  }
  // `bytes` must live as long as the process.
  static Slice Static(std::string_view bytes) {
    return Slice(grpc_slice_from_static_buffer(bytes.data(), bytes.size()));
  }
  ~Slice() { grpc_slice_unref(slice_); }
  Slice(const Slice& other) : slice_(grpc_slice_ref(other.slice_)) {}
  Slice(Slice&& other) noexcept : slice_(std::exchange(other.slice_, grpc_empty_slice())) {}
  Slice& operator=(Slice other) noexcept {
    std::swap(slice_, other.slice_);
    return *this;
  }

  std::string_view view() const { return View(slice_); }
  // Still owned by this object.
  const grpc_slice& get() const { return slice_; }
  bool empty() const { return GRPC_SLICE_LENGTH(slice_) == 0; }

  static std::string_view View(const grpc_slice& slice) {
    return {reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)), GRPC_SLICE_LENGTH(slice)};
  }

 private:
  grpc_slice slice_;
};

}  // namespace ronghe::gateway::backend
