#include "common/workbook/xml_text.h"

namespace ronghe::workbook {
namespace {

// The two code points of the basic plane that XML can't hold, U+FFFE and U+FFFF, begin so in UTF-8.
constexpr std::string_view kNoCharacter = "\xEF\xBF";

}  // namespace

void AppendEscaped(std::string& out, std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '&':
        out.append("&amp;");
        break;
      case '<':
        out.append("&lt;");
        break;
      case '>':
        out.append("&gt;");
        break;
      case '"':
        out.append("&quot;");
        break;
      default:
        if (text.substr(i, 2) == kNoCharacter && i + 2 < text.size() &&
            static_cast<unsigned char>(text[i + 2]) >= 0xBE) {
          i += 2;
        } else if (static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n') {
          out.push_back(c);
        }
    }
  }
}

std::string Escaped(std::string_view text) {
  std::string out;
  AppendEscaped(out, text);
  return out;
}

}  // namespace ronghe::workbook
