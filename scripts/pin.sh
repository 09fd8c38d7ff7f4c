#!/bin/sh
# Pins requirements/*.in into requirements/*.txt, with hashes and without any index address.
# Needs `uv` on PATH. Existing pins are kept; `scripts/pin.sh --upgrade` takes the newest versions.
set -eu
cd "$(dirname "$0")/.."

pin() {
    name=$1
    shift
    uv pip compile --no-config --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
        "requirements/$name.in" --output-file "requirements/$name.txt" "$@"
}

pin run "$@"
pin test --constraint requirements/run.txt "$@"
