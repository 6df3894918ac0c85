#!/usr/bin/env python3
"""Does clang-tidy find anything in the sources that a build directory compiles?

    clang_tidy.py --build BUILD_DIR [--jobs N] [--cache DIR] [--tests] [PATH_PREFIX ...]

Reads BUILD_DIR/compile_commands.json and checks each source of the repository (or those below the
given prefixes) with the flags it is compiled with, less what only g++ understands and less the
precompiled header: so it also finds a source that doesn't include what it uses. Tests are left out
unless --tests is given. A file that was clean is remembered by the hash of all that the answer depends
on: its text, the project's headers it includes (generated ones too), its flags, .clang-tidy and the
tool's version. An unchanged file is not checked again, in this or any other build directory.

Exit status 1 if anything was found, 2 if nothing could be checked.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INCLUDE = re.compile(rb'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
GCC_ONLY = ("-fpch-preprocess", "-fstack-protector-strong", "-fno-omit-frame-pointer")


def arguments(entry):
    """The compile command's own arguments: no launcher, compiler, warnings, PCH or outputs."""
    words = entry.get("arguments") or shlex.split(entry["command"])
    compiler = next(i for i, word in enumerate(words) if re.search(r"(c|g|clang)\+\+(-\d+)?$", word))
    kept = []
    rest = iter(words[compiler + 1:])
    for word in rest:
        if word in ("-include", "-MT", "-MF", "-o", "-x"):
            next(rest)
        elif word.startswith("-W") or word in GCC_ONLY or word in ("-MD", "-c"):
            continue
        elif not word.endswith((".cc", ".c")):
            kept.append(word)
    return kept


class Headers:
    """Finds the project's headers that a file includes, directly or not."""

    def __init__(self, build):
        self.roots = [ROOT, os.path.join(build, "gen")]
        self.direct = {}

    def _direct(self, path):
        if path not in self.direct:
            with open(path, "rb") as source:
                text = source.read()
            found = []
            for name in INCLUDE.findall(text):
                for root in self.roots:
                    candidate = os.path.join(root, name.decode())
                    if os.path.isfile(candidate):
                        found.append(candidate)
                        break
            self.direct[path] = (hashlib.sha256(text).hexdigest(), found)
        return self.direct[path]

    def closure(self, path):
        """(path relative to its root, hash) of the file and all it includes, sorted."""
        seen = {path}
        waiting = [path]
        while waiting:
            for header in self._direct(waiting.pop())[1]:
                if header not in seen:
                    seen.add(header)
                    waiting.append(header)
        return sorted((self._relative(p), self._direct(p)[0]) for p in seen)

    def _relative(self, path):
        root = self.roots[1] if path.startswith(self.roots[1] + os.sep) else self.roots[0]
        return os.path.relpath(path, root)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cache", default=os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "ronghe", "clang-tidy"))
    parser.add_argument("--tests", action="store_true")
    parser.add_argument("prefixes", nargs="*")
    options = parser.parse_args()
    build = os.path.abspath(options.build)

    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as commands:
        entries = {os.path.normpath(e["file"]): e for e in json.load(commands)}
    prefixes = [os.path.join(ROOT, p) for p in options.prefixes] or [ROOT + os.sep]
    chosen = {path: entry for path, entry in entries.items()
              if path.startswith(tuple(prefixes)) and not path.startswith(build + os.sep)
              and os.path.isfile(path) and (options.tests or not path.endswith("_test.cc"))}
    if not chosen:
        print("clang_tidy: no source to check", file=sys.stderr)
        return 2

    version = subprocess.run(["clang-tidy-14", "--version"], check=True, capture_output=True).stdout
    with open(os.path.join(ROOT, ".clang-tidy"), "rb") as config:
        settings = config.read()
    headers = Headers(build)
    os.makedirs(options.cache, exist_ok=True)

    def key(path, words):
        digest = hashlib.sha256(version + settings)
        flags = "\0".join(words).replace(build, "BUILD").replace(ROOT, "ROOT")
        digest.update(json.dumps([flags, headers.closure(path)]).encode())
        return os.path.join(options.cache, digest.hexdigest())

    waiting = []
    database = []
    for path, entry in sorted(chosen.items()):
        words = arguments(entry)
        stamp = key(path, words)
        if os.path.exists(stamp):
            os.utime(stamp)
            continue
        waiting.append((path, stamp))
        database.append({"directory": entry["directory"], "file": path,
                         "arguments": ["clang++", *words, "-w", "-c", path]})

    found = 0
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "compile_commands.json"), "w", encoding="utf-8") as out:
            json.dump(database, out)

        def check(item):
            path, stamp = item
            result = subprocess.run(
                ["clang-tidy-14", "-p", folder, "--quiet", f"--config-file={ROOT}/.clang-tidy", path],
                capture_output=True, text=True, check=False)
            if result.returncode == 0:
                with open(stamp, "w", encoding="utf-8"):
                    pass
            return result

        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for result in pool.map(check, waiting):
                if result.returncode != 0:
                    found += 1
                    sys.stdout.write(result.stdout)
                    sys.stdout.flush()

    print(f"clang_tidy: {len(chosen)} sources, {len(waiting)} checked, {found} with findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
