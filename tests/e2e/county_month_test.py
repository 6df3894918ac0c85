"""Does one county's month go through the real five processes: a roster in, meetings held, hours credited, a score explained?

And when each process is killed in the middle of writing: is nothing acknowledged lost, nothing doubled?
"""

import base64
import concurrent.futures
import datetime
import json
import pathlib
import re
import subprocess
import sys
import time
import unittest
import urllib.request

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))
import door  # pylint: disable=wrong-import-position
import suite  # pylint: disable=wrong-import-position
import workbook  # pylint: disable=wrong-import-position

PASSWORD = "Dangjian-Ronghe-2026"
COLUMNS = ["姓名", "性别", "公民身份号码", "民族", "出生日期", "学历", "人员类别", "所在党支部编码", "手机号码", "入党日期", "转正日期",
           "党内职务"]
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
NOW = datetime.datetime.now(SHANGHAI)
MONTH_START = NOW.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def setUpModule():
    global SUITE, ADMIN  # pylint: disable=global-statement
    SUITE = suite.Suite()
    login, first = SUITE.administrator()
    ADMIN = sign_in_first_time(login, first)


def tearDownModule():
    SUITE.close()


def sign_in_first_time(login, first):
    client = suite.Client(SUITE)
    client.token = client.post("/v1/auth:signIn", {"loginName": login, "password": first})["sessionToken"]
    client.post("/v1/auth:changePassword", {"currentPassword": first, "newPassword": PASSWORD})
    client.token = client.post("/v1/auth:signIn", {"loginName": login, "password": PASSWORD})["sessionToken"]
    return client


def account(login, role, organization):
    """A person who holds one role on one organization, signed in."""
    made = ADMIN.post("/v1/accounts", {"loginName": login, "displayName": login, "organization": organization})
    ADMIN.post(f"/v1/{made['name']}/grants", {"role": role, "organization": organization})
    reset = ADMIN.post(f"/v1/{made['name']}:resetPassword")
    return sign_in_first_time(login, reset["oneTimePassword"])


def date(day):
    return {"year": day.year, "month": day.month, "day": day.day}


def identity_number(order, male=True, birth="19800101"):
    """A valid number in an area code that no county has."""
    head = f"530399{birth}{order * 2 + male:03d}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return head + "10X98765432"[sum(int(d) * w for d, w in zip(head, weights)) % 11]


def roster_rows(code, first, count):
    """One branch: a secretary, three on the committee, the rest ordinary, the last one probationary."""
    posts = {0: "01", 1: "03", 2: "04", 3: "05"}
    rows = []
    for i in range(count):
        last = i == count - 1
        rows.append([f"测试{'甲乙丙丁戊己庚辛壬癸'[i % 10]}{first + i}", "男", identity_number(first + i), "01", "1980-01-01", "21",
                     "预备党员" if last else "正式党员", code, f"1990000{first + i:04d}", "2005-07-01",
                     "" if last else "2006-07-01", posts.get(i, "")])
    return rows


def create_county():
    """A county committee with two towns of two branches each: {name: organization}."""
    made = {}

    def create(title, kind, parent=""):
        made[title] = ADMIN.post("/v1/organizations", {"parent": parent, "organization": {
            "title": title, "kind": kind, "foundedOn": date(MONTH_START - datetime.timedelta(days=400))}})
        return made[title]["name"]

    county = create("测试县委", 611)
    for town in ("东镇", "西镇"):
        parent = create(f"{town}党委", 611, county)
        for branch in ("一", "二"):
            create(f"{town}第{branch}党支部", 631, parent)
    return made


def import_roster(client, organization, content, name="roster.xlsx", dry_run=False):
    task = client.post(f"/v1/{organization}/rosterImports",
                       {"fileName": name, "size": str(len(content)), "effectiveDate": date(MONTH_START.replace(year=MONTH_START.year - 1))})
    client.post(f"/v1/{task['name']}:upload", {"offset": "0", "content": base64.b64encode(content).decode()})
    client.post(f"/v1/{task['name']}:commit", {"dryRun": dry_run})

    def ended():
        now = client.get(f"/v1/{task['name']}")
        return now if now["state"].rsplit("_", 1)[1] in ("SUCCEEDED", "PARTIAL", "FAILED", "CHECKED") else None

    return suite.wait_for(ended, 60, "the import to end")


