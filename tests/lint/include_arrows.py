#!/usr/bin/env python3
"""Does every #include follow the arrows of the house?

    include_arrows.py [ROOT]

  common/            never services/; common/base and common/error only each other
  services/<s>/      only its own service, common/ and generated contracts
    domain/          its own domain, common/base, common/error, std, Abseil
    store/           its own store and domain
    api/  jobs/      its own folder, domain and store
    main, app        everything of the service
  services/gateway/  no other service's contracts: it learns them from descriptors
    http/  transcode/  access/   each other

Tests (*_test.cc) follow the arrows of their folder, and may use the whole of their service and
common/testing besides. Prints file:line: for each include that doesn't; exit status 1 if there is one.
"""

import os
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')
SERVICES = ("membership", "meeting", "training", "evaluation", "gateway")
ROOMS = {
    "domain": ("domain",),
    "store": ("store", "domain"),
    "api": ("api", "domain", "store"),
    "jobs": ("jobs", "domain", "store"),
}
BASEMENT = ("common/base/", "common/error/")
# What a domain folder may not know, by the spelling of the include.
NOT_FOR_DOMAIN = re.compile(
    r"^(google/|grpc|ronghe/|cppconn/|prometheus/|boost/|openssl/|gcrypt|curl/|zip|xlsxwriter|pugixml|"
    r".*\.pb\.h$)")


def refusal(path, include, quoted):
    """Why the file at `path` may not include `include`; None if it may."""
    parts = path.split("/")
    test = path.endswith("_test.cc")
    if parts[0] == "common":
        if include.startswith("services/"):
            return "common/ never includes services/"
        folder = "/".join(parts[:2]) + "/"
        if folder in BASEMENT and include.startswith("common/") and not include.startswith(BASEMENT):
            return f"{folder} may include only common/base and common/error"
        return None
    if parts[0] != "services" or len(parts) < 3:
        return None

    service, room = parts[1], parts[2] if len(parts) > 3 else ""
    own = f"services/{service}/"
    if include.startswith("services/"):
        if not include.startswith(own):
            return "a service includes no other service"
        if test or room not in ROOMS:
            return None
        target = include[len(own):].split("/")
        if len(target) < 2:
            return f"{room}/ may not include {include}: only {', '.join(ROOMS[room])}"
        if target[0] not in ROOMS[room]:
            return f"{room}/ may include only {', '.join(ROOMS[room])} of its service"
        return None
    if service == "gateway" and not test:
        contract = re.match(r"ronghe/([a-z_]+)/", include)
        if contract and contract.group(1) in SERVICES:
            return "the gateway learns services from descriptors, not from their contracts"
    if room == "domain":
        if include.startswith("common/"):
            if include.startswith(BASEMENT) or (test and include.startswith("common/testing/")):
                return None
            return "domain/ may include only common/base and common/error"
        if NOT_FOR_DOMAIN.match(include):
            return "domain/ knows std and Abseil only"
        if quoted and "/" not in include:
            return "includes are written from the repository root"
    return None


def findings(root):
    """(path, line, why) of every include that doesn't follow the arrows."""
    for top in ("common", "services"):
        for folder, folders, files in os.walk(os.path.join(root, top)):
            folders[:] = sorted(f for f in folders if f not in ("node_modules", "build"))
            for name in sorted(files):
                if not name.endswith((".h", ".cc")):
                    continue
                full = os.path.join(folder, name)
                path = os.path.relpath(full, root).replace(os.sep, "/")
                with open(full, encoding="utf-8") as source:
                    for number, line in enumerate(source, 1):
                        match = INCLUDE.match(line)
                        if match:
                            why = refusal(path, match.group(2), match.group(1) == '"')
                            if why:
                                yield path, number, f'"{match.group(2)}": {why}'


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(
        os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    found = 0
    for path, line, why in findings(root):
        found += 1
        print(f"{path}:{line}: {why}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
