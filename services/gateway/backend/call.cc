#include "services/gateway/backend/call.h"

#include <grpc/byte_buffer_reader.h>
#include <grpc/support/alloc.h>
#include <grpc/support/log.h>
#include <grpc/support/time.h>

namespace ronghe::gateway::backend {
namespace {

gpr_timespec DeadlineIn(absl::Duration timeout) {
  if (timeout == absl::InfiniteDuration()) return gpr_inf_future(GPR_CLOCK_MONOTONIC);
  const int64_t micros = absl::ToInt64Microseconds(timeout);
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_micros(micros, GPR_TIMESPAN));
}

// Fills `metadata` and returns how many entries it has.
size_t FillMetadata(const CallContext& context, const Slice& traceparent, const Slice& caller,
                    grpc_metadata* metadata) {
  size_t count = 0;
  if (context.authorization != nullptr && !context.authorization->empty()) {
    metadata[count].key = grpc_slice_from_static_string("authorization");
    metadata[count++].value = context.authorization->get();
  }
  if (!traceparent.empty()) {
    metadata[count].key = grpc_slice_from_static_string("traceparent");
    metadata[count++].value = traceparent.get();
  }
  if (!caller.empty()) {
    metadata[count].key = grpc_slice_from_static_string(rpc::kContextHeader);
    metadata[count++].value = caller.get();
  }
  return count;
}

Slice CallerText(const CallContext& context) {
  return context.caller.empty() ? Slice() : Slice::Copy(context.caller.Encode());
}

CallStatus TakeStatus(grpc_status_code code, grpc_slice* message,
                      const grpc_metadata_array& trailing) {
  CallStatus status;
  status.code = code;
  status.message = Slice(*message);
  *message = grpc_empty_slice();
  for (size_t i = 0; i < trailing.count; ++i) {
    if (Slice::View(trailing.metadata[i].key) == "grpc-status-details-bin") {
      status.details = Slice(grpc_slice_ref(trailing.metadata[i].value));
    }
  }
  return status;
}

}  // namespace

std::string_view FlatBytes::View(grpc_byte_buffer* buffer) {
  if (buffer == nullptr) return {};
  if (buffer->type == GRPC_BB_RAW && buffer->data.raw.compression == GRPC_COMPRESS_NONE &&
      buffer->data.raw.slice_buffer.count <= 1) {
    if (buffer->data.raw.slice_buffer.count == 0) return {};
    return Slice::View(buffer->data.raw.slice_buffer.slices[0]);
  }
  copy_.clear();
  grpc_byte_buffer_reader reader;
  if (!grpc_byte_buffer_reader_init(&reader, buffer)) return {};
  copy_.reserve(grpc_byte_buffer_length(buffer));
  grpc_slice* piece;
  while (grpc_byte_buffer_reader_peek(&reader, &piece)) copy_.append(Slice::View(*piece));
  grpc_byte_buffer_reader_destroy(&reader);
  return copy_;
}

UnaryCall::UnaryCall() : message_(grpc_empty_slice()) {
  grpc_metadata_array_init(&initial_);
  grpc_metadata_array_init(&trailing_);
}

UnaryCall::~UnaryCall() { Reset(); }

void UnaryCall::Reset() {
  if (call_ != nullptr) grpc_call_unref(call_);
  call_ = nullptr;
  ride_.stream.reset();
  if (request_ != nullptr) grpc_byte_buffer_destroy(request_);
  request_ = nullptr;
  if (response_ != nullptr) grpc_byte_buffer_destroy(response_);
  response_ = nullptr;
  grpc_metadata_array_destroy(&initial_);
  grpc_metadata_array_destroy(&trailing_);
  grpc_metadata_array_init(&initial_);
  grpc_metadata_array_init(&trailing_);
  grpc_slice_unref(message_);
  message_ = grpc_empty_slice();
  status_ = CallStatus();
}

