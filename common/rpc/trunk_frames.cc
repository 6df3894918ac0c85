#include "common/rpc/trunk_frames.h"

#include <utility>

namespace ronghe::rpc::trunk {
namespace {

// Below this a copy is cheaper than a slice of its own.
constexpr size_t kCopyBytes = 4096;

template <class T>
void Put(std::string* out, T value) {
  char bytes[sizeof(T)];
  for (size_t i = 0; i < sizeof(T); ++i) {
    bytes[i] = static_cast<char>(static_cast<uint64_t>(value) >> (8 * i));
  }
  out->append(bytes, sizeof(T));
}

template <class T>
bool Get(std::string_view* in, T* value) {
  if (in->size() < sizeof(T)) return false;
  uint64_t read = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    read |= static_cast<uint64_t>(static_cast<uint8_t>((*in)[i])) << (8 * i);
  }
  *value = static_cast<T>(read);
  in->remove_prefix(sizeof(T));
  return true;
}

bool GetBytes(std::string_view* in, size_t size, std::string_view* bytes) {
  if (in->size() < size) return false;
  *bytes = in->substr(0, size);
  in->remove_prefix(size);
  return true;
}

bool ReadFields(std::string_view in, Frame* frame) {
  uint8_t kind = 0;
  if (!Get(&in, &kind)) return false;
  frame->kind = static_cast<Kind>(kind);
  switch (frame->kind) {
    case Kind::kMethod:
    case Kind::kBearer:
    case Kind::kHello:
      if (!Get(&in, &frame->number)) return false;
      break;
    case Kind::kCall:
    case Kind::kCallFor: {
      uint8_t trace = 0;
      uint16_t context = 0;
      if (!Get(&in, &frame->id) || !Get(&in, &frame->number) || !Get(&in, &frame->bearer) ||
          !Get(&in, &frame->timeout_micros) || !Get(&in, &trace) ||
          !GetBytes(&in, trace, &frame->traceparent)) {
        return false;
      }
      if (frame->kind == Kind::kCallFor &&
          (!Get(&in, &context) || !GetBytes(&in, context, &frame->context))) {
        return false;
      }
      break;
    }
    case Kind::kCancel:
    case Kind::kPart:
      if (!Get(&in, &frame->id)) return false;
      break;
    case Kind::kDrain:
      break;
    case Kind::kReply: {
      uint16_t message = 0;
      uint16_t details = 0;
      if (!Get(&in, &frame->id) || !Get(&in, &frame->code) || !Get(&in, &message) ||
          !Get(&in, &details) || !GetBytes(&in, message, &frame->message) ||
          !GetBytes(&in, details, &frame->details)) {
        return false;
      }
      break;
    }
    default:
      // A later version may know more.
      break;
  }
  frame->bytes = in;
  return true;
}

}  // namespace

bool FrameReader::Next(Frame* frame) {
  if (left_.empty() || malformed_) return false;
  *frame = Frame();
  uint32_t length = 0;
  std::string_view fields;
  if (Get(&left_, &length) && GetBytes(&left_, length, &fields) && ReadFields(fields, frame)) {
    return true;
  }
  malformed_ = true;
  return false;
}

FrameBuffer::~FrameBuffer() {
  for (grpc_slice& slice : slices_) grpc_slice_unref(slice);
}

void FrameBuffer::Header(const Frame& frame) {
  const size_t start = flat_.size();
  Put<uint32_t>(&flat_, 0);
  Put(&flat_, static_cast<uint8_t>(frame.kind));
  switch (frame.kind) {
    case Kind::kMethod:
    case Kind::kBearer:
    case Kind::kHello:
      Put(&flat_, frame.number);
      break;
    case Kind::kCall:
    case Kind::kCallFor:
      Put(&flat_, frame.id);
      Put(&flat_, frame.number);
      Put(&flat_, frame.bearer);
      Put(&flat_, frame.timeout_micros);
      Put(&flat_, static_cast<uint8_t>(frame.traceparent.size()));
      flat_.append(frame.traceparent);
      if (frame.kind == Kind::kCallFor) {
        Put(&flat_, static_cast<uint16_t>(frame.context.size()));
        flat_.append(frame.context);
      }
      break;
    case Kind::kCancel:
    case Kind::kPart:
      Put(&flat_, frame.id);
      break;
    case Kind::kDrain:
      break;
    case Kind::kReply:
      Put(&flat_, frame.id);
      Put(&flat_, frame.code);
      Put(&flat_, static_cast<uint16_t>(frame.message.size()));
      Put(&flat_, static_cast<uint16_t>(frame.details.size()));
      flat_.append(frame.message);
      flat_.append(frame.details);
      break;
  }
  const size_t length = flat_.size() - start - sizeof(uint32_t) + frame.bytes.size();
  for (size_t i = 0; i < sizeof(uint32_t); ++i) {
    flat_[start + i] = static_cast<char>(length >> (8 * i));
  }
  size_ += sizeof(uint32_t) + length;
}

void FrameBuffer::Add(const Frame& frame) {
  Header(frame);
  flat_.append(frame.bytes);
}

void FrameBuffer::Add(const Frame& frame, const grpc_slice& owner) {
  if (frame.bytes.size() < kCopyBytes) return Add(frame);
  Header(frame);
  Cut();
  const auto offset = static_cast<size_t>(reinterpret_cast<const uint8_t*>(frame.bytes.data()) -
                                          GRPC_SLICE_START_PTR(owner));
  slices_.push_back(grpc_slice_sub(owner, offset, offset + frame.bytes.size()));
}

void FrameBuffer::Cut() {
  if (flat_.empty()) return;
  slices_.push_back(grpc_slice_from_copied_buffer(flat_.data(), flat_.size()));
  flat_.clear();
}

std::vector<grpc_slice> FrameBuffer::Take() {
  Cut();
  size_ = 0;
  return std::exchange(slices_, {});
}

}  // namespace ronghe::rpc::trunk
