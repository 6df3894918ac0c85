"""Do the running processes take up new certificates, all of them, while people go on working?"""

import socket
import ssl
import subprocess
import unittest

import suite

PORTS = ("membership", "meeting", "training", "evaluation", "gateway-grpc")


class Certificates(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.suite = suite.Suite()
        cls.addClassCleanup(cls.suite.close)
        cls.tls = cls.suite.state / "tls"

    def shown(self, name, certificate="gateway"):
        """The certificate that a port shows to a new connection; None where the port doesn't greet it."""
        context = ssl.create_default_context(cafile=str(self.tls / "ca.pem"))
        context.load_cert_chain(self.tls / f"{certificate}.pem", self.tls / f"{certificate}.key")
        context.set_alpn_protocols(["h2"])
        try:
            with socket.create_connection(("127.0.0.1", self.suite.port(name)), 5) as plain:
                with context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
                    # TLS 1.3 lets a client find out only here that it was turned away.
                    return connection.getpeercert(binary_form=True) if connection.recv(1) else None
        except OSError:
            return None

    def reissue(self, name):
        """A certificate with a new key, made aside and moved into place."""
        make = ("set -eu; . scripts/lib/keys.sh; make_certificate new \"$1.ronghe\"; "
                "mv \"$STATE/tls/new.key\" \"$STATE/tls/$1.key\"; mv \"$STATE/tls/new.pem\" \"$STATE/tls/$1.pem\"")
        subprocess.run(["bash", "-c", make, "bash", name], cwd=suite.ROOT, env={"STATE": str(self.suite.state), "PATH": "/usr/bin:/bin"},
                       check=True)

    def test_new_certificates_need_no_restart(self):
        officer = self.suite.person(self.suite.security(), "own.officer", "organization_department")
        county = officer.post("/v1/organizations", {"parent": "", "organization": {"title": "某县委", "kind": 611}})["name"]
        before = {port: self.shown(port) for port in PORTS}
        self.assertNotIn(None, before.values())
        pids = {name: self.suite.pid(name) for name in suite.SERVICES}

        for name in suite.SERVICES:
            self.reissue(name)
        for port in PORTS:
            suite.wait_for(lambda port=port: self.shown(port) not in (None, before[port]), 20, f"{port} to show its new certificate")
            self.assertEqual(officer.get(f"/v1/{county}")["name"], county)
        # A connection that begins now shows the new certificate on the calling side too: membership comes back, and the
        # others, which follow its feed, connect to it again.
        self.suite.kill("membership")
        self.suite.restart("membership")
        town = suite.wait_for(lambda: self.found(officer, county), 20, "membership to answer again")
        suite.wait_for(lambda: self.duties(officer, town), 20, "meeting to follow membership's feed again")
        self.assertEqual({name: self.suite.pid(name) for name in suite.SERVICES if name != "membership"},
                         {name: pid for name, pid in pids.items() if name != "membership"})

    def test_a_certificate_of_another_authority_opens_nothing(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                        "/CN=gateway.ronghe", "-keyout", self.tls / "strange.key", "-out", self.tls / "strange.pem"],
                       check=True, stderr=subprocess.DEVNULL)
        for port in PORTS:
            self.assertIsNotNone(self.shown(port))
            self.assertIsNone(self.shown(port, "strange"))

    @staticmethod
    def found(officer, county):
        try:
            return officer.post("/v1/organizations", {"parent": county, "organization": {"title": "某镇党委", "kind": 612}})["name"]
        except (suite.Refused, OSError):
            return None

    @staticmethod
    def duties(officer, town):
        try:
            return officer.get(f"/v1/{town}/dutyBoard") is not None
        except suite.Refused:
            return False


if __name__ == "__main__":
    unittest.main()
