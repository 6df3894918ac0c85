// Which pages does the gateway serve by itself? A fixed set, read into memory at start: nothing of
// a request ever becomes a file name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"

namespace ronghe::gateway::http {

// What is at a path.
struct Page {
  std::string content_type;
  std::string bytes;
  // Header lines of its own, "Name: value\r\n".
  std::string headers = {};
  // Whether its path names its content, so that whoever has it never asks again.
  bool immutable = false;
};

// A page as it is sent.
struct Asset {
  std::string content_type;
  std::string bytes;
  // Header lines, "Name: value\r\n", with ETag and how long it may be kept.
  std::string headers;
  // Of the bytes, quoted.
  std::string etag;

  // Whether an If-None-Match header says that the other end has these bytes.
  bool Matches(std::string_view if_none_match) const;
};

class Assets {
 public:
  // A page that is there already is replaced. Text that gzip makes shorter is kept compressed too.
  void Add(std::string path, Page page);

  // Adds the pages of /docs/: every file of `docs_dir`, and the scripts of Swagger UI from
  // `swagger_ui_dir`. Either may be empty. Errors as AddConsole; NOT_FOUND for a script that is
  // missing.
  absl::Status AddDocs(const std::string& docs_dir, const std::string& swagger_ui_dir);

  // Adds every file of a built console at its path below `dir`, index.html also at "/". Files in
  // assets/ have their content in their names. NOT_FOUND for a folder that is missing or has no
  // index.html; INVALID_ARGUMENT for a file without a known type or at the path of another page.
  absl::Status AddConsole(const std::string& dir);

  // The asset at a path, in the form that the Accept-Encoding header asks for; nullptr for none.
  const Asset* Find(std::string_view path, std::string_view accept_encoding = {}) const;

 private:
  struct Forms {
    Asset plain;
    std::optional<Asset> gzip;
  };

  // Adds the files below `dir` at `prefix`, which ends with "/" and is that of index.html.
  absl::Status AddFolder(const std::string& dir, const std::string& prefix);

  absl::flat_hash_map<std::string, Forms> assets_;
};

}  // namespace ronghe::gateway::http
