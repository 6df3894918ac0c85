#include "common/workbook/zip_stream.h"

#include <array>
#include <utility>

#include "common/base/status_macros.h"
#include "common/error/error.h"

namespace ronghe::workbook {
namespace {

absl::Status Failed(std::string_view step) {
  return error::Make(absl::StatusCode::kInternal, "WORKBOOK_FAILED", "生成工作簿失败，请稍后重试。",
                     {{"step", std::string(step)}});
}

void AppendLittle(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
}

}  // namespace

ZipStream::ZipStream(Sink sink, size_t chunk_bytes)
    : sink_(std::move(sink)), chunk_bytes_(chunk_bytes) {
  ready_ = deflateInit2(&stream_, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK;
}

ZipStream::~ZipStream() {
  if (ready_) deflateEnd(&stream_);
}

absl::Status ZipStream::Begin(const std::string& name) {
  if (!ready_ || deflateReset(&stream_) != Z_OK) return Failed("deflate");
  Entry& entry = entries_.emplace_back();
  entry.name = name;
  entry.offset = written_;
  entry.crc = static_cast<uint32_t>(crc32(0, nullptr, 0));
  std::string head = "PK\3\4";
  AppendCommon(head, entry, /*sizes=*/false);
  AppendLittle(head, entry.name.size(), 2);
  AppendLittle(head, 0, 2);
  head.append(entry.name);
  return Put(head);
}

absl::Status ZipStream::Write(std::string_view bytes) { return Deflate(bytes, Z_NO_FLUSH); }

absl::Status ZipStream::End() {
  RONGHE_RETURN_IF_ERROR(Deflate({}, Z_FINISH));
  std::string tail = "PK\7\10";
  AppendSizes(tail, entries_.back());
  return Put(tail);
}

absl::Status ZipStream::Close() {
  const uint64_t start = written_;
  for (const Entry& entry : entries_) {
    std::string head = "PK\1\2";
    AppendLittle(head, 20, 2);
    AppendCommon(head, entry, /*sizes=*/true);
    AppendLittle(head, entry.name.size(), 2);
    // No extra field, comment, disk or attributes.
    AppendLittle(head, 0, 12);
    AppendLittle(head, entry.offset, 4);
    head.append(entry.name);
    RONGHE_RETURN_IF_ERROR(Put(head));
  }
  std::string end = "PK\5\6";
  const uint64_t size = written_ - start;
  AppendLittle(end, 0, 4);
  AppendLittle(end, entries_.size(), 2);
  AppendLittle(end, entries_.size(), 2);
  AppendLittle(end, size, 4);
  AppendLittle(end, start, 4);
  AppendLittle(end, 0, 2);
  RONGHE_RETURN_IF_ERROR(Put(end));
  return pending_.empty() ? absl::OkStatus() : sink_(std::move(pending_));
}

void ZipStream::AppendSizes(std::string& out, const Entry& entry) {
  AppendLittle(out, entry.crc, 4);
  AppendLittle(out, entry.packed, 4);
  AppendLittle(out, entry.plain, 4);
}

// Version, flags (sizes follow), method, time and date (1980-01-01), sizes.
void ZipStream::AppendCommon(std::string& out, const Entry& entry, bool sizes) {
  AppendLittle(out, 20, 2);
  AppendLittle(out, 8, 2);
  AppendLittle(out, 8, 2);
  AppendLittle(out, 0, 2);
  AppendLittle(out, 33, 2);
  if (sizes) {
    AppendSizes(out, entry);
  } else {
    AppendLittle(out, 0, 12);
  }
}

absl::Status ZipStream::Deflate(std::string_view bytes, int flush) {
  Entry& entry = entries_.back();
  // Of no bytes, crc32 answers that of nothing at all.
  if (!bytes.empty()) {
    entry.crc = static_cast<uint32_t>(crc32(entry.crc, reinterpret_cast<const Bytef*>(bytes.data()),
                                            static_cast<uInt>(bytes.size())));
  }
  entry.plain += bytes.size();
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream_.avail_in = static_cast<uInt>(bytes.size());
  std::array<char, 16 * 1024> packed;
  do {
    stream_.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream_.avail_out = packed.size();
    if (deflate(&stream_, flush) == Z_STREAM_ERROR) return Failed("deflate");
    const size_t made = packed.size() - stream_.avail_out;
    entry.packed += made;
    RONGHE_RETURN_IF_ERROR(Put(std::string_view(packed.data(), made)));
  } while (stream_.avail_out == 0);
  // Larger ones would need the 64-bit form of the archive.
  return entry.plain > 0xFFFFFFFF ? Failed("size") : absl::OkStatus();
}

absl::Status ZipStream::Put(std::string_view bytes) {
  written_ += bytes.size();
  if (written_ > 0xFFFFFFFF) return Failed("size");
  pending_.append(bytes);
  if (pending_.size() < chunk_bytes_) return absl::OkStatus();
  std::string chunk;
  chunk.swap(pending_);
  return sink_(std::move(chunk));
}

}  // namespace ronghe::workbook
