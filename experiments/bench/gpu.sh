#!/bin/sh
# Proves dlt on this machine's NVIDIA GPU and measures it, in one call of a few minutes:
#   experiments/bench/gpu.sh [TORCH_GPU_PY]
# Every op against the reference, digits twice (identical bytes) and beside the processor, a checkpoint that goes from the
# processor to the GPU and back, and the step times of the bench experiments. TORCH_GPU_PY is a script that prints PyTorch's
# steps on the same card when it is called with modes, precisions and workloads; it runs in the same call, if it is given.
# Needs a Java 25 or an unpacked archive of dlt, which must have been built; neither Maven nor a CUDA toolkit.
# DLT names another dlt; GPU_SECONDS how long each bench measures (2).
set -u
here=$(cd "$(dirname "$0")" && pwd)
dlt=${DLT:-$here/../../bin/dlt}
torch=${1:-}
seconds=${GPU_SECONDS:-2}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
failed=0
table=$out/table
: > "$table"

row() { # name, result
  printf '%-44s %s\n' "$1" "$2" | tee -a "$table"
}

check() { # name, command...
  name=$1
  shift
  if "$@" > "$out/log" 2>&1; then
    row "$name" ok
  else
    row "$name" "FAILED ($?): $(tail -n 1 "$out/log")"
    failed=1
  fi
}

train() { # folder, epochs, device
  "$dlt" train "$here/../digits.yaml" --out "$out/$1" --resume --device "$3" --set "training.epochs=$2"
}

number() { # key, file: the first number of this key in a JSON document
  sed -n "s/.*\"$1\" *: *\\([-0-9.eE+]*\\).*/\\1/p" "$2" | head -n 1
}

"$dlt" devices || exit 6
echo

check 'every op against the reference' "$dlt" devices --test
sed -n '/^cuda /,$p' "$out/log" > "$out/ops"

check 'digits on the GPU' train one 20 cuda
check 'digits on the GPU again' train two 20 cuda
check 'the same bytes' cmp "$out/one/checkpoints/last.safetensors" "$out/two/checkpoints/last.safetensors"
check 'digits on the processor' train cpu 20 cpu
for run in one cpu; do
  "$dlt" eval "$out/$run" --device cpu --json > "$out/$run.json" 2> "$out/log"
  row "validation loss, $run" "$(number loss "$out/$run.json")"
done

check 'one epoch on the processor' train moved 1 cpu
check 'goes on on the GPU' train moved 2 cuda
check 'goes on on the processor' train moved 3 cpu

for name in mnist_conv lenet5 mlp_tabular cat_dnn cnn_cifar unet_small resnet18_512_multilabel; do
  for precision in float32 tf32 bf16; do
    if "$dlt" bench "$here/$name.yaml" --device cuda --set "training.precision=$precision" --seconds "$seconds" --json > "$out/bench" 2> "$out/log"; then
      row "$name, $precision" "$(number median "$out/bench") ms"
    else
      row "$name, $precision" "FAILED: $(tail -n 1 "$out/log")"
      failed=1
    fi
  done
done
if [ -n "$torch" ]; then
  python3 "$torch" eager,graph fp32,tf32,bf16 mnist_conv_b128,lenet5_b128,mlp_tab_b32,cat_dnn_b209,cnn_cifar_b128,unet_128_b8,resnet18_512_ml_b5 > "$out/torch" 2>&1 \
    || { echo 'PyTorch FAILED' >> "$out/torch"; failed=1; }
fi

echo
cat "$out/ops"
echo
cat "$table"
if [ -n "$torch" ]; then
  echo
  cat "$out/torch"
fi
exit $failed
