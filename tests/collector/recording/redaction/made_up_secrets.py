"""Secrets of every form, and the names they go by.

All are made up, and put together here so that no scanner finds one.
"""

MIXED = "a1B2" * 10
LOWER = "c3d4" * 10
BASE64 = "Zm9v/YmF+" * 9
JWT = "ey" + "J" + "hbGciOiJIUzI1NiJ9" + "." + "ey" + "J" + "zdWIiOiIxMjM0In0" + "." + "s1gN" * 8


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

NAMES = (
    *("api_key", "apikey", "apiKey", "api-key", "x-api-key", "OPENAI_API_KEY", "openaiApiKey", "password", "Password"),
    *("db_password", "passwd", "secret", "client_secret", "clientSecret", "secret_key", "aws_secret_access_key"),
    *("SecretAccessKey", "access_token", "accessToken", "refresh_token", "auth_token", "private_key", "privateKey"),
)
