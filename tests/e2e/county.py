"""A small county for the tests of the running suite: what they tell it, and people of any role anywhere in it."""

import base64
import datetime
import json
import pathlib
import re
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))
import department_client  # pylint: disable=wrong-import-position
import suite  # pylint: disable=wrong-import-position
import workbook  # pylint: disable=wrong-import-position

COLUMNS = ["姓名", "性别", "公民身份号码", "民族", "出生日期", "学历", "人员类别", "所在党支部编码", "手机号码", "入党日期", "转正日期",
           "党内职务"]
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
NOW = datetime.datetime.now(SHANGHAI)
MONTH_START = NOW.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
ISSUER = "https://localhost:9"
LAST_YEAR = MONTH_START.replace(year=MONTH_START.year - 1)


def identity_number(order, male=True, birth="19800101"):
    """A valid number in an area code that no county has."""
    head = f"530399{birth}{order * 2 + male:03d}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return head + "10X98765432"[sum(int(d) * w for d, w in zip(head, weights)) % 11]


def date(day):
    return {"year": day.year, "month": day.month, "day": day.day}


def timestamp(moment):
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def when(days, hours=0):
    """A moment `days` after the beginning of this month, but never in the future."""
    return timestamp(min(MONTH_START + datetime.timedelta(days=days, hours=9 + hours), NOW - datetime.timedelta(hours=3 - hours)))


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


def import_roster(client, organization, content, name="roster.xlsx", dry_run=False, since=LAST_YEAR):
    """Uploads and commits a roster; the import when it has ended."""
    task = client.post(f"/v1/{organization}/rosterImports",
                       {"fileName": name, "size": str(len(content)), "effectiveDate": date(since)})
    client.post(f"/v1/{task['name']}:upload", {"offset": "0", "content": base64.b64encode(content).decode()})
    client.post(f"/v1/{task['name']}:commit", {"dryRun": dry_run})

    def ended():
        now = client.get(f"/v1/{task['name']}")
        return now if now["state"].rsplit("_", 1)[1] in ("SUCCEEDED", "PARTIAL", "FAILED", "CHECKED") else None

    return suite.wait_for(ended, 60, "the import to end")


def create_county(officer):
    """A county committee with two towns of two branches each: {title: organization}."""
    made = {}

    def create(title, kind, parent=""):
        made[title] = officer.post("/v1/organizations", {"parent": parent, "organization": {
            "title": title, "kind": kind, "foundedOn": date(MONTH_START - datetime.timedelta(days=400)),
            "canApproveProbationary": kind == 611 and parent != ""}})
        return made[title]["name"]

    county = create("测试县委", 611)
    for town in ("东镇", "西镇"):
        parent = create(f"{town}党委", 611, county)
        for branch in ("一", "二"):
            create(f"{town}第{branch}党支部", 631, parent)
    return made


