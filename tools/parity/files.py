"""NoteSequences, TFRecords of them, MIDI files."""

import glob
import hashlib
import os

import numpy as np
import tensorflow.compat.v1 as tf
import note_seq
from note_seq.protobuf import music_pb2
import pretty_midi

from parity import random_midi
from parity import random_music
from parity import reference


def read_sequences(path):
  return [music_pb2.NoteSequence.FromString(record)
          for record in tf.python_io.tf_record_iterator(path)]


def fields(message):
  """(name, value) of all set fields, in a form that compares to the last bit."""
  out = {}
  for field, value in message.ListFields():
    if field.message_type is None:
      out[field.name] = list(value) if field.label == field.LABEL_REPEATED else value
    elif field.label == field.LABEL_REPEATED:
      out[field.name] = [fields(item) for item in value]
    else:
      out[field.name] = fields(value)
  return out


def midi_to_sequences(report, context):
  """Random MIDI files through our `convert` and through Magenta's own program."""
  folder = context.folder('midi')
  names = []
  for i in range(context.count(1000)):
    name = 'tune%04d.%s' % (i, ('mid', 'midi', 'MID')[i % 3])
    with open(os.path.join(folder, name), 'wb') as f:
      f.write(random_midi.random_midi(context.rng))
    names.append(name)
  ours_file = context.path('midi-ours.tfrecord')
  theirs_file = context.path('midi-magenta.tfrecord')
  context.ours.run('convert', '--input_dir=' + folder, '--output_file=' + ours_file)
  context.reference.program('scripts.convert_dir_to_note_sequences', input_dir=folder,
                            output_file=theirs_file)
  with report.row('NoteSequence', 'ours -> note-seq', 'random MIDI files, `convert` against '
                  'convert_dir_to_note_sequences: every field') as row:
    ours = {sequence.filename: sequence for sequence in read_sequences(ours_file)}
    theirs = {sequence.filename: sequence for sequence in read_sequences(theirs_file)}
    for name in names:
      mine, its = ours.get(name), theirs.get(name)
      if mine is None or its is None:
        row.check(mine is its, '%s: read by %s alone' % (name, 'us' if its is None else 'Magenta'))
      else:
        row.equal(fields(mine), fields(its), name)
    row.note('%d notes' % sum(len(sequence.notes) for sequence in theirs.values()))
    row.note('%d files refused by both' % sum(name not in theirs and name not in ours
                                              for name in names))
  with report.row('NoteSequence', 'ours -> note-seq', 'our bytes, parsed and written again by '
                  'note-seq') as row:
    for record in tf.python_io.tf_record_iterator(ours_file):
      sequence = music_pb2.NoteSequence.FromString(record)
      row.check(sequence.SerializeToString(deterministic=True) == record, sequence.filename)
  with report.row('NoteSequences file', 'ours -> TensorFlow', 'records, checksums verified') as row:
    summary = [sequence.filename for sequence in read_sequences(ours_file)]
    row.equal(summary, sorted(ours), 'order')
    row.compared = len(summary)


def inspected(context, paths):
  """What `inspect --json` says of files, in their order."""
  out = []
  for i in range(0, len(paths), 100):
    out += context.ours.json('inspect', *paths[i:i + 100])['files']
  return out


def as_inspected(sequence):
  """The part of a NoteSequence that `inspect --json` prints, as it prints it."""
  return {
      'id': sequence.id, 'filename': sequence.filename, 'total_time': sequence.total_time,
      'ticks_per_quarter': sequence.ticks_per_quarter,
      'tempos': [[t.time, t.qpm] for t in sequence.tempos],
      'time_signatures': [[t.time, t.numerator, t.denominator] for t in sequence.time_signatures],
      'key_signatures': [[k.time, k.key, k.mode] for k in sequence.key_signatures],
      'notes': [[n.pitch, n.velocity, n.start_time, n.end_time, n.program, n.is_drum, n.instrument]
                for n in sequence.notes]}


def sequences_to_ours(report, context):
  """note-seq's messages read by `inspect`."""
  for kind, make in (('music', random_music.random_sequence),
                     ('any field set to anything', random_music.random_message)):
    with report.row('NoteSequence', 'note-seq -> ours', 'random messages (%s): what `inspect '
                    '--json` prints' % kind) as row:
      folder, paths, wanted = context.folder('sequences-' + kind[:3]), [], []
      for i in range(context.count(300)):
        sequence = make(context.rng, i)
        if not sequence.notes and not sequence.tempos:  # nothing tells such a file's kind
          sequence.tempos.add(qpm=120)
        paths.append(os.path.join(folder, '%d.notesequence' % i))
        with open(paths[-1], 'wb') as f:
          f.write(sequence.SerializeToString())
        wanted.append(as_inspected(sequence))
      for path, mine, its in zip(paths, inspected(context, paths), wanted):
        row.equal({key: mine.get(key) for key in its}, its, os.path.basename(path))


