"""Secrets in a line about to be written. All are made up, and put together here so that no scanner finds one."""

import json
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tracetop.collector.recording.redaction import hide_secrets
from tracetop.collector.recording.secret_forms import find_needles

MIXED = "a1B2" * 10
LOWER = "c3d4" * 10
BASE64 = "Zm9v/YmF+" * 9
JWT = "ey" + "J" + "hbGciOiJIUzI1NiJ9" + "." + "ey" + "J" + "zdWIiOiIxMjM0In0" + "." + "s1gN" * 8

Carrier = Callable[[str], Any]


def encoded(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


def nested(value: Any) -> str:
    return orjson.dumps(value).decode()


def pem(label: str = "", block: str = "", begin: str = "", end: bool = True) -> str:
    rows = "\n".join([BASE64[:64]] * 3)
    name = f"{label}PRIVATE " + f"KEY{block}"
    return f"-----BEGIN {name}-----\n{begin}{rows}\n" + (f"-----END {name}-----" if end else "")


# What a text with a secret says, and the part of it that may not be left.
API_KEYS = {
    "OpenAI, old": "sk-" + MIXED,
    "OpenAI, short": "sk-" + "a1" * 9,
    "OpenAI, project": "sk-proj-" + MIXED + "_-" + MIXED,
    "OpenAI, service": "sk-svcacct-" + MIXED,
    "Anthropic": "sk-ant-" + "api03-" + MIXED + "-AA",
    "OpenRouter": "sk-or-" + "v1-" + LOWER,
    "with a dash in it": "sk-" + "a1B2-c3D4_e5F6-g7H8",
    "Stripe": "sk_" + "live_" + MIXED,
    "Stripe, restricted": "rk_" + "live_" + MIXED,
    "Stripe, test": "sk_" + "test_" + MIXED,
    "GitHub, person": "ghp_" + MIXED,
    "GitHub, app": "gho_" + MIXED,
    "GitHub, user": "ghu_" + MIXED,
    "GitHub, server": "ghs_" + MIXED,
    "GitHub, refresh": "ghr_" + MIXED,
    "GitHub, new": "github_" + "pat_" + MIXED + "_" + MIXED,
    "GitLab": "glpat-" + "a1B2" * 5,
    "Slack, bot": "xoxb-" + "1234567890-" + MIXED,
    "Slack, person": "xoxp-" + "1234567890-" + MIXED,
    "Slack, a": "xoxa-" + "2-1234567890-" + MIXED,
    "Slack, s": "xoxs-" + "1234567890-" + MIXED,
    "Slack, app": "xapp-" + "1-A1B2-" + MIXED,
    "AWS": "AKIA" + "Q3EG" * 4,
    "AWS, temporary": "ASIA" + "Q3EG" * 4,
    "Google": "AIza" + "a1B2_-x" * 5,
    "Google, OAuth": "ya29." + "a0A" + MIXED,
    "Hugging Face": "hf_" + MIXED,
    "npm": "npm_" + MIXED,
    "PyPI": "pypi-" + "AgEI" + MIXED,
    "xAI": "xai-" + MIXED,
    "Groq": "gsk_" + MIXED,
    "DigitalOcean": "dop_v1_" + "0a1b2c3d" * 8,
    "SendGrid": "SG." + "a1B2" * 5 + "." + MIXED,
    "JWT": JWT,
}
IN_A_TEXT = {
    "Bearer": ("Bearer {}", MIXED),
    "bearer": ("bearer {}", LOWER),
    "BEARER": ("AUTHORIZATION: BEARER {}", MIXED),
    "curl, bearer": ("curl -H 'Authorization: Bearer {}' https://example.org", MIXED),
    "Basic": ("Authorization: Basic {}", "dXNlcjpwYXNz" + "d29yZDE="),
    "basic": ("authorization: basic {}", "dXNlcjpwYXNz" + "d29yZDE="),
    "environment": ("OPENAI_API_KEY={}", MIXED),
    "environment, letters only": ("export DB_PASSWORD={}; ls", "correct" + "horse"),
    "environment, token": ("VENDOR_TOKEN={}", LOWER),
    "environment, AWS": ("AWS_SECRET_ACCESS_KEY={}", BASE64[:40]),
    "environment, session": ("AWS_SESSION_TOKEN={}", BASE64),
    "environment, quoted": ('SECRET_KEY="{}"', "hunter" + "22!"),
    "environment, single quotes": ("SECRET_KEY='{}'", "hunter" + "22!"),
    "INI": ("password = {}", "hunter" + "22"),
    "YAML": ("password: {}", "hunter" + "22"),
    "YAML, quoted": ('client_secret: "{}"', "correct " + "horse battery"),
    "YAML, camel": ("clientSecret: '{}'", "correct " + "horse"),
    "source": ('api_key = "{}"', "abcdef" + "ghijk"),
    "source, typed": ('api_key: str = "{}"', "abcdef" + "ghijk"),
    "source, typed or none": ('api_key: Optional[str] = "{}"', "abcdef" + "ghijk"),
    "source, item": ('os.environ["API_KEY"] = "{}"', "abcdef" + "ghijk"),
    "source, bytes": ("secret = b'{}'", "abcdef" + "ghijk"),
    "source, JavaScript": ('const c = {{ apiKey: "{}" }}', "abcdef" + "ghijk"),
    "source, Go": ('password := "{}"', "abcdef" + "ghijk"),
    "source, Ruby": ("'password' => '{}'", "abcdef" + "ghijk"),
    "argument": ("f(x, password='{}', y=1)", "hunter" + "22"),
    "option": ("--password {} --verbose", "hunter" + "22"),
    "option, =": ("--api-key={} --verbose", "hunter" + "22"),
    "header": ("x-api-key: {}", LOWER),
    "header, capital": ("X-Api-Key: {}", LOWER),
    "query": ("https://example.org/?api_key={}&page=2", LOWER),
    "repr of a dict": ("{{'user': 'me', 'passwd': '{}'}}", "hunter" + "22"),
    "JSON, spaced": ('{{"password": "{}", "n": 1}}', "hunter" + "22"),
    "JSON, dense": ('{{"refresh_token":"{}","n":1}}', "abcdefgh"),
    "JSON, camel": ('{{"accessToken": "{}"}}', "abcdefgh"),
    "JSON, auth": ('{{"auth_token": "{}"}}', "abcdefgh"),
    "JSON, quote in it": ('{{"password": "{}", "n": 1}}', "hun" + r"\"ter\\"),
    "URL": ("postgres://me:{}@localhost:5432/db", "hunter" + "22"),
    "URL, no user": ("redis://:{}@cache/0", "hunter" + "22"),
    "Azure": ("AccountName=x;AccountKey={};EndpointSuffix=y", BASE64[:86] + "=="),
}
PRIVATE_KEYS = {
    "PKCS8": pem(),
    "RSA": pem("RSA "),
    "OpenSSH": pem("OPENSSH "),
    "encrypted": pem("RSA ", begin="Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n"),
    "PGP": pem("PGP ", " BLOCK", "Version: GnuPG v2\n\n"),
    "cut off": pem("EC ", end=False),
    "with line numbers": "\n".join(f"{n:6}\t{row}" for n, row in enumerate(pem("RSA ").split("\n"), 1)),
    "in a diff": "\n".join("+" + row for row in pem("RSA ").split("\n")),
}
MUST_HIDE = {
    **{name: ("{}", secret) for name, secret in API_KEYS.items()},
    **IN_A_TEXT,
    **{f"private key, {name}": ("{}", secret) for name, secret in PRIVATE_KEYS.items()},
}
CARRIERS: dict[str, Carrier] = {
    "alone": lambda text: {"data": {"content": text}},
    "after words": lambda text: {"content": f"so I use {text} and go on"},
    "at the end": lambda text: ["x", f"it is {text}"],
    "after a newline": lambda text: {"content": f"A=1\n{text}\nB=2"},
    "after a Windows newline": lambda text: {"content": f"A=1\r\n{text}\r\nB=2"},
    "after a tab": lambda text: {"content": f"A\t{text}\tB"},
    "in colour": lambda text: {"content": f"\x1b[01;31m{text}\x1b[0m"},
    "unicode around it": lambda text: {"content": f"Schlüssel 🔑 {text} 日本語"},
    "JSON in JSON": lambda text: {"arguments": nested({"command": text, "n": 1})},
    "JSON in JSON, after a newline": lambda text: {"arguments": nested({"content": f"A=1\n{text}\nB=2"})},
    "JSON in JSON in JSON": lambda text: {"raw": nested({"arguments": nested({"content": f"A\n{text}"})})},
    "JSON in JSON, cut off": lambda text: {"arguments": nested({"command": text})[:-2]},
}
IN_QUOTES: dict[str, Carrier] = {
    "shell": lambda text: {"command": f'echo "{text}" | cat'},
    "shell in JSON": lambda text: {"arguments": nested({"command": f'echo "{text}" | cat'})},
    "source": lambda text: {"content": f"client = Client('{text}', 1)"},
    "member of a list": lambda text: {"content": nested([text, "x"])},
}


def texts(value: Any) -> list[str]:
    """Every text that is in the value or in JSON in one of its texts."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    if not isinstance(value, str):
        return []
    try:
        inner = orjson.loads(value)
    except orjson.JSONDecodeError:
        return [value]
    return [value, *texts(inner)] if isinstance(inner, dict | list) else [value]


def shape(value: Any) -> Any:
    """The value without its strings."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return "" if isinstance(value, str) else value


def check_hidden(value: Any, secret: str) -> None:
    line = encoded(value)
    hidden, count = hide_secrets(line)
    assert count == 1, hidden
    assert hidden.endswith(b"\n") and hidden.count(b"[hidden ") == 1
    read = orjson.loads(hidden)
    assert shape(read) == shape(value)
    assert len(texts(read)) == len(texts(value)), "JSON in a string is no longer JSON"
    # Neither the whole secret nor its end; a vendor's prefix may be left of its beginning.
    for left in texts(read):
        assert secret not in left
        assert secret[-6:] not in left
        assert secret[12:18] not in left or len(secret) < 18
    assert hide_secrets(hidden) == (hidden, 0)


@pytest.mark.parametrize(("template", "secret"), MUST_HIDE.values(), ids=MUST_HIDE)
def test_hides(template: str, secret: str) -> None:
    for carrier in CARRIERS.values():
        check_hidden(carrier(template.format(secret)), secret)


@pytest.mark.parametrize("secret", API_KEYS.values(), ids=API_KEYS)
def test_hides_a_key_in_quotes(secret: str) -> None:
    for carrier in IN_QUOTES.values():
        check_hidden(carrier(secret), secret)


NAMES = (
    *("api_key", "apikey", "apiKey", "api-key", "x-api-key", "OPENAI_API_KEY", "openaiApiKey", "password", "Password"),
    *("db_password", "passwd", "secret", "client_secret", "clientSecret", "secret_key", "aws_secret_access_key"),
    *("SecretAccessKey", "access_token", "accessToken", "refresh_token", "auth_token", "private_key", "privateKey"),
)


@pytest.mark.parametrize("name", NAMES)
def test_hides_the_member_of_a_name(name: str) -> None:
    for secret in ("hunter22", "correct horse", "ключ-ключ", 'a"b\\c\n"d\\', "\\\\\\\\\\\\", "🔑" * 6):
        value = {"a": {name: secret, "n": 1}}
        check_hidden(value, secret)
        check_hidden({"arguments": nested(value)}, secret)
        check_hidden({"raw": nested({"arguments": nested(value)})}, secret)
        check_hidden({"pretty": json.dumps(value, indent=2, ensure_ascii=False)}, secret)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("key sk-ant-" + MIXED, "key sk-ant-[hidden api key]"),
        ("Bearer " + MIXED + ", then", "Bearer [hidden bearer token], then"),
        ("t=" + JWT, "t=[hidden bearer token]"),
        ("Authorization: Basic " + LOWER, "Authorization: Basic [hidden password]"),
        ("https://me:" + "hunter22" + "@example.org/x", "https://me:[hidden password]@example.org/x"),
        ("PASSWORD='" + "hunter22" + "' ls", "PASSWORD='[hidden password]' ls"),
        ("A\n" + pem("RSA ") + "\nB", "A\n[hidden private key]\nB"),
        ("CLIENT_SECRET=" + LOWER, "CLIENT_SECRET=[hidden secret]"),
        (f"ghp_{MIXED} ghp_{MIXED}", "ghp_[hidden api key] ghp_[hidden api key]"),
        (pem() + "\n" + pem(), "[hidden private key]\n[hidden private key]"),
    ],
)
def test_only_the_secret_is_replaced(text: str, shown: str) -> None:
    hidden, count = hide_secrets(encoded({"text": text}))
    assert orjson.loads(hidden) == {"text": shown}
    assert count == shown.count("[hidden ")


