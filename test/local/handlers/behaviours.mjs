// A function whose address chooses how it behaves. Runs under AWS's runtime client in function-url.test.ts.
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

const { HttpResponseStream, streamifyResponse } = globalThis.awslambda;

const text = { statusCode: 200, headers: { 'content-type': 'text/plain' } };
const open = (stream, prelude = text) => HttpResponseStream.from(stream, prelude);

async function send(stream, chunk, times) {
  for (let index = 0; index < times; index += 1) {
    if (!stream.write(chunk)) await once(stream, 'drain');
  }
}

const behaviours = {
  /** Answers with the event, the context and what an instance can see. */
  async '/echo'(event, stream, context) {
    const body = open(stream, { statusCode: 200, headers: { 'content-type': 'application/json' } });
    const { pid, env } = process;
    const remaining = context.getRemainingTimeInMillis();
    body.write(JSON.stringify({ event, pid, env, cwd: process.cwd(), context, remaining }));
    body.end();
  },

  async '/prelude'(event, stream) {
    const body = open(stream, JSON.parse(Buffer.from(event.body, 'base64').toString()));
    body.write(event.queryStringParameters?.body ?? '');
    body.end();
  },

  async '/gzip'(_event, stream) {
    const { gzipSync } = await import('node:zlib');
    const body = open(stream, { statusCode: 200, headers: { 'content-encoding': 'gzip' } });
    body.write(gzipSync('unpacked'));
    body.end();
  },

  async '/nuls'(_event, stream) {
    const body = open(stream);
    body.write(Buffer.alloc(20));
    body.end('end');
  },

  async '/no-prelude'(_event, stream) {
    stream.write('bytes without a prelude');
    stream.end();
  },

  /** The integration's content type, and then not what it promises. */
  async '/bad-prelude'(_event, stream) {
    stream.setContentType('application/vnd.awslambda.http-integration-response');
    stream.write('{"statusCode": "no", "headers": {}}\0\0\0\0\0\0\0\0rest');
    stream.end();
  },

  async '/cut-prelude'(_event, stream) {
    stream.setContentType('application/vnd.awslambda.http-integration-response');
    stream.write('{"statusCode": 200');
    stream.end();
  },

  async '/throw-first'() {
    throw new RangeError('before anything was written');
  },

  async '/throw-midway'(_event, stream) {
    const body = open(stream);
    body.write('half');
    await wait(20);
    throw new RangeError('in the middle');
  },

  async '/break-midway'(_event, stream) {
    const body = open(stream);
    body.write('half');
    await wait(50);
    body.destroy(new Error('on purpose'));
    await wait(60_000);
  },

  async '/exit-midway'(_event, stream) {
    open(stream).write('half');
    await wait(50);
    process.exit(3);
  },

  async '/exit-first'() {
    process.exit(3);
  },

  async '/hang-first'() {
    await wait(600_000);
  },

  async '/hang-midway'(_event, stream) {
    open(stream).write('half');
    await wait(600_000);
  },

  /** Ends its response, and keeps the instance for `ms` longer. */
  async '/linger'(event, stream) {
    const body = open(stream);
    body.write(String(process.pid));
    body.end();
    await wait(Number(event.queryStringParameters.ms));
  },

  /** Writes the first half, and the second when the file in `until` exists. */
  async '/hold'(event, stream) {
    const { existsSync } = await import('node:fs');
    const body = open(stream);
    body.write(`${process.pid}\n`);
    while (!existsSync(event.queryStringParameters.until)) await wait(5);
    body.end('released');
  },

  /** `mib` mebibytes, with a log line after each, beginning after `wait` milliseconds. */
  async '/bytes'(event, stream) {
    await wait(Number(event.queryStringParameters.wait ?? 0));
    const body = open(stream);
    const chunk = Buffer.alloc(32 * 1024, 7);
    for (let sent = 1; sent <= Number(event.queryStringParameters.mib); sent += 1) {
      await send(body, chunk, 32);
      process.stdout.write(`sent ${sent}\n`);
    }
    body.end();
  },

  /** Starts a child that would live on, and tells its pid. */
  async '/child'(_event, stream) {
    const { spawn } = await import('node:child_process');
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    // The runtime client of Node.js 20 and 22 waits for what holds the event loop.
    child.unref();
    const body = open(stream);
    body.write(JSON.stringify({ pid: process.pid, child: child.pid }));
    body.end();
  },
};

export const handler = streamifyResponse((event, stream, context) =>
  behaviours[event.rawPath](event, stream, context),
);

/** A handler that does not stream. */
export const buffered = async () => ({ statusCode: 200, body: 'whole' });
