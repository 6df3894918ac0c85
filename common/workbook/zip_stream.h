// How is a ZIP archive written while it is sent?
#ifndef RONGHE_COMMON_WORKBOOK_ZIP_STREAM_H_
#define RONGHE_COMMON_WORKBOOK_ZIP_STREAM_H_

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace ronghe::workbook {

// An archive that only grows: the sizes of a part follow it (APPNOTE 4.3.9). Used by one thread.
class ZipStream {
 public:
  // Takes the next bytes of the archive; an error ends the writing and is answered by it.
  using Sink = std::function<absl::Status(std::string bytes)>;

  // Hands about `chunk_bytes` at a time to the sink.
  ZipStream(Sink sink, size_t chunk_bytes);
  ~ZipStream();
  ZipStream(const ZipStream&) = delete;
  ZipStream& operator=(const ZipStream&) = delete;

  // Begin, Write as often as wanted and End for each part, then Close once.
  //
  // Errors: those of the sink; INTERNAL WORKBOOK_FAILED beyond 4 GiB.
  absl::Status Begin(const std::string& name);
  absl::Status Write(std::string_view bytes);
  absl::Status End();
  absl::Status Close();

 private:
  struct Entry {
    std::string name;
    uint64_t offset = 0;
    uint32_t crc = 0;
    uint64_t packed = 0;
    uint64_t plain = 0;
  };

  static void AppendSizes(std::string& out, const Entry& entry);
  static void AppendCommon(std::string& out, const Entry& entry, bool sizes);
  absl::Status Deflate(std::string_view bytes, int flush);
  absl::Status Put(std::string_view bytes);

  const Sink sink_;
  const size_t chunk_bytes_;
  z_stream stream_ = {};
  bool ready_ = false;
  std::vector<Entry> entries_;
  uint64_t written_ = 0;
  std::string pending_;
};

}  // namespace ronghe::workbook

#endif  // RONGHE_COMMON_WORKBOOK_ZIP_STREAM_H_
