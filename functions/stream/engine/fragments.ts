import { fragment } from '../media/isobmff/fragment-boxes.ts';
import type { Packet } from '../media/model/packets.ts';
import { FIRST_FRAGMENT_SECONDS, FRAGMENT_SECONDS } from '../plan/bitrates.ts';

/**
 * Yields the packets of a segment's one track as fragments, each as soon as it is complete. Their sequence
 * numbers rise from segment to segment: they are the places of the first packets, in the packets' own
 * duration.
 */
export async function* fragmentsOf(
  packets: AsyncIterable<Packet>,
  timescale: number,
): AsyncGenerator<Uint8Array, void, void> {
  let waiting: Packet[] = [];
  let ticks = 0;
  // A player waits for the first fragment before it shows anything.
  let seconds = FIRST_FRAGMENT_SECONDS;
  const flush = () => {
    const [first] = waiting;
    const number = first === undefined ? 1 : 1 + Math.floor(first.dts / Math.max(1, first.duration));
    return fragment(number, [{ trackId: 1, packets: waiting }]);
  };
  for await (const packet of packets) {
    waiting.push(packet);
    ticks += packet.duration;
    if (ticks < seconds * timescale) continue;
    yield* flush();
    waiting = [];
    ticks = 0;
    seconds = FRAGMENT_SECONDS;
  }
  if (waiting.length > 0) yield* flush();
}
