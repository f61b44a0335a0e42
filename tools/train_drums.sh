#!/bin/bash -eu
# train_drums.sh DIR [OUT]: trains a drum_kit from a folder of MIDI files and drum grids, and packs it as
# OUT/drum_kit.mag (default OUT: build/drums). Patterns and files are held out whole. Stopped, it goes on.
# STEPS=N and HPARAMS=name=value,... for other sizes.
dir=${1:?usage: train_drums.sh DIR [OUT]}
out=${2:-build/drums}
hparams=${HPARAMS:-batch_size=32,rnn_layer_sizes=[128,128],attn_length=32,clip_norm=3,dropout_keep_prob=0.6}
export PATH=$PWD/build/bin:$PATH
mkdir -p "$out"
[ -e "$out/data/training_drum_tracks.tfrecord" ] || {
  magenta convert --input_dir="$dir" --recursive --output_file="$out/notes.tfrecord"
  magenta dataset --config=drum_kit --input="$out/notes.tfrecord" --output_dir="$out/data" --eval_ratio=0.1 --seed=1
}
magenta train --config=drum_kit --run_dir="$out/run" --hparams="$hparams" \
  --sequence_example_file="$out/data/training_drum_tracks.tfrecord" \
  --eval_every_steps=50 --patience=8 --save_every_steps=50 --keep=3 --num_training_steps="${STEPS:-1500}" --seed=1
magenta bundle --config=drum_kit --run_dir="$out/run" --bundle_file="$out/drum_kit.mag" \
  --bundle_description="Drums of ${dir##*/}"
echo "magenta generate --bundle_file=$out/drum_kit.mag --output_dir=grooves --bars=4"
