// The description as it stands: tests hold its paths against the routes.

#include "magenta/serve/http_api.h"

namespace magenta {

std::string OpenApiJson() {
  return R"json({
"openapi": "3.0.3",
"info": {
  "title": "Magenta SequenceGenerator",
  "version": "1",
  "description": "Continues and fills NoteSequences. Messages are those of proto/magenta/generator.proto in protobuf's JSON mapping, as text or as bytes, by content type; MIDI, MusicXML and ABC files are continued as they are."
},
"paths": {
  "/v1/generators": {"get": {
    "summary": "The models, the default one first: kind of music, grid, control, arguments",
    "responses": {"200": {"description": "The models", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Generators"}}}}}}},
  "/v1/generators/{id}:generate": {"post": {
    "summary": "The input and what was generated",
    "parameters": [{"$ref": "#/components/parameters/id"}, {"$ref": "#/components/parameters/bars"}, {"$ref": "#/components/parameters/new_steps"}, {"$ref": "#/components/parameters/num_steps"}, {"$ref": "#/components/parameters/tune"}, {"$ref": "#/components/parameters/primer_part"}, {"$ref": "#/components/parameters/primer_key"}, {"$ref": "#/components/parameters/accompaniment"}, {"$ref": "#/components/parameters/program"}, {"$ref": "#/components/parameters/render_chords"}, {"$ref": "#/components/parameters/backing_chords"}, {"$ref": "#/components/parameters/steps_per_chord"}, {"$ref": "#/components/parameters/chords_from"}, {"$ref": "#/components/parameters/temperature"}, {"$ref": "#/components/parameters/pitch_temperature"}, {"$ref": "#/components/parameters/top_k"}, {"$ref": "#/components/parameters/top_p"}, {"$ref": "#/components/parameters/min_p"}, {"$ref": "#/components/parameters/adapt"}, {"$ref": "#/components/parameters/key"}, {"$ref": "#/components/parameters/scale"}, {"$ref": "#/components/parameters/min_pitch"}, {"$ref": "#/components/parameters/max_pitch"}, {"$ref": "#/components/parameters/ending"}, {"$ref": "#/components/parameters/fill"}, {"$ref": "#/components/parameters/vary"}, {"$ref": "#/components/parameters/add"}, {"$ref": "#/components/parameters/keep"}, {"$ref": "#/components/parameters/density"}, {"$ref": "#/components/parameters/parallels"}, {"$ref": "#/components/parameters/notes_per_second"}, {"$ref": "#/components/parameters/pitch_class_histogram"}, {"$ref": "#/components/parameters/disable_conditioning"}, {"$ref": "#/components/parameters/condition_on_primer"}, {"$ref": "#/components/parameters/no_inject_primer_during_generation"}, {"$ref": "#/components/parameters/seed"}, {"$ref": "#/components/parameters/beam_size"}, {"$ref": "#/components/parameters/branch_factor"}, {"$ref": "#/components/parameters/steps_per_iteration"}, {"$ref": "#/components/parameters/reference_windows"}],
    "requestBody": {"$ref": "#/components/requestBodies/Request"},
    "responses": {
      "200": {"description": "The response, in the form that Accept names, else in the request's",
        "headers": {"magenta-seed": {"schema": {"type": "integer"}}, "magenta-log-likelihood": {"schema": {"type": "number"}}, "magenta-note": {"description": "What was done to the input, one header each", "schema": {"type": "string"}}},
        "content": {
          "application/json": {"schema": {"$ref": "#/components/schemas/Response"}},
          "application/x-protobuf": {"schema": {"type": "string", "format": "binary"}},
          "text/plain": {"schema": {"type": "string"}},
          "audio/midi": {"schema": {"type": "string", "format": "binary"}},
          "application/vnd.recordare.musicxml+xml": {"schema": {"type": "string"}},
          "text/vnd.abc": {"schema": {"type": "string"}},
          "audio/wav": {"schema": {"type": "string", "format": "binary", "description": "Where magenta-live is built, as pictures are"}},
          "image/svg+xml": {"schema": {"type": "string"}},
          "image/png": {"schema": {"type": "string", "format": "binary"}}}},
      "default": {"$ref": "#/components/responses/Error"}}}},
  "/v1/generators/{id}:stream": {"post": {
    "summary": "The same as server-sent events: `piece`s of the response, which merged are the response, then `done` or `error`",
    "parameters": [{"name": "distributions", "in": "query", "schema": {"type": "integer", "enum": [0, 1], "default": 0}, "description": "Whether there are events `distribution`, too: {time, step, pitches, hold, rest}, of models with attention {..., attention}, what the model expected at each step that is drawn"}, {"$ref": "#/components/parameters/id"}, {"$ref": "#/components/parameters/bars"}, {"$ref": "#/components/parameters/new_steps"}, {"$ref": "#/components/parameters/num_steps"}, {"$ref": "#/components/parameters/tune"}, {"$ref": "#/components/parameters/primer_part"}, {"$ref": "#/components/parameters/primer_key"}, {"$ref": "#/components/parameters/accompaniment"}, {"$ref": "#/components/parameters/program"}, {"$ref": "#/components/parameters/render_chords"}, {"$ref": "#/components/parameters/backing_chords"}, {"$ref": "#/components/parameters/steps_per_chord"}, {"$ref": "#/components/parameters/chords_from"}, {"$ref": "#/components/parameters/temperature"}, {"$ref": "#/components/parameters/pitch_temperature"}, {"$ref": "#/components/parameters/top_k"}, {"$ref": "#/components/parameters/top_p"}, {"$ref": "#/components/parameters/min_p"}, {"$ref": "#/components/parameters/adapt"}, {"$ref": "#/components/parameters/key"}, {"$ref": "#/components/parameters/scale"}, {"$ref": "#/components/parameters/min_pitch"}, {"$ref": "#/components/parameters/max_pitch"}, {"$ref": "#/components/parameters/ending"}, {"$ref": "#/components/parameters/fill"}, {"$ref": "#/components/parameters/vary"}, {"$ref": "#/components/parameters/add"}, {"$ref": "#/components/parameters/keep"}, {"$ref": "#/components/parameters/density"}, {"$ref": "#/components/parameters/parallels"}, {"$ref": "#/components/parameters/notes_per_second"}, {"$ref": "#/components/parameters/pitch_class_histogram"}, {"$ref": "#/components/parameters/disable_conditioning"}, {"$ref": "#/components/parameters/condition_on_primer"}, {"$ref": "#/components/parameters/no_inject_primer_during_generation"}, {"$ref": "#/components/parameters/seed"}, {"$ref": "#/components/parameters/beam_size"}, {"$ref": "#/components/parameters/branch_factor"}, {"$ref": "#/components/parameters/steps_per_iteration"}, {"$ref": "#/components/parameters/reference_windows"}],
    "requestBody": {"$ref": "#/components/requestBodies/Request"},
    "responses": {
      "200": {"description": "Events", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
      "default": {"$ref": "#/components/responses/Error"}}}},
  "/healthz": {"get": {"summary": "ok, or 503 while the server is being stopped", "responses": {"200": {"description": "ok"}, "503": {"description": "draining"}}}},
  "/metrics": {"get": {"summary": "Counters for Prometheus", "responses": {"200": {"description": "Text format 0.0.4"}}}},
  "/openapi.json": {"get": {"summary": "This description", "responses": {"200": {"description": "OpenAPI 3.0"}}}}
},
"components": {
  "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
  "parameters": {
    "id": {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}, "description": "A generator's id, or `default`"},
    "bars": {"name": "bars", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 65536}, "description": "New bars, in the meter of the music. Of bars, new_steps and num_steps at most one, and none beside sections to generate; of a music file without any, 8 bars"},
    "new_steps": {"name": "new_steps", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1048576}, "description": "New steps (sixteenths)"},
    "num_steps": {"name": "num_steps", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1048576}, "description": "Length of the result in steps, the input's counted, as of `magenta generate --num_steps`; `steps` is the same"},
    "tune": {"name": "tune", "in": "query", "schema": {"type": "integer", "minimum": 0}, "description": "Of a book of ABC tunes the one of this number (X:, else its place)"},
    "primer_part": {"name": "primer_part", "in": "query", "schema": {"type": "string"}, "description": "The part that is continued, by number or name; of a book of tunes X: or title (5/2: part 2 of tune 5)"},
    "primer_key": {"name": "primer_key", "in": "query", "schema": {"type": "string"}, "description": "Of a model that moves primers to a key of its own: the key that the primer is taken to be in (C, F#, Bb, Am); without it the one that fits its notes best"},
    "fill": {"name": "fill", "in": "query", "schema": {"type": "string"}, "example": "5-8:alto,9:2", "description": "Of models of several parts: bars that are drawn anew, given all else; BARS or BARS:PARTS, several by commas"},
    "vary": {"name": "vary", "in": "query", "schema": {"type": "string"}, "example": "3-4", "description": "Of models of several parts: bars of which half the notes, chosen by the seed, are drawn anew; as fill says them"},
    "add": {"name": "add", "in": "query", "schema": {"type": "string"}, "example": "alto,bass", "description": "Of models of several parts: new parts, by commas: soprano (melody), alto, tenor, bass, chords, harmony"},
    "keep": {"name": "keep", "in": "query", "schema": {"type": "string", "enum": ["rhythm", "pitches"]}, "description": "What stays of what is filled or varied"},
    "density": {"name": "density", "in": "query", "schema": {"type": "string", "enum": ["sparse", "light", "medium", "busy", "dense", "0", "1", "2", "3", "4"]}, "description": "How many notes the drawn parts have"},
    "parallels": {"name": "parallels", "in": "query", "schema": {"type": "string", "enum": ["avoid", "allow"]}, "description": "Whether lines that are drawn may go in parallel fifths or octaves with others; avoided where the given lines avoid them"},
    "accompaniment": {"name": "accompaniment", "in": "query", "schema": {"type": "string", "enum": ["keep", "drop"], "default": "keep"}, "description": "Whether the other parts stay, up to where the music goes on"},
    "render_chords": {"name": "render_chords", "in": "query", "schema": {"type": "integer", "enum": [0, 1], "default": 0}, "description": "Of a model that plays over chords: whether they sound too"},
    "backing_chords": {"name": "backing_chords", "in": "query", "schema": {"type": "string"}, "description": "Of such a model: chord symbols by blanks, to play over (C G Am7 F/A; # is %23 in a query). They repeat where they are shorter, and say how long the new music is where nothing else does; without them the music's own"},
    "steps_per_chord": {"name": "steps_per_chord", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 65536}, "description": "Steps that each of them lasts; a bar of the meter where it is not said: 16 in 4/4, 12 in 3/4"},
    "chords_from": {"name": "chords_from", "in": "query", "schema": {"type": "string", "enum": ["start", "new"]}, "description": "Whether they begin at the start of the music or with what is new; without it new after a file, else start"},
    "program": {"name": "program", "in": "query", "schema": {"type": "string"}, "description": "The sound of the part that is continued: a General MIDI number, 0 to 127, or name"},
    "temperature": {"name": "temperature", "in": "query", "schema": {"type": "number", "minimum": 0, "maximum": 1000000}, "description": "Above 1 wilder, below 1 tamer, 0 always the most probable event; where nobody says it is the model's, 1 or (of score) 0.8"},
    "pitch_temperature": {"name": "pitch_temperature", "in": "query", "schema": {"type": "number", "minimum": 0, "maximum": 1000000}, "description": "Temperature of the choice among pitches alone; when notes begin and end stays as at temperature"},
    "top_k": {"name": "top_k", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}, "description": "Only the k most probable events are drawn; 0: all"},
    "top_p": {"name": "top_p", "in": "query", "schema": {"type": "number", "exclusiveMinimum": true, "minimum": 0, "maximum": 1, "default": 1}, "description": "Only the most probable events that have this probability together are drawn"},
    "min_p": {"name": "min_p", "in": "query", "schema": {"type": "number", "minimum": 0, "maximum": 1}, "description": "No event less probable than this part of the most probable one is drawn; where nobody says it is 0; of several lines that are drawn together, pitches alone, 0.2 of the most probable pitch"},
    "adapt": {"name": "adapt", "in": "query", "schema": {"type": "integer", "enum": [0, 1], "default": 0}, "description": "Whether what the piece has played so far, its motifs, says what may come next, beside what the model learned"},
    "key": {"name": "key", "in": "query", "schema": {"type": "string"}, "description": "Of a model that draws pitches: new notes are of this key alone (D, Bb minor, F#m; # is %23 in a query; without a mode major). Of the primer's own key it says nothing, as primer_key does"},
    "scale": {"name": "scale", "in": "query", "schema": {"type": "string", "enum": ["major", "minor", "harmonic_minor", "melodic_minor", "dorian", "phrygian", "lydian", "mixolydian", "locrian", "major_pentatonic", "minor_pentatonic", "blues", "whole_tone", "chromatic"]}, "description": "Of such a model: new notes are of this scale alone, on the tonic of key, or else of the key that the primer is taken to be in"},
    "min_pitch": {"name": "min_pitch", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": 127, "default": 0}, "description": "Of such a model: the lowest MIDI pitch of new notes, as they sound"},
    "max_pitch": {"name": "max_pitch", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": 127, "default": 127}, "description": "The highest one"},
    "ending": {"name": "ending", "in": "query", "schema": {"type": "integer", "enum": [0, 1], "default": 0}, "description": "Of such a model: whether the new music ends as a piece does, its last note on a beat of the last bar, the tonic, and long"},
    "seed": {"name": "seed", "in": "query", "schema": {"type": "integer"}, "description": "The same seed, the same notes"},
    "beam_size": {"name": "beam_size", "in": "query", "schema": {"type": "integer", "minimum": 1}, "description": "Sequences kept by beam search; where nobody says 1, of a fill 16, of parts beside given music 4"},
    "branch_factor": {"name": "branch_factor", "in": "query", "schema": {"type": "integer", "minimum": 0}, "description": "Continuations tried for each sequence of beam search; where nobody says 1, as with 0"},
    "steps_per_iteration": {"name": "steps_per_iteration", "in": "query", "schema": {"type": "integer", "minimum": 1}, "description": "Steps between two choices of beam search; where nobody says 1, of parts beside given music 24"},
    "reference_windows": {"name": "reference_windows", "in": "query", "schema": {"type": "integer", "enum": [0, 1], "default": 0}, "description": "Whether sections are as Magenta 2.x counts them"},
    "notes_per_second": {"name": "notes_per_second", "in": "query", "schema": {"type": "string"}, "example": "[2, 8]", "description": "Of models of performances that are told it: how dense the music is, a number or a list of numbers over the whole music; 15 where nobody says"},
    "pitch_class_histogram": {"name": "pitch_class_histogram", "in": "query", "schema": {"type": "string"}, "example": "[2,0,1,0,1,1,0,2,0,1,0,1]", "description": "Of models of performances that are told it: how much each pitch class sounds, twelve numbers from C up, or a list of such over the whole music; all alike where nobody says"},
    "disable_conditioning": {"name": "disable_conditioning", "in": "query", "schema": {"type": "string"}, "example": "[False, True]", "description": "Of optional_multiconditioned_performance_with_dynamics: whether the music is as the model likes it, whatever the two above say; False, True, or a list over the whole music"},
    "condition_on_primer": {"name": "condition_on_primer", "in": "query", "schema": {"type": "integer", "enum": [0, 1]}, "description": "Of polyphony: whether the music goes on from the input, or begins anew where it ends; it goes on where nobody says, with reference_windows it begins anew"},
    "no_inject_primer_during_generation": {"name": "no_inject_primer_during_generation", "in": "query", "schema": {"type": "integer", "enum": [0, 1], "default": 0}, "description": "Of polyphony: whether music that begins anew is not made over the notes of the input"}},
  "requestBodies": {"Request": {"required": true, "content": {
    "application/json": {"schema": {"$ref": "#/components/schemas/Request"}},
    "application/x-protobuf": {"schema": {"type": "string", "format": "binary"}},
    "text/plain": {"schema": {"type": "string"}},
    "audio/midi": {"schema": {"type": "string", "format": "binary"}},
    "application/vnd.recordare.musicxml+xml": {"schema": {"type": "string"}},
    "text/vnd.abc": {"schema": {"type": "string"}},
    "application/octet-stream": {"schema": {"type": "string", "format": "binary", "description": "Music of any format, told by its bytes; else as application/x-protobuf"}},
    "multipart/form-data": {"schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}, "additionalProperties": {"type": "string", "description": "Parameters, as in the query"}}}}}},
  "responses": {"Error": {"description": "What was wrong, where, and what to do", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}},
  "schemas": {
    "Generators": {"type": "object", "properties": {"generators": {"type": "array", "items": {"$ref": "#/components/schemas/Details"}}}},
    "Details": {"type": "object", "properties": {"id": {"type": "string"}, "description": {"type": "string"}, "kind": {"type": "string", "description": "melody, drum track, lead sheet"}, "stepsPerQuarter": {"type": "integer", "minimum": 1, "description": "The grid; else stepsPerSecond"}, "stepsPerSecond": {"type": "integer", "minimum": 1}, "hasControl": {"type": "boolean", "description": "Whether something beside the notes conditions it"}, "control": {"type": "string", "description": "chords: the input's chord symbols"}, "arguments": {"type": "array", "items": {"$ref": "#/components/schemas/Argument"}}}},
    "Argument": {"type": "object", "properties": {"name": {"type": "string"}, "type": {"type": "string", "enum": ["BOOL", "INT", "FLOAT", "STRING"]}, "low": {"type": "number"}, "lowExcluded": {"type": "boolean"}, "high": {"type": "number"}, "choices": {"type": "array", "items": {"type": "string"}}, "defaultValue": {"$ref": "#/components/schemas/ArgValue"}, "help": {"type": "string"}}},
    "ArgValue": {"type": "object", "properties": {"intValue": {"type": "integer"}, "floatValue": {"type": "number"}, "boolValue": {"type": "boolean"}, "stringValue": {"type": "string"}}},
    "Note": {"type": "object", "properties": {"pitch": {"type": "integer", "minimum": 0, "maximum": 127}, "velocity": {"type": "integer", "minimum": 0, "maximum": 127}, "startTime": {"type": "number", "description": "seconds"}, "endTime": {"type": "number", "description": "seconds"}}},
    "NoteSequence": {"type": "object", "properties": {"notes": {"type": "array", "items": {"$ref": "#/components/schemas/Note"}}, "tempos": {"type": "array", "items": {"type": "object", "properties": {"time": {"type": "number"}, "qpm": {"type": "number"}}}}, "totalTime": {"type": "number"}}},
    "Section": {"type": "object", "properties": {"startTime": {"type": "number"}, "endTime": {"type": "number"}}},
    "Request": {"type": "object", "properties": {"inputSequence": {"$ref": "#/components/schemas/NoteSequence"}, "generatorOptions": {"type": "object", "properties": {"inputSections": {"type": "array", "maxItems": 1, "items": {"$ref": "#/components/schemas/Section"}}, "generateSections": {"type": "array", "items": {"$ref": "#/components/schemas/Section"}}, "args": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/ArgValue"}}}}}},
    "Response": {"type": "object", "properties": {"generatedSequence": {"$ref": "#/components/schemas/NoteSequence"}}},
    "Error": {"type": "object", "properties": {"error": {"type": "object", "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "remedy": {"type": "string"}}}}}}
}
}
)json";
}

}  // namespace magenta
