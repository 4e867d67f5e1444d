#!/bin/sh
# Runs what the README shows, word for word, with the executables that are already built:
# its shell blocks in a scratch folder, and its Swift program, which is Snippets/Quickstart.swift.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

block() { awk -v kind="$1" '$0 == "```" kind {on = 1; next} $0 == "```" {on = 0} on' README.md; }

block swift | diff - Snippets/Quickstart.swift
.build/release/Quickstart

# Building is done, and the demo has a target of its own.
{ echo set -e; block sh | grep -v -e '^make ' -e '^export PATH'; } > "$scratch/commands"
ln -s "$root/Examples" "$scratch/Examples"
cd "$scratch"
PATH="$root/.build/release:$PATH" sh -x ./commands
