"""The same as weather_primer.cc, with nothing but grpcio, its protocol compiler (grpcio-tools) and our
.proto files.

    python3 weather_primer.py 127.0.0.1:50051 < fortnight.csv

Prints the notes: pitch, start and end in seconds.
"""
import math
import os
import sys

import grpc

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'proto'))
messages = grpc.protos('magenta/generator.proto')
services = grpc.services('magenta/service.proto')

SCALE = [60, 62, 64, 67, 69, 72, 74, 76]  # pentatonic, from middle C
EIGHTH = 0.25  # seconds, at 120 quarters a minute


def fail(status, message):
    print('weather_primer:', message, file=sys.stderr)
    sys.exit(status)


def primer_of(table):
    """A note a day: warm days are high, rain lengthens them."""
    request = messages.GenerateSequenceRequest()
    primer = request.input_sequence
    primer.tempos.add(qpm=120)
    for number, line in enumerate(table, 1):
        if number == 1 and line.startswith('date'):
            continue
        try:
            celsius, rain = (float(text) for text in line.split(',')[1:3])
            if not (math.isfinite(celsius) and math.isfinite(rain)):
                raise ValueError
        except ValueError:
            fail(3, f'line {number} of the table is no date,temperature_c,rain_mm')
        start = primer.total_time
        pitch = SCALE[int(min(14, max(0, celsius)) / 2 + 0.5)]
        length = EIGHTH * (2 if rain > 1 else 1)
        primer.notes.add(pitch=pitch, velocity=90, start_time=start, end_time=start + length)
        primer.total_time = start + length
    if not primer.notes:
        fail(3, 'the table has no day. Give lines of date,temperature_c,rain_mm on stdin.')
    return request


def main():
    request = primer_of(sys.stdin)
    end = request.input_sequence.total_time
    request.generator_options.generate_sections.add(start_time=end, end_time=end + 16)
    request.generator_options.args['temperature'].float_value = 0.9
    if len(sys.argv) > 2:
        request.generator_options.args['seed'].int_value = int(sys.argv[2])
    server = sys.argv[1] if len(sys.argv) > 1 else '127.0.0.1:50051'
    with grpc.insecure_channel(server) as channel:
        try:
            response = services.SequenceGeneratorServiceStub(channel).GenerateSequence(request)
        except grpc.RpcError as error:
            fail(5, error.details())
    for note in response.generated_sequence.notes:
        print(note.pitch, note.start_time, note.end_time)


if __name__ == '__main__':
    main()
