import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { ffmpegArguments } from '../../functions/stream/engine/arguments.ts';
import { createEngine } from '../../functions/stream/engine/ffmpeg.ts';
import { describeWithFfprobe } from '../../functions/stream/media/ffprobe/ffprobe.ts';
import type { Output } from '../../functions/stream/plan/output.ts';
import { cachedAccess, createBlockCache } from '../../functions/stream/source/cache.ts';
import { directorySource } from '../../functions/stream/source/directory.ts';
import { openLoopback } from '../../functions/stream/source/loopback.ts';
import { demoDirectory, localEnvironment, programsOf } from '../../local/function.ts';
import { ROOMY } from '../../testing/ample.ts';
import { type AttackFile, attackFiles } from '../../testing/attack-files.ts';
import { type Canary, startCanary } from '../../testing/canary.ts';
import { needsLinux } from '../../testing/needs.ts';
import { descendantsNamed } from '../../testing/processes.ts';
import { type Service, startService } from '../../testing/service.ts';
import { tellSecret } from '../../testing/tell-secret.ts';

const SECRET = `secret-${randomBytes(12).toString('hex')}`;
const EXTENSIONS = ['mp4', 'mov', 'mkv', 'ts'];
const ROUTES: ((key: string) => string)[] = [
  (key) => `/media/${key}`,
  (key) => `/media/${key}?faststart=1`,
  (key) => `/info/${key}`,
  (key) => `/stream/${key}`,
  (key) => `/stream/${key}?format=wav`,
  (key) => `/stream/${key}?format=mp4&height=90`,
  (key) => `/hls/${key}/master.m3u8`,
  (key) => `/hls/${key}/copy/index.m3u8`,
  (key) => `/hls/${key}/v-240/iframes.m3u8`,
  (key) => `/hls/${key}/v-240/init.mp4`,
  (key) => `/hls/${key}/v-240/0.m4s`,
  (key) => `/hls/${key}/v-240/iframe-0.m4s`,
  (key) => `/dash/${key}/manifest.mpd`,
  (key) => `/dash/${key}/a-0/0.m4s`,
  // Answered by events, until the export has failed or is done.
  (key) => `/export/${key}?format=wav&duration=1`,
  (key) => `/made/${key}/${'a'.repeat(22)}.wav`,
];

const AS_WAV: Output = {
  format: 'wav',
  video: null,
  audio: {
    kind: 'encode',
    stream: 'a:0',
    codec: 'pcm',
    channels: 1,
    sampleRate: 8_000,
    bits: 16,
    bitrate: null,
  },
  startSeconds: 0,
  durationSeconds: 1,
  prerollSeconds: 0,
  phaseSeconds: 0,
  speed: null,
  loudness: null,
  isTagged: false,
};

