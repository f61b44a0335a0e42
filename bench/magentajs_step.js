// node magentajs_step.js MODULES FOLDER
//
// A step of Magenta.js's own MusicRNN on its WebAssembly backend (SIMD). Says "ready", then for each
// line with a number of steps on standard input the seconds that one of them took: start it beside
// nn_bench and alternate.
'use strict';
const fs = require('fs');
const path = require('path');
const readline = require('readline');

const [, , modules, folder] = process.argv;
const library = name => require(path.resolve(modules, name));
const say = text => fs.writeSync(1, `${text}\n`);
const primer = {
  notes: [{pitch: 60, quantizedStartStep: 0, quantizedEndStep: 1}],
  quantizationInfo: {stepsPerQuarter: 4},
  totalQuantizedSteps: 1
};

async function main() {
  const {withModel} = require('../tools/magentajs/load.js');
  const tf = library('@tensorflow/tfjs');
  library('@tensorflow/tfjs-backend-wasm');
  // The backend is of a time when node had no fetch, and would give it the path of a file.
  const fetch = globalThis.fetch;
  globalThis.fetch = undefined;
  if (!await tf.setBackend('wasm')) throw new Error('there is no WebAssembly backend');
  globalThis.fetch = fetch;
  await withModel(modules, folder, async model => {
    // Without a temperature the likeliest class is taken, for which the backend has a kernel.
    const steps = count => model.continueSequence(primer, count);
    await steps(50);
    say('ready');
    for await (const line of readline.createInterface({input: process.stdin})) {
      const start = process.hrtime.bigint();
      await steps(Number(line));
      say(Number(process.hrtime.bigint() - start) / 1e9 / Number(line));
    }
  });
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
