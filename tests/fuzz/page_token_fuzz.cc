// Page and resume tokens: what was sealed opens for the same question only, and nothing else opens.
#include "common/rpc/page_token.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const kTokens = new ronghe::rpc::PageTokens("a key of the fuzzer's own");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Three parts: method, filter and the rest.
  const size_t first = text.find('\n');
  const size_t second = first == std::string_view::npos ? first : text.find('\n', first + 1);
  const std::string_view method = text.substr(0, first);
  const std::string_view filter = second == std::string_view::npos
                                      ? std::string_view()
                                      : text.substr(first + 1, second - first - 1);
  const std::string_view rest = second == std::string_view::npos ? text : text.substr(second + 1);
  FUZZ_CHECK(!kTokens->Open(method, filter, rest).ok());
  kTokens->OpenNumber(method, filter, rest, 7).IgnoreError();

  const std::string token = kTokens->Seal(method, filter, rest);
  const auto opened = kTokens->Open(method, filter, token);
  FUZZ_CHECK(opened.ok() && *opened == rest);
  kTokens->OpenNumber(method, filter, token, 7).IgnoreError();
  FUZZ_CHECK(!kTokens->Open(method, std::string(filter) + "x", token).ok());
  FUZZ_CHECK(!kTokens->Open(std::string(method) + "x", filter, token).ok());
  std::string changed = token;
  char& byte = changed[size % changed.size()];
  byte = byte == 'A' ? 'B' : 'A';
  const auto other = kTokens->Open(method, filter, changed);
  FUZZ_CHECK(!other.ok() || *other == rest);
  return 0;
}
