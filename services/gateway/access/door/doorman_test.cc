// Does what the doorman remembers give way at once to what has changed?
#include "services/gateway/access/door/doorman.h"

#include <gtest/gtest.h>

#include <map>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "common/testing/testing.h"
#include "services/gateway/access/domain/errors.h"

namespace ronghe::gateway::access {
namespace {

// Sessions named like their account, with the grants that the test gives them.
class Sessions : public CredentialSource {
 public:
  void Give(const std::string& account, std::vector<auth::Grant> grants) {
    const absl::MutexLock lock(&mutex_);
    grants_[account] = std::move(grants);
  }
  absl::StatusOr<Credential> BySession(std::string_view token, absl::Time) override {
    const absl::MutexLock lock(&mutex_);
    Credential credential;
    credential.principal.kind = auth::Principal::Kind::kPerson;
    credential.principal.subject = token;
    credential.principal.grants = grants_[std::string(token)];
    return credential;
  }
  void EndMoved(std::string_view, std::string_view, absl::Time) override {}
  absl::StatusOr<Credential> ByClientToken(std::string_view, std::string_view,
                                           absl::Time) override {
    return errors::SessionInvalid();
  }

 private:
  absl::Mutex mutex_;
  std::map<std::string, std::vector<auth::Grant>> grants_ ABSL_GUARDED_BY(mutex_);
};

class DoormanTest : public ::testing::Test {
 protected:
  DoormanTest() : doorman_(sessions_, server_.minter(), clock_, DoormanOptions()) {}

  VisitorOr LookUp(const std::string& account) {
    absl::Notification done;
    VisitorOr result = std::shared_ptr<const Visitor>();
    doorman_.LookUp(Doorman::Kind::kSession, account, [&](VisitorOr visitor) {
      result = std::move(visitor);
      done.Notify();
    });
    done.WaitForNotification();
    return result;
  }
  bool Known(const std::string& account) {
    return doorman_.Known(Doorman::Kind::kSession, account).has_value();
  }

  base::ManualClock clock_{absl::Now()};
  ::ronghe::testing::TestServer server_{std::vector<rpc::ServiceTable>()};
  Sessions sessions_;
  Doorman doorman_;
};

TEST_F(DoormanTest, WhoseRightsChangedIsLookedUpAgain) {
  sessions_.Give("accounts/1", {{"leader", 1}});
  sessions_.Give("accounts/2", {{"leader", 2}});
  const VisitorOr before = LookUp("accounts/1");
  ASSERT_TRUE(before.ok());
  ASSERT_TRUE(LookUp("accounts/2").ok());
  ASSERT_TRUE(Known("accounts/1"));

  sessions_.Give("accounts/1", {});
  doorman_.ForgetSubject("accounts/1");
  EXPECT_FALSE(Known("accounts/1"));
  EXPECT_TRUE(Known("accounts/2"));
  const VisitorOr after = LookUp("accounts/1");
  ASSERT_TRUE(after.ok());
  EXPECT_TRUE((*after)->credential.principal.grants.empty());
  EXPECT_NE((*after)->authorization.view(), (*before)->authorization.view());
}

TEST_F(DoormanTest, TheEndOfAGrantIsNotSleptThrough) {
  sessions_.Give("accounts/1",
                 {{"leader", 1, "", clock_.Now() + absl::Milliseconds(500)}, {"inspector", 1}});
  ASSERT_TRUE(LookUp("accounts/1").ok());
  clock_.Advance(absl::Milliseconds(499));
  EXPECT_TRUE(Known("accounts/1"));
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_FALSE(Known("accounts/1"));
}

}  // namespace
}  // namespace ronghe::gateway::access
