import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { launchBrowser } from '../../testing/browser.ts';
import { type FaultProxy, startFaultProxy } from '../../testing/fault-proxy.ts';
import { launchFirefox } from '../../testing/firefox.ts';
import { linesWhich } from '../../testing/log-lines.ts';
import { type AnyPage, FOR_ANY_PAGE, watch } from '../../testing/media-element.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';
import { vlcCommand } from '../../testing/vlc.ts';

type Opened = { newPage(): Promise<AnyPage>; close(): Promise<void> };

const SECONDS = 320;

/** A file without an index, in which Chromium's demuxer seeks by bisection, whatever the server. */
const SEARCHED = /format=flac/;

/** Most of a cached film's bytes are remuxed; WebM is encoded, so that its film is short. */
const FORMS: readonly [what: string, path: string, seconds: number][] = [
  ['a remux', '/stream/long.mkv?format=mp4', SECONDS],
  ['a WebM', '/stream/short.mkv?format=webm&height=64', 8],
  ['a song as MP3', '/stream/song.flac?format=mp3', 60],
  ['a song as FLAC', '/stream/song.flac?format=flac&start=1', 59],
  ['a song as Opus', '/stream/song.flac?format=opus', 60],
  ['a song as WAV', '/stream/song.flac?format=wav', 60],
  ['a song in MP4', '/stream/song.flac?format=mp4', 60],
];

describe('A cached output plays at least as well as a live one', function () {
  this.timeout(180_000);
  let service: Service;
  /** One that caches nothing: each viewer is the first. */
  let live: Service;
  let proxy: FaultProxy;
  let folder: string;
  let derived: string;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-cached-'));
    derived = await mkdtemp(join(tmpdir(), 'sluice-derived-'));
    const film = async (seconds: number, name: string) => {
      const video = ['-f', 'lavfi', '-i', 'testsrc2=s=160x120:r=4'];
      const tone = ['-f', 'lavfi', '-i', 'sine=f=440:r=48000', '-t', String(seconds), '-c:a', 'aac'];
      await ffmpeg(
        ...video,
        ...tone,
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
        '-g',
        '8',
        join(folder, name),
      );
    };
    await film(SECONDS, 'long.mkv');
    await film(8, 'short.mkv');
    const noise = ['-f', 'lavfi', '-i', 'anoisesrc=r=44100:a=0.1:d=60'];
    await ffmpeg(...noise, '-c:a', 'flac', join(folder, 'song.flac'));
    service = await startService({ ...FOR_ANY_PAGE, MEDIA_DIR: folder, DERIVED_DIR: derived });
    live = await startService({ ...FOR_ANY_PAGE, MEDIA_DIR: folder });
    proxy = await startFaultProxy(service.url);
    for (const [i, [, path]] of FORMS.entries()) {
      const answer = await fetch(service.url + path);
      expect(answer.status).to.equal(200);
      await answer.arrayBuffer();
      const lines = await linesWhich(service, i + 1, ({ message }) => message === 'deferred');
      expect(lines.at(-1)).to.have.property('cached');
    }
  });
  after(async () => {
    await proxy?.close();
    await service?.close();
    await live?.close();
    for (const each of [folder, derived]) if (each) await rm(each, { recursive: true, force: true });
  });

  const asked = async <T>(work: () => Promise<T>) => {
    const from = proxy.requests.length;
    const result = await work();
    return { result, requests: proxy.requests.slice(from) };
  };

  const BROWSERS: readonly [name: 'chromium' | 'firefox', launch: () => Promise<Opened>][] = [
    ['chromium', launchBrowser],
    ['firefox', launchFirefox],
  ];
  for (const [name, launch] of BROWSERS) {
    it(`in ${name}: a request or two to begin, a request or two to seek`, async function () {
      needs(this, name);
      const browser = await launch();
      try {
        for (const [what, path, seconds] of FORMS) {
          const page = await browser.newPage();
          const first = await watch(page, live.url + path, 'canplay');
          const begun = await asked(() => watch(page, proxy.endpoint + path, 'canplay'));
          const sought = await asked(() => watch(page, proxy.endpoint + path, { seekTo: 0.7 }));
          const [own, firsts] = [begun.result, first].map(({ canplayMilliseconds }) =>
            Math.round(canplayMilliseconds ?? Number.NaN),
          );
          console.log(
            `      ${name}, ${what}: canplay after ${own} ms (of the first viewer ${firsts} ms) and ` +
              `${begun.requests.length} requests, ${sought.requests.length} more to 70 %`,
          );
          expect(begun.result.error).to.equal(null);
          for (const duration of begun.result.durations) expect(duration).to.be.closeTo(seconds, 0.1);
          expect(sought.result.currentTime).to.be.closeTo(seconds * 0.7, 0.1);
          expect(begun.requests.length).to.be.at.most(4);
          expect(sought.requests.length).to.be.at.most(SEARCHED.test(path) ? 10 : 4);
        }
      } finally {
        await browser.close();
      }
    });
  }

  it('in ffprobe: at most six requests, and the whole length', async () => {
    for (const [what, path, seconds] of FORMS) {
      const args = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0'];
      const { result, requests } = await asked(() => run('ffprobe', [...args, proxy.endpoint + path]));
      console.log(`      ffprobe, ${what}: ${requests.length} requests`);
      expect(Number(result.stdout)).to.be.closeTo(seconds, 0.1);
      expect(requests.length).to.be.at.most(6);
    }
  });

  it('in VLC: at most eight requests to start at the middle', async function () {
    needs(this, 'vlc');
    const home = await mkdtemp(join(tmpdir(), 'sluice-vlc-'));
    await chmod(home, 0o777);
    for (const [what, path, seconds] of FORMS) {
      const options = [`--start-time=${seconds / 2}`, '--run-time=2'];
      const { result, requests } = await asked(() =>
        run(...vlcCommand(proxy.endpoint + path, options), { env: { HOME: home }, maxBuffer: 2 ** 26 }),
      );
      console.log(`      VLC, ${what}: ${requests.length} requests to the middle`);
      expect(result.stdout + result.stderr).to.match(/Received first picture|mpeg audio|audio output/);
      expect(requests.length).to.be.at.most(8);
    }
    await rm(home, { recursive: true, force: true });
  });
});

const run = promisify(execFile);
