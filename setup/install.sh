#!/bin/sh
# Set-up of a Debian 12 machine for Haihe: `sh setup/install.sh run|test`, called by the Makefile.
#
# run:  a virtual environment in .venv with requirements/run.txt and Haihe itself.
# test: the same with requirements/test.txt, and Chromium, Chinese fonts and PostgreSQL.
# What is missing is installed with apt-get as root; without root it is named and nothing is done.
# A stamp (requirements + Python version) in .venv makes every later call take milliseconds.
set -eu

level=$1
cd "$(dirname "$0")/.."
venv=.venv
python=${PYTHON:-python3}

say() { echo "setup: $*" >&2; }

# ── Debian's packages ────────────────────────────────────────────────────────────────────────

there() { ls $1 >/dev/null 2>&1; }

missing_packages() {
    "$python" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    [ "$level" = test ] || return 0
    command -v chromium >/dev/null || echo chromium
    there '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc' || echo fonts-noto-cjk
    there '/usr/lib/*/libatomic.so.1' || echo libatomic1 # Playwright's driver is linked with it
    command -v java >/dev/null || echo openjdk-17-jre-headless # Spark runs on it
    there '/usr/lib/postgresql/*/bin/initdb' || echo postgresql
}

install_packages() {
    missing=$(missing_packages | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        say "this machine lacks: $missing"
        say "install them, then call make again:"
        say "    sudo apt-get update && sudo apt-get install -y --no-install-recommends $missing"
        exit 1
    fi
    say "installing with apt-get: $missing"
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 — one word a package
    if ! { apt-get update -q && apt-get install -qy --no-install-recommends $missing; } \
        </dev/null >"$log" 2>&1; then
        cat "$log" >&2
        say "apt-get could not install: $missing"
        exit 1
    fi
    rm -f "$log"
}

# ── Python ───────────────────────────────────────────────────────────────────────────────────

check_python() {
    if ! command -v "$python" >/dev/null; then
        say "no $python here; Haihe needs Python 3.11: sudo apt-get install -y python3 python3-venv"
        exit 1
    fi
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        say "$("$python" --version) is too old; Haihe needs 3.11 or later: make PYTHON=python3.11 …"
        exit 1
    fi
}

stamp_of() {
    { "$python" --version; cat "requirements/$1.txt" pyproject.toml setup/install.sh; } | sha256sum
}

same_python() {
    [ "$("$venv/bin/python" --version 2>/dev/null)" = "$("$python" --version)" ]
}

install_python() {
    same_python || "$python" -m venv --clear "$venv"
    pip="$venv/bin/python -m pip install --disable-pip-version-check --quiet --no-input"
    if ! $pip --require-hashes -r requirements/run.txt ||
        ! { [ "$level" = run ] || $pip --require-hashes -r requirements/test.txt; } ||
        ! $pip --no-deps --no-build-isolation --editable .; then
        say "pip could not install the pinned packages; its message is above."
        say "The index to use comes from pip's own configuration: see docs/installation.md"
        exit 1
    fi
    rm -f "$venv"/ready-*
    stamp_of run >"$venv/ready-run"
    [ "$level" = run ] || stamp_of test >"$venv/ready-test"
}

ready() { [ "$(cat "$venv/ready-$level" 2>/dev/null)" = "$(stamp_of "$level")" ]; }

check_python
install_packages
if ! ready; then
    say "preparing $venv for '$level'; the first time takes a minute or two"
    install_python
    say "ready"
fi
