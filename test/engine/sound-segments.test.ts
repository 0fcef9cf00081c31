import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { fragmentsOf } from '../../functions/stream/engine/fragments.ts';
import { readFromPlaces } from '../../functions/stream/engine/read-from-places.ts';
import type { EncodedAudio, SegmentDesk } from '../../functions/stream/engine/segment-desk.ts';
import { encodedInit } from '../../functions/stream/engine/segments.ts';
import { soundSegmentArguments } from '../../functions/stream/engine/sound-segment-arguments.ts';
import type { Segment } from '../../functions/stream/plan/presentation.ts';
import { demoDirectory } from '../../local/function.ts';
import { audioRendition, everything, openDesk } from '../support/encoded.ts';
import { fragmentTimes } from '../support/fragment-times.ts';
import { corpusDirectory, needs } from '../support/needs.ts';
import { errorsOf, heardInOnePass, heardInSegments, joinErrors, lagOf } from '../support/sound-error.ts';

type Sound = {
  readonly what: string;
  /** Of the source where it is made, and of what is encoded. */
  readonly rates: readonly [source: number, encoded: number];
  readonly seconds: number;
} & ({ readonly path: string } | { readonly name: string; readonly coding: readonly string[] });

const made = (
  name: string,
  coding: string,
  rates: Sound['rates'] = [44_100, 44_100],
  seconds = 4,
): Sound => ({
  what: `${coding} in ${name}, ${rates.join(' to ')}`,
  name,
  coding: ['-c:a', ...coding.split(' ')],
  rates,
  seconds,
});

/** Half a second without sound, as a recording has it that was stopped for a while. */
const GAP = 'asetpts=PTS+gte(T\\,1.7)*22528';

const SOUNDS: readonly Sound[] = [
  {
    what: 'the demo film, 5.1',
    path: join(demoDirectory, 'video.mp4'),
    rates: [48_000, 48_000],
    seconds: 30,
  },
  { what: 'a voice, MP3', path: 'audio/audio-lena__lena.mp3', rates: [44_100, 44_100], seconds: 12 },
  {
    what: 'a voice, MP3, resampled',
    path: 'audio/audio-lena__lena.mp3',
    rates: [44_100, 48_000],
    seconds: 12,
  },
  { what: 'a voice, FLAC', path: 'audio/audio-lena__lena.flac', rates: [44_100, 44_100], seconds: 12 },
  {
    what: 'a voice, times that jump to and fro',
    path: 'audio/audio-lena__lena.m4a',
    rates: [44_100, 44_100],
    seconds: 12,
  },
  { what: 'a voice, Vorbis', path: 'audio/audio-lena__lena.ogg', rates: [44_100, 44_100], seconds: 12 },
  { what: 'a voice, Opus', path: 'audio/audio-lena__lena.opus', rates: [48_000, 48_000], seconds: 12 },
  {
    what: 'music, MP3 of variable bitrate',
    path: 'audio/mediabunny__Toothsome-Meme.VBRv2.mp3',
    rates: [24_000, 24_000],
    seconds: 12,
  },
  { what: 'FLV', path: 'legacy/lpms__test.flv', rates: [44_100, 44_100], seconds: 8 },
  { what: 'an edit list', path: 'mp4/mediabunny__edts.mp4', rates: [44_100, 44_100], seconds: 9 },
  made('a.mp4', 'aac'),
  made('a.mkv', 'aac'),
  made('a.ts', 'aac'),
  made('a.aac', 'aac'),
  made('b.ts', 'aac', [48_000, 48_000]),
  made('a.mp3', 'libmp3lame -b:a 128k'),
  made('b.mp3', 'libmp3lame -b:a 128k -write_xing 0'),
  made('c.mp3', 'libmp3lame -q:a 3', [22_050, 22_050]),
  made('c.mkv', 'libmp3lame -b:a 192k'),
  made('d.flv', 'libmp3lame -b:a 192k'),
  made('e.avi', 'libmp3lame -b:a 192k'),
  made('d.mkv', 'ac3 -b:a 192k', [48_000, 48_000]),
  made('e.mkv', 'ac3 -b:a 192k'),
  made('f.ts', 'eac3 -b:a 192k', [48_000, 48_000]),
  made('a.ogg', 'libopus -b:a 128k', [48_000, 48_000]),
  made('a.webm', 'libopus -b:a 128k', [48_000, 48_000]),
  made('b.ogg', 'libvorbis -q:a 6'),
  made('b.webm', 'libvorbis -q:a 6'),
  made('a.flac', 'flac'),
  made('b.flac', 'flac', [96_000, 48_000]),
  made('f.mkv', 'flac'),
  made('a.wav', 'pcm_s16le'),
  made('a.mov', 'pcm_s16le', [48_000, 48_000]),
  made('g.mkv', 'pcm_s16le'),
  made('a.m4a', 'alac'),
  made('b.wav', 'pcm_s16le', [11_025, 48_000]),
  made('h.mp4', `aac -af ${GAP}`),
];

/** Steps of 16-bit sound below which nobody hears a thing, whatever the rest is. */
const INAUDIBLE = 16;

