"""May every role do exactly what the role file says, exactly where its grant says, by gRPC and by HTTP?

Every RPC of the contracts × every role × where the grant stands. What must come of it is computed from the role file, the
method's policy and the organization tree; no pair is listed here. Writes are sent as "validate only", so that nothing
changes. Whoever may not see a record asks for one that does not exist as well: the answers must be the same.
"""

import concurrent.futures
import http.client
import itertools
import json
import pathlib
import re
import ssl
import sys
import unittest

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))
import any_request  # pylint: disable=wrong-import-position
import county  # pylint: disable=wrong-import-position
import door  # pylint: disable=wrong-import-position
import suite  # pylint: disable=wrong-import-position
from roles import Roles  # pylint: disable=wrong-import-position

DENIED = ("PERMISSION_DENIED", "SCOPE_DENIED", "METHOD_NOT_SHARED")
# Where a grant stands, seen from the branch whose records are asked for.
PLACES = ("own", "parent", "sibling", "foreign", "everywhere", "expired", "revoked")
REACH_THE_BRANCH = ("own", "parent", "everywhere")
NO_GRANT = ("expired", "revoked")
# What the organization above decides for the branch; the branch itself may not.
DECIDED_ABOVE = ("ActivistAnalysisService/GetActivistAnalysis", "TermService/RecordTerm", "TermService/AdjustTerm", "CommitteeElectionService/StartCommitteeElection",
                 "CommitteeElectionService/ReplyCommitteeElection", "CommitteeElectionService/ApproveCandidates",
                 "CommitteeElectionService/ApproveElectionResult", "CommitteeElectionService/CancelCommitteeElection",
                 "DelegationService/GetDelegation", "DelegationService/CheckCredentials",
                 "DuesStandardService/ApproveDuesReduction", "DuesStandardService/RefuseDuesReduction",
                 "FundRequestService/ApproveFundRequest", "FundRequestService/RefuseFundRequest",
                 "RemittanceService/ReceiveRemittance")
# They would end the session that the other calls need; they are open to all.
NOT_ASKED = ("SessionService/SignIn", "SessionService/SignOut")


class Rpc:
    """One RPC: its policy, and what to ask of it about what exists and about what does not."""

    def __init__(self, contracts, path, method, records):
        self.path, self.permission, self.scope = path, contracts.policy(method).permission, contracts.scope(method)
        self.above = path.endswith(DECIDED_ABOVE)
        self.writes = contracts.audit(method) == "AUDIT_WRITE"
        self.service = method.containing_service.full_name
        question = lambda message: Question(contracts, method, message)  # pylint: disable=unnecessary-lambda-assignment
        message = any_request.Maker(contracts, records.own).request(method)
        self.existing = question(message)
        self.missing = question(any_request.Maker(contracts, records.missing).request(method))
        # The same with one name of another branch's record in it, and with one of no record.
        self.strays = [tuple(map(question, pair)) for pair in zip(*(
            any_request.swaps(message, dict(zip(records.own.values(), others.values())))
            for others in (records.foreign, records.missing)))]

    def allows(self, held, place):
        """Whether it lets a caller through who holds its permission, or does not, by a grant at this place."""
        if not self.permission:
            return True
        if not held or place in NO_GRANT:
            return False
        if self.above and place == "own":
            return False
        return {"SCOPE_AUTHENTICATED": True, "SCOPE_GLOBAL": place == "everywhere"}.get(self.scope, place in REACH_THE_BRANCH)


class Records:
    """One record of every kind {kind: name}: of the branch in question, of a branch elsewhere, and of none."""

    def __init__(self, made):
        self.own, self.foreign = made.resources("own"), made.resources("foreign")
        # Ids grow with time: these are of a far future.
        self.missing = {kind: re.sub(r"\d(\d{17})", r"9\1", name) for kind, name in self.own.items()}
        self.names = any_of({*self.own.values(), *self.foreign.values(), *self.missing.values()})
        # Those that belong to the branch, not to the whole suite.
        self.hidden = any_of(name for kind, name in self.own.items() if kind not in ("clients", "reportForms", "services/auditExports", "services/ruleSets"))


def any_of(names):
    return re.compile("|".join(sorted(names, key=len, reverse=True)))


class Question:
    """One request in both spellings."""

    def __init__(self, contracts, method, message):
        self.message = message.SerializeToString(deterministic=True)
        self.http = any_request.to_http(contracts, method, message)


