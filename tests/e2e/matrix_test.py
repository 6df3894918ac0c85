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
import time
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
# They would end the session that the other calls need; they are open to all.
NOT_ASKED = ("SessionService/SignIn", "SessionService/SignOut")


class Rpc:
    """One RPC: its policy, and what to ask of it about what exists and about what does not."""

    def __init__(self, contracts, path, method, existing, missing):
        policy = contracts.policy(method)
        self.path, self.permission = path, policy.permission
        self.scope = contracts.pool.FindEnumTypeByName("ronghe.options.v1.Scope").values_by_number[policy.scope].name
        self.service = method.containing_service.full_name
        self.existing, self.missing = (Question(contracts, method, maker) for maker in (existing, missing))

    def allows(self, held, place):
        """Whether it lets a caller through who holds its permission, or does not, by a grant at this place."""
        if not self.permission:
            return True
        if not held or place in NO_GRANT:
            return False
        return {"SCOPE_AUTHENTICATED": True, "SCOPE_GLOBAL": place == "everywhere"}.get(self.scope, place in REACH_THE_BRANCH)


class Question:
    """One request in both spellings; two are equal when the request is the same."""

    def __init__(self, contracts, method, maker):
        message = maker.request(method)
        self.message = message.SerializeToString(deterministic=True)
        self.http = any_request.to_http(contracts, method, message)

    def __eq__(self, other):
        return self.message == other.message


class Answer:
    """What came of a call: a reason or "OK", and everything that a caller could compare."""

    def __init__(self, code, reason, shown):
        self.code, self.reason, self.shown = code, reason, shown

    @property
    def denied(self):
        return self.reason in DENIED

    @property
    def valid(self):
        """Whether it tells anything of rights: a caller without a valid token or with a nonsensical request is no test."""
        return self.code not in ("UNAUTHENTICATED", "UNIMPLEMENTED", "INTERNAL", "UNKNOWN", "UNAVAILABLE", 401, 405, 500, 501, 503)

    def __repr__(self):
        return f"{self.code} {self.reason} {self.shown}"


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
        details = [value for name, value in error.trailing_metadata() or () if name == "grpc-status-details-bin"]
        return Answer(error.code().name, door.reason(error) or error.details(), (error.details(), details))


class ByHttp:
    """The same at the HTTP port, on one connection."""

    def __init__(self, running, token, certificate):
        context = ssl.create_default_context(cafile=str(running.state / "tls/ca.pem"))
        if certificate:
            context.load_cert_chain(certificate.pem, certificate.key)
        self.connection = http.client.HTTPSConnection("localhost", running.port("gateway"), timeout=30, context=context)
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
        error = suite.Refused(answer.status, json.loads(content)["error"])
        return Answer(answer.status, error.reason or error.error.get("status"), content)

    def close(self):
        self.connection.close()


class Matrix(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.suite = suite.Suite()
        cls.addClassCleanup(cls.suite.close)
        contracts = door.Contracts()
        cls.roles = Roles()
        cls.county = county.County(cls.suite, contracts)
        existing = any_request.Maker(contracts, cls.county.resources())
        missing = any_request.Maker(contracts, {key: another(name) for key, name in existing.resources.items()})
        cls.rpcs = [Rpc(contracts, path, method, existing, missing) for path, method in contracts.methods() if not path.endswith(NOT_ASKED)]

    def test_every_rpc_for_every_role_and_place(self):
        roles = self.roles.except_kinds("SERVICE")
        self.assertGreaterEqual(len(roles), 14)
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            done = list(pool.map(self.walk, roles))
        calls = sum(made for _, made in done)
        wrong = [line for found, _ in done for line in found]
        print(f"{calls} calls: {len(self.rpcs)} RPCs, {len(roles)} roles, {len(PLACES)} places, gRPC and HTTP")
        self.assertGreater(calls, len(self.rpcs) * len(roles) * len(PLACES))
        self.assertFalse(wrong, f"{len(wrong)} of {calls} calls came out otherwise than the role file says:\n" + "\n".join(wrong))

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
        wrong = []
        if answer.denied == may or not answer.valid:
            wrong.append(f"{answer}, should be {'let through' if may else 'refused'}")
        if rpc.existing == rpc.missing or (place in REACH_THE_BRANCH and may and rpc.permission):
            return wrong, 1
        other = patiently(way, rpc.path, rpc.missing)
        if other.shown != answer.shown:
            wrong.append(f"{answer} for what exists, {other} for what does not")
        return wrong, 2

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


def another(name):
    """The name of something that does not exist: the ids of what does, but for the last digit."""
    return re.sub(r"\d{8,}", lambda number: number[0][:-1] + str(9 - int(number[0][-1])), name)


def patiently(way, path, question):
    """The answer, asked for again while the caller is told to come later."""
    for _ in range(100):
        answer = way.ask(path, question)
        if answer is None or answer.reason not in ("RATE_LIMITED", "OVERLOADED"):
            return answer
        time.sleep(0.2)
    return answer


if __name__ == "__main__":
    unittest.main()
