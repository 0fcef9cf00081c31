import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { App, Log } from '../../functions/stream/base/request-context.ts';
import { createLambdaHandler, type FunctionUrlEvent } from '../../functions/stream/lambda/lambda.ts';
import { demoDirectory } from '../../local/function.ts';
import { type Service, startService } from '../../testing/service.ts';

const LIVE_BYTES = 300_000;
/** An ffmpeg that never ends: with WAV it begins its output, with any other format it does not. */
const STUCK = `#!/bin/sh
case "$*" in *'-f wav'*) head -c ${LIVE_BYTES} /dev/zero;; esac
while :; do sleep 0.1; done
`;

describe('the Lambda adapter, behind the Function URL', function () {
  this.timeout(30_000);
  let folder: string;
  let service: Service;
  let stuck: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-lambda-'));
    stuck = join(folder, 'stuck');
    await writeFile(stuck, STUCK);
    await chmod(stuck, 0o755);
    service = await startService(
      { MEDIA_DIR: demoDirectory, FFMPEG_PATH: stuck },
      { timeoutSeconds: 4, takesAnyHost: true },
    );
  });
  after(async () => {
    await service.close();
    await rm(folder, { recursive: true });
  });

  /** Sends header fields unchanged, which `fetch` would set itself or refuse. */
  async function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
    const { hostname, port } = new URL(service.url);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest({ hostname, port, path, method, headers }, resolve).on('error', reject).end();
    });
    return {
      status: response.statusCode,
      headers: response.headers,
      body: (await buffer(response)).toString(),
    };
  }

  /** It is written after the answer. */
  async function logLine(requestId: string): Promise<string> {
    for (;;) {
      const line = service.logs.find(({ source, text }) => source !== 'platform' && text.includes(requestId));
      if (line !== undefined) return line.text;
      await delay(20);
    }
  }

  for (const host of ['a b', 'user:word@host', '[::', 'x/media', 'x#', 'x?']) {
    it(`takes the path from the request line, whatever Host says: ${host}`, async () => {
      const { status, body } = await ask('/media/nothing.mp4', { host });
      expect([status, JSON.parse(body).detail]).to.deep.equal([
        404,
        'There is no object with the key "nothing.mp4".',
      ]);
    });
  }

  for (const [method, path, status] of [
    ['POST', '/media/video.mp4', 405],
    ['GET', '/media/../video.mp4', 400],
    ['GET', '/media/nothing.mp4', 404],
    ['GET', '/media/video.mp4?height=1', 400],
  ] as const) {
    it(`gives the request's id and forbids sniffing when it answers ${method} ${path} with ${status}`, async () => {
      const answer = await ask(path, {}, method);
      expect(answer.status).to.equal(status);
      expect(answer.headers['x-request-id']).to.equal(JSON.parse(answer.body).requestId);
      expect(answer.headers['x-content-type-options']).to.equal('nosniff');
    });
  }

  for (const path of ['/info/video.mp4', '/media/nothing.mp4', '/media/video.mp4']) {
    it(`sends no body to HEAD ${path}`, async () => {
      const { headers } = await ask(path, {}, 'HEAD');
      const line = await logLine(String(headers['x-request-id']));
      expect(JSON.parse(line).bytes).to.equal(0);
    });
  }

  it('answers 504 in full when the time is up before the first byte, and goes on', async () => {
    const [instance] = service.instances();
    const { status, body } = await ask('/stream/video.mp4?format=mp3&duration=1');
    expect(status).to.equal(504);
    expect(JSON.parse(await logLine(JSON.parse(body).requestId)).level).to.equal('ERROR');
    expect(JSON.parse(body).type).to.equal('urn:sluice:problem:timeout');
    expect((await ask('/media/nothing.mp4')).status).to.equal(404);
    expect(service.instances().map(({ pid }) => pid)).to.include(instance?.pid);
    expect(service.counters().broken).to.equal(0);
  });

  it('breaks the body when the time is up, logs it, and leaves no process', async () => {
    const response = await fetch(`${service.url}/stream/video.mp4?format=wav&duration=2`);
    const requestId = response.headers.get('x-request-id') ?? '';
    expect(response.status).to.equal(200);
    const body = await response.arrayBuffer().then(
      () => 'ended',
      () => 'broken',
    );
    const line = JSON.parse(await logLine(requestId));
    expect([body, line.level, line.bytes]).to.deep.equal(['broken', 'ERROR', LIVE_BYTES]);
    expect(line.broken).to.match(/Problem: The time of one invocation is up\.$/);
    while (await isRunning(stuck)) await delay(20);
  });
});

/** Returns whether a process runs this script. */
async function isRunning(script: string): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.some((line) => line.includes(script));
}

describe('createLambdaHandler', () => {
  before(() =>
    Object.assign(globalThis, { awslambda: { HttpResponseStream: { from: (stream: unknown) => stream } } }),
  );
  after(() => Reflect.deleteProperty(globalThis, 'awslambda'));

  for (const [name, value] of [
    ['user-agent', 'caf\u0113'],
    ['authorization', 'hush\u0000'],
    ['x title', 'a'],
  ] as const) {
    it(`answers 400 to the header field ${JSON.stringify(`${name}: ${value}`)}`, async () => {
      const event: FunctionUrlEvent = {
        rawPath: '/health',
        rawQueryString: '',
        headers: { host: 'a', [name]: value },
        requestContext: { http: { method: 'GET' } },
      };
      const context = { awsRequestId: '1', getRemainingTimeInMillis: () => 30_000 };
      const app: App = async () => new Response('all');
      const lines: string[] = [];
      const log: Log = (level, _, fields) => lines.push(`${level} ${JSON.stringify(fields)}`);
      const out = new PassThrough();
      const body = buffer(out);
      await createLambdaHandler(app, log, [])(event, out, context);
      const { type, status } = JSON.parse(String(await body));
      expect([type, status]).to.deep.equal(['urn:sluice:problem:bad-request', 400]);
      expect(lines).to.have.length(1);
      expect(lines[0]).to.match(/^info (?!.*hush)/);
    });
  }

  it('ends the work of the invocation after the work behind the answer, and logs no host', async () => {
    let invocationSignal: AbortSignal | null = null;
    let during: boolean | null = null;
    const app: App = async (_, invocation) => {
      invocationSignal = invocation.invocationSignal;
      invocation.waitUntil(async () => {
        during = invocation.invocationSignal.aborted;
        return { notCached: 'made/1.mp4', why: 'at http://minio:9000/' };
      });
      return new Response('all');
    };
    const event: FunctionUrlEvent = {
      rawPath: '/health',
      rawQueryString: '',
      headers: {},
      requestContext: { http: { method: 'GET' } },
    };
    const context = { awsRequestId: '1', getRemainingTimeInMillis: () => 30_000 };
    const lines: unknown[] = [];
    const log: Log = (_, message, fields) => void (message === 'deferred' && lines.push(fields));
    await createLambdaHandler(app, log, [])(event, new PassThrough().resume(), context);
    expect(lines).to.deep.equal([{ requestId: '1', notCached: 'made/1.mp4', why: 'at http://…' }]);
    expect(during).to.equal(false);
    expect(invocationSignal).to.have.property('aborted', true);
  });
});
