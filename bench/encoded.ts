import { type SpawnOptionsWithStdioTuple, spawn } from 'node:child_process';
import type { FfmpegArguments } from '../functions/stream/engine/arguments.ts';
import type { Engine } from '../functions/stream/engine/ffmpeg.ts';
import { openEncodedSegment } from '../functions/stream/engine/segments.ts';
import type { Rendition } from '../functions/stream/plan/presentation.ts';
import { audioRendition, openContext, ownFfmpeg, videoRendition } from '../testing/encoded.ts';
import { interleave } from '../testing/rounds.ts';
import { timed } from '../testing/timed.ts';
import type { Client } from './client.ts';
import { cpuSeconds } from './cpu.ts';
import { demoFilm } from './demo-film.ts';
import type { Row, Table } from './report.ts';

/** From the eleventh second of the demo film to the fifteenth, where there is much motion. */
const INDEX = 4;
const PASS_SECONDS = 24;

/** First byte and whole of an encoded segment, and a bare ffmpeg that does the same work on the same file. */
export async function measureEncoded(_client: Client, rounds: number): Promise<Table> {
  const context = await openContext(demoFilm);
  const frameRate = { numerator: 24, denominator: 1 };
  const shape = { seconds: 30, lengths: [1, 2, 4] };
  const renditions: [string, Rendition][] = [
    ['720p', videoRendition(context, { ...shape, height: 720, frameRate, maxBitrate: 2_800_000 })],
    ['audio', audioRendition(context, { ...shape, sampleRate: 48_000 })],
  ];
  const program = await ownFfmpeg();
  const rows: Row[] = [];
  for (const [name, rendition] of renditions) {
    let args: FfmpegArguments = { input: [], output: [] };
    const engine: Engine = {
      transcode(url, ours, options) {
        args = ours;
        return context.engine.transcode(url, ours, options);
      },
    };
    const { sluice: ours, ffmpeg: limit } = await interleave(rounds, {
      sluice: () => timed(() => openEncodedSegment(rendition, INDEX, { ...context, engine })),
      ffmpeg: () => timed(async () => spawn(program, bareCommand(args, demoFilm), OPTIONS).stdout),
    });
    rows.push(
      { work: `4 s of ${name}: first byte`, unit: 'ms', ours: ours.first, limit: limit.first },
      { work: `4 s of ${name}: total`, unit: 'ms', ours: ours.total, limit: limit.total },
    );
  }
  for (const [height, maxBitrate] of [
    [720, 2_800_000],
    [480, 1_400_000],
    [240, 400_000],
  ] as const) {
    const cpuOf = (lengths: readonly number[]) => async () => {
      const rendition = videoRendition(context, {
        seconds: PASS_SECONDS,
        lengths,
        height,
        frameRate,
        maxBitrate,
      });
      const before = await cpuSeconds();
      for (const segment of rendition.segments.keys()) {
        await timed(() => openEncodedSegment(rendition, segment, context));
      }
      return { cpu: (await cpuSeconds()) - before };
    };
    const { segments, pass } = await interleave(3, { segments: cpuOf([4]), pass: cpuOf([PASS_SECONDS]) });
    const work = `all segments of ${PASS_SECONDS} s of ${height}p, to one pass: CPU`;
    rows.push({ work, unit: 's', ours: segments.cpu, limit: pass.cpu, target: '≤ 1.3' });
  }
  const about =
    'A segment in the middle of a film, and ffmpeg with the same arguments on the file itself; then the CPU of segments of 4 ' +
    's, one after the other, and of one that is as long as all of them.';
  return { title: 'Encoded segments', about, against: 'ffmpeg', rows };
}

const OPTIONS = { env: {}, stdio: ['ignore', 'pipe', 'ignore'] } satisfies SpawnOptionsWithStdioTuple<
  'ignore',
  'pipe',
  'ignore'
>;

/** On the file itself, with ffmpeg's own fragments of a quarter of a second. */
function bareCommand({ input, output }: FfmpegArguments, film: string): string[] {
  const fragments = ['-movflags', '+frag_keyframe+delay_moov+default_base_moof', '-frag_duration', '250000'];
  const codec = [...output];
  codec.splice(codec.indexOf('-movflags'), 2, ...fragments);
  return [...input.map((arg) => (arg === 'http,tcp' ? 'file,pipe' : arg)), '-i', film, ...codec, 'pipe:1'];
}
