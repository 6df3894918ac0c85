"""Does the demo fill every area of membership, through the accounts that would act, and change nothing when it is run again?"""

import subprocess
import sys
import unittest

import suite

PASSWORD = "Demo-2026-ronghe"
RAISED = 180  # seconds: the job that raises reminders comes every minute
MEMBERS = 600  # a town: everything but transfers to another one

# What each list shows to whom: (account, path below the town or its first old branch, field).
LISTS = [
    ("county", "/v1/{town}/findings?pageSize=50", "findings"),
    ("county", "/v1/{town}/partyWorkers?pageSize=50", "partyWorkers"),
    ("county", "/v1/{town}/posts", "posts"),
    ("county", "/v1/{town}/units", "units"),
    ("county", "/v1/{town}/statisticsReports", "statisticsReports"),
    ("county", "/v1/{town}/suspensionCases?pageSize=50", "cases"),
    ("county", "/v1/{town}/dispositionCases?pageSize=50", "cases"),
    ("county", "/v1/{town}/disciplines?pageSize=50", "disciplines"),
    ("county", "/v1/{town}/overlays?kind=OVERLAY_KIND_FLOATING", "overlays"),
    ("county", "/v1/{town}/duesArrears?pageSize=50", "arrears"),
    ("county", "/v1/{town}/remittances", "remittances"),
    ("county", "/v1/{town}/duesReductions", "reductions"),
    ("county", "/v1/{town}/fundRequests", "requests"),
    ("county", "/v1/{town}/fiftyYearMembers?pageSize=50", "members"),
    ("county", "/v1/{branch}/ledgerExports", "ledgerExports"),
    ("branch", "/v1/{branch}/terms", "terms"),
    ("branch", "/v1/{branch}/standingUnits", "organizationUnits"),
    ("branch", "/v1/{branch}/careRecords", "records"),
    ("branch", "/v1/{branch}/honours", "honours"),
    ("branch", "/v1/{branch}/rolePosts", "rolePosts"),
    ("branch", "/v1/{branch}/duesPayments", "payments"),
]

# What stands in whose inbox: the branch acts, the committee above is told and asked.
INBOXES = {"branch": {"due", "overdue", "possible"}, "county": {"overdue", "escalated", "waiting"}}

STATES = {"APPLIED", "TALKED", "ACTIVIST", "NOTICE_OPEN", "CANDIDATE", "PRE_REVIEWED", "BRANCH_PASSED", "PROBATIONARY",
          "PROBATION_EXTENDED", "ARCHIVED", "DISQUALIFIED", "CLOSED"}


class Demo(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.suite = suite.Suite()
        cls.addClassCleanup(cls.suite.close)
        cls.load()
        cls.names = {"town": cls.people["county"].get("/v1/organizations")["organizations"][0]["name"],
                     "branch": cls.people["branch"].get("/v1/organizations")["organizations"][0]["name"]}

    @classmethod
    def load(cls):
        done = subprocess.run([suite.ROOT / "scripts/demo", "--members", str(MEMBERS)], env=cls.suite.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=1200,
                              check=False)
        if done.returncode != 0:
            raise AssertionError(f"scripts/demo:\n{done.stdout}")
        # The demo has signed in as everybody, which ended their other sessions.
        cls.people = {login: suite.Client(cls.suite).sign_in(login, PASSWORD) for login in ("county", "branch")}

    def listed(self, login, path, field):
        return self.people[login].get(path.format(**self.names)).get(field, [])

    def cases(self):
        return {case["name"]: case["state"].removeprefix("ADMISSION_STATE_")
                for case in self.people["county"].pages(f"/v1/{self.names['town']}/admissionCases?pageSize=50", "admissionCases")}

    def test_every_area_shows_something(self):
        for login, path, field in LISTS:
            with self.subTest(path):
                self.assertTrue(self.listed(login, path, field))

    def test_applicants_stand_in_every_stage(self):
        self.assertLessEqual(STATES, set(self.cases().values()))

    def test_inboxes_show_what_is_due_and_whom_it_waits_for(self):
        for login, kinds in INBOXES.items():
            with self.subTest(login):
                suite.wait_for(lambda login=login, kinds=kinds: kinds <= set(self.people[login].get("/v1/me/reminders:count")),
                               RAISED, f"{kinds} in the inbox of {login}")

    def test_run_again_it_changes_nothing(self):
        before = self.cases(), [self.listed(*one) for one in LISTS]
        self.load()
        self.assertEqual((self.cases(), [self.listed(*one) for one in LISTS]), before)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
