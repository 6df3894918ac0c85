#include "common/trace/trace.h"

#include <thread>

#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::trace {
namespace {

constexpr char kHeader[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceTest, ReadsAndWritesTraceparent) {
  auto context = Context::Parse(kHeader);
  ASSERT_TRUE(context.ok());
  EXPECT_EQ(context->trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(context->span_id, "00f067aa0ba902b7");
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(context->ToHeader(), kHeader);
}

TEST(TraceTest, ReadsFlagsAndLaterVersions) {
  auto sampled = [](const char* header) { return Context::Parse(header).value().sampled; };
  EXPECT_FALSE(sampled("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"));
  EXPECT_FALSE(sampled("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fe"));
  EXPECT_TRUE(sampled("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0b"));
  EXPECT_TRUE(sampled("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-next"));
}

TEST(TraceTest, RefusesWhatW3cSaysToIgnore) {
  for (const char* header : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                             "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                             "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                             "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                             "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
                             "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                             "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
                             "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01"}) {
    absl::Status status = Context::Parse(header).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << header;
    EXPECT_EQ(error::Reason(status), "TRACEPARENT_INVALID") << header;
  }
}

TEST(TraceTest, ChildKeepsTheTrace) {
  Context context = Context::New();
  Context child = context.Child();
  EXPECT_EQ(child.trace_id, context.trace_id);
  EXPECT_NE(child.span_id, context.span_id);
  EXPECT_TRUE(Context::Parse(child.ToHeader()).ok());
  EXPECT_NE(Context::New().trace_id, context.trace_id);
  EXPECT_TRUE(Context().Child().empty());
  EXPECT_EQ(Context().ToHeader(), "");
}

TEST(TraceTest, ScopesNestAndBelongToTheirThread) {
  EXPECT_TRUE(Current().empty());
  Context outer = Context::New();
  {
    Scope outer_scope(outer);
    EXPECT_EQ(Current().span_id, outer.span_id);
    {
      Context inner = outer.Child();
      Scope inner_scope(inner);
      EXPECT_EQ(Current().span_id, inner.span_id);
      std::thread([] { EXPECT_TRUE(Current().empty()); }).join();
    }
    EXPECT_EQ(Current().span_id, outer.span_id);
  }
  EXPECT_TRUE(Current().empty());
}

}  // namespace
}  // namespace ronghe::trace
