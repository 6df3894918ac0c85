// How are calls about a service's keys answered?
#ifndef RONGHE_COMMON_ROTATION_API_H_
#define RONGHE_COMMON_ROTATION_API_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/bytes.h"
#include "common/rotation/key_rotation.h"
#include "common/service/write.h"
#include "ronghe/rotation/v1/key_rotation.ronghe.h"

namespace ronghe::rotation {

// How long after a rotation began a write that sealed under the older version may still come in:
// longer than the longest deadline of a write.
inline constexpr absl::Duration kSettle = absl::Minutes(2);

// Thread-safe. Each method's errors stand in key_rotation.proto.
class RotationApi : public v1::KeyRotationServiceHandler {
 public:
  // `source` is "services/membership"; `suite` is what new versions get. The references must
  // outlive it.
  RotationApi(service::Writer& writer, KeyRotation& rotation, std::string source,
              crypto::Suite suite, absl::Duration settle = kSettle);

  absl::StatusOr<v1::KeyRotation> GetKeyRotation(rpc::Call& call,
                                                 const v1::GetKeyRotationRequest& request) override;
  absl::StatusOr<v1::KeyRotation> StartKeyRotation(
      rpc::Call& call, const v1::StartKeyRotationRequest& request) override;
  absl::StatusOr<v1::KeyRotation> RetireKeyVersion(
      rpc::Call& call, const v1::RetireKeyVersionRequest& request) override;

 private:
  absl::Status CheckSource(std::string_view source) const;
  absl::StatusOr<v1::KeyRotation> Present(sql::Session& session);
  std::string Resource(uint32_t version) const;

  service::Writer& writer_;
  KeyRotation& rotation_;
  const std::string source_;
  const crypto::Suite suite_;
  const absl::Duration settle_;
};

}  // namespace ronghe::rotation

#endif  // RONGHE_COMMON_ROTATION_API_H_
