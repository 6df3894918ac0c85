#include "common/crypto/key_ring.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/base/strings.h"
#include "common/crypto/field_cipher.h"
#include "common/crypto/key_store.h"
#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::crypto {
namespace {

class KeyRingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "key_ring_test_XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    path_ = directory_ + "/ring";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void Write(const std::string& text) {
    std::ofstream(path_) << text;
    ASSERT_EQ(chmod(path_.c_str(), 0600), 0);
  }

  std::string directory_;
  std::string path_;
};

std::string Key(size_t size) { return Base64UrlEncode(std::string(size, 'k')); }

TEST_F(KeyRingTest, AGeneratedRingLoads) {
  for (Suite suite : {Suite::kSm, Suite::kAes}) {
    std::string path = path_ + (suite == Suite::kSm ? "sm" : "aes");
    ASSERT_TRUE(KeyRing::Generate(path, suite).ok());
    struct stat info = {};
    ASSERT_EQ(stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
    auto ring = KeyRing::Load(path);
    ASSERT_TRUE(ring.ok()) << ring.status();
    EXPECT_EQ(ring->suite(), suite);
    EXPECT_EQ(ring->current_version(), 1u);
    EXPECT_EQ(ring->index_key().size(), 32u);
    EXPECT_EQ(ring->Find(1)->bytes.view().size(), suite == Suite::kSm ? 16u : 32u);
    EXPECT_EQ(ring->Find(2), nullptr);
  }
}

TEST_F(KeyRingTest, ARingIsNeverOverwritten) {
  ASSERT_TRUE(KeyRing::Generate(path_, Suite::kSm).ok());
  auto before = KeyRing::Load(path_);
  absl::Status status = KeyRing::Generate(path_, Suite::kSm);
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(error::Reason(status), "KEY_RING_EXISTS");
  EXPECT_EQ(KeyRing::Load(path_)->index_key(), before->index_key());
}

TEST_F(KeyRingTest, OldEnvelopesOpenUnderANewerCurrentKey) {
  ASSERT_TRUE(KeyRing::Generate(path_, Suite::kSm).ok());
  KeyStore old_keys(KeyRing::Load(path_).value());
  std::string old_envelope = FieldCipher(old_keys).Encrypt("13800000000", "phone:1").value();
  std::string old_index = BlindIndex(old_keys).Of("13800000000", "phone");

  ASSERT_TRUE(KeyRing::Rotate(path_, Suite::kSm).ok());
  KeyStore keys(KeyRing::Load(path_).value());
  EXPECT_EQ(keys.ring().current_version(), 2u);
  EXPECT_NE(keys.ring().Find(1)->bytes.view(), keys.ring().Find(2)->bytes.view());
  FieldCipher cipher(keys);
  EXPECT_EQ(cipher.Decrypt(old_envelope, "phone:1").value(), "13800000000");
  EXPECT_EQ(BlindIndex(keys).Of("13800000000", "phone"), old_index);

  std::string new_envelope = cipher.Encrypt("13800000000", "phone:1").value();
  EXPECT_EQ(FieldCipher::VersionOf(new_envelope), 2u);
  EXPECT_EQ(error::Reason(FieldCipher(old_keys).Decrypt(new_envelope, "phone:1").status()),
            "KEY_VERSION_UNKNOWN");
}

TEST_F(KeyRingTest, ARingMayChangeItsSuite) {
  ASSERT_TRUE(KeyRing::Generate(path_, Suite::kSm).ok());
  KeyStore before(KeyRing::Load(path_).value());
  std::string envelope = FieldCipher(before).Encrypt("x", "y").value();
  ASSERT_TRUE(KeyRing::Rotate(path_, Suite::kAes).ok());
  KeyStore after(KeyRing::Load(path_).value());
  EXPECT_EQ(after.ring().suite(), Suite::kAes);
  EXPECT_EQ(after.index_suite(), Suite::kSm);
  EXPECT_EQ(FieldCipher(after).Decrypt(envelope, "y").value(), "x");
  EXPECT_EQ(BlindIndex(after).Of("x", "y"), BlindIndex(before).Of("x", "y"));
}

TEST_F(KeyRingTest, RetiresOldVersionsOnly) {
  ASSERT_TRUE(KeyRing::Generate(path_, Suite::kSm).ok());
  EXPECT_EQ(error::Reason(KeyRing::Retire(path_, 1)), "KEY_VERSION_CURRENT");
  ASSERT_TRUE(KeyRing::Rotate(path_, Suite::kSm).ok());
  EXPECT_EQ(error::Reason(KeyRing::Retire(path_, 7)), "KEY_VERSION_UNKNOWN");
  EXPECT_TRUE(KeyRing::Retire(path_, 1).ok());
  KeyRing ring = KeyRing::Load(path_).value();
  EXPECT_EQ(ring.Find(1), nullptr);
  EXPECT_EQ(ring.current_version(), 2u);
  // A version that is gone is not used again.
  ASSERT_TRUE(KeyRing::Rotate(path_, Suite::kSm).ok());
  EXPECT_EQ(KeyRing::Load(path_)->current_version(), 3u);
}

TEST_F(KeyRingTest, AChangeThatWasKilledDoesNotBlockTheNext) {
  ASSERT_TRUE(KeyRing::Generate(path_, Suite::kSm).ok());
  std::ofstream(path_ + ".new") << "half";
  EXPECT_TRUE(KeyRing::Rotate(path_, Suite::kSm).ok());
  EXPECT_EQ(KeyRing::Load(path_)->current_version(), 2u);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
}

TEST_F(KeyRingTest, RefusesRingsThatCannotWork) {
  std::string good_key = base::Cat("keys { version: 1 suite: SUITE_SM key: \"", Key(16), "\" } ");
  std::string good_index = base::Cat("index_suite: SUITE_SM index_key: \"", Key(32), "\" ");
  Write(base::Cat("current_version: 1 ", good_key, good_index));
  ASSERT_TRUE(KeyRing::Load(path_).ok());
  for (const std::string& text :
       {base::Cat(good_key, good_index), base::Cat("current_version: 2 ", good_key, good_index),
        base::Cat("current_version: 1 ", good_key),
        base::Cat("current_version: 1 ", good_key, good_key, good_index),
        base::Cat("current_version: 1 ", good_index),
        base::Cat("current_version: 0 keys { suite: SUITE_SM key: \"", Key(16), "\" }", good_index),
        base::Cat("current_version: 1 keys { version: 1 key: \"", Key(16), "\" }", good_index),
        base::Cat("current_version: 1 keys { version: 1 suite: SUITE_SM key: \"", Key(32), "\" }",
                  good_index),
        base::Cat("current_version: 1 keys { version: 1 suite: SUITE_AES key: \"", Key(16), "\" }",
                  good_index),
        base::Cat("current_version: 1 keys { version: 1 suite: SUITE_SM key: \"!\" }", good_index),
        base::Cat("current_version: 70000 keys { version: 70000 suite: SUITE_SM key: \"", Key(16),
                  "\" }", good_index),
        base::Cat("current_version: 1 ", good_key, "index_suite: SUITE_SM index_key: \"", Key(16),
                  "\""),
        std::string("nonsense {")}) {
    Write(text);
    EXPECT_EQ(error::Reason(KeyRing::Load(path_).status()), "KEY_RING_INVALID") << text;
  }
}

TEST_F(KeyRingTest, ErrorsDoNotShowKeys) {
  Write(base::Cat("current_version: 1 keys { version: 1 suite: SUITE_SM key: \"", Key(32), "\" }"));
  std::string said = KeyRing::Load(path_).status().ToString();
  EXPECT_EQ(said.find(Key(32)), std::string::npos);
}

TEST_F(KeyRingTest, TheFileMustBePrivate) {
  ASSERT_TRUE(KeyRing::Generate(path_, Suite::kSm).ok());
  ASSERT_EQ(chmod(path_.c_str(), 0640), 0);
  EXPECT_EQ(error::Reason(KeyRing::Load(path_).status()), "SECRET_EXPOSED");
  EXPECT_EQ(error::Reason(KeyRing::Load(directory_ + "/absent").status()), "FILE_UNREADABLE");
}

}  // namespace
}  // namespace ronghe::crypto
