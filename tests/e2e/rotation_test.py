"""Does the suite change its keys, also from SM4 to AES, while people work and a process dies, and lose nothing?"""

import base64
import concurrent.futures
import subprocess
import threading
import unittest

import suite
import workbook
from county import COLUMNS, MONTH_START, date, identity_number

MEMBERS = 400


class RotationTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.suite = suite.Suite()
        cls.addClassCleanup(cls.suite.close)
        cls.security = cls.suite.security()
        cls.officer = cls.suite.person(cls.security, "officer", "organization_department")
        cls.system = cls.suite.person(cls.security, "system", "system_administrator")
        county = cls.organization("测试县委", 611)
        cls.branch = cls.organization("测试党支部", 631, county["name"])
        cls.import_members(county["name"])

    @classmethod
    def organization(cls, title, kind, parent=""):
        return cls.officer.post("/v1/organizations", {"parent": parent, "organization": {
            "title": title, "kind": kind, "foundedOn": date(MONTH_START.replace(year=MONTH_START.year - 1))}})

    @classmethod
    def import_members(cls, county):
        rows = [COLUMNS] + [[f"轮换测试{order}", "男", identity_number(order), "01", "1980-01-01", "21", "正式党员", cls.branch["code"],
                             f"1990000{order:04d}", "2005-07-01", "2006-07-01", ""] for order in range(MEMBERS)]
        content = workbook.workbook(rows)
        task = cls.officer.post(f"/v1/{county}/rosterImports", {"fileName": "roster.xlsx", "size": str(len(content))})
        cls.officer.post(f"/v1/{task['name']}:upload", {"offset": "0", "content": base64.b64encode(content).decode()})
        cls.officer.post(f"/v1/{task['name']}:commit")
        suite.wait_for(lambda: cls.officer.get(f"/v1/{task['name']}")["state"].endswith("SUCCEEDED"), 60, "the import")

    def rotation(self, service="membership"):
        return self.system.get(f"/v1/services/{service}/keyRotation")

    def is_in(self, states, service="membership"):
        try:
            return self.rotation(service)["state"].endswith(states)
        except suite.Refused as away:
            if away.code not in (429, 503):  # the writers take all calls there are, or the process is away
                raise
            return False

    def done(self, service="membership"):
        return self.is_in("DONE", service)

    def phone_of(self, name):
        while True:
            try:
                return self.officer.get(f"/v1/{name}")["phone"]
            except suite.Refused as limited:  # the writers took all calls there are
                if limited.code != 429:
                    raise

    def found(self, order):
        return self.officer.post(f"/v1/{self.branch['name']}/members:search", {"identityNumber": identity_number(order)})["members"]

    def envelopes(self):
        """How many envelopes of each algorithm and version the members have."""
        rows = self.suite.sql("SELECT LEFT(HEX(identity_cipher), 6), LEFT(HEX(phone_cipher), 6), COUNT(*) FROM member GROUP BY 1, 2",
                              "ronghe_membership")
        return sorted(tuple(row) for row in rows)

    def test_keys_change_under_way(self):
        self.assertEqual(self.envelopes(), [("010001", "010001", str(MEMBERS))])
        with self.assertRaises(suite.Refused):
            self.officer.post("/v1/services/membership/keyRotation:start")
        names = [self.found(order)[0]["name"] for order in range(8)]
        stop = threading.Event()
        written = {}

        def write(name, order):
            turn = 0
            while not stop.is_set() or turn < 5:
                turn += 1
                phone = f"1991{turn % 1000:03d}{order:04d}"
                try:
                    self.officer.patch(f"/v1/{name}?updateMask=phone", {"phone": phone})
                    written[name] = phone
                except (suite.Refused, OSError):
                    pass  # while the process is away

        with concurrent.futures.ThreadPoolExecutor(8) as writers:
            for order, name in enumerate(names):
                writers.submit(write, name, order)
            # The administrator's command; the running process notices the ring by itself.
            subprocess.run([self.suite.environment["RONGHE_BUILD"] + "/bin/ronghe-membership", "--rotate_keyring",
                            self.suite.state / "secrets/membership.keyring", "--suite", "aes"], check=True)
            try:
                suite.wait_for(lambda: self.is_in(("RUNNING", "DONE")), 30, "the rotation to begin")
                self.suite.kill("membership")
                self.suite.restart("membership")
                suite.wait_for(self.done, 60, "the rotation to end")
            finally:
                stop.set()
        now = self.rotation()
        self.assertEqual([version["suite"] for version in now["versions"]], ["SUITE_SM", "SUITE_AES"])
        self.assertEqual({table["table"] for table in now["tables"]},
                         {"admission_applicant", "document", "member", "roster_import_chunk", "transfer_person"})
        self.assertEqual(self.envelopes(), [("020002", "020002", str(MEMBERS))])
        for order in range(0, MEMBERS, 37):
            self.assertEqual(self.found(order)[0]["fullName"], f"轮换测试{order}")
        for name, phone in written.items():
            self.assertEqual(self.phone_of(name), f"{phone[:3]}****{phone[-4:]}")
        # A write from before the rotation could still come in.
        with self.assertRaises(suite.Refused) as early:
            self.system.post("/v1/services/membership/keyRotation:retire", {"version": 1})
        self.assertEqual(early.exception.reason, "KEY_ROTATION_SETTLING")

        # The gateway's own secrets turn too, by the RPC; second factors still work.
        self.assertEqual(self.system.post("/v1/services/gateway/keyRotation:start")["currentVersion"], 2)
        suite.wait_for(lambda: self.done("gateway"), 60, "the gateway's rotation to end")
        suite.Client(self.suite).sign_in(self.system.login, suite.PASSWORD)


if __name__ == "__main__":
    unittest.main()
