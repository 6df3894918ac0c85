"""Does one county's month go through the real five processes: a roster in, meetings held, hours credited, a score explained?

And when each process is killed in the middle of writing: is nothing acknowledged lost, nothing doubled?
"""

import base64
import concurrent.futures
import datetime
import json
import subprocess
import sys
import time
import unittest
import urllib.request

import suite
import workbook
from county import COLUMNS, MONTH_START, NOW, create_county, date, import_roster, roster_rows, timestamp, when


def setUpModule():
    global SUITE, SECURITY, OFFICER, APPROVER  # pylint: disable=global-statement
    SUITE = suite.Suite()
    SECURITY = SUITE.security()
    OFFICER = SUITE.person(SECURITY, "e2e-officer", "organization_department")
    APPROVER = SUITE.person(SECURITY, "e2e-approver", "committee_secretary")


def tearDownModule():
    SUITE.close()


def refusal(call):
    """The HTTP code that a call is refused with; None when it is not."""
    try:
        call()
    except suite.Refused as refused:
        return refused.code
    return None


def members_of(client, organization):
    return list(client.pages(f"/v1/{organization}/members?pageSize=200", "members"))


def record_of(client, roll, absent=0, motion=None, opened=None):
    secretary = roll[0]["name"]
    attendance = [{"member": m["name"], "presence": "PRESENCE_PRESENT"} for m in roll[:len(roll) - absent]]
    attendance += [{"member": m["name"], "presence": "PRESENCE_ABSENT", "reason": "ABSENCE_REASON_SICK", "approvedBy": secretary}
                   for m in roll[len(roll) - absent:]]
    return {"openedAt": opened or when(0), "closedAt": when(0, 2), "chair": secretary, "recorder": roll[1]["name"],
            "attendance": attendance, "agenda": [{"title": "学习讨论", "speakerCount": 4, "summary": "讨论并形成意见"}],
            "motions": [motion] if motion else [],
            "resolutions": [{"text": "落实会议意见", "owner": "支部委员会", "dueDate": date(NOW + datetime.timedelta(days=30))}],
            "signedByChair": True, "signedByRecorder": True}


def hold_meeting(client, branch, roll, kinds, key=None, **record):
    plan = client.post(f"/v1/{branch}/meetings", {"kinds": [f"MEETING_KIND_{k}" for k in kinds], "title": "支部活动", "plannedAt": when(0),
                                                 "place": "党员活动室", "mode": "MEETING_MODE_ONSITE"},
                       headers={"Idempotency-Key": f"{key}-plan"} if key else None)
    return client.post(f"/v1/{plan['name']}:submit", {"record": record_of(client, roll, **record)},
                       headers={"Idempotency-Key": f"{key}-submit"} if key else None)