class County:
    """A county with one record of every kind in one branch. Made through the HTTP door by those who may: security
    administrators, an officer of the county, an approver, an auditor."""

    def __init__(self, running, contracts):
        self.suite = running
        self.security = running.security()
        self.lock = threading.RLock()
        self.people = {}
        self.grants = {}
        self.second = running.person(self.security, "county-security", "security_administrator")
        self.auditor = running.person(self.security, "county-auditor", "audit_administrator")
        self.officer = running.person(self.security, "county-officer", "organization_department")
        self.approver = running.person(self.security, "county-approver", "committee_secretary")
        self.client = self.department(contracts)
        made = create_county(self.officer)
        self.codes = {organization["name"]: organization["code"] for organization in made.values()}
        self.places = {place: made[title]["name"] for place, title in {
            "own": "东镇第一党支部", "parent": "东镇党委", "sibling": "东镇第二党支部", "foreign": "西镇第一党支部",
            "expired": "东镇第一党支部", "revoked": "东镇第一党支部"}.items()}
        self.places["everywhere"] = "organizations/-"

    def department(self, contracts):
        """A client with whom every method and field is shared, so that its role and its organization decide."""
        shares = [{"method": path[1:], "fields": [f"{method.output_type.full_name}.*"], "purposes": ["matrix"],
                   "legalBasis": "测试", "attribute": "SHARE_ATTRIBUTE_CONDITIONAL"}
                  for path, method in contracts.methods() if contracts.policy(method).permission]
        name = self.security.post("/v1/clients", {
            "certificateName": "matrix.example", "displayName": "测试系统", "department": "测试部门", "shares": shares,
            "limits": {"perSecond": 10000, "burst": 10000, "dailyQuota": "1000000"}})["name"]
        client = department_client.Department(
            self.suite, name, department_client.Certificate(self.suite.state, "matrix", "matrix.example"))
        self.security.post(f"/v1/{name}:addKey", {"jwk": json.dumps(client.public)})
        return client

    def grant(self, holder, role, organization, end=None):
        body = {"role": role, "organization": organization, "basis": "测试", **({"endTime": timestamp(end)} if end else {})}
        return self.security.write(f"/v1/{holder}/grants", body, self.second)["name"]

    def revoke(self, grant):
        self.security.post(f"/v1/{grant}:revoke")

    def caller(self, role, place):
        """(token, certificate or None) of somebody who holds the role there and nowhere else."""
        holder = self.client.name if role == "department_client" else self.person(role).account
        end = datetime.datetime.now(SHANGHAI) + datetime.timedelta(seconds=4) if place == "expired" else None
        with self.lock:
            if role in self.grants:
                self.revoke(self.grants.pop(role))
            grant = self.grant(holder, role, self.places[place], end)
        # New tokens carry the grant, and show that the person has the second factor that the role asks for.
        if role == "department_client":
            credentials = self.client.token(), self.client.certificate
        else:
            credentials = self.person(role).renew().token, None
        if place == "revoked":
            self.revoke(grant)
        elif end:
            suite.wait_for(lambda: datetime.datetime.now(SHANGHAI) > end, 10, "the grant to expire")
        else:
            self.grants[role] = grant
        return credentials

    def person(self, role):
        with self.lock:
            if role not in self.people:
                self.people[role] = self.suite.person(self.security, f"matrix.{role.replace('_', '-')}")
            return self.people[role]

    def callers(self, service):
        """{gRPC service: certificate names} of a service's configuration."""
        text = (self.suite.state / f"etc/{service}.textproto").read_text()
        return {name: re.findall(r'"([^"]+)"', names)
                for name, names in re.findall(r'callers \{ service: "([^"]+)" allowed_names: \[([^\]]*)\]', text)}

    def resources(self, place):
        """One record of every kind that a path can name, all of one branch: {name without ids: name}."""
        own, officer = self.places[place], self.officer
        rows = roster_rows(self.codes[own], 5 * list(self.places).index(place), 5)
        import_roster(officer, own, workbook.workbook([COLUMNS] + rows))
        first = lambda path, field: officer.get(path)[field][0]["name"]  # pylint: disable=unnecessary-lambda-assignment
        made = lambda path, body: officer.post(path, body)["name"]  # pylint: disable=unnecessary-lambda-assignment
        roll = officer.get(f"/v1/{own}/members")["members"]
        member = roll[0]["name"]
        suite.wait_for(lambda: officer.get(f"/v1/{own}/duties").get("duties"), 30, "the calendar to open")
        scheme, scored = self.round(own)
        nobody = self.security.post("/v1/accounts", {"loginName": f"matrix.{place}", "displayName": "某人",
                                                     "organization": own})["name"]
        general = made(f"/v1/{own}/meetings", {
            "kinds": ["MEETING_KIND_GENERAL"], "title": "支部党员大会", "plannedAt": timestamp(NOW), "place": "党员活动室",
            "mode": "MEETING_MODE_ONSITE"})
        officer.post(f"/v1/{general}:open", {})
        officer.post(f"/v1/{general}:setMotions", {"motions": [{"text": "通过计划", "kind": "MOTION_KIND_GENERAL"}]})
        return {
            "organizations": own,
            "members": member,
            "members/posts": first(f"/v1/{own}/posts", "posts"),
            "members/hourAccounts": f"{member}/hourAccounts/{NOW.year}",
            "memberExports": officer.write(f"/v1/{own}/memberExports", {"purpose": "verification"}, self.approver)["name"],
            "transfers": made("/v1/transfers", {
                "kind": "TRANSFER_KIND_IN", "reason": "TRANSFER_REASON_UNIT_CHANGED", "toOrganization": own,
                "outsideTitle": "外省某党委", "reach": "TRANSFER_REACH_NATION", "letterNumber": f"E2E-{place}",
                "letterIssuedOn": date(MONTH_START), "duesPaidThrough": date(MONTH_START), "person": {
                    "fullName": "测试转", "identityNumber": identity_number(450 + list(self.places).index(place)), "ethnicity": "01",
                    "education": "21", "phone": f"1991000000{list(self.places).index(place)}", "category": "MEMBER_CATEGORY_FULL",
                    "joinedOn": {"year": 2005, "month": 7, "day": 1}, "convertedOn": {"year": 2006, "month": 7, "day": 1}}}),
            "rosterImports": made(f"/v1/{own}/rosterImports", {
                "fileName": "empty.csv", "size": "1", "effectiveDate": date(MONTH_START)}),
            "meetings": made(f"/v1/{own}/meetings", {
                "kinds": ["MEETING_KIND_READING"], "title": "支部活动", "plannedAt": timestamp(NOW), "place": "党员活动室",
                "mode": "MEETING_MODE_ONSITE"}),
            "meetings/motions": f"{general}/motions/1",
            "elections": made(f"/v1/{general}/elections", {"office": "ELECTION_OFFICE_COMMITTEE", "seats": 1}),
            "duties": first(f"/v1/{own}/duties", "duties"),
            "sessions": made(f"/v1/{own}/sessions", {
                "title": "专题培训", "form": "02", "place": "党员活动室",
                "days": [{"date": date(MONTH_START), "unit": "HOUR_UNIT_HALF_DAY"}]}),
            "certificates": made(f"/v1/{member}/certificates", {
                "issuer": "干部网络学院", "number": f"E2E-{place}", "title": "专题班", "form": "10", "date": date(MONTH_START),
                "halfHours": 8}),
            "schemes": scheme,
            "rounds": scored,
            "rounds/scores": f"{scored}/scores/{own.split('/')[1]}",
            "accounts": nobody,
            "grants": self.grant(nobody, "leader", own),
            "identities": self.security.post(f"/v1/{nobody}/identities", {"issuer": ISSUER, "subject": place})["name"],
            "clients": self.client.name,
            "authSessions": officer.get("/v1/auth/session")["name"],
            **self.dues(own, [person["name"] for person in roll]),
            **self.cases(own, [person["name"] for person in roll], list(self.places).index(place)),
            **self.organization(own),
            **self.files(own, member),
            "careRecords": made(f"/v1/{member}/careRecords", {
                "kind": "CARE_KIND_VISIT", "occasion": "CARE_OCCASION_SPRING_FESTIVAL"}),
            "honours": made(f"/v1/{own}/honours", {
                "code": "HONOUR_CODE_ADVANCED_ORGANIZATION", "level": "HONOUR_LEVEL_COUNTY", "title": "先进基层党组织",
                "awardedBy": "测试县委"}),
            "rolePosts": made(f"/v1/{own}/rolePosts", {
                "kind": "ROLE_POST_KIND_MODEL_POST", "title": "党员示范岗", "duty": "带头服务群众", "holders": [member]}),
            "members/partyWorkers": made(f"/v1/{member}/partyWorkers", {
                "organization": own, "post": "WORKER_POST_SECRETARY"}),
            "services/approvals": self.pending(own),
            "services/ruleSets": "services/meeting/ruleSets/branch-work@2018",
            "services/auditExports": self.auditor.write("/v1/services/membership/auditExports", {
                "format": "AUDIT_EXPORT_FORMAT_XLSX"}, self.second)["name"],
        }

    def dues(self, branch, roll):
        """Dues of the branch: {kind: name}."""
        member = roll[0]
        made = lambda who, path, body: who.post(path, body)["name"]  # pylint: disable=unnecessary-lambda-assignment
        secretary, cashier, bookkeeper = (
            self.suite.person(self.security, f"{role.replace('_', '-')}-{branch.split('/')[1]}", role)
            for role in ("branch_secretary", "dues_cashier", "dues_bookkeeper"))
        month = f"{NOW.year}-{NOW.month:02}"
        base = {"category": "DUES_CATEGORY_SALARY", "baseFen": "300000"}
        secretary.post(f"/v1/{member}/duesStandards", {"year": NOW.year, "base": base})
        decided = self.meeting(branch, roll, [
            {"text": text, "kind": "MOTION_KIND_GENERAL", "ballotMode": "BALLOT_MODE_HANDS", "votesFor": 4, "subject": subject}
            for text, subject in (("减免党费", member), ("申请下拨党费", branch))])
        self.officer.post(f"/v1/{branch}/duesReports", {"year": NOW.year - 1})
        return {
            "duesReductions": made(secretary, f"/v1/{member}/duesReductions", {
                "amountFen": "100", "fromMonth": month, "toMonth": month, "motion": f"{decided}/motions/1"}),
            "duesPayments": made(cashier, f"/v1/{member}/duesPayments", {"amountFen": "100", "channel": "DUES_CHANNEL_CASH"}),
            "billRuns": made(self.officer, f"/v1/{branch}/billRuns", {"month": month}),
            "remittances": made(bookkeeper, f"/v1/{branch}/remittances", {"period": f"{NOW.year - 1}"}),
            "ledgerEntries": made(bookkeeper, f"/v1/{branch}/ledgerEntries", {
                "fund": "FUND_DUES", "income": "FUND_INCOME_INTEREST", "amountFen": "100"}),
            "ledgerChecks": made(self.officer, f"/v1/{branch}/ledgerChecks:start", {}),
            "fundRequests": made(secretary, f"/v1/{branch}/fundRequests", {
                "use": "FUND_USE_TRAINING", "amountFen": "100", "motion": f"{decided}/motions/2"}),
            "members/duesAccount": f"{member}/duesAccount",
            "organizations/duesReports": f"{branch}/duesReports/{NOW.year - 1}",
        }

    def cases(self, branch, roll, order):
        """A person who applies, and what becomes of members: {kind: name}. The roll stays fit to be asked about."""
        made = lambda path, body: self.officer.post(path, body)["name"]  # pylint: disable=unnecessary-lambda-assignment
        _, lost, idle, punished, _ = roll
        return {
            "disciplines": self.discipline(branch, roll, punished),
            "admissionCases": made(f"/v1/{branch}/admissionCases", {
                "applicant": {"fullName": "测试申请人", "identityNumber": identity_number(460 + order), "ethnicity": "01",
                              "education": "21"},
                "submission": {"receivedOn": date(MONTH_START), "place": "APPLICATION_PLACE_UNIT"}}),
            "dispositionCases": made(f"/v1/{idle}/dispositionCases", {
                "kind": "DISPOSITION_KIND_DISPOSITION", "ground": "DISPOSITION_GROUND_D31_1"}),
            "suspensionCases": made(f"/v1/{lost}/suspensionCases", {
                "ground": "SUSPENSION_GROUND_OUT_OF_CONTACT", "lastContactOn": date(LAST_YEAR)}),
            "overlays": made(f"/v1/{idle}/overlays:registerFloating", {
                "destinationRegion": "530399", "reach": "FLOATING_REACH_IN_CITY", "contactPerson": roll[0],
                "destination": "FLOATING_DESTINATION_OTHER", "formerOccupation": "FLOATING_OCCUPATION_OTHER",
                "destinationOrganization": branch}),
            "members/tasks": made(f"/v1/{roll[0]}/tasks", {"kind": "MEMBER_TASK_KIND_BRANCH_WORK", "dueOn": date(NOW)}),
            "members/lapseCounters": f"{roll[0]}/lapseCounters/1",
            "members/reminderTalks": made(f"/v1/{roll[0]}/reminderTalks", {
                "reason": "REMINDER_REASON_DUES", "actions": ["REMINDER_ACTION_PAY"], "talker": idle}),
        }

    def meeting(self, branch, roll, motions):
        """A submitted general meeting, to which all came, with these motions."""
        opened = when(0)
        meeting = self.officer.post(f"/v1/{branch}/meetings", {
            "kinds": ["MEETING_KIND_GENERAL"], "title": "支部党员大会", "plannedAt": opened, "place": "党员活动室",
            "mode": "MEETING_MODE_ONSITE"})["name"]
        self.officer.post(f"/v1/{meeting}:submit", {"record": {
            "openedAt": opened, "closedAt": when(0, 2), "chair": roll[0], "recorder": roll[1],
            "attendance": [{"member": one, "presence": "PRESENCE_PRESENT"} for one in roll],
            "agenda": [{"title": "讨论", "speakerCount": 3, "summary": "讨论并表决"}], "motions": motions,
            "resolutions": [{"text": "按决议办理", "owner": "支部委员会", "dueDate": date(NOW)}],
            "signedByChair": True, "signedByRecorder": True}})
        return meeting

    def discipline(self, branch, roll, member):
        """A warning, which the branch voted for and the committee above approved."""
        opened = when(0)
        day = date(datetime.datetime.fromisoformat(opened.replace("Z", "+00:00")).astimezone(SHANGHAI))
        case = self.officer.post(f"/v1/{member}/dispositionCases", {
            "kind": "DISPOSITION_KIND_DISCIPLINE", "ground": "DISPOSITION_GROUND_DISCIPLINE", "openedOn": day})["name"]
        self.officer.post(f"/v1/{case}:investigate", {"investigatedOn": day})
        self.officer.post(f"/v1/{case}:talk", {"talkedOn": day})
        meeting = self.meeting(branch, roll, [{
            "text": "给予警告", "kind": "MOTION_KIND_DISPOSITION", "ballotMode": "BALLOT_MODE_HANDS", "votesFor": 4,
            "subject": case}])
        self.officer.post(f"/v1/{case}:decide", {"motion": f"{meeting}/motions/1", "outcome": "DISPOSITION_OUTCOME_DISCIPLINE",
                                                 "measure": "DISCIPLINE_MEASURE_WARNING"})
        self.officer.post(f"/v1/{case}:approve", {
            "approver": self.officer.get(f"/v1/{branch}")["parent"], "organ": "DISCIPLINE_ORGAN_BASIC_COMMITTEE",
            "approvedOn": day})
        return self.officer.get(f"/v1/{member}/disciplines")["disciplines"][0]["name"]

    def organization(self, branch):
        """What a branch is made of and goes through: {kind: name}."""
        made = lambda path, body: self.officer.post(path, body)["name"]  # pylint: disable=unnecessary-lambda-assignment
        unit = made(f"/v1/{branch}/units", {"title": "测试单位", "nature": "UNIT_NATURE_VILLAGE"})
        group = made("/v1/organizations", {"parent": branch, "organization": {
            "title": "测试党小组", "kind": 641, "foundedOn": date(LAST_YEAR)}})
        return {
            "units": unit,
            "units/sites": made(f"/v1/{unit}/sites", {"title": "测试工地", "startsOn": date(MONTH_START)}),
            "organizations/profile": f"{branch}/profile",
            "organizationChanges": made(f"/v1/{group}:dissolve", {}),
            "foundingCases": made(f"/v1/{branch}/foundingCases", {"kind": 641, "title": "拟设党小组"}),
            "terms": made(f"/v1/{branch}/terms", {"startsOn": date(LAST_YEAR), "committeeSeats": 3}),
            "committeeElections": made(f"/v1/{branch}/committeeElections", {}),
            "committeeElections/delegation": self.delegation(branch),
            "activistAnalyses": made(f"/v1/{self.officer.get(f'/v1/{branch}')['parent']}/activistAnalyses", {
                "analysedOn": date(NOW), "conclusion": "队伍稳定。"}),
        }

    def delegation(self, branch):
        """The delegation of an election of the committee above a branch, to which the branch sends one."""
        above = self.officer.get(f"/v1/{branch}")["parent"]
        self.officer.patch(f"/v1/{above}/profile?updateMask=scatteredSites", {"scatteredSites": True})
        election = self.officer.post(f"/v1/{above}/committeeElections", {})["name"]
        self.officer.post(f"/v1/{election}:request", {
            "committeeSeats": 3, "byDelegates": True, "delegateUnits": [{"unit": branch, "seats": 1}]})
        return f"{election}/delegation"

    def files(self, branch, member):
        """What comes in and goes out in files: {kind: name}."""
        made = lambda path, body: self.officer.post(path, body)["name"]  # pylint: disable=unnecessary-lambda-assignment
        report = made(f"/v1/{branch}/statisticsReports", {
            "statisticsReport": {"kind": "REPORT_KIND_YEAR", "snapshotDay": {"year": NOW.year - 1, "month": 12, "day": 31}}})
        return {
            "documents": made("/v1/documents", {
                "subject": member, "kind": "OTHER", "title": "材料", "mediaType": "application/pdf", "size": "1",
                "sha256": "0" * 64, "unclassified": True}),
            "imports": made(f"/v1/{branch}/imports", {"fileName": "empty.xlsx", "size": "1", "kind": "IMPORT_KIND_POSTS"}),
            "ledgerExports": self.officer.write(f"/v1/{branch}/ledgerExports", {
                "ledger": "LEDGER_MEMBERS", "format": "LEDGER_FORMAT_XLSX", "purpose": "verification"}, self.approver)["name"],
            "statisticsReports": report,
            "statisticsReports/tables": f"{report}/tables/1",
            "reportForms": self.officer.get("/v1/reportForms")["reportForms"][0]["name"],
        }

    def pending(self, branch):
        """What the officer asks a second person for."""
        try:
            self.officer.post(f"/v1/{branch}/memberExports", {"purpose": "statistics"})
        except suite.Refused as refused:
            return refused.metadata["approval"]
        raise AssertionError("an export that nobody had to approve")

    def round(self, branch):
        """(scheme, scored round) of the branch."""
        text = (suite.ROOT / "services/evaluation/domain/schemes/x1_2026.textproto").read_text()
        scheme = self.officer.post("/v1/schemes", {"organization": branch, "text": text})["name"]
        self.officer.write(f"/v1/{scheme}:publish", {}, self.approver)
        made = self.officer.post("/v1/rounds", {
            "title": "月度评定", "scheme": scheme, "organization": branch, "startDate": date(MONTH_START),
            "endDate": date(NOW + datetime.timedelta(days=1))})["name"]
        self.officer.post(f"/v1/{made}:start")
        suite.wait_for(lambda: self.officer.get(f"/v1/{made}")["state"] == "ROUND_STATE_SCORED", 60, "the round to be scored")
        return scheme, made
