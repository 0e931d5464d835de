"""Every environment variable Haihe reads: its name, its default, and what it is for."""

from __future__ import annotations

from typing import NamedTuple


class Setting(NamedTuple):
    """One environment variable; `default` is words, as the handbook prints them."""

    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting("HAIHE_HOME", "`./var`", "folder of the data and the keys; made with mode 700"),
    Setting(
        "HAIHE_DATABASE_URL",
        "unset: SQLite in HAIHE_HOME",
        "`postgresql://user@host:port/database`; PostgreSQL 15 or later",
    ),
    Setting(
        "HAIHE_HASH", "`sha256`", "hash of the journal, `sha256` or `sm3`; never changed later"
    ),
    Setting(
        "HAIHE_KEY_SOURCE", "`file`", "where the keys lie: `file`, `environment` or `kms` (keys.md)"
    ),
    Setting(
        "HAIHE_KEY_FOLDER",
        "`keys` in HAIHE_HOME, made on first use",
        "folder of the key files, mode 700, ours alone; keep a copy elsewhere",
    ),
    Setting("HAIHE_KMS_URL", "none", "with `kms`: its address; https:// except on loopback"),
    Setting("HAIHE_KMS_TOKEN_FILE", "none", "file of mode 600 with the bearer token for the KMS"),
    Setting(
        "HAIHE_CIPHER",
        "`aes`",
        "`aes` (256) or `sm4`, with GCM, for keys and values made from now on; older stay readable",
    ),
    Setting(
        "HAIHE_HOSTS", "`localhost,127.0.0.1,[::1]`", "names under which browsers may ask for it"
    ),
    Setting(
        "HAIHE_ORIGINS", "none", "origins whose forms are accepted behind a proxy, with https://"
    ),
    Setting("HAIHE_HTTPS", "unset", "`1` behind a TLS proxy: cookies travel over TLS only"),
    Setting(
        "HAIHE_PROXIES", "`0`", "how many proxies of our own stand before it (X-Forwarded-For)"
    ),
    Setting(
        "HAIHE_SOURCES",
        "`haihe.connectors.registers:connected`: those of connections.json",
        "`package.module:name`, a function that gives the registers of other departments by name",
    ),
    Setting(
        "HAIHE_CERTIFICATE_ALGORITHM",
        "`Ed25519`",
        "`SM2` signs certificates with SM2 and SM3 from now on; needs the program openssl 3",
    ),
    Setting(
        "HAIHE_SENDER",
        "unset: no codes to phones",
        "`console` prints codes on the terminal; `package.module:name` is a sender of your own",
    ),
    Setting(
        "HAIHE_OIDC_ISSUER",
        "unset: none",
        "issuer of the national identity provider (OpenID Connect), with https://",
    ),
    Setting("HAIHE_OIDC_CLIENT", "none", "our client id there"),
    Setting("HAIHE_OIDC_SECRET_FILE", "none", "file that holds our client secret there, mode 600"),
    Setting("HAIHE_DEMO", "unset", "`1` adds /demo/: set by `haihe run --demo`, never by you"),
    Setting("HAIHE_DEBUG", "unset", "`1` shows errors in the browser; never where others can see"),
    Setting("HAIHE_PACK", "the pack shipped", "folder that replaces law, procedures and models"),
    Setting("HAIHE_CITY", "the city shipped", "folder that replaces city"),
)
