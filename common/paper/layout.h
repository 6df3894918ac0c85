// Which measures and fonts do both renderers share?
#ifndef RONGHE_COMMON_PAPER_LAYOUT_H_
#define RONGHE_COMMON_PAPER_LAYOUT_H_

#include "common/paper/paper.h"

namespace ronghe::paper {

// GB/T 9704-2012, 5 and 6, in millimetres and points.
inline constexpr double kPageWidthMm = 210;
inline constexpr double kPageHeightMm = 297;
inline constexpr double kTopMm = 37;
inline constexpr double kBottomMm = 35;
inline constexpr double kLeftMm = 28;
inline constexpr double kRightMm = 26;
inline constexpr double kTextWidthMm = kPageWidthMm - kLeftMm - kRightMm;
inline constexpr double kBodyPoints = 16;
inline constexpr double kLinePoints = 28;
inline constexpr double kTitlePoints = 22;
inline constexpr double kRedHeadPoints = 36;
inline constexpr double kTablePoints = 12;
inline constexpr double kTableLinePoints = 18;
inline constexpr double kCutGapPoints = 10;  // below the line
inline constexpr double kNumberPoints = 14;
inline constexpr double kMarkPoints = 8;
// A seal's date ends four characters before the right edge.
inline constexpr double kSignatureRightPoints = 4 * kBodyPoints;

// The pitch of lines of a size: 28 pt for the body.
constexpr double LineOf(double points) {
  if (points > kBodyPoints) return points * 1.6;
  return points < kBodyPoints ? points * 1.7 : kLinePoints;
}

struct FaceFonts {
  const char* named;     // as the standard's users know it
  const char* families;  // of the PDF: the first that is installed
  const char* instead;   // of the DOCX, where the named one is missing
};

inline FaceFonts FontsOf(Face face) {
  switch (face) {
    case Face::kHeading:
      return {"黑体", "SimHei,黑体,Noto Sans CJK SC", "Noto Sans CJK SC"};
    case Face::kSubheading:
      return {"楷体_GB2312", "KaiTi_GB2312,楷体_GB2312,KaiTi,楷体,Noto Serif CJK SC",
              "Noto Serif CJK SC"};
    case Face::kTitle:
      return {"方正小标宋简体", "FZXiaoBiaoSong-B05S,方正小标宋简体,Noto Serif CJK SC",
              "Noto Serif CJK SC"};
    case Face::kBody:
      break;
  }
  return {"仿宋_GB2312", "FangSong_GB2312,仿宋_GB2312,FangSong,仿宋,Noto Serif CJK SC",
          "Noto Serif CJK SC"};
}

}  // namespace ronghe::paper

#endif  // RONGHE_COMMON_PAPER_LAYOUT_H_