class CountyMonth(unittest.TestCase):
    """The steps of the month build on each other, so they are one test with named parts."""

    def test_the_month(self):
        county = self.roster_goes_in()
        self.meetings_are_held(county)
        self.hours_are_credited(county)
        self.the_score_opens_to_its_records(county)
        self.the_roster_goes_out_with_a_watermark(county)
        self.metrics_are_clean_and_scraped()
        self.bad_input_is_refused(county)
        self.a_deputy_acts_on_behalf_of_the_secretary(county)
        self.a_transfer_ends_what_hung_on_the_old_branch(county)
        self.nothing_acknowledged_is_lost(county)

    def roster_goes_in(self):
        made = create_county(OFFICER)
        county = made["测试县委"]["name"]
        branches = {title: o for title, o in made.items() if "支部" in title}
        rows = [COLUMNS]
        for i, branch in enumerate(branches.values()):
            rows += roster_rows(branch["code"], i * 20, 10 + i)

        with self.subTest("a dry run changes nothing"):
            task = import_roster(OFFICER, county, workbook.workbook(rows), dry_run=True)
            self.assertEqual(task["rowCount"], 46)
            self.assertEqual(members_of(OFFICER, county), [])

        with self.subTest("errors come back in the workbook, row by row"):
            spoilt = [row[:] for row in rows]
            spoilt[3][2] = spoilt[3][2][:-1] + ("1" if spoilt[3][2][-1] != "1" else "2")
            task = import_roster(OFFICER, county, workbook.workbook(spoilt), dry_run=True)
            self.assertEqual(task["failedCount"], 1)
            errors = workbook.texts(base64.b64decode(OFFICER.get(f"/v1/{task['name']}/errors")["content"]))
            self.assertIn("错误原因", errors[0])

        task = import_roster(OFFICER, county, workbook.workbook(rows))
        self.assertEqual((task["state"], task["createdCount"]), ("ROSTER_IMPORT_STATE_SUCCEEDED", 46))
        counts = suite.wait_for(lambda: (lambda c: c if c.get("fullMembers") == "42" else None)(OFFICER.get(f"/v1/{county}/counts")),
                                60, "the counts to follow")
        self.assertEqual(counts["probationaryMembers"], "4")

        with self.subTest("uploading the same file again changes nothing"):
            again = import_roster(OFFICER, county, workbook.workbook(rows))
            self.assertEqual((again.get("createdCount", 0), again.get("updatedCount", 0)), (0, 0))

        with self.subTest("personal numbers are masked"):
            member = OFFICER.get(f"/v1/{members_of(OFFICER, county)[0]['name']}?view=MEMBER_VIEW_FULL")
            self.assertRegex(member["identityNumber"], r"^\d{6}\*{8}\d{3}[\dX]$")
            self.assertRegex(member["phone"], r"^\d{3}\*{4}\d{4}$")

        self.secretary = SUITE.person(SECURITY, "e2e-secretary", "branch_secretary", branches["东镇第一党支部"]["name"])
        self.town = SUITE.person(SECURITY, "e2e-town", "committee_secretary", made["东镇党委"]["name"])
        self.foreign = SUITE.person(SECURITY, "e2e-foreign", "branch_secretary", branches["西镇第一党支部"]["name"])
        return made

    def meetings_are_held(self, made):
        branch = made["东镇第一党支部"]["name"]
        roll = members_of(self.secretary, branch)
        self.assertEqual(len(roll), 10)

        with self.subTest("a general meeting with a quorum carries its motion"):
            held = hold_meeting(self.secretary, branch, roll, ["GENERAL", "THEME_DAY"], absent=2, motion={
                "text": "同意年度计划", "kind": "MOTION_KIND_GENERAL", "ballotMode": "BALLOT_MODE_HANDS", "votesFor": 8})
            self.assertEqual(held["motions"][0]["result"], "MOTION_RESULT_PASSED")
            self.assertEqual((held["shouldAttend"], held["shouldAttendVoting"]), (10, 9))

        with self.subTest("without a quorum nothing passes"):
            with self.assertRaises(suite.Refused) as refused:
                hold_meeting(self.secretary, branch, roll, ["GENERAL"], absent=7, motion={
                    "text": "强行通过", "kind": "MOTION_KIND_GENERAL", "ballotMode": "BALLOT_MODE_HANDS", "votesFor": 3,
                    "result": "MOTION_RESULT_PASSED"})
            self.assertEqual(refused.exception.code, 400)

        with self.subTest("the own branch can't accept its record, the parent can"):
            with self.assertRaises(suite.Refused) as refused:
                self.secretary.post(f"/v1/{held['name']}:accept")
            self.assertIn(refused.exception.code, (400, 403))
            self.assertEqual(self.town.post(f"/v1/{held['name']}:accept")["state"], "MEETING_STATE_ACCEPTED")

        with self.subTest("reading aloud meets no duty"):
            other = made["东镇第二党支部"]["name"]
            hold_meeting(OFFICER, other, members_of(OFFICER, other), ["READING"])

            def theme_day():
                duties = OFFICER.pages(f"/v1/{other}/duties?startDate.year={NOW.year}&startDate.month={NOW.month}&startDate.day=1", "duties")
                return next((d for d in duties if d["kind"] == "MEETING_KIND_THEME_DAY"), None)

            self.assertEqual(suite.wait_for(theme_day, 60, "the calendar to open the month")["state"], "DUTY_STATE_DUE")

        with self.subTest("the board of the county counts it"):
            rows = OFFICER.get(f"/v1/{made['测试县委']['name']}/dutyBoard")["rows"]
            theme = [r for r in rows if r["kind"] == "MEETING_KIND_THEME_DAY"]
            self.assertTrue(any(r.get("met") == "1" for r in theme), theme)

    def hours_are_credited(self, made):
        branch = made["东镇第一党支部"]["name"]
        roll = members_of(self.secretary, branch)
        year = NOW.year
        session = self.secretary.post(f"/v1/{branch}/sessions", {"title": "专题培训", "form": "02", "place": "党员活动室", "days": [
            {"date": date(MONTH_START), "unit": "HOUR_UNIT_HALF_DAY"}]})
        self.secretary.post(f"/v1/{session['name']}:recordAttendance", {"attendances": [
            {"member": m["name"], "state": "ATTENDANCE_STATE_PRESENT"} for m in roll[:8]]})

        with self.subTest("nothing is credited before the organiser confirms"):
            account_ = self.secretary.get(f"/v1/{roll[0]['name']}/hourAccounts/{year}")
            self.assertEqual(account_.get("creditedHalfHours", 0), 0)

        confirmed = self.secretary.post(f"/v1/{session['name']}:confirm")
        self.assertEqual(confirmed["creditedCount"], 8)

        with self.subTest("confirming again credits nobody twice"):
            self.secretary.post(f"/v1/{session['name']}:confirm")
            account_ = self.secretary.get(f"/v1/{roll[0]['name']}/hourAccounts/{year}")
            self.assertEqual((account_["creditedHalfHours"], account_["creditCount"]), (8, 1))

        with self.subTest("the committee owes 56 hours, the others 32"):
            roles = {}
            for member in roll:
                account_ = self.secretary.get(f"/v1/{member['name']}/hourAccounts/{year}")
                roles.setdefault(account_["requiredHalfHours"], []).append(account_["role"])
            self.assertEqual({h: len(r) for h, r in roles.items()}, {112: 4, 64: 6})

        with self.subTest("coverage and the short of the county"):
            def covered():
                coverage = OFFICER.get(f"/v1/{made['测试县委']['name']}/hourCoverage?year={year}")
                return (coverage.get("coveredCount"), coverage.get("dueCount")) == ("8", "46")

            suite.wait_for(covered, 60, "the hours of 8 of 46 to be counted")
            short = list(OFFICER.pages(f"/v1/{made['测试县委']['name']}/hourShortfalls?year={year}&pageSize=20", "shortfalls"))
            self.assertEqual(len(short), 46)

    def the_score_opens_to_its_records(self, made):
        county = made["测试县委"]["name"]
        text = (suite.ROOT / "services/evaluation/domain/schemes/x1_2026.textproto").read_text()
        scheme = OFFICER.post("/v1/schemes", {"organization": county, "text": text})
        OFFICER.write(f"/v1/{scheme['name']}:publish", {}, APPROVER)
        with self.subTest("the approval stands in the service's list as used"):
            used = list(APPROVER.pages("/v1/services/evaluation/approvals?state=APPROVAL_STATE_USED", "approvals"))
            self.assertEqual([a["resource"] for a in used], [scheme["name"]])
            self.assertEqual((used[0]["requester"], used[0]["decider"]), (OFFICER.account, APPROVER.account))
        digests = []
        for _ in range(2):
            made_round = OFFICER.post("/v1/rounds", {"title": "月度评定", "scheme": scheme["name"], "organization": county,
                "startDate": date(MONTH_START), "endDate": date(NOW + datetime.timedelta(days=1))})
            OFFICER.post(f"/v1/{made_round['name']}:start")

            def scored(name=made_round["name"]):
                now = OFFICER.get(f"/v1/{name}")
                self.assertFalse(now.get("failure"), now)
                return now if now["state"] == "ROUND_STATE_SCORED" else None

            done = suite.wait_for(scored, 60, "the round to be scored")
            digests.append((done["factsDigest"], done["resultsDigest"]))
        with self.subTest("the same facts and scheme give the same bytes"):
            self.assertEqual(digests[0], digests[1])
        OFFICER.post(f"/v1/{made_round['name']}:publish")

        scores = list(OFFICER.pages(f"/v1/{made_round['name']}/scores", "scores"))
        self.assertEqual(len(scores), 4)
        mine = next(s for s in scores if s["organization"] == made["东镇第一党支部"]["name"])
        explained = self.secretary.get(f"/v1/{mine['name']}:explain")
        system = [i for i in explained["items"] if i.get("source", "").endswith("SYSTEM")]
        self.assertGreaterEqual(len(system), 8)
        with self.subTest("every point opens to the records behind it"):
            opened = 0
            for item in system:
                answer = self.secretary.get(f"/v1/{mine['name']}:listEvidence?item={item['code']}")
                opened += len(answer.get("records", []))
            self.assertGreater(opened, 0)

    def the_roster_goes_out_with_a_watermark(self, made):
        county = made["测试县委"]["name"]
        body = {"purpose": "statistics"}
        with self.subTest("a trial asks nobody"):
            OFFICER.call("POST", f"/v1/{county}/memberExports", body, headers={"X-Ronghe-Validate-Only": "true"})
            self.assertEqual(APPROVER.get("/v1/services/membership/approvals").get("approvals", []), [])
        export = OFFICER.write(f"/v1/{county}/memberExports", body, APPROVER)
        lines = OFFICER.call("GET", f"/v1/{export['name']}:download", raw=True).splitlines()
        parts = [json.loads(line) for line in lines]
        rows = workbook.texts(b"".join(base64.b64decode(part.get("content", "")) for part in parts))
        with self.subTest("who, when, what for, under which export"):
            for word in (OFFICER.account, NOW.strftime("%Y-%m-"), "statistics", export["name"], "已脱敏"):
                self.assertIn(word, rows[0][0])
        with self.subTest("every member once, no number in full"):
            self.assertEqual(len(rows) - 2, int(parts[-1]["rowCount"]))
            self.assertEqual(len(rows) - 2, len(members_of(OFFICER, county)))
            for row in rows[2:]:
                self.assertRegex(row[2], r"^\d{6}\*{8}\d{3}[\dX]$")
        with self.subTest("nobody else may take it"):
            self.assertEqual(refusal(lambda: APPROVER.call("GET", f"/v1/{export['name']}:download", raw=True)), 403)

    def metrics_are_clean_and_scraped(self):
        for name in suite.SERVICES:
            with self.subTest(f"promtool on {name}"):
                with urllib.request.urlopen(f"http://127.0.0.1:{SUITE.port(name + '-admin')}/metrics", timeout=5) as answer:
                    metrics = answer.read()
                for family in (b"grpc_server_started_total", b"ronghe_build_info", b"process_cpu_seconds_total"):
                    self.assertIn(family, metrics)
                check = subprocess.run(["promtool", "check", "metrics"], input=metrics, capture_output=True, check=False)
                self.assertEqual((check.returncode, check.stderr.decode()), (0, ""))

        def all_up():
            with urllib.request.urlopen(f"http://127.0.0.1:{SUITE.port('prometheus')}/api/v1/targets", timeout=5) as answer:
                targets = json.load(answer)["data"]["activeTargets"]
            return len(targets) == 5 and all(t["health"] == "up" for t in targets)

        suite.wait_for(all_up, 60, "Prometheus to find all five up")

    def bad_input_is_refused(self, made):
        branch = made["东镇第一党支部"]["name"]
        member = members_of(OFFICER, branch)[0]["name"]
        fine = {"title": "新支部", "kind": 631}
        cases = [
            ("malformed JSON", 400, lambda: OFFICER.post("/v1/organizations", b'{"parent":')),
            ("unknown field", 400, lambda: OFFICER.post("/v1/organizations", {"parnt": "x", "organization": fine})),
            ("wrong type", 400, lambda: OFFICER.post("/v1/organizations", {"parent": 7, "organization": fine})),
            ("over-long text", 400, lambda: OFFICER.post("/v1/organizations", {"parent": made["东镇党委"]["name"],
                                                                           "organization": {"title": "长" * 101, "kind": 631}})),
            ("invalid UTF-8", 400, lambda: OFFICER.post("/v1/organizations", b'{"parent": "\xff\xfe"}')),
            ("unknown resource", 404, lambda: OFFICER.get("/v1/members/1")),
            ("foreign scope", 403, lambda: self.foreign.get(f"/v1/{branch}/members")),
            ("forged token", 401, lambda: suite.Client(SUITE, "x" * 43).get(f"/v1/{branch}/members")),
            ("no token", 401, lambda: suite.Client(SUITE).get(f"/v1/{branch}/members")),
            ("unknown path", 404, lambda: OFFICER.get("/v1/nothing/here")),
            ("stale etag", 412, lambda: OFFICER.patch(f"/v1/{member}?updateMask=occupation", {"occupation": "教师"},
                                                    headers={"If-Match": '"999"'})),
        ]
        for what, code, call in cases:
            with self.subTest(what):
                with self.assertRaises(suite.Refused) as refused:
                    call()
                self.assertEqual(refused.exception.code, code, refused.exception)
                self.assertRegex(refused.exception.error["message"], "[一-龥]")
        with self.subTest("a foreign member looks like none at all"):
            with self.assertRaises(suite.Refused) as foreign:
                self.foreign.get(f"/v1/{member}")
            with self.assertRaises(suite.Refused) as missing:
                self.foreign.get("/v1/members/1")
            self.assertEqual((foreign.exception.code, foreign.exception.reason), (missing.exception.code, missing.exception.reason))
        with self.subTest("a request id with another body"):
            key = {"Idempotency-Key": "e2e-reused"}
            first = OFFICER.post("/v1/organizations", {"parent": made["东镇党委"]["name"], "organization": dict(fine, title="新支部一")}, headers=key)
            again = OFFICER.post("/v1/organizations", {"parent": made["东镇党委"]["name"], "organization": dict(fine, title="新支部一")}, headers=key)
            self.assertEqual(first["name"], again["name"])
            with self.assertRaises(suite.Refused) as refused:
                OFFICER.post("/v1/organizations", {"parent": made["东镇党委"]["name"], "organization": dict(fine, title="新支部二")}, headers=key)
            self.assertEqual(refused.exception.reason, "REQUEST_ID_REUSED")
        rows = [COLUMNS] + roster_rows(made["东镇第一党支部"]["code"], 900, 3)
        whole = workbook.workbook(rows)
        for what, content in [("formula", workbook.workbook(rows, formula=(2, 1))), ("macro", workbook.workbook(rows, macro=True)),
                              ("zip bomb", workbook.workbook(rows, padding=300)), ("truncated", whole[:len(whole) // 2])]:
            with self.subTest(f"workbook: {what}"):
                before = len(members_of(OFFICER, branch))
                try:
                    task = import_roster(OFFICER, branch, content)
                    self.assertEqual(task["state"], "ROSTER_IMPORT_STATE_FAILED", task)
                    self.assertTrue(task["failureReason"])
                    self.assertRegex(task["failureMessage"], "[一-龥]")
                except suite.Refused as refused:
                    self.assertEqual(refused.code, 400)
                self.assertEqual(len(members_of(OFFICER, branch)), before)

    def a_deputy_acts_on_behalf_of_the_secretary(self, made):
        branch = made["东镇第一党支部"]["name"]
        deputy = SUITE.person(SECURITY, "e2e-deputy")
        auditor = SUITE.person(SECURITY, "e2e-auditor", "audit_administrator")
        own = self.secretary.get("/v1/auth/session")["grants"][0]["name"]
        end = timestamp(NOW + datetime.timedelta(days=7))
        handed = self.secretary.post(f"/v1/{own}:delegate", {"delegate": deputy.account, "endTime": end, "reason": "外出学习"})
        deputy.renew()
        plan = deputy.post(f"/v1/{branch}/meetings", {"kinds": ["MEETING_KIND_LECTURE"], "title": "党课", "plannedAt": when(0), "place": "党员活动室",
                                                      "mode": "MEETING_MODE_ONSITE"})
        with self.subTest("the audit says for whom"):
            records = auditor.get(f"/v1/services/meeting/auditRecords?filter.subject={deputy.account}")["records"]
            mine = next(r for r in records if r["resource"] == plan["name"])
            self.assertEqual((mine["onBehalfOf"], mine["result"]), (self.secretary.account, "OK"))
        with self.subTest("it is taken back at once"):
            self.secretary.post(f"/v1/{handed['name']}:revokeDelegation")
            self.assertEqual(refusal(lambda: deputy.get(f"/v1/{plan['name']}")), 403)
            self.assertEqual(self.secretary.get("/v1/auth/delegations").get("grants", []), [])

    def a_transfer_ends_what_hung_on_the_old_branch(self, made):
        """Joiner, mover, leaver: within seconds of membership's event."""
        branch, other = made["东镇第二党支部"]["name"], made["西镇第二党支部"]["name"]
        roll = members_of(OFFICER, branch)
        mover = SUITE.person(SECURITY, "e2e-mover", "party_worker", branch, member=roll[-2]["name"])
        leaver = SUITE.person(SECURITY, "e2e-leaver", "leader", made["西镇党委"]["name"], member=roll[-3]["name"])
        SECURITY.post(f"/v1/{mover.account}/grants", {"role": "leader", "organization": made["西镇党委"]["name"]})
        mover.renew()
        self.assertEqual(len(members_of(mover, branch)), len(roll))

        def grants(person):
            return {g["role"]: g for g in SECURITY.get(f"/v1/{person.account}/grants")["grants"]}

        with self.subTest("who moves keeps what does not hang on the old branch"):
            OFFICER.post(f"/v1/{roll[-2]['name']}:move", {"organization": other})
            suite.wait_for(lambda: refusal(lambda: members_of(mover, branch)) == 403, 60, "the door to shut")
            self.assertEqual(grants(mover)["party_worker"]["endReason"], "END_REASON_MEMBER_MOVED")
            self.assertNotIn("endTime", grants(mover)["leader"])
            members_of(mover, other)

        with self.subTest("who leaves is out"):
            members_of(leaver, other)
            OFFICER.post(f"/v1/{roll[-3]['name']}:changeStanding", {"standing": "MEMBER_STANDING_DECEASED"})
            suite.wait_for(lambda: refusal(lambda: members_of(leaver, other)) == 401, 60, "the session to end")
            self.assertEqual(SECURITY.get(f"/v1/{leaver.account}")["state"], "STATE_DISABLED")
            self.assertEqual(grants(leaver)["leader"]["endReason"], "END_REASON_MEMBER_LEFT")

    def nothing_acknowledged_is_lost(self, made):
        """Each process is killed while writers run; they repeat what was not answered, under the same request id."""
        town = made["西镇党委"]["name"]
        branch = made["西镇第一党支部"]["name"]
        roll = members_of(OFFICER, branch)
        acknowledged = {"organizations": [], "meetings": []}

        def persist(write):
            for attempt in range(60):
                try:
                    return write()
                except suite.Refused as refused:
                    if refused.code not in (429, 503, 504, 500, 499):
                        raise
                except OSError:
                    pass
                time.sleep(0.1 + 0.02 * attempt)
            raise AssertionError("a write did not get through within a minute")

        def organization(victim, i):
            made_ = persist(lambda: OFFICER.post("/v1/organizations", {"parent": town, "organization": {
                "title": f"{victim}{i}支部", "kind": 631}}, headers={"Idempotency-Key": f"kill-{victim}-{i}"}))
            acknowledged["organizations"].append(made_["name"])

        def meeting(victim, i):
            held = persist(lambda: hold_meeting(OFFICER, branch, roll, ["LECTURE"], key=f"kill-{victim}-{i}"))
            acknowledged["meetings"].append(held["name"])

        for victim in suite.SERVICES:
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                work = [pool.submit(kind, victim, i) for i in range(20) for kind in (organization, meeting)]
                suite.wait_for(lambda w=work: sum(f.done() for f in w) >= 6, 60, "the writers to be at work")
                SUITE.kill(victim)
                SUITE.restart(victim)
                for future in work:
                    future.result()

        with self.subTest("every acknowledged organization is there, once"):
            there = [o["name"] for o in OFFICER.pages(f"/v1/{town}/children?pageSize=200", "organizations")]
            self.assertEqual(len(there), len(set(there)))
            self.assertEqual(len(there), 2 + 20 * len(suite.SERVICES))
            self.assertLessEqual(set(acknowledged["organizations"]), set(there))
        with self.subTest("every acknowledged meeting is there, once"):
            there = [m["name"] for m in OFFICER.pages(f"/v1/{branch}/meetings?kinds=MEETING_KIND_LECTURE&pageSize=200", "meetings")]
            self.assertEqual(len(there), 20 * len(suite.SERVICES))
            self.assertEqual(set(acknowledged["meetings"]), set(there))
        with self.subTest("the event feed is dense and nothing in it is doubled"):
            sequences, ids, token = [], [], ""
            while True:
                page = OFFICER.get(f"/v1/services/membership/events?pageSize=200&resumeToken={token}")
                events = page.get("events", [])
                if not events:
                    break
                sequences += [int(e["sequence"]) for e in events]
                ids += [e["id"] for e in events]
                token = page["resumeToken"]
            self.assertEqual(sequences, list(range(1, len(sequences) + 1)))
            self.assertEqual(len(ids), len(set(ids)))
        with self.subTest("the other services know the new organizations"):
            for name in acknowledged["organizations"]:
                # Refused as long as meeting does not know the organization.
                suite.wait_for(lambda n=name: refusal(lambda: OFFICER.get(f"/v1/{n}/duties")) is None, 60, f"meeting to know {name}")


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
