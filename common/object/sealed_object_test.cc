// What does whoever holds the store, but not the keys, see and achieve?
#include "common/object/sealed_object.h"

#include <map>
#include <string>

#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::object {
namespace {

// A store in memory whose objects can be tampered with.
class MemoryStore : public ObjectStore {
 public:
  absl::Status Put(const Content& content) override {
    std::string bytes;
    while (static_cast<int64_t>(bytes.size()) < content.size) {
      auto part = content.read(static_cast<int64_t>(bytes.size()), 10'007);
      if (!part.ok()) return part.status();
      bytes += *part;
    }
    objects[content.key] = bytes;
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> Get(std::string_view key, int64_t offset, int64_t size) override {
    const std::string& bytes = objects[std::string(key)];
    if (offset + size > static_cast<int64_t>(bytes.size())) return ObjectDamaged(key);
    return bytes.substr(static_cast<size_t>(offset), static_cast<size_t>(size));
  }
  absl::StatusOr<ObjectInfo> Stat(std::string_view key) override {
    return ObjectInfo{static_cast<int64_t>(objects[std::string(key)].size())};
  }
  absl::Status Delete(std::string_view key) override {
    objects.erase(std::string(key));
    return absl::OkStatus();
  }

  std::map<std::string, std::string> objects;
};

class SealedObjectTest : public ::testing::TestWithParam<crypto::Suite> {
 protected:
  SealedObjectTest() : keys_(crypto::KeyRing::ForTesting(GetParam())) {
    bytes_.resize(3 * kPieceBytes + 17);
    for (size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = static_cast<char>(i % 251);
  }

  crypto::KeyStore keys_;
  std::string bytes_;
  MemoryStore store_;
};

TEST_P(SealedObjectTest, AnyRangeIsReadAgainWithTheEnvelopeOfItsKey) {
  auto key = ObjectKey::Make(keys_, "document.key:1");
  ASSERT_TRUE(key.ok());
  const auto content = key->Seal(bytes_);
  ASSERT_TRUE(content.ok());
  EXPECT_EQ(content->size, ObjectKey::SealedSize(static_cast<int64_t>(bytes_.size())));
  ASSERT_TRUE(store_.Put(*content).ok());
  EXPECT_EQ(store_.objects[content->key].find(bytes_.substr(1000, 64)), std::string::npos);

  auto again = ObjectKey::Open(keys_, key->envelope(), "document.key:1");
  ASSERT_TRUE(again.ok());
  const auto size = static_cast<int64_t>(bytes_.size());
  for (const int64_t offset : {int64_t{0}, int64_t{1}, kPieceBytes - 1, kPieceBytes, size - 1}) {
    for (const int64_t limit : {int64_t{1}, kPieceBytes, 2 * kPieceBytes + 5, size}) {
      const auto part = again->Read(store_, content->key, size, offset, limit);
      ASSERT_TRUE(part.ok()) << part.status();
      EXPECT_EQ(*part, bytes_.substr(static_cast<size_t>(offset), static_cast<size_t>(limit)));
    }
  }
  EXPECT_EQ(*again->Read(store_, content->key, size, size, 10), "");
  EXPECT_FALSE(ObjectKey::Open(keys_, key->envelope(), "document.key:2").ok());
}

TEST_P(SealedObjectTest, TheSameBytesUnderOneKeyAreOneObjectUnderAnotherAreNot) {
  auto key = ObjectKey::Make(keys_, "a");
  auto other = ObjectKey::Make(keys_, "b");
  ASSERT_TRUE(key.ok() && other.ok());
  EXPECT_EQ(key->Seal(bytes_)->key, key->Seal(bytes_)->key);
  EXPECT_NE(key->Seal(bytes_)->key, other->Seal(bytes_)->key);
}

TEST_P(SealedObjectTest, WhateverIsDoneToAnObjectIsNoticed) {
  auto key = ObjectKey::Make(keys_, "a");
  ASSERT_TRUE(key.ok());
  const auto content = key->Seal(bytes_);
  ASSERT_TRUE(store_.Put(*content).ok());
  const auto size = static_cast<int64_t>(bytes_.size());
  const std::string good = store_.objects[content->key];
  const size_t piece = kPieceBytes + 16;
  const auto reads = [&](std::string bytes, int64_t claimed) {
    store_.objects[content->key] = std::move(bytes);
    return key->Read(store_, content->key, claimed, 0, claimed).status();
  };
  EXPECT_TRUE(reads(good, size).ok());
  std::string changed = good;
  changed[piece + 3] ^= 1;
  EXPECT_EQ(error::Reason(reads(changed, size)), "OBJECT_DAMAGED");
  std::string swapped = good.substr(piece, piece) + good.substr(0, piece) + good.substr(2 * piece);
  EXPECT_EQ(error::Reason(reads(swapped, size)), "OBJECT_DAMAGED");
  // Cut off behind a whole piece: its last piece does not say that it is the last.
  EXPECT_EQ(error::Reason(reads(good.substr(0, 2 * piece), 2 * kPieceBytes)), "OBJECT_DAMAGED");
}

TEST_P(SealedObjectTest, PartsAreTiedToTheirPlace) {
  auto key = ObjectKey::Make(keys_, "a");
  ASSERT_TRUE(key.ok());
  const auto sealed = key->SealPart("some bytes", 100);
  ASSERT_TRUE(sealed.ok());
  EXPECT_EQ(*key->OpenPart(*sealed, 100), "some bytes");
  EXPECT_EQ(error::Reason(key->OpenPart(*sealed, 0).status()), "OBJECT_DAMAGED");
  EXPECT_EQ(error::Reason(key->OpenPart("short", 0).status()), "OBJECT_DAMAGED");
  EXPECT_NE(*sealed, *key->SealPart("some bytes", 100));
}

INSTANTIATE_TEST_SUITE_P(Suites, SealedObjectTest,
                         ::testing::Values(crypto::Suite::kSm, crypto::Suite::kAes),
                         [](const auto& info) {
                           return info.param == crypto::Suite::kSm ? "Sm" : "Aes";
                         });

}  // namespace
}  // namespace ronghe::object
