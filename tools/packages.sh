#!/usr/bin/env bash
# Installs the locked packages into .venv, and uv to do it with when there is none. Takes milliseconds when all is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Somebody else's Python settings must not lead uv to another environment, nor our programs to other modules.
unset VIRTUAL_ENV UV_PROJECT_ENVIRONMENT PYTHONHOME PYTHONPATH

stamp=.venv/followup-installed
wanted="$(cat pyproject.toml uv.lock | cksum) $PWD"

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "error: $1"
    say "  next: $2"
    exit 1
}

# What the log of a failed command means to the person who waits.
explain() {
    local log=.cache/packages.log
    case "$(tr '[:upper:]' '[:lower:]' <"$log")" in
    *"no space left"* | *"disk quota"*)
        fail "the disk is full" "free about 1 GB, or let UV_CACHE_DIR and TMPDIR name directories on a larger disk" ;;
    *"ensurepip"* | *"no module named venv"* | *"no module named pip"*)
        fail "this Python has no working venv and pip" "install them (Debian, Ubuntu: apt install python3-venv), or install uv" ;;
    *"permission denied"*)
        fail "a file cannot be written" "give this directory and your home's cache to yourself: $PWD" ;;
    *"no interpreter found"* | *"python-build-standalone"* | *"requires-python"*)
        fail "there is no Python 3.11 or newer" "install Python 3.11 or newer" ;;
    *connect* | *dns* | *resolve* | *"timed out"* | *"error sending request"* | *"failed to fetch"* | *"max retries"*)
        fail "the package index cannot be reached" "go online; set HTTPS_PROXY or UV_INDEX_URL (PIP_INDEX_URL) as your network wants it" ;;
    *) fail "$1" "read what it said above (also in $log)" ;;
    esac
}

logged() {
    "$@" 2>&1 | tee -a .cache/packages.log | { grep --line-buffered -v '^ [-+~] ' || true; } >&2 # less the list of each package
}

find_uv() {
    local candidate
    for candidate in uv .cache/uv/bin/uv; do
        if "$candidate" --version >/dev/null 2>&1; then
            uv=$candidate
            return
        fi
    done
    return 1
}

fetch_uv() {
    local venv=.cache/uv.$$
    command -v python3 >/dev/null || fail "python3 is not installed" "install Python 3.11 or newer, with its venv module"
    say "Fetching uv, the installer of packages: usually some seconds."
    trap 'rm -rf .cache/uv.$$' EXIT
    logged python3 -m venv "$venv" || explain "python3 -m venv failed"
    logged "$venv/bin/python" -m pip install --quiet --disable-pip-version-check uv || explain "pip could not install uv"
    rm -rf .cache/uv
    mv "$venv" .cache/uv
    find_uv || fail "the uv just installed does not run" "install uv yourself and put it on the PATH"
}

if [[ "$(cat "$stamp" 2>/dev/null)" == "$wanted" ]] && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi
mkdir -p .cache || fail "this directory cannot be written to" "give it to yourself: $PWD"
: >.cache/packages.log || fail "the disk is full, or .cache belongs to somebody else" "free some space, or remove .cache"
find_uv || fetch_uv
say "Installing the locked packages: usually half a minute the first time, seconds when they are in uv's cache."
logged "$uv" sync --locked || explain "uv could not install the packages"
printf '%s\n' "$wanted" >"$stamp"
