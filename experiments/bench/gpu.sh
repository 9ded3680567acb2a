#!/bin/sh
# Proves dlt on this machine's NVIDIA GPU and measures it, in one call of less than eight minutes:
#   experiments/bench/gpu.sh [TORCH_GPU_PY [GOLDEN]]
# Needs a Java 25 or an unpacked archive of dlt, which must have been built; neither Maven nor a CUDA toolkit. In order, with the seconds
# that each part may take (what takes longer counts as failed):
#   every op against the reference, at each precision (150)
#   PyTorch's training runs: the loss of each step (60), where GOLDEN is a folder of them
#   digits twice: identical bytes; beside the processor; a checkpoint from the processor to the GPU and back (60)
#   the steps of the bench experiments in float32 and tf32 (100), and PyTorch's on the same card (100), where TORCH_GPU_PY is given
# TORCH_GPU_PY is a script that is called with modes (eager,graph), precisions (fp32,tf32) and workloads, all with commas, and prints lines
# `WORKLOAD PRECISION MODE step MS ms ...`; - stands for none. GOLDEN has a folder for each run, with an experiment and the expected losses;
# the tests write it to target/golden-trajectories, which is taken where it is there and nothing else is said.
# DLT names another dlt, PYTHON another python3; GPU_EPOCHS is how long digits is trained (20), GPU_SECONDS how long each bench measures (1),
# GPU_PATIENCE how many times as long each part may take (1).
# Exit code: 0 where nothing failed, however fast it is; 1 where something did; 6 where there is no GPU.
set -u
here=$(cd "$(dirname "$0")" && pwd)
dlt=${DLT:-$here/../../bin/dlt}
torch=${1:--}
golden=${2:-$here/../../target/golden-trajectories}
python=${PYTHON:-python3}
epochs=${GPU_EPOCHS:-20}
seconds=${GPU_SECONDS:-1}
patience=${GPU_PATIENCE:-1}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
failed=0
table=$out/table
: > "$table"

row() { # name, result
  printf '%-44s %s\n' "$1" "$2" | tee -a "$table"
}

fail() { # name, why
  row "$1" "FAILED: $2"
  failed=1
}

part() { # seconds: how long all from here to the next part may take
  end=$(($(date +%s) + $1 * patience))
}

# A command with what is left of the part's time. Its text is in log, what it prints on standard output in result.
limited() { # command...
  left=$((end - $(date +%s)))
  if [ "$left" -lt 1 ]; then
    echo 'no time is left for it' > "$out/log"
    return 124
  fi
  if command -v timeout > /dev/null; then
    set -- timeout "$left" "$@"
  fi
  "$@" < /dev/null > "$out/result" 2> "$out/log"
}

check() { # name, command...
  name=$1
  shift
  if limited "$@"; then
    row "$name" ok
  else
    fail "$name" "($?) $(tail -n 1 "$out/log")"
  fi
}

digits() { # folder, epochs, device
  check "digits, $2 epochs on $3, in $1" "$dlt" train "$here/../digits.yaml" --out "$out/$1" --resume --no-report --device "$3" --set "training.epochs=$2"
}

number() { # key, file: the first number of this key in a JSON document
  sed -n "s/.*\"$1\" *: *\\([-0-9.eE+]*\\).*/\\1/p" "$2" | head -n 1
}

# The validation loss of a run, computed on the processor.
loss() { # folder
  limited "$dlt" eval "$out/$1" --device cpu --json && number loss "$out/result"
}

same() { # name, loss, loss: they are those of the same training in float32
  if echo "$2 $3" | awk '{ exit !(NF == 2 && ($1 - $2) ^ 2 <= (0.01 * $2) ^ 2) }'; then
    row "$1" "$2 and $3"
  else
    fail "$1" "losses of ${2:-nothing} and ${3:-nothing} are further apart than 1 %"
  fi
}

"$dlt" devices || exit 6
echo

part 150
check 'every op against the reference' "$dlt" devices --test
sed -n '/^cuda /,$p' "$out/result" > "$out/ops"

