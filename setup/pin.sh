#!/bin/sh
# Pin what pyproject.toml asks for, with hashes and without any index: `sh setup/pin.sh`.
# Needs pip-compile (pip-tools) on the path, under the Python version that the pins are for.
set -eu
cd "$(dirname "$0")/.."
pin() {
    pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-annotate --no-header \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
        "$@" pyproject.toml
}
pin --extra build --output-file requirements/run.txt
pin --extra test --extra spark --extra letters --constraint requirements/run.txt --output-file requirements/test.txt