describe('segments of encoded sound', function () {
  this.timeout(120_000);
  let folder: string;
  const rows: Record<string, string>[] = [];

  before(async function () {
    needs(this, 'corpus', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-sounds-'));
  });
  after(async () => {
    if (folder === undefined) return;
    console.table(rows);
    await rm(folder, { recursive: true });
  });

  for (const sound of SOUNDS) {
    it(`join without a trace: ${sound.what}`, async () => {
      const path = await fileOf(sound);
      const desk = await openDesk(path);
      const rendition = audioRendition(desk, { ...sound, sampleRate: sound.rates[1], lengths: [0.7, 0.5] });
      const parts = await everything(rendition, desk);
      expectTimes(parts.slice(1), rendition);
      const { channels } = rendition;
      const heard = await heardInSegments(parts, join(folder, 'made.mp4'), channels);
      expect(heard.complaints).to.equal('');
      const frames = rendition.segments.reduce((sum, { durationTicks }) => sum + durationTicks / 1024, 0);
      expect(heard.samples.length).to.equal(frames * 1024 * channels);
      const wanted = await heardInOnePass(path, rendition, desk);
      const lag = lagOf(heard.samples, wanted, channels);
      expect(Math.abs(lag), 'samples').to.be.at.most(sound.rates[1] / 1000);
      const found = joinErrors(errorsOf(heard.samples, shifted(wanted, lag, channels), channels), rendition);
      tell(sound.what, rendition, lag, found);
      expect(found.median).to.be.below(50);
      expect(found.worstJoin).to.be.below(Math.max(2 * found.p99, INAUDIBLE));
    });
  }

  it('would click without the frames around them', async () => {
    const path = await fileOf(made('a.flac', 'flac'));
    const desk = await openDesk(path);
    const rendition = audioRendition(desk, { seconds: 5, sampleRate: 44_100, lengths: [0.7, 0.5] });
    const parts: Uint8Array[] = [await encodedInit(rendition, desk)];
    for (const segment of rendition.segments) parts.push(await cutSharply(rendition, segment, desk));
    const heard = await heardInSegments(parts, join(folder, 'made.mp4'), 2);
    const wanted = await heardInOnePass(path, rendition, desk);
    const found = joinErrors(errorsOf(heard.samples, wanted, 2), rendition);
    tell('FLAC, cut sharply', rendition, 0, found);
    expect(found.median).to.be.below(50);
    expect(found.medianJoin).to.be.above(20 * found.p99);
  });

  async function fileOf(sound: Sound): Promise<string> {
    if ('path' in sound) return sound.path.startsWith('/') ? sound.path : join(corpusDirectory, sound.path);
    const path = join(folder, sound.name);
    const [rate] = sound.rates;
    const left = '0.3*sin(2*PI*440*t)+0.1*sin(2*PI*3001*t)';
    const right = '0.3*sin(2*PI*554*t)+0.05*sin(2*PI*4777*t)';
    const tone = `aevalsrc='${left}|${right}':s=${rate}:d=${sound.seconds}`;
    const input = ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', tone];
    await promisify(execFile)('/usr/bin/ffmpeg', [...input, ...sound.coding, '-y', path]);
    return path;
  }

  function tell(what: string, { segments }: EncodedAudio, lag: number, found: ReturnType<typeof joinErrors>) {
    const { medianJoin, worstJoin, median, p99 } = found;
    const figures = Object.entries({ medianJoin, worstJoin, median, p99 });
    const joins = String(segments.length - 1);
    rows.push({
      what,
      joins,
      lag: String(lag),
      ...Object.fromEntries(figures.map(([name, error]) => [name, error.toFixed(1)])),
    });
  }
});

function shifted(samples: Float32Array, lag: number, channels: number): Float32Array {
  const moved = new Float32Array(samples.length);
  for (let i = 0; i < samples.length; i++) moved[i] = samples[i + lag * channels] ?? 0;
  return moved;
}

/** A segment that its encoder begins with, as if nothing were before it. */
async function cutSharply(
  { source: { sound } }: EncodedAudio,
  { startTicks, durationTicks }: Segment,
  desk: SegmentDesk,
): Promise<Buffer> {
  const part = { sound, sourceRate: sound.sampleRate, zeroSeconds: 0, grid: { kind: 'exact' as const } };
  const frames = { firstFrame: startTicks / 1024, frameCount: durationTicks / 1024 };
  const from = { seekSeconds: null, fillsFront: true };
  const { samples } = await readFromPlaces([{ ...from, splice: null }], desk, () =>
    soundSegmentArguments({ ...part, ...frames, from }, desk.limits),
  );
  const packets = async function* () {
    let dts = startTicks + (startTicks === 0 ? 0 : 1024);
    let isPriming = startTicks > 0;
    for await (const { data } of samples) {
      if (!isPriming && dts < startTicks + durationTicks + 1024) {
        yield { data, dts, pts: dts, duration: 1024, isSync: true };
        dts += 1024;
      }
      isPriming = false;
    }
  };
  return buffer(Readable.from(fragmentsOf(packets(), sound.sampleRate), { objectMode: false }));
}

/** Each segment begins where the one before ends; the first one has the encoder's priming in front. */
function expectTimes(segments: readonly Buffer[], { segments: planned }: EncodedAudio): void {
  let next = 0;
  for (const [i, segment] of segments.entries()) {
    const start = planned[i]?.startTicks ?? Number.NaN;
    expect(next).to.equal(i === 0 ? 0 : start + 1024);
    for (const { decodeTime, samples } of fragmentTimes(segment)) {
      expect(decodeTime).to.equal(next);
      for (const { duration, offset } of samples) {
        expect([duration, offset]).to.deep.equal([1024, 0]);
        next += duration;
      }
    }
  }
}