describe('files that refer to others', function () {
  this.timeout(600_000);
  let folder: string;
  let canary: Canary;
  before(async function () {
    needsLinux(this);
    tellSecret(SECRET);
    folder = await mkdtemp(join(tmpdir(), 'sluice-attack-'));
    await mkdir(join(folder, 'media'));
    canary = await startCanary(folder);
  });
  after(async () => {
    canary?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  /** Runs `work` for each kind of file, pointed at each of `targets`; resolves with their number. */
  async function forEach<Aim extends string>(
    targets: Readonly<Record<Aim, string>>,
    work: (file: AttackFile, aim: Aim, place: number) => Promise<void>,
  ): Promise<number> {
    let count = 0;
    for (const aim of Object.keys(targets) as Aim[]) {
      for (const [place, file] of attackFiles(targets[aim]).entries()) {
        await work(file, aim, place);
        count += 1;
      }
    }
    return count;
  }

  it('reach their aim in an ffmpeg without the sandbox, as a control', async () => {
    // That of the packages, since the built one opens no files and reads no playlists at all.
    const { FFMPEG_PATH } = await programsOf(null);
    const environment = { CANARY: SECRET };
    const reached = new Set<string>();
    const targets = { server: canary.url, file: canary.path, environment: '/proc/self/environ' };
    const count = await forEach(targets, async ({ kind, bytes, openings }, aim) => {
      const path = join(folder, 'attack');
      await writeFile(path, bytes);
      const hits = canary.hits.length;
      const input = ['-nostdin', '-v', 'error', '-protocol_whitelist', 'file,http,tcp,rtp,udp', ...openings];
      const output = await new Promise<Buffer>((resolve) => {
        execFile(
          FFMPEG_PATH,
          [...input, '-i', path, '-t', '1', '-c:a', 'pcm_s16le', '-f', 's16le', 'pipe:1'],
          { encoding: 'buffer', env: environment, timeout: 2_000, killSignal: 'SIGKILL' },
          (_error, stdout) => resolve(stdout),
        );
      });
      if (canary.hits.length > hits || output.includes(canary.token) || output.includes(SECRET)) {
        reached.add(`${kind} → ${aim}`);
      }
    });
    console.log(`      ${reached.size} of ${count} reached it: ${[...reached].join(', ')}`);
    for (const kind of ['hls', 'dash', 'ffconcat']) expect([...reached]).to.include(`${kind} → server`);
    for (const kind of ['hls', 'ffconcat', 'mov with an alias']) {
      expect([...reached]).to.include(`${kind} → file`);
    }
    expect([...reached]).to.include('mov with an alias → environment');
  });

  it('reach nothing from inside the sandbox, even if nobody has probed them before', async () => {
    const { FFMPEG_PATH = '', FFPROBE_PATH: ffprobePath = '' } = await localEnvironment({});
    const engine = createEngine(FFMPEG_PATH, ROOMY);
    const source = directorySource(join(folder, 'media'));
    const hits = canary.hits.length;
    const args = ffmpegArguments(AS_WAV, { maxPixels: 10_000_000 });
    let opened = 0;
    const targets = {
      server: canary.url,
      file: canary.path,
      environment: `/proc/${process.pid}/environ`,
      neighbour: basename(canary.path),
    };
    const count = await forEach(targets, async ({ bytes }) => {
      await writeFile(join(folder, 'media', 'attack.mp4'), bytes);
      const controller = new AbortController();
      const { signal } = controller;
      const object = await source.stat('attack.mp4', signal);
      const access = cachedAccess(source, object, signal, { cache: createBlockCache() });
      const { url, failure } = await openLoopback({ access, etag: object.etag, signal });
      const options = { signal, inputFailure: failure, onSpawn: () => {}, onExit: () => {} };
      const output = await engine.transcode(url, args, options).then(buffer).catch(asText);
      const seen = await describeWithFfprobe(url, {
        ffprobePath,
        isKnown: true,
        head: Buffer.alloc(0),
        signal,
      }).then(JSON.stringify, asText);
      controller.abort(new Error('done'));
      for (const text of [output, seen]) {
        for (const found of [canary.token, 'PATH=']) expect(text.includes(found)).to.equal(false);
      }
      opened += 1;
    });
    console.log(
      `      ${opened} of ${count} files by ffmpeg and by ffprobe: ${canary.hits.length - hits} hits`,
    );
    expect(canary.hits.length - hits).to.equal(0);
  });

  describe('by every route of the service', () => {
    let service: Service;
    before(async () => {
      service = await startService(
        { MEDIA_DIR: join(folder, 'media'), DERIVED_DIR: join(folder, 'derived'), CANARY: SECRET },
        // The second works on exports while the first tells of them.
        { maxInstances: 2, timeoutSeconds: 60 },
      );
    });
    after(() => service?.close());

    const instance = () => service.instances()[0]?.pid ?? expect.fail('no instance runs');

    it('reach no server, no file, no environment and no Runtime API', async () => {
      await ask(service, '/health');
      const pid = instance();
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1');
      // What is to be found there, if anybody finds it.
      expect(environment).to.include(SECRET);
      const [, api = ''] = /AWS_LAMBDA_RUNTIME_API=([^\0]+)/.exec(environment) ?? [];
      const hits = canary.hits.length;
      const statuses = new Map<number, number>();
      let requests = 0;
      const targets = {
        server: canary.url,
        file: canary.path,
        environment: `/proc/${pid}/environ`,
        runtime: `http://${api}/2018-06-01/runtime/invocation/next`,
      };
      const files = await forEach(targets, async ({ bytes }, aim, place) => {
        // Another extension for each aim, so that each kind comes in all of them.
        const extension = EXTENSIONS[(place + Object.keys(targets).indexOf(aim)) % EXTENSIONS.length];
        const key = `${aim}-${place}.${extension}`;
        await writeFile(join(folder, 'media', key), bytes);
        for (const route of ROUTES) {
          const { status, body } = await ask(service, route(key));
          requests += 1;
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          for (const found of [canary.token, SECRET, 'AWS_LAMBDA', 'rawPath']) {
            if (body.includes(found)) throw new Error(`${route(key)} gives ${found}`);
          }
        }
      });
      const tally = [...statuses].map(([status, count]) => `${count} × ${status}`).join(', ');
      console.log(`      ${files} files, ${requests} requests (${tally}): ${canary.hits.length - hits} hits`);
      expect(canary.hits.length - hits).to.equal(0);
      // An event that somebody else has fetched would not have been answered.
      expect(service.instances().map((one) => one.pid)).to.include(pid);
      expect((await ask(service, '/health')).status).to.equal(200);
      expect(service.logs.map(({ text }) => text).join('\n')).not.to.include(SECRET);
    });
  });

  it('find no secret in the environment of an ffmpeg at work', async () => {
    const service = await startService(
      { MEDIA_DIR: demoDirectory, CANARY: SECRET, MAX_CPU_SECONDS: '777' },
      { maxInstances: 1 },
    );
    try {
      await ask(service, '/health');
      const pid = service.instances()[0]?.pid ?? expect.fail('no instance runs');
      const answer = await fetch(`${service.url}/stream/video.mp4?format=mp4&height=720`);
      const [ffmpeg = 0, ...others] = await descendantsNamed(pid, 'ffmpeg');
      expect([ffmpeg > 0, others]).to.deep.equal([true, []]);
      const [parent, child, limits] = await Promise.all([
        readFile(`/proc/${pid}/environ`, 'latin1'),
        readFile(`/proc/${ffmpeg}/environ`, 'latin1'),
        readFile(`/proc/${ffmpeg}/limits`, 'latin1'),
      ]);
      expect(parent).to.include(SECRET);
      expect(child).not.to.include(SECRET);
      expect(child).to.equal('');
      expect(await readlink(`/proc/${ffmpeg}/cwd`)).to.equal('/');
      const limit = (name: string) => new RegExp(`^Max ${name} +(\\S+)`, 'm').exec(limits)?.[1];
      expect([limit('cpu time'), limit('file size'), limit('data size')]).to.deep.equal([
        '777',
        '0',
        String((2048 - 768 - 64) * 2 ** 20),
      ]);
      await answer.body?.cancel();
    } finally {
      await service.close();
    }
  });
});

const asText = (error: unknown) => String(error);

async function ask({ url }: Service, path: string): Promise<{ status: number; body: Buffer }> {
  const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(30_000) });
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
}
