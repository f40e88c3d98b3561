"""app.yaml and team.yaml: every mistake is said at its line, with what to do; layers merge as promised."""

# ruff: noqa: E501 - one case, one line
from __future__ import annotations

import pytest
from tiny import APP, app, load, registry, repository

from gitopsml.errors import UserError
from gitopsml.expand import expand
from gitopsml.model.pointer import lookup

Changes = dict[str, str | None]
GOOD = "image: r/x:1\nenvironments: {dev: {}}\n"


def problems(changes: Changes) -> list[str]:
    files = repository(changes)
    with pytest.raises(UserError) as raised:
        expand(files, load(files), registry())
    return str(raised.value).splitlines()


MISTAKES: dict[str, tuple[Changes, str]] = {
    "unknown field": (
        app("image: r/x:1\nreplica: 2\nenvironments: {dev: {}}\n"),
        f"{APP}:4:1: unknown field \"replica\"; did you mean 'replicas'?",
    ),
    "unknown field below": (
        app("image: r/x:1\nprobe: {pth: /x}\nenvironments: {dev: {}}\n"),
        f"{APP}:4:9: unknown field \"pth\"; did you mean 'path'?",
    ),
    "unknown field of one environment": (
        app("image: r/x:1\nenvironments:\n  dev: {}\n  prod: {replica: 1}\n"),
        f"{APP}:6:10: unknown field \"replica\" (environment prod); did you mean 'replicas'?",
    ),
    "wrong type": (
        app("image: r/x:1\nreplicas: two\nenvironments: {dev: {}}\n"),
        f'{APP}:4:11: expected a whole number, found text "two"',
    ),
    "a number where text is meant": (
        app("image: r/x:1\nenv: {A: 1}\nenvironments: {dev: {}}\n"),
        f'{APP}:4:10: expected text, found a whole number 1; quote it: "1"',
    ),
    "wrong unit": (
        app("image: r/x:1\nload: 12x\nenvironments: {dev: {}}\n"),
        f'{APP}:4:7: "12x" is not a length of time; write 12m',
    ),
    "impossible number": (app("image: r/x:1\nreplicas: -1\nenvironments: {dev: {}}\n"), f"{APP}:4:11: must be at least 0, not -1"),
    "required, missing everywhere": (app("environments: {dev: {}, prod: {}}\n"), f"{APP}:2:12: image is missing; add it, such as image: r/x:1"),
    "required, missing in one environment": (
        app("environments:\n  dev: {image: r/x:1}\n  prod: {}\n"),
        f"{APP}:5:3: image is missing (environment prod); add it, such as image: r/x:1",
    ),
    "removed in one environment": (
        app("image: r/x:1\nenvironments:\n  dev: {}\n  prod: {image: null}\n"),
        f"{APP}:6:3: image is missing (environment prod); add it, such as image: r/x:1",
    ),
    "unknown environment": (
        app("image: r/x:1\nenvironments:\n  prd: {}\n"),
        f"{APP}:5:3: gitopsml.yaml has no environment \"prd\"; did you mean 'prod'?",
    ),
    "no environments": (app("image: r/x:1\n"), f"{APP}:1:1: environments is missing; list where to deploy: environments: {{dev: {{}}, prod: {{}}}}"),
    "environment is not a map": (
        app("image: r/x:1\nenvironments: {dev: 3}\n"),
        f"{APP}:4:21: expected a map of what differs there; write {{}} where nothing differs",
    ),
    "blueprint in an environment": (
        app("image: r/x:1\nenvironments:\n  dev: {blueprint: tiny@1}\n"),
        f"{APP}:5:9: blueprint is the same in every environment; write it at the top",
    ),
    "unknown blueprint": (
        {APP: "apiVersion: gitopsml.dev/v1\nblueprint: tini@1\n" + GOOD},
        f"{APP}:2:12: there is no blueprint tini@1; did you mean 'tiny@1'?",
    ),
    "blueprint without a major": (
        {APP: "apiVersion: gitopsml.dev/v1\nblueprint: tiny\n" + GOOD},
        f"{APP}:2:12: blueprint is missing or malformed; write blueprint: name@major, such as model-service@1",
    ),
    "a team's blueprint for an app": (
        {APP: "apiVersion: gitopsml.dev/v1\nblueprint: team@1\nenvironments: {dev: {}}\n"},
        f"{APP}:2:12: team@1 is not a blueprint for app.yaml",
    ),
    "apiVersion": ({APP: "blueprint: tiny@1\n" + GOOD}, f"{APP}:1:1: apiVersion is missing or unknown; write apiVersion: gitopsml.dev/v1"),
    "not a map": ({APP: "- a\n"}, f"{APP}: must hold one map; begin with apiVersion: gitopsml.dev/v1"),
    "a rule of the blueprint": (
        app("image: r/x:1\nenvironments:\n  dev: {}\n  prod: {replicas: 9}\n"),
        f"{APP}:6:20: 9 replicas are too many (environment prod); at most 8",
    ),
    "uses an app that does not exist": (
        app("image: r/x:1\nuses: {a: risk/scorrer}\nenvironments: {dev: {}}\n"),
        f"{APP}:4:11: there is no app risk/scorrer; did you mean 'risk/scorer'?",
    ),
    "uses itself": (app("image: r/x:1\nuses: {a: risk/scorer}\nenvironments: {dev: {}}\n"), f"{APP}:4:11: risk/scorer uses itself; remove the line"),
    "an app in the team's folder": (
        {"apps/risk/app.yaml": "a: 1"},
        "apps/risk/app.yaml: an app has a folder of its own; move it to apps/risk/<app>/app.yaml",
    ),
    "a misspelt file name": ({"apps/risk/other/app.yml": "a: 1"}, "apps/risk/other/app.yml: nothing reads this file; rename it to app.yaml"),
    "a name that is none": (
        {"apps/risk/Scorer_2/app.yaml": "a: 1"},
        ('apps/risk/Scorer_2/app.yaml: "Scorer_2" cannot be the name of an app; '
        "rename the folder: use lower-case letters, digits and hyphens, beginning with a letter"),
    ),
    "a long name": (
        {f"apps/risk/{'a' * 41}/app.yaml": "a: 1"},
        f'apps/risk/{"a" * 41}/app.yaml: the name "{"a" * 41}" has 41 characters; rename the folder: at most 40',
    ),
    "changes of one's own for an environment that is not there": (
        {"apps/risk/scorer/local/prd/kustomization.yaml": "kind: Component"},
        "apps/risk/scorer/local/prd: risk/scorer has no environment \"prd\"; did you mean 'prod'?",
    ),
    "changes of one's own that nothing would read": (
        {"apps/risk/scorer/local/prod/patch.yaml": "a: 1"},
        "apps/risk/scorer/local/prod: there is no kustomization.yaml in it; write one of kind: Component, or remove the folder",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_one_line_with_place_and_remedy(case: str) -> None:
    changes, line = MISTAKES[case]
    assert problems(changes) == [line]


def test_yaml_mistakes_have_their_place() -> None:
    assert problems({APP: "apiVersion: gitopsml.dev/v1\nblueprint: tiny@1\nimage: a\nimage: b\nenvironments: {}\n"})[
        0
    ].startswith(f"{APP}:4:1: ")
    assert problems({APP: "apiVersion: [\n"})[0].startswith(f"{APP}:")


def test_all_mistakes_are_shown_at_once_sorted_by_place() -> None:
    text = app("image: 3\nreplica: 2\nenvironments: {dev: {}, prd: {}}\n") | {"apps/risk/zoo/app.yaml": "- 1\n"}
    found = problems(dict(text))
    assert [line.split(": ")[0] for line in found] == [f"{APP}:3:8", f"{APP}:4:1", f"{APP}:5:25", "apps/risk/zoo/app.yaml"]


def test_uses_of_an_app_that_is_not_in_that_environment() -> None:
    other = {
        "apps/risk/other/app.yaml": "apiVersion: gitopsml.dev/v1\nblueprint: tiny@1\nimage: r/o:1\nenvironments: {dev: {}}\n"
    }
    found = problems({**app("image: r/x:1\nuses: {other: risk/other}\nenvironments: {dev: {}, prod: {}}\n"), **other})
    hint = "list prod under environments of apps/risk/other/app.yaml, or set uses.other to null here"
    assert found == [f"{APP}:4:15: risk/other is not deployed in prod; {hint}"]


def test_an_environment_that_the_team_does_not_have() -> None:
    team = "apiVersion: gitopsml.dev/v1\nblueprint: team@1\nenvironments: {dev: {}}\n"
    found = problems({"apps/risk/team.yaml": team})
    assert found == [f"{APP}:8:3: team risk has no environment prod; list it under environments of apps/risk/team.yaml"]


def test_an_environment_without_a_cluster() -> None:
    config = {"gitopsml.yaml": "apiVersion: gitopsml.dev/v1\nenvironments: {dev: {cluster: lab}, prod: {cluster: moon}}\n"}
    with pytest.raises(UserError, match=r"moon"):
        expand(files := repository(config), load(files), registry())


def test_two_teams_whose_namespaces_collide() -> None:
    config = "apiVersion: gitopsml.dev/v1\nenvironments: {dev: {cluster: lab}, b-dev: {cluster: lab}}\n"
    text = "apiVersion: gitopsml.dev/v1\nblueprint: tiny@1\nimage: r/x:1\nenvironments: {%s: {}}\n"
    files: Changes = dict.fromkeys(repository()._tree)
    files |= {"gitopsml.yaml": config, "clusters/lab.yaml": "apiVersion: gitopsml.dev/v1\nprovider: onprem\n"}
    files |= {"apps/a/x/app.yaml": text % "b-dev", "apps/a-b/y/app.yaml": text % "dev"}
    assert problems(files) == [
        "apps/a-b/y/app.yaml:4:16: team a-b in dev and team a in b-dev share the namespace a-b-dev; rename a team or an environment"
    ]


# layers


def merged(text: str, environment: str = "dev") -> tuple[dict[str, object], dict[str, str]]:
    """The values of the app, and the layer of each leaf."""
    files = repository(dict(app(text)))
    spec = expand(files, load(files), registry()).instances["risk/scorer", environment].spec
    leaves = {".".join(map(str, field)): spec.trail.at(field).step for field in _leaves(spec.values)}
    return spec.values, leaves


def _leaves(value: object, field: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    pairs = value.items() if isinstance(value, dict) and value else enumerate(value) if isinstance(value, list) and value else ()
    return [leaf for key, inner in pairs for leaf in _leaves(inner, (*field, key))] or ([field] if field and not pairs else [])


def test_layers_lowest_first() -> None:
    values, layers = merged(
        "image: r/x:1\nenv: {A: a, B: b}\nprobe: {every: 3}\nenvironments: {dev: {env: {B: c}, probe: {every: 5}}}\n"
    )
    assert values == {
        "image": "r/x:1", "replicas": 1, "port": 9000, "env": {"A": "a", "B": "c"}, "probe": {"every": 5, "path": "/healthz"},
    }  # fmt: skip
    assert layers == {
        "image": "app.yaml", "replicas": "blueprint default", "port": "gitopsml.yaml", "env.A": "app.yaml", "env.B": "environments.dev",
        "probe.every": "environments.dev", "probe.path": "blueprint default",
    }  # fmt: skip


def test_null_removes_also_a_default() -> None:
    values, _ = merged(
        "image: r/x:1\nport: 1\nprobe: {path: null}\nenv: {A: a}\nenvironments: {dev: {env: {A: null}}, prod: {env: null}}\n"
    )
    assert values == {"image": "r/x:1", "replicas": 1, "port": 1, "env": {}, "probe": {}}
    values, _ = merged("image: r/x:1\nenvironments: {prod: {env: null}}\n", "prod")
    assert values == {"image": "r/x:1", "replicas": 1, "port": 9000}


def test_lists_replace_and_their_elements_have_defaults() -> None:
    values, layers = merged(
        "image: r/x:1\nsteps: [{name: a}, {name: b}]\nenvironments: {dev: {steps: [{name: c}, {name: d, cpu: 2}]}}\n"
    )
    assert values["steps"] == [{"name": "c", "cpu": 1}, {"name": "d", "cpu": 2}]
    assert (layers["steps.0.name"], layers["steps.0.cpu"], layers["steps.1.cpu"]) == (
        "environments.dev",
        "blueprint default",
        "environments.dev",
    )


IMAGES = {
    "text over text": ("r/x:1@sha256:aa", "r/y:2", "r/y:2"),
    "a tag alone drops the digest": ("r/x:1@sha256:aa", "{tag: '2'}", {"name": "r/x", "tag": "2"}),
    "a digest alone drops the tag": ("r/x:1", "{digest: 'sha256:bb'}", {"name": "r/x", "digest": "sha256:bb"}),
    "a name alone keeps the version": ("r/x:1", "{name: m/x}", {"name": "m/x", "tag": "1"}),
    "a registry with a port": ("r.example:5000/x:1", "{tag: '2'}", {"name": "r.example:5000/x", "tag": "2"}),
    "map over map": ("{name: r/x, tag: '1', pullSecret: s}", "{tag: '2'}", {"name": "r/x", "tag": "2", "pullSecret": "s"}),
}


@pytest.mark.parametrize("case", IMAGES)
def test_image_layers(case: str) -> None:
    below, above, result = IMAGES[case]
    values, _ = merged(f"image: {below}\nenvironments: {{dev: {{image: {above}}}}}\n")
    assert values["image"] == result


def test_trails_lead_to_the_value() -> None:
    """The origin law for merged values: what stands at a leaf's origin is the leaf, or the trail says that it was derived."""
    files = repository()
    for one in expand(files, load(files), registry()).instances.values():
        for field in _leaves(one.spec.values):
            trail = one.spec.trail.at(field)
            assert trail.derived or lookup(trail.origin.document.data, trail.origin.pointer) == lookup(one.spec.values, field)
