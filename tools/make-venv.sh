#!/bin/sh
# Usage: make-venv.sh FOLDER. Create a virtual environment with pip, unless a working one exists.
# PYTHON=... chooses the interpreter; the default is the first one on the PATH that is new enough and complete.
# Each candidate is started, because version managers (pyenv, asdf) leave names on the PATH that start nothing.
set -u
venv=$1
here=$(dirname "$0")

"$venv/bin/python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && exit 0

python=
found=
for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    command -v "$name" >/dev/null 2>&1 || continue
    if ! version=$("$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); then
        found="$found, $name (does not start)"
    elif ! "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        found="$found, $name ($version)"
    elif ! "$name" -c 'import sqlite3, ssl, venv, zlib' 2>/dev/null; then
        found="$found, $name ($version without sqlite3, ssl, venv or zlib)"
    else
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    {
        echo "Python 3.11 or newer is needed. Found: ${found:-, none}" | sed 's/: , /: /'
        echo "On Debian and Ubuntu type: sudo apt-get install python3 python3-venv"
        echo "To use a Python in another place, type: make demo PYTHON=/path/to/python3.12"
    } >&2
    exit 1
fi

# Debian ships ensurepip separately, in python3-venv.
if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv --clear "$venv" && exit 0
elif "$python" -m venv --clear --without-pip "$venv" && "$venv/bin/python" "$here/get_pip.py"; then
    exit 0
fi
rm -rf "$venv"
echo "The virtual environment could not be created. Type: sudo apt-get install python$version-venv, then run make again" >&2
exit 1
