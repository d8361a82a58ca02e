# Sourced by bin/diembao and bin/test with `self` set to the resolved script: finds the checkout and a Python, and makes
# .venv when it is missing, half made or stale. usage: prepare runtime|test

root=$(CDPATH= cd -- "$(dirname "$self")/.." && pwd -P)

find_python() {
  for candidate in ${DIEMBAO_PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      command -v "$candidate"
      return 0
    fi
  done
  echo "diembao: found no Python 3.11 or newer with venv; install one (Debian: python3-venv) or set DIEMBAO_PYTHON" >&2
  return 2
}

prepare() {
  stamp=$root/.venv/.stamp-$1
  # The quick way, taken on every run but the first: a whole environment whose stamp is newer than the pins.
  if [ -x "$root/.venv/bin/python" ] && [ "$stamp" -nt "$root/requirements/$1.txt" ]; then return 0; fi
  python=$(find_python) || exit 2
  "$python" "$root/bin/bootstrap.py" "$1" || exit 2
}

export PYTHONPATH="$root"
export PYTHONSAFEPATH=1
