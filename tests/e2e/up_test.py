"""Does scripts/up do what it says: start once, say so when it runs, stop, and fail with one clear line and nothing left?"""

import socket
import subprocess
import sys
import unittest

import suite


class Up(unittest.TestCase):

    def setUp(self):
        self.suite = suite.Suite(start=False)
        self.addCleanup(self.suite.close)

    def running(self):
        return [line.split()[0] for line in self.suite.up("--status").splitlines() if " running" in line]

    def test_a_busy_port_is_named_and_nothing_is_left(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", self.suite.port("training")))
            taken.listen()
            with self.assertRaises(AssertionError) as failed:
                self.suite.up("--no-demo", "--no-build")
        self.assertRegex(str(failed.exception), rf"port {self.suite.port('training')}, meant for training, is taken")
        self.assertIn("RONGHE_BASE_PORT", str(failed.exception))
        self.assertEqual(self.running(), [])

    def test_a_database_that_does_not_start_is_named_and_nothing_is_left(self):
        (self.suite.state / "db/mysql").mkdir(parents=True)
        (self.suite.state / "db/ibdata1").write_bytes(b"spoilt")
        with self.assertRaises(AssertionError) as failed:
            self.suite.up("--no-demo", "--no-build")
        self.assertIn("the database does not start", str(failed.exception))
        self.assertEqual(self.running(), [])

    def test_data_of_ones_own_gets_no_demo(self):
        self.suite.up("--no-demo", "--no-build")
        officer = self.suite.person(self.suite.security(), "own.officer", "organization_department")
        officer.post("/v1/organizations", {"parent": "", "organization": {"title": "自己的县委", "kind": 611}})
        self.suite.up("--stop")
        self.assertNotIn("Loading the demo", self.suite.up("--no-build"))

    def test_the_state_and_the_database_are_its_owners_alone(self):
        self.suite.state.chmod(0o755)
        self.suite.up("--no-demo", "--no-build")
        self.assertEqual(self.suite.state.stat().st_mode & 0o077, 0)
        knock = subprocess.run(["mariadb", "--no-defaults", "--host=127.0.0.1", f"--port={self.suite.port('database')}", "--user=root",
                                "-e", "SELECT 1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        self.assertNotEqual(knock.returncode, 0)
        self.assertIn("Access denied", knock.stderr)

    def test_the_database_shares_no_temporary_folder(self):
        self.suite.up("--no-demo", "--no-build")
        self.assertEqual(self.suite.sql("SELECT @@tmpdir"), [[str(self.suite.state / "db")]])

    def test_starts_says_so_when_it_runs_stops_and_resets(self):
        first = self.suite.up("--no-demo", "--no-build")
        self.assertIn("ronghe is running", first)
        self.assertEqual(len(self.running()), 7)
        self.assertIn("already running", self.suite.up("--no-demo", "--no-build"))
        self.suite.up("--stop")
        self.assertEqual(self.running(), [])
        self.assertTrue((self.suite.state / "db").exists())
        self.suite.up("--reset")
        self.assertFalse((self.suite.state / "db").exists())


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
