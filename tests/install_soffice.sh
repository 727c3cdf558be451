#!/bin/sh
# Installs LibreOffice Calc (no desktop), its Python bridge and a Chinese font where apt can be used; else says so.
set -u
sudo=""
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo="sudo -n"; else sudo=none; fi
fi
if ! command -v apt-get >/dev/null || [ "$sudo" = none ]; then
  echo "LibreOffice is not installed and cannot be installed here: its tests will be skipped." >&2
  [ -z "${CI:-}" ]
  exit $?
fi
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends \
  libreoffice-calc-nogui python3-uno poppler-utils fonts-noto-cjk >/dev/null
