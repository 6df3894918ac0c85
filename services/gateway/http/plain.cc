#include "services/gateway/http/plain.h"

#include <algorithm>
#include <memory>
#include <typeinfo>
#include <utility>

#include "common/log/log.h"

namespace ronghe::gateway::http {

bool HeaderSafe(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
  });
}

// Deletes itself when it has run.
class PlainPool::Task final : public rpc::WorkerPool::Task {
 public:
  Task(PlainPool& pool, PlainRequest request, Done done)
      : pool_(pool), request_(std::move(request)), done_(std::move(done)) {}

  void RunTask() override {
    const std::unique_ptr<Task> self(this);
    PlainResponse response = Answer();
    pool_.running_.fetch_sub(1);
    done_(std::move(response));
  }

 private:
  PlainResponse Answer() {
    // Handlers use libraries that throw; one request must not end the process.
    try {
      return pool_.handler_.Handle(request_);
    } catch (const std::exception& e) {
      log::Error("plain_handler_threw", {{"path", request_.path}, {"type", typeid(e).name()}});
      return {.status = 500, .content_type = {}, .headers = {}, .body = {}};
    }
  }

  PlainPool& pool_;
  const PlainRequest request_;
  const Done done_;
};

bool PlainPool::Run(PlainRequest request, Done done) {
  if (running_.fetch_add(1) >= most_) {
    running_.fetch_sub(1);
    return false;
  }
  pool_.Submit(new Task(*this, std::move(request), std::move(done)));
  return true;
}

}  // namespace ronghe::gateway::http
