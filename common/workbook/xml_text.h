// How does a text stand in XML?
#ifndef RONGHE_COMMON_WORKBOOK_XML_TEXT_H_
#define RONGHE_COMMON_WORKBOOK_XML_TEXT_H_

#include <string>
#include <string_view>

namespace ronghe::workbook {

// Markup escaped, what XML can't hold left out.
void AppendEscaped(std::string& out, std::string_view text);
std::string Escaped(std::string_view text);

}  // namespace ronghe::workbook

#endif  // RONGHE_COMMON_WORKBOOK_XML_TEXT_H_
