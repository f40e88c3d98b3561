"""Nothing in a repository can steer a terminal, a CI runner or a reader; no secret is printed."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace

import pytest
import reports
from hypothesis import given
from hypothesis import strategies as st

from gitopsml.model import Finding, Location, Report, ResourceId, Severity, Step, Unchecked, Unevaluated
from gitopsml.report import FORMATS, Style
from gitopsml.report.escape import printable

PAYLOADS = [
    "\x1b[2J", "\x1b]8;;https://evil\x07click\x1b]8;;\x07", "\x9b31m", "\x07", "\x08\x08", "\r", "\x00", "\x7f", "\x85",
    "\u202e}", "\u2066", "\u200b", "\ufeff", "\u2028", "\u2029", "\U000e0041", "\ud800",
    "::error::x", "\n::error::x", "\r\n::set-output name=a::b", "::add-mask::e", "::stop-commands::t", "  ::warning::x",
    "##[error]x", "###[error]x", "####[x]", "##vso[task.setvariable variable=a]b", "##[group]", "##teamcity[x]", "\n##[command]x",
    "section_start:1:x\r\x1b[0K", "%0A::error::x", "%", "a,b:c", "title=x,file=y::", '"},{"x":"', "</script>", "`x`", "\t",
    "\n\n", "a\nb", "日本語", "e\u0301",
]  # fmt: skip


def hostile(text: str) -> Report:
    """A report in which every foreign text is `text`."""
    place = Location(text or "a", 1, 1, 1, 2)
    finding = Finding(
        "policy",
        Severity.ERROR,
        text,
        place,
        ResourceId(text, text, text, text),
        (text, 0),
        (text, text),
        title="title",
        why="why",
        remedy=text,
        chain=(Step(place, text, text), Step(place, text, text)),
        operands=((text, text),),
    )
    return Report(
        findings=(finding, *(replace(finding, severity=Severity.WARNING) for _ in range(12))),
        suppressed=(replace(finding, suppressed=text or "x"),),
        unreadable=(Unevaluated(place, text, text),),
        unchecked=(Unchecked(text, text),),
        targets=1,
        sources={place.path: f"{text}\n{text}"},
    )


def output(name: str, report: Report) -> str:
    return "".join(f"{line}\n" for line in FORMATS[name](report, Style(explain=True)))


UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e0fff]"
)


def runner_commands(text: str) -> list[str]:
    """What a CI runner would obey: a line that begins with `::` after spaces, `##[` or `##vso[` anywhere."""
    found = []
    for line in re.split(r"[\n\r\u2028\u2029\x85]", text):
        if line.lstrip().startswith("::"):
            found.append(line.lstrip()[2:].partition(" ")[0])
        if re.search(r"##[a-z]*\[", line, re.IGNORECASE):
            found.append(line)
    return found


def assert_safe(name: str, report: Report) -> None:
    text = output(name, report)
    assert UNSAFE.search(text) is None
    text.encode("utf-8")
    ours = ["error"] * 2 + ["warning"] * 10 if name == "github" else []
    assert sorted(runner_commands(text)) == ours
    if name in ("json", "sarif"):
        json.loads(text)


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
@pytest.mark.parametrize("name", FORMATS)
def test_payloads(name: str, payload: str) -> None:
    assert_safe(name, hostile(payload))
    assert_safe(name, hostile(f"x{payload}y"))


@given(st.text(st.characters() | st.sampled_from("\n\r\t:#[]%,;\x1b"), max_size=30), st.sampled_from(sorted(FORMATS)))
def test_any_text(text: str, name: str) -> None:
    assert_safe(name, hostile(text))


@given(st.text(max_size=40))
def test_properties_of_a_command_stay_what_they_are(text: str) -> None:
    """Read back as the runner reads it: the file and the message are the printable forms of what went in."""
    finding = replace(reports.NOTE, message=f"m{text}", location=Location(f"f{text}", 1, 1, 1, 2), resource=None)
    line = next(iter(FORMATS["github"](Report((finding,)), Style())))
    head, _, message = line.removeprefix("::notice ").partition("::")
    properties = dict(part.partition("=")[::2] for part in head.split(","))
    assert set(properties) == {"file", "line", "endLine", "col", "endColumn", "title"}
    from gitopsml.report.redact import scrub

    assert unescape(properties["file"]) == printable(f"f{text}")
    assert unescape(message) == printable(scrub(f"m{text}"))


def unescape(text: str) -> str:
    for code, sign in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, sign)
    return text


# secrets

CANARY = "canary-7f3a9c"
ENCODED = base64.b64encode(CANARY.encode()).decode()
TOKEN = "ghp_" + "a1B2" * 9
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"

FILES = {
    "secret data": f"apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\ndata:\n  any: {ENCODED}\n",
    "secret text": f"apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\nstringData: {{any: {CANARY}}}\n",
    "secret named name": f"kind: Secret\nstringData:\n  name: {CANARY}\n  type: {CANARY}\n",
    "secret block": f"kind: Secret\nstringData:\n  any: |\n    first\n    {CANARY}\n    last\n",
    "secret folded": f'kind: Secret\nstringData:\n  any: "first\n    {CANARY}"\n',
    "secret by alias": f"kind: Secret\nx: &a {CANARY}\nstringData: {{any: *a}}\n",
    "secret in a list": f"kind: List\nitems:\n- kind: Secret\n  stringData: {{any: {CANARY}}}\n",
    "secret as json": f'{{"kind": "Secret", "stringData": {{"any": "{CANARY}"}}}}\n',
    "second document": f"kind: ConfigMap\n---\nkind: Secret\nstringData: {{any: {CANARY}}}\n",
    "json patch of a secret": f"- op: add\n  path: /stringData/any\n  value: {CANARY}\n",
    "json patch of env": f"- op: add\n  path: /spec/template/spec/containers/0/env/-\n  value: {{name: A, value: {CANARY}}}\n",
    "generator": f"secretGenerator:\n- name: x\n  literals:\n  - any={CANARY}\n",
    "env": f"spec:\n  containers:\n  - env:\n    - name: A\n      value: {CANARY}\n",
    "env map": f"env:\n  A: {CANARY}\n",
    "password key": f"settings:\n  db-password: {CANARY}\n",
    "token key": f"settings: {{apiToken: {CANARY}}}\n",
    "argument": f"args: [--password={CANARY}]\n",
    "url": f"url: https://user:{CANARY}@host/x\n",
    "token anywhere": f"note: {TOKEN}\n",
    "jwt anywhere": f"note: {JWT}\n",
    "unreadable": f"kind: Secret\nstringData:\n  any: {CANARY}\n\t- x: [\n",
}
HIDDEN = (CANARY, ENCODED, TOKEN, JWT)


def leaking(path: str, text: str) -> Report:
    """A finding on every line, whose message and chain repeat the values of the file."""
    findings = [
        replace(
            reports.NOTE,
            message=f"do not write {line}",
            location=Location(path, number, 1, number, len(line) + 1),
            chain=(Step(Location(path, number, 1, number, 2), line, "here"), Step(Location(path, number), line, "there")),
            operands=(("object", line),),
        )
        for number, line in enumerate(text.rstrip("\n").split("\n"), 1)
    ]
    return Report(tuple(findings), unreadable=(Unevaluated(findings[-1].location, "broken"),), sources={path: text})


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("file", FILES)
def test_no_secret_is_printed(file: str, name: str) -> None:
    text = FILES[file]
    report = leaking("x.json" if file.endswith("json") else "x.yaml", text)
    if not SURE[file]:
        report = replace(report, findings=tuple(replace(one, message="m", chain=(), operands=()) for one in report.findings))
    for hidden in HIDDEN:
        assert hidden not in output(name, report)


# where only the place tells that a value is secret, messages that repeat it cannot be told from others; the lines are masked
SURE = {file: file not in ("env", "env map", "json patch of env", "unreadable", "url") for file in FILES}


@pytest.mark.parametrize("path", ["<stdin>", "-", "base/Kustomization", "x.yml"])
def test_yaml_of_any_name(path: str) -> None:
    assert CANARY not in output("text", leaking(path, FILES["secret text"]))
    assert CANARY not in output("text", leaking(path, FILES["generator"]))


def test_env_files_show_names_only() -> None:
    finding = replace(reports.NOTE, location=Location("base/app.env", 2, 1, 2, 3))
    shown = output("text", Report((finding,), sources={"base/app.env": f"A={CANARY}\nB={CANARY}\n"}))
    assert CANARY not in shown
    assert "2 | B=***" in shown


@pytest.mark.parametrize("name", FORMATS)
def test_a_chain_that_leads_into_an_env_file(name: str) -> None:
    step = Step(Location("s.env", 1, 1, 1, len(CANARY) + 3), f"A={CANARY}", "from an env file")
    whole = Step(Location("s.yaml", 2, 1, 4, 1), f"stringData: {CANARY}", "written here")
    sources = {"s.env": f"A={CANARY}\n", "s.yaml": f"kind: Secret\nstringData:\n  x: {CANARY}\n"}
    assert CANARY not in output(name, Report((replace(reports.NOTE, chain=(step, whole)),), sources=sources))


@pytest.mark.parametrize("piece", ["-eyJ", "sk-", "://a", "password=", "ghp_", "-----BEGIN ", "token=a ", "eyJa.", "://:"])
def test_long_hostile_lines_are_cheap(piece: str) -> None:
    import time

    from gitopsml.report.redact import scrub

    start = time.process_time()
    scrub(piece * (1_000_000 // len(piece)))
    assert time.process_time() - start < 2


def test_what_is_no_secret_is_shown() -> None:
    text = (
        "kind: Deployment\nspec:\n  serviceAccountName: token-reader\n  secretName: db\n  automountServiceAccountToken: false\n"
    )
    shown = output("text", Report((replace(reports.NOTE, location=Location("x.yaml", 5, 1, 5, 4)),), sources={"x.yaml": text}))
    assert "automountServiceAccountToken: false" in shown
    assert "secretName: db" in shown


def test_many_findings_in_one_long_line_are_cheap() -> None:
    import time

    text = "a: [" + "sk-" * 300_000 + "]\n"
    findings = tuple(replace(reports.NOTE, location=Location("x.yaml", 1, number, 1, number + 1)) for number in range(1, 300))
    start = time.process_time()
    shown = output("text", Report(findings, sources={"x.yaml": text}))
    assert time.process_time() - start < 5
    assert max(len(line) for line in shown.splitlines()) < 200