part 60
for run in "$golden"/*/; do
  [ -f "$run/exp.yaml" ] || continue
  name="PyTorch's losses, $(basename "$run")"
  if limited "$dlt" train "$run/exp.yaml" --out "$out/golden" --no-report --device cuda; then
    # expected: step, loss, bound of the relative error
    sed -n 's/.*"kind" *: *"step".*"step" *: *\([0-9]*\).*"loss" *: *\([-0-9.eE+]*\).*/\1 \2/p' "$out/golden/metrics.jsonl" > "$out/losses"
    if awk 'NR == FNR { loss[$1] = $2; next }
        { n++; e = loss[$1] == "" ? 1e9 : (loss[$1] - $2) / $2; e = (e < 0 ? -e : e) / $3; if (e > worst) { worst = e; at = $1 } }
        END { printf "%d steps, %.2f of the bound at step %d\n", n, worst, at; exit !(n > 0 && worst <= 1) }' "$out/losses" "$run/expected" > "$out/result"; then
      row "$name" "$(cat "$out/result")"
    else
      fail "$name" "$(cat "$out/result")"
    fi
  else
    fail "$name" "$(tail -n 1 "$out/log")"
  fi
  rm -rf "$out/golden"
done

part 60
digits one "$epochs" cuda
digits two "$epochs" cuda
check 'the same bytes' cmp "$out/one/checkpoints/last.safetensors" "$out/two/checkpoints/last.safetensors"
digits three "$epochs" cpu
same 'digits on cuda and on cpu' "$(loss one)" "$(loss three)"
digits moved 1 cpu
digits moved 2 cuda
digits moved 3 cpu
digits stayed 3 cpu
same 'cpu, cuda and cpu in turn, and cpu alone' "$(loss moved)" "$(loss stayed)"

# experiment, PyTorch's name for it, batch size, how many times as fast as PyTorch's eager step and as its CUDA graph it is to be in tf32
cat > "$out/workloads" << END
mlp_tabular mlp_tab_b32 32 5 1.5
mnist_conv mnist_conv_b128 128 5 1.5
lenet5 lenet5_b128 128 5 1.5
cat_dnn cat_dnn_b209 209 5 1.5
cnn_cifar cnn_cifar_b128 128 1 0
unet_small unet_128_b8 8 1 0
resnet18_224 resnet18_224_b256 256 1 0
resnet18_512_multilabel resnet18_512_ml_b5 5 1 0
END

part 100
: > "$out/dlt"
while read -r name _ batch _; do
  for precision in float32 tf32; do
    if limited "$dlt" bench "$here/$name.yaml" --device cuda --batch-size "$batch" --set "training.precision=$precision" --seconds "$seconds" --json; then
      echo "$name $precision $(number median "$out/result")" >> "$out/dlt"
    else
      fail "step of $name in $precision" "$(tail -n 1 "$out/log")"
    fi
  done
done < "$out/workloads"

part 100
: > "$out/torch"
if [ "$torch" != - ]; then
  names=$(cut -d ' ' -f 2 "$out/workloads" | paste -s -d , -)
  limited "$python" "$torch" eager,graph fp32,tf32 "$names" || fail "PyTorch's steps" "$(tail -n 1 "$out/log")"
  cp "$out/result" "$out/torch"
  if grep ' FAILED ' "$out/torch"; then
    failed=1
  fi
fi

echo
cat "$out/ops"
echo
cat "$table"
echo
# PyTorch's lines: workload, precision, mode, "step", milliseconds
awk 'BEGIN { line = "%-24s %-8s %10s %10s %10s %12s %12s  %s\n"; torch["float32"] = "fp32"; torch["tf32"] = "tf32"
    printf line, "ms a step", "", "dlt", "eager", "graph", "eager / dlt", "graph / dlt", "" }
  FILENAME ~ /torch$/ { if ($4 == "step") ms[$1, $2, $3] = $5; next }
  FILENAME ~ /dlt$/ { ms[$1, $2] = $3; next }
  function shown(x) { return x > 0 ? sprintf("%.4f", x) : "-" }
  function ratio(a, b) { return a > 0 && b > 0 ? sprintf("%.2f", a / b) : "-" }
  { for (i = 1; i <= 2; i++) {
      p = i == 1 ? "float32" : "tf32"; d = ms[$1, p]; e = ms[$2, torch[p], "eager"]; g = ms[$2, torch[p], "graph"]; verdict = ""
      if (i == 2) {
        known = d > 0 && e > 0 && ($5 == 0 || g > 0)
        verdict = (!known ? "not known" : e / d >= $4 && ($5 == 0 || g / d >= $5) ? "reached" : "missed") ": wanted " $4 ($5 > 0 ? " and " $5 : "")
      }
      printf line, $1, p, shown(d), shown(e), shown(g), ratio(e, d), ratio(g, d), verdict } }' "$out/torch" "$out/dlt" "$out/workloads"
exit $failed
