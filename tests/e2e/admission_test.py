"""Does one person go from the application to full membership through the HTTP door, by those who really act, with votes that
meetings took and papers that were uploaded? And is every short cut refused by the article that forbids it?
"""

import base64
import datetime
import hashlib
import sys
import unittest

import suite
import workbook
from county import COLUMNS, NOW, date, identity_number, import_roster, roster_rows, timestamp

TODAY = NOW.date()
SITE = {"kind": "NOTICE_SITE_KIND_UNIT", "place": "村务公开栏"}


def days_ago(days):
    return TODAY - datetime.timedelta(days=days)


def workday(day, after=0):
    """The first Monday to Friday at or after `day`, `after` days later."""
    day += datetime.timedelta(days=after)
    while day.weekday() > 4:
        day += datetime.timedelta(days=1)
    return day


def setUpModule():
    global SUITE, SECURITY, OFFICER  # pylint: disable=global-statement
    SUITE = suite.Suite()
    SECURITY = SUITE.security()
    OFFICER = SUITE.person(SECURITY, "adm-officer", "organization_department")
    SUITE.person(SECURITY, "adm-approver", "committee_secretary")


def tearDownModule():
    SUITE.close()


class Branch:
    """A branch of ten with a committee, below a town that may approve members; both with people who act for them."""

    def __init__(self):
        founded = date(days_ago(5 * 365))
        create = lambda title, kind, parent="": OFFICER.post("/v1/organizations", {  # noqa: E731
            "parent": parent, "organization": {"title": title, "kind": kind, "foundedOn": founded}})
        county = create("发展县委", 611)["name"]
        town = create("发展镇党委", 611, county)
        self.town = town["name"]
        branch = create("发展村党支部", 631, self.town)
        self.name = branch["name"]
        OFFICER.patch(f"/v1/{self.town}?updateMask=canApproveProbationary",
                      {"name": self.town, "canApproveProbationary": True, "etag": town["etag"]})
        rows = [COLUMNS] + roster_rows(branch["code"], 300, 10)
        import_roster(OFFICER, county, workbook.workbook(rows), name="adm.xlsx", since=days_ago(4 * 365))
        self.roll = list(OFFICER.pages(f"/v1/{self.name}/members?pageSize=200", "members"))
        for member, code in zip(self.roll[:3], ("SECRETARY", "ORGANIZATION_MEMBER", "DISCIPLINE_MEMBER")):
            OFFICER.post(f"/v1/{member['name']}/posts", {"organization": self.town, "code": f"POST_CODE_{code}",
                                                         "validFrom": date(days_ago(4 * 365 - 1))})
        self.secretary = SUITE.person(SECURITY, "adm-secretary", "branch_secretary", self.name)
        self.committee = SUITE.person(SECURITY, "adm-town", "committee_secretary", self.town)

    def meeting(self, client, organization, kind, roll, day, motion):
        """A submitted meeting of that day with one motion; the motion's name."""
        opened = datetime.datetime.combine(day, datetime.time(9), NOW.tzinfo)
        plan = client.post(f"/v1/{organization}/meetings", {
            "kinds": [f"MEETING_KIND_{kind}"], "title": "会议", "plannedAt": timestamp(opened), "place": "党员活动室",
            "mode": "MEETING_MODE_ONSITE"})
        held = client.post(f"/v1/{plan['name']}:submit", {"record": {
            "openedAt": timestamp(opened), "closedAt": timestamp(opened + datetime.timedelta(hours=2)),
            "chair": roll[0]["name"], "recorder": roll[1]["name"],
            "attendance": [{"member": m["name"], "presence": "PRESENCE_PRESENT"} for m in roll],
            "agenda": [{"title": "讨论", "speakerCount": 3, "summary": "讨论并表决"}], "motions": [motion],
            "resolutions": [{"text": "按决议办理", "owner": "支部委员会", "dueDate": date(day + datetime.timedelta(days=30))}],
            "signedByChair": True, "signedByRecorder": True}})
        return f"{held['name']}/motions/1"

    def committee_decision(self, day, case):
        return self.meeting(self.secretary, self.name, "COMMITTEE", self.roll[:4], day, {
            "text": "支委会意见", "kind": "MOTION_KIND_COMMITTEE", "ballotMode": "BALLOT_MODE_HANDS", "votesFor": 4,
            "subject": case})

    def vote(self, day, case, kind, votes_for=9, mode="BALLOT_MODE_SECRET"):
        return self.meeting(self.secretary, self.name, "GENERAL", self.roll, day, {
            "text": "支部大会表决", "kind": f"MOTION_KIND_{kind}", "ballotMode": mode, "votesFor": votes_for,
            "votesAgainst": 9 - votes_for, "ballotsIssued": 9, "ballotsReturned": 9, "subject": case})

    def approval(self, day, case):
        return self.meeting(self.committee, self.town, "COMMITTEE", self.roll[:3], day, {
            "text": "党委审批", "kind": "MOTION_KIND_APPROVAL", "ballotMode": "BALLOT_MODE_HANDS", "votesFor": 3,
            "subject": case})


