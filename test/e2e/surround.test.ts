import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { errorsOf, lagOf } from '../../testing/audio-error.ts';
import { launchBrowser } from '../../testing/browser.ts';
import { type JoinedRendition, joinedRendition } from '../../testing/joined-renditions.ts';
import { needs } from '../../testing/needs.ts';
import { openPlayerPage, type PlayerName, type PlayerPage } from '../../testing/players/player-page.ts';
import { readMedia } from '../../testing/playlists.ts';
import { type Service, startService } from '../../testing/service.ts';
import { surroundInput, surroundSamples, TONES, tonesOf } from '../../testing/surround.ts';
import { decode, ffmpeg, ffmpegOutput, probedPackets } from '../../testing/verify.ts';

const run = promisify(execFile);

const SECONDS = 12;
const WITHIN_MS = 60_000;
const FILMS = [
  ['ac3.mkv', ['-c:a', 'ac3', '-b:a', '448k']],
  ['eac3.mkv', ['-c:a', 'eac3', '-b:a', '384k']],
  ['eac3.mp4', ['-c:a', 'eac3', '-b:a', '384k']],
  ['aac.mp4', ['-c:a', 'aac', '-ac', '6', '-b:a', '384k']],
] as const;

describe('5.1 in HLS and DASH', function () {
  this.timeout(240_000);
  let folder: string;
  let media: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-surround-'));
    media = join(folder, 'media');
    await mkdir(media);
    const video = ['-f', 'lavfi', '-i', `testsrc2=s=160x90:r=24:d=${SECONDS}`, '-pix_fmt', 'yuv420p'];
    const coded = ['-c:v', 'libx264', '-g', '24', '-metadata:s:a', 'language=eng'];
    for (const [name, audio] of FILMS)
      await ffmpeg(...surroundInput(SECONDS), ...video, ...coded, ...audio, join(media, name));
    service = await startService({ MEDIA_DIR: media, DERIVED_DIR: join(folder, 'derived') });
  });
  after(async () => {
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function joined(name: string, id: string): Promise<JoinedRendition> {
    const uri = `${id}/index.m3u8`;
    return joinedRendition(`${service.url}/hls/${name}/${uri}`, uri, join(folder, 'whole.mp4'));
  }

  for (const [name, id] of [
    ['ac3.mkv', 'audio-0-surround'],
    ['eac3.mp4', 'audio-0-surround'],
    ['aac.mp4', 'audio-0-surround'],
    ['ac3.mkv', 'audio-0-ac3'],
    ['eac3.mkv', 'audio-0-eac3'],
    ['eac3.mp4', 'audio-0-eac3'],
  ] as const) {
    it(`keeps each loudspeaker's tone: ${id} of ${name}`, async () => {
      const { path, segments, plannedSeconds } = await joined(name, id);
      expect(await tonesOf(path)).to.deep.equal(TONES);
      const { complaints, seconds } = await decode(path, 'warning');
      expect([complaints, segments]).to.deep.equal(['', 5]);
      expect(seconds).to.be.closeTo(SECONDS, 0.05);
      expect(plannedSeconds).to.be.closeTo(SECONDS, 0.05);
    });
  }

  it('joins encoded segments without a click', async () => {
    const { path, uri } = await joined('ac3.mkv', 'audio-0-surround');
    const { segments } = readMedia(await (await fetch(`${service.url}/hls/ac3.mkv/${uri}`)).text());
    const [output, wanted] = [await surroundSamples(path), await surroundSamples(join(media, 'ac3.mkv'))];
    const channels = TONES.length;
    const lag = lagOf(output, wanted, channels, 1_100);
    // The priming of the encoder, which players hide.
    expect(lag).to.equal(-1024);
    const [early, late] = [Math.max(0, lag), Math.max(0, -lag)].map((samples) => samples * channels);
    const errors = errorsOf(output.subarray(late), wanted.subarray(early), channels);
    const joins = segments.slice(0, -1).map((_, i) => {
      const seconds = segments.slice(0, i + 1).reduce((sum, { duration }) => sum + duration, 0);
      return Math.round((seconds * 48_000) / 1024);
    });
    const near = new Set(joins.flatMap((frame) => [frame - 1, frame, frame + 1]));
    const inner = errors.map((error, frame) => ({ error, frame })).slice(4, -4);
    const most = (isIn: boolean) =>
      Math.max(...inner.filter(({ frame }) => near.has(frame) === isIn).map(({ error }) => error));
    console.log(
      `      5.1 as AAC: RMS error at joins ${most(true).toFixed(1)}, elsewhere ${most(false).toFixed(1)} (lag ${lag})`,
    );
    expect(most(true)).to.be.below(1.5 * most(false));
  });

  for (const [name, id, muxer] of [
    ['ac3.mkv', 'audio-0-ac3', 'ac3'],
    ['eac3.mkv', 'audio-0-eac3', 'eac3'],
    ['eac3.mp4', 'audio-0-eac3', 'eac3'],
  ] as const) {
    it(`copies every packet of ${name} in its place`, async () => {
      const { path } = await joined(name, id);
      const raw = (file: string) => ffmpegOutput('-i', file, '-map', '0:a', '-c', 'copy', '-f', muxer, '-');
      expect((await raw(path)).equals(await raw(join(media, name)))).to.equal(true);
      const times = (await probedPackets(path)).get(0)?.map((packet) => Number(packet.split(' ')[0])) ?? [];
      expect(times).to.have.length(SECONDS / 0.032);
      // ffmpeg's MP4 hides the encoder's priming by its edit list.
      const [first = 0] = times;
      expect(first).to.be.within(-5.4, 0);
      for (const [i, time] of times.entries()) expect(time - first).to.be.closeTo(32 * i, 0.11);
    });
  }

  const CLIENTS: readonly (readonly [PlayerName, string])[] = [
    ['hls.js', 'hls'],
    ['shaka-player', 'hls'],
    ['video.js', 'hls'],
    ['dash.js', 'dash'],
    ['shaka-player', 'dash'],
    ['video.js', 'dash'],
  ];

  describe('in Chromium', () => {
    let browser: Browser;
    before(async function () {
      needs(this, 'chromium');
      browser = await launchBrowser();
      // What is cached is there at once, however busy the machine is.
      for (const id of ['audio-0', 'audio-0-surround']) await joined('ac3.mkv', id);
    });
    after(() => browser?.close());

    for (const [player, route] of CLIENTS) {
      it(`${player} plays stereo of /${route} by itself, and 5.1 when it is told to`, async () => {
        const page = await openPlayerPage(browser, player, service.url, {
          aheadSeconds: 4,
          withinMs: WITHIN_MS,
        });
        const entry = route === 'hls' ? 'master.m3u8' : 'manifest.mpd';
        await page.start(`${service.url}/${route}/ac3.mkv/${entry}`, 90);
        await page.play();
        await page.until('it plays', ({ currentTime }) => currentTime > 1);
        expect(await page.audioNames()).to.deep.equal(['English', 'English (5.1)']);
        expect(audioAsked(page)).to.deep.equal(['audio-0']);
        await page.chooseAudio('English (5.1)');
        await page.until('5.1 is asked for', () => audioAsked(page).includes('audio-0-surround'));
        const { currentTime } = await page.look();
        // shaka-player loses a segment if it seeks while it switches.
        await page.until('it goes on', (sight) => sight.currentTime > currentTime + 1);
        await page.seek(SECONDS - 4);
        await page.until('it is there', ({ seeking, ready }) => !seeking && ready >= 3);
        const { audioBytes } = await page.look();
        await page.until('it ends', ({ ended }) => ended);
        const { audioBytes: most } = await page.look();
        // 5.1 has twice the bits of stereo.
        expect(most - audioBytes).to.be.above(100_000);
        // dash.js says what it leaves out.
        expect(page.complaints.filter((text) => !text.includes('CapabilitiesFilter'))).to.deep.equal([]);
        await page.close();
      });
    }
  });

  it('plays AC-3 in mpv when it is told to', async function () {
    needs(this, 'mpv');
    const heard = join(folder, 'heard.wav');
    const output = ['--vo=null', '--ao=pcm', `--ao-pcm-file=${heard}`, '--audio-channels=5.1', '--aid=3'];
    const address = `${service.url}/hls/ac3.mkv/master.m3u8`;
    const { stdout } = await run('mpv', ['--no-config', ...output, address], { timeout: WITHIN_MS });
    expect(stdout).to.match(/\(\+\) Audio --aid=3 .*\(ac3/);
    expect(await tonesOf(heard)).to.deep.equal(TONES);
  });
});

function audioAsked({ requests }: PlayerPage): readonly string[] {
  const found = requests.map((address) => /\/(audio-[^/]+)\/\d+\.m4s/.exec(address)?.[1] ?? []);
  return [...new Set(found.flat())];
}
