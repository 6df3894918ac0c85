// With which certificates does a process speak gRPC, also after they were replaced?
//
// Credentials follow their files: about a second after new files are there new connections are made
// with them, while those that stand go on. TLS 1.2 and 1.3 only, with the ephemeral AEAD suites
// that gRPC offers by default. Every credentials object has a thread: make one and share it.
#ifndef RONGHE_COMMON_RPC_TLS_H_
#define RONGHE_COMMON_RPC_TLS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

struct grpc_channel_credentials;
struct grpc_server_credentials;
namespace grpc {
class ChannelCredentials;
class ServerCredentials;
}  // namespace grpc

namespace ronghe::rpc {

// Paths of PEM files.
struct TlsFiles {
  std::string cert_file;
  std::string key_file;
  std::string ca_file;

  bool empty() const { return cert_file.empty() && key_file.empty() && ca_file.empty(); }
};

// Whether a process could start with the files: what reading them returns (the key is a secret);
// INVALID_ARGUMENT TLS_FILES_INVALID when certificate and key do not belong together.
absl::Status CheckTlsFiles(const TlsFiles& files);

// For a server that demands certificates signed by the CA. Errors: those of CheckTlsFiles.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentials(const TlsFiles& files);

// For a client that shows its certificate and looks at the server's name. Errors: those of
// CheckTlsFiles.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ChannelCredentials(const TlsFiles& files);

// The same two for gRPC's core; the caller releases them. Without a CA the server asks for no
// certificate; `required` says whether it turns away who shows none.
absl::StatusOr<grpc_server_credentials*> CoreServerCredentials(const TlsFiles& files,
                                                               bool required);
absl::StatusOr<grpc_channel_credentials*> CoreChannelCredentials(const TlsFiles& files);

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_TLS_H_
