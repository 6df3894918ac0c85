// What is refused about documents, and what is the user told then?
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DOCUMENT_ERRORS_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DOCUMENT_ERRORS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

// What everybody who uploads is shown.
inline constexpr std::string_view kUploadNotice =
    "本系统为非涉密系统，禁止上传涉密文件。请确认文件不含国家秘密后再上传。";

// INVALID_ARGUMENT
absl::Status DocumentSubjectUnknown(std::string_view subject);
absl::Status DocumentTypeUnsupported();
absl::Status DocumentTooLarge(const Rule& rule, int64_t actual);
// More bytes than were announced.
absl::Status DocumentTooLong(int64_t announced, int64_t actual);
absl::Status DocumentTypeMismatch(std::string_view media_type);
absl::Status DocumentDamaged();
absl::Status DocumentHasMacro();
// `place` says where the mark stands, never what stands around it: "title", "text".
absl::Status DocumentClassified(std::string_view place);

// FAILED_PRECONDITION
absl::Status DocumentUndeclared();
absl::Status DocumentSubjectClosed();
absl::Status DocumentTooMany(const Rule& rule, int64_t actual);
absl::Status DocumentStateInvalid(std::string_view state);
absl::Status DocumentOffsetMismatch(int64_t expected, int64_t actual);
absl::Status DocumentIncomplete(int64_t size, int64_t uploaded);
absl::Status DocumentDigestMismatch();

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DOCUMENT_ERRORS_H_