class Admission(unittest.TestCase):
    """The steps build on each other, so they are one test."""

    def act(self, client, verb, part, body):
        """One step of the case, by `client`."""
        self.case = client.post(f"/v1/{self.case['name']}:{verb}", {part: body})
        return self.case

    def refused(self, reason, client, verb, part, body):
        """The step is refused, names a rule with its article, and changes nothing."""
        before = client.get(f"/v1/{self.case['name']}")["etag"]
        with self.assertRaises(suite.Refused) as refusal:
            client.post(f"/v1/{self.case['name']}:{verb}", {part: body})
        self.assertEqual(refusal.exception.reason, reason)
        self.assertEqual(client.get(f"/v1/{self.case['name']}")["etag"], before)
        return refusal.exception.metadata

    def upload(self, client, kind):
        """A small PDF among the papers of the case."""
        content = f"%PDF-1.4\n% {kind} {self.case['name']}\n%%EOF\n".encode()
        document = client.post("/v1/documents", {
            "subject": self.case["name"], "kind": kind, "title": "材料", "mediaType": "application/pdf",
            "size": str(len(content)), "sha256": hashlib.sha256(content).hexdigest(), "unclassified": True})
        client.post(f"/v1/{document['name']}:upload", {"offset": "0", "content": base64.b64encode(content).decode()})
        client.post(f"/v1/{document['name']}:finish")

    def test_from_application_to_full_member(self):
        branch = Branch()
        secretary, committee = branch.secretary, branch.committee
        applied = days_ago(3 * 365)
        self.applies(branch, applied)
        name = self.case["name"]

        activist = applied + datetime.timedelta(days=90)
        self.act(secretary, "recordTalk", "talk", {"day": date(applied + datetime.timedelta(days=20)),
                                                   "talker": branch.roll[0]["name"]})
        self.act(secretary, "proposeActivist", "proposal", {
            "motion": branch.committee_decision(activist, name), "channel": "ACTIVIST_CHANNEL_MEMBERS"})
        self.act(committee, "fileActivist", "filing", {"organization": branch.town,
                                                       "day": date(activist + datetime.timedelta(days=10))})
        self.act(secretary, "assignCultivators", "choice", {
            "members": [m["name"] for m in branch.roll[4:6]], "day": date(activist + datetime.timedelta(days=11))})
        self.assertEqual(self.case["state"], "ADMISSION_STATE_ACTIVIST")
        for half_year in (1, 2):
            self.act(secretary, "reviewActivist", "review", {
                "day": date(activist + datetime.timedelta(days=170 * half_year))})

        heard = {"groupHeard": True, "cultivatorsHeard": True, "membersHeard": True, "massesHeard": True}
        early = activist + datetime.timedelta(days=350)
        article = self.refused("A_LT_1Y", secretary, "proposeCandidate", "proposal",
                               {"motion": branch.committee_decision(early, name), **heard})
        self.assertEqual(article["rule_id"], "A-09")
        self.assertIn("第十三条", article["source"])
        proposed = activist + datetime.timedelta(days=370)
        self.act(secretary, "proposeCandidate", "proposal", {"motion": branch.committee_decision(proposed, name), **heard})
        consented = proposed + datetime.timedelta(days=5)
        self.act(committee, "consentToCandidate", "consent", {"organization": branch.town, "day": date(consented),
                                                              "consented": True})
        candidate = self.becomes_a_candidate(secretary, consented)
        self.is_prepared(branch, candidate)

        voted = candidate + datetime.timedelta(days=70)
        self.the_meeting_votes(branch, voted)
        self.is_approved(branch, voted)
        self.is_converted(branch, voted)
        self.closes_the_file(secretary)

    def applies(self, branch, applied):
        person = {"fullName": "测试申请人", "identityNumber": identity_number(400, birth="19900101"), "ethnicity": "01",
                  "education": "21", "phone": "19900000400", "unit": "APPLICANT_UNIT_VILLAGE"}
        body = {"applicant": person, "submission": {"receivedOn": date(applied), "place": "APPLICATION_PLACE_UNIT"}}
        path = f"/v1/{branch.name}/admissionCases"
        with self.subTest("seventeen years are not enough"):
            young = dict(person, identityNumber=identity_number(401, birth=f"{applied.year - 17}0101"))
            with self.assertRaises(suite.Refused) as refusal:
                branch.secretary.post(path, {**body, "applicant": young})
            self.assertEqual((refusal.exception.reason, refusal.exception.metadata["rule_id"]), ("A_UNDERAGE", "A-01"))
        self.case = branch.secretary.post(path, body, headers={"Idempotency-Key": "apply"})
        again = branch.secretary.post(path, body, headers={"Idempotency-Key": "apply"})
        self.assertEqual(again["name"], self.case["name"])
        with self.assertRaises(suite.Refused) as refusal:
            branch.secretary.post(path, body)
        self.assertEqual(refusal.exception.reason, "CASE_OPEN")
        self.assertNotIn(person["identityNumber"], str(self.case))
        steps = {s["number"]: s for s in self.case["steps"]}
        self.assertEqual(len(steps), 25)
        self.assertEqual(steps[1]["state"], "ADMISSION_STEP_STATE_DONE")
        self.assertIn("dueOn", steps[2])

    def becomes_a_candidate(self, secretary, consented):
        """The public notice where the rules of the day ask for one; the day of becoming a candidate."""
        if self.case["state"] == "ADMISSION_STATE_CANDIDATE":  # before 2026-05-11 filing was enough
            return consented
        start = workday(consented, 1)
        self.act(secretary, "startNotice", "notice", {"day": date(start), "sites": [SITE]})
        ends = self.case["noticeEndsOn"]
        last = datetime.date(ends["year"], ends["month"], ends["day"])
        self.refused("A_NOTICE_SHORT", secretary, "closeNotice", "notice",
                     {"day": date(last), "objection": "NOTICE_OBJECTION_NONE"})
        closed = last + datetime.timedelta(days=1)
        self.act(secretary, "closeNotice", "notice", {"day": date(closed), "objection": "NOTICE_OBJECTION_NONE"})
        return closed

    def is_prepared(self, branch, candidate):
        """Sponsors, background review, training, the branch's and the committee's reviews."""
        secretary = branch.secretary
        day = lambda n: candidate + datetime.timedelta(days=n)  # noqa: E731
        self.refused("A_INTRODUCER", secretary, "chooseSponsors", "choice",
                     {"members": [branch.roll[4]["name"]], "day": date(day(3))})
        self.act(secretary, "chooseSponsors", "choice", {"members": [m["name"] for m in branch.roll[4:6]], "day": date(day(3))})
        review = {"day": date(day(10)), "conclusion": "REVIEW_CONCLUSION_PASSED", "joint": True}
        self.refused("A_DOCUMENT", secretary, "recordBackgroundReview", "review", review)
        self.upload(secretary, "BACKGROUND_REVIEW")
        self.act(secretary, "recordBackgroundReview", "review", review)
        self.refused("A_TRAIN_SHORT", secretary, "recordTraining", "training", {"day": date(day(20)), "days": 2, "hours": 16})
        self.act(secretary, "recordTraining", "training", {"day": date(day(20)), "days": 3, "hours": 24})
        self.act(secretary, "reviewByBranch", "review", {"motion": branch.committee_decision(day(30), self.case["name"])})
        self.act(branch.committee, "preReview", "review", {"organization": branch.town, "day": date(day(50)), "passed": True,
                                                           "formNumber": "ZYS-E2E-0001"})
        self.assertEqual(self.case["state"], "ADMISSION_STATE_PRE_REVIEWED")

    def the_meeting_votes(self, branch, voted):
        vote = lambda motion: {"motion": motion, "submittedOn": date(voted + datetime.timedelta(days=2))}  # noqa: E731
        with self.subTest("a show of hands is no vote on an admission"):
            with self.assertRaises(suite.Refused):
                branch.vote(voted, self.case["name"], "ADMISSION", mode="BALLOT_MODE_HANDS")
        with self.subTest("a vote on something else is none on this case"):
            other = branch.vote(voted, "admissionCases/1", "ADMISSION")
            self.refused("MOTION_MISMATCH", branch.secretary, "recordAdmissionVote", "vote", vote(other))
        self.act(branch.secretary, "recordAdmissionVote", "vote", vote(branch.vote(voted, self.case["name"], "ADMISSION")))
        self.assertEqual(self.case["state"], "ADMISSION_STATE_BRANCH_PASSED")

    def is_approved(self, branch, voted):
        day = lambda n: voted + datetime.timedelta(days=n)  # noqa: E731
        self.act(branch.committee, "recordUpperTalk", "talk", {"organization": branch.town, "day": date(day(10)),
                                                              "talker": branch.roll[0]["name"]})
        approval = {"organization": branch.town, "motion": branch.approval(day(20), self.case["name"]),
                    "repliedOn": date(day(25))}
        with self.subTest("the branch can't approve its own"), self.assertRaises(suite.Refused) as refusal:
            branch.secretary.post(f"/v1/{self.case['name']}:approve", {"approval": approval})
        self.assertEqual(refusal.exception.code, 403)
        self.act(branch.committee, "approve", "approval", approval)
        self.assertEqual(self.case["state"], "ADMISSION_STATE_PROBATIONARY")
        member = branch.secretary.get(f"/v1/{self.case['member']}")
        self.assertEqual((member["category"], member["organization"]), ("MEMBER_CATEGORY_PROBATIONARY", branch.name))
        intervals = branch.secretary.get(f"/v1/{self.case['member']}/intervals")["intervals"]
        self.assertEqual(intervals[0]["validFrom"], date(voted))
        self.act(OFFICER, "fileAdmission", "filing", {"organization": OFFICER.get(f"/v1/{branch.town}")["parent"],
                                                      "day": date(day(30))})
        self.act(branch.secretary, "assignGroup", "assignment", {"day": date(day(31))})
        self.act(branch.secretary, "recordOath", "oath", {"day": date(day(40))})

    def is_converted(self, branch, voted):
        full = voted.replace(year=voted.year + 1)
        branch.roll = list(OFFICER.pages(f"/v1/{branch.name}/members?pageSize=200", "members"))
        heard = {"groupHeard": True, "membersHeard": True, "massesHeard": True}
        self.act(branch.secretary, "applyForConversion", "application", {"day": date(full - datetime.timedelta(days=10))})
        vote = lambda day: {"motion": branch.vote(day, self.case["name"], "CONVERSION"),  # noqa: E731
                            "proposal": "CONVERSION_PROPOSAL_ON_TIME", "submittedOn": date(day), **heard}
        self.refused("A_CONVERT_EARLY", branch.secretary, "recordConversionVote", "vote", vote(full - datetime.timedelta(days=1)))
        decided = full + datetime.timedelta(days=5)
        self.act(branch.secretary, "recordConversionVote", "vote", vote(decided))
        self.act(branch.committee, "decideConversion", "decision", {
            "organization": branch.town, "motion": branch.approval(decided + datetime.timedelta(days=10), self.case["name"]),
            "repliedOn": date(decided + datetime.timedelta(days=12))})
        self.assertEqual(self.case["state"], "ADMISSION_STATE_FULL")
        member = branch.secretary.get(f"/v1/{self.case['member']}")
        self.assertEqual((member["category"], member["convertedOn"]), ("MEMBER_CATEGORY_FULL", date(full)))

    def closes_the_file(self, secretary):
        archive = {"day": date(TODAY)}
        self.refused("A_DOCUMENT", secretary, "archive", "archiving", archive)
        for kind in ("APPLICATION", "CULTIVATION_RECORD", "ADMISSION_FORM", "PROBATION_RECORD", "CONVERSION_APPLICATION"):
            self.upload(secretary, kind)
        self.act(secretary, "archive", "archiving", archive)
        self.assertEqual(self.case["state"], "ADMISSION_STATE_ARCHIVED")
        done = [s["number"] for s in self.case["steps"] if s["state"] == "ADMISSION_STEP_STATE_DONE"]
        self.assertIn(25, done)
        self.assertTrue(all(d["ruleSet"].startswith("admission/") for d in self.case["decisions"] if d["ruleId"].startswith("A-")))
        kinds = [e["kind"] for e in secretary.pages(f"/v1/{self.case['name']}/events?pageSize=10", "events")]
        self.assertEqual(kinds[0], "ADMISSION_EVENT_KIND_SUBMIT_APPLICATION")
        self.assertEqual(kinds[-1], "ADMISSION_EVENT_KIND_ARCHIVE_ADMISSION_CASE")


if __name__ == "__main__":
    unittest.main(argv=sys.argv, verbosity=2)
