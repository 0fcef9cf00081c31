import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Milliseconds from the connection on: to the first byte, and to the last. */
export type Received = { readonly first: number; readonly total: number; readonly bytes: number };

export type Client = {
  /** Sends a GET on a connection of its own. Rejects for an answer that is no 2xx, or breaks off. */
  receive(url: string, range?: string): Promise<Received>;
  close(): Promise<void>;
};

/**
 * Starts a client in a thread of its own, since the front that answers runs in this one. It counts the bytes of
 * the socket and parses nothing but the status, as it stands for players that are native programs.
 */
export function startClient(): Client {
  const worker = new Worker(THREAD, { eval: true });
  return {
    async receive(url, range) {
      worker.postMessage({ url, range });
      const [answer] = (await once(worker, 'message')) as [Received & { status: number }];
      if (answer.status < 200 || answer.status > 299) throw new Error(`${url} answered ${answer.status}`);
      return answer;
    },
    close: async () => void (await worker.terminate()),
  };
}

const THREAD = `
const { parentPort } = require('node:worker_threads');
const { connect } = require('node:net');
const buffer = Buffer.alloc(1024 * 1024);
parentPort.on('message', ({ url, range }) => {
  const { hostname, port, pathname, search } = new URL(url);
  const start = performance.now();
  let [bytes, first, status] = [0, 0, 0];
  const onread = { buffer, callback(size) {
    if (bytes === 0) {
      first = performance.now() - start;
      status = Number(buffer.toString('latin1', 9, 12));
    }
    bytes += size;
    return true;
  } };
  const socket = connect({ host: hostname, port: Number(port), onread });
  const asked = range === undefined ? '' : 'Range: bytes=' + range + '\\r\\n';
  socket.write('GET ' + pathname + search + ' HTTP/1.1\\r\\nHost: ' + hostname + '\\r\\nConnection: close\\r\\n' + asked + '\\r\\n');
  socket.on('error', () => { status = 0; });
  socket.on('close', () => parentPort.postMessage({ first, total: performance.now() - start, bytes, status }));
});`;
