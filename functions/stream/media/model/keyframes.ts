import type { PacketTrack } from './packets.ts';

/** The keyframes of a film that are nearest to some times, each to be decoded alone. */
export type Keyframes = {
  readonly head: Omit<PacketTrack, 'packets'>;
  /** How units of the bitstream lie in the frames; null for codecs without any. */
  readonly units: { readonly codec: 'h264' | 'hevc'; readonly lengthSize: number } | null;
  /** Yields each keyframe once, in the order of the times. Fails as the source does. */
  frames(): AsyncGenerator<Keyframe, void, void>;
};

export type Keyframe = {
  readonly data: Uint8Array;
  /** How many of the times it is nearest to; they follow each other. */
  readonly times: number;
};

/** Groups the positions of the nearest keyframes, which do not fall. */
export function runsOf(
  positions: readonly number[],
): { readonly position: number; readonly times: number }[] {
  const runs: { position: number; times: number }[] = [];
  for (const position of positions) {
    const last = runs.at(-1);
    if (last?.position === position) last.times++;
    else runs.push({ position, times: 1 });
  }
  return runs;
}

/** Returns the position in rising `times` of the one nearest to each wanted time. */
export function nearestPositions(times: ArrayLike<number>, wanted: readonly number[]): number[] {
  let at = 0;
  return wanted.map((time) => {
    while (at + 1 < times.length && distance(times, at + 1, time) <= distance(times, at, time)) at++;
    return at;
  });
}

function distance(times: ArrayLike<number>, at: number, time: number): number {
  return Math.abs((times[at] ?? 0) - time);
}
