"""clash_check.py [--global] MODULE...: imports modules in this order, in one process, and has each of them work, after
every import again: whatever a library finds of another's instead of its own shows. --global: all that is loaded shows
its symbols to all that comes later, which is the worst that a host can do."""

import os
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '2')

EXAMPLE = b'\x0a\x12\x0a\x10\x0a\x05steps\x12\x07\x1a\x05\x0a\x03\x01\x02\x03'  # features {steps: [1, 2, 3]}


def magenta(mm):
    tune = mm.NoteSequence(ticks_per_quarter=220)
    tune.tempos.add(qpm=120)
    for i, pitch in enumerate((60, 62, 64, 65, 67, 69, 71, 72)):
        tune.notes.add(pitch=pitch, velocity=80, start_time=i / 2, end_time=(i + 1) / 2)
    tune.total_time = 4
    again = mm.NoteSequence.FromString(tune.SerializeToString())
    assert again == tune and len(mm.notes(again)) == 8
    try:
        mm.midi_to_note_sequence(b'MThd, and no more')
    except mm.MIDIConversionError as error:
        assert str(error)
    else:
        raise AssertionError('no error')
    made = mm.Generator('lookback_rnn').generate(tune, bars=2, seed=1)
    assert mm.pipelines.extract(tune, min_bars=2).examples
    return [(note.pitch, note.start_time) for note in made.notes]


def protobuf(_):
    from google.protobuf import descriptor_pb2, struct_pb2
    message = struct_pb2.Struct()
    message['notes'] = [60, 62, 64]
    assert struct_pb2.Struct.FromString(message.SerializeToString())['notes'][1] == 62
    own = descriptor_pb2.FileDescriptorProto.FromString(struct_pb2.DESCRIPTOR.serialized_pb)
    assert own.name == 'google/protobuf/struct.proto'


def torch(torch):
    left = torch.arange(6, dtype=torch.float32).reshape(2, 3)
    assert torch.equal(left @ left.T, torch.tensor([[5., 14.], [14., 50.]]))
    layer = torch.nn.LSTM(3, 4)
    out, _ = layer(left.unsqueeze(1))
    out.sum().backward()
    assert layer.weight_ih_l0.grad is not None


def tensorflow(tf):
    assert tf.reduce_sum(tf.constant([[1., 2.], [3., 4.]]) @ tf.constant([[1.], [1.]])).numpy() == 10
    assert list(tf.train.Example.FromString(EXAMPLE).features.feature['steps'].int64_list.value) == [1, 2, 3]
    parsed = tf.io.parse_single_example(EXAMPLE, {'steps': tf.io.FixedLenFeature([3], tf.int64)})  # in C++
    assert parsed['steps'].numpy().tolist() == [1, 2, 3]
    try:
        tf.io.parse_single_example(b'\x0a\x05', {'steps': tf.io.FixedLenFeature([3], tf.int64)})
    except tf.errors.InvalidArgumentError:
        return
    raise AssertionError('no error')


WORK = {'magenta_native': magenta, 'google.protobuf': protobuf, 'torch': torch, 'tensorflow': tensorflow}


def main(names):
    if names[0] == '--global':
        names = names[1:]
        sys.setdlopenflags(os.RTLD_NOW | os.RTLD_GLOBAL)
    first = None
    for i, name in enumerate(names):
        __import__(name)
        for other in names[:i + 1]:
            notes = WORK[other](sys.modules[other])
            if notes is not None:
                assert notes and notes == (first := first or notes)
    print('ok', *first[:3])


if __name__ == '__main__':
    main(sys.argv[1:])
