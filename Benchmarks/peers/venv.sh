# Sourced by benchmarks: makes the virtual environment of a peer where it is not there, and sets $python.
#   peer_venv FOLDER
peer_venv() {
  python=$1/.venv/bin/python
  [ -x "$1/.venv/.ready" ] || {
    python3 -m venv "$1/.venv" >&2
    "$1/.venv/bin/pip" install --quiet --disable-pip-version-check -r "$1/requirements.txt" >&2
    install -m 755 /dev/null "$1/.venv/.ready"
  }
}
