// Loads a model's folder with Magenta.js's own MusicRNN, over HTTP on loopback since it takes no
// file: addresses.
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');

// Calls use(model) with the model of `folder`, by the library in `modules` (a node_modules folder).
// Where that fails, the reason goes to stderr and 1 becomes the exit status. The library's talk on
// stdout is dropped.
exports.withModel = (modules, folder, use) => {
  console.log = () => {};
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
      await use(model);
    } catch (error) {
      process.stderr.write(`${error.stack}\n`);
      process.exitCode = 1;
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
};
