import { fragment } from '../media/isobmff/fragment.ts';
import type { Packet } from '../media/packets.ts';

/** What a player waits for before it shows anything. */
const FIRST_FRAGMENT_SECONDS = 0.25;
const FRAGMENT_SECONDS = 0.5;

/**
 * Packets of the one track of a segment as fragments that leave as they are made. Sequence numbers count on over the
 * segments: they are those of the first packets.
 */
export async function* fragmentsOf(
  packets: AsyncIterable<Packet>,
  { timescale, firstNumber }: { readonly timescale: number; readonly firstNumber: number },
): AsyncGenerator<Uint8Array, void, void> {
  let waiting: Packet[] = [];
  let ticks = 0;
  let number = firstNumber;
  let seconds = FIRST_FRAGMENT_SECONDS;
  for await (const packet of packets) {
    waiting.push(packet);
    ticks += packet.duration;
    if (ticks < seconds * timescale) continue;
    yield* fragment(number, [{ trackId: 1, packets: waiting }]);
    number += waiting.length;
    waiting = [];
    ticks = 0;
    seconds = FRAGMENT_SECONDS;
  }
  if (waiting.length > 0) yield* fragment(number, [{ trackId: 1, packets: waiting }]);
}
