"""Does a planted identity number or telephone number come out anywhere that it should not?

Numbers are put in by every path that a person or a department has: where they belong, and by mistake. Then everything that
the suite leaves behind is searched for every one of them, in every spelling that a program might give it: logs, traces,
metrics, event feeds, answers, audit, every column of every table.
"""

import base64
import binascii
import hashlib
import json
import pathlib
import ssl
import sys
import unittest
import urllib.error
import urllib.parse
import urllib.request

import ahocorasick
import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))
import county  # pylint: disable=wrong-import-position
import suite  # pylint: disable=wrong-import-position
import workbook  # pylint: disable=wrong-import-position
from county import COLUMNS, date, identity_number, import_roster, when  # pylint: disable=wrong-import-position
from door import Contracts, Door  # pylint: disable=wrong-import-position

SCHEMAS = ["ronghe_access", "ronghe_evaluation", "ronghe_meeting", "ronghe_membership", "ronghe_training"]
LAST_YEAR = date(county.LAST_YEAR)
LONG_AGO = {"year": 2005, "month": 7, "day": 1}
CONVERTED = {"year": 2006, "month": 7, "day": 1}


class Plants:
    """Numbers that were put in, each used once, so that a find says by which path it came."""

    def __init__(self):
        self.made = {}
        self.order = 0

    def identity(self, path):
        self.order += 1
        return self._plant(identity_number(self.order, birth="19710713"), path)

    def phone(self, path):
        self.order += 1
        return self._plant(f"1877{self.order:07d}", path)

    def _plant(self, number, path):
        self.made[number] = path
        return number

    def needles(self):
        """Every spelling: {bytes: (number, path, spelling)}."""
        found = {}
        for number, path in self.made.items():
            for spelling, needle in spellings(number):
                found[needle] = (number, path, spelling)
        return found


def spellings(number):
    raw = number.encode()
    yield "plain", raw
    if number.endswith("X"):
        yield "plain, small x", number.lower().encode()
    yield "hexadecimal", binascii.hexlify(raw)
    yield "percent-encoded", "".join(f"%{byte:02X}" for byte in raw).encode()
    yield "full-width", "".join(chr(ord(c) + 0xFEE0) for c in number).encode()
    yield "UTF-16", number.encode("utf-16-le")
    # Base64 of a longer text spells a part of it in one of three ways.
    for shift in range(3):
        spelled = base64.b64encode(b"\0" * shift + raw)
        yield f"base64, shifted by {shift}", spelled[2 * shift and 4:len(spelled) - 4]
    # A hash without a key is as good as the number: there are too few of them.
    for name in ("sha256", "sha1", "md5", "sm3"):
        digest = hashlib.new(name, raw).digest()
        yield name, digest
        yield f"{name} in hexadecimal", digest.hex().encode()


class Finder:
    """Searches bytes for every spelling at once."""

    def __init__(self, plants):
        self.needles = ahocorasick.Automaton()
        for needle, plant in plants.needles().items():
            self.needles.add_word(needle.decode("latin-1"), plant)
        self.needles.make_automaton()
        self.found = []

    def look(self, place, content):
        for number, path, spelling in {plant for _, plant in self.needles.iter(content.decode("latin-1"))}:
            self.found.append(f"{place}: the number planted by {path!r} ({number}) stands there, {spelling}")


class Listener(suite.Client):
    """A client that keeps every answer, so that all are searched."""

    answers = []

    def call(self, method, path, body=None, headers=None, raw=False, whole=False):
        """whole: the answer is meant to hold numbers in full."""
        try:
            answer = super().call(method, path, body=body, headers=headers, raw=raw)
        except suite.Refused as refused:
            Listener.answers.append((f"refusal of {method} {path.split('?')[0]}", json.dumps(refused.error, ensure_ascii=False).encode()))
            raise
        if not whole:
            content = answer if raw else json.dumps(answer, ensure_ascii=False).encode()
            Listener.answers.append((f"answer of {method} {path.split('?')[0]}", content))
        return answer

    def refused(self, method, path, body=None, **options):
        """The reason of a refusal; None where the call was answered."""
        try:
            self.call(method, path, body=body, **options)
        except suite.Refused as refused:
            return refused.reason or refused.code
        return None


