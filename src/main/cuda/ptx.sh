#!/bin/sh
# Compiles the kernels of this folder to the PTX that ships: src/main/cuda/ptx.sh [FOLDER]. FOLDER is where the project keeps
# them unless given. Needs nvcc. The first line of the PTX names nvcc's release and the SHA-256 of the source and of what it
# includes, by which a test knows PTX that is stale: nvcc does not make the same PTX twice. The PTX states an older version than
# nvcc's own, so that drivers since CUDA 11.4 take it; a hint that came later (used_bytes_mask) is left out.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../resources/dlt/backend/cuda}
mkdir -p "$out"
release=$(nvcc --version | sed -n 's/.*, V/nvcc /p')
for source in "$here"/*.cu; do
  [ -e "$source" ] || continue
  name=$(basename "$source" .cu)
  sources=$(nvcc -MM -I "$here" "$source" | tr ' \\' '\n\n' | grep "^$here/" | LC_ALL=C sort | xargs cat | sha256sum)
  header="// $release, sources ${sources%% *}"
  if [ -e "$out/$name.ptx" ] && [ "$(head -n 1 "$out/$name.ptx")" = "$header" ]; then
    continue
  fi
  nvcc -ptx -arch=compute_80 -std=c++17 -O3 --ptxas-options=-warn-spills -I "$here" -o "$out/$name.ptx.new" "$source"
  {
    echo "$header"
    # without comments, empty lines and indentation, which are a quarter of it
    sed -e 's/^\.version .*/.version 7.4/' -e '/^[[:space:]]*\/\//d' -e '/^[[:space:]]*$/d' -e '/\.pragma "used_bytes_mask/d' -e 's/^[[:space:]]*//' -e 's/[[:space:]][[:space:]]*/ /g' \
        "$out/$name.ptx.new"
  } > "$out/$name.ptx"
  rm "$out/$name.ptx.new"
done
