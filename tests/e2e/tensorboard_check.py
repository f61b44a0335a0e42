#!/usr/bin/env python3
"""Asks TensorBoard what an event folder holds, and compares it with what was expected.

usage: tensorboard_check.py FOLDER [EXPECTED.json]     (no file, or -: standard input)
       tensorboard_check.py --hparams FOLDER           what the HPARAMS tab shows, as JSON

EXPECTED is {"scalars": {TAG: [[STEP, VALUE], ...] or null}, "texts": {TAG: TEXT or null}}; null
asks only that the tag is there. Tags must be exactly those named; a list left out is not looked at.
Values are compared as float32. Exit status: 0 all equal; 1 something differs; 2 wrong usage;
4 no tensorboard in this Python (pip install tensorboard).
"""
import json
import math
import struct
import sys


def float32(value):
    return struct.unpack("<f", struct.pack("<f", float(value)))[0]


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


def scalars_of(accumulator):
    """{tag: [[step, value], ...]}"""
    return {
        tag: [[event.step, event.value] for event in accumulator.Scalars(tag)]
        for tag in accumulator.Tags()["scalars"]
    }


def texts_of(accumulator):
    """{tag: text of the last event}, of the tags that the text tab shows"""
    tags = [
        tag
        for tag in accumulator.Tags()["tensors"]
        if accumulator.SummaryMetadata(tag).plugin_data.plugin_name == "text"
    ]
    return {
        tag: accumulator.Tensors(tag)[-1].tensor_proto.string_val[0].decode("utf-8") for tag in tags
    }


def compare_tags(kind, found, expected):
    faults = [f"{kind} {tag}: missing" for tag in sorted(set(expected) - set(found))]
    return faults + [f"{kind} {tag}: not expected" for tag in sorted(set(found) - set(expected))]


def compare_scalars(found, expected):
    faults = compare_tags("scalar", found, expected)
    for tag in sorted(set(found) & set(expected)):
        if expected[tag] is None:
            continue
        wanted = [[step, float32(value)] for step, value in expected[tag]]
        if len(wanted) != len(found[tag]) or not all(
            a[0] == b[0] and same(a[1], b[1]) for a, b in zip(found[tag], wanted)
        ):
            faults.append(f"scalar {tag}: TensorBoard reads {found[tag]}, expected {wanted}")
    return faults


def compare_texts(found, expected):
    faults = compare_tags("text", found, expected)
    for tag in sorted(set(found) & set(expected)):
        if expected[tag] is not None and found[tag] != expected[tag]:
            faults.append(f"text {tag}: TensorBoard reads {found[tag]!r}, expected {expected[tag]!r}")
    return faults


def load(folder):
    try:
        from tensorboard.backend.event_processing import event_accumulator
    except ImportError as error:
        print(f"no tensorboard in this Python: {error}", file=sys.stderr)
        sys.exit(4)
    accumulator = event_accumulator.EventAccumulator(
        folder, size_guidance={"scalars": 0, "tensors": 0}
    )
    accumulator.Reload()
    return accumulator


def hparams_of(folder):
    """The rows of the HPARAMS tab as its own backend makes them: [{"name", "status", "hparams": {NAME:
    VALUE}, "metrics": {RUN/TAG: VALUE}}]"""
    from google.protobuf import json_format
    from tensorboard import context
    from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
    from tensorboard.plugins import base_plugin
    from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups

    multiplexer = plugin_event_multiplexer.EventMultiplexer()
    multiplexer.AddRunsFromDirectory(folder)
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, folder)
    backend = backend_context.Context(base_plugin.TBContext(data_provider=provider, logdir=folder))
    request_context = context.RequestContext()
    metadata = backend.hparams_metadata(request_context, folder)
    experiment = backend.experiment_from_metadata(
        request_context, folder, True, metadata, backend.hparams_from_data_provider(request_context, folder, None))
    request = api_pb2.ListSessionGroupsRequest(
        start_index=0, slice_size=100, include_metrics=True,
        allowed_statuses=[api_pb2.STATUS_UNKNOWN, api_pb2.STATUS_SUCCESS, api_pb2.STATUS_FAILURE,
                          api_pb2.STATUS_RUNNING])
    for metric in experiment.metric_infos:
        request.col_params.add(metric=metric.name)
    groups = list_session_groups.Handler(
        request_context, backend, folder, request).run().session_groups
    rows = []
    for group in groups:
        rows.append({
            "name": group.name,
            "status": api_pb2.Status.Name(group.sessions[0].status),
            "hparams": {name: json_format.MessageToDict(value) for name, value in group.hparams.items()},
            "metrics": {value.name.group + "/" + value.name.tag: value.value
                        for value in group.metric_values},
        })
    return rows


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "--hparams":
        print(json.dumps(hparams_of(arguments[1])))
        return 0
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    if len(arguments) == 1 or arguments[1] == "-":
        expected = json.load(sys.stdin)
    else:
        with open(arguments[1], encoding="utf-8") as file:
            expected = json.load(file)
    accumulator = load(arguments[0])
    faults = []
    if "scalars" in expected:
        faults += compare_scalars(scalars_of(accumulator), expected["scalars"])
    if "texts" in expected:
        faults += compare_texts(texts_of(accumulator), expected["texts"])
    for fault in faults:
        print(f"{arguments[0]}: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
