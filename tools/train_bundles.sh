#!/bin/bash -eu
# train_bundles.sh CORPUS NOTTINGHAM [OUT]: trains the bundled weights again, from the tunes of
# `make corpus` and a folder of MIDI, and writes OUT/<model>.mag and its model card OUT/<model>.md
# (default OUT: build/bundles; copy them to data/bundles to ship them). Stopped, it goes on.
corpus=${1:?usage: train_bundles.sh CORPUS NOTTINGHAM [OUT]}
nottingham=${2:?usage: train_bundles.sh CORPUS NOTTINGHAM [OUT]}
out=${3:-build/bundles}
export PATH=$PWD/build/bin:$PATH
mkdir -p "$out"

train() {  # model, clip_norm, learning rate, its decay in 100 steps, steps
  local model=$1 run=$out/run/$1
  local hparams="batch_size=64,rnn_layer_sizes=[128,128],dropout_keep_prob=0.7,clip_norm=$2"
  hparams+=",initial_learning_rate=$3,decay_steps=100,decay_rate=$4"
  [ -d "$out/data/$model" ] ||
    magenta dataset --config="$model" --input="$out/nottingham.tfrecord,$out/corpus.tfrecord" \
      --output_dir="$out/data/$model" --eval_ratio=0.1 --seed=1
  magenta train --config="$model" --run_dir="$run" --hparams="$hparams" --seed=1 \
    --sequence_example_file="$out/data/$model/training_melodies.tfrecord" \
    --eval_file="$out/data/$model/eval_melodies.tfrecord" --eval_every_steps=100 --patience=8 \
    --save_every_steps=200 --keep=3 --num_training_steps="$5"
  magenta bundle --config="$model" --run_dir="$run/best" --bundle_file="$out/$model.mag" \
    --bundle_description="Folk tunes (Nottingham, Ryan's, O'Neill's, Aird's); see the model card"
  magenta eval --config="$model" --run_dir="$run/best" --json \
    --sequence_example_file="$out/data/$model/eval_melodies.tfrecord" >"$out/$model.json"
  python3 tools/model_card.py "$model" "$out/$model.json" "$hparams" \
    "$out/data/$model" >"$out/$model.md"
}

[ -e "$out/nottingham.tfrecord" ] ||
  magenta convert --input_dir="$nottingham" --recursive --output_file="$out/nottingham.tfrecord"
[ -e "$out/corpus.tfrecord" ] ||
  magenta convert --input_dir="$corpus" --recursive --output_file="$out/corpus.tfrecord"
train lookback_rnn 5 0.004 0.93 3000
train basic_rnn 5 0.004 0.93 3000
train attention_rnn 3 0.003 0.92 3000
