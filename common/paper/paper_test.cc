// Does a paper hold what was put on it, as DOCX and as PDF?
#include "common/paper/paper.h"

#include <unistd.h>
#include <zip.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pugixml.hpp"

namespace ronghe::paper {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Paper Letter() {
  Paper paper{.red_head = "中共某县委组织部文件",
              .title = "关于接收预备党员的批复",
              .blocks = {},
              .watermark = "导出人 accounts/1  编号 ledgerExports/9 <&>",
              .author = "accounts/1",
              .created = absl::FromUnixSeconds(1'790'000'000)};
  paper.blocks.emplace_back(Paragraph{.text = "第一镇党委：", .indent = false});
  std::string text;
  for (int i = 0; i < 12; ++i) text += "经研究，同意接收王小明同志为中共预备党员，预备期一年。";
  paper.blocks.emplace_back(Paragraph{.text = text});
  paper.blocks.emplace_back(Paragraph{.text = "一、基本情况", .face = Face::kHeading});
  Table table{.widths = {1, 2, 1, 2}, .rows = {}};
  for (int i = 0; i < 30; ++i) {
    table.rows.push_back(
        {"姓名", "王小明𠮷", "现工作单位", "某县第一中学语文教研组（含下设各年级备课组）"});
  }
  paper.blocks.emplace_back(table);
  paper.blocks.emplace_back(CutLine{"第 001 号"});
  paper.blocks.emplace_back(Signature{"中共某县委组织部", "2026年11月23日"});
  paper.blocks.emplace_back(PageBreak{});
  paper.blocks.emplace_back(Paragraph{.text = "附件页", .align = Align::kCenter});
  return paper;
}

// The parts of an archive by name.
std::map<std::string, std::string> Unzipped(const std::string& bytes) {
  std::map<std::string, std::string> parts;
  zip_error_t error;
  zip_error_init(&error);
  zip_t* const zip = zip_open_from_source(
      zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error), ZIP_RDONLY, &error);
  EXPECT_NE(zip, nullptr);
  for (zip_int64_t i = 0; i < zip_get_num_entries(zip, 0); ++i) {
    zip_stat_t stat;
    EXPECT_EQ(zip_stat_index(zip, i, 0, &stat), 0);
    std::string content(stat.size, '\0');
    zip_file_t* const file = zip_fopen_index(zip, i, 0);
    EXPECT_EQ(zip_fread(file, content.data(), content.size()),
              static_cast<zip_int64_t>(content.size()));
    zip_fclose(file);
    parts[stat.name] = content;
  }
  zip_discard(zip);
  return parts;
}

// What pdftotext reads of a PDF, without the spaces that it guesses.
std::string TextOfPdf(const std::string& bytes) {
  std::string pattern = (std::filesystem::temp_directory_path() / "paper-XXXXXX").string();
  const int fd = mkstemp(pattern.data());
  EXPECT_GE(fd, 0);
  close(fd);
  std::ofstream(pattern, std::ios::binary) << bytes;
  std::string text;
  FILE* const pipe = popen(("pdftotext -layout " + pattern + " -").c_str(), "r");
  char buffer[4096];
  for (size_t got = 0; (got = fread(buffer, 1, sizeof(buffer), pipe)) > 0;) {
    text.append(buffer, got);
  }
  EXPECT_EQ(pclose(pipe), 0);
  std::filesystem::remove(pattern);
  std::erase(text, ' ');
  return text;
}

TEST(PaperTest, ADocxIsAPackageOfWellFormedPartsThatHoldTheTexts) {
  const auto bytes = RenderDocx(Letter());
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const auto parts = Unzipped(*bytes);
  for (const auto& [name, content] : parts) {
    pugi::xml_document document;
    EXPECT_TRUE(document.load_buffer(content.data(), content.size())) << name;
  }
  for (const char* name : {"[Content_Types].xml", "_rels/.rels", "word/document.xml",
                           "word/_rels/document.xml.rels", "word/footer2.xml"}) {
    EXPECT_TRUE(parts.contains(name)) << name;
  }
  const std::string& document = parts.at("word/document.xml");
  for (const char* text : {"中共某县委组织部文件", "关于接收预备党员的批复", "王小明𠮷",
                           "第 001 号", "2026年11月23日", "附件页"}) {
    EXPECT_THAT(document, HasSubstr(text));
  }
  EXPECT_THAT(document, HasSubstr("w:top=\"2098\""));   // 37 mm
  EXPECT_THAT(document, HasSubstr("w:left=\"1587\""));  // 28 mm
  EXPECT_THAT(document, HasSubstr("w:line=\"560\" w:lineRule=\"exact\""));
  EXPECT_THAT(document, HasSubstr("w:eastAsia=\"仿宋_GB2312\""));
  EXPECT_THAT(parts.at("word/header1.xml"), HasSubstr("ledgerExports/9 &lt;&amp;&gt;"));
  EXPECT_THAT(parts.at("word/footer1.xml"), HasSubstr("PAGE"));
  EXPECT_THAT(parts.at("docProps/core.xml"), HasSubstr("accounts/1"));
}

TEST(PaperTest, APdfHoldsTheSameOnSeveralPages) {
  const auto bytes = RenderPdf(Letter());
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_THAT(*bytes, StartsWith("%PDF-"));
  const std::string text = TextOfPdf(*bytes);
  for (const char* part : {"中共某县委组织部文件", "关于接收预备党员的批复", "王小明", "第001号",
                           "2026年11月23日", "附件页", "—1—", "—5—", "ledgerExports/9<&>"}) {
    EXPECT_TRUE(text.find(part) != std::string::npos) << part;
  }
}

TEST(PaperTest, ManyThreadsPrintAtOnce) {
  const Paper letter = Letter();
  std::vector<std::thread> threads;
  std::vector<size_t> sizes(4);
  for (size_t i = 0; i < sizes.size(); ++i) {
    threads.emplace_back([&, i] {
      const auto bytes = RenderPdf(letter);
      if (bytes.ok()) sizes[i] = bytes->size();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const size_t size : sizes) EXPECT_GT(size, 10'000u);
}

TEST(PaperTest, AnEmptyPaperIsOnePage) {
  EXPECT_TRUE(RenderDocx({}).ok());
  EXPECT_TRUE(RenderPdf({}).ok());
}

}  // namespace
}  // namespace ronghe::paper
