#include "services/membership/store/office/office_file.h"

#include <zip.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "pugixml.hpp"
#include "services/membership/domain/document/errors.h"

namespace ronghe::membership {
namespace {

constexpr char kTypes[] = "[Content_Types].xml";

struct CloseZip {
  void operator()(zip_t* zip) const { zip_discard(zip); }
};
struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

std::string_view MainType(MediaType type) {
  return type == MediaType::kDocx
             ? "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
             : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
}

bool IsMacro(std::string_view lower) {
  return lower.find("vbaproject") != std::string_view::npos ||
         lower.find("/macrosheets/") != std::string_view::npos ||
         lower.find("/activex/") != std::string_view::npos;
}

// Whether the part holds what a reader sees.
bool HoldsText(MediaType type, std::string_view lower) {
  if (!lower.ends_with(".xml")) return false;
  if (type == MediaType::kXlsx) {
    return lower == "xl/sharedstrings.xml" || lower.starts_with("xl/worksheets/sheet") ||
           lower.starts_with("xl/comments");
  }
  for (const std::string_view part : {"word/document", "word/header", "word/footer",
                                      "word/footnotes", "word/endnotes", "word/comments"}) {
    if (lower.starts_with(part)) return true;
  }
  return false;
}

std::string_view Local(const char* name) {
  const std::string_view text(name);
  const size_t colon = text.find(':');
  return colon == std::string_view::npos ? text : text.substr(colon + 1);
}

// Gives the texts of a part, those below one paragraph, string, cell or head of a sheet together.
class Texts : public pugi::xml_tree_walker {
 public:
  explicit Texts(absl::FunctionRef<void(std::string_view)> take) : take_(take) {}

  void Flush() {
    if (!text_.empty()) take_(text_);
    text_.clear();
  }

 private:
  bool for_each(pugi::xml_node& node) override {
    const std::string_view name = Local(node.name());
    if (name == "p" || name == "si" || name == "is" || name == "comment" || name == "oddHeader" ||
        name == "oddFooter" || name == "evenHeader" || name == "firstHeader") {
      Flush();
    }
    if (node.type() == pugi::node_pcdata) {
      const std::string_view parent = Local(node.parent().name());
      if (parent == "t" || parent.ends_with("Header") || parent.ends_with("Footer")) {
        text_ += node.value();
      }
    }
    return true;
  }

  absl::FunctionRef<void(std::string_view)> take_;
  std::string text_;
};

// A zip archive in memory.
class Archive {
 public:
  static absl::StatusOr<Archive> Open(std::string_view bytes) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source == nullptr) return DocumentDamaged();
    zip_t* const zip = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (zip == nullptr) {
      zip_source_free(source);
      return DocumentDamaged();
    }
    return Archive(zip);
  }

  absl::StatusOr<std::vector<std::string>> Names(int32_t limit) const {
    const zip_int64_t count = zip_get_num_entries(zip_.get(), 0);
    if (count < 1 || count > limit) return DocumentDamaged();
    std::vector<std::string> names;
    for (zip_int64_t i = 0; i < count; ++i) {
      zip_stat_t stat;
      const bool read = zip_stat_index(zip_.get(), i, 0, &stat) == 0 && stat.name != nullptr;
      if (!read || stat.encryption_method != ZIP_EM_NONE) return DocumentDamaged();
      names.emplace_back(stat.name);
    }
    return names;
  }

  // Parses a part; takes what it unpacks to from `left`.
  absl::Status Load(const std::string& name, int64_t& left, pugi::xml_document& document) const {
    const std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen(zip_.get(), name.c_str(), 0));
    if (file == nullptr) return DocumentDamaged();
    std::string whole;
    std::string piece(64 << 10, '\0');
    for (;;) {
      const zip_int64_t count = zip_fread(file.get(), piece.data(), piece.size());
      if (count < 0 || count > left) return DocumentDamaged();
      if (count == 0) break;
      left -= count;
      whole.append(piece, 0, static_cast<size_t>(count));
    }
    if (whole.find("<!DOCTYPE") != std::string::npos) return DocumentDamaged();
    const bool parsed = document.load_buffer(whole.data(), whole.size(),
                                             pugi::parse_default | pugi::parse_ws_pcdata_single);
    return parsed ? absl::OkStatus() : DocumentDamaged();
  }

 private:
  explicit Archive(zip_t* zip) : zip_(zip) {}

  std::unique_ptr<zip_t, CloseZip> zip_;
};

absl::Status CheckTypes(MediaType type, const pugi::xml_document& types) {
  bool found = false;
  for (const pugi::xml_node& node : types.document_element().children()) {
    const std::string content = absl::AsciiStrToLower(node.attribute("ContentType").value());
    if (content.find("macroenabled") != std::string::npos || IsMacro(content)) {
      return DocumentHasMacro();
    }
    found = found || content == MainType(type);
  }
  return found ? absl::OkStatus()
               : DocumentTypeMismatch(type == MediaType::kDocx ? ".docx" : ".xlsx");
}

}  // namespace

absl::Status ReadOfficeFile(MediaType type, std::string_view bytes,
                            absl::FunctionRef<void(std::string_view text)> take,
                            const OfficeLimits& limits) {
  RONGHE_ASSIGN_OR_RETURN(const Archive archive, Archive::Open(bytes));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<std::string> names, archive.Names(limits.parts));
  int64_t left = limits.text_bytes;
  pugi::xml_document types;
  RONGHE_RETURN_IF_ERROR(archive.Load(kTypes, left, types));
  RONGHE_RETURN_IF_ERROR(CheckTypes(type, types));
  for (const std::string& name : names) {
    const std::string lower = absl::AsciiStrToLower(name);
    if (IsMacro(lower)) return DocumentHasMacro();
    if (!HoldsText(type, lower)) continue;
    pugi::xml_document part;
    RONGHE_RETURN_IF_ERROR(archive.Load(name, left, part));
    Texts texts(take);
    part.traverse(texts);
    texts.Flush();
  }
  return absl::OkStatus();
}

}  // namespace ronghe::membership
