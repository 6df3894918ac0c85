// Who plays the meeting service where a test needs decisions?
#ifndef RONGHE_SERVICES_MEMBERSHIP_TESTING_PLAYED_MOTIONS_H_
#define RONGHE_SERVICES_MEMBERSHIP_TESTING_PLAYED_MOTIONS_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/error/error.h"
#include "services/membership/api/motion_reader.h"

namespace ronghe::membership {

// Verdicts by the name of their motion. Thread-safe.
class PlayedMotions : public MotionReader {
 public:
  absl::StatusOr<MotionVerdict> Read(rpc::Call&, std::string_view motion) override {
    absl::MutexLock lock(&mutex_);
    if (const auto hidden = refused_.find(motion); hidden != refused_.end()) return hidden->second;
    const auto it = verdicts_.find(motion);
    if (it != verdicts_.end()) return it->second;
    return error::Make(absl::StatusCode::kNotFound, "MOTION_NOT_FOUND", "没有这项表决。");
  }
  // Records a motion and answers its name.
  std::string Hold(MotionVerdict verdict) {
    absl::MutexLock lock(&mutex_);
    verdict.name = absl::StrCat("meetings/1/motions/", verdicts_.size() + 1);
    return verdicts_.emplace(verdict.name, verdict).first->first;
  }
  // Whoever asks for the motion is answered `error`.
  void Refuse(const std::string& motion, absl::Status error) {
    absl::MutexLock lock(&mutex_);
    refused_[motion] = std::move(error);
  }

 private:
  absl::Mutex mutex_;
  std::map<std::string, MotionVerdict, std::less<>> verdicts_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, absl::Status, std::less<>> refused_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_TESTING_PLAYED_MOTIONS_H_
