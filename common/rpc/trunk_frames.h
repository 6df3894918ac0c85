// What travels on a trunk?
//
// A trunk is a long-lived stream between two of our processes that carries many unary calls,
// because a gRPC call of its own costs 20–35 µs on each side. Every gRPC message on it is a row of
// frames: whatever waited when the message was sent. A frame is its length (4 bytes, without
// themselves), a kind (1 byte) and the fields of the kind; integers are little-endian. Method names
// and bearers go over once and are then called by a number, which may be given a new meaning at any
// time.
#ifndef RONGHE_COMMON_RPC_TRUNK_FRAMES_H_
#define RONGHE_COMMON_RPC_TRUNK_FRAMES_H_

#include <grpc/slice.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ronghe::rpc::trunk {

// The stream's name. It stands in no proto, so that neither HTTP nor reflection knows it.
inline constexpr char kPath[] = "/ronghe.trunk.v1.TrunkService/Carry";

// 1: all but kCallFor.
inline constexpr uint8_t kVersion = 2;
inline constexpr uint16_t kNumbers = 256;         // bearers, and
inline constexpr uint16_t kMethodNumbers = 4096;  // methods that a trunk knows at a time
inline constexpr uint16_t kNoBearer = 0xFFFF;
inline constexpr size_t kMaxBearerBytes = 16 * 1024;
// Calls under way on one trunk, and the greatest request it takes: larger ones travel alone.
inline constexpr size_t kMaxCalls = 1024;
inline constexpr size_t kMaxRequestBytes = 64 * 1024;
// About how much one message gathers; larger answers go over in parts of this size.
inline constexpr size_t kGatherBytes = 256 * 1024;

enum class Kind : uint8_t {
  // From the caller.
  kMethod = 1,  // number: full name
  kBearer = 2,  // number: the value of "authorization"
  kCall = 3,
  kCancel = 4,
  // From the server.
  kHello = 5,  // the first: the trunk may be used
  kDrain = 6,  // no more calls, please; those under way are answered
  kPart = 7,   // the next piece of an answer that kReply ends
  kReply = 8,
  // From the caller, to a server of version 2 or later: a call with its CallContext.
  kCallFor = 9,
};

struct Frame {
  Kind kind = Kind::kHello;
  uint32_t id = 0;
  // Of a method or bearer; of a hello the version.
  uint16_t number = 0;
  uint16_t bearer = kNoBearer;
  // How long the caller still waits; 0: no end.
  uint64_t timeout_micros = 0;
  std::string_view traceparent;
  // Of kCallFor: CallContext::Encode.
  std::string_view context;
  uint8_t code = 0;
  // Of a reply: the status message, and a serialised google.rpc.Status or nothing.
  std::string_view message;
  std::string_view details;
  // Name, bearer, request or response.
  std::string_view bytes;
};

// Goes through the frames of one message.
class FrameReader {
 public:
  explicit FrameReader(std::string_view message) : left_(message) {}
  // False at the end and at what is no frame.
  bool Next(Frame* frame);
  bool malformed() const { return malformed_; }

 private:
  std::string_view left_;
  bool malformed_ = false;
};

// Frames that wait to be sent as one message. Small payloads are copied together, great ones kept
// as slices.
class FrameBuffer {
 public:
  FrameBuffer() = default;
  ~FrameBuffer();
  FrameBuffer(const FrameBuffer&) = delete;
  FrameBuffer& operator=(const FrameBuffer&) = delete;

  // `frame.bytes` are copied.
  void Add(const Frame& frame);
  // `frame.bytes` stand in `owner`, which is shared where that is cheaper than a copy.
  void Add(const Frame& frame, const grpc_slice& owner);

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  // Everything so far, as the slices of one message. The caller unrefs them.
  std::vector<grpc_slice> Take();

 private:
  void Header(const Frame& frame);
  void Cut();

  std::string flat_;
  std::vector<grpc_slice> slices_;
  size_t size_ = 0;
};

}  // namespace ronghe::rpc::trunk

#endif  // RONGHE_COMMON_RPC_TRUNK_FRAMES_H_
