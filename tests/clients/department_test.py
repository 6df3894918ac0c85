"""Can another department's system read members and follow events through the gateway, by gRPC with mutual TLS alone?"""

import pathlib
import sys
import threading
import unittest

import grpc
from google.protobuf import json_format

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import door  # pylint: disable=wrong-import-position
import suite  # pylint: disable=wrong-import-position

PASSWORD = "Dangjian-Ronghe-2026"


class Department(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.suite = suite.Suite()
        login, first = cls.suite.administrator()
        cls.admin = suite.Client(cls.suite)
        sign_in = lambda password: cls.admin.post("/v1/auth:signIn", {"loginName": login, "password": password})  # pylint: disable=unnecessary-lambda-assignment
        cls.admin.token = sign_in(first)["sessionToken"]
        cls.admin.post("/v1/auth:changePassword", {"currentPassword": first, "newPassword": PASSWORD})
        cls.admin.token = sign_in(PASSWORD)["sessionToken"]
        create = lambda title, kind, parent="": cls.admin.post(  # pylint: disable=unnecessary-lambda-assignment
            "/v1/organizations", {"parent": parent, "organization": {"title": title, "kind": kind}})["name"]
        cls.county = create("测试县委", 611)
        cls.ours = create("机关党支部", 631, cls.county)
        cls.foreign = create("外单位党支部", 631, cls.county)
        cls.members = [cls.create_member(cls.ours, i) for i in range(3)]
        cls.stranger = cls.create_member(cls.foreign, 9)
        client = cls.admin.post("/v1/clients", {"certificateName": "department.example", "displayName": "人社部门"})
        cls.admin.post(f"/v1/{client['name']}/grants", {"role": "department_client", "organization": cls.ours})
        tls = cls.suite.state / "tls"
        cls.contracts = door.Contracts()
        cls.door = door.Door(cls.contracts, cls.suite.port("gateway-grpc"), tls / "ca.pem", tls / "department.pem", tls / "department.key")

    @classmethod
    def tearDownClass(cls):
        cls.suite.close()

    @classmethod
    def create_member(cls, organization, i):
        head = f"53039919800101{i * 2 + 1:03d}"
        weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        number = head + "10X98765432"[sum(int(d) * w for d, w in zip(head, weights)) % 11]
        return cls.admin.post(f"/v1/{organization}/members", {
            "fullName": f"测试{i}", "gender": "GENDER_MALE", "identityNumber": number, "ethnicity": "01", "education": "21",
            "category": "MEMBER_CATEGORY_FULL", "phone": f"199000000{i:02d}",
            "birthDate": {"year": 1980, "month": 1, "day": 1}, "joinedOn": {"year": 2005, "month": 7, "day": 1},
            "convertedOn": {"year": 2006, "month": 7, "day": 1}})["name"]

    def test_reads_a_member_masked(self):
        member = self.door.call("/ronghe.membership.v1.MemberService/GetMember", {"name": self.members[0], "view": "MEMBER_VIEW_FULL"})
        self.assertEqual(member["organization"], self.ours)
        self.assertRegex(member["identityNumber"], r"^\d{6}\*{8}\d{3}[\dX]$")

    def test_pages_through_the_granted_subtree(self):
        names, token = [], ""
        while True:
            page = self.door.call("/ronghe.membership.v1.MemberService/ListMembers",
                                  {"parent": self.ours, "pageSize": 2, "pageToken": token})
            names += [m["name"] for m in page.get("members", [])]
            token = page.get("nextPageToken", "")
            if not token:
                break
        self.assertEqual(sorted(names), sorted(self.members))

    def test_is_refused_beyond_it(self):
        for path, request in (("/ronghe.membership.v1.MemberService/ListMembers", {"parent": self.foreign}),
                              ("/ronghe.membership.v1.MemberService/GetMember", {"name": self.stranger})):
            with self.assertRaises(grpc.RpcError) as refused:
                self.door.call(path, request)
            self.assertIn(refused.exception.code(), (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.NOT_FOUND))
            self.assertTrue(door.reason(refused.exception))

    def test_is_refused_without_a_certificate(self):
        nobody = door.Door(self.contracts, self.suite.port("gateway-grpc"), self.suite.state / "tls/ca.pem")
        with self.assertRaises(grpc.RpcError) as refused:
            nobody.call("/ronghe.membership.v1.MemberService/GetMember", {"name": self.members[0]})
        self.assertEqual(refused.exception.code(), grpc.StatusCode.UNAUTHENTICATED)

    def test_watches_events_as_they_happen_and_resumes(self):
        path = "/ronghe.event.v1.EventFeedService/WatchEvents"
        seen, token = [], ""
        stream = self.door.stream(path, {"source": "services/membership"})
        enough = threading.Event()

        def watch():
            nonlocal token
            try:
                for message in stream:
                    answer = json_format.MessageToDict(message)
                    seen.extend(answer.get("events", []))
                    token = answer.get("resumeToken", token)
                    if any(e["subject"] == added for e in seen):
                        enough.set()
                        return
            except grpc.RpcError:
                pass

        added = None
        thread = threading.Thread(target=watch)
        added = self.create_member(self.ours, 50)
        thread.start()
        self.assertTrue(enough.wait(15), seen)
        stream.cancel()
        thread.join()
        self.assertFalse([e for e in seen if e.get("organization") == self.foreign])

        later = self.create_member(self.ours, 51)
        resumed = self.door.stream(path, {"source": "services/membership", "resumeToken": token})
        subjects = []
        for message in resumed:
            subjects += [e["subject"] for e in json_format.MessageToDict(message).get("events", [])]
            if later in subjects:
                break
        resumed.cancel()
        self.assertNotIn(added, subjects)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
