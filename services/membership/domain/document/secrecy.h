// Does a text bear a mark of secrecy (绝密, 机密, 秘密)?
//
// 保守国家秘密法 names the three levels; GB/T 9704-2012 (7.2.2) prints the level, with "★" and the
// term behind it, at the head of a document. Ordinary texts speak of secrets too (保守党的秘密), so
// a word alone is no mark within a text; a title is shorter and is taken more strictly.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DOCUMENT_SECRECY_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DOCUMENT_SECRECY_H_

#include <string_view>

namespace ronghe::membership {

// Whether a title holds the name of a level, other than in 国家秘密, 党的秘密, 工作秘密 and
// 商业秘密.
bool TitleBearsMark(std::string_view title);

// Whether a paragraph or a cell is or holds a mark: 机密★1年, 秘密★, 【绝密】, 密级：秘密, or the
// name of a level alone; spaces within don't matter.
bool TextBearsMark(std::string_view text);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DOCUMENT_SECRECY_H_
