#!/bin/sh
# Makes the proof model anew and compares it with recipes/proof-model; with --write, replaces what ships.
#
# Needs Python 3.11 or newer and about 1 GB in the cache directory. Packages come from where pip is configured to take
# them; for a small torch without CUDA: PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
set -eu

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
scripts=$root/scripts/proof-model
shipped=$root/recipes/proof-model
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rigup/proof-model
environment=$cache/venv
made=$cache/made

mkdir -p "$cache"
if ! cmp -s "$scripts/requirements.txt" "$environment/requirements.txt"; then
  echo "proof model: installing what makes it into $environment"
  rm -rf "$environment"
  "${PYTHON:-python3}" -m venv "$environment"
  "$environment/bin/pip" install --quiet --requirement "$scripts/requirements.txt"
  cp "$scripts/requirements.txt" "$environment/requirements.txt"
fi

# One thread, and the same kernels on every CPU that has AVX2: the same bytes again. On CPUs without it they differ.
export OMP_NUM_THREADS=1 MKL_CBWR=AVX2 ATEN_CPU_CAPABILITY=avx2 PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0

rm -rf "$made"
"$environment/bin/python" "$scripts/make.py" "$made"

if [ "${1:-}" = --write ]; then
  mkdir -p "$shipped"
  chmod 644 "$made"/*
  cp "$made"/* "$shipped/"
  echo "proof model: written to $shipped"
elif diff -r --exclude README.md "$made" "$shipped"; then
  echo "proof model: the same, byte for byte, as in $shipped"
else
  echo "proof model: differs from $shipped; run with --write to replace it" >&2
  exit 1
fi
