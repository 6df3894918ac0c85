#include "common/audit/head.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/testing/matchers.h"

namespace ronghe::audit {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HeadTest : public ::testing::TestWithParam<crypto::Suite> {
 protected:
  HeadTest()
      : directory_(std::filesystem::temp_directory_path() /
                   base::Cat("head_test.", crypto::HexEncode(crypto::RandomBytes(8)))) {
    std::filesystem::create_directory(directory_);
    if (GetParam() == crypto::Suite::kSm) {
      Keys(crypto::Sm2Signer::Generate());
    } else {
      Keys(crypto::Es256Signer::Generate());
    }
  }
  ~HeadTest() override { std::filesystem::remove_all(directory_); }

  template <class Signer>
  void Keys(const Signer& signer) {
    Write("key", signer.ToPem());
    ::chmod(Path("key").c_str(), 0600);
    Write("public", signer.verifier().ToPem());
  }

  std::string Path(const std::string& name) const { return (directory_ / name).string(); }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary | std::ios::trunc) << text;
  }
  std::string Read() const {
    std::ifstream file(Path("heads"), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    std::ifstream file(Path("heads"));
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  void WriteLines(const std::vector<std::string>& lines) const {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    Write("heads", text);
  }

  HeadFile File() const {
    return HeadFile(Path("heads"), "services/test",
                    HeadSigner::Load(Path("key"), GetParam()).value());
  }
  Link At(int64_t sequence) const {
    return {.sequence = sequence,
            .audit_id = 100 + sequence,
            .hash = crypto::Hash(GetParam(), base::Cat("link ", sequence)),
            .version = 2};
  }
  // Heads 1 to `count`, a minute apart.
  void Fill(int count) const {
    for (int i = 1; i <= count; ++i) {
      ASSERT_OK(File().Append(HeadKind::kHead, At(i), start_ + absl::Minutes(i)));
    }
  }
  HeadsReport Check() const {
    const auto verifier = HeadVerifier::Load(Path("public"));
    EXPECT_OK(verifier);
    auto report = CheckHeads(Path("heads"), *verifier);
    EXPECT_OK(report);
    return *std::move(report);
  }

  const std::filesystem::path directory_;
  const absl::Time start_ = absl::FromUnixSeconds(1'800'000'000);
};

TEST_P(HeadTest, LinesAreSignedAndOutliveTheProcess) {
  Fill(3);
  struct stat status = {};
  ASSERT_EQ(::stat(Path("heads").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  const HeadsReport report = Check();
  EXPECT_THAT(report.faults, IsEmpty());
  ASSERT_THAT(report.heads, SizeIs(3));
  EXPECT_EQ(report.heads[2].head.sequence, 3);
  EXPECT_EQ(report.heads[2].head.hash, At(3).hash);
  EXPECT_EQ(report.heads[2].audit_id, 103);
  EXPECT_EQ(report.heads[2].time, start_ + absl::Minutes(3));
  EXPECT_EQ(report.heads[2].suite, GetParam());
}

TEST_P(HeadTest, TheSameHeadIsNotRepeated) {
  Fill(2);
  ASSERT_OK(File().Append(HeadKind::kHead, At(2), start_ + absl::Hours(1)));
  EXPECT_THAT(Lines(), SizeIs(2));
}

TEST_P(HeadTest, EveryChangeOfALineIsNamed) {
  Fill(4);
  const std::vector<std::string> lines = Lines();
  // A digit of the sequence, of the hash, of the time, of the signature.
  for (const std::string field :
       {R"("sequence":)", R"("hash":")", R"("time":"20)", R"("signature":")"}) {
    std::vector<std::string> changed = lines;
    char& c = changed[1][changed[1].find(field) + field.size()];
    c = c == '1' ? '2' : '1';
    WriteLines(changed);
    const HeadsReport report = Check();
    ASSERT_FALSE(report.faults.empty()) << field;
    EXPECT_EQ(report.faults[0].line, 2) << field;
  }
}

TEST_P(HeadTest, ARemovedLineIsNamed) {
  Fill(4);
  std::vector<std::string> lines = Lines();
  lines.erase(lines.begin() + 1);
  WriteLines(lines);
  HeadsReport report = Check();
  ASSERT_THAT(report.faults, SizeIs(1));
  EXPECT_EQ(report.faults[0].line, 2);
  EXPECT_THAT(report.faults[0].what, HasSubstr("removed"));

  lines.erase(lines.begin());
  WriteLines(lines);
  report = Check();
  ASSERT_FALSE(report.faults.empty());
  EXPECT_EQ(report.faults[0].line, 1);
}

TEST_P(HeadTest, ExchangedAndForeignLinesAreNamed) {
  Fill(4);
  std::vector<std::string> lines = Lines();
  std::swap(lines[1], lines[2]);
  WriteLines(lines);
  EXPECT_FALSE(Check().faults.empty());

  std::swap(lines[1], lines[2]);
  WriteLines(lines);
  EXPECT_THAT(Check().faults, IsEmpty());
  if (GetParam() == crypto::Suite::kSm) {
    Write("public", crypto::Sm2Signer::Generate().verifier().ToPem());
  } else {
    Write("public", crypto::Es256Signer::Generate().verifier().ToPem());
  }
  EXPECT_THAT(Check().faults, SizeIs(4));
  EXPECT_EQ(Check().faults[0].what, "signed by another key");
}

TEST_P(HeadTest, AChainThatGotShorterShows) {
  Fill(3);
  ASSERT_OK(File().Append(HeadKind::kHead, At(2), start_ + absl::Hours(1)));
  const HeadsReport report = Check();
  ASSERT_THAT(report.faults, SizeIs(1));
  EXPECT_EQ(report.faults[0].line, 4);
  EXPECT_THAT(report.faults[0].what, HasSubstr("shorter"));
}

TEST_P(HeadTest, ALineThatACrashCutIsEndedAndVouchedFor) {
  Fill(2);
  Write("heads", Read() + R"({"kind":"head","serv)");
  EXPECT_THAT(Check().faults, SizeIs(1));
  ASSERT_OK(File().Append(HeadKind::kHead, At(3), start_ + absl::Hours(1)));
  EXPECT_THAT(Lines(), SizeIs(4));
  EXPECT_THAT(Check().faults, IsEmpty());
  EXPECT_THAT(Check().heads, SizeIs(3));
}

TEST_P(HeadTest, SeveralProcessesShareAFile) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, i] {
      const HeadFile file = File();
      for (int n = 0; n < 20; ++n) {
        EXPECT_OK(file.Append(HeadKind::kHead, At(7), start_ + absl::Minutes(i)));
        EXPECT_OK(file.Append(HeadKind::kPurge, At(3), start_ + absl::Minutes(i)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const HeadFault& fault : Check().faults) EXPECT_EQ(fault.what, "older than the line before");
}

TEST_P(HeadTest, TheNewestComeFirstPageByPage) {
  Fill(700);
  int64_t before = -1;
  int64_t expected = 700;
  while (before != 0) {
    ASSERT_OK_AND_ASSIGN(const std::vector<SignedHead> page,
                         HeadsBefore(Path("heads"), before, 64));
    ASSERT_FALSE(page.empty());
    for (const SignedHead& head : page) EXPECT_EQ(head.head.sequence, expected--);
  }
  EXPECT_EQ(expected, 0);
  before = -1;
  ASSERT_OK_AND_ASSIGN(const std::vector<SignedHead> none, HeadsBefore(Path("none"), before, 64));
  EXPECT_THAT(none, IsEmpty());
}

TEST_P(HeadTest, TheKeyMustBeOfTheSuite) {
  const crypto::Suite other =
      GetParam() == crypto::Suite::kSm ? crypto::Suite::kAes : crypto::Suite::kSm;
  EXPECT_EQ(error::Reason(HeadSigner::Load(Path("key"), other).status()), "KEY_INVALID");
  ::chmod(Path("key").c_str(), 0644);
  EXPECT_EQ(error::Reason(HeadSigner::Load(Path("key"), GetParam()).status()), "SECRET_EXPOSED");
}

INSTANTIATE_TEST_SUITE_P(Suites, HeadTest,
                         ::testing::Values(crypto::Suite::kSm, crypto::Suite::kAes),
                         [](const auto& info) {
                           return info.param == crypto::Suite::kSm ? "Sm" : "Aes";
                         });

}  // namespace
}  // namespace ronghe::audit
