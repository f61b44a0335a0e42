// node magentajs_generate.js MODULES FOLDER STEPS
//
// A tune of STEPS steps by Magenta.js's own MusicRNN from a middle C, as a whole process: what
// `magenta generate` is compared with. The model of FOLDER comes over HTTP on loopback, since
// MusicRNN takes no file: addresses. Prints the number of notes.
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');

const [, , modules, folder, steps] = process.argv;
const print = console.log;
console.log = () => {};  // the library talks on stdout

const server = http.createServer((request, response) => {
  fs.readFile(path.join(folder, path.basename(request.url)), (error, bytes) => {
    response.writeHead(error ? 404 : 200);
    response.end(bytes);
  });
});

server.listen(0, '127.0.0.1', async () => {
  try {
    const {MusicRNN} = require(path.resolve(modules, '@magenta/music/node/music_rnn'));
    const model = new MusicRNN(`http://127.0.0.1:${server.address().port}`);
    await model.initialize();
    const primer = {
      notes: [{pitch: 60, quantizedStartStep: 0, quantizedEndStep: 1}],
      quantizationInfo: {stepsPerQuarter: 4},
      totalQuantizedSteps: 1
    };
    print((await model.continueSequence(primer, Number(steps) - 1, 1.0)).notes.length);
  } catch (error) {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
