import { buffer } from 'node:stream/consumers';
import { openCopyTrack, type ProbedCopyInput } from '../functions/stream/media/copy-track.ts';
import type { CopyTrack } from '../functions/stream/media/model/copy-track.ts';
import { type Probed, probe } from '../functions/stream/media/probe/probe.ts';
import { cachedAccess, createBlockCache } from '../functions/stream/source/cache.ts';
import type { Source } from '../functions/stream/source/source.ts';

const { signal } = new AbortController();

/** All inputs of `openCopyTrack` for one file, except the track. */
export type Opened = Omit<ProbedCopyInput, 'trackIndex'> & { readonly probed: Probed };

/** Opens a file as a fresh instance would. */
export async function openFile(source: Source, key: string, zeroSeconds = 0): Promise<Opened> {
  const object = await source.stat(key, signal);
  const access = cachedAccess(source, object, signal, { cache: createBlockCache() });
  const probed = await probe({ file: access, object, ffprobePath: '/usr/bin/ffprobe', signal });
  return { source, object, access, probed, zeroSeconds, inspectsKeyframes: true, signal };
}

/** Opens the track; throws the reason as an error if it cannot be copied. */
export async function copyTrack(opened: Opened, trackIndex: number): Promise<CopyTrack> {
  const track = await openCopyTrack({ ...opened, trackIndex });
  if ('whyNot' in track) throw new Error(track.whyNot);
  return track;
}

/** Returns the times of all cuts, in ticks. */
export function cutTimes({ cuts }: CopyTrack): number[] {
  return Array.from({ length: cuts.count }, (_, cut) => cuts.timeAt(cut));
}

/** Returns every cut at which a segment of at least `seconds` ends, with the first and the last one. */
export function chosenCuts({ cuts }: CopyTrack, seconds: number): number[] {
  const chosen = [0];
  const last = cuts.count - 1;
  let start = cuts.timeAt(0);
  for (let i = 1; i < last; i++) {
    const time = cuts.timeAt(i);
    if (time - start < seconds * cuts.timescale) continue;
    chosen.push(i);
    start = time;
  }
  return [...chosen, last];
}

/** Returns the segments between the cuts, in order. */
export async function segmentsOf(track: CopyTrack, cuts: readonly number[]): Promise<Buffer[]> {
  const output: Buffer[] = [];
  for (const [i, to] of cuts.slice(1).entries()) {
    const segment = track.segment(cuts[i] ?? 0, to, i + 1);
    const bytes = await buffer(await segment.open());
    if (segment.sizeBytes !== null && segment.sizeBytes !== bytes.length)
      throw new Error(`Segment ${i} has ${bytes.length} bytes, and said ${segment.sizeBytes}.`);
    output.push(bytes);
  }
  return output;
}
