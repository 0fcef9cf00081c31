import type { Packet } from '../model/packets.ts';

/** A packet in decode order with its presentation time in ticks; `duration` is the nominal one. */
export type TimedPacket = {
  readonly data: Uint8Array;
  readonly pts: number;
  readonly duration: number;
  readonly isSync: boolean;
};

export type DecodeTimeline = {
  /** The earliest presentation time, in the ticks of the input: the place of this timeline's `mediaTime`. */
  readonly firstPts: number;
  /** Delay of presentation after decoding, so that no frame is shown before it is decoded. */
  readonly mediaTime: number;
  /** Packets whose times count from the first decode time. */
  readonly packets: AsyncIterable<Packet>;
};

/** H.264 and HEVC hold back 16 frames at most. */
const WINDOW = 17;

export type DecodeOptions = {
  /** The reorder delay, if known; by default the first packets tell. */
  readonly mediaTime?: number;
  /** End of the last packet on the input's timeline; by default its duration tells. */
  readonly endPts?: number | undefined;
};

/**
 * Assigns decode times to packets that carry presentation times only: the i-th packet is decoded at the i-th
 * smallest presentation time, all of them earlier by the reorder delay. Null if there is no packet.
 */
export async function decodeTimeline(
  source: AsyncIterator<TimedPacket, void>,
  options: DecodeOptions = {},
): Promise<DecodeTimeline | null> {
  const ahead: TimedPacket[] = [];
  let isAtEnd = false;
  const fill = async () => {
    while (!isAtEnd && ahead.length < WINDOW) {
      const next = await source.next();
      if (next.done) isAtEnd = true;
      else ahead.push(next.value);
    }
  };
  await fill();
  const times = ahead.map(({ pts }) => pts).sort((a, b) => a - b);
  const firstPts = times[0];
  if (firstPts === undefined) return null;
  // In a full window, later packets may still sort into the second half.
  const settled = isAtEnd ? times.length : Math.ceil(WINDOW / 2);
  const mediaTime =
    options.mediaTime ??
    Math.max(0, ...times.slice(0, settled).map((time, i) => time - (ahead[i]?.pts ?? time)));
  const packets = async function* (): AsyncGenerator<Packet, void, void> {
    let dts = 0;
    for (let packet = ahead.shift(); packet; packet = ahead.shift()) {
      await fill();
      remove(times, dts + firstPts);
      while (times.length < ahead.length) insert(times, ahead[times.length]?.pts ?? 0);
      const next = times[0] ?? options.endPts;
      const nextDts = next === undefined ? dts + packet.duration : Math.max(dts, next - firstPts);
      const pts = packet.pts - firstPts + mediaTime;
      yield { data: packet.data, dts, pts, duration: nextDts - dts, isSync: packet.isSync };
      dts = nextDts;
    }
  };
  return { firstPts, mediaTime, packets: closing(packets, source) };
}

function remove(sorted: number[], time: number): void {
  // A packet that is late beyond the window sorts before the time given out: the earliest one is used up.
  const at = sorted.indexOf(time);
  sorted.splice(at === -1 ? 0 : at, 1);
}

function insert(sorted: number[], time: number): void {
  let at = sorted.length;
  while (at > 0 && (sorted[at - 1] ?? 0) > time) at--;
  sorted.splice(at, 0, time);
}

function closing(
  packets: () => AsyncGenerator<Packet, void, void>,
  source: AsyncIterator<TimedPacket, void>,
) {
  return {
    async *[Symbol.asyncIterator](): AsyncGenerator<Packet, void, void> {
      try {
        yield* packets();
      } finally {
        await source.return?.();
      }
    },
  };
}
