#include "common/crypto/aead.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <atomic>
#include <functional>
#include <thread>
#include <utility>

#include "common/crypto/gcrypt_init.h"

namespace ronghe::crypto::internal {
namespace {

// Keeps up to kSlots idle objects of a kind. Taking and giving back are a few atomic exchanges; a
// thread starts at a slot of its own, so threads seldom meet.
template <class T, void (*Free)(T*)>
class Pool {
 public:
  ~Pool() {
    for (auto& slot : slots_) Discard(slot.load());
  }

  // nullptr if none is idle.
  T* Take() {
    for (size_t i = 0; i < kSlots; ++i) {
      if (T* taken = Slot(i).exchange(nullptr, std::memory_order_acquire)) return taken;
    }
    return nullptr;
  }

  void Give(T* object) {
    for (size_t i = 0; i < kSlots; ++i) {
      T* expected = nullptr;
      if (Slot(i).compare_exchange_strong(expected, object, std::memory_order_release,
                                          std::memory_order_relaxed)) {
        return;
      }
    }
    Discard(object);
  }

  static void Discard(T* object) {
    if (object != nullptr) Free(object);
  }

 private:
  static constexpr size_t kSlots = 16;

  std::atomic<T*>& Slot(size_t i) {
    thread_local const size_t start = std::hash<std::thread::id>()(std::this_thread::get_id());
    return slots_[(start + i) % kSlots];
  }

  std::array<std::atomic<T*>, kSlots> slots_ = {};
};

void CloseGcrypt(gcry_cipher_handle* handle) { gcry_cipher_close(handle); }

class Sm4Gcm : public Aead {
 public:
  explicit Sm4Gcm(std::string_view key) : key_(key) { EnsureGcrypt(); }

  bool Seal(std::string_view iv, std::string_view aad, std::string_view plain, char* ciphertext,
            char* tag) override {
    gcry_cipher_hd_t handle = Ready(iv, aad);
    if (handle == nullptr) return false;
    bool ok =
        gcry_cipher_encrypt(handle, ciphertext, plain.size(), plain.data(), plain.size()) == 0 &&
        gcry_cipher_gettag(handle, tag, kTagBytes) == 0;
    GiveBack(handle, ok);
    return ok;
  }

  bool Open(std::string_view iv, std::string_view aad, std::string_view ciphertext,
            std::string_view tag, char* plain) override {
    gcry_cipher_hd_t handle = Ready(iv, aad);
    if (handle == nullptr) return false;
    bool ok = gcry_cipher_decrypt(handle, plain, ciphertext.size(), ciphertext.data(),
                                  ciphertext.size()) == 0 &&
              gcry_cipher_checktag(handle, tag.data(), tag.size()) == 0;
    if (!ok) OPENSSL_cleanse(plain, ciphertext.size());
    GiveBack(handle, true);
    return ok;
  }

 private:
  using Handles = Pool<gcry_cipher_handle, &CloseGcrypt>;

  gcry_cipher_hd_t Ready(std::string_view iv, std::string_view aad) {
    gcry_cipher_hd_t handle = handles_.Take();
    if (handle == nullptr &&
        (gcry_cipher_open(&handle, GCRY_CIPHER_SM4, GCRY_CIPHER_MODE_GCM, 0) != 0 ||
         gcry_cipher_setkey(handle, key_.view().data(), key_.view().size()) != 0)) {
      Handles::Discard(handle);
      return nullptr;
    }
    if (gcry_cipher_reset(handle) != 0 || gcry_cipher_setiv(handle, iv.data(), iv.size()) != 0 ||
        gcry_cipher_authenticate(handle, aad.data(), aad.size()) != 0) {
      Handles::Discard(handle);
      return nullptr;
    }
    return handle;
  }

  void GiveBack(gcry_cipher_hd_t handle, bool ok) {
    if (ok) {
      handles_.Give(handle);
    } else {
      Handles::Discard(handle);
    }
  }

  Secret key_;
  Handles handles_;
};

class Aes256Gcm : public Aead {
 public:
  explicit Aes256Gcm(std::string_view key) : key_(key) {}

  bool Seal(std::string_view iv, std::string_view aad, std::string_view plain, char* ciphertext,
            char* tag) override {
    EVP_CIPHER_CTX* context = seal_.Take();
    if (context == nullptr) context = New(1);
    if (context == nullptr) return false;
    int length = 0;
    bool ok = EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, Bytes(iv), 1) == 1 &&
              Authenticate(context, aad) && Update(context, plain, ciphertext) &&
              EVP_CipherFinal_ex(context, nullptr, &length) == 1 &&
              EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) == 1;
    if (ok) {
      seal_.Give(context);
    } else {
      Contexts::Discard(context);
    }
    return ok;
  }

  bool Open(std::string_view iv, std::string_view aad, std::string_view ciphertext,
            std::string_view tag, char* plain) override {
    if (tag.size() != kTagBytes) return false;
    EVP_CIPHER_CTX* context = open_.Take();
    if (context == nullptr) context = New(0);
    if (context == nullptr) return false;
    int length = 0;
    bool ok = EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, Bytes(iv), 0) == 1 &&
              Authenticate(context, aad) && Update(context, ciphertext, plain) &&
              EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes,
                                  const_cast<char*>(tag.data())) == 1 &&
              EVP_CipherFinal_ex(context, nullptr, &length) == 1;
    if (!ok) OPENSSL_cleanse(plain, ciphertext.size());
    open_.Give(context);
    return ok;
  }

 private:
  using Contexts = Pool<EVP_CIPHER_CTX, &EVP_CIPHER_CTX_free>;

  static const unsigned char* Bytes(std::string_view s) {
    return reinterpret_cast<const unsigned char*>(s.data());
  }

  static bool Authenticate(EVP_CIPHER_CTX* context, std::string_view aad) {
    int length = 0;
    return aad.empty() || EVP_CipherUpdate(context, nullptr, &length, Bytes(aad),
                                           static_cast<int>(aad.size())) == 1;
  }

  static bool Update(EVP_CIPHER_CTX* context, std::string_view in, char* out) {
    int length = 0;
    return in.empty() || EVP_CipherUpdate(context, reinterpret_cast<unsigned char*>(out), &length,
                                          Bytes(in), static_cast<int>(in.size())) == 1;
  }

  EVP_CIPHER_CTX* New(int encrypt) {
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    if (context != nullptr && EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nullptr,
                                                Bytes(key_.view()), nullptr, encrypt) != 1) {
      EVP_CIPHER_CTX_free(context);
      return nullptr;
    }
    return context;
  }

  Secret key_;
  Contexts seal_;
  Contexts open_;
};

}  // namespace

std::unique_ptr<Aead> Aead::Create(Suite suite, std::string_view key) {
  if (key.size() != KeyBytes(suite)) return nullptr;
  if (suite == Suite::kSm) return std::make_unique<Sm4Gcm>(key);
  return std::make_unique<Aes256Gcm>(key);
}

}  // namespace ronghe::crypto::internal
