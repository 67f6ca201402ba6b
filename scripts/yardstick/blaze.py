#!/usr/bin/env python3
"""How fast Blaze, the fastest JSON Schema validator that is widely known, validates documents that are parsed already.

    scripts/yardstick/blaze.py SCHEMA DOCUMENTS.ndjson [SECONDS]

prints {"records":n,"passed":n,"bytes":n,"bytes_per_second":x}. Blaze comes as npm's @sourcemeta/jsonschema, into
this user's cache folder; it is run as a program, never linked (its licence is AGPL-3.0).

What the figure means. `validate --benchmark --fast --loop N` parses a document, then validates it N times in a row, each time between two
readings of the clock, subtracts the cost of a reading (the number in brackets at the end of a line, µs) and prints the mean and the standard
deviation in µs:

    documents.jsonl[17]: PASS 78.887 +- 198.766 us (0.030)

So it has neither reading, parsing, compiling the schema nor reporting in it; the document lies in the cache and the branch predictors know
it from the validation before; and a document that fails is left at its first failure. Lines count from 1 and come in any order. The figure
here is the bytes of all documents as compact JSON over the sum of their means. `format` is an annotation, Blaze's default.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

VERSION = "16.11.0"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "winnow" / f"sourcemeta-jsonschema-{VERSION}"
LINE = re.compile(r"\[(\d+)\]: (PASS|FAIL) ([\d.]+) \+- [\d.]+ us \([\d.]+\)$", re.M)
MAX_LOOP = 2000


class Refused(Exception):
    """Blaze does not compile the schema, or does not read the documents."""


def binary():
    """Blaze's command line for this machine."""
    package = CACHE / "node_modules/@sourcemeta/jsonschema"
    if not package.exists():
        fresh = pathlib.Path(tempfile.mkdtemp(dir=ensure(CACHE.parent)))
        subprocess.run(["npm", "install", "--no-save", "--no-package-lock", "--ignore-scripts", "--silent", "--prefix", str(fresh),
                        f"@sourcemeta/jsonschema@{VERSION}"], check=True, stdout=sys.stderr)
        fresh.rename(CACHE)
    machine = {"x86_64": "x86_64", "aarch64": "arm64"}[os.uname().machine]
    return str(package / f"build/github-releases/jsonschema-linux-{machine}")


def ensure(folder):
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def once(schema, documents, loop, pin=()):
    """Each document's (passed, µs for one validation), in the order of the file."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "documents.jsonl"  # its name tells Blaze that it holds one document a line
        shutil.copyfile(documents, copy)
        done = subprocess.run([*pin, binary(), "validate", "--benchmark", "--fast", "--continue", "--loop", str(loop), str(pathlib.Path(schema).resolve()), str(copy)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder)
    found = {int(n): (verdict == "PASS", float(us)) for n, verdict, us in LINE.findall(done.stdout)}
    with open(documents, "rb") as f:
        lines = sum(1 for _ in f)
    if sorted(found) != list(range(1, lines + 1)):
        said = (done.stderr + done.stdout).strip().splitlines() or ["nothing"]
        raise Refused(" ".join(said[:4])[:300])
    return [found[n] for n in range(1, lines + 1)]


def loops(times, seconds):
    """How often each document may be validated, for a run of about so many seconds."""
    return max(1, min(MAX_LOOP, int(seconds * 1e6 / max(1.0, sum(us for _, us in times)))))


def main():
    schema, documents, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 2
    times = once(schema, documents, loops(once(schema, documents, 3), seconds))
    with open(documents, "rb") as f:
        size = sum(len(line.rstrip(b"\n")) for line in f)
    print(json.dumps({"records": len(times), "passed": sum(ok for ok, _ in times), "bytes": size,
                      "bytes_per_second": round(size / sum(us for _, us in times) * 1e6)}))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        main()
    except Refused as e:
        sys.exit(f"blaze: {e}")
