#!/bin/sh
# Compiles the kernels of this folder to the PTX that ships: src/main/cuda/ptx.sh [FOLDER]. FOLDER is where the project keeps
# them unless given. Needs nvcc. The PTX states an older version than nvcc's own, so that drivers since CUDA 11.4 take it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../resources/dlt/backend/cuda}
mkdir -p "$out"
for source in "$here"/*.cu; do
  [ -e "$source" ] || continue
  name=$(basename "$source" .cu)
  nvcc -ptx -arch=compute_80 -std=c++17 -O3 --ptxas-options=-warn-spills -I "$here" -o "$out/$name.ptx.new" "$source"
  sed -e 's/^\.version .*/.version 7.4/' -e '/^\/\//d' "$out/$name.ptx.new" > "$out/$name.ptx"
  rm "$out/$name.ptx.new"
done
