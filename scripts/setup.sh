#!/bin/sh
# Makes .venv and installs the pinned packages: `scripts/setup.sh run` or `scripts/setup.sh test`.
# Does nothing when .venv already holds what requirements/ and pyproject.toml ask for.
set -eu
cd "$(dirname "$0")/.."

set_name=${1:?run or test}
venv=.venv

as_root_or_say() {
    if [ "$(id -u)" -eq 0 ]; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
            install -y -qq --no-install-recommends "$@" >&2
    else
        echo "Missing Debian packages. Run: sudo apt-get install --no-install-recommends $*" >&2
        exit 1
    fi
}

new_enough() {
    command -v "$1" >/dev/null && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))'
}

find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "outreach needs Python 3.11 or newer; set PYTHON=/path/to/python3" >&2
    exit 1
}

wanted() {
    { echo "$PWD"; cat "requirements/$1.txt" pyproject.toml; } | sha256sum | cut -d' ' -f1
}

is_current() {
    [ -x "$venv/bin/python" ] && [ "$(cat "$venv/.installed-$1" 2>/dev/null)" = "$(wanted "$1")" ]
}

make_venv() {
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null || as_root_or_say python3-venv
    "$python" -m venv --clear "$venv"
}

belongs_here() {
    # A virtual environment that was copied or moved still points at its first place.
    new_enough "$venv/bin/python" && [ -x "$venv/bin/pip" ] &&
        head -n 1 "$venv/bin/pip" | grep -qF "$PWD/$venv/"
}

install_set() {
    belongs_here || make_venv
    rm -f "$venv"/.installed-*
    pip="$venv/bin/python -m pip --disable-pip-version-check --quiet"
    $pip install --require-hashes -r "requirements/$set_name.txt"
    $pip install --no-deps --no-build-isolation --editable .
    wanted "$set_name" >"$venv/.installed-$set_name"
}

# Two makes at once in one checkout wait for each other; other checkouts have a .venv of their own.
if [ -z "${OUTREACH_SETUP_LOCKED:-}" ] && command -v flock >/dev/null; then
    OUTREACH_SETUP_LOCKED=1 exec flock .setup.lock scripts/setup.sh "$@"
fi

if is_current test || { [ "$set_name" = run ] && is_current run; }; then
    exit 0
fi
echo "Setting up .venv from requirements/$set_name.txt …" >&2
install_set
