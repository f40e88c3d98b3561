# Sourced by the other scripts: a virtual environment in .venv with gitopsml and its tools, made once and kept while pyproject.toml stays the same.
# Needs Python 3.11 or newer and, the first time, a package index that pip can reach.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

find_python() {
  for name in python3 python3.13 python3.12 python3.11 python; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  echo "gitopsml needs Python 3.11 or newer: install it and run this again" >&2
  exit 2
}

setup() { # setup EXTRA: "" for running, "dev" for testing
  local want stamp=".venv/.gitopsml-${1:-run}"
  want=$(cksum <pyproject.toml)
  if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c '' 2>/dev/null; then
    "$(find_python)" -m venv .venv
  fi
  if [ "$(cat "$stamp" 2>/dev/null)" != "$want" ]; then
    echo "setting up .venv (once) …" >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".${1:+[$1]}"
    printf '%s' "$want" >"$stamp"
  fi
}
