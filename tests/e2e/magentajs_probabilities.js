// node magentajs_probabilities.js MODULES FOLDER < ASKED > ANSWER
//
// What Magenta.js's own MusicRNN (from MODULES, a node_modules folder) says of FOLDER. ASKED and
// ANSWER are JSON:
//   {"melodies": [[[pitch, start step, end step], ...], ...], "prefixes": [steps, ...]}
//   [melody: [prefix: [class: probability of what comes after so many steps]]]
'use strict';
const fs = require('fs');
const {withModel} = require('../../tools/magentajs/load.js');

const [, , modules, folder] = process.argv;

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

withModel(modules, folder, async model => {
  process.stdout.write(JSON.stringify(await answer(model, JSON.parse(fs.readFileSync(0, 'utf8')))));
});
