import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { launchBrowser } from '../../testing/browser.ts';
import { type FaultProxy, startFaultProxy } from '../../testing/fault-proxy.ts';
import { launchFirefox } from '../../testing/firefox.ts';
import { ffmpegRuns } from '../../testing/log-lines.ts';
import { type AnyPage, FOR_ANY_PAGE, watch } from '../../testing/media-element.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService, untilIdle } from '../../testing/service.ts';
import { makeNoise } from '../../testing/small-film.ts';

type Opened = {
  newPage(): Promise<AnyPage>;
  close(): Promise<void>;
};

const BROWSERS: readonly [name: 'chromium' | 'firefox', launch: () => Promise<Opened>][] = [
  ['chromium', launchBrowser],
  ['firefox', launchFirefox],
];

const CUT_BYTES = 120_000;
const TRANSCODE = 'height=96&bitrate=500k';

describe('A stream whose connection breaks in its middle', function () {
  this.timeout(120_000);
  let service: Service;
  let proxy: FaultProxy;
  let folder: string;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-broken-'));
    await makeNoise(join(folder, 'film.mp4'), 6);
    service = await startService({ ...FOR_ANY_PAGE, MEDIA_DIR: folder });
    proxy = await startFaultProxy(service.url);
  });
  after(async () => {
    await proxy?.close();
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  for (const [name, launch] of BROWSERS) {
    it(`is an error to ${name}, and is not produced again`, async function () {
      needs(this, name);
      const browser = await launch();
      try {
        const page = await browser.newPage();
        for (const { query, runs } of [
          { query: TRANSCODE, runs: 1 },
          { query: 'format=mp4&duration=5', runs: 0 },
        ]) {
          const before = { runs: ffmpegRuns(service), requests: proxy.requests.length };
          proxy.script({ kind: 'short', afterBytes: CUT_BYTES });
          const seen = await watch(page, `${proxy.endpoint}/stream/film.mp4?${query}`, 'end');
          // Firefox says so if too little came to begin with.
          expect(seen.ended).to.equal(false);
          expect(seen.error).to.be.oneOf([2, 4]);
          await untilIdle(service);
          const asked = proxy.requests.slice(before.requests);
          console.log(`      ${name}, ${query}: ${asked.join(', ')}`);
          expect(asked.length).to.be.at.most(2);
          expect(ffmpegRuns(service) - before.runs).to.equal(runs);
        }
      } finally {
        await browser.close();
      }
    });
  }

  for (const [name, args] of [
    ['curl', ['-s', '-f', '-C', '-', '-o']],
    ['wget', ['-q', '-t', '1', '-c', '-O']],
  ] as const) {
    it(`is not taken for the whole by ${name}, which goes on with what it has`, async () => {
      const path = join(folder, name);
      const address = `${proxy.endpoint}/stream/film.mp4?${TRANSCODE}`;
      proxy.always({ kind: 'short', afterBytes: CUT_BYTES });
      await failureOf(name, [...args, path, address]);
      proxy.always(null);
      await untilIdle(service);
      const { size } = await stat(path);
      const runs = ffmpegRuns(service);
      expect(await failureOf(name, [...args, path, address])).to.be.greaterThan(0);
      expect((await stat(path)).size).to.equal(size);
      await untilIdle(service);
      expect(ffmpegRuns(service) - runs).to.equal(0);
    });
  }
});

const run = promisify(execFile);

/** The exit code; 0 for success. */
async function failureOf(program: string, args: readonly string[]): Promise<number> {
  try {
    await run(program, [...args]);
    return 0;
  } catch (error) {
    return Number((error as { code?: unknown }).code);
  }
}