def when(days, hours=0):
    """A moment `days` after the beginning of this month, but never in the future."""
    moment = min(MONTH_START + datetime.timedelta(days=days, hours=9 + hours), NOW - datetime.timedelta(hours=3 - hours))
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


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


def fill(contracts, descriptor, resources, depth=0):
    """A request that passes validation: every string that names a resource names one of these, required fields are set."""
    message = contracts.message(descriptor.full_name)()
    if descriptor.full_name == "google.type.Date":
        message.year, message.month, message.day = MONTH_START.year, MONTH_START.month, 1
    for field in descriptor.fields:
        limits = contracts.limits(field)
        collection = re.search(r"([A-Za-z]+)/\[0-9\][^/]*$", limits.pattern)
        many = field.label == field.LABEL_REPEATED
        if field.type == field.TYPE_STRING and not many:
            kinds = [collection[1]] if collection and collection[1] in resources else [
                k for k in resources if field.name in ("name", "parent", "organization") and k in guess(descriptor, field)]
            if kinds:
                setattr(message, field.name, resources[kinds[0]])
            elif limits.required:
                setattr(message, field.name, {"role": "leader", "item": "C1"}.get(field.name, "01"))
        elif field.type == field.TYPE_MESSAGE and limits.required and depth < 4:
            child = fill(contracts, field.message_type, resources, depth + 1)
            if many:
                getattr(message, field.name).append(child)
            else:
                getattr(message, field.name).CopyFrom(child)
                getattr(message, field.name).SetInParent()
        elif field.type == field.TYPE_ENUM and not many:
            setattr(message, field.name, field.enum_type.values[min(1, len(field.enum_type.values) - 1)].number)
        elif field.type == field.TYPE_ENUM and limits.required:
            getattr(message, field.name).append(field.enum_type.values[1].number)
        elif field.type in (field.TYPE_INT32, field.TYPE_INT64) and not many and limits.HasField("min"):
            setattr(message, field.name, limits.min)
        elif field.type == field.TYPE_STRING and limits.required and collection:
            getattr(message, field.name).append(resources[collection[1]])
        elif field.type == field.TYPE_BYTES and limits.required:
            setattr(message, field.name, b"x")
    return message


def guess(descriptor, field):
    """The collection that a name without a pattern most likely belongs to, from the request's own name."""
    request = descriptor.name
    if field.name == "organization" or (field.name == "parent" and request not in ("ListMemberIntervalsRequest", "ListMemberPostsRequest")):
        for word, kind in (("Post", "members"), ("Certificate", "members"), ("Credit", "hourAccounts"), ("Attendances", "sessions"),
                           ("Score", "rounds"), ("Grant", "accounts")):
            if field.name == "parent" and word in request and not (word == "Post" and request.startswith("List")):
                return (kind,)
        return ("organizations",)
    for word, kind in (("RosterImport", "rosterImports"), ("Roster", "rosterImports"), ("Organization", "organizations"), ("ListMembers", "organizations"),
                       ("MemberIntervals", "members"), ("MemberPosts", "members"), ("Member", "members"), ("Post", "posts"),
                       ("Meeting", "meetings"), ("Session", "sessions"), ("HourAccount", "hourAccounts"), ("Score", "scores"),
                       ("Round", "rounds"), ("Scheme", "schemes"), ("Account", "accounts"), ("Grant", "grants"), ("Password", "accounts")):
        if word in request:
            return (kind,)
    return ()


