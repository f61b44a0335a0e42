#!/usr/bin/env python3
"""A folder of music to a data set, by Apache Beam, on whatever runner its own flags name:

  beam_dataset.py --folder=music --output=data --config=lookback_rnn --runner=DirectRunner

The records are those of `magenta convert --recursive` and `magenta dataset`, in any order. What became of each file and
sequence stands in OUTPUT/reports-*.json, a line each, and is counted.
"""
import argparse
import collections
import json
import posixpath

try:
    import apache_beam as beam
    from apache_beam.io import WriteToText, WriteToTFRecord
    from apache_beam.io.filesystems import FileSystems
    from apache_beam.options.pipeline_options import PipelineOptions
except ModuleNotFoundError as error:
    raise SystemExit(f'beam_dataset.py: {error}. It needs Apache Beam: pip install apache-beam google-crc32c') from None

from magenta_native import records
from magenta_native.beam import NAMESPACE, MakeExamples, ReadMusic


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--folder', required=True, help='where the music is, on any of Beam\'s file systems')
    parser.add_argument('--output', required=True, help='the folder to write into')
    parser.add_argument('--config', default='lookback_rnn')
    flags, others = parser.parse_known_args(arguments)
    folder, training, held_out = flags.folder.rstrip('/'), *records.stems(flags.config)

    def write(name):
        return WriteToTFRecord(posixpath.join(flags.output, name), file_name_suffix='.tfrecord')

    pipeline = beam.Pipeline(options=PipelineOptions(others))
    # `**` is any folder below, too.
    paths = [found.path for found in FileSystems.match([folder + '/**'])[0].metadata_list]
    music = pipeline | 'Files' >> beam.Create(paths) | 'Read' >> ReadMusic(folder)
    data = music.records | 'Extract' >> MakeExamples(flags.config)
    music.records | 'Notes' >> write('notes')
    data.training | 'Training' >> write(training)
    data.held_out | 'Held out' >> write(held_out)
    ((music.reports, data.reports) | beam.Flatten() | beam.Map(json.dumps)
     | 'Reports' >> WriteToText(posixpath.join(flags.output, 'reports'), file_name_suffix='.json'))

    result = pipeline.run()
    result.wait_until_finish()
    counts = collections.Counter()  # of both steps
    for counter in result.metrics().query(beam.metrics.MetricsFilter().with_namespace(NAMESPACE))['counters']:
        counts[counter.key.metric.name] += counter.committed
    for reason, count in counts.most_common():
        print(f'{count:8}  {reason}')


if __name__ == '__main__':
    main()