def listening(person):
    listener = Listener(person.suite, person.token)
    listener.account = person.account
    return listener


def setUpModule():
    global SUITE, PLANTS  # pylint: disable=global-statement
    SUITE = suite.Suite()
    PLANTS = Plants()


def tearDownModule():
    SUITE.close()


class FinderTest(unittest.TestCase):

    def test_finds_every_spelling_and_nothing_else(self):
        plants = Plants()
        plants.identity("a form")
        plants.phone("a file")
        finder = Finder(plants)
        finder.look("a text", b"\n".join(needle[:-1] for needle in plants.needles()))
        self.assertEqual(finder.found, [])
        finder.look("a text", b"\n".join(plants.needles()))
        self.assertEqual(len(finder.found), len(plants.needles()))


class PlantedTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.security = SUITE.security()
        cls.officer = listening(SUITE.person(cls.security, "officer", "organization_department"))
        cls.approver = SUITE.person(cls.security, "approver", "committee_secretary")
        cls.auditor = SUITE.person(cls.security, "auditor", "audit_administrator")
        cls.found_county()

    @classmethod
    def found_county(cls):
        def create(title, kind, parent=""):
            return cls.officer.post("/v1/organizations", {"parent": parent, "organization": {
                "title": title, "kind": kind, "foundedOn": LAST_YEAR}})
        cls.county = create("测试县委", 611)["name"]
        cls.branch = create("测试党支部", 631, cls.county)

    def test_nothing_planted_comes_out(self):
        self.through_members()
        self.through_rosters()
        self.through_unmasking()
        self.through_exports()
        self.by_mistake_in_texts()
        self.in_addresses_and_headers()
        self.in_broken_bodies()
        self.at_the_sign_in()
        self.by_grpc()
        self.at_the_client_door()
        # What is logged in groups or published late is out by then.
        SUITE.up("--stop")
        SUITE.up("--no-demo", "--no-build")
        finder = Finder(PLANTS)
        self.assertGreater(len(PLANTS.made), 50)
        for place, content in Listener.answers:
            finder.look(place, content)
        self.search_files(finder)
        self.search_metrics(finder)
        self.search_feeds_and_audit(finder)
        self.search_tables(finder)
        self.assertFalse(finder.found, "\n" + "\n".join(sorted(finder.found)))

    # By the paths that numbers are meant to take.

    def member(self, path, **changes):
        return {"fullName": "植入测试", "identityNumber": PLANTS.identity(path), "ethnicity": "01", "education": "21",
                "phone": PLANTS.phone(path), "category": "MEMBER_CATEGORY_FULL", "joinedOn": LONG_AGO, "convertedOn": CONVERTED,
                **changes}

    def through_members(self):
        created = self.member("CreateMember")
        branch = self.branch["name"]
        self.one = self.officer.post(f"/v1/{branch}/members", created, headers={"Idempotency-Key": "create-one"})["name"]
        self.officer.post(f"/v1/{branch}/members", created, headers={"Idempotency-Key": "create-one"})
        self.assertEqual(self.officer.refused("POST", f"/v1/{branch}/members", created), "MEMBER_EXISTS")
        self.officer.post(f"/v1/{branch}/members", self.member("CreateMember, validate only"),
                          headers={"X-Ronghe-Validate-Only": "true"})
        self.officer.patch(f"/v1/{self.one}?updateMask=phone", {"phone": PLANTS.phone("UpdateMember")})
        self.officer.patch(f"/v1/{self.one}?updateMask=identityNumber", {"identityNumber": PLANTS.identity("UpdateMember")})
        self.two = self.officer.post(f"/v1/{branch}/members", self.member("CreateMember, second"))["name"]
        for number in list(PLANTS.made)[:3]:
            self.officer.call("POST", f"/v1/{self.county}/members:search", {"identityNumber": number} if len(number) == 18 else
                              {"fullName": "植入测试"})
        self.officer.post(f"/v1/{self.county}/members:search", {"identityNumber": PLANTS.identity("SearchMembers, unknown")})
        for wrong in ({"identityNumber": PLANTS.identity("wrong check")[:17] + "!"}, {"phone": PLANTS.phone("phone too long") + "12"},
                      {"gender": "GENDER_FEMALE"}, {"joinedOn": {"year": 1950, "month": 1, "day": 1}}, {"ethnicity": "99"},
                      {"category": "MEMBER_CATEGORY_UNSPECIFIED"}):
            self.assertIsNotNone(self.officer.refused("POST", f"/v1/{branch}/members", self.member(f"CreateMember, wrong {list(wrong)[0]}", **wrong)))

    def through_rosters(self):
        def row(path, **changes):
            cells = dict(zip(COLUMNS, ["名册测试", "男", PLANTS.identity(path), "01", "1971-07-13", "21", "正式党员", self.branch["code"],
                                       PLANTS.phone(path), "2005-07-01", "2006-07-01", ""]))
            cells.update(changes)
            return [cells[column] for column in COLUMNS]

        rows = [COLUMNS, row("roster, good"), row("roster, good too"),
                row("roster, wrong sex", 性别="女"),
                row("roster, number in the name", 姓名=PLANTS.identity("roster, name column")),
                row("roster, number in a post", 党内职务=PLANTS.identity("roster, post column")),
                row("roster, number as branch", 所在党支部编码=PLANTS.phone("roster, branch column")),
                row("roster, phone in two parts", 手机号码=PLANTS.phone("roster, phone column") + "9"),
                row("roster, number as a date", 入党日期=PLANTS.identity("roster, date column"))]
        self.import_roster(workbook.workbook(rows), "roster.xlsx")
        csv = "\n".join(",".join(cells) for cells in [COLUMNS, row("csv, good"), row("csv, bad", 民族=PLANTS.phone("csv, ethnic group"))])
        self.import_roster(csv.encode(), "roster.csv", dry_run=True)
        # Half a file stays uploaded.
        content = "\n".join(",".join(cells) for cells in [COLUMNS, row("csv, never committed")]).encode()
        task = self.officer.post(f"/v1/{self.county}/rosterImports", {"fileName": "half.csv", "size": str(len(content) + 9)})
        self.officer.post(f"/v1/{task['name']}:upload", {"offset": "0", "content": base64.b64encode(content).decode()})
        self.assertEqual(self.officer.refused("POST", f"/v1/{self.county}/rosterImports", {
            "fileName": f"{PLANTS.identity('file name')}.xlsx", "size": "10"}), "PERSONAL_DATA_IN_TEXT")
        self.import_roster(f"姓名,{PLANTS.identity('csv header')}\n".encode(), "header.csv")

    def import_roster(self, content, name, dry_run=False):
        task = import_roster(self.officer, self.county, content, name, dry_run)
        if name != "header.csv":
            self.officer.call("GET", f"/v1/{task['name']}/errors", whole=True)

    def through_unmasking(self):
        reader = SUITE.person(self.security, "reader")
        self.security.write(f"/v1/{reader.account}/grants", {"role": "unmasker", "organization": self.county}, self.approver)
        reader = listening(reader.renew())
        whole = reader.call("POST", f"/v1/{self.one}:unmask", {
            "fields": ["UNMASK_FIELD_IDENTITY_NUMBER", "UNMASK_FIELD_PHONE", "UNMASK_FIELD_BIRTH_DATE"], "purpose": "transfer",
            "reason": "核对介绍信"}, whole=True)
        self.assertIn(whole["identityNumber"], PLANTS.made)
        self.assertIn(whole["phone"], PLANTS.made)
        for wrong in ({"purpose": PLANTS.identity("purpose of unmasking")}, {"reason": f"电话{PLANTS.phone('reason of unmasking')}"},
                      {"fields": [PLANTS.phone("field of unmasking")]}):
            body = {"fields": ["UNMASK_FIELD_PHONE"], "purpose": "transfer", "reason": "核对介绍信", **wrong}
            self.assertIsNotNone(reader.refused("POST", f"/v1/{self.one}:unmask", body))
        owner = listening(SUITE.person(self.security, "owner", member=self.one))
        self.assertIn("*", owner.get("/v1/me/record")["member"]["identityNumber"])
        self.assertIn(owner.call("GET", "/v1/me/record?unmask=true", whole=True)["unmasked"]["identityNumber"], PLANTS.made)
        reads = owner.get("/v1/me/recordReads")["reads"]
        self.assertEqual([read["kind"] for read in reads], ["KIND_OWN", "KIND_UNMASK"])
        self.assertEqual(reads[1]["purpose"], "transfer")

    def through_exports(self):
        exporter = SUITE.person(self.security, "exporter", "organization_department")
        self.security.write(f"/v1/{exporter.account}/grants", {"role": "unmasker", "organization": self.county}, self.approver)
        exporter = listening(exporter.renew())
        for unmasked in (False, True):
            made = exporter.write(f"/v1/{self.county}/memberExports", {"purpose": "statistics", "unmasked": unmasked}, self.approver)
            exporter.call("GET", f"/v1/{made['name']}:download", raw=True, whole=True)

    # By mistake.

    def by_mistake_in_texts(self):
        """Texts that are no place for a number refuse it, and say so without it."""
        branch = self.branch["name"]
        cases = {
            "organization title": ("/v1/organizations", lambda n: {"parent": self.county, "organization": {
                "title": f"{n}党支部", "kind": 631, "foundedOn": LAST_YEAR}}),
            "member name": (f"/v1/{branch}/members", lambda n: self.member("member name, beside it", fullName=n)),
            "occupation": (f"/v1/{branch}/members", lambda n: self.member("occupation, beside it", occupation=f"电话{n}")),
            "technical post": (f"/v1/{branch}/members", lambda n: self.member("technical post, beside it", technicalPost=n)),
            "meeting place": (f"/v1/{branch}/meetings", lambda n: {"meeting": {
                "title": "支部大会", "types": ["MEETING_TYPE_GENERAL"], "plannedAt": when(0), "place": f"张三家 {n}"}}),
            "meeting title": (f"/v1/{branch}/meetings", lambda n: {"meeting": {
                "title": f"与{n}谈话", "types": ["MEETING_TYPE_GENERAL"], "plannedAt": when(0), "place": "会议室"}}),
            "training description": (f"/v1/{branch}/sessions", lambda n: {"title": "党课", "description": f"联系人{n}"}),
            "account name": ("/v1/accounts", lambda n: {"loginName": "somebody", "displayName": n}),
            "login name": ("/v1/accounts", lambda n: {"loginName": n.lower(), "displayName": "某人"}),
            "client name": ("/v1/clients", lambda n: {"displayName": n, "certificateName": "x.example"}),
            "scheme text": ("/v1/schemes", lambda n: {"text": f"# {n}"}),
            "round title": ("/v1/rounds", lambda n: {"round": {"title": n}}),
            "request id": (f"/v1/{branch}/members", lambda n: self.member("request id, beside it")),
        }
        for name, (path, body) in cases.items():
            for number in (PLANTS.identity(name), PLANTS.phone(name)):
                headers = {"Idempotency-Key": number} if name == "request id" else {}
                with self.subTest(name):
                    client = self.security if path in ("/v1/accounts", "/v1/clients") else self.officer
                    self.assertIsNotNone(listening(client).refused("POST", path, body(number), headers=headers), name)

    def in_addresses_and_headers(self):
        branch = self.branch["name"]
        for path in ("/v1/members/{}", "/v1/{}", "/v1/members/{}/intervals", "/{}", "/v1/organizations/{}/members",
                     f"/v1/{branch}/members?namePrefix={{}}", f"/v1/{branch}/members?identityNumber={{}}",
                     f"/v1/{branch}/members?{{}}=1", f"/v1/{branch}/members?pageToken={{}}", f"/v1/{branch}/members?pageSize={{}}",
                     f"/v1/{branch}/members?category={{}}", "/v1/services/{}/events", "/v1/services/membership/events?resumeToken={}",
                     "/v1/accounts/{}", "/v1/rounds/{}/scores", "/v1/{}:unmask", "/docs/{}", "/v1/members/{encoded}"):
            for number in (PLANTS.identity(f"address {path}"), PLANTS.phone(f"address {path}")):
                try:
                    self.officer.get(path.format(number, encoded=f"%{ord(number[0]):02X}{number[1:]}"))
                except (suite.Refused, AssertionError) as refused:
                    Listener.answers.append((f"refusal of GET {path}", str(refused).encode()))
        for header in ("X-Ronghe-Purpose", "User-Agent", "Referer", "X-Request-Id", "Idempotency-Key", "traceparent", "tracestate",
                       "Cookie", "X-Forwarded-For", "Accept-Language", "Origin", "If-Match", "X-Csrf-Token", "Range"):
            number = PLANTS.phone(f"header {header}") if header == "traceparent" else PLANTS.identity(f"header {header}")
            value = f"00-{number:0>32}-{number:0>16}-01" if header == "traceparent" else f"a={number}" if header == "Cookie" else number
            for method, path, body in (("GET", f"/v1/{self.one}", None), ("POST", f"/v1/{branch}/members", {"fullName": "x"})):
                self.officer.refused(method, path, body, headers={header: value})
        stranger = Listener(SUITE, PLANTS.identity("bearer token"))
        self.assertIsNotNone(stranger.refused("GET", f"/v1/{self.one}"))

    def in_broken_bodies(self):
        branch = self.branch["name"]
        number = PLANTS.identity
        bodies = [
            f'{{"fullName": {number("body, bare number")}}}', f'{{"{number("body, unknown field")}": 1}}',
            f'{{"gender": "{number("body, unknown enum")}"}}', f'{{"joinedOn": "{number("body, text for a date")}"}}',
            f'{{"joinedOn": {{"year": "{number("body, text for a year")}"}}}}', f'{{"floating": "{number("body, text for a truth")}"}}',
            f'{{"identityNumber": "{number("body, cut short")}', f'{{"identityNumber": "{number("body, twice")}", "identityNumber": "1"}}',
            f'{{"identityNumber": ["{number("body, list")}"]}}', f'{{"identityNumber": {{"a": "{number("body, object")}"}}}}',
            f'{{"identityNumber": "{number("body, bad escape")}\\ud800"}}', number("body, no JSON at all"),
            f'{{"etag": "{number("body, etag")}", "identityNumber": "1"}}',
        ]
        for body in bodies:
            self.assertIsNotNone(self.officer.refused("POST", f"/v1/{branch}/members", body.encode()), body)
            self.assertIsNotNone(self.officer.refused("PATCH", f"/v1/{self.two}?updateMask=gender", body.encode()), body)
        self.assertIsNotNone(self.officer.refused("PATCH", f"/v1/{self.two}?updateMask={number('update mask')}", {"gender": 1}))
        self.assertIsNotNone(self.officer.refused("POST", f"/v1/{self.county}/members:search", {
            "identityNumber": number("search, both given"), "fullName": "王小"}))

    def at_the_sign_in(self):
        nobody = Listener(SUITE)
        for number in (PLANTS.identity("login name at sign-in"), PLANTS.phone("login name at sign-in")):
            self.assertIsNotNone(nobody.refused("POST", "/v1/auth:signIn", {"loginName": number, "password": "Wrong-password-1"}))
        self.assertIsNotNone(nobody.refused("POST", "/v1/auth:signIn", {
            "loginName": "officer", "password": PLANTS.identity("password at sign-in")}))

    def by_grpc(self):
        contracts = Contracts()
        door = Door(contracts, SUITE.port("gateway-grpc"), SUITE.state / "tls/ca.pem", bearer=self.officer.token)
        members = "/ronghe.membership.v1.MemberService"
        branch = self.branch["name"]
        calls = [
            (f"{members}/GetMember", {"name": f"members/{PLANTS.phone('gRPC, name')}"}),
            (f"{members}/GetMember", {"name": PLANTS.identity("gRPC, no name")}),
            (f"{members}/CreateMember", {"parent": branch, "member": self.member("gRPC CreateMember", fullName=PLANTS.identity("gRPC, full name"))}),
            (f"{members}/CreateMember", {"parent": branch, "member": self.member("gRPC CreateMember, request id"),
                                         "requestId": PLANTS.phone("gRPC, request id")}),
            (f"{members}/SearchMembers", {"parent": branch, "identityNumber": PLANTS.identity("gRPC search")[:17]}),
            (f"{members}/ListMembers", {"parent": branch, "namePrefix": PLANTS.identity("gRPC, name prefix")}),
            ("/ronghe.meeting.v1.MeetingService/ListMeetings", {"parent": f"organizations/{PLANTS.phone('gRPC, organization')}"}),
        ]
        for method, request in calls:
            try:
                answer = json.dumps(door.call(method, request), ensure_ascii=False).encode()
                Listener.answers.append((f"answer of {method}", answer))
            except grpc.RpcError as refused:
                trailers = b"".join(v if isinstance(v, bytes) else v.encode() for _, v in refused.trailing_metadata() or ())
                Listener.answers.append((f"refusal of {method}", refused.details().encode() + b"\n" + trailers))
        door.metadata = [("authorization", f"Bearer {PLANTS.identity('gRPC bearer')}"), ("x-ronghe-purpose", PLANTS.identity("gRPC purpose")),
                         ("traceparent", PLANTS.phone("gRPC traceparent"))]
        with self.assertRaises(grpc.RpcError):
            door.call(f"{members}/GetMember", {"name": self.one})

    def at_the_client_door(self):
        """The token endpoint takes a form."""
        form = {"grant_type": "client_credentials", "client_id": PLANTS.identity("client id"), "client_secret": PLANTS.phone("client secret"),
                "scope": PLANTS.identity("scope"), "client_assertion": PLANTS.identity("client assertion")}
        context = ssl.create_default_context(cafile=str(SUITE.state / "tls/ca.pem"))
        request = urllib.request.Request(f"https://127.0.0.1:{SUITE.port('gateway')}/oauth2/token", urllib.parse.urlencode(form).encode())
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, context=context, timeout=30)  # pylint: disable=consider-using-with
        Listener.answers.append(("refusal of POST /oauth2/token", refused.exception.read()))

    # Everything that is left behind.

    def search_files(self, finder):
        for file in sorted(SUITE.state.rglob("*")):
            part = file.relative_to(SUITE.state).parts[0]
            # The tables are read by SQL; secrets and certificates hold random bytes.
            if file.is_file() and part not in ("db", "secrets", "tls"):
                finder.look(f"file {file.relative_to(SUITE.state)}", file.read_bytes())

    def search_metrics(self, finder):
        for service in suite.SERVICES:
            with urllib.request.urlopen(f"http://127.0.0.1:{SUITE.port(f'{service}-admin')}/metrics", timeout=30) as page:
                finder.look(f"metrics of {service}", page.read())

    def search_feeds_and_audit(self, finder):
        for service in suite.SERVICES:
            token, head = "", False
            while not head and service != "gateway":
                page = self.officer.get(f"/v1/services/{service}/events?pageSize=200&resumeToken={urllib.parse.quote(token)}")
                token, head = page["resumeToken"], page.get("atHead", False)
                finder.look(f"event feed of {service}", json.dumps(page, ensure_ascii=False).encode())
            for record in self.auditor.pages(f"/v1/services/{service}/auditRecords?pageSize=200", "records"):
                finder.look(f"audit of {service}, {record.get('method')}", json.dumps(record, ensure_ascii=False).encode())

    def search_tables(self, finder):
        """Every value of every column, whatever its type, as bytes."""
        columns = {}
        listed = SUITE.sql("SELECT table_schema, table_name, column_name FROM information_schema.columns "
                           f"WHERE table_schema IN ({','.join(repr(schema) for schema in SCHEMAS)}) ORDER BY 1, 2, ordinal_position")
        for schema, table, column in listed:
            columns.setdefault((schema, table), []).append(column)
        self.assertGreater(len(columns), 60)
        for (schema, table), names in columns.items():
            values = ", ".join(f"HEX(CAST(`{name}` AS BINARY))" for name in names)
            for row in SUITE.sql(f"SELECT {values} FROM {schema}.{table}"):
                for name, value in zip(names, row):
                    if value != "NULL":
                        finder.look(f"column {schema}.{table}.{name}", bytes.fromhex(value))


if __name__ == "__main__":
    unittest.main()
