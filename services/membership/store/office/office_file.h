// What kind of office document is a file, and which texts are in it?
//
// A file comes from outside: nothing in it is executed, and everything is read within bounds.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_OFFICE_OFFICE_FILE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_OFFICE_OFFICE_FILE_H_

#include <cstdint>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "services/membership/domain/document/media_type.h"

namespace ronghe::membership {

struct OfficeLimits {
  int32_t parts = 4096;
  int64_t text_bytes = 64 << 20;  // of all parts with texts, unpacked
};

// Checks that the archive is a document of this type (DOCX or XLSX) without macros, and gives the
// text of each paragraph or cell of the body, its heads and foots, notes and comments.
//
// Errors: INVALID_ARGUMENT DOCUMENT_DAMAGED (also beyond the limits), DOCUMENT_TYPE_MISMATCH,
// DOCUMENT_HAS_MACRO.
absl::Status ReadOfficeFile(MediaType type, std::string_view bytes,
                            absl::FunctionRef<void(std::string_view text)> take,
                            const OfficeLimits& limits = {});

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_OFFICE_OFFICE_FILE_H_
