// node magentajs_probabilities.js MODULES FOLDER < ASKED > ANSWER
//
// Loads FOLDER with Magenta.js's own MusicRNN (from MODULES, a node_modules folder), over HTTP on
// loopback since it takes no file: addresses. ASKED and ANSWER are JSON:
//   {"melodies": [[[pitch, start step, end step], ...], ...], "prefixes": [steps, ...]}
//   [melody: [prefix: [class: probability of what comes after so many steps]]]
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');

const [, , modules, folder] = process.argv;
console.log = () => {};  // the library talks on stdout

function sequenceOf(notes, steps) {
  return {
    notes: notes.filter(([, start]) => start < steps).map(([pitch, start, end]) => ({
      pitch, quantizedStartStep: start, quantizedEndStep: Math.min(end, steps)
    })),
    quantizationInfo: {stepsPerQuarter: 4},
    totalQuantizedSteps: steps
  };
}

async function answer(model, asked) {
  const probabilities = [];
  for (const melody of asked.melodies) {
    const rows = [];
    for (const steps of asked.prefixes) {
      const {probs} = await model.continueSequenceAndReturnProbabilities(sequenceOf(melody, steps), 1);
      rows.push(Array.from(probs[0]));
    }
    probabilities.push(rows);
  }
  return probabilities;
}

const server = http.createServer((request, response) => {
  fs.readFile(path.join(folder, path.basename(request.url)), (error, bytes) => {
    response.writeHead(error ? 404 : 200);
    response.end(bytes);
  });
});

server.listen(0, '127.0.0.1', async () => {
  try {
    const {MusicRNN} = require(path.join(modules, '@magenta/music/node/music_rnn'));
    const model = new MusicRNN(`http://127.0.0.1:${server.address().port}`);
    await model.initialize();
    const result = await answer(model, JSON.parse(fs.readFileSync(0, 'utf8')));
    process.stdout.write(JSON.stringify(result));
  } catch (error) {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
