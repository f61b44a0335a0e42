#!/bin/bash -eu
# music_report.sh DATA: 100 outputs of each bundled model from [60] at temperature 1, described beside the
# held-out tunes of DATA (what `make bundles` leaves in build/bundles/data), and why they repeat.
data=${1:?usage: music_report.sh build/bundles/data}
held_out=$data/lookback_rnn/eval_melodies.tfrecord
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
rows=("held-out tunes=$held_out")
for model in basic_rnn lookback_rnn attention_rnn; do
  build/bin/magenta generate --config=$model --num_outputs=100 --num_steps=128 --seed=1 --quiet \
    --primer_melody="[60]" --output_dir="$out/$model" >/dev/null
  rows+=("$model=$out/$model")
done
build/bench/music_report "${rows[@]}"
echo
build/bench/repeat_report data/bundles/lookback_rnn.mag="$held_out" \
  data/bundles/attention_rnn.mag="$data/attention_rnn/eval_melodies.tfrecord"
