"""Can the audit trail of the running suite be doctored by whoever owns the database, without ronghe-audit telling?"""

import base64
import json
import subprocess
import unittest

import suite

SCHEMAS = {"membership": "ronghe_membership", "meeting": "ronghe_meeting", "training": "ronghe_training",
           "evaluation": "ronghe_evaluation", "gateway": "ronghe_access"}
SUITE = None


def setUpModule():  # pylint: disable=invalid-name
    global SUITE  # pylint: disable=global-statement
    SUITE = suite.Suite()


def tearDownModule():  # pylint: disable=invalid-name
    SUITE.close()


def root(statement, schema="ronghe_membership"):
    """What somebody with all rights on the database server does; the rows of the answer."""
    return SUITE.sql(statement, schema)


def as_user(schema, role, statement):
    """The exit code and the answer of one of a service's own users."""
    password = (SUITE.state / "secrets" / f"{schema}_{role}.password").read_text().strip()
    done = subprocess.run(["mariadb", "--no-defaults", "--host=127.0.0.1", f"--port={SUITE.port('database')}",
                           f"--user={schema}_{role}", f"--password={password}", "-e", statement, schema],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def verify(service, *source):
    """ronghe-audit's exit code and what it says, over the database unless an export is named."""
    schema = SCHEMAS[service]
    secrets = SUITE.state / "secrets"
    source = source or ("--port", str(SUITE.port("database")), "--user", f"{schema}_ro", "--schema", schema,
                        "--password_file", str(secrets / f"{schema}_ro.password"))
    build = SUITE.environment["RONGHE_BUILD"]
    done = subprocess.run([f"{build}/bin/ronghe-audit", "verify", *source, "--heads",
                           str(SUITE.state / "audit" / f"{service}.heads"), "--key", str(secrets / f"{service}.audit.pub")],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


class AuditTest(unittest.TestCase):
    """One story: people work, the auditor looks, the database's owner cheats."""

    @classmethod
    def setUpClass(cls):
        cls.security = SUITE.security()
        cls.officer = SUITE.person(cls.security, "officer", "organization_department")
        cls.auditor = SUITE.person(cls.security, "auditor", "audit_administrator")
        cls.second = SUITE.person(cls.security, "second-auditor", "audit_administrator")
        cls.county = cls.officer.post("/v1/organizations", {"organization": {
            "title": "测试县委", "kind": 611, "foundedOn": {"year": 2020, "month": 1, "day": 1}}})["name"]
        for number in range(6):
            cls.officer.post("/v1/organizations", {"parent": cls.county, "organization": {
                "title": f"第{number}党委", "kind": 611, "foundedOn": {"year": 2020, "month": 1, "day": 1}}})

    def records(self, service, query=""):
        return list(self.auditor.pages(f"/v1/services/{service}/auditRecords{query}", "records"))

    def chained(self, service):
        """The status of a chain that has a link for every record."""
        return suite.wait_for(lambda: self.status_if_chained(service), 20, f"the audit chain of {service}")

    def status_if_chained(self, service):
        status = self.auditor.get(f"/v1/services/{service}/auditChain")
        return None if int(status.get("unchained", 0)) else status

    def test_the_trail(self):
        """The steps in order; each stands on the ones before."""
        for step in (self.acts_leave_records, self.refusals_leave_records, self.searching_leaves_records,
                     self.only_the_auditor_looks, self.every_chain_verifies, self.a_chain_is_exported_and_verifies,
                     self.a_workbook_is_exported, self.the_services_cannot_doctor_it, self.the_owner_of_the_database_is_found_out):
            with self.subTest(step.__name__):
                step()

    def acts_leave_records(self):
        created = self.records("membership", "?filter.action=CreateOrganization&filter.result=RESULT_CLASS_OK")
        self.assertEqual(len(created), 7)
        for record in created:
            self.assertEqual(record["subject"], self.officer.account)
            self.assertEqual(record["method"], "/ronghe.membership.v1.OrganizationService/CreateOrganization")
            self.assertRegex(record["peer"], r"127\.0\.0\.1")
            self.assertRegex(record["traceId"], r"[0-9a-f]{32}")
            self.assertEqual(len(base64.b64decode(record["requestDigest"])), 32)
        below = self.records("membership", f"?filter.action=CreateOrganization&filter.organization={self.county}")
        self.assertEqual(len(below), 7)
        signed_in = self.records("gateway", f"?filter.action=SignIn&filter.subject={self.officer.account}")
        self.assertEqual([record["result"] for record in signed_in], ["OK"] * len(signed_in))
        self.assertRegex(signed_in[0]["peer"], r"127\.0\.0\.1")

    def refusals_leave_records(self):
        with self.assertRaises(suite.Refused):
            suite.Client(SUITE).sign_in("officer", "not-the-Password-1")
        with self.assertRaises(suite.Refused):
            self.security.post("/v1/organizations", {"organization": {"title": "不该有", "kind": 611,
                                                                      "foundedOn": {"year": 2020, "month": 1, "day": 1}}})
        with self.assertRaises(suite.Refused):
            suite.Client(SUITE, "forged-token").get("/v1/organizations")
        refused = {record["result"] for service in ("membership", "gateway")
                   for record in self.records(service, "?filter.result=RESULT_CLASS_REFUSED")}
        self.assertTrue(any(result.startswith("PERMISSION_DENIED") for result in refused), refused)
        self.assertTrue(any(result.startswith("UNAUTHENTICATED") for result in refused), refused)

    def searching_leaves_records(self):
        self.records("training", "?filter.subject=accounts/77")
        mine = self.records("training", f"?filter.action=SearchAudit&filter.subject={self.auditor.account}")
        self.assertIn("subject=accounts/77", [record.get("detail") for record in mine])

    def only_the_auditor_looks(self):
        for person in (self.officer, self.security):
            for path in ("auditRecords", "auditHeads", "auditChain"):
                with self.assertRaises(suite.Refused) as refused:
                    person.get(f"/v1/services/meeting/{path}")
                self.assertEqual(refused.exception.code, 403)

    def every_chain_verifies(self):
        for service in SCHEMAS:
            status = self.chained(service)
            self.assertEqual(status["retentionDays"], 180)
            if "sequence" in status:
                suite.wait_for((SUITE.state / "audit" / f"{service}.heads").exists, 20, f"a signed head of {service}")
                code, said = verify(service)
                self.assertEqual(code, 0, f"{service}: {said}")
                self.assertTrue(self.auditor.get(f"/v1/services/{service}/auditHeads")["heads"])

    def export(self, service, form, **criteria):
        made = self.auditor.write(f"/v1/services/{service}/auditExports", {"format": form, **criteria}, self.second)
        lines = self.auditor.get(f"/v1/{made['name']}:download", raw=True).splitlines()
        return b"".join(base64.b64decode(json.loads(line).get("content", "")) for line in lines if line)

    def a_chain_is_exported_and_verifies(self):
        file = SUITE.state / "chain.ndjson"
        file.write_bytes(self.export("membership", "AUDIT_EXPORT_FORMAT_CHAIN"))
        code, said = verify("membership", "--export", str(file))
        self.assertEqual(code, 0, said)
        file.write_text(file.read_text().replace(self.officer.account, "accounts/9", 1))
        code, said = verify("membership", "--export", str(file))
        self.assertEqual(code, 1, said)
        self.assertIn("changed: sequence=", said)

    def a_workbook_is_exported(self):
        self.assertEqual(self.export("membership", "AUDIT_EXPORT_FORMAT_XLSX", filter={"action": "CreateOrganization"})[:2], b"PK")
        self.assertTrue(self.records("membership", "?filter.action=DownloadAuditExport"))

    def the_services_cannot_doctor_it(self):
        for statement in ("UPDATE audit SET subject = 'x'", "DELETE FROM audit", "DELETE FROM audit_chain",
                          "UPDATE audit_chain SET hash = ''", "DROP TABLE audit", "TRUNCATE TABLE audit"):
            for role in ("rw", "ro"):
                code, said = as_user("ronghe_membership", role, statement)
                self.assertNotEqual(code, 0, statement)
                self.assertIn("denied", said)

    def the_owner_of_the_database_is_found_out(self):
        heads = SUITE.state / "audit" / "membership.heads"

        def last():
            return json.loads(heads.read_text().splitlines()[-1])["sequence"]

        suite.wait_for(lambda: last() >= 7, 90, "the next signed head")
        self.chained("membership")
        SUITE.kill("membership")  # nothing is added from here on
        signed = last()
        rows = dict(root("SELECT sequence, audit_id FROM audit_chain"))
        second, third, fifth = rows["2"], rows["3"], rows["5"]
        root("CREATE TABLE kept_rows AS SELECT * FROM audit; CREATE TABLE kept_links AS SELECT * FROM audit_chain")
        cases = {
            "update": (f"UPDATE audit SET subject = 'accounts/9' WHERE id = {third}", f"changed: sequence=3 id={third}"),
            "update the detail": (f"UPDATE audit SET detail = 'x' WHERE id = {third}", f"changed: sequence=3 id={third}"),
            "delete": (f"DELETE FROM audit WHERE id = {third}", f"removed: sequence=3 id={third}"),
            "delete with the link": (f"DELETE FROM audit WHERE id = {third}; DELETE FROM audit_chain WHERE sequence = 3",
                                     "removed: sequence=3 id=0"),
            "insert": (f"CREATE TEMPORARY TABLE forged AS SELECT * FROM audit WHERE id = {third}; UPDATE forged SET id = 5; "
                       "INSERT INTO audit SELECT * FROM forged", "inserted: sequence=0 id=5"),
            "truncate the end": (f"DELETE FROM audit WHERE id IN (SELECT audit_id FROM audit_chain WHERE sequence >= {signed}); "
                                 f"DELETE FROM audit_chain WHERE sequence >= {signed}", f"cut off: sequence={signed}..{signed}"),
            "truncate everything": ("DELETE FROM audit; DELETE FROM audit_chain", f"cut off: sequence=1..{signed}"),
            "reorder rows": (f"UPDATE audit SET id = -1 WHERE id = {second}; UPDATE audit SET id = {second} WHERE id = {fifth}; "
                             f"UPDATE audit SET id = {fifth} WHERE id = -1", f"reordered: sequence=2 id={second}"),
            "reorder links": ("UPDATE audit_chain SET sequence = -1 WHERE sequence = 2; "
                              "UPDATE audit_chain SET sequence = 2 WHERE sequence = 5; "
                              "UPDATE audit_chain SET sequence = 5 WHERE sequence = -1", f"reordered: sequence=5 id={second}"),
            "change a link": ("UPDATE audit_chain SET hash = REVERSE(hash) WHERE sequence = 3",
                              f"link changed: sequence=3 id={third}"),
        }
        for name, (statements, finding) in cases.items():
            with self.subTest(name):
                root(statements)
                code, said = verify("membership")
                self.assertEqual(code, 1, said)
                self.assertIn(finding, said)
                root("DELETE FROM audit; INSERT INTO audit SELECT * FROM kept_rows; "
                     "DELETE FROM audit_chain; INSERT INTO audit_chain SELECT * FROM kept_links")
                self.assertEqual(verify("membership")[0], 0)
        lines = heads.read_text().splitlines(keepends=True)
        heads.write_text("".join(lines[:-1]) + lines[-1].replace('"sequence":', '"sequence":1', 1))
        code, said = verify("membership")
        self.assertEqual(code, 1, said)
        self.assertIn("signature wrong", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
