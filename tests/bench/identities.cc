// Which identity numbers do members have? Prints a line for each member asked for, "INDEX NUMBER":
// the blind index in hex, as the database has it, and the number in full, which a search names.
//
//   ronghe-bench-identities --keyring FILE < rows
//
// Rows are "ID CIPHER" of the table member, the cipher in hex. For benchmarks on invented people.

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/escaping.h"
#include "common/crypto/key_source.h"
#include "common/crypto/key_store.h"
#include "services/membership/store/personal_fields.h"

ABSL_FLAG(std::string, keyring, "", "file of the field keys of membership");

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const auto keys = ronghe::crypto::KeyStore::Open(
      std::make_unique<ronghe::crypto::KeyFile>(absl::GetFlag(FLAGS_keyring)));
  if (!keys.ok()) {
    std::cerr << keys.status() << "\n";
    return EXIT_FAILURE;
  }
  const ronghe::membership::PersonalFields fields(**keys);
  ronghe::membership::MemberRow row;
  for (std::string cipher; std::cin >> row.id >> cipher;) {
    row.identity_cipher = ronghe::sql::Bytes(absl::HexStringToBytes(cipher));
    const absl::StatusOr<std::string> number = fields.OpenIdentity(row);
    if (!number.ok()) {
      std::cerr << row.id << ": " << number.status() << "\n";
      return EXIT_FAILURE;
    }
    std::cout << absl::BytesToHexString(fields.IdentityIndex(*number)) << " " << *number << "\n";
  }
  return EXIT_SUCCESS;
}
