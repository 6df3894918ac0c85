// Does a text hold somebody's identity number or mobile number?
#ifndef RONGHE_COMMON_RPC_PERSONAL_TEXT_H_
#define RONGHE_COMMON_RPC_PERSONAL_TEXT_H_

#include <string_view>

#include "common/rpc/personal_text.pb.h"

namespace ronghe::rpc {

// The first kind of number (personal_text.textproto) that stands in `text`, with ASCII or
// full-width digits; null for none. A text with few digits costs one pass over it. Thread-safe.
const v1::PersonalNumber* FindPersonalNumber(std::string_view text);

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_PERSONAL_TEXT_H_