def records_to_ours(report, context):
  """TFRecords that TensorFlow writes, plain and compressed."""
  kinds = {'plain': tf.python_io.TFRecordCompressionType.NONE,
           'gzip': tf.python_io.TFRecordCompressionType.GZIP,
           'zlib': tf.python_io.TFRecordCompressionType.ZLIB}
  for name, compression in kinds.items():
    with report.row('NoteSequences file', 'TensorFlow -> ours', name + ' TFRecord: every record\'s '
                    'id, file name, notes and length, in order') as row:
      path, wanted = context.path('records-%s.tfrecord' % name), []
      options = tf.python_io.TFRecordOptions(compression)
      with tf.python_io.TFRecordWriter(path, options) as writer:
        for i in range(context.count(300)):
          sequence = random_music.random_sequence(context.rng, i)
          writer.write(sequence.SerializeToString())
          wanted.append({'id': sequence.id, 'filename': sequence.filename,
                         'notes': len(sequence.notes), 'total_time': sequence.total_time})
      for i, (mine, its) in enumerate(zip(inspected(context, [path])[0]['sequences'], wanted)):
        row.equal(mine, its, 'record %d' % i)
      row.check(row.compared == len(wanted), 'number of records')


def random_weights(context):
  """Model flags of two untrained checkpoints that TensorFlow wrote."""
  flags = []
  for name in ('basic_rnn', 'lookback_rnn'):
    config = reference.config_of(name, 'rnn_layer_sizes=[16]')
    training = reference.Training(config, [reference.example_of(config, [60, -2, 62])])
    flags.append(['--config=' + name,
                  '--checkpoint_file=' + training.save(context.folder('untrained-' + name))])
    training.close()
  return flags


def midi_written(report, context):
  """MIDI files that we write, against note-seq's writer and read back by pretty_midi."""
  folder = context.folder('written')
  weights = random_weights(context)
  for i in range(context.count(12)):
    melody = random_music.random_melody(context.rng, int(context.rng.integers(1, 40)), 48, 83)
    steps = len(melody) + int(context.rng.integers(40, 200))
    context.ours.run('generate', *weights[i % len(weights)], '--output_dir=' + folder,
                     '--num_outputs=10', '--format=mid,notesequence', '--num_steps=%d' % steps,
                     '--primer_melody=%s' % melody, '--seed=%d' % context.rng.integers(1 << 30),
                     '--qpm=%r' % float(context.rng.uniform(30, 300)))
  made = sorted(glob.glob(os.path.join(folder, '*.notesequence')))
  with report.row('MIDI', 'ours -> note-seq', 'files of `generate` against note-seq\'s writer: '
                  'bytes') as row:
    for path in made:
      sequence = read_message(path)
      theirs = context.path('written.mid')
      note_seq.sequence_proto_to_midi_file(sequence, theirs)
      row.equal(digest(path.replace('.notesequence', '.mid')), digest(theirs),
                os.path.basename(path))
  with report.row('MIDI', 'ours -> pretty_midi', 'the same files parsed: pitch, velocity, times '
                  'to a millionth and half a tick') as row:
    for path in made:
      sequence = read_message(path)
      parsed = pretty_midi.PrettyMIDI(path.replace('.notesequence', '.mid'))
      tick = 60.0 / sequence.tempos[0].qpm / sequence.ticks_per_quarter
      mine = sorted((n.start_time, n.end_time, n.pitch, n.velocity) for n in sequence.notes)
      its = sorted((n.start, n.end, n.pitch, n.velocity)
                   for instrument in parsed.instruments for n in instrument.notes)
      same = len(mine) == len(its) and all(
          a[2:] == b[2:] and np.allclose(a[:2], b[:2], rtol=5e-6, atol=0.51 * tick)
          for a, b in zip(mine, its))
      row.check(same, os.path.basename(path))


def read_message(path):
  with open(path, 'rb') as f:
    return music_pb2.NoteSequence.FromString(f.read())


def digest(path):
  with open(path, 'rb') as f:
    data = f.read()
  return '%d bytes, sha1 %s' % (len(data), hashlib.sha1(data).hexdigest())


def compare(report, context):
  midi_to_sequences(report, context)
  sequences_to_ours(report, context)
  records_to_ours(report, context)
  midi_written(report, context)
