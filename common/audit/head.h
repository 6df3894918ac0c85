// What is kept outside the database, so that its administrator can neither cut the chain's end off
// nor compute it anew? Its head, signed, a line a minute, in a file that only grows.
//
//   {"kind":"head","service":"services/meeting","sequence":42,"audit_id":123,"hash":"…","time":
//    "2026-11-23T09:00:00.000000Z","suite":"AES","key_id":"…","previous":"…","signature":"…"}
//
// One line in the file. `previous` is the hash of the line before, so that a removed line shows;
// the signature (ES256, or SM2 with SM3) covers everything before it.
#ifndef RONGHE_COMMON_AUDIT_HEAD_H_
#define RONGHE_COMMON_AUDIT_HEAD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/verify.h"
#include "common/crypto/signature.h"

namespace ronghe::audit {

enum class HeadKind {
  kHead,   // the end of the chain at that moment
  kPurge,  // everything up to here was removed after its retention
};

struct SignedHead {
  HeadKind kind = HeadKind::kHead;
  std::string service;  // "services/meeting"
  Head head;
  int64_t audit_id = 0;  // the row of the link
  absl::Time time;
  crypto::Suite suite = crypto::Suite::kSm;
  std::string key_id;
  std::string previous;   // hexadecimal; empty in the first line of a file
  std::string signature;  // base64url
};

class HeadVerifier;

// Signs with the algorithm of the suite: SM2 with SM3, or ES256. Thread-safe.
class HeadSigner {
 public:
  // A private key file. Errors: SECRET_EXPOSED and FILE_UNREADABLE as config::ReadSecret,
  // KEY_INVALID for a key that is not on the suite's curve.
  static absl::StatusOr<HeadSigner> Load(const std::string& path, crypto::Suite suite);

  crypto::Suite suite() const;
  const std::string& key_id() const;
  // Checks what this signs.
  HeadVerifier verifier() const;
  // INTERNAL, reason CRYPTO_FAILED, if the library refuses.
  absl::StatusOr<std::string> Sign(std::string_view data) const;

 private:
  using Key = std::variant<crypto::Es256Signer, crypto::Sm2Signer>;
  explicit HeadSigner(Key key) : key_(std::move(key)) {}
  Key key_;
};

// Checks signatures of one key, whichever curve it is on. Thread-safe.
class HeadVerifier {
 public:
  // A public key or certificate, PEM. Errors: FILE_UNREADABLE, KEY_INVALID.
  static absl::StatusOr<HeadVerifier> Load(const std::string& path);

  const std::string& key_id() const;
  bool Verify(std::string_view data, std::string_view signature) const;

 private:
  friend class HeadSigner;
  using Key = std::variant<crypto::Es256Verifier, crypto::Sm2Verifier>;
  explicit HeadVerifier(Key key) : key_(std::move(key)) {}
  Key key_;
};

// "SM", "AES".
std::string_view SuiteName(crypto::Suite suite);
// The other way; nothing for another text.
std::optional<crypto::Suite> SuiteNamed(std::string_view name);

// The line of a head, without line end.
std::string HeadLine(const SignedHead& head);

// The other way. INVALID_ARGUMENT, reason HEAD_UNREADABLE, for what is none.
absl::StatusOr<SignedHead> ParseHead(std::string_view line);

// Appends to a file. Several processes may share it: each append locks it and reads its last line.
// Thread-safe.
class HeadFile {
 public:
  HeadFile(std::string path, std::string service, HeadSigner signer)
      : path_(std::move(path)), service_(std::move(service)), signer_(std::move(signer)) {}

  // Adds a signed line and forces it to disk; makes the file (mode 0600) where there is none. A
  // head that the last line holds already is not repeated. What a crash left of a line is ended,
  // never removed.
  //
  // Errors: UNAVAILABLE, reason HEADS_FILE_FAILED, when the file can't be opened, locked or
  // written; those of HeadSigner::Sign.
  absl::Status Append(HeadKind kind, const Link& link, absl::Time now) const;

  const std::string& path() const { return path_; }
  const HeadSigner& signer() const { return signer_; }

 private:
  const std::string path_;
  const std::string service_;
  const HeadSigner signer_;
};

// Up to `limit` lines that end before byte `before` of the file (-1: its end), the newest first,
// unreadable ones left out; `before` is then where the oldest begins, 0 at the beginning. A file
// that is not there has no lines. UNAVAILABLE, reason HEADS_FILE_FAILED.
absl::StatusOr<std::vector<SignedHead>> HeadsBefore(const std::string& path, int64_t& before,
                                                    int32_t limit);

// What is wrong with a file of heads.
struct HeadFault {
  int64_t line = 0;  // from 1
  std::string what;  // "signature wrong", …
};

struct HeadsReport {
  std::vector<SignedHead> heads;  // those with a good signature, in order
  std::vector<HeadFault> faults;
  int64_t lines = 0;
  // The newest signed purge: where the chain starts now.
  std::optional<SignedHead> purge;
};

// What a verification needs of a file of heads.
VerifyOptions OptionsFrom(const HeadsReport& report, crypto::Suite suite);

// Reads a whole file and checks every line: signature, the hash of the line before, order of
// sequence and time, one service.
//
// Errors: NOT_FOUND or UNAVAILABLE, reason HEADS_FILE_FAILED, for a file that can't be read.
absl::StatusOr<HeadsReport> CheckHeads(const std::string& path, const HeadVerifier& verifier);

}  // namespace ronghe::audit

#endif  // RONGHE_COMMON_AUDIT_HEAD_H_
