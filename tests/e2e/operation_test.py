"""Does every process of a running suite tell of its jobs, its events and its rules, and to whom it should only?"""

import sys
import unittest

import suite

SERVICES = ("membership", "meeting", "training", "evaluation", "gateway")
# Who follows membership's events; the main follower has no name.
FOLLOWERS = {"membership": [], "meeting": [""], "training": ["", "accounts"], "evaluation": [""], "gateway": [""]}
RULES = {"membership": "admission", "meeting": "branch-work", "training": "train.hours", "evaluation": "audit_retention",
         "gateway": "login_policy"}


class Operation(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.suite = suite.Suite()
        cls.addClassCleanup(cls.suite.close)
        security = cls.suite.security()
        cls.system = cls.suite.person(security, "system", "system_administrator")
        cls.officer = cls.suite.person(security, "own.officer", "organization_department")

    def test_jobs_run_under_a_lease(self):
        for service in SERVICES:
            with self.subTest(service):
                publish = lambda: next(job for job in self.system.get(f"/v1/services/{service}/jobs")["jobs"]  # pylint: disable=cell-var-from-loop
                                       if job["name"] == "event.publish")
                suite.wait_for(lambda: int(publish().get("succeeded", "0")) > 0, 20, f"a run in {service}")  # pylint: disable=cell-var-from-loop
                job = publish()
                self.assertTrue(job["leaseHeldHere"])
                self.assertIn("leaseEndTime", job)
                self.assertIn("lastSuccessTime", job)

    def test_events_are_followed(self):
        self.officer.post("/v1/organizations", {"parent": "", "organization": {"title": "自己的县委", "kind": 611}})
        newest = lambda: int(self.system.get("/v1/services/membership/eventLag")["outbox"].get("newestSequence", "0"))
        suite.wait_for(newest, 20, "an event of membership")
        for service, followers in FOLLOWERS.items():
            with self.subTest(service):
                lag = lambda: self.system.get(f"/v1/services/{service}/eventLag")  # pylint: disable=cell-var-from-loop
                self.assertEqual([feed.get("consumer", "") for feed in lag().get("feeds", ())], followers)
                suite.wait_for(lambda: all(int(feed.get("newestSequence", "0")) >= newest() and not int(feed.get("lagEvents", "0"))
                                           for feed in lag().get("feeds", ())), 20, f"{service} to follow")  # pylint: disable=cell-var-from-loop

    def test_rules_are_read_by_everybody(self):
        for service, name in RULES.items():
            with self.subTest(service):
                sets = self.officer.get(f"/v1/services/{service}/ruleSets")["ruleSets"]
                found = next(rules for rules in sets if rules["ruleSet"] == name)
                self.assertNotIn("rules", found)
                whole = self.officer.get(f"/v1/{found['name']}")
                self.assertEqual(len(whole["rules"]), whole["ruleCount"])

    def test_others_do_not_watch_the_work(self):
        for what in ("jobs", "eventLag"):
            with self.assertRaises(suite.Refused) as refused:
                self.officer.get(f"/v1/services/meeting/{what}")
            self.assertEqual(refused.exception.reason, "PERMISSION_DENIED")


if __name__ == "__main__":
    sys.exit(unittest.main())
