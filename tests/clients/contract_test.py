"""Does every RPC say who may call it, on what, and whether it is audited; and has nobody changed that unseen?

rpcs.txt lists them all. A change of policy shows there, in the same commit: run this with --write.
"""

import pathlib
import sys
import unittest

import door
from roles import Roles, matches

# What people work with, as against what keeps the suite itself.
BUSINESS = ("membership", "meeting", "training", "evaluation", "fact", "event")
# What a handler asks for beside its RPC's permission.
FURTHER = {"meeting.meeting.backfill"}
LISTING = pathlib.Path(__file__).with_name("rpcs.txt")


def listing(contracts):
    lines = []
    for path, method in contracts.methods():
        policy = contracts.policy(method)
        lines.append(" ".join([path[1:], policy.permission or "-", contracts.scope(method), policy.scope_field or "-",
                               contracts.audit(method)]))
    return sorted(lines)


class Contract(unittest.TestCase):

    def setUp(self):
        self.contracts = door.Contracts()

    def test_every_rpc_is_listed_as_it_is(self):
        self.assertEqual(LISTING.read_text().splitlines(), listing(self.contracts))

    def test_every_rpc_has_permission_scope_and_audit(self):
        open_scopes = ("SCOPE_PUBLIC", "SCOPE_SELF")
        for line in listing(self.contracts):
            name, permission, scope, scope_field, audit = line.split()
            with self.subTest(name):
                self.assertNotEqual(scope, "SCOPE_UNSPECIFIED")
                self.assertNotEqual(audit, "AUDIT_UNSPECIFIED")
                self.assertEqual(permission == "-", scope in open_scopes, line)
                self.assertEqual(scope_field == "-", scope != "SCOPE_ORGANIZATION", line)

    def test_what_changes_something_is_audited(self):
        reads = ("Get", "List", "Search", "Count", "Watch", "Stream", "Download", "Explain", "Summarize", "Unmask")
        for line in listing(self.contracts):
            name, *_, audit = line.split()
            with self.subTest(name):
                self.assertEqual(audit == "AUDIT_WRITE", not name.split("/")[1].startswith(reads), line)

    def test_a_scope_field_is_a_field(self):
        for path, method in self.contracts.methods():
            message = method.input_type
            for part in filter(None, self.contracts.policy(method).scope_field.split(".")):
                with self.subTest(path):
                    self.assertIn(part, message.fields_by_name)
                    message = message.fields_by_name[part].message_type or message

    def test_the_role_file_fits_the_contracts(self):
        roles = Roles()
        asked = {self.contracts.policy(method).permission: path.split(".")[1] for path, method in self.contracts.methods()}
        asked.pop("")
        for role, patterns in roles.patterns.items():
            for pattern in patterns:
                with self.subTest(f"{role} holds {pattern}, which is asked for"):
                    self.assertTrue(any(matches(pattern, permission) for permission in {*asked, *FURTHER}))
        for permission, package in asked.items():
            holders = {role for role in roles.kinds if roles.holds(role, permission)}
            with self.subTest(f"{permission} is held by somebody, business by no administrator"):
                self.assertTrue(holders)
                administrators = {role for role in holders if roles.kinds[role].endswith("_ADMINISTRATOR")}
                self.assertFalse(administrators if package in BUSINESS else set())

    def test_every_role_of_people_and_clients_can_be_granted(self):
        roles = Roles()
        self.assertEqual(roles.grantable, set(roles.except_kinds("SERVICE")))

    def test_services_change_nothing_among_themselves(self):
        roles = Roles()
        for path, method in self.contracts.methods():
            if self.contracts.audit(method) == "AUDIT_WRITE":
                holders = [role for role in roles.kinds if roles.holds(role, self.contracts.policy(method).permission)]
                with self.subTest(path):
                    self.assertFalse([role for role in holders if roles.kinds[role] == "SERVICE"])


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        LISTING.write_text("\n".join(listing(door.Contracts())) + "\n")
    else:
        sys.exit(unittest.main(verbosity=2))
