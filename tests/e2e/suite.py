"""How does a test get the whole suite, the real five processes on a fresh database, and talk to it as a user would?"""

import base64
import getpass
import hashlib
import hmac
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PASSWORD = "Dangjian-Ronghe-2026"
DECIDERS = ("committee_secretary", "security_administrator", "audit_administrator")
SERVICES = ("membership", "meeting", "training", "evaluation", "gateway")
OFFSETS = {"membership": 1, "meeting": 2, "training": 3, "evaluation": 4, "database": 6, "gateway": 80, "gateway-grpc": 43,
           "prometheus": 90, "membership-admin": 11, "meeting-admin": 12, "training-admin": 13, "evaluation-admin": 14,
           "gateway-admin": 15}


class Refused(Exception):
    """An answer other than 2xx: the HTTP code and the error object of the body."""

    def __init__(self, code, error):
        super().__init__(f"{code} {error}")
        self.code = code
        self.error = error

    @property
    def reason(self):
        return self._info().get("reason")

    @property
    def metadata(self):
        return self._info().get("metadata", {})

    def _info(self):
        for detail in self.error.get("details", []):
            if detail.get("@type", "").endswith("google.rpc.ErrorInfo"):
                return detail
        return {}


class Factor:
    """A second factor as an authenticator app keeps it: codes by RFC 6238, each good once."""

    STEP = 30

    def __init__(self, secret):
        self.secret = base64.b32decode(secret + "=" * (-len(secret) % 8))
        self.used = 0
        self.recovery = []

    def proof(self):
        """A code that was not used before, one step ahead at most; when there is none, a recovery code."""
        now = int(time.time()) // self.STEP
        step = max(now, self.used + 1)
        if step > now + 1:
            return {"recoveryCode": self.recovery.pop()}
        self.used = step
        return {"code": self.code(step)}

    def code(self, step):
        digest = hmac.digest(self.secret, step.to_bytes(8, "big"), hashlib.sha1)
        at = digest[-1] & 15
        return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7fffffff) % 1000000:06d}"


