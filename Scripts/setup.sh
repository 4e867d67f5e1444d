#!/bin/sh
# Makes sure that the C libraries are there: OpenBLAS and zlib, found through pkg-config.
set -eu
[ "$(uname)" = Linux ] || exit 0
if command -v pkg-config >/dev/null && pkg-config --exists openblas zlib; then exit 0; fi
packages="libopenblas-dev zlib1g-dev pkg-config"
if command -v apt-get >/dev/null; then
  if [ "$(id -u)" = 0 ]; then
    as_root=""
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root="sudo"
  else
    as_root="none"
  fi
  if [ "$as_root" != none ]; then
    echo "Installing $packages" >&2
    if $as_root apt-get update -qq &&
      DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq $packages >&2; then
      exit 0
    fi
  fi
fi
echo "OpenBLAS or zlib is missing. Install them, then run make again:" >&2
echo "  sudo apt-get update && sudo apt-get install -y $packages" >&2
exit 1
