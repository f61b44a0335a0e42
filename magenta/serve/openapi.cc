// The description as it stands: tests hold its paths against the routes.

#include "magenta/serve/http_api.h"

namespace magenta {

std::string OpenApiJson() {
  return R"json({
"openapi": "3.0.3",
"info": {
  "title": "Magenta SequenceGenerator",
  "version": "1",
  "description": "Continues and fills NoteSequences. Messages are those of proto/magenta/generator.proto in protobuf's JSON mapping, as text or as bytes, by content type; audio/midi stands for a Standard MIDI File."
},
"paths": {
  "/v1/generators": {"get": {
    "summary": "The models, the default one first",
    "responses": {"200": {"description": "The models", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Generators"}}}}}}},
  "/v1/generators/{id}:generate": {"post": {
    "summary": "The input and what was generated",
    "parameters": [{"$ref": "#/components/parameters/id"}, {"$ref": "#/components/parameters/steps"}, {"$ref": "#/components/parameters/temperature"}, {"$ref": "#/components/parameters/seed"}],
    "requestBody": {"$ref": "#/components/requestBodies/Request"},
    "responses": {
      "200": {"description": "The response, in the form that Accept names, else in the request's",
        "headers": {"magenta-seed": {"schema": {"type": "integer"}}, "magenta-log-likelihood": {"schema": {"type": "number"}}},
        "content": {
          "application/json": {"schema": {"$ref": "#/components/schemas/Response"}},
          "application/x-protobuf": {"schema": {"type": "string", "format": "binary"}},
          "text/plain": {"schema": {"type": "string"}},
          "audio/midi": {"schema": {"type": "string", "format": "binary"}}}},
      "default": {"$ref": "#/components/responses/Error"}}}},
  "/v1/generators/{id}:stream": {"post": {
    "summary": "The same as server-sent events: `piece`s of the response, which merged are the response, then `done` or `error`",
    "parameters": [{"$ref": "#/components/parameters/id"}, {"$ref": "#/components/parameters/steps"}, {"$ref": "#/components/parameters/temperature"}, {"$ref": "#/components/parameters/seed"}],
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
    "steps": {"name": "steps", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1048576}, "description": "Length of the result in steps (sixteenths), the input's counted, as of `magenta generate --num_steps`. For audio/midi, 128 without it, and for messages that have no section to generate; beside sections an error"},
    "temperature": {"name": "temperature", "in": "query", "schema": {"type": "number", "default": 1}, "description": "As the argument of that name; also beam_size, branch_factor, steps_per_iteration"},
    "seed": {"name": "seed", "in": "query", "schema": {"type": "integer"}, "description": "The same seed, the same notes"}},
  "requestBodies": {"Request": {"required": true, "content": {
    "application/json": {"schema": {"$ref": "#/components/schemas/Request"}},
    "application/x-protobuf": {"schema": {"type": "string", "format": "binary"}},
    "text/plain": {"schema": {"type": "string"}},
    "audio/midi": {"schema": {"type": "string", "format": "binary"}}}}},
  "responses": {"Error": {"description": "What was wrong, where, and what to do", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}},
  "schemas": {
    "Generators": {"type": "object", "properties": {"generators": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}, "description": {"type": "string"}}}}}},
    "Note": {"type": "object", "properties": {"pitch": {"type": "integer", "minimum": 0, "maximum": 127}, "velocity": {"type": "integer", "minimum": 0, "maximum": 127}, "startTime": {"type": "number", "description": "seconds"}, "endTime": {"type": "number", "description": "seconds"}}},
    "NoteSequence": {"type": "object", "properties": {"notes": {"type": "array", "items": {"$ref": "#/components/schemas/Note"}}, "tempos": {"type": "array", "items": {"type": "object", "properties": {"time": {"type": "number"}, "qpm": {"type": "number"}}}}, "totalTime": {"type": "number"}}},
    "Section": {"type": "object", "properties": {"startTime": {"type": "number"}, "endTime": {"type": "number"}}},
    "Request": {"type": "object", "properties": {"inputSequence": {"$ref": "#/components/schemas/NoteSequence"}, "generatorOptions": {"type": "object", "properties": {"inputSections": {"type": "array", "maxItems": 1, "items": {"$ref": "#/components/schemas/Section"}}, "generateSections": {"type": "array", "items": {"$ref": "#/components/schemas/Section"}}, "args": {"type": "object", "additionalProperties": {"type": "object", "properties": {"intValue": {"type": "integer"}, "floatValue": {"type": "number"}, "boolValue": {"type": "boolean"}}}}}}}},
    "Response": {"type": "object", "properties": {"generatedSequence": {"$ref": "#/components/schemas/NoteSequence"}}},
    "Error": {"type": "object", "properties": {"error": {"type": "object", "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "remedy": {"type": "string"}}}}}}
}
}
)json";
}

}  // namespace magenta
