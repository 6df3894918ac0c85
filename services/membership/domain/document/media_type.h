// Which kinds of files are taken, and how is each known by its first bytes?
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DOCUMENT_MEDIA_TYPE_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DOCUMENT_MEDIA_TYPE_H_

#include <optional>
#include <string_view>

namespace ronghe::membership {

enum class MediaType { kPdf, kJpeg, kPng, kDocx, kXlsx };

// Nothing for a media type that is not taken.
std::optional<MediaType> MediaTypeOf(std::string_view name);

// Whether a file that begins so can be of the type. Of an office document it only says that it is
// an archive: what kind, its content tells.
bool BeginsAs(MediaType type, std::string_view bytes);

// True for the two whose text can be read.
inline bool IsOffice(MediaType type) {
  return type == MediaType::kDocx || type == MediaType::kXlsx;
}

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DOCUMENT_MEDIA_TYPE_H_
