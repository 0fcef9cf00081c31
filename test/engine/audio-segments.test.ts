import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { audioSegmentArguments } from '../../functions/stream/engine/audio-segment-arguments.ts';
import { fragmentsOf } from '../../functions/stream/engine/fragments.ts';
import { readFromPlaces } from '../../functions/stream/engine/read-from-places.ts';
import type { EncodedAudio, SegmentContext } from '../../functions/stream/engine/segment-context.ts';
import { encodedInit } from '../../functions/stream/engine/segments.ts';
import type { Segment } from '../../functions/stream/plan/presentation.ts';
import { demoDirectory } from '../../local/function.ts';
import { errorsOf, heardInOnePass, heardInSegments, joinErrors, lagOf } from '../../testing/audio-error.ts';
import { audioRendition, everything, openContext } from '../../testing/encoded.ts';
import { fragmentTimes } from '../../testing/fragment-times.ts';
import { corpusDirectory, needs } from '../../testing/needs.ts';

type AudioEncode = {
  readonly what: string;
  /** Sample rates of the source and of the encoded output. */
  readonly rates: readonly [source: number, encoded: number];
  readonly seconds: number;
} & ({ readonly path: string } | { readonly name: string; readonly coding: readonly string[] });

const output = (
  name: string,
  coding: string,
  rates: AudioEncode['rates'] = [44_100, 44_100],
  seconds = 4,
): AudioEncode => ({
  what: `${coding} in ${name}, ${rates.join(' to ')}`,
  name,
  coding: ['-c:a', ...coding.split(' ')],
  rates,
  seconds,
});

/** Half a second without audio, as in a recording that was stopped for a while. */
const GAP = 'asetpts=PTS+gte(T\\,1.7)*22528';

const ENCODES: readonly AudioEncode[] = [
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
  output('a.mp4', 'aac'),
  output('a.mkv', 'aac'),
  output('a.ts', 'aac'),
  output('a.aac', 'aac'),
  output('b.ts', 'aac', [48_000, 48_000]),
  output('a.mp3', 'libmp3lame -b:a 128k'),
  output('b.mp3', 'libmp3lame -b:a 128k -write_xing 0'),
  output('c.mp3', 'libmp3lame -q:a 3', [22_050, 22_050]),
  output('c.mkv', 'libmp3lame -b:a 192k'),
  output('d.flv', 'libmp3lame -b:a 192k'),
  output('e.avi', 'libmp3lame -b:a 192k'),
  output('d.mkv', 'ac3 -b:a 192k', [48_000, 48_000]),
  output('e.mkv', 'ac3 -b:a 192k'),
  output('f.ts', 'eac3 -b:a 192k', [48_000, 48_000]),
  output('a.ogg', 'libopus -b:a 128k', [48_000, 48_000]),
  output('a.webm', 'libopus -b:a 128k', [48_000, 48_000]),
  output('b.ogg', 'libvorbis -q:a 6'),
  output('b.webm', 'libvorbis -q:a 6'),
  output('a.flac', 'flac'),
  output('b.flac', 'flac', [96_000, 48_000]),
  output('f.mkv', 'flac'),
  output('a.wav', 'pcm_s16le'),
  output('a.mov', 'pcm_s16le', [48_000, 48_000]),
  output('g.mkv', 'pcm_s16le'),
  output('a.m4a', 'alac'),
  output('b.wav', 'pcm_s16le', [11_025, 48_000]),
  output('h.mp4', `aac -af ${GAP}`),
];

/** Steps of 16-bit audio below which nobody hears a difference. */
const INAUDIBLE = 16;

describe('segments of encoded audio', function () {
  this.timeout(120_000);
  let folder: string;
  const rows: Record<string, string>[] = [];

  before(async function () {
    needs(this, 'corpus', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-audio-'));
  });
  after(async () => {
    if (folder === undefined) return;
    console.table(rows);
    await rm(folder, { recursive: true });
  });

  for (const audio of ENCODES) {
    it(`join without a trace: ${audio.what}`, async () => {
      const path = await fileOf(audio);
      const context = await openContext(path);
      const rendition = audioRendition(context, {
        ...audio,
        sampleRate: audio.rates[1],
        lengths: [0.7, 0.5],
      });
      const parts = await everything(rendition, context);
      expectTimes(parts.slice(1), rendition);
      const { channels } = rendition;
      const heard = await heardInSegments(parts, join(folder, 'output.mp4'), channels);
      expect(heard.complaints).to.equal('');
      const frames = rendition.segments.reduce((sum, { durationTicks }) => sum + durationTicks / 1024, 0);
      expect(heard.samples.length).to.equal(frames * 1024 * channels);
      const wanted = await heardInOnePass(path, rendition, context);
      const lag = lagOf(heard.samples, wanted, channels);
      expect(Math.abs(lag), 'samples').to.be.at.most(audio.rates[1] / 1000);
      const found = joinErrors(errorsOf(heard.samples, shifted(wanted, lag, channels), channels), rendition);
      tell(audio.what, rendition, lag, found);
      expect(found.median).to.be.below(50);
      expect(found.worstJoin).to.be.below(Math.max(2 * found.p99, INAUDIBLE));
    });
  }

  it('would click without the frames around them', async () => {
    const path = await fileOf(output('a.flac', 'flac'));
    const context = await openContext(path);
    const rendition = audioRendition(context, { seconds: 5, sampleRate: 44_100, lengths: [0.7, 0.5] });
    const parts: Uint8Array[] = [await encodedInit(rendition, context)];
    for (const segment of rendition.segments) parts.push(await cutSharply(rendition, segment, context));
    const heard = await heardInSegments(parts, join(folder, 'output.mp4'), 2);
    const wanted = await heardInOnePass(path, rendition, context);
    const found = joinErrors(errorsOf(heard.samples, wanted, 2), rendition);
    tell('FLAC, cut sharply', rendition, 0, found);
    expect(found.median).to.be.below(50);
    expect(found.medianJoin).to.be.above(20 * found.p99);
  });

  async function fileOf(audio: AudioEncode): Promise<string> {
    if ('path' in audio) return audio.path.startsWith('/') ? audio.path : join(corpusDirectory, audio.path);
    const path = join(folder, audio.name);
    const [rate] = audio.rates;
    const left = '0.3*sin(2*PI*440*t)+0.1*sin(2*PI*3001*t)';
    const right = '0.3*sin(2*PI*554*t)+0.05*sin(2*PI*4777*t)';
    const tone = `aevalsrc='${left}|${right}':s=${rate}:d=${audio.seconds}`;
    const input = ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', tone];
    await promisify(execFile)('/usr/bin/ffmpeg', [...input, ...audio.coding, '-y', path]);
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

/** Encodes a segment from its very beginning, as if nothing were before it. */
async function cutSharply(
  { source: { audio } }: EncodedAudio,
  { startTicks, durationTicks }: Segment,
  context: SegmentContext,
): Promise<Buffer> {
  const part = { audio, sourceRate: audio.sampleRate, zeroSeconds: 0, grid: { kind: 'exact' as const } };
  const frames = { firstFrame: startTicks / 1024, frameCount: durationTicks / 1024 };
  const from = { seekSeconds: null, fillsFront: true };
  const { samples } = await readFromPlaces([{ ...from, splice: null }], context, () =>
    audioSegmentArguments({ ...part, ...frames, from }, context.limits),
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
  return buffer(Readable.from(fragmentsOf(packets(), audio.sampleRate), { objectMode: false }));
}

/**
 * Expects each segment to begin at the end of the one before; the first one starts with the encoder's
 * priming.
 */
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
