// Which pages does the gateway serve by itself? A fixed set, read into memory at start: nothing of
// a request ever becomes a file name.
#pragma once

#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"

namespace ronghe::gateway::http {

struct Asset {
  std::string content_type;
  std::string bytes;
  // Header lines, "Name: value\r\n".
  std::string headers;
  // Of the bytes, quoted; set by Assets::Add.
  std::string etag = {};

  // Whether an If-None-Match header says that the other end has these bytes.
  bool Matches(std::string_view if_none_match) const;
};

class Assets {
 public:
  // Its headers get an ETag and leave to keep it, to be asked for again each time.
  void Add(std::string path, Asset asset);
  // Adds the pages of /docs/: every file of `docs_dir`, and the scripts of Swagger UI from
  // `swagger_ui_dir`. Either may be empty. NOT_FOUND for a folder or script that is missing.
  absl::Status AddDocs(const std::string& docs_dir, const std::string& swagger_ui_dir);

  // The asset at a path, or nullptr.
  const Asset* Find(std::string_view path) const;

 private:
  absl::flat_hash_map<std::string, Asset> assets_;
};

}  // namespace ronghe::gateway::http