NEAR_MISSES = (
    # Of a key's form.
    "sk-learn-something-like-this",
    "task-1234567890abcdefghij",
    "risk-A1B2C3D4E5F6G7H8I9J0",
    "sk-toggleable__label-arrow and sk-container-id-1",
    "sk-proj-...",
    "sk-ant-xxxxxxxxxxxxxxxxxxxx",
    "sk-short1",
    "the prefix ghp_ and gho_abc",
    "npm_config_registry npm_lifecycle_event npm_package_json",
    "A=1\npm_" + MIXED,
    "hf_hub_download(repo_id)",
    "AKIA is a prefix, AKIAS",
    "MALAYSIAN ASIA PACIFIC",
    "SG.method.call",
    "eyJ is how a header begins; eyJhbGciOiJIUzI1NiJ9 is one",
    "iVBORw0KGgo" + "AKIA" + "B3C4" * 8,
    # Headers.
    "Bearer authentication",
    "Bearer $TOKEN, Bearer ${TOKEN}, Bearer {token}, Bearer <token>",
    "Bearer YOUR_ACCESS_TOKEN",
    "Authorization: Basic authentication is used",
    'headers = {"Authorization": f"Bearer {self.api_key}"}',
    'headers["Authorization"] = auth',
    # Private keys.
    "-----BEGIN PRIVATE KEY-----",
    'if "-----BEGIN RSA PRIVATE KEY-----" in text: raise ValueError',
    "look for -----BEGIN PRIVATE KEY----- in all files and tell me",
    "-----BEGIN CERTIFICATE-----\n" + BASE64 + "\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\n" + BASE64 + "\n-----END PUBLIC KEY-----",
    # Names with no secret.
    "password: str",
    "password: str = Field(min_length=8)",
    "api_key: Optional[str] = None",
    "api_key: str | None = None",
    "apiKey?: string;",
    "password = get_password()",
    "password = get_password2(user)",
    "self.password = password",
    "password=self.password2",
    "secret = hmac.new256(key)",
    'api_key = os.environ["OPENAI_API_KEY"]',
    'api_key = os.environ.get("OPENAI_API_KEY", "")',
    'api_key = os.getenv("OPENAI_API_KEY")',
    'API_KEY=os.environ["OPENAI_API_KEY"]',
    "apiKey: process.env.OPENAI_API_KEY2,",
    "API_KEY=$OPENAI_API_KEY",
    'API_KEY="${OPENAI_API_KEY}"',
    "API_KEY=$(cat /run/secrets/key1)",
    "API_KEY=<your key>",
    'api_key: "<your key>"',
    'api_key = "your-api-key-here"',
    'api_key="YOUR_API_KEY"',
    'password = "changeme"',
    'password: "{{ vault_password }}"',
    'password = f"{prefix}-{number}"',
    'password = "%(password)s"',
    'secret = "********"',
    'secret: "xxxxxxxxxx"',
    'password = "[REDACTED]"',
    'api_key = "[hidden api key]"',
    "the password: please enter",
    "the password: please enter 8 characters",
    'password: "Please enter your password"',
    '"password": "Password is required"',
    'if password == "" or password != other:',
    "assert user.password == hashed12345",
    'f(api_key=api_key, password=password, secret=secret, n="1")',
    'query = "password=" + password + "&api_key=" + key',
    '<input type="password" name="password2" id="field-pass1">',
    '{"name": "password", "type": "string"}',
    '{"password": {"type": "string", "minLength": 12}}',
    '{"password": null, "secret": true, "api_key": 123456789}',
    '{"api_key": "OPENAI_API_KEY"}',
    '{"password": "12345"}',
    "password_hash = abc123def456",
    "secret_name: database1-credentials",
    "secrets: inherit12",
    "--password PASSWORD",
    "use --password or --api-key here",
    "the secret of 123 abc456",
    "input_tokens=123456, output_tokens: 7890123, max_token=1234567890ab",
    "MAX_TOKENS=123456 PAD_TOKEN='[PAD]'",
    # URLs.
    "http://localhost:8080/@scope/package",
    "https://example.org:443/a:b@c",
    "postgres://user:${PASSWORD}@host and postgres://{user}:{password}@host",
    "git@github.com:owner/name.git and ssh://git@github.com:22/x",
    "https://unpkg.com/react@18:x@y",
)


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_leaves_what_is_no_secret(text: str) -> None:
    for carrier in (*CARRIERS.values(), *IN_QUOTES.values()):
        line = encoded(carrier(text))
        hidden, count = hide_secrets(line)
        assert hidden == line and count == 0


