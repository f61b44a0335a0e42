#!/usr/bin/env python3
"""A folder of music to a data set, by Apache Spark, on whatever --master names:

  spark_dataset.py --folder=music --output=data --config=lookback_rnn --master='local[2]' --parts=8

FOLDER and OUTPUT lie where all workers see them. The records are those of `magenta convert --recursive` and `magenta
dataset`, in the same order, a file a part. What became of each file and sequence stands in OUTPUT/reports.json, a line
each, and is counted.
"""
import argparse
import collections
import json
import os

try:
    from pyspark import SparkConf, SparkContext
except ModuleNotFoundError as error:
    raise SystemExit(f'spark_dataset.py: {error}. It needs Apache Spark: pip install pyspark, and Java') from None

from magenta_native import records, spark


def counted(reports):
    """As `magenta` counts: each track, or the whole where it has none."""
    counts = collections.Counter()
    for report in reports:
        counts.update([track['reason'] for track in report['tracks']] or [report['reason']])
    return counts


def convert(context, folder, output, config, parts):
    """The lines of the report."""
    os.makedirs(output, exist_ok=True)
    training, held_out = records.stems(config)
    found = records.find(folder, recursive=True)
    music = context.parallelize(found.paths, parts).mapPartitions(spark.music(folder)).cache()
    notes = music.flatMap(lambda file: file.records)
    data = notes.mapPartitions(spark.examples(config)).cache()
    for stem, wanted in ((training, False), (held_out, True)):
        part = data.filter(lambda made, wanted=wanted: made.held_out == wanted).flatMap(lambda made: made.records)
        part.mapPartitionsWithIndex(spark.save(output, stem, parts)).collect()
    notes.mapPartitionsWithIndex(spark.save(output, 'notes', parts)).collect()
    return found.reports + music.map(lambda file: file.report).collect() + data.map(lambda made: made.report).collect()


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--folder', required=True)
    parser.add_argument('--output', required=True)
    parser.add_argument('--config', default='lookback_rnn')
    parser.add_argument('--master', default='local[*]')
    parser.add_argument('--parts', type=int, default=8)
    flags = parser.parse_args(arguments)
    context = SparkContext(conf=SparkConf().setAppName('magenta dataset').setMaster(flags.master))
    try:
        reports = convert(context, flags.folder, flags.output, flags.config, flags.parts)
    finally:
        context.stop()
    with open(os.path.join(flags.output, 'reports.json'), 'w', encoding='utf-8') as file:
        file.writelines(json.dumps(report) + '\n' for report in reports)
    for reason, count in counted(reports).most_common():
        print(f'{count:8}  {reason}')


if __name__ == '__main__':
    main()
