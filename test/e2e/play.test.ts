import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type Scope, sign } from '../../functions/stream/route/sign.ts';
import { launchBrowser, openPage } from '../../testing/browser.ts';
import { CLIENT_HEADERS } from '../../testing/client-headers.ts';
import { launchFirefox } from '../../testing/firefox.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

const SECONDS = 6;
const SECRET = 'pl4y'.repeat(12);
const VARY = /\bAccept, User-Agent, X-Playback-Session-Id\b/;
/** Plays a video to its end; resolves with what it saw. */
const PLAY = `async (address) => {
  const video = document.createElement('video');
  document.body.append(video);
  video.muted = true;
  video.src = address;
  await video.play();
  while (!video.ended && video.error === null) {
    if (video.currentTime < 4) video.playbackRate = 4;
    await new Promise((done) => setTimeout(done, 50));
  }
  return { error: video.error?.message ?? null, time: video.currentTime, width: video.videoWidth };
}`;
type Seen = { readonly error: string | null; readonly time: number; readonly width: number };

describe('/play', function () {
  this.timeout(120_000);
  let folder: string;
  let service: Service;
  let signed: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-play-'));
    const source = [
      '-f',
      'lavfi',
      '-i',
      `testsrc2=s=160x90:r=24:d=${SECONDS}`,
      '-f',
      'lavfi',
      '-i',
      `sine=d=${SECONDS}`,
    ];
    const h264 = ['-c:v', 'libx264', '-g', '48', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
    await ffmpeg(...source, ...h264, '-movflags', '+faststart', join(folder, 'film.mp4'));
    await ffmpeg(...source, ...h264, join(folder, 'late.mp4'));
    await ffmpeg(...source, ...h264, join(folder, 'film.mkv'));
    await ffmpeg(...source, '-c:v', 'mpeg4', '-c:a', 'mp3', join(folder, 'old.avi'));
    service = await startService({ MEDIA_DIR: folder, PLAYER_PAGE: '1' }, { maxInstances: 10 });
    signed = await startService({ MEDIA_DIR: folder, SIGNING_KEYS: `main:${SECRET}`, PUBLIC: '0' });
  });
  after(async () => {
    await service?.close();
    await signed?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function ask(path: string, headers: Readonly<Record<string, string>>, { url } = service) {
    const response = await fetch(`${url}${path}`, { headers, redirect: 'manual' });
    const { status } = response;
    const [plan, location] = [response.headers.get('sluice-plan'), response.headers.get('location')];
    const bytes = Buffer.from(await response.arrayBuffer());
    return { status, plan, location, bytes, headers: response.headers };
  }

  for (const { name, isApple, headers } of CLIENT_HEADERS) {
    it(`sends ${name} what it plays`, async () => {
      for (const [key, plan] of [
        ['film.mp4', /^passthrough/],
        ['late.mp4', /^faststart/],
      ] as const) {
        const file = await ask(`/play/${key}`, headers);
        expect(file.plan).to.match(plan);
        const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
        expect(file.status).to.equal(headers.range === undefined ? 200 : 206);
        expect(file.headers.get('accept-ranges')).to.equal('bytes');
        if (last !== '') expect(file.bytes).to.have.length(Number(last) - Number(first) + 1);
        expect(file.headers.get('vary')).to.match(VARY);
        expect(file.headers.get('cache-control')).to.equal('no-cache');
      }
      for (const [key, plan] of [
        ['film.mkv', /^remux/],
        ['old.avi', /^transcode; format=mp4/],
      ] as const) {
        const other = await ask(`/play/${key}`, headers);
        expect(other.headers.get('vary')).to.match(VARY);
        if (isApple) {
          expect([other.status, other.location]).to.deep.equal([307, `/hls/${key}/master.m3u8`]);
          expect(other.plan).to.match(/^hls; reason="for a player of Apple's: /);
          expect(other.headers.get('cache-control')).to.equal('no-store');
          expect((await fetch(`${service.url}${other.location}`)).status).to.equal(200);
        } else {
          expect([other.status, other.location]).to.deep.equal([200, null]);
          expect(other.plan).to.match(plan);
          expect(other.bytes.toString('latin1', 4, 8)).to.equal('ftyp');
        }
      }
    });
  }

  it('answers HEAD alike, takes no parameters but those of others, and knows no other files', async () => {
    const apple = CLIENT_HEADERS[0]?.headers ?? {};
    const head = await fetch(`${service.url}/play/film.mkv`, {
      method: 'HEAD',
      headers: apple,
      redirect: 'manual',
    });
    expect([head.status, head.headers.get('location')]).to.deep.equal([307, '/hls/film.mkv/master.m3u8']);
    expect((await ask('/play/film.mkv?utm_source=mail', apple)).status).to.equal(307);
    expect((await ask('/play/film.mkv?height=90', apple)).status).to.equal(400);
    expect((await ask('/play/none.mkv', apple)).status).to.equal(404);
  });

  it('keeps the token of a signed key, and says of a signed address what it lacks', async () => {
    const apple = CLIENT_HEADERS[0]?.headers ?? {};
    const token = (scope: Scope) =>
      sign({ id: 'main', secret: SECRET }, scope, Math.floor(Date.now() / 1000) + 600);
    const open = `/~${token({ kind: 'key', key: 'film.mkv' })}`;
    const { status, location, headers } = await ask(`${open}/play/film.mkv`, apple, signed);
    expect([status, location]).to.deep.equal([307, `${open}/hls/film.mkv/master.m3u8`]);
    expect(headers.get('cache-control')).to.equal('no-store, private');
    expect((await fetch(`${signed.url}${location}`)).status).to.equal(200);
    const exact = `/~${token({ kind: 'address', address: '/play/film.mkv' })}/play/film.mkv`;
    const refused = await ask(exact, apple, signed);
    expect(refused.status).to.equal(403);
    expect(refused.bytes.toString()).to.contain('HLS, which this client needs, has another address');
    expect((await ask(exact, {}, signed)).status).to.equal(200);
    expect((await ask('/play/film.mkv', {}, signed)).status).to.equal(403);
  });

  for (const key of ['film.mp4', 'late.mp4', 'film.mkv', 'old.avi']) {
    it(`plays in Chromium and Firefox: ${key}`, async function () {
      needs(this, 'chromium', 'firefox');
      const chromium = await launchBrowser();
      const firefox = await launchFirefox();
      try {
        const { page } = await openPage(chromium);
        await page.goto(service.url);
        const fox = await firefox.newPage();
        await fox.goto(service.url);
        const address = JSON.stringify(`/play/${key}`);
        const seen: [string, Seen][] = [
          ['Chromium', await page.evaluate<Seen>(`(${PLAY})(${address})`)],
          ['Firefox', (await fox.evaluate(`(${PLAY})(${address})`)) as Seen],
        ];
        for (const [name, { error, time, width }] of seen) {
          expect([error, width], name).to.deep.equal([null, 160]);
          expect(time, name).to.be.closeTo(SECONDS, 0.2);
        }
      } finally {
        await chromium.close();
        await firefox.close();
      }
    });
  }

  it('leads mpv with headers of Apple’s to HLS, which it plays to the end', async function () {
    needs(this, 'mpv');
    const apple = 'X-Playback-Session-Id: E75B70F5-1EC5-4BE9-84F8-D9D2B44A77DF';
    const { stdout } = await promisify(execFile)('/usr/bin/mpv', [
      ...[
        '--no-config',
        '--vo=null',
        '--ao=null',
        '--untimed',
        '--ao-null-untimed',
        '--ytdl=no',
        '--msg-level=all=v',
      ],
      ...[`--http-header-fields=${apple}`, `${service.url}/play/film.mkv`],
    ]);
    expect(stdout).to.match(/hls/);
    expect(stdout).to.contain('EOF code: 1');
  });
});
