#!/usr/bin/env python3
"""Magenta's own training step, for a ratio: magenta_training.py CONFIG [64,64] FOLDER

Runs in Magenta's environment (tools/parity makes one). 64 melodies of 430 events a step, or 64
performances of 100, as train_bench has them. Says "ready", then for each line with a number of steps on standard input the
seconds that one of them took: start it beside train_bench and alternate.
"""
import ast
import os
import random
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow.compat.v1 as tf
from magenta.models.melody_rnn import melody_rnn_model
from magenta.models.performance_rnn import performance_model
from magenta.models.shared import events_rnn_graph

MELODY_STEPS, PERFORMANCE_STEPS, EXAMPLES, ONES = 430, 100, 128, 8


def write_examples(path, codec, steps, ones):
    rng = random.Random(1)
    with tf.io.TFRecordWriter(path) as writer:
        for _ in range(EXAMPLES):
            inputs = np.zeros((steps, codec.input_size), np.float32)
            for row in inputs:
                row[rng.sample(range(codec.input_size), ones)] = 1
            labels = [rng.randrange(codec.num_classes) for _ in range(steps)]
            floats = [tf.train.Feature(float_list=tf.train.FloatList(value=r)) for r in inputs]
            ints = [tf.train.Feature(int64_list=tf.train.Int64List(value=[x])) for x in labels]
            lists = {"inputs": tf.train.FeatureList(feature=floats),
                     "labels": tf.train.FeatureList(feature=ints)}
            example = tf.train.SequenceExample(
                feature_lists=tf.train.FeatureLists(feature_list=lists))
            writer.write(example.SerializeToString())


def main():
    name, layers, folder = sys.argv[1], ast.literal_eval(sys.argv[2]), sys.argv[3]
    tf.disable_v2_behavior()
    performance = name in performance_model.default_configs
    configs = performance_model if performance else melody_rnn_model
    config = configs.default_configs[name]
    config.hparams.batch_size = 64
    config.hparams.rnn_layer_sizes = layers
    path = os.path.join(folder, name + ".tfrecord")
    if performance:
        write_examples(path, config.encoder_decoder, PERFORMANCE_STEPS, 1)
    else:
        write_examples(path, config.encoder_decoder, MELODY_STEPS, ONES)
    with tf.Graph().as_default():
        events_rnn_graph.get_build_graph_fn("train", config, [path])()
        step = tf.get_collection("train_op")[0]
        session = tf.Session()
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        tf.train.start_queue_runners(session, tf.train.Coordinator())
        session.run(step)
        print("ready", flush=True)
        for line in sys.stdin:
            start = time.time()
            for _ in range(int(line)):
                session.run(step)
            print((time.time() - start) / int(line), flush=True)
    os._exit(0)  # the queue's threads never end


if __name__ == "__main__":
    main()
