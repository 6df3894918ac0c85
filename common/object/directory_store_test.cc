// What does a directory keep, and what does a crash leave of it?
#include "common/object/directory_store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::object {
namespace {

namespace fs = std::filesystem;

// The content of `bytes`, given `part` bytes at a time.
Content ContentOf(const std::string& bytes, size_t part = kPartBytes) {
  auto content =
      Describe(static_cast<int64_t>(bytes.size()),
               [bytes, part](int64_t offset, size_t limit) -> absl::StatusOr<std::string> {
                 return bytes.substr(static_cast<size_t>(offset), std::min(limit, part));
               });
  EXPECT_TRUE(content.ok());
  return *std::move(content);
}

class DirectoryStoreTest : public ::testing::Test {
 protected:
  DirectoryStoreTest() {
    std::string pattern = (fs::temp_directory_path() / "objects-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    Reopen();
  }
  ~DirectoryStoreTest() override { fs::remove_all(root_); }

  void Reopen() {
    auto store = DirectoryStore::Open(root_ + "/objects");
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  std::vector<std::string> FilesBelow(const std::string& folder) const {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(root_ + "/objects" + folder)) {
      if (entry.is_regular_file()) files.push_back(entry.path().string());
    }
    return files;
  }

  std::string root_;
  std::unique_ptr<DirectoryStore> store_;
};

TEST_F(DirectoryStoreTest, GivesBackWhatWasPutInAnyRange) {
  std::string bytes(700'001, 'x');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 >> 3);
  const Content content = ContentOf(bytes);
  ASSERT_TRUE(store_->Put(content).ok());
  ASSERT_TRUE(store_->Put(content).ok());
  EXPECT_EQ(store_->Stat(content.key)->size, 700'001);
  EXPECT_EQ(*store_->Get(content.key, 0, 700'001), bytes);
  EXPECT_EQ(*store_->Get(content.key, 699'990, 11), bytes.substr(699'990));
  EXPECT_EQ(error::Reason(store_->Get(content.key, 699'990, 12).status()), "OBJECT_DAMAGED");
  EXPECT_EQ(FilesBelow("").size(), 1u);
  struct stat info = {};
  ASSERT_EQ(stat(FilesBelow("")[0].c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(DirectoryStoreTest, DeletedIsGoneAndMayBeDeletedAgain) {
  const Content content = ContentOf("abc");
  ASSERT_TRUE(store_->Put(content).ok());
  EXPECT_TRUE(store_->Delete(content.key).ok());
  EXPECT_TRUE(store_->Delete(content.key).ok());
  EXPECT_EQ(error::Reason(store_->Stat(content.key).status()), "OBJECT_NOT_FOUND");
  EXPECT_EQ(error::Reason(store_->Get(content.key, 0, 1).status()), "OBJECT_NOT_FOUND");
}

TEST_F(DirectoryStoreTest, NothingButAKeyNamesAFile) {
  for (const char* key : {"", "../../etc/passwd", "abc", "ABCDEF",
                          "../////////////////////////////////////////////////////////////x"}) {
    EXPECT_EQ(error::Reason(store_->Get(key, 0, 1).status()), "OBJECT_KEY_INVALID") << key;
    EXPECT_EQ(error::Reason(store_->Delete(key)), "OBJECT_KEY_INVALID") << key;
  }
}

TEST_F(DirectoryStoreTest, RefusesBytesThatAreNotTheKeys) {
  Content content = ContentOf("abcd");
  content.key = ContentOf("abce").key;
  EXPECT_EQ(error::Reason(store_->Put(content)), "OBJECT_DAMAGED");
  content.size = 5;  // more than there is
  EXPECT_EQ(error::Reason(store_->Put(content)), "OBJECT_DAMAGED");
  EXPECT_TRUE(FilesBelow("").empty());
}

TEST_F(DirectoryStoreTest, APartOfAnObjectIsNeverSeenWhereverThePutDies) {
  const std::string bytes(10'000, 'y');
  const Content content = ContentOf(bytes, 1000);
  for (const auto& [step, at] : std::vector<std::pair<std::string, int>>{
           {"part", 1}, {"part", 5}, {"part", 10}, {"written", 1}}) {
    int seen = 0;
    store_->set_after_step([&](std::string_view now) {
      return now == step && ++seen == at ? absl::AbortedError("killed") : absl::OkStatus();
    });
    EXPECT_TRUE(absl::IsAborted(store_->Put(content))) << step << at;
    EXPECT_EQ(FilesBelow("/tmp").size(), 1u);
    Reopen();
    EXPECT_EQ(error::Reason(store_->Stat(content.key).status()), "OBJECT_NOT_FOUND");
    fs::remove(FilesBelow("/tmp")[0]);
  }
  // Renamed but not made durable: the next one finds it whole.
  store_->set_after_step([&](std::string_view now) {
    return now == "renamed" ? absl::AbortedError("killed") : absl::OkStatus();
  });
  EXPECT_TRUE(absl::IsAborted(store_->Put(content)));
  Reopen();
  EXPECT_TRUE(store_->Put(content).ok());
  EXPECT_EQ(*store_->Get(content.key, 0, 10'000), bytes);
}

TEST_F(DirectoryStoreTest, WhatADeadPutLeftGoesADayLater) {
  const std::string young = root_ + "/objects/tmp/young";
  const std::string old = root_ + "/objects/tmp/old";
  for (const std::string& path : {young, old}) std::ofstream(path) << "x";
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(25));
  Reopen();
  EXPECT_EQ(FilesBelow("/tmp"), std::vector<std::string>{young});
}

TEST_F(DirectoryStoreTest, AnUnreadableContentEndsThePut) {
  Content content = ContentOf("abcd");
  content.read = [](int64_t, size_t) { return absl::DataLossError("gone"); };
  EXPECT_TRUE(absl::IsDataLoss(store_->Put(content)));
  EXPECT_TRUE(FilesBelow("").empty());
}

}  // namespace
}  // namespace ronghe::object
