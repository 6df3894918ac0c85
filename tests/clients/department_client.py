"""How does another department's system prove itself and call, with no code of ours in it? npm's jose signs, Python's ssl
shows the certificate."""

import base64
import hashlib
import json
import ssl
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

import suite

TOOLS = suite.ROOT / ".ronghe/tools/node_modules"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def jose(*tasks):
    """The results of tasks for jose.mjs."""
    done = subprocess.run(["node", suite.ROOT / "tests/clients/jose.mjs", TOOLS], input=json.dumps(tasks), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


class Certificate:
    """A certificate of a name from the development authority, made for one test."""

    def __init__(self, state, file, name):
        tls = state / "tls"
        self.pem, self.key = tls / f"{file}.pem", tls / f"{file}.key"
        if not self.pem.exists():
            request = tls / f"{file}.csr"
            run = lambda *command: subprocess.run(command, check=True, stderr=subprocess.DEVNULL)  # pylint: disable=unnecessary-lambda-assignment
            run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                self.key, "-subj", f"/CN={name}", "-out", request)
            run("openssl", "x509", "-req", "-in", request, "-CA", tls / "ca.pem", "-CAkey", tls / "ca.key",
                "-CAcreateserial", "-days", "2", "-out", self.pem)
        body = "".join(self.pem.read_text().splitlines()[1:-1])
        self.thumbprint = url64(hashlib.sha256(base64.b64decode(body)).digest())


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Web:
    """HTTPS with a client certificate, or without one."""

    def __init__(self, the_suite, certificate=None):
        self.base = f"https://127.0.0.1:{the_suite.port('gateway')}"
        context = ssl.create_default_context(cafile=str(the_suite.state / "tls/ca.pem"))
        if certificate:
            context.load_cert_chain(certificate.pem, certificate.key)
        self.opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))

    def ask(self, path, form=None, headers=None):
        """(status, headers, body) of a GET, or of a POST of a form."""
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(self.base + path, data=data, headers=headers or {})
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.headers, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, json.loads(refused.read())

    def get(self, path, token, purpose=None):
        headers = {"Authorization": f"Bearer {token}"}
        if purpose:
            headers["X-Ronghe-Purpose"] = purpose
        return self.ask(path, headers=headers)


class Department:
    """One client with its key, its certificate and its name at the token endpoint."""

    def __init__(self, the_suite, name, certificate, alg="ES256", kid="key-1"):
        self.suite, self.name, self.certificate = the_suite, name, certificate
        self.web = Web(the_suite, certificate)
        self.alg, self.kid = alg, kid
        pair, = jose({"task": "pair", "alg": alg, "kid": kid})
        self.public, self.private = pair["publicJwk"], pair["privateJwk"]

    def claims(self, **changes):
        now = int(time.time())
        claims = {"iss": self.name, "sub": self.name, "aud": self.web.base, "iat": now, "exp": now + 120,
                  "jti": uuid.uuid4().hex, **changes}
        return {name: value for name, value in claims.items() if value is not None}

    def assertion(self, **changes):
        token, = jose({"task": "sign", "claims": self.claims(**changes), "header": {"alg": self.alg, "kid": self.kid},
                       "key": {"jwk": self.private}})
        return token

    def present(self, assertion):
        """(status, body) of the token endpoint."""
        status, _, body = self.web.ask("/oauth2/token", {"grant_type": "client_credentials", "client_assertion": assertion,
                                                         "client_assertion_type": ASSERTION_TYPE})
        return status, body

    def present_secret(self, secret):
        """The same with client_secret_basic."""
        pair = base64.b64encode(f"{urllib.parse.quote(self.name, safe='')}:{secret}".encode()).decode()
        status, _, body = self.web.ask("/oauth2/token", {"grant_type": "client_credentials"},
                                       {"Authorization": f"Basic {pair}"})
        return status, body

    def first_events(self, source):
        """The events of the first message of a stream over HTTP."""
        request = urllib.request.Request(f"{self.web.base}/v1/{source}/events:watch",
                                         headers={"Authorization": f"Bearer {self.token()}"})
        with self.web.opener.open(request, timeout=30) as answer:
            return json.loads(answer.readline())["events"]

    def token(self):
        status, body = self.present(self.assertion())
        if status != 200:
            raise AssertionError(f"{status} {body}")
        return body["access_token"]
