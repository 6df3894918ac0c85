#include "services/membership/domain/document/media_type.h"

namespace ronghe::membership {
namespace {

struct Known {
  MediaType type;
  std::string_view name;
  std::string_view magic;
};

constexpr Known kKnown[] = {
    {MediaType::kPdf, "application/pdf", "%PDF-"},
    {MediaType::kJpeg, "image/jpeg", "\xFF\xD8\xFF"},
    {MediaType::kPng, "image/png", "\x89PNG\r\n\x1A\n"},
    {MediaType::kDocx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
     "PK\x03\x04"},
    {MediaType::kXlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
     "PK\x03\x04"},
};

}  // namespace

std::optional<MediaType> MediaTypeOf(std::string_view name) {
  for (const Known& known : kKnown) {
    if (known.name == name) return known.type;
  }
  return std::nullopt;
}

bool BeginsAs(MediaType type, std::string_view bytes) {
  for (const Known& known : kKnown) {
    if (known.type == type) return bytes.starts_with(known.magic);
  }
  return false;
}

}  // namespace ronghe::membership