class Answer:
    """What came of a call: a reason or "OK", and everything else that a caller is told, in parts of any order."""

    def __init__(self, code, reason, *parts):
        self.code, self.reason = code, reason
        self.parts = sorted(json.dumps(part, sort_keys=True, ensure_ascii=False, default=repr) for part in parts)

    def shown(self, names=None):
        """What a caller could compare: without the names that were asked for, which the caller knows."""
        text = f"{self.code} {self.reason} {self.parts}"
        return names.sub("…", text) if names else text

    @property
    def denied(self):
        return self.reason in DENIED

    @property
    def valid(self):
        """Whether it tells anything of rights: a caller without a valid token or with a nonsensical request is no test."""
        return self.code not in ("UNAUTHENTICATED", "UNIMPLEMENTED", "INTERNAL", "UNKNOWN", "UNAVAILABLE",
                                 401, 405, 500, 501, 503)

    def __repr__(self):
        return self.shown()


class ByGrpc:
    """One caller at the gRPC port."""

    def __init__(self, running, token, certificate):
        pem, key = (certificate.pem, certificate.key) if certificate else (None, None)
        self.door = door.Door(None, running.port("gateway-grpc"), running.state / "tls/ca.pem", pem, key, token)
        self.door.metadata.append(("x-ronghe-validate-only", "true"))

    def ask(self, path, question):
        return grpc_answer(self.door.channel, path, question, self.door.metadata)

    def close(self):
        self.door.channel.close()


def grpc_answer(channel, path, question, metadata=None):
    """The first message of an answer, whether unary or a stream."""
    call = channel.unary_stream(path)(question.message, timeout=10, metadata=metadata)
    try:
        first = next(iter(call), b"")
        call.cancel()
        return Answer("OK", "OK", first)
    except grpc.RpcError as error:
        return Answer(error.code().name, door.reason(error) or error.details(), *door.details(error))


class ByHttp:
    """The same at the HTTP port, on one connection."""

    def __init__(self, running, token, certificate):
        context = ssl.create_default_context(cafile=str(running.state / "tls/ca.pem"))
        if certificate:
            context.load_cert_chain(certificate.pem, certificate.key)
        self.connection = http.client.HTTPSConnection("127.0.0.1", running.port("gateway"), timeout=30, context=context)
        self.headers = {"Authorization": f"Bearer {token}", "X-Ronghe-Validate-Only": "true"}

    def ask(self, _, question):
        verb, path, body = question.http
        if verb is None:
            return None
        headers = dict(self.headers, **({"Content-Type": "application/json"} if body is not None else {}))
        self.connection.request(verb, path, body, headers)
        answer = self.connection.getresponse()
        if answer.status < 300 and answer.getheader("Transfer-Encoding") == "chunked":
            # A stream of events has no end.
            content = answer.readline()
            self.connection.close()
        else:
            content = answer.read()
        if answer.status < 300:
            return Answer(answer.status, "OK", content)
        error = json.loads(content)["error"]
        reason = suite.Refused(answer.status, error).reason or error["status"]
        return Answer(answer.status, reason, error["message"], *error.get("details", ()))

    def close(self):
        self.connection.close()


