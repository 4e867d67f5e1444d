#!/bin/sh
# Builds both sides, then times the same work in turn. Arguments go to compare.py, see its head.
# The environment is made in .venv beside this file; ENVIRONMENT names another one to use.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
environment=${ENVIRONMENT:-$here/.venv}
if [ ! -x "$environment/bin/python" ]; then
  python3 -m venv "$environment"
  # Where both are offered, a version's CPU build (+cpu) is preferred to its CUDA build.
  "$environment/bin/pip" install --quiet --extra-index-url https://download.pytorch.org/whl/cpu \
    -r "$here/requirements.txt"
fi
cd "$root"
sh Scripts/setup.sh
make build >&2
swift build -c release --package-path Benchmarks >&2
exec "$environment/bin/python" "$here/compare.py" "$@"
