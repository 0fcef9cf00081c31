import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AudioCodec, VideoCodec } from '../../functions/stream/media/model/codecs.ts';
import type { Container } from '../../functions/stream/media/model/containers.ts';
import { AUDIO_PAIRS, type Player, VIDEO_PAIRS } from '../../functions/stream/plan/client.ts';
import { launchBrowser } from '../../testing/browser.ts';
import { launchFirefox } from '../../testing/firefox.ts';
import { needs } from '../../testing/needs.ts';
import { ffmpeg } from '../../testing/verify.ts';

type Planned = { readonly extension: string; readonly type: string; readonly muxer: readonly string[] };

/** How Debian's ffmpeg writes a container; null for what no browser here is said to play. */
const CONTAINERS = {
  mp4: { extension: 'mp4', type: 'video/mp4', muxer: ['-f', 'mp4'] },
  mov: { extension: 'mov', type: 'video/quicktime', muxer: ['-f', 'mov'] },
  webm: { extension: 'webm', type: 'video/webm', muxer: ['-f', 'webm'] },
  matroska: { extension: 'mkv', type: 'video/matroska', muxer: ['-f', 'matroska'] },
  ogg: { extension: 'ogg', type: 'audio/ogg', muxer: ['-f', 'ogg'] },
  mp3: { extension: 'mp3', type: 'audio/mpeg', muxer: ['-f', 'mp3'] },
  adts: { extension: 'aac', type: 'audio/aac', muxer: ['-f', 'adts'] },
  flac: { extension: 'flac', type: 'audio/flac', muxer: ['-f', 'flac'] },
  wav: { extension: 'wav', type: 'audio/wav', muxer: ['-f', 'wav'] },
  mpegts: null,
  w64: null,
  avi: null,
  flv: null,
  amr: null,
  other: null,
} satisfies Record<Container, Planned | null>;

/** Each kind of audio in every codec that counts as it. */
const AUDIO_WAYS: Readonly<Partial<Record<AudioCodec, readonly (readonly string[])[]>>> = {
  aac: [['aac']],
  mp3: [['libmp3lame']],
  opus: [['libopus']],
  vorbis: [['libvorbis']],
  flac: [['flac'], ['flac', '-sample_fmt', 's32', '-bits_per_raw_sample', '24']],
  pcm: [['pcm_s16le']],
};
/** The MP4 muxer writes none: QuickTime's does, under the name of an MP4. */
const PCM_MUXER = ['-f', 'mov', '-brand', 'mp42'];
const WAV_SOUNDS = ['pcm_u8', 'pcm_s16le', 'pcm_s24le', 'pcm_s32le', 'pcm_f32le', 'pcm_alaw', 'pcm_mulaw'];

const IMAGE_CODECS: Readonly<Partial<Record<VideoCodec, readonly string[]>>> = {
  h264: ['libx264', '-preset', 'ultrafast'],
  hevc: ['libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none'],
  vp8: ['libvpx', '-deadline', 'realtime'],
  vp9: ['libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'],
  av1: ['libaom-av1', '-usage', 'realtime', '-cpu-used', '8'],
};

type Trial = {
  readonly what: string;
  readonly kind: 'audio' | 'video';
  readonly planned: Planned;
  readonly codec: readonly string[];
  readonly players: readonly Player[];
};

/** Every pair that the tables promise of a browser. */
function trials(): readonly Trial[] {
  const found: Trial[] = [];
  for (const [container, planned] of Object.entries(CONTAINERS)) {
    if (planned === null) continue;
    const audios: Readonly<Record<string, readonly Player[]>> = AUDIO_PAIRS[container as Container];
    for (const [codec, players] of Object.entries(audios)) {
      const ways =
        container === 'wav' && codec === 'pcm'
          ? WAV_SOUNDS.map((name) => [name])
          : (AUDIO_WAYS[codec as AudioCodec] ?? []);
      const muxer = container === 'mp4' && codec === 'pcm' ? PCM_MUXER : planned.muxer;
      for (const way of ways) {
        const what = `${way.join(' ')} in ${container}`;
        found.push({ what, kind: 'audio', planned: { ...planned, muxer }, codec: way, players });
      }
    }
    const videoPairs: Readonly<Record<string, readonly Player[]>> = VIDEO_PAIRS[container as Container];
    for (const [codec, players] of Object.entries(videoPairs)) {
      const way = IMAGE_CODECS[codec as VideoCodec];
      if (way) found.push({ what: `${codec} in ${container}`, kind: 'video', planned, codec: way, players });
    }
  }
  return found;
}

