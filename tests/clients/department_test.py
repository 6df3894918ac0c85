"""Can another department's system get what is shared with it, and nothing else? Registered by the security
administrator, it proves itself with npm's jose, and calls by gRPC (Debian's grpcio) and HTTP with mutual TLS."""

import json
import pathlib
import sys
import threading
import time
import unittest

import grpc
from google.protobuf import json_format

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import department_client as client  # pylint: disable=wrong-import-position
import door  # pylint: disable=wrong-import-position
import suite  # pylint: disable=wrong-import-position
from county import identity_number  # pylint: disable=wrong-import-position

MEMBERS = "ronghe.membership.v1.MemberService"
EVENTS = "ronghe.event.v1.EventFeedService"
GET, LIST = f"/{MEMBERS}/GetMember", f"/{MEMBERS}/ListMembers"
WATCH = f"/{EVENTS}/WatchEvents"
BASIS = "《政务数据共享条例》第十五条;省人社厅 2026 年第 12 号协议"


def share(method, fields, *purposes, attribute="SHARE_ATTRIBUTE_CONDITIONAL"):
    return {"method": method, "fields": fields, "purposes": purposes, "legalBasis": BASIS, "attribute": attribute}


def reason_of(body):
    return suite.Refused(0, body["error"]).reason


def member_fields(*names):
    return [f"ronghe.membership.v1.Member.{name}" for name in names]


SHARES = [
    share(f"{MEMBERS}/GetMember", member_fields("name", "organization", "category", "full_name", "identity_number"),
          "pension"),
    share(f"{MEMBERS}/ListMembers", member_fields("*"), "pension", "statistics"),
    share(f"{EVENTS}/WatchEvents", [f"ronghe.event.v1.Event.{name}" for name in ("type", "subject", "organization")],
          "pension"),
    share(f"{MEMBERS}/ListMemberIntervals", [], "pension", attribute="SHARE_ATTRIBUTE_NONE"),
]


class DepartmentTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.suite = suite.Suite()
        cls.security = cls.suite.security()
        cls.officer = cls.suite.person(cls.security, "officer", "organization_department")
        create = lambda title, kind, parent="": cls.officer.post(  # pylint: disable=unnecessary-lambda-assignment
            "/v1/organizations", {"parent": parent, "organization": {"title": title, "kind": kind}})["name"]
        cls.county = create("测试县委", 611)
        cls.ours = create("机关党支部", 631, cls.county)
        cls.foreign = create("外单位党支部", 631, cls.county)
        cls.members = [cls.create_member(cls.ours, i) for i in range(3)]
        cls.stranger = cls.create_member(cls.foreign, 9)
        cls.contracts = door.Contracts()
        cls.certificate = client.Certificate(cls.suite.state, "department", "department.example")
        cls.department = cls.register("department", SHARES, perSecond=100, burst=1000)

    @classmethod
    def tearDownClass(cls):
        cls.suite.close()

    @classmethod
    def create_member(cls, organization, i):
        return cls.officer.post(f"/v1/{organization}/members", {
            "fullName": f"测试{i}", "gender": "GENDER_MALE", "identityNumber": identity_number(i), "ethnicity": "01", "education": "21",
            "category": "MEMBER_CATEGORY_FULL", "phone": f"199000000{i:02d}",
            "birthDate": {"year": 1980, "month": 1, "day": 1}, "joinedOn": {"year": 2005, "month": 7, "day": 1},
            "convertedOn": {"year": 2006, "month": 7, "day": 1}})["name"]

    @classmethod
    def register(cls, certificate, shares, alg="ES256", **limits):
        """A client with a certificate, a key, and the role of a department on our branch."""
        name = cls.security.post("/v1/clients", {
            "certificateName": f"{certificate}.example", "displayName": "养老金系统", "department": "省人社厅",
            "contact": "信息中心值班室", "shares": shares, "limits": limits})["name"]
        cls.security.post(f"/v1/{name}/grants", {"role": "department_client", "organization": cls.ours, "basis": BASIS})
        department = client.Department(
            cls.suite, name, client.Certificate(cls.suite.state, certificate, f"{certificate}.example"), alg)
        cls.security.post(f"/v1/{name}:addKey", {"jwk": json.dumps(department.public)})
        return department

    def door(self, token, certificate=None, purpose=None):
        certificate = certificate or self.certificate
        opened = door.Door(self.contracts, self.suite.port("gateway-grpc"), self.suite.state / "tls/ca.pem",
                           certificate.pem, certificate.key, token)
        if purpose:
            opened.metadata.append(("x-ronghe-purpose", purpose))
        return opened

    def refusal(self, opened, path, request):
        """(status code, reason) of a refused call by gRPC."""
        with self.assertRaises(grpc.RpcError) as refused:
            opened.call(path, request)
        return refused.exception.code(), door.reason(refused.exception)

    # --- what it gets ---

    def test_gets_the_granted_fields_and_no_other_by_grpc_and_http(self):
        token = self.department.token()
        expected = {"name", "organization", "category", "fullName", "identityNumber"}
        by_grpc = self.door(token).call(GET, {"name": self.members[0], "view": "MEMBER_VIEW_FULL"})
        self.assertEqual(set(by_grpc), expected)
        status, headers, by_http = self.department.web.get(f"/v1/{self.members[0]}?view=MEMBER_VIEW_FULL", token)
        self.assertEqual(status, 200)
        self.assertEqual(by_http, by_grpc)
        self.assertIsNone(headers.get("ETag"))
        self.assertRegex(by_grpc["identityNumber"], r"^\d{6}\*{8}\d{3}[\dX]$")

    def test_pages_through_the_granted_subtree_without_sensitive_fields(self):
        opened = self.door(self.department.token(), purpose="statistics")
        members, page_token = [], ""
        while True:
            page = opened.call(LIST, {"parent": self.ours, "pageSize": 2, "pageToken": page_token})
            members += page.get("members", [])
            page_token = page.get("nextPageToken", "")
            if not page_token:
                break
        self.assertLessEqual(set(self.members), {m["name"] for m in members})
        for member in members:
            self.assertFalse({"identityNumber", "phone", "fullName", "birthDate"} & set(member), member)

    def test_is_refused_what_is_not_shared(self):
        token = self.department.token()
        opened = self.door(token)
        denied, invalid = grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.INVALID_ARGUMENT
        self.assertEqual(self.refusal(opened, f"/{MEMBERS}/SearchMembers", {"parent": self.ours}),
                         (denied, "METHOD_NOT_SHARED"))
        self.assertEqual(self.refusal(opened, f"/{MEMBERS}/ListMemberIntervals", {"parent": self.members[0]}),
                         (denied, "METHOD_NOT_SHARED"))
        self.assertEqual(self.refusal(opened, LIST, {"parent": self.ours}), (invalid, "PURPOSE_REQUIRED"))
        self.assertEqual(self.refusal(self.door(token, purpose="curiosity"), LIST, {"parent": self.ours}),
                         (denied, "PURPOSE_NOT_ALLOWED"))
        self.assertEqual(self.refusal(self.door(token, purpose="statistics"), GET, {"name": self.members[0]}),
                         (denied, "PURPOSE_NOT_ALLOWED"))
        # What is somebody else's is refused like what is not there.
        foreign = self.refusal(opened, GET, {"name": self.stranger})
        self.assertEqual(foreign, self.refusal(opened, GET, {"name": "members/1"}))
        self.assertIn(foreign[0], (denied, grpc.StatusCode.NOT_FOUND))
        self.assertEqual(self.refusal(self.door(token, purpose="pension"), LIST, {"parent": self.foreign})[0], denied)
        for purpose, reason in (("curiosity", "PURPOSE_NOT_ALLOWED"), (None, "PURPOSE_REQUIRED")):
            status, _, body = self.department.web.get(f"/v1/{self.ours}/members", token, purpose)
            self.assertEqual((status, reason_of(body)), (400 if purpose is None else 403, reason))

    def test_watches_events_as_they_happen_and_resumes(self):
        opened = self.door(self.department.token())
        stream = opened.stream(WATCH, {"source": "services/membership"}, timeout=60)
        seen, resume_token = [], ""
        enough = threading.Event()
        added = self.create_member(self.ours, 50)

        def watch():
            nonlocal resume_token
            try:
                for message in stream:
                    answer = json_format.MessageToDict(message)
                    seen.extend(answer.get("events", []))
                    resume_token = answer.get("resumeToken", resume_token)
                    if any(e.get("subject") == added for e in seen):
                        enough.set()
                        return
            except grpc.RpcError:
                pass

        thread = threading.Thread(target=watch)
        thread.start()
        self.assertTrue(enough.wait(15), seen)
        stream.cancel()
        thread.join()
        self.assertFalse([e for e in seen if e.get("organization") == self.foreign])
        self.assertEqual(set().union(*seen), {"type", "subject", "organization"})
        for event in self.department.first_events("services/membership"):
            self.assertLessEqual(set(event), {"type", "subject", "organization"})
        later = self.create_member(self.ours, 51)
        resumed = opened.stream(WATCH, {"source": "services/membership", "resumeToken": resume_token}, timeout=60)
        subjects = []
        for message in resumed:
            subjects += [e.get("subject") for e in json_format.MessageToDict(message).get("events", [])]
            if later in subjects:
                break
        resumed.cancel()
        self.assertNotIn(added, subjects)

    # --- how it proves itself ---

    def test_a_token_opens_with_its_certificate_only(self):
        token = self.department.token()
        other = client.Certificate(self.suite.state, "department-2", "department.example")
        unauthenticated = grpc.StatusCode.UNAUTHENTICATED
        for opened in (self.door(token, other),
                       door.Door(self.contracts, self.suite.port("gateway-grpc"), self.suite.state / "tls/ca.pem",
                                 bearer=token)):
            self.assertEqual(self.refusal(opened, GET, {"name": self.members[0]}),
                             (unauthenticated, "CLIENT_TOKEN_INVALID"))
        # A certificate alone opens nothing.
        self.assertEqual(self.refusal(self.door(None), GET, {"name": self.members[0]})[0], unauthenticated)
        for web in (client.Web(self.suite, other), client.Web(self.suite)):
            status, _, body = web.get(f"/v1/{self.members[0]}", token)
            self.assertEqual((status, reason_of(body)), (401, "CLIENT_TOKEN_INVALID"))
        # Nor is there a token for a certificate that belongs to nobody, or to somebody else.
        stranger = client.Certificate(self.suite.state, "stranger", "stranger.example")
        for web in (client.Web(self.suite, stranger), client.Web(self.suite)):
            status, _, body = web.ask("/oauth2/token", {
                "grant_type": "client_credentials", "client_assertion": self.department.assertion(),
                "client_assertion_type": client.ASSERTION_TYPE})
            self.assertEqual((status, body), (401, {"error": "invalid_client"}))

    def test_every_algorithm_that_is_offered_works(self):
        for alg in ("RS256", "PS256"):
            department = self.register(f"department-{alg.lower()}", SHARES, alg)
            self.assertEqual(department.web.get(f"/v1/{self.members[0]}", department.token())[0], 200)

    def test_our_tokens_verify_under_jose(self):
        metadata = self.department.web.ask("/.well-known/oauth-authorization-server")[2]
        self.assertEqual(metadata["issuer"], self.department.web.base)
        self.assertEqual(metadata["token_endpoint"], f"{self.department.web.base}/oauth2/token")
        self.assertTrue(metadata["tls_client_certificate_bound_access_tokens"])
        jwks = self.department.web.ask("/.well-known/jwks.json")[2]
        self.assertFalse([key for key in jwks["keys"] if "d" in key])
        verified, = client.jose({"task": "verify", "token": self.department.token(), "jwks": jwks, "options": {
            "issuer": metadata["issuer"], "audience": "ronghe-door", "typ": "at+jwt", "algorithms": ["ES256"],
            "subject": self.department.name}})
        self.assertEqual(verified["payload"]["cnf"]["x5t#S256"], self.certificate.thumbprint)
        self.assertEqual(verified["payload"]["exp"] - verified["payload"]["iat"], 600)

    def test_bad_assertions_of_jose_are_refused(self):
        # One with a certificate of its own, because attempts are counted by certificate.
        department, now = self.register("guessed", SHARES), int(time.time())
        ours = {"jwk": department.private}
        public = json.dumps(department.public)
        stranger = client.Department(self.suite, department.name, department.certificate)
        header = {"alg": "ES256", "kid": department.kid}
        bad = {
            "none": (department.claims(), {**header, "alg": "none"}, ours),
            "HS256 with the public key": (department.claims(), {**header, "alg": "HS256"}, {"secret": public}),
            "wrong kid": (department.claims(), {**header, "kid": "other"}, ours),
            "no kid": (department.claims(), {"alg": "ES256"}, ours),
            "another key": (department.claims(), header, {"jwk": stranger.private}),
            "expired": (department.claims(exp=now - 1), header, ours),
            "too long": (department.claims(exp=now + 3600), header, ours),
            "no exp": (department.claims(exp=None), header, ours),
            "nbf": (department.claims(nbf=now + 300), header, ours),
            "aud": (department.claims(aud="https://other.example"), header, ours),
            "iss": (department.claims(iss="clients/1"), header, ours),
            "sub": (department.claims(sub="clients/1"), header, ours),
            "no jti": (department.claims(jti=None), header, ours),
            "10 KB of grants": (department.claims(grants=["x" * 100] * 150), header, ours),
        }
        tokens = client.jose(*({"task": "sign", "claims": c, "header": h, "key": k} for c, h, k in bad.values()))
        good = department.assertion()
        head, payload, signature = good.split(".")
        tampered = f"{head}.{payload[:-4]}AAAA.{signature}"
        for name, token in (*zip(bad, tokens), ("tampered", tampered)):
            with self.subTest(name):
                self.assertEqual(department.present(token), (401, {"error": "invalid_client"}))
        self.assertEqual(department.present(good)[0], 200)
        self.assertEqual(department.present(good), (401, {"error": "invalid_client"}), "a second use")

    def test_bad_access_tokens_of_jose_are_refused(self):
        pem = (self.suite.state / "secrets/token.key").read_text()
        signing = {"pem": self._pkcs8(pem)}
        key, = client.jose({"task": "publicJwk", **signing})
        now = int(time.time())
        claims = {"iss": self.department.web.base, "aud": "ronghe-door", "sub": self.department.name,
                  "client_id": self.department.name, "iat": now, "exp": now + 600, "jti": "1",
                  "cnf": {"x5t#S256": self.certificate.thumbprint}}
        header = {"alg": "ES256", "typ": "at+jwt", "kid": key["kid"]}
        pair, = client.jose({"task": "pair", "alg": "ES256", "kid": key["kid"]})
        bad = {
            "none": (claims, {**header, "alg": "none"}, signing),
            "HS256": (claims, {**header, "alg": "HS256"}, {"secret": json.dumps(key)}),
            "wrong kid": (claims, {**header, "kid": "other"}, signing),
            "another key": (claims, header, {"jwk": pair["privateJwk"]}),
            "another type": (claims, {**header, "typ": "JWT"}, signing),
            "expired": ({**claims, "exp": now - 1}, header, signing),
            "nbf": ({**claims, "nbf": now + 300}, header, signing),
            "iat": ({**claims, "iat": now + 300}, header, signing),
            "aud": ({**claims, "aud": "ronghe"}, header, signing),
            "iss": ({**claims, "iss": "ronghe-gateway"}, header, signing),
            "no certificate": ({**claims, "cnf": {}}, header, signing),
            "an account": ({**claims, "sub": self.officer.account}, header, signing),
            "10 KB of grants": ({**claims, "grants": ["x" * 100] * 100}, header, signing),
        }
        tokens = client.jose(*({"task": "sign", "claims": c, "header": h, "key": k} for c, h, k in bad.values()))
        head, payload, signature = self.department.token().split(".")
        for name, token in (*zip(bad, tokens), ("tampered", f"{head}.{payload[:-4]}AAAA.{signature}")):
            with self.subTest(name):
                self.assertEqual(self.department.web.get(f"/v1/{self.members[0]}", token)[0], 401)
                self.assertEqual(self.refusal(self.door(token), GET, {"name": self.members[0]})[0],
                                 grpc.StatusCode.UNAUTHENTICATED)

    @staticmethod
    def _pkcs8(pem):
        return client.subprocess.run(["openssl", "pkcs8", "-topk8", "-nocrypt"], input=pem, text=True, check=True,
                                     stdout=client.subprocess.PIPE).stdout

    def test_a_token_of_the_inside_opens_nothing_here_and_ours_nothing_inside(self):
        # A person's session is not a client's token, and a client's token is no session.
        status, _, body = self.department.web.get(f"/v1/{self.ours}/members", self.officer.token)
        self.assertEqual(status, 200, body)
        with self.assertRaises(suite.Refused) as refused:
            suite.Client(self.suite, self.department.token()).get(f"/v1/{self.members[0]}")
        self.assertEqual(refused.exception.reason, "CLIENT_TOKEN_INVALID")

    # --- how it is kept ---

    def test_secrets_and_keys_overlap_while_they_are_changed(self):
        department = self.register("rotating", SHARES)
        later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        rotate = lambda **body: self.security.post(f"/v1/{department.name}:rotateSecret", body)["secret"]  # pylint: disable=unnecessary-lambda-assignment
        old = rotate()
        young = rotate(oldUntil=later)
        self.assertEqual([department.present_secret(s)[0] for s in (old, young)], [200, 200])
        youngest = rotate()
        self.assertEqual([department.present_secret(s)[0] for s in (old, young, youngest)], [401, 401, 200])
        self.assertNotIn(youngest, json.dumps(self.security.get(f"/v1/{department.name}")))

        second = client.Department(self.suite, department.name, department.certificate, kid="key-2")
        self.security.post(f"/v1/{department.name}:addKey", {"jwk": json.dumps(second.public)})
        self.security.post(f"/v1/{department.name}:retireKey", {"keyId": "key-1", "endTime": later})
        self.assertTrue(department.token() and second.token())
        self.security.post(f"/v1/{department.name}:retireKey", {"keyId": "key-1"})
        self.assertEqual(department.present(department.assertion())[0], 401)
        self.assertTrue(second.token())

    def test_a_suspended_client_is_out_within_seconds(self):
        department = self.register("suspended", SHARES)
        token = department.token()
        opened = self.door(token, department.certificate)
        opened.call(GET, {"name": self.members[0]})
        stream = opened.stream(WATCH, {"source": "services/membership"}, timeout=60)
        next(stream)
        self.security.post(f"/v1/{department.name}:suspend")
        self.assertEqual(self.refusal(opened, GET, {"name": self.members[0]}),
                         (grpc.StatusCode.UNAUTHENTICATED, "CLIENT_UNKNOWN"))
        self.assertEqual(department.web.get(f"/v1/{self.members[0]}", token)[0], 401)
        self.assertEqual(department.present(department.assertion())[0], 401)
        # What is open is closed before it says another word.
        added = self.create_member(self.ours, 60)
        told = []
        with self.assertRaises(grpc.RpcError):
            for message in stream:
                told += [e.get("subject") for e in json_format.MessageToDict(message).get("events", [])]
        self.assertNotIn(added, told)
        self.security.post(f"/v1/{department.name}:resume")
        opened.call(GET, {"name": self.members[0]})

    def test_rates_and_quotas_are_kept(self):
        slow = self.register("slow", SHARES, perSecond=1, burst=3)
        token = slow.token()
        answers = [slow.web.get(f"/v1/{self.members[0]}", token) for _ in range(8)]
        refused = [a for a in answers if a[0] != 200]
        self.assertTrue(refused)
        for status, headers, body in refused:
            self.assertEqual((status, reason_of(body)), (429, "RATE_LIMITED"))
            self.assertGreaterEqual(int(headers["Retry-After"]), 1)
        opened = self.door(token, slow.certificate)
        with self.assertRaises(grpc.RpcError) as limited:
            for _ in range(8):
                opened.call(GET, {"name": self.members[0]})
        self.assertEqual(limited.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
        self.assertTrue(door.retry_delay(limited.exception))

        small = self.register("small", SHARES, perSecond=1000, burst=1000, dailyQuota=7)
        token = small.token()
        answers = [small.web.get(f"/v1/{self.members[0]}", token) for _ in range(10)]
        self.assertEqual([a[0] for a in answers], [200] * 7 + [429] * 3)
        self.assertEqual(reason_of(answers[-1][2]), "QUOTA_EXCEEDED")

    def test_the_catalogue_shows_what_is_shared_and_no_data(self):
        inspector = self.suite.person(self.security, "inspector", "inspector", self.county)
        entries = list(inspector.pages("/v1/sharingCatalogue?pageSize=2", "entries"))
        mine = [e for e in entries if e["client"] == self.department.name]
        self.assertEqual([e["share"]["method"] for e in mine], [s["method"] for s in SHARES])
        for entry in mine:
            self.assertEqual(entry["share"]["legalBasis"], BASIS)
            self.assertEqual(entry["organizations"], [self.ours])
            self.assertEqual(entry["department"], "省人社厅")
        self.assertNotIn("测试0", json.dumps(entries, ensure_ascii=False))
        with self.assertRaises(suite.Refused):
            inspector.get(f"/v1/{self.department.name}")
        with self.assertRaises(suite.Refused):
            self.officer.post(f"/v1/{self.department.name}:suspend")


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
