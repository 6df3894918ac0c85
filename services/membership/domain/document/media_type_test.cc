#include "services/membership/domain/document/media_type.h"

#include <string>

#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

TEST(MediaTypeTest, OnlyTheListedAreTaken) {
  EXPECT_EQ(MediaTypeOf("application/pdf"), MediaType::kPdf);
  EXPECT_EQ(MediaTypeOf("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            MediaType::kXlsx);
  for (const char* name : {"", "text/html", "image/svg+xml", "application/msword",
                           "application/vnd.ms-word.document.macroEnabled.12", "APPLICATION/PDF"}) {
    EXPECT_EQ(MediaTypeOf(name), std::nullopt) << name;
  }
}

TEST(MediaTypeTest, EachIsKnownByItsFirstBytes) {
  EXPECT_TRUE(BeginsAs(MediaType::kPdf, "%PDF-1.7\n"));
  EXPECT_TRUE(BeginsAs(MediaType::kJpeg, "\xFF\xD8\xFF\xE0"));
  EXPECT_TRUE(BeginsAs(MediaType::kPng, "\x89PNG\r\n\x1A\n...."));
  EXPECT_TRUE(BeginsAs(MediaType::kDocx, std::string("PK\x03\x04....")));
  EXPECT_FALSE(BeginsAs(MediaType::kPdf, "PK\x03\x04"));
  EXPECT_FALSE(BeginsAs(MediaType::kPng, "\x89PNG"));
  EXPECT_FALSE(BeginsAs(MediaType::kDocx, "\xD0\xCF\x11\xE0"));
  EXPECT_FALSE(BeginsAs(MediaType::kJpeg, ""));
  EXPECT_FALSE(BeginsAs(MediaType::kJpeg, "<script>"));
}

}  // namespace
}  // namespace ronghe::membership
