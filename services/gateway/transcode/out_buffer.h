// Where do printed bytes go? A growable byte buffer that hands out room to write into, without the
// zero-filling of std::string.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace ronghe::gateway::transcode {

class OutBuffer {
 public:
  OutBuffer() = default;
  ~OutBuffer() { std::free(data_); }
  OutBuffer(OutBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  OutBuffer& operator=(OutBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }

  // Room for `bytes` more; what was written of it counts after Commit.
  char* Reserve(size_t bytes) {
    if (capacity_ - size_ < bytes) Grow(bytes);
    return data_ + size_;
  }
  void Commit(char* end) { size_ = static_cast<size_t>(end - data_); }

  void Append(const char* from, size_t bytes) {
    if (bytes == 0) return;
    std::memcpy(Reserve(bytes), from, bytes);
    size_ += bytes;
  }
  void Append(std::string_view text) { Append(text.data(), text.size()); }
  void Push(char c) {
    *Reserve(1) = c;
    ++size_;
  }
  void Truncate(size_t size) { size_ = size; }
  void Clear() { size_ = 0; }

  char* data() { return data_; }
  const char* data() const { return data_; }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  std::string_view view() const { return {data_, size_}; }

  // Gives memory back when the buffer grew past `keep` bytes. The content is lost.
  void Shrink(size_t keep) {
    size_ = 0;
    if (capacity_ <= keep) return;
    std::free(data_);
    data_ = nullptr;
    capacity_ = 0;
  }

 private:
  void Grow(size_t bytes) {
    size_t wanted = capacity_ < 512 ? 512 : capacity_ * 2;
    while (wanted - size_ < bytes) wanted *= 2;
    char* moved = static_cast<char*>(std::realloc(data_, wanted));
    if (moved == nullptr) throw std::bad_alloc();
    data_ = moved;
    capacity_ = wanted;
  }

  char* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace ronghe::gateway::transcode
