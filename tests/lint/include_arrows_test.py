#!/usr/bin/env python3
"""Does include_arrows.py refuse what it should, and nothing else?"""

import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import include_arrows  # pylint: disable=wrong-import-position

ALLOWED = [
    ("common/sql/pool.cc", "common/base/strings.h"),
    ("common/base/civil.cc", "common/error/error.h"),
    ("services/meeting/api/meeting_api.cc", "services/meeting/store/meeting_store.h"),
    ("services/meeting/api/meeting_api.cc", "services/meeting/domain/meeting.h"),
    ("services/meeting/jobs/duty_job.cc", "services/meeting/store/duty_store.h"),
    ("services/meeting/store/duty_store.cc", "services/meeting/domain/duty.h"),
    ("services/meeting/domain/duty.cc", "services/meeting/domain/errors.h"),
    ("services/meeting/domain/duty.cc", "common/base/civil.h"),
    ("services/meeting/domain/duty.cc", "absl/status/statusor.h"),
    ("services/meeting/domain/duty_test.cc", "common/testing/matchers.h"),
    ("services/meeting/domain/duty_test.cc", "gtest/gtest.h"),
    ("services/meeting/api/meeting_api_test.cc", "services/meeting/app.h"),
    ("services/meeting/app.cc", "services/meeting/api/meeting_api.h"),
    ("services/meeting/main.cc", "services/meeting/app.h"),
    ("services/meeting/api/meeting_api.cc", "ronghe/membership/v1/member.pb.h"),
    ("services/gateway/http/server.cc", "services/gateway/transcode/router.h"),
    ("services/gateway/access/accounts.cc", "ronghe/access/v1/account.ronghe.h"),
    ("services/gateway/transcode/printer_test.cc", "ronghe/membership/v1/member.pb.h"),
]
REFUSED = [
    ("common/sql/pool.cc", "services/meeting/domain/duty.h"),
    ("common/base/civil.cc", "common/sql/pool.h"),
    ("common/error/error.cc", "common/rpc/status.h"),
    ("services/meeting/domain/duty.cc", "services/meeting/store/duty_store.h"),
    ("services/meeting/domain/duty.cc", "services/meeting/api/duty_api.h"),
    ("services/meeting/domain/duty.cc", "common/sql/session.h"),
    ("services/meeting/domain/duty.cc", "ronghe/meeting/v1/duty.pb.h"),
    ("services/meeting/domain/duty.cc", "google/protobuf/message.h"),
    ("services/meeting/domain/duty.cc", "grpcpp/grpcpp.h"),
    ("services/meeting/domain/duty_test.cc", "common/sql/session.h"),
    ("services/meeting/store/duty_store.cc", "services/meeting/api/duty_api.h"),
    ("services/meeting/jobs/duty_job.cc", "services/meeting/api/duty_api.h"),
    ("services/meeting/api/duty_api.cc", "services/meeting/jobs/duty_job.h"),
    ("services/meeting/api/duty_api.cc", "services/meeting/app.h"),
    ("services/meeting/app.cc", "services/training/app.h"),
    ("services/meeting/api/duty_api_test.cc", "services/training/domain/credit.h"),
    ("services/gateway/http/server.cc", "ronghe/membership/v1/member.pb.h"),
    ("services/gateway/app.cc", "services/membership/app.h"),
]


class IncludeArrowsTest(unittest.TestCase):
    def test_allows_what_the_table_allows(self):
        for path, include in ALLOWED:
            self.assertIsNone(include_arrows.refusal(path, include, True), (path, include))

    def test_refuses_what_the_table_refuses(self):
        for path, include in REFUSED:
            self.assertIsNotNone(include_arrows.refusal(path, include, True), (path, include))

    def test_names_file_and_line(self):
        with tempfile.TemporaryDirectory() as root:
            folder = os.path.join(root, "services", "meeting", "domain")
            os.makedirs(folder)
            os.makedirs(os.path.join(root, "common"))
            with open(os.path.join(folder, "duty.cc"), "w", encoding="utf-8") as source:
                source.write('#include <vector>\n\n  #  include "common/sql/session.h"\n')
            result = subprocess.run([sys.executable, include_arrows.__file__, root],
                                    capture_output=True, text=True, check=False)
            self.assertEqual(result.returncode, 1)
            self.assertTrue(result.stdout.startswith("services/meeting/domain/duty.cc:3: "),
                            result.stdout)


if __name__ == "__main__":
    unittest.main()
