#include "common/crypto/key_store.h"

#include <sys/stat.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "common/crypto/field_cipher.h"
#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::crypto {
namespace {

class KeyStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "key_store_test_XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    path_ = directory_ + "/ring";
    ASSERT_TRUE(KeyRing::Generate(path_, Suite::kSm).ok());
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<KeyStore> Open() {
    return KeyStore::Open(std::make_unique<KeyFile>(path_)).value();
  }

  std::string directory_;
  std::string path_;
};

TEST_F(KeyStoreTest, ANewRingComesIntoForceAtTheNextLook) {
  auto keys = Open();
  FieldCipher cipher(*keys);
  EXPECT_EQ(FieldCipher::VersionOf(cipher.Encrypt("x", "y").value()), 1u);
  EXPECT_FALSE(keys->Refresh().value());
  ASSERT_TRUE(KeyRing::Rotate(path_, Suite::kAes).ok());
  EXPECT_TRUE(keys->Refresh().value());
  EXPECT_EQ(FieldCipher::VersionOf(cipher.Encrypt("x", "y").value()), 2u);
  EXPECT_FALSE(keys->Refresh().value());
}

TEST_F(KeyStoreTest, AValueOfANewerKeyOpensBeforeTheNextLook) {
  auto mine = Open();
  auto others = Open();
  ASSERT_TRUE(others->Rotate(Suite::kSm).ok());
  const std::string sealed = FieldCipher(*others).Encrypt("x", "y").value();
  EXPECT_EQ(FieldCipher::VersionOf(sealed), 2u);
  EXPECT_EQ(FieldCipher(*mine).Decrypt(sealed, "y").value(), "x");
}

TEST_F(KeyStoreTest, ABadRingLeavesThePresentOneInForce) {
  auto keys = Open();
  std::ofstream(path_) << "nonsense {";
  EXPECT_EQ(error::Reason(keys->Refresh().status()), "KEY_RING_INVALID");
  EXPECT_TRUE(FieldCipher(*keys).Encrypt("x", "y").ok());
  // Another index key would lose every index.
  ASSERT_TRUE(std::filesystem::remove(path_));
  ASSERT_TRUE(KeyRing::Generate(path_, Suite::kSm).ok());
  const std::string index = BlindIndex(*keys).Of("x", "y");
  EXPECT_EQ(error::Reason(keys->Refresh().status()), "KEY_RING_INVALID");
  EXPECT_EQ(BlindIndex(*keys).Of("x", "y"), index);
  ASSERT_TRUE(std::filesystem::remove(path_));
  EXPECT_EQ(error::Reason(keys->Refresh().status()), "FILE_UNREADABLE");
}

TEST_F(KeyStoreTest, ARetiredVersionOpensNothing) {
  auto keys = Open();
  FieldCipher cipher(*keys);
  const std::string old = cipher.Encrypt("x", "y").value();
  ASSERT_TRUE(keys->Rotate(Suite::kSm).ok());
  EXPECT_EQ(cipher.Decrypt(old, "y").value(), "x");
  ASSERT_TRUE(keys->Retire(1).ok());
  EXPECT_EQ(error::Reason(cipher.Decrypt(old, "y").status()), "KEY_VERSION_UNKNOWN");
}

TEST_F(KeyStoreTest, AFixedRingDoesNotRotate) {
  KeyStore keys(KeyRing::ForTesting(Suite::kSm));
  EXPECT_EQ(error::Reason(keys.Rotate(Suite::kSm)), "KEY_RING_FIXED");
  EXPECT_FALSE(keys.Refresh().value());
}

TEST_F(KeyStoreTest, ReadersGoOnWhileRingsChange) {
  auto keys = Open();
  FieldCipher cipher(*keys);
  std::atomic<bool> done{false};
  std::atomic<int> failed{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const std::string sealed = cipher.Encrypt("x", "y").value();
        if (cipher.Decrypt(sealed, "y").value_or("") != "x") ++failed;
      }
    });
  }
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(keys->Rotate(i % 2 ? Suite::kSm : Suite::kAes).ok());
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(keys->ring().current_version(), 21u);
}

TEST_F(KeyStoreTest, ProcessesThatChangeTheRingAtOnceLoseNothing) {
  std::vector<std::thread> others;
  for (int i = 0; i < 8; ++i) {
    others.emplace_back([&] { EXPECT_TRUE(KeyRing::Rotate(path_, Suite::kSm).ok()); });
  }
  for (std::thread& other : others) other.join();
  EXPECT_EQ(KeyRing::Load(path_)->current_version(), 9u);
}

}  // namespace
}  // namespace ronghe::crypto
