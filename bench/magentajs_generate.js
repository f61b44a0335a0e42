// node magentajs_generate.js MODULES FOLDER STEPS
//
// A tune of STEPS steps by Magenta.js's own MusicRNN from a middle C, as a whole process: what
// `magenta generate` is compared with. Prints the number of notes.
'use strict';
const {withModel} = require('../tools/magentajs/load.js');

const [, , modules, folder, steps] = process.argv;
const primer = {
  notes: [{pitch: 60, quantizedStartStep: 0, quantizedEndStep: 1}],
  quantizationInfo: {stepsPerQuarter: 4},
  totalQuantizedSteps: 1
};

withModel(modules, folder, async model => {
  const tune = await model.continueSequence(primer, Number(steps) - 1, 1.0);
  process.stdout.write(`${tune.notes.length}\n`);
});
