// How does the HTTPS port speak TLS, and with which certificate?
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace ronghe::gateway::http {

// TLS 1.2 and 1.3 with forward secrecy and authenticated encryption alone, our order of suites, no
// compression, no renegotiation and no session tickets: a ticket key would outlive what it
// protects.
//
// Files that are replaced while the process runs are taken up for the handshakes that follow.
// Thread-safe.
class TlsFiles {
 public:
  // PEM files. `ca_file` holds the authorities of client certificates, which are asked for and
  // never required; empty: not asked for. INVALID_ARGUMENT TLS_FILES_INVALID.
  static absl::StatusOr<std::unique_ptr<TlsFiles>> Load(std::string cert_file, std::string key_file,
                                                        std::string ca_file);

  // What the next handshake is made with; to be held as long as its connection lives.
  std::shared_ptr<boost::asio::ssl::context> current() const;

  // Takes up files that have changed. While they don't fit together, as between the replacement of
  // one and of the other, what stood before goes on. True when something new was taken up.
  bool Refresh();

 private:
  TlsFiles(std::string cert_file, std::string key_file, std::string ca_file);
  absl::StatusOr<std::shared_ptr<boost::asio::ssl::context>> Read() const;
  std::string Mark() const;

  const std::string cert_file_, key_file_, ca_file_;
  mutable std::mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> current_;  // guarded by mutex_
  std::string mark_;                                    // of the files that current_ holds
  std::string failed_;                                  // of files that were tried in vain
};

}  // namespace ronghe::gateway::http
