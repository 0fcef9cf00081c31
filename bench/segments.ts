import { spawn } from 'node:child_process';
import type { FfmpegArguments } from '../functions/stream/engine/arguments.ts';
import type { Engine } from '../functions/stream/engine/ffmpeg.ts';
import { openEncodedSegment } from '../functions/stream/engine/segments.ts';
import type { Rendition } from '../functions/stream/plan/presentation.ts';
import { audioRendition, openContext, ownFfmpeg, videoRendition } from '../testing/encoded.ts';
import { median, type Times, timed } from './measure.ts';

const ROUNDS = 3;
/** From the eleventh second of the demo film to the fifteenth, where there is much motion. */
const INDEX = 4;

/**
 * Measures first byte and whole of an encoded segment, each relative to a bare ffmpeg that does the same work
 * on the same file.
 */
export async function measureSegments(film: string): Promise<{ what: string; figure: string }[]> {
  const context = await openContext(film);
  const frameRate = { numerator: 24, denominator: 1 };
  const shape = { seconds: 30, lengths: [1, 2, 4] };
  const renditions: [string, Rendition][] = [
    ['720p', videoRendition(context, { ...shape, height: 720, frameRate, maxBitrate: 2_800_000 })],
    ['audio', audioRendition(context, { ...shape, sampleRate: 48_000 })],
  ];
  const rows: { what: string; figure: string }[] = [];
  for (const [name, rendition] of renditions) {
    let args: FfmpegArguments = { input: [], output: [] };
    const engine: Engine = {
      transcode(url, ours, options) {
        args = ours;
        return context.engine.transcode(url, ours, options);
      },
    };
    const rounds: Times[] = [];
    const bare: Times[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push(await timed(() => openEncodedSegment(rendition, INDEX, { ...context, engine })));
      const command = bareCommand(args, film);
      const program = await ownFfmpeg();
      bare.push(
        await timed(
          async () => spawn(program, command, { env: {}, stdio: ['ignore', 'pipe', 'ignore'] }).stdout,
        ),
      );
    }
    for (const part of ['first', 'whole'] as const) {
      const [ours, its] = [
        median(rounds.map((times) => times[part])),
        median(bare.map((times) => times[part])),
      ];
      const what = `${part === 'first' ? 'first byte' : 'all'} of 4 s of ${name}, to bare ffmpeg`;
      rows.push({
        what,
        figure: `${(ours / its).toFixed(2)} (${ours.toFixed(0)} ms : ${its.toFixed(0)} ms)`,
      });
    }
  }
  return rows;
}

/** On the file itself, with ffmpeg's own fragments of a quarter of a second. */
function bareCommand({ input, output }: FfmpegArguments, film: string): string[] {
  const fragments = ['-movflags', '+frag_keyframe+delay_moov+default_base_moof', '-frag_duration', '250000'];
  const codec = [...output];
  codec.splice(codec.indexOf('-movflags'), 2, ...fragments);
  return [...input.map((arg) => (arg === 'http,tcp' ? 'file,pipe' : arg)), '-i', film, ...codec, 'pipe:1'];
}
