"""Schemas out of packages, each made whole: what it refers to in other files becomes one of its definitions."""
import io
import json
import pathlib
import pickle
import re
import sqlite3
import sys
import tempfile
import urllib.parse


class _Plain(pickle.Unpickler):
    """Reads the responses that SCHEMASTORE keeps as pickles: plain dicts and bytes. Every class is replaced by an empty one, so that
    nothing is imported or run."""

    class Empty:
        def __init__(self, *args, **more): pass
        def __setstate__(self, state): pass

    def find_class(self, module, name):
        return self.Empty


class Store:
    """Schemas by their address: "store URL", or "SOURCE path"."""

    def __init__(self, files, schemastore):
        self.files, self.schemastore, self.urls, self.packages = files, schemastore, {}, {}

    def _load(self):
        if not self.urls:
            sqlite = next(read() for path, read in self.files(self.schemastore) if path.endswith("cache.sqlite"))
            with tempfile.NamedTemporaryFile(suffix=".sqlite") as f:
                f.write(sqlite)
                f.flush()
                for (blob,) in sqlite3.connect(f.name).execute("select value from responses"):
                    response = _Plain(io.BytesIO(blob)).load()
                    if response.get("status_code") == 200:
                        self.urls[re.sub(r"#.*", "", response["url"])] = response["_content"]
        return self.urls

    def listing(self):
        """All of the store's schemas, as fetch-corpora lists files."""
        return [(url, lambda b=body: b) for url, body in sorted(self._load().items())]

    def _read(self, address):
        kind, _, path = address.partition(" ")
        if kind == "store":
            for url in (path, re.sub(r"^http:", "https:", path), path + ".json"):
                url = url.replace("https://www.schemastore.org/", "https://json.schemastore.org/")
                url = url.replace("json.schemastore.org/schemas/json/", "json.schemastore.org/")
                if url in self._load():
                    return json.loads(self.urls[url].decode("utf-8-sig"))
            raise KeyError(f"no schema {path}")
        if kind not in self.packages:
            self.packages[kind] = dict(self.files(kind))
        return json.loads(self.packages[kind][path]().decode("utf-8-sig"))

    def schema(self, address):
        """A schema whose $refs all stay within it. Its own address goes, so that nothing in it is relative to that."""
        kind, _, path = address.partition(" ")
        whole = self._read(address)
        base = whole.get("$id", whole.get("id", "")).rstrip("#")
        old = re.search(r"draft-0[467]/", whole.get("$schema", "")) is not None and "definitions" not in whole
        extra = {}

        def name(target):
            """The definition that holds another file; it is made on the first call."""
            key = re.sub(r"\W+", "-", target.partition(" ")[2].removeprefix("https://"))
            if key not in extra:
                extra[key] = None  # it may refer to itself
                extra[key] = inner(self._read(target), target, f"#/definitions/{key}", True)
            return key

        def inner(node, here, prefix, top=False):
            if isinstance(node, list):
                return [inner(child, here, prefix) for child in node]
            if not isinstance(node, dict):
                return node
            out = {}
            for key, value in node.items():
                key = defs(key, value)
                if key == "$ref" and isinstance(value, str):
                    out[key] = local(value, here, prefix)
                elif not (top and key in ("$id", "id", "$schema") and isinstance(value, str)):
                    out[key] = inner(value, here, prefix)
            return out

        def defs(key, value):
            """Drafts before 2019-09 have definitions, not $defs: many schemas of theirs use it, and Blaze follows no $ref into it."""
            return "definitions" if old and key == "$defs" and isinstance(value, dict) else key

        def local(ref, here, prefix):
            file, _, fragment = ref.partition("#")
            if old:
                fragment = re.sub(r"^/\$defs/", "/definitions/", fragment)
            if fragment and not fragment.startswith("/") and (file or prefix != "#"):
                sys.exit(f"{path}: $ref {ref} goes to an anchor of another file, which is not read here")
            if not file or (base and file == base and here == address):
                return prefix + fragment if fragment or prefix != "#" else "#"
            if here.startswith("store ") or re.match(r"https?:", file):
                where = here.partition(" ")[2] if here.startswith("store ") else ""
                target = "store " + urllib.parse.urljoin(where, file)
            else:
                source, _, place = here.partition(" ")
                target = f"{source} {pathlib.PurePosixPath(place).parent / file}"
            try:
                return f"#/definitions/{name(target)}{fragment}"
            except KeyError as e:
                print(f"{path}: {e.args[0]}: taken as a schema that lets everything by", file=sys.stderr)
                extra.setdefault("anything", {})
                return "#/definitions/anything"

        made = inner(whole, address, "#")
        made.pop("$id", None)
        if isinstance(made.get("id"), str):
            made.pop("id")
        extra = {key: value for key, value in extra.items() if value is not None}
        if extra:
            made["definitions"] = {**made.get("definitions", {}), **extra}
        return made