class Matrix(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.suite = suite.Suite(start=False)
        secret = cls.suite.state / "oidc.secret"
        secret.touch(0o600)
        secret.write_text("of a provider that nobody asks")
        cls.suite.environment.update(RONGHE_OIDC_ISSUER=county.ISSUER, RONGHE_OIDC_SECRET_FILE=str(secret))
        cls.addClassCleanup(cls.suite.close)
        cls.suite.up("--no-demo", "--no-build")
        contracts = door.Contracts()
        cls.roles = Roles()
        cls.county = county.County(cls.suite, contracts)
        cls.records = Records(cls.county)
        cls.rpcs = [Rpc(contracts, path, method, cls.records)
                    for path, method in contracts.methods() if not path.endswith(NOT_ASKED)]

    def test_every_rpc_for_every_role_and_place(self):
        roles = self.roles.except_kinds("SERVICE")
        self.assertGreaterEqual(len(roles), 14)
        before = self.as_it_stands()
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            done = list(pool.map(self.walk, roles))
        calls = sum(made for _, made in done)
        wrong = [line for found, _ in done for line in found]
        print(f"{calls} calls: {len(self.rpcs)} RPCs, {len(roles)} roles, {len(PLACES)} places, gRPC and HTTP")
        self.assertGreater(calls, len(self.rpcs) * len(roles) * len(PLACES))
        self.assertFalse(wrong, f"{len(wrong)} of {calls} calls came out otherwise than the role file says:\n" + "\n".join(wrong))
        self.assertEqual(self.as_it_stands(), before, "what was to be validated only was done")

    def as_it_stands(self):
        """Every record of the branch as an officer of the county reads it."""
        names = {f"/v1/{name}" for name in self.records.own.values()}
        reads = [rpc for rpc in self.rpcs if self.roles.holds("organization_department", rpc.permission)]
        paths = {path for verb, path, _ in (rpc.existing.http for rpc in reads) if verb == "GET"}
        return {path: self.county.officer.get(path) for path in sorted(names & paths)}

    def walk(self, role):
        """Every RPC by both ways for one role, granted at each place in turn: ([what went wrong], calls)."""
        wrong, calls = [], 0
        for place in PLACES:
            caller = self.county.caller(role, place)
            ways = [ByGrpc(self.suite, *caller), ByHttp(self.suite, *caller)]
            for rpc, way in itertools.product(self.rpcs, ways):
                found, made = self.compare(rpc, way, role, place)
                wrong += [f"{type(way).__name__} {rpc.path} as {role} at {place}: {what}" for what in found]
                calls += made
            for way in ways:
                way.close()
        return wrong, calls

    def compare(self, rpc, way, role, place):
        """One RPC: ([what went wrong], calls)."""
        answer = patiently(way, rpc.path, rpc.existing)
        if answer is None:
            return [], 0
        may = rpc.allows(self.roles.holds(role, rpc.permission), place)
        if role == "department_client" and not rpc.permission:
            may = False  # what a person does with the own session is not shared with departments
        wrong, calls = [], 1
        if answer.denied == may or not answer.valid:
            wrong.append(f"{answer}, should be {'let through' if may else 'refused'}")
        if place not in REACH_THE_BRANCH and answer.reason == "OK" and self.records.hidden.search(answer.shown()):
            wrong.append(f"{answer} shows what is not theirs")
        if not (may and rpc.permission and place in REACH_THE_BRANCH):
            pairs = [(rpc.existing, rpc.missing)]
        else:
            pairs = rpc.strays if place == "own" else []
        for there, nowhere in pairs:
            if there.message == nowhere.message:
                continue
            one = answer if there is rpc.existing else patiently(way, rpc.path, there)
            other = patiently(way, rpc.path, nowhere)
            calls += 2 - (one is answer)
            # What was written would have a new name each time.
            written = rpc.writes and one.reason == other.reason == "OK"
            if not written and one.shown(self.records.names) != other.shown(self.records.names):
                wrong.append(f"{one} for what exists, {other} for what does not")
        return wrong, calls

    def test_every_service_certificate_on_every_service(self):
        """A service calls the others as itself: its caller list and its role say what for."""
        for caller, service in itertools.product(suite.SERVICES, suite.SERVICES[:-1]):
            credentials = grpc.ssl_channel_credentials(*(
                (self.suite.state / "tls" / name).read_bytes() for name in ("ca.pem", f"{caller}.key", f"{caller}.pem")))
            lists = self.county.callers(service)
            with grpc.secure_channel(f"127.0.0.1:{self.suite.port(service)}", credentials) as channel:
                for rpc in self.rpcs:
                    with self.subTest(f"{caller} → {service} {rpc.path}"):
                        answer = grpc_answer(channel, rpc.path, rpc.existing)
                        if answer.code == "UNIMPLEMENTED":
                            self.assertFalse(rpc.service.startswith(f"ronghe.{service}."), answer)
                        elif f"{caller}.ronghe" not in lists.get(rpc.service, lists["*"]):
                            self.assertEqual(answer.reason, "CALLER_NOT_ALLOWED", answer)
                        else:
                            held = self.roles.holds(f"service_{caller}", rpc.permission)
                            self.assertEqual(answer.denied, not rpc.allows(held, "everywhere"), answer)


def patiently(way, path, question):
    """The answer, asked for again while the caller is told to come later."""
    answers = []

    def settled():
        answers.append(way.ask(path, question))
        return answers[-1] is None or answers[-1].reason not in ("RATE_LIMITED", "OVERLOADED")

    suite.wait_for(settled, 60, path)
    return answers[-1]


if __name__ == "__main__":
    unittest.main()
