#include "common/crypto/aead.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace ronghe::crypto::internal {
namespace {

struct Vector {
  const char* name;
  Suite suite;
  const char* key;
  const char* iv;
  const char* aad;
  const char* plain;
  const char* ciphertext;
  const char* tag;
};

const Vector kVectors[] = {
    {"RFC 8998 A.1, SM4-GCM", Suite::kSm, "0123456789abcdeffedcba9876543210",
     "00001234567800000000abcd", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
     "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
     "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
     "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
     "83de3541e4c2b58177e065a9bf7b62ec"},
    {"GCM specification, test case 16, AES-256", Suite::kAes,
     "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
     "76fc6ece0f4e1768cddf8853bb2d551b"},
    {"GCM specification, test case 13, AES-256, nothing to encrypt", Suite::kAes,
     "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
};

std::string Hex(const char* text) { return absl::HexStringToBytes(text); }

TEST(AeadTest, GivesThePublishedCiphertexts) {
  for (const Vector& v : kVectors) {
    auto aead = Aead::Create(v.suite, Hex(v.key));
    ASSERT_NE(aead, nullptr) << v.name;
    std::string plain = Hex(v.plain);
    std::string ciphertext(plain.size(), '\0');
    std::string tag(kTagBytes, '\0');
    // Twice: the second run uses a context that has been used before.
    for (int run = 0; run < 2; ++run) {
      ASSERT_TRUE(aead->Seal(Hex(v.iv), Hex(v.aad), plain, ciphertext.data(), tag.data()));
      EXPECT_EQ(absl::BytesToHexString(ciphertext), v.ciphertext) << v.name;
      EXPECT_EQ(absl::BytesToHexString(tag), v.tag) << v.name;
      std::string opened(plain.size(), '\0');
      ASSERT_TRUE(aead->Open(Hex(v.iv), Hex(v.aad), ciphertext, tag, opened.data())) << v.name;
      EXPECT_EQ(opened, plain);
    }
  }
}

TEST(AeadTest, AFailedOpenLeavesZerosAndAWorkingCipher) {
  for (Suite suite : {Suite::kSm, Suite::kAes}) {
    auto aead = Aead::Create(suite, std::string(KeyBytes(suite), 'k'));
    std::string iv(kIvBytes, 'i');
    std::string ciphertext(20, '\0');
    std::string tag(kTagBytes, '\0');
    std::string plain = "11010519491231002Xab";
    ASSERT_TRUE(aead->Seal(iv, "place", plain, ciphertext.data(), tag.data()));
    std::string opened(20, 'x');
    EXPECT_FALSE(aead->Open(iv, "elsewhere", ciphertext, tag, opened.data()));
    EXPECT_EQ(opened, std::string(20, '\0'));
    EXPECT_FALSE(aead->Open(iv, "place", ciphertext, tag.substr(1), opened.data()));
    EXPECT_TRUE(aead->Open(iv, "place", ciphertext, tag, opened.data()));
    EXPECT_EQ(opened, plain);
  }
}

TEST(AeadTest, RefusesKeysOfAnotherLength) {
  EXPECT_EQ(Aead::Create(Suite::kSm, std::string(32, 'k')), nullptr);
  EXPECT_EQ(Aead::Create(Suite::kAes, std::string(16, 'k')), nullptr);
  EXPECT_EQ(Aead::Create(Suite::kSm, ""), nullptr);
}

TEST(AeadTest, ManyThreadsShareOneCipher) {
  for (Suite suite : {Suite::kSm, Suite::kAes}) {
    auto aead = Aead::Create(suite, std::string(KeyBytes(suite), 'k'));
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 24; ++t) {
      threads.emplace_back([&, t] {
        std::string plain(18, static_cast<char>('a' + t));
        std::string ciphertext(plain.size(), '\0');
        std::string opened(plain.size(), '\0');
        std::string tag(kTagBytes, '\0');
        for (int i = 0; i < 500; ++i) {
          std::string iv(kIvBytes, static_cast<char>(i));
          if (!aead->Seal(iv, "a", plain, ciphertext.data(), tag.data()) ||
              !aead->Open(iv, "a", ciphertext, tag, opened.data()) || opened != plain) {
            ++wrong;
          }
        }
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
  }
}

}  // namespace
}  // namespace ronghe::crypto::internal
