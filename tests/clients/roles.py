"""What does the role file say, to a test that has no code of ours in it?"""

import pathlib
import re

FILE = pathlib.Path(__file__).resolve().parents[2] / "common/auth/roles.textproto"


class Roles:
    """The role file: the kind of each role and its permission patterns."""

    def __init__(self):
        self.kinds, self.patterns, self.grantable = {}, {}, set()
        for block in re.findall(r"^roles \{\n(.*?)^\}", FILE.read_text(), re.M | re.S):
            name = re.search(r'name: "(\w+)"', block)[1]
            self.kinds[name] = re.search(r"kind: (\w+)", block)[1]
            for names in re.findall(r"may_grant: \[(.*?)\]", block, re.S):
                self.grantable.update(re.findall(r'"(\w+)"', names))
            self.patterns[name] = re.findall(r'"([^".]+\.[^".]+\.[^".]+)"', block)

    def except_kinds(self, *kinds):
        return [name for name, kind in self.kinds.items() if kind not in kinds]

    def holds(self, role, permission):
        return any(matches(pattern, permission) for pattern in self.patterns[role])


def matches(pattern, permission):
    wanted, parts = permission.split("."), pattern.split(".")
    return len(wanted) == len(parts) and all(part in ("*", want) for part, want in zip(parts, wanted))