void UnaryCall::Start(const Backend& backend, const transcode::Method& method, size_t lane,
                      const CallContext& context, grpc_byte_buffer* request) {
  request_ = request;
  if (backend.trunk(lane).Start(*this, method, context, request, &ride_)) return;
  traceparent_ = context.traceparent.empty() ? Slice() : Slice::Copy(context.traceparent);
  caller_ = CallerText(context);
  call_ = backend.CreateCall(method, lane, DeadlineIn(context.timeout));
  grpc_op ops[6] = {};
  ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
  ops[0].data.send_initial_metadata.count = FillMetadata(context, traceparent_, caller_, metadata_);
  ops[0].data.send_initial_metadata.metadata = metadata_;
  ops[1].op = GRPC_OP_SEND_MESSAGE;
  ops[1].data.send_message.send_message = request_;
  ops[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
  ops[3].op = GRPC_OP_RECV_INITIAL_METADATA;
  ops[3].data.recv_initial_metadata.recv_initial_metadata = &initial_;
  ops[4].op = GRPC_OP_RECV_MESSAGE;
  ops[4].data.recv_message.recv_message = &response_;
  ops[5].op = GRPC_OP_RECV_STATUS_ON_CLIENT;
  ops[5].data.recv_status_on_client.trailing_metadata = &trailing_;
  ops[5].data.recv_status_on_client.status = &code_;
  ops[5].data.recv_status_on_client.status_details = &message_;
  const grpc_call_error error =
      grpc_call_start_batch(call_, ops, 6, static_cast<Tag*>(this), nullptr);
  GPR_ASSERT(error == GRPC_CALL_OK);
}

void UnaryCall::Cancel() {
  if (call_ != nullptr) {
    grpc_call_cancel(call_, nullptr);
  } else {
    Trunk::Cancel(ride_);
  }
}

void UnaryCall::Arrived(const CallStatus& status, grpc_byte_buffer* response) {
  status_ = status;
  response_ = response;
  OnDone();
}

void UnaryCall::Run(bool) {
  status_ = TakeStatus(code_, &message_, trailing_);
  if (status_.code == GRPC_STATUS_OK && response_ == nullptr) {
    status_.code = GRPC_STATUS_INTERNAL;
  }
  OnDone();
}

StreamCall::StreamCall() : status_message_(grpc_empty_slice()) {
  grpc_metadata_array_init(&initial_);
  grpc_metadata_array_init(&trailing_);
  start_.owner = receive_.owner = end_.owner = this;
  start_.done = &StreamCall::Started;
  receive_.done = &StreamCall::Received;
  end_.done = &StreamCall::Ended;
}

StreamCall::~StreamCall() {
  if (call_ != nullptr) grpc_call_unref(call_);
  if (request_ != nullptr) grpc_byte_buffer_destroy(request_);
  if (message_ != nullptr) grpc_byte_buffer_destroy(message_);
  grpc_metadata_array_destroy(&initial_);
  grpc_metadata_array_destroy(&trailing_);
  grpc_slice_unref(status_message_);
}

void StreamCall::Start(const Backend& backend, const transcode::Method& method, size_t lane,
                       const CallContext& context, grpc_byte_buffer* request) {
  request_ = request;
  if (!context.traceparent.empty()) traceparent_ = Slice::Copy(context.traceparent);
  caller_ = CallerText(context);
  call_ = backend.CreateCall(method, lane, DeadlineIn(context.timeout));
  // The extra one keeps this object alive until Start is through.
  pending_ = 4;
  grpc_op end = {};
  end.op = GRPC_OP_RECV_STATUS_ON_CLIENT;
  end.data.recv_status_on_client.trailing_metadata = &trailing_;
  end.data.recv_status_on_client.status = &code_;
  end.data.recv_status_on_client.status_details = &status_message_;
  GPR_ASSERT(grpc_call_start_batch(call_, &end, 1, static_cast<Tag*>(&end_), nullptr) ==
             GRPC_CALL_OK);
  grpc_op ops[4] = {};
  ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
  ops[0].data.send_initial_metadata.count = FillMetadata(context, traceparent_, caller_, metadata_);
  ops[0].data.send_initial_metadata.metadata = metadata_;
  ops[1].op = GRPC_OP_SEND_MESSAGE;
  ops[1].data.send_message.send_message = request_;
  ops[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
  ops[3].op = GRPC_OP_RECV_INITIAL_METADATA;
  ops[3].data.recv_initial_metadata.recv_initial_metadata = &initial_;
  GPR_ASSERT(grpc_call_start_batch(call_, ops, 4, static_cast<Tag*>(&start_), nullptr) ==
             GRPC_CALL_OK);
  grpc_op receive = {};
  receive.op = GRPC_OP_RECV_MESSAGE;
  receive.data.recv_message.recv_message = &message_;
  GPR_ASSERT(grpc_call_start_batch(call_, &receive, 1, static_cast<Tag*>(&receive_), nullptr) ==
             GRPC_CALL_OK);
  Release();
}

void StreamCall::Read() {
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    ++pending_;
  }
  grpc_op receive = {};
  receive.op = GRPC_OP_RECV_MESSAGE;
  receive.data.recv_message.recv_message = &message_;
  GPR_ASSERT(grpc_call_start_batch(call_, &receive, 1, static_cast<Tag*>(&receive_), nullptr) ==
             GRPC_CALL_OK);
}

void StreamCall::Cancel() { grpc_call_cancel(call_, nullptr); }

void StreamCall::Started(bool) { Release(); }

void StreamCall::Received(bool) {
  grpc_byte_buffer* message = std::exchange(message_, nullptr);
  if (message != nullptr) OnMessage(message);
  Release();
}

void StreamCall::Ended(bool) { Release(); }

void StreamCall::Release() {
  {
    const std::lock_guard lock(mutex_);
    if (--pending_ > 0) return;
    ended_ = true;
  }
  OnFinished(TakeStatus(code_, &status_message_, trailing_));
}

}  // namespace ronghe::gateway::backend