class CountyMonth(unittest.TestCase):
    """The steps of the month build on each other, so they are one test with named parts."""

    def test_the_month(self):
        county = self.roster_goes_in()
        self.meetings_are_held(county)
        self.hours_are_credited(county)
        self.the_score_opens_to_its_records(county)
        self.metrics_are_clean_and_scraped()
        self.bad_input_is_refused(county)
        self.a_foreign_secretary_is_refused_everything(county)
        self.nothing_acknowledged_is_lost(county)

    def roster_goes_in(self):
        made = create_county()
        county = made["测试县委"]["name"]
        branches = {title: o for title, o in made.items() if "支部" in title}
        rows = [COLUMNS]
        for i, branch in enumerate(branches.values()):
            rows += roster_rows(branch["code"], i * 20, 10 + i)

        with self.subTest("a dry run changes nothing"):
            task = import_roster(ADMIN, county, workbook.workbook(rows), dry_run=True)
            self.assertEqual(task["rowCount"], 46)
            self.assertEqual(members_of(ADMIN, county), [])

        with self.subTest("errors come back in the workbook, row by row"):
            spoilt = [row[:] for row in rows]
            spoilt[3][2] = spoilt[3][2][:-1] + ("1" if spoilt[3][2][-1] != "1" else "2")
            task = import_roster(ADMIN, county, workbook.workbook(spoilt), dry_run=True)
            self.assertEqual(task["failedCount"], 1)
            errors = workbook.texts(base64.b64decode(ADMIN.get(f"/v1/{task['name']}/errors")["content"]))
            self.assertIn("错误原因", errors[0])

        task = import_roster(ADMIN, county, workbook.workbook(rows))
        self.assertEqual((task["state"], task["createdCount"]), ("ROSTER_IMPORT_STATE_SUCCEEDED", 46))
        counts = suite.wait_for(lambda: (lambda c: c if c.get("fullMembers") == "42" else None)(ADMIN.get(f"/v1/{county}/counts")),
                                10, "the counts to follow")
        self.assertEqual(counts["probationaryMembers"], "4")

        with self.subTest("uploading the same file again changes nothing"):
            again = import_roster(ADMIN, county, workbook.workbook(rows))
            self.assertEqual((again.get("createdCount", 0), again.get("updatedCount", 0)), (0, 0))

        with self.subTest("personal numbers are masked"):
            member = ADMIN.get(f"/v1/{members_of(ADMIN, county)[0]['name']}?view=MEMBER_VIEW_FULL")
            self.assertRegex(member["identityNumber"], r"^\d{6}\*{8}\d{3}[\dX]$")
            self.assertRegex(member["phone"], r"^\d{3}\*{4}\d{4}$")

        self.secretary = account("e2e-secretary", "branch_secretary", branches["东镇第一党支部"]["name"])
        self.town = account("e2e-town", "committee_secretary", made["东镇党委"]["name"])
        self.foreign = account("e2e-foreign", "branch_secretary", branches["西镇第一党支部"]["name"])
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
            hold_meeting(ADMIN, other, members_of(ADMIN, other), ["READING"])

            def theme_day():
                duties = ADMIN.pages(f"/v1/{other}/duties?startDate.year={NOW.year}&startDate.month={NOW.month}&startDate.day=1", "duties")
                return next((d for d in duties if d["kind"] == "MEETING_KIND_THEME_DAY"), None)

            self.assertEqual(suite.wait_for(theme_day, 20, "the calendar to open the month")["state"], "DUTY_STATE_DUE")

        with self.subTest("the board of the county counts it"):
            rows = ADMIN.get(f"/v1/{made['测试县委']['name']}/dutyBoard")["rows"]
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
            coverage = ADMIN.get(f"/v1/{made['测试县委']['name']}/hourCoverage?year={year}")
            self.assertEqual((coverage["coveredCount"], coverage["dueCount"]), ("8", "46"))
            short = list(ADMIN.pages(f"/v1/{made['测试县委']['name']}/hourShortfalls?year={year}&pageSize=20", "shortfalls"))
            self.assertEqual(len(short), 46)

    def the_score_opens_to_its_records(self, made):
        county = made["测试县委"]["name"]
        text = (suite.ROOT / "services/evaluation/domain/schemes/x1_2026.textproto").read_text()
        scheme = ADMIN.post("/v1/schemes", {"organization": county, "text": text})
        ADMIN.post(f"/v1/{scheme['name']}:publish")
        digests = []
        for _ in range(2):
            made_round = ADMIN.post("/v1/rounds", {"title": "月度评定", "scheme": scheme["name"], "organization": county,
                "startDate": date(MONTH_START), "endDate": date(NOW + datetime.timedelta(days=1))})
            ADMIN.post(f"/v1/{made_round['name']}:start")

            def scored(name=made_round["name"]):
                now = ADMIN.get(f"/v1/{name}")
                self.assertFalse(now.get("failure"), now)
                return now if now["state"] == "ROUND_STATE_SCORED" else None

            done = suite.wait_for(scored, 60, "the round to be scored")
            digests.append((done["factsDigest"], done["resultsDigest"]))
        with self.subTest("the same facts and scheme give the same bytes"):
            self.assertEqual(digests[0], digests[1])
        ADMIN.post(f"/v1/{made_round['name']}:publish")

        scores = list(ADMIN.pages(f"/v1/{made_round['name']}/scores", "scores"))
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

        suite.wait_for(all_up, 30, "Prometheus to find all five up")

    def bad_input_is_refused(self, made):
        branch = made["东镇第一党支部"]["name"]
        member = members_of(ADMIN, branch)[0]["name"]
        fine = {"title": "新支部", "kind": 631}
        cases = [
            ("malformed JSON", 400, lambda: ADMIN.post("/v1/organizations", b'{"parent":')),
            ("unknown field", 400, lambda: ADMIN.post("/v1/organizations", {"parnt": "x", "organization": fine})),
            ("wrong type", 400, lambda: ADMIN.post("/v1/organizations", {"parent": 7, "organization": fine})),
            ("over-long text", 400, lambda: ADMIN.post("/v1/organizations", {"parent": made["东镇党委"]["name"],
                                                                           "organization": {"title": "长" * 101, "kind": 631}})),
            ("invalid UTF-8", 400, lambda: ADMIN.post("/v1/organizations", b'{"parent": "\xff\xfe"}')),
            ("unknown resource", 404, lambda: ADMIN.get("/v1/members/1")),
            ("foreign scope", 403, lambda: self.foreign.get(f"/v1/{branch}/members")),
            ("forged token", 401, lambda: suite.Client(SUITE, "x" * 43).get(f"/v1/{branch}/members")),
            ("no token", 401, lambda: suite.Client(SUITE).get(f"/v1/{branch}/members")),
            ("unknown path", 404, lambda: ADMIN.get("/v1/nothing/here")),
            ("stale etag", 412, lambda: ADMIN.patch(f"/v1/{member}?updateMask=occupation", {"occupation": "教师"},
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
            first = ADMIN.post("/v1/organizations", {"parent": made["东镇党委"]["name"], "organization": dict(fine, title="新支部一")}, headers=key)
            again = ADMIN.post("/v1/organizations", {"parent": made["东镇党委"]["name"], "organization": dict(fine, title="新支部一")}, headers=key)
            self.assertEqual(first["name"], again["name"])
            with self.assertRaises(suite.Refused) as refused:
                ADMIN.post("/v1/organizations", {"parent": made["东镇党委"]["name"], "organization": dict(fine, title="新支部二")}, headers=key)
            self.assertEqual(refused.exception.reason, "REQUEST_ID_REUSED")
        rows = [COLUMNS] + roster_rows(made["东镇第一党支部"]["code"], 900, 3)
        whole = workbook.workbook(rows)
        for what, content in [("formula", workbook.workbook(rows, formula=(2, 1))), ("macro", workbook.workbook(rows, macro=True)),
                              ("zip bomb", workbook.workbook(rows, padding=300)), ("truncated", whole[:len(whole) // 2])]:
            with self.subTest(f"workbook: {what}"):
                before = len(members_of(ADMIN, branch))
                try:
                    task = import_roster(ADMIN, branch, content)
                    self.assertEqual(task["state"], "ROSTER_IMPORT_STATE_FAILED", task)
                    self.assertTrue(task["failureReason"])
                    self.assertRegex(task["failureMessage"], "[一-龥]")
                except suite.Refused as refused:
                    self.assertEqual(refused.code, 400)
                self.assertEqual(len(members_of(ADMIN, branch)), before)

    def a_foreign_secretary_is_refused_everything(self, made):
        """Every RPC that works on an organization, called with this county's resources by another branch's secretary."""
        branch = made["东镇第一党支部"]["name"]
        first = lambda path, field, client=ADMIN: next(iter(client.get(path).get(field, [])), {}).get("name", "")  # pylint: disable=unnecessary-lambda-assignment
        member = members_of(ADMIN, branch)[0]["name"]
        resources = {
            "organizations": branch, "members": member, "meetings": first(f"/v1/{branch}/meetings", "meetings"),
            "posts": first(f"/v1/{branch}/posts", "posts"), "sessions": first(f"/v1/{branch}/sessions", "sessions"),
            "duties": first(f"/v1/{branch}/duties", "duties"), "rounds": first(f"/v1/{made['测试县委']['name']}/rounds", "rounds"),
            "schemes": first("/v1/schemes?pageSize=1", "schemes"),
            "rosterImports": first(f"/v1/{made['测试县委']['name']}/rosterImports", "rosterImports"),
            "accounts": first("/v1/accounts", "accounts"), "hourAccounts": f"{member}/hourAccounts/{NOW.year}",
        }
        resources["certificates"] = ADMIN.post(f"/v1/{member}/certificates", {
            "issuer": "干部网络学院", "number": "E2E-1", "title": "专题班", "form": "10", "date": date(MONTH_START), "halfHours": 8})["name"]
        resources["grants"] = first(f"/v1/{resources['accounts']}/grants", "grants")
        resources["scores"] = f"{resources['rounds']}/scores/{branch.split('/')[1]}"
        contracts = door.Contracts()
        foreign = door.Door(contracts, SUITE.port("gateway-grpc"), SUITE.state / "tls/ca.pem", bearer=self.foreign.token)
        refused = 0
        for path, method in contracts.methods():
            policy = contracts.policy(method)
            scope = contracts.pool.FindEnumTypeByName("ronghe.options.v1.Scope").values_by_number[policy.scope].name
            if scope in ("SCOPE_PUBLIC", "SCOPE_SELF", "SCOPE_AUTHENTICATED"):
                continue
            with self.subTest(path):
                request = fill(contracts, method.input_type, resources)
                if "source" in method.input_type.fields_by_name:
                    request.source = "services/meeting"
                with self.assertRaises(grpc.RpcError) as error:
                    answer = foreign.stream(path, request)
                    for _ in answer:
                        break
                self.assertEqual(error.exception.code(), grpc.StatusCode.PERMISSION_DENIED,
                                 (path, request, error.exception.details()))
                refused += 1
        self.assertGreater(refused, 50)

    def nothing_acknowledged_is_lost(self, made):
        """Each process is killed while writers run; they repeat what was not answered, under the same request id."""
        town = made["西镇党委"]["name"]
        branch = made["西镇第一党支部"]["name"]
        roll = members_of(ADMIN, branch)
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
            made_ = persist(lambda: ADMIN.post("/v1/organizations", {"parent": town, "organization": {
                "title": f"{victim}{i}支部", "kind": 631}}, headers={"Idempotency-Key": f"kill-{victim}-{i}"}))
            acknowledged["organizations"].append(made_["name"])

        def meeting(victim, i):
            held = persist(lambda: hold_meeting(ADMIN, branch, roll, ["LECTURE"], key=f"kill-{victim}-{i}"))
            acknowledged["meetings"].append(held["name"])

        for victim in suite.SERVICES:
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                work = [pool.submit(kind, victim, i) for i in range(20) for kind in (organization, meeting)]
                suite.wait_for(lambda w=work: sum(f.done() for f in w) >= 6, 30, "the writers to be at work")
                SUITE.kill(victim)
                SUITE.restart(victim)
                for future in work:
                    future.result()

        with self.subTest("every acknowledged organization is there, once"):
            there = [o["name"] for o in ADMIN.pages(f"/v1/{town}/children?pageSize=200", "organizations")]
            self.assertEqual(len(there), len(set(there)))
            self.assertEqual(len(there), 2 + 20 * len(suite.SERVICES))
            self.assertLessEqual(set(acknowledged["organizations"]), set(there))
        with self.subTest("every acknowledged meeting is there, once"):
            there = [m["name"] for m in ADMIN.pages(f"/v1/{branch}/meetings?kinds=MEETING_KIND_LECTURE&pageSize=200", "meetings")]
            self.assertEqual(len(there), 20 * len(suite.SERVICES))
            self.assertEqual(set(acknowledged["meetings"]), set(there))
        with self.subTest("the event feed is dense and nothing in it is doubled"):
            sequences, ids, token = [], [], ""
            while True:
                page = ADMIN.get(f"/v1/services/membership/events?pageSize=200&resumeToken={token}")
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
                ADMIN.get(f"/v1/{name}/duties")  # refused where meeting does not know the organization


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