@pytest.mark.parametrize(
    "value",
    [
        {"input_tokens": 1234567, "tokens": 123, "output_tokens": 1e300},
        {"password": 123456789, "api_key": None, "secret": True, "access_token": 1.5e88},
        {"password": {"value": "hunter22"}, "secret": ["hunter22"]},
        ["password", "hunter22"],
        {"password=": "=hunter22", "x password:": ", hunter22"},
    ],
)
def test_leaves_other_values(value: Any) -> None:
    line = encoded(value)
    assert hide_secrets(line) == (line, 0)


def test_the_same_object_comes_back_if_nothing_is_hidden() -> None:
    for line in (b'{"a":1}\n', b'{"a":"the password is not here"}\n', b"", b"\n", b'{"torn": "sk-ant-'):
        assert hide_secrets(line)[0] is line


def test_keys_stay() -> None:
    key = "sk-ant-" + MIXED
    value = {key: 1, f"password={LOWER}": {"password": LOWER}, f'x "api_key":"{LOWER}" password': LOWER}
    hidden, count = hide_secrets(encoded(value))
    assert count == 2
    assert orjson.loads(hidden) == {
        key: 1,
        f"password={LOWER}": {"password": "[hidden password]"},
        f'x "api_key":"{LOWER}" password': "[hidden password]",
    }