class Suite:
    """The suite started by scripts/up in a folder and on ports of its own; stopped and deleted by close()."""

    def __init__(self, start=True):
        self.state = pathlib.Path(tempfile.mkdtemp(prefix="ronghe-e2e-"))
        self.factors = {}  # by login name
        self.decider = None  # the first person who agrees to what takes a second one everywhere
        self.base_port = free_base_port()
        self.environment = dict(os.environ, RONGHE_STATE=str(self.state), RONGHE_BASE_PORT=str(self.base_port),
                                RONGHE_BUFFER_POOL="256M",
                                RONGHE_BUILD=os.environ.get("RONGHE_BUILD", str(ROOT / "build")))
        if start:
            self.up("--no-demo", "--no-build")

    def up(self, *options):
        done = subprocess.run([ROOT / "scripts/up", *options], env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False)
        if done.returncode != 0:
            raise AssertionError(f"scripts/up {' '.join(options)}:\n{done.stdout}")
        return done.stdout

    def close(self):
        self.up("--stop")
        if not os.environ.get("RONGHE_KEEP"):
            shutil.rmtree(self.state)

    def port(self, name):
        return self.base_port + OFFSETS[name]

    def pid(self, name):
        return int((self.state / "run" / f"{name}.pid").read_text().split()[0])

    def kill(self, name):
        """SIGKILL: no goodbye, no flush."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        ports = [self.port(of) for of in OFFSETS if of == name or of.startswith(f"{name}-")]
        # The ports are given back after the memory.
        wait_for(lambda: not pathlib.Path(f"/proc/{pid}/exe").exists() and not any(map(listens, ports)), 10, f"{name} to die")

    def restart(self, name):
        """Starts again what was killed; up starts only what does not run."""
        self.up("--no-demo", "--no-build")
        wait_for(lambda: pathlib.Path(f"/proc/{self.pid(name)}/exe").exists(), 10, f"{name} to live")

    def log(self, name):
        return (self.state / "log" / f"{name}.log").read_text(errors="replace")

    def sql(self, statement, schema=""):
        """The rows of a statement run by the database's superuser."""
        done = subprocess.run(["mariadb", "--no-defaults", f"--socket={self.state}/run/db.sock", f"--user={getpass.getuser()}", "-N", "-B",
                               "-e", statement, schema], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{statement}: {done.stdout}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def administrator(self):
        """(login, one-time password) of the first security administrator, as scripts/up printed them."""
        return parse_account((self.state / "administrator").read_text())

    def security(self):
        """The first security administrator, signed in."""
        return Client(self).sign_in(*self.administrator())

    def person(self, security, login, role=None, organization="organizations/-", member=None):
        """Somebody with a new account who holds one role on one organization, signed in."""
        account = security.post("/v1/accounts", {"loginName": login, "displayName": login})["name"]
        if member:
            security.write(f"/v1/{account}:linkMember", {"member": member}, self.decider)
        if role:
            security.write(f"/v1/{account}/grants", {"role": role, "organization": organization}, self.decider)
        reset = security.post(f"/v1/{account}:resetPassword")
        person = Client(self).sign_in(login, reset["oneTimePassword"])
        person.account = account
        if self.decider is None and role in DECIDERS and organization == "organizations/-":
            self.decider = person
        return person


class Client:
    """One person at the HTTP door."""

    def __init__(self, suite, token=None):
        self.suite = suite
        self.token = token
        self.csrf = None
        self.login = self.account = None
        context = ssl.create_default_context(cafile=str(suite.state / "tls/ca.pem"))
        self.opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))

    def call(self, method, path, body=None, headers=None, raw=False):
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"https://127.0.0.1:{self.suite.port('gateway')}{path}", data=data,
                                         method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with self.opener.open(request, timeout=30) as answer:
                content = answer.read()
        except urllib.error.HTTPError as refused:
            content = refused.read()
            try:
                error = json.loads(content)["error"]
            except (ValueError, KeyError) as bad:
                raise AssertionError(f"{method} {path}: {refused.code} without an error body: {content[:300]}") from bad
            raise Refused(refused.code, error) from None
        return content if raw else json.loads(content)

    def sign_in(self, login, password):
        """Signs in and does what is asked for: the second factor, a new password instead of a first one, enrolment."""
        self.token, self.login = None, login
        session = self._open(password)
        if session["secondFactor"] == "SECOND_FACTOR_PENDING":
            session = self._enter("/v1/auth:verifySecondFactor", self.suite.factors[login].proof())
        if session.get("passwordChangeRequired"):
            session = self._change_password(password)
        self._enrol_where_required(session)
        self.account = session["account"]
        return self

    def _open(self, password):
        """A session. Hashing takes its time on a busy machine: a sign-in that came too late is tried again."""
        for last in (False, False, False, True):
            try:
                return self._enter("/v1/auth:signIn", {"loginName": self.login, "password": password})
            except Refused as late:
                if late.code != 504 or last:
                    raise

    def _change_password(self, current):
        """To PASSWORD. A change that came too late was made, or it was not."""
        for last in (False, False, False, True):
            try:
                return self._enter("/v1/auth:changePassword", {"currentPassword": current, "newPassword": PASSWORD})
            except Refused as late:
                if late.code != 504 or last:
                    raise
            try:
                return self._open(PASSWORD)
            except Refused:
                self._open(current)

    def renew(self):
        """New tokens, with the grants made since; sets up a second factor where one of them asks for it."""
        self._enrol_where_required(self._enter("/v1/auth:renewSession", {}))
        return self

    def _enrol_where_required(self, session):
        if session["secondFactor"] != "SECOND_FACTOR_ENROLMENT_REQUIRED":
            return
        factor = Factor(self.post("/v1/auth:enrolSecondFactor")["secret"])
        answer = self.post("/v1/auth:confirmSecondFactor", factor.proof())
        factor.recovery = answer["recoveryCodes"]
        self.suite.factors[self.login] = factor
        self.token, self.csrf = answer["sessionToken"], answer["csrfToken"]

    def _enter(self, path, body):
        """Takes the tokens of the answer; the session."""
        answer = self.post(path, body)
        self.token, self.csrf = answer["sessionToken"], answer["csrfToken"]
        return answer["session"]

    def write(self, path, body, approver):
        """A call that takes a second person: asked for, approved by `approver`, carried out."""
        try:
            return self.post(path, body)
        except Refused as refused:
            if refused.reason != "APPROVAL_REQUIRED":
                raise
            approver.post(f"/v1/{refused.metadata['approval']}:approve", {"reason": "同意"})
        return self.post(path, body)

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.call("POST", path, {} if body is None else body, **options)

    def patch(self, path, body, **options):
        return self.call("PATCH", path, body, **options)

    def pages(self, path, field):
        """Every item of a paged list."""
        token = ""
        while True:
            joint = "&" if "?" in path else "?"
            page = self.get(f"{path}{joint}pageToken={token}" if token else path)
            yield from page.get(field, [])
            token = page.get("nextPageToken", "")
            if not token:
                return


def parse_account(text):
    """The login and the password of lines such as 'login: admin' and 'password: …'."""
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return fields["login"].strip(), fields["password"].strip()


def wait_for(condition, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


def free_base_port():
    """A base such that every port that the suite counts from it is free now, and none is one that the system gives to
    outgoing connections."""
    while True:
        base = random.randrange(10000, 32000)
        if all(is_free(base + offset) for offset in (1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 43, 80, 90)):
            return base


def listens(port):
    """Whether somebody takes connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
