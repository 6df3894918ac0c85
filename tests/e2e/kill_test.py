"""Does membership, killed again and again in the middle of its work, lose or double anything of dues and transfers?

Every write is repeated under its request id until it is answered; jobs go on by themselves.
"""

import collections
import concurrent.futures
import re
import time
import unittest

import suite
import workbook
from county import COLUMNS, MONTH_START, create_county, date, import_roster, roster_rows

PER_BRANCH = 120
PAYERS = 24
TRAVELLERS = 12
SALARY = {"category": "DUES_CATEGORY_SALARY", "baseFen": "300000"}
FEN = 1500
YEAR = MONTH_START.year - 1
MONTHS = [f"{YEAR}-{month:02}" for month in range(1, 13)]
BUSY = (429, 499, 500, 503, 504)


def persist(write):
    """What `write` answers in the end; it is called again while nobody answers."""
    for attempt in range(100):
        try:
            return write()
        except suite.Refused as refused:
            if refused.code not in BUSY:
                raise
        except OSError:
            pass
        time.sleep(0.1 + 0.02 * attempt)
    raise AssertionError("a write did not get through")


class KillTest(unittest.TestCase):
    """A county of four branches."""

    @classmethod
    def setUpClass(cls):
        cls.suite = suite.Suite()
        cls.addClassCleanup(cls.suite.close)
        security = cls.suite.security()
        cls.suite.person(security, "kill-approver", "committee_secretary")  # agrees to what takes a second one
        cls.officer, cls.secretary, cls.cashier, cls.bookkeeper, cls.worker = (
            cls.suite.person(security, f"kill-{role.replace('_', '-')}", role) for role in (
                "organization_department", "branch_secretary", "dues_cashier", "dues_bookkeeper", "party_worker"))
        made = create_county(cls.officer)
        cls.county = made["测试县委"]["name"]
        branches = [o for title, o in made.items() if "支部" in title]
        cls.branches = [branch["name"] for branch in branches]
        rows = [COLUMNS]
        for i, branch in enumerate(branches):
            rows += roster_rows(branch["code"], i * PER_BRANCH, PER_BRANCH)
        import_roster(cls.officer, cls.county, workbook.workbook(rows), since=MONTH_START.replace(year=YEAR - 1))
        cls.rolls = {branch: cls.roll(branch) for branch in cls.branches}
        for branch, roll in cls.rolls.items():
            for first in range(0, len(roll), 200):
                cls.secretary.post(f"/v1/{branch}/duesStandards:batchSet", {
                    "year": YEAR, "bases": [{"member": one, "base": SALARY} for one in roll[first:first + 200]]})

    @classmethod
    def roll(cls, branch):
        return [m["name"] for m in cls.officer.pages(f"/v1/{branch}/members?pageSize=200", "members")]

    def under_fire(self, work, shots):
        """Runs the calls of `work` at once and kills membership `shots` times while they go on; their answers."""
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            calls = [pool.submit(persist, call) for call in work]
            for shot in range(shots):
                wanted = len(calls) * (shot + 1) // (shots + 1)
                suite.wait_for(lambda: sum(call.done() for call in calls) >= wanted, 60, "the calls to be at work")  # pylint: disable=cell-var-from-loop
                self.suite.kill("membership")
                self.suite.restart("membership")
            return [call.result() for call in calls]

    def test_1_a_bill_run_makes_each_bill_once(self):
        runs = [self.officer.post(f"/v1/{self.county}/billRuns", {"month": month})["name"] for month in MONTHS]

        def states():
            return [persist(lambda r=run: self.officer.get(f"/v1/{r}")) for run in runs]

        # Killed at once, then each time that it is seen to have got further.
        seen, kills = -1, 0
        while kills < 4:
            now = states()
            bills = sum(int(run.get("billsMade", 0)) for run in now)
            if all(run["state"] == "BILL_RUN_STATE_DONE" for run in now):
                break
            if bills > seen:
                self.suite.kill("membership")
                self.suite.restart("membership")
                seen, kills = bills, kills + 1
        self.assertGreater(kills, 0, "the runs were over before anybody could kill them")
        suite.wait_for(lambda: all(run["state"] == "BILL_RUN_STATE_DONE" for run in states()), 60, "the runs to end")

        members = sum(len(roll) for roll in self.rolls.values())
        self.assertEqual([int(run["billsMade"]) for run in states()], [members] * len(MONTHS))
        for branch, roll in self.rolls.items():
            for month in MONTHS:
                bills = list(self.officer.pages(f"/v1/{branch}/duesBills?month={month}&pageSize=200", "bills"))
                self.assertEqual(sorted(bill["member"] for bill in bills), sorted(roll), f"{branch} {month}")
        collection = self.officer.get(f"/v1/{self.county}/duesCollection?fromMonth={MONTHS[0]}&toMonth={MONTHS[-1]}")
        self.assertEqual(int(collection["billedFen"]), members * FEN * len(MONTHS))

    def test_2_a_payment_is_taken_once_and_the_ledger_balances(self):
        payers = [member for roll in self.rolls.values() for member in roll[:PAYERS // 4]]

        def pay(member, number):
            return self.cashier.post(f"/v1/{member}/duesPayments", {
                "amountFen": str(FEN), "channel": "DUES_CHANNEL_MOBILE", "externalNumber": number, "month": MONTHS[0],
                "paidOn": {"year": YEAR, "month": 12, "day": 30}}, headers={"Idempotency-Key": number})

        numbers = [f"kill-{member.replace('/', '-')}" for member in payers]
        paid = self.under_fire([lambda m=member, n=number: pay(m, n) for member, number in zip(payers, numbers)], 2)
        again = [persist(lambda m=member, n=number: pay(m, n)) for member, number in zip(payers, numbers)]
        self.assertEqual([one["name"] for one in paid], [one["name"] for one in again])
        self.assertEqual(len({one["receiptNumber"] for one in paid}), len(payers))

        self.under_fire([lambda p=one: self.bookkeeper.post(
            f"/v1/{p['name']}:confirm", {}, headers={"Idempotency-Key": f"confirm-{p['name']}"}) for one in paid], 1)
        for branch in self.branches:
            payments = list(self.cashier.pages(f"/v1/{branch}/duesPayments?pageSize=200", "payments"))
            self.assertEqual(len(payments), PAYERS // 4)
            self.assertEqual({one["state"] for one in payments}, {"DUES_PAYMENT_STATE_CONFIRMED"})
        check = self.bookkeeper.post(f"/v1/{self.county}/ledgerChecks:start", {})["name"]
        proof = suite.wait_for(lambda: (lambda c: c if c["state"] in (
            "LEDGER_CHECK_STATE_PROVEN", "LEDGER_CHECK_STATE_DIFFERENT") else None)(self.bookkeeper.get(f"/v1/{check}")),
                               60, "the check to end")
        self.assertEqual(proof["state"], "LEDGER_CHECK_STATE_PROVEN", proof)
        self.assertEqual(proof["debitFen"], proof["creditFen"])

    def test_3_a_transfer_is_in_one_place_whoever_dies(self):
        source, target = self.branches[0], self.branches[2]
        # A probationary member would need papers.
        travellers = [m["name"] for m in self.officer.pages(f"/v1/{source}/members?pageSize=200", "members")
                      if m["category"] == "MEMBER_CATEGORY_FULL"][-TRAVELLERS:]
        before = {branch: len(self.rolls[branch]) for branch in self.branches}

        def step(path, body, key):
            return self.officer.post(path, body, headers={"Idempotency-Key": key})

        def saga(member):
            key = member.replace("/", "-")
            name = persist(lambda: self.worker.post("/v1/transfers", {
                "kind": "TRANSFER_KIND_INSIDE", "reason": "TRANSFER_REASON_UNIT_CHANGED", "members": [member],
                "toOrganization": target, "reach": "TRANSFER_REACH_COUNTY", "duesPaidThrough": date(MONTH_START)},
                headers={"Idempotency-Key": f"create-{key}"}))["name"]
            for verb, body in (("approveOut", {}), ("issueLetter", {}), ("accept", {}), ("complete", {"receiptNumber": key})):
                answer = persist(lambda v=verb, b=body: step(f"/v1/{name}:{v}", b, f"{v}-{key}"))
            return answer

        done = self.under_fire([lambda m=member: saga(m) for member in travellers], 3)
        self.assertEqual({one["state"] for one in done}, {"TRANSFER_STATE_DONE"})
        self.assertEqual(len({one["name"] for one in done}), TRAVELLERS)

        rolls = {branch: self.roll(branch) for branch in self.branches}
        everywhere = collections.Counter(member for roll in rolls.values() for member in roll)
        self.assertEqual(set(everywhere.values()), {1})
        self.assertLessEqual(set(travellers), set(rolls[target]))
        self.assertEqual({branch: len(roll) for branch, roll in rolls.items()},
                         {**before, source: before[source] - TRAVELLERS, target: before[target] + TRAVELLERS})
        for branch, roll in rolls.items():
            counts = suite.wait_for(lambda b=branch, n=len(roll): (lambda c: c if int(c.get("fullMembers", 0)) + int(
                c.get("probationaryMembers", 0)) == n else None)(self.officer.get(f"/v1/{b}/counts")), 30, "the counts to follow")
            self.assertTrue(counts)
        for one in done:
            case = self.officer.get(f"/v1/{one['name']}")
            self.assertEqual([(taken["number"], taken["action"].removeprefix("TRANSFER_ACTION_")) for taken in case["steps"]],
                             list(enumerate(("CREATE", "APPROVE_OUT", "ISSUE_LETTER", "ACCEPT", "COMPLETE"), 1)))
            with self.subTest("each side was told of each step once, in order", case=one["name"]):
                told = self.told(one["name"])
                self.assertEqual(set(told), {case["sender"], case["receiver"]})
                self.assertEqual(list(told.values()), [[1, 2, 3, 4, 5]] * 2)

    def told(self, transfer):
        """The numbers of the steps that events told of, in their order: {side's committee: numbers}."""
        rows = self.suite.sql("SELECT organization_id, HEX(payload) FROM event WHERE type = 'ronghe.membership.transfer.changed' "
                              f"AND subject = '{transfer}' ORDER BY sequence", "ronghe_membership")
        numbers = collections.defaultdict(list)
        for organization, payload in rows:
            step = re.search(rb"\x0a\x04step\x12\x01(\d)", bytes.fromhex(payload))
            numbers[f"organizations/{organization}"].append(int(step.group(1)))
        return dict(numbers)


if __name__ == "__main__":
    unittest.main(verbosity=2)