def test_text_between_two_strings_is_no_assignment() -> None:
    value = {"a": ["password=", ": hunter22", "password:", "hunter22"], "b password": "x", "c": "api_key='", "d": "e'"}
    line = encoded(value)
    assert hide_secrets(line) == (line, 0)


def test_a_slash_escaped_by_another_program() -> None:
    secret = "ab12/" * 6
    inner = nested({"header": f"Bearer {secret}", "n": 1}).replace("/", r"\/")
    hidden, count = hide_secrets(encoded({"raw": inner}))
    assert count == 1
    assert orjson.loads(orjson.loads(hidden)["raw"]) == {"header": "Bearer [hidden bearer token]", "n": 1}


# A long line of what could make a pattern look at the same bytes again and again. That it ends is the test.
ADVERSARIAL = (
    *("sk-", "sk-ant-", "sk-a", "eyJ", "eyJhbGciOi.", ".eyJ", "-eyJ", "ghp_", "AKIA", "SG.a", "xoxb-", "npm_", "\npm_"),
    *("-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\n", "-----BEGIN " + "A " * 3, "-----BEGIN A"),
    *(
        '"password":',
        '"password":"',
        "password='",
        'password="',
        "password=",
        "password: str",
        'password:"$',
        "password\\",
    ),
    *(
        "secret_key",
        "api_key: a",
        "Bearer ",
        "Authorization: ",
        "://a:",
        "://",
        "://:@",
        "--password ",
        "\\",
        '\\"',
        "\\'",
    ),
    *(
        "-----BEGIN PRIVATE KEY-----\n" + "1\n",
        "://" + "a" * 60,
        "Authorization: Basic aaaaaaa",
        "AccountKey=",
        "password=$",
    ),
)


