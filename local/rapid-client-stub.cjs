// Loaded with --require before AWS's runtime client, in place of its native addon `rapid-client.node`, which takes
// minutes and a C++ tool chain to build. A streaming function uses the addon only to ask for its next event.
'use strict';
const http = require('node:http');
const Module = require('node:module');

// Only this process may take its events. It removes the secret from what the function's code sees.
const { SLUICE_RUNTIME_SECRET: secret } = process.env;
delete process.env.SLUICE_RUNTIME_SECRET;

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const { request: plainRequest } = http;
http.request = (options, ...rest) => {
  const isOwn = options?.hostname === hostname && String(options.port) === port;
  const headers = { ...options?.headers, 'sluice-runtime': secret };
  const request = plainRequest(isOwn ? { ...options, headers } : options, ...rest);
  // AWS's client would report for ever that it cannot report.
  if (isOwn) request.on('error', ({ code }) => code === 'ECONNREFUSED' && process.exit(1));
  return request;
};
// A connection of its own, as the addon has, so that `next` never waits behind a response that is still being
// sent.
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let reported = Promise.resolve();

function call(method, path, headers, body) {
  return new Promise((resolve, reject) => {
    const options = {
      hostname,
      port,
      agent,
      method,
      headers,
      path: `/2018-06-01/runtime/invocation/${path}`,
    };
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ bodyJson: Buffer.concat(chunks).toString(), headers: response.headers }),
      );
      response.on('error', reject);
    });
    request.on('error', reject).end(body);
  });
}

// The addon blocks until a report is sent; here the next request for an event waits for it.
function report(path, body) {
  reported = reported.then(() => call('POST', path, { 'content-type': 'application/json' }, body));
}

const client = {
  next: () => reported.then(() => call('GET', 'next', {})),
  done: (id, body) => report(`${id}/response`, body),
  error: (id, body) => report(`${id}/error`, body),
};

const load = Module._load;
Module._load = function (request, ...rest) {
  return request === './rapid-client.node' ? client : load.call(this, request, ...rest);
};
