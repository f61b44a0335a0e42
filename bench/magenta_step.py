#!/usr/bin/env python3
"""Magenta's own step of generation, for a ratio: magenta_step.py [64,64] BATCH

Runs in Magenta's environment (tools/parity makes one): its graph of lookback_rnn for generation, one
step for BATCH rows, weights at random. Says "ready", then for each line with a number of steps on
standard input the seconds that one of them took: start it beside nn_bench and alternate.
"""
import ast
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow.compat.v1 as tf
from magenta.models.melody_rnn import melody_rnn_model
from magenta.models.shared import events_rnn_graph


def main():
    layers, batch = ast.literal_eval(sys.argv[1]), int(sys.argv[2])
    tf.disable_v2_behavior()
    config = melody_rnn_model.default_configs["lookback_rnn"]
    config.hparams.batch_size = batch
    config.hparams.rnn_layer_sizes = layers
    with tf.Graph().as_default() as graph:
        events_rnn_graph.get_build_graph_fn("generate", config)()
        session = tf.Session()
        session.run(tf.global_variables_initializer())
        inputs, temperature = (graph.get_collection(n)[0] for n in ("inputs", "temperature"))
        start, end = (graph.get_collection(n) for n in ("initial_state", "final_state"))
        wanted = [end, graph.get_collection("softmax")[0]]
        row = np.zeros((batch, 1, config.encoder_decoder.input_size), np.float32)
        row[:, 0, [5, 40, 78]] = 1
        state = session.run(start)

        def steps(count, state):
            for _ in range(count):
                feed = {inputs: row, tuple(start): state, temperature: 1.0}
                state, _ = session.run(wanted, feed)
            return state

        state = steps(50, state)
        print("ready", flush=True)
        for line in sys.stdin:
            begin = time.time()
            state = steps(int(line), state)
            print((time.time() - begin) / int(line), flush=True)


if __name__ == "__main__":
    main()