@pytest.mark.parametrize("piece", ADVERSARIAL)
@pytest.mark.parametrize("as_key", [False, True])
def test_long_runs(piece: str, as_key: bool) -> None:
    run = piece * (200_000 // len(piece))
    value: dict[str, Any] = {run: 1} if as_key else {"a": run, "b": nested({"c": run})}
    hidden, count = hide_secrets(encoded(value))
    read = orjson.loads(hidden)
    assert shape(read) == shape(value)
    assert count == hidden.count(b"[hidden ")
    if as_key:
        assert count == 0


SECRETS = st.sampled_from([template.format(secret) for template, secret in MUST_HIDE.values()])
PIECES = st.sampled_from(
    [*NEAR_MISSES, *NAMES, *ADVERSARIAL, '"', '\\"', "\\", "'", ":", "=", ": ", "\n", " ", "\x1b[0m", "\x00", "é", "$"]
)
TEXTS = st.lists(st.one_of(SECRETS, PIECES, PIECES, PIECES, st.text(max_size=8)), max_size=8).map("".join)
NESTED = st.one_of(TEXTS, TEXTS.map(nested), TEXTS.map(lambda text: nested({"password": nested([text])})))
LEAVES = st.one_of(NESTED, NESTED, st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False))
KEYS = st.one_of(st.sampled_from(NAMES), TEXTS, st.text(max_size=5))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=8,
)


