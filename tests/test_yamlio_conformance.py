"""Reading against what kubectl and kustomize made of the same texts (recorded outputs of the real tools)."""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from typing import Any

import pytest
from conftest import shared

from gitopsml.errors import YamlError
from gitopsml.yamlio import Dialect, read

# Where we differ on purpose or cannot agree, with the reason.
REFUSED = {
    "flow depth 200": "beyond our budget of 100 levels",
    "4ABK": "libyaml refuses `key:,` in flow text",
    "HRE5": "libyaml refuses the escape of a single quote",
    "U99R": "libyaml refuses a comma behind a tag",
}
ACCEPTED = {"WZ62": "libyaml ends a tag at a comma"}
UTF8_ONLY = {"latin-1", "truncated utf-8", "overlong utf-8", "surrogate in utf-8"}  # kubectl -f replaces the bytes
KEYS = "cannot be a key", "takes only text as a key"


@cache
def cases(name: str) -> list[dict[str, Any]]:
    with shared("conformance", "yaml", name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def json_value(text: str) -> Any:
    """JSON, with numbers as the API server has them: beyond 64 bits they are floats."""
    return json.loads(text, parse_int=lambda digits: int(digits) if -(2**63) <= int(digits) < 2**64 else float(digits))


def same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def content(case: dict[str, Any]) -> bytes:
    return case["text"].encode() if "text" in case else base64.b64decode(case["base64"])


def values(text: bytes, dialect: Dialect = Dialect.API, *, single: bool = False) -> list[Any]:
    return [document.data for document in read(text, "r.yaml", dialect, single=single).documents]


def verdict(*arguments: Any, **options: Any) -> Any:
    try:
        return values(*arguments, **options)
    except YamlError as error:
        return str(error)


def test_scalars_as_kubectl() -> None:
    wrong = []
    for case in cases("scalars.jsonl"):
        got, wanted = verdict(f"v: {case['text']}\n".encode()), case["kubectl"]
        good = isinstance(got, str) if "error" in wanted else same(got, [{"v": json_value(wanted["json"])}])
        if not good:
            wrong.append((case["text"], got, wanted))
    assert wrong == []


def test_scalars_as_kustomize() -> None:
    wrong = []
    for case in cases("scalars.jsonl"):
        got, wanted = verdict(f"v: {case['text']}\n".encode(), Dialect.KUSTOMIZE), case["kustomize"]
        # `json` was recorded after a way through float64; compare whole numbers as they were printed
        printed = wanted.get("text", "")
        is_whole = re.fullmatch("-?[0-9]+", printed) and wanted["json"][0] != '"'
        expected = int(printed) if is_whole else json_value(wanted.get("json", "null"))
        if not (isinstance(got, str) if "text" not in wanted else same(got, [{"v": expected}])):
            wrong.append((case["text"], got, wanted))
    assert wrong == []


def test_documents_as_sigs_yaml_converts_them() -> None:
    wrong = []
    for case in cases("documents.jsonl"):
        alternatives = case["convert"].get("any_of", [case["convert"]])
        got = verdict(content(case), single=True)
        if isinstance(got, str):
            good = "error" in alternatives[0] or case["name"] in REFUSED
        else:
            first = got[0] if got else None
            good = any("json" in wanted and same(first, json_value(wanted["json"])) for wanted in alternatives)
            good = good or case["name"] in ACCEPTED
        if not good:
            wrong.append((case["name"], got, case["convert"]))
    assert wrong == []


def _loads_alike(case: dict[str, Any], got: Any) -> bool:
    for wanted in case["load"].get("any_of", [case["load"]]):
        if "error" in wanted:
            # kubectl also refuses what is no object: a matter of whoever takes the documents
            if isinstance(got, str) or "error parsing" not in wanted["error"]:
                return True
        elif not isinstance(got, str) and same(got, [json_value(text) for text in wanted["objects"]]):
            return True
    return False


def test_documents_as_kubectl_loads_files() -> None:
    lists = ("list kind", "typed list kind", "list kind empty", "list kind null items", "items in another kind")  # unpacked
    floats = ("big ints",)  # recorded after a way through float64
    skipped = {*lists, *floats, *UTF8_ONLY, "flow depth 200", "two boms"}
    checked = [case for case in cases("documents.jsonl") if "load" in case and case["name"] not in skipped]
    wrong = [case["name"] for case in checked if not _loads_alike(case, verdict(content(case)))]
    assert wrong == []
    assert len(checked) > 350


def _parses(case: dict[str, Any]) -> bool | None:
    """Whether kustomize's reader accepted the text; None where the text got stuck later on."""
    kustomize = case["kustomize"]
    if "output" in kustomize:
        return True
    if "parses" in kustomize:
        return bool(kustomize["parses"])
    signs = ("MalformedYAML", "unmarshal", "invalid map key", "unsupported", "cannot decode", "merge", "separator", "base64")
    return False if any(sign in kustomize["error"] for sign in signs) else None


def test_documents_as_kustomize_reads_them() -> None:
    wrong = []
    for case in cases("documents.jsonl"):
        if "kustomize" not in case:
            continue
        got, parses = verdict(content(case), Dialect.KUSTOMIZE), _parses(case)
        if parses is None or case["name"] in REFUSED or case["name"] in ACCEPTED:
            continue
        if parses == isinstance(got, str) and not (isinstance(got, str) and any(sign in got for sign in KEYS)):
            wrong.append((case["name"], got, case["kustomize"]))
    assert wrong == []


@pytest.mark.parametrize("name", sorted(REFUSED.keys() - {"flow depth 200"}))
def test_known_differences_still_exist(name: str) -> None:
    """When libyaml changes its mind, the list above gets shorter."""
    case = next(case for case in cases("documents.jsonl") if case["name"] == name)
    assert isinstance(verdict(content(case), single=True), str)