type Seen = {
  readonly ended: boolean;
  readonly error: string | null;
  readonly frames: number;
  readonly peak: number;
};

describe('what the tables say that browsers play', function () {
  this.timeout(500_000);
  let folder = '';
  let server: Server;
  let origin = '';
  const files = new Map<string, { bytes: Buffer; type: string }>();
  const all = trials();

  before(async function () {
    needs(this, 'chromium', 'firefox', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-pairs-'));
    for (const [i, { kind, planned, codec }] of all.entries()) {
      const path = join(folder, `${i}.${planned.extension}`);
      const source =
        kind === 'audio'
          ? ['-f', 'lavfi', '-i', 'sine=f=440:r=48000:d=0.6', '-af', 'volume=8', '-c:a']
          : ['-f', 'lavfi', '-i', 'testsrc=s=160x90:r=25:d=0.4', '-pix_fmt', 'yuv420p', '-c:v'];
      await ffmpeg(...source, ...codec, '-strict', '-2', ...planned.muxer, path);
      files.set(`/${i}`, { bytes: await readFile(path), type: planned.type });
    }
    server = createServer((request, response) => {
      const file = files.get(request.url ?? '');
      if (file === undefined) {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><body>');
        return;
      }
      const { bytes, type } = file;
      const [, from] = /^bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
      const start = Number(from ?? 0);
      const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
      const headers = { 'content-type': type, 'accept-ranges': 'bytes' };
      const part = from === undefined ? {} : { 'content-range': range };
      response.writeHead(from === undefined ? 200 : 206, { ...headers, ...part }).end(bytes.subarray(start));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(async () => {
    server?.close();
    if (folder !== '') await rm(folder, { recursive: true, force: true });
  });

  it('plays in Chromium', async () => {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(origin);
      await tryAll('chromium', (script) => page.evaluate(script));
    } finally {
      await browser.close();
    }
  });

  it('plays in Firefox', async () => {
    const browser = await launchFirefox();
    try {
      const page = await browser.newPage();
      await page.goto(origin);
      await tryAll('firefox', (script) => page.evaluate(script));
    } finally {
      await browser.close();
    }
  });

  async function tryAll(player: Player, evaluate: (script: string) => Promise<unknown>): Promise<void> {
    const silent: string[] = [];
    let tried = 0;
    for (const [i, { what, kind, players }] of all.entries()) {
      if (!players.includes(player)) continue;
      tried++;
      const seen = (await evaluate(playing(`/${i}`, kind))) as Seen;
      const isRight = seen.ended && (kind === 'video' ? seen.frames > 0 : seen.peak > 0.3);
      if (!isRight) silent.push(`${what}: ${JSON.stringify(seen)}`);
    }
    console.log(`      ${player}: ${tried} pairs of container and codec`);
    expect(silent).to.deep.equal([]);
  }
});

/** Plays a file to its end; audio is also decoded separately, since a machine without loudspeakers hears nothing. */
function playing(path: string, kind: 'audio' | 'video'): string {
  return `(async () => {
    const element = document.createElement('video');
    document.body.append(element);
    // Firefox gives up audio without a loudspeaker; an audio graph needs none.
    const context = new AudioContext();
    context.createMediaElementSource(element).connect(context.destination);
    element.src = ${JSON.stringify(path)};
    const ended = new Promise((resolve) => {
      element.addEventListener('ended', () => resolve(true), { once: true });
      element.addEventListener('error', () => resolve(false), { once: true });
      setTimeout(() => resolve(false), 15000);
    });
    element.play().catch(() => {});
    const hasEnded = await ended;
    let peak = 0;
    if (${JSON.stringify(kind)} === 'audio' && hasEnded) {
      const bytes = await (await fetch(element.src)).arrayBuffer();
      const decoded = await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(bytes);
      peak = decoded.getChannelData(0).reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    }
    const seen = {
      ended: hasEnded,
      error: element.error ? element.error.message || String(element.error.code) : null,
      frames: element.getVideoPlaybackQuality().totalVideoFrames,
      peak,
    };
    element.remove();
    await context.close();
    return seen;
  })()`;
}