@given(VALUES)
def test_any_structure_stays(value: Any) -> None:
    line = encoded(value)
    hidden, count = hide_secrets(line)
    assert shape(orjson.loads(hidden)) == shape(orjson.loads(line))
    if not count:
        assert hidden is line


@given(st.recursive(st.one_of(st.text(), st.integers(0, 9)), lambda i: st.lists(i) | st.dictionaries(st.text(), i)))
def test_arbitrary_text_stays(value: Any) -> None:
    line = encoded(value)
    assume(not find_needles(line))  # "assword" and the like do turn up
    assert hide_secrets(line) == (line, 0)


@given(
    st.text(st.characters(exclude_categories=["Cs", "L", "N"], exclude_characters="-_\"'\\")),
    st.sampled_from(sorted(API_KEYS.values())),
    st.text(st.characters(exclude_categories=["Cs", "L", "N"], exclude_characters="-_\"'\\.")),
    st.integers(0, 3),
)
def test_a_key_is_hidden_between_any_signs(before: str, secret: str, after: str, depth: int) -> None:
    value: Any = {"content": f"{before} {secret}{after}"}
    for _ in range(depth):
        value = {"inner": nested(value)}
    hidden, count = hide_secrets(encoded(value))
    assert count == 1
    read = orjson.loads(hidden)
    for _ in range(depth):
        read = orjson.loads(read["inner"])
    assert read["content"].startswith(before) and read["content"].endswith("]" + after)
    assert secret[12:] not in read["content"]


@pytest.mark.parametrize("name", ["authorization", "Authorization", "password", "api_key", "secret", "access_token"])
@pytest.mark.parametrize("value", [2**64 - 1, 1.0000000000000002e16, 10**18, True, None, [10**18], {"x": 10**18}])
def test_what_is_no_text_is_never_hidden(name: str, value: Any) -> None:
    line = encoded({"args": {name: value}, "parent_event_id": "abc"})
    assert hide_secrets(line) == (line, 0)
