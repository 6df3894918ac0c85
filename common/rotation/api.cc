#include "common/rotation/api.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"

namespace ronghe::rotation {
namespace {

v1::Suite ToProto(crypto::Suite suite) {
  return suite == crypto::Suite::kSm ? v1::SUITE_SM : v1::SUITE_AES;
}

v1::TableProgress ToProto(const RotationRow& row) {
  v1::TableProgress progress;
  progress.set_table(row.sealed_table);
  progress.set_total(row.total);
  progress.set_seen(row.seen);
  progress.set_resealed(row.resealed);
  progress.set_failed(row.failed);
  progress.set_pass(row.pass);
  if (row.finished) *progress.mutable_finish_time() = rpc::ToProto(*row.finished);
  return progress;
}

absl::Status RotationRunning(uint32_t version) {
  return error::Make(absl::StatusCode::kFailedPrecondition, "KEY_ROTATION_RUNNING",
                     "密钥更换尚未完成，请等它完成后再操作", {{"version", base::Cat(version)}});
}

absl::Status RotationSettling(absl::Duration rest) {
  return error::WithRetryAfter(
      error::Make(absl::StatusCode::kFailedPrecondition, "KEY_ROTATION_SETTLING",
                  "密钥更换前开始的写入可能尚未结束，请稍后再停用旧版本"),
      rest);
}

// When the rotation to the current version began.
std::optional<absl::Time> StartOf(const KeyRotation::Progress& progress) {
  std::optional<absl::Time> start;
  for (const RotationRow& row : progress.rows) {
    if (!start || row.started < *start) start = row.started;
  }
  return start;
}

}  // namespace

RotationApi::RotationApi(service::Writer& writer, KeyRotation& rotation, std::string source,
                         crypto::Suite suite, absl::Duration settle)
    : writer_(writer),
      rotation_(rotation),
      source_(std::move(source)),
      suite_(suite),
      settle_(settle) {}

absl::Status RotationApi::CheckSource(std::string_view source) const {
  if (source == source_) return absl::OkStatus();
  return error::Make(absl::StatusCode::kInvalidArgument, "SOURCE_UNKNOWN",
                     "此服务不提供所请求来源的密钥信息。");
}

std::string RotationApi::Resource(uint32_t version) const {
  return base::Cat(source_, "/keyVersions/", version);
}

absl::StatusOr<v1::KeyRotation> RotationApi::Present(sql::Session& session) {
  RONGHE_ASSIGN_OR_RETURN(const KeyRotation::Progress progress, rotation_.ProgressOf(session));
  v1::KeyRotation answer;
  answer.set_source(source_);
  answer.set_state(!progress.needed ? v1::KEY_ROTATION_STATE_NONE
                   : progress.done  ? v1::KEY_ROTATION_STATE_DONE
                                    : v1::KEY_ROTATION_STATE_RUNNING);
  answer.set_current_version(progress.version);
  for (const auto& [version, key] : rotation_.keys().ring().keys()) {
    v1::KeyVersion* const shown = answer.add_versions();
    shown->set_version(version);
    shown->set_suite(ToProto(key.suite));
  }
  for (const RotationRow& row : progress.rows) *answer.add_tables() = ToProto(row);
  if (const auto start = StartOf(progress)) *answer.mutable_start_time() = rpc::ToProto(*start);
  return answer;
}

absl::StatusOr<v1::KeyRotation> RotationApi::GetKeyRotation(
    rpc::Call& call, const v1::GetKeyRotationRequest& request) {
  RONGHE_RETURN_IF_ERROR(CheckSource(request.source()));
  return writer_.database().Read(call.deadline(),
                                 [&](sql::Session& session) { return Present(session); });
}

absl::StatusOr<v1::KeyRotation> RotationApi::StartKeyRotation(
    rpc::Call& call, const v1::StartKeyRotationRequest& request) {
  RONGHE_RETURN_IF_ERROR(CheckSource(request.source()));
  bool rotated = false;  // the transaction may run again, the key is made once
  auto answer = writer_.Write<v1::KeyRotation>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::KeyRotation> {
        RONGHE_ASSIGN_OR_RETURN(const KeyRotation::Progress progress,
                                rotation_.ProgressOf(tx.session()));
        if (!rotated && progress.needed && !progress.done) return RotationRunning(progress.version);
        if (!rotated && !call.validate_only()) {
          RONGHE_RETURN_IF_ERROR(rotation_.keys().Rotate(suite_));
          rotated = true;
        }
        tx.Audit(0, Resource(rotation_.keys().ring().current_version()));
        return Present(tx.session());
      });
  if (rotated) rotation_.Nudge();
  return answer;
}

absl::StatusOr<v1::KeyRotation> RotationApi::RetireKeyVersion(
    rpc::Call& call, const v1::RetireKeyVersionRequest& request) {
  RONGHE_RETURN_IF_ERROR(CheckSource(request.source()));
  const uint32_t current = rotation_.keys().ring().current_version();
  RONGHE_ASSIGN_OR_RETURN(const KeyRotation::Progress progress,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return rotation_.ProgressOf(session);
                          }));
  if (progress.needed && request.version() != current) {
    if (!progress.done) return RotationRunning(current);
    // Without a start there is no sealed table.
    const absl::Duration settled = call.now() - StartOf(progress).value_or(absl::InfinitePast());
    if (settled < settle_) return RotationSettling(settle_ - settled);
    RONGHE_RETURN_IF_ERROR(
        rotation_.CheckUnused(writer_.database(), request.version(), call.deadline()));
  }
  bool retired = false;  // as above
  return writer_.Write<v1::KeyRotation>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::KeyRotation> {
        if (!retired && !call.validate_only()) {
          RONGHE_RETURN_IF_ERROR(rotation_.keys().Retire(request.version()));
          retired = true;
        }
        tx.Audit(0, Resource(request.version()));
        return Present(tx.session());
      });
}

}  // namespace ronghe::rotation
