"""Functions of the libraries, by subject: values and errors, as cel-go and the API server give them."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from gitopsml.cel import CompileError, Environment, EvaluationError
from gitopsml.cel.libraries import LIBRARIES

ENV = Environment.kubernetes((1, 37))
PLAIN = Environment.plain()
NEWEST = Environment.kubernetes((1, 36))


def run(source: str, environment: Environment = NEWEST) -> Any:
    return environment.compile(source, {"o": "dyn"}).evaluate({"o": {"list": [3, 1, 2], "mixed": [1, "a"], "empty": []}})


TRUE = {
    "strings": [
        "'abc'.charAt(3) == ''",
        "'abc'.charAt(1) == 'b'",
        "'tacocat'.indexOf('a', 2) == 5",
        "'tacocat'.indexOf('') == 0",
        "'abc'.indexOf('z') == -1",
        "'tacocat'.lastIndexOf('a') == 5",
        "'tacocat'.lastIndexOf('a', 4) == 1",
        "'abc'.lastIndexOf('') == 3",
        "'abc'.lastIndexOf('abcd') == -1",
        "'ÀBC'.lowerAscii() == 'Àbc'",
        "'àbc'.upperAscii() == 'àBC'",
        "'hello'.replace('l', 'L') == 'heLLo'",
        "'hello'.replace('l', 'L', 1) == 'heLlo'",
        "'ab'.replace('', '-') == '-a-b-'",
        "'ab'.replace('a', 'b', 0) == 'ab'",
        "'aa'.replace('a', 'b', -1) == 'bb'",
        "'a,b,c'.split(',') == ['a', 'b', 'c']",
        "'a,b,c'.split(',', 2) == ['a', 'b,c']",
        "'a,b'.split(',', 0) == []",
        "'abc'.split('', 2) == ['a', 'bc']",
        "''.split(',') == ['']",
        "'a,b'.split(',', -1) == ['a', 'b']",
        "'abc'.split('') == ['a', 'b', 'c']",
        "'tacocat'.substring(4) == 'cat'",
        "'tacocat'.substring(0, 4) == 'taco'",
        "'abc'.substring(3) == ''",
        "'  a\\u00a0\\t'.trim() == 'a'",
        "'\\u200ba'.trim().size() == 2",
        "['a', 'b'].join('-') == 'a-b'",
        "['a', 'b'].join() == 'ab'",
        "[].join() == ''",
        "strings.quote('a\"b\\n') == '\"a\\\\\"b\\\\n\"'",
    ],
    "format": [
        "'%s %d %.2f %b %x %X %o %e'.format(['a', 3, 1.256, 5, 255, 'az', 8, 1500.0]) == 'a 3 1.26 101 ff 617A 10 1.500000×10⁰³'",
        "'%%|%s|%s|%s'.format([true, null, [1, 'a', 2.5, b'x']]) == '%|true|null|[1, \"a\", 2.500000, b\"x\"]'",
        "'%s'.format([{'b': 1, 'a': [duration('1s')]}]) == '{\"a\":[duration(\"1s\")], \"b\":1}'",
        "'%.1f'.format([1234567.89]) == '1,234,567.9'",
        "'%s %s'.format([timestamp(0), duration('90s')]) == '1970-01-01T00:00:00Z 90s'",
        "'%x'.format([b'\\x01\\xff']) == '01ff'",
        "'%s'.format([1.5]) == '1.5'",
    ],
    "lists": [
        "[1, 2, 3, 4].slice(1, 3) == [2, 3]",
        "[[[1]], [[2, 3]]].flatten(2) == [1, 2, 3]",
        "[[1], [2, 3]].flatten() == [1, 2, 3]",
        "['b', 'a'].sort() == ['a', 'b']",
        "[3.0, 1.0].sort() == [1.0, 3.0]",
        "[{'n': 2}, {'n': 1}].sortBy(e, e.n) == [{'n': 1}, {'n': 2}]",
        "[1, 2, 1].distinct() == [1, 2]",
        "['a', 'a'].distinct() == ['a']",
        "[1, 2].reverse() == [2, 1]",
        "lists.range(3) == [0, 1, 2]",
        "lists.range(-1) == []",
        "[].sort() == []",
        "[1].first() == optional.of(1)",
        "[1, 2].last().value() == 2",
        "!o.empty.first().hasValue()",
    ],
    "kubernetes lists": [
        "[1, 2, 2].isSorted()",
        "![2, 1].isSorted()",
        "['a', 'b'].isSorted()",
        "[1, 2].sum() == 3",
        "[].sum() == 0",
        "[1.5].sum() == 1.5",
        "[duration('1s'), duration('2s')].sum() == duration('3s')",
        "[3, 1].min() == 1",
        "['a', 'b'].max() == 'b'",
        "o.list.max() == 3",
        "[1, 2, 1].indexOf(1) == 0",
        "[1, 2, 1].lastIndexOf(1) == 2",
        "[1].indexOf(5) == -1",
    ],
    "sets": [
        "sets.contains([1, 2, 3], [2, 3])",
        "!sets.contains([1], [2])",
        "sets.equivalent([1, 1, 2], [2, 1])",
        "sets.intersects([1], [1, 2])",
        "sets.contains([1], [])",
        "!sets.intersects([], [1])",
        "sets.equivalent([dyn(1)], [dyn(1.0)])",
    ],
    "regex": [
        "'abc 123'.find('[0-9]+') == '123'",
        "'abc'.find('z') == ''",
        "'1 22 333'.findAll('[0-9]+') == ['1', '22', '333']",
        "'1 22 333'.findAll('[0-9]+', 2) == ['1', '22']",
        "'abc'.findAll('z') == []",
        "'a1b'.findAll('') == ['', '', '', '']",
        "'k8s'.matches('^[a-z][0-9]')",
        "!'k8s'.matches('^[0-9]')",
        "'x'.matches('')",
    ],
    "url": [
        "url('https://user@example.com:8080/a%20b/c?x=1&x=2&y=#f').getHost() == 'example.com:8080'",
        "url('https://[::1]:80/').getHostname() == '::1'",
        "url('https://example.com:80/').getPort() == '80'",
        "url('https://example.com/').getPort() == ''",
        "url('/a b').getEscapedPath() == '/a%20b'",
        "url('https://x/?a=1&b=2&a=3').getQuery() == {'a': ['1', '3'], 'b': ['2']}",
        "url('https://x?q=a+b%21').getQuery()['q'] == ['a b!']",
        "isURL('https://a.b')",
        "isURL('/abs/path')",
        "!isURL('rel')",
        "!isURL('')",
        "!isURL('https://a:b/')",
        "!isURL('../a')",
        "!isURL('http://a b/')",
        "url('HTTPS://x/').getScheme() == 'https'",
        "url('/p').getScheme() == ''",
    ],
    "ip": [
        "ip('192.168.0.1').family() == 4",
        "ip('::1').family() == 6",
        "ip('::1').isLoopback()",
        "ip('127.0.0.1').isLoopback()",
        "ip('0.0.0.0').isUnspecified()",
        "ip('224.0.0.1').isLinkLocalMulticast()",
        "ip('fe80::1').isLinkLocalUnicast()",
        "ip('8.8.8.8').isGlobalUnicast()",
        "ip('2001:db8:0:0::1') == ip('2001:DB8::1')",
        "string(ip('2001:db8:0:0:0:0:0:1')) == '2001:db8::1'",
        "ip('::').isUnspecified()",
        "ip.isCanonical('::1')",
        "!ip.isCanonical('::0001')",
        "isIP('1.2.3.4')",
        "!isIP('1.2.3')",
        "!isIP('01.2.3.4')",
        "!isIP('::ffff:1.2.3.4')",
        "!isIP('fe80::1%eth0')",
        "ip('1:0:0:2:0:0:0:3') == ip('1:0:0:2::3')",
        "string(ip('1:0:0:2::3')) == '1:0:0:2::3'",
        "isIP('1::1.2.3.4')",
        "!isIP('1:2:3:4:5:6:7:8:9')",
        "!isIP('::1::')",
    ],
    "cidr": [
        "cidr('10.0.0.0/8').containsIP('10.1.2.3')",
        "cidr('10.0.0.0/8').containsIP(ip('10.9.9.9'))",
        "!cidr('10.0.0.0/8').containsIP('11.0.0.0')",
        "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')",
        "!cidr('10.1.0.0/16').containsCIDR(cidr('10.0.0.0/8'))",
        "cidr('10.0.0.0/8').containsCIDR('10.0.0.0/8')",
        "string(cidr('10.1.2.3/8').masked()) == '10.0.0.0/8'",
        "cidr('10.1.2.3/8').ip() == ip('10.1.2.3')",
        "cidr('::/64').prefixLength() == 64",
        "isCIDR('::/0')",
        "!isCIDR('10.0.0.0')",
        "!isCIDR('10.0.0.0/33')",
        "!isCIDR('10.0.0.0/08')",
        "!isCIDR('10.0.0.0/')",
        "!isCIDR('::1%a/64')",
        "cidr('10.1.0.0/16') != cidr('10.0.0.0/16')",
        "!cidr('::/0').containsIP('1.1.1.1')",
    ],
    "quantity": [
        "quantity('1') == quantity('1000m')",
        "quantity('1Ki') == quantity('1024')",
        "quantity('1.5Gi').isGreaterThan(quantity('1500M'))",
        "quantity('200M').compareTo(quantity('0.2G')) == 0",
        "quantity('1e3') == quantity('1k')",
        "quantity('-1').isLessThan(quantity('0'))",
        "sign(quantity('-1')) == -1",
        "quantity('50k').add(quantity('20')) == quantity('50020')",
        "quantity('50k').sub(20) == quantity('49980')",
        "quantity('50k').asInteger() == 50000",
        "quantity('1Mi').isInteger()",
        "!quantity('1.5').isInteger()",
        "!quantity('1000m').isInteger()",
        "quantity('9999999999999999999999').isInteger() == false",
        "quantity('50.703k').asApproximateFloat() == 50703.0",
        "isQuantity('20Mi')",
        "!isQuantity('20Zi')",
        "!isQuantity('')",
        "!isQuantity('1 Gi')",
        "isQuantity('.5')",
        "isQuantity('5.')",
        "quantity('0.0000000001') == quantity('1n')",
        "quantity('1e-1') == quantity('100m')",
        "quantity('+1') == quantity('1')",
        "!isQuantity('1e')",
        "!isQuantity('--1')",
        "quantity('9Ei').isGreaterThan(quantity('7Ei'))",
        "quantity('1E') == quantity('1e18')",
        "quantity('0').add(quantity('1Ki')) == quantity('1Ki')",
    ],
    "equality of quantities": [
        "quantity('1').add(quantity('1')) == quantity('2')",
        "quantity('1') != dyn(1)",
        "quantity('1') != null && dyn('1') != quantity('1')",
        "quantity('2') != quantity('1').add(quantity('1'))",
        "[quantity('2')] == [quantity('1').add(quantity('1'))]",
        "quantity('1') in [quantity('1000m')] && !(quantity('1') in [dyn(1)])",
    ],
    "time": ["duration('1.5s').getMilliseconds() == 1500", "timestamp('2024-01-01T00:00:00.25Z').getMilliseconds() == 250"],
    "semver": [
        "semver('1.2.3').isLessThan(semver('1.2.10'))",
        "semver('1.0.0-alpha').isLessThan(semver('1.0.0'))",
        "semver('1.0.0+a') == semver('1.0.0+b')",
        "semver('1.0.0-alpha.1').isLessThan(semver('1.0.0-alpha.beta'))",
        "semver('1.0.0-2').compareTo(semver('1.0.0-11')) == -1",
        "semver('1.2.3').patch() == 3",
        "isSemver('1.2.3-rc.1+b.2')",
        "!isSemver('1.2')",
        "!isSemver('v1.2.3')",
        "!isSemver('01.2.3')",
        "!isSemver('1.2.3-')",
        "!isSemver('1.2.3-01')",
        "!isSemver('')",
        "semver('v1.2', true).minor() == 2",
        "semver('v01.02.03', true) == semver('1.2.3')",
        "!isSemver('1.2-rc', true)",
        "semver('1', true).major() == 1",
    ],
    "named formats": [
        "!format.dns1123Label().validate('my-name').hasValue()",
        "format.dns1123Label().validate('a.b').value() == ['must not contain dots']",
        "!format.dns1123Subdomain().validate('a.b-c').hasValue()",
        "format.dns1123Subdomain().validate('A').hasValue()",
        "format.dns1035Label().validate('1a').hasValue()",
        "!format.qualifiedName().validate('example.com/Name').hasValue()",
        "format.qualifiedName().validate('a/b/c').hasValue()",
        "format.qualifiedName().validate('/x').value()[0] == 'prefix part must be non-empty'",
        "!format.labelValue().validate('').hasValue()",
        "format.labelValue().validate('-').hasValue()",
        "!format.dns1123LabelPrefix().validate('web-').hasValue()",
        "!format.uri().validate('https://x/').hasValue()",
        "format.uri().validate('x').hasValue()",
        "!format.uuid().validate('123e4567-e89b-12d3-a456-426614174000').hasValue()",
        "!format.byte().validate('aGk=').hasValue()",
        "format.byte().validate('a').hasValue()",
        "!format.date().validate('2024-02-29').hasValue()",
        "format.date().validate('2023-02-29').hasValue()",
        "!format.datetime().validate('2024-01-01T00:00:00Z').hasValue()",
        "format.datetime().validate('2024-01-01 00:00').hasValue()",
        "!format.named('nope').hasValue()",
        "format.named('uuid').hasValue()",
        "format.dns1123Label().validate('"
        + "a" * 64
        + "').value() == ['must be no more than 63 bytes'] && format.dns1123Label() == format.named('dns1123Label').value()",
    ],
}


@pytest.mark.parametrize(("subject", "source"), [(subject, source) for subject, sources in TRUE.items() for source in sources])
def test_true(subject: str, source: str) -> None:
    assert run(source) is True, subject


ERRORS = [
    ("quantity('1') == dyn(1)", "no such overload"),
    ("quantity('2') == quantity('1').add(quantity('1'))", "no such overload"),
    ("ip('::1') == dyn('::1')", "no such overload"),
    ("'abc'.charAt(4)", "index out of range: 4"),
    ("'abc'.substring(2, 1)", "invalid substring range. start: 2, end: 1"),
    ("'a'.indexOf('a', -1)", "index out of range: -1"),
    ("o.mixed.join(',')", "join: invalid input: 1"),
    ("[].min()", "min called on empty list"),
    ("o.mixed.max()", "no such overload"),
    ("o.mixed.sort()", "list elements must have the same type"),
    ("[1].slice(0, 2)", "cannot slice(0, 2), list is length 1"),
    ("[[1]].flatten(-1)", "level must be non-negative"),
    ("quantity('1Zi')", "quantities must match the regular expression"),
    ("quantity('1kk')", "unable to parse quantity's suffix"),
    ("quantity('1.5').asInteger()", "cannot convert value to integer"),
    ("semver('1.2')", "No Major.Minor.Patch elements found"),
    (
        "ip('1.2.3.999')",
        'IP Address "1.2.3.999" parse error during conversion from string: ParseAddr("1.2.3.999"): IPv4 field has value >255',
    ),
    ("ip('::1%eth0')", 'IP address "::1%eth0" with zone value is not allowed'),
    ("cidr('10.0.0.0')", "network address parse error during conversion from string: "),
    ("url('rel')", 'URL parse error during conversion from string: parse "rel": invalid URI for request'),
    ("'%d'.format([dyn('a')])", "error during formatting: decimal clause"),
    ("'a'.find('(' + '')", "error parsing regexp"),
    ("'%s'.format([quantity('1')] + [])", "error during formatting: string clause can only be used on"),
]


@pytest.mark.parametrize(("source", "message"), ERRORS)
def test_error(source: str, message: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        run(source)
    assert str(caught.value).startswith(message)


PLAIN_ONLY = [
    "math.greatest(1, 2.5, 2u) == 2.5",
    "math.least([3, 1]) == 1",
    "math.ceil(1.2) == 2.0",
    "math.round(-2.5) == -3.0",
    "math.trunc(-1.9) == -1.0",
    "math.bitAnd(6, 3) == 2",
    "math.bitNot(0) == -1",
    "math.bitShiftLeft(1, 64) == 0",
    "math.bitShiftRight(-1, 1) == 9223372036854775807",
    "math.sign(-2) == -1",
    "cel.bind(x, 2, x * x) == 4",
    "base64.encode(b'hi') == 'aGk='",
    "base64.decode('aGk') == b'hi'",
    "'abc'.reverse() == 'cba'",
    "{'a-b': 1}.`a-b` == 1",
    "'%s'.format([[1.5, 'a']]) == '[1.5, a]'",
    "'%e'.format([1500.0]) == '1.500000e+03'",
    "dyn([1, 'a']).size() == 2",
    "[1, 'a'][1] == 'a'",
]


@pytest.mark.parametrize("source", PLAIN_ONLY)
def test_plain_only(source: str) -> None:
    assert run(source, PLAIN) is True
    with pytest.raises((CompileError, AssertionError)):
        assert run(source)


SINCE = [
    ((1, 28), "quantity('1')"),
    ((1, 28), "o.?a"),
    ((1, 29), "sets.contains([1], [1])"),
    ((1, 29), "'%d'.format([1])"),
    ((1, 29), "strings.quote('a')"),
    ((1, 30), "ip('::1')"),
    ((1, 30), "cidr('::/0')"),
    ((1, 31), "format.uri()"),
    ((1, 32), "o.all(k, v, true)"),
    ((1, 32), "o.transformMap(k, v, v)"),
    ((1, 33), "semver('1.0.0')"),
    ((1, 34), "[[1]].flatten()"),
    ((1, 34), "[1].sortBy(x, x)"),
    ((1, 37), "[1].includes(1)"),
]


@pytest.mark.parametrize(("version", "source"), SINCE)
def test_since(version: tuple[int, int], source: str) -> None:
    assert Environment.kubernetes(version).compile(source, {"o": "dyn"}).type
    with pytest.raises(CompileError):
        Environment.kubernetes((version[0], version[1] - 1)).compile(source, {"o": "dyn"})


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.module)
def test_a_library_declares_what_the_index_says(library: Any) -> None:
    found = {row.name for row in importlib.import_module(f"gitopsml.cel.library.{library.module}").ROWS}
    assert found == library.names
    for name in library.names:
        assert Environment([library], NEWEST.macros, kubernetes=True, optionals=True).function(name)
