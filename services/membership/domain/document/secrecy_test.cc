#include "services/membership/domain/document/secrecy.h"

#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

TEST(SecrecyTest, TitlesWithALevelAreRefused) {
  for (const char* title : {"绝密", "机密★1年 政审材料", "关于王某的秘密报告", "【机 密】会议纪要",
                            "国家秘密和机密清单", "秘\u3000密"}) {
    EXPECT_TRUE(TitleBearsMark(title)) << title;
  }
  for (const char* title :
       {"政治审查综合材料", "保密承诺书", "保守党的秘密承诺书", "国家秘密载体管理学习心得",
        "商业秘密保护培训签到表", "密封袋照片", ""}) {
    EXPECT_FALSE(TitleBearsMark(title)) << title;
  }
}

TEST(SecrecyTest, TextsWithAMarkAreRefusedOthersMaySpeakOfSecrets) {
  for (const char* text : {"机密★1年", "秘密★", "绝密", "【秘密】", "密级：机密", "密级:秘 密",
                           "\u3000秘\u3000密\u3000", "（机密）", "文号 机密★长期"}) {
    EXPECT_TRUE(TextBearsMark(text)) << text;
  }
  for (const char* text : {"拥护党的纲领，遵守党的章程，履行党员义务，执行党的决定，严守党的纪律，"
                           "保守党的秘密，对党忠诚",
                           "秘密书写选票", "机密文件不得带出", "密级", "★", ""}) {
    EXPECT_FALSE(TextBearsMark(text)) << text;
  }
}

}  // namespace
}  // namespace ronghe::membership
