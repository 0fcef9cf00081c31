import { parseAdts } from '../codecs/aac.ts';
import type { ProgramMap } from './mpegts.ts';
import { readPesHeader } from './pes.ts';
import { PACKET_BYTES, tsPackets } from './ts-packet.ts';

/** Bytes of a transport stream at `position` in the file. */
export type Stretch = { readonly position: number; readonly bytes: Uint8Array };

/** AAC with headers of its own (ADTS), by ISO/IEC 13818-1 table 2-34. */
const ADTS_STREAM = 0x0f;

/** Returns the PIDs of AAC whose configuration is not the same in all stretches. */
export function changingAudio(
  stretches: readonly Stretch[],
  { layout, streams }: ProgramMap,
): ReadonlySet<number> {
  const audios = streams.filter(({ streamType }) => streamType === ADTS_STREAM).map(({ pid }) => pid);
  const first = new Map<number, Uint8Array>();
  const changing = new Set<number>();
  for (const { position, bytes } of stretches) {
    const payloads = new Map(audios.map((pid) => [pid, [] as Uint8Array[]]));
    for (const { at, pid, isStart, payloadAt } of tsPackets(bytes, position, layout)) {
      const own = payloads.get(pid);
      if (payloadAt === null || own === undefined) continue;
      const payload = bytes.subarray(payloadAt, at + PACKET_BYTES);
      own.push(isStart ? payload.subarray(readPesHeader(payload, 0)?.headerBytes ?? 0) : payload);
    }
    for (const [pid, own] of payloads) {
      for (const config of configurations(Buffer.concat(own))) {
        const known = first.get(pid);
        if (known === undefined) first.set(pid, config);
        else if (Buffer.compare(known, config) !== 0) changing.add(pid);
      }
    }
  }
  return changing;
}

/** Yields the configuration of each frame that another of its kind follows, as no two do by chance. */
function* configurations(audio: Uint8Array): Generator<Uint8Array, void, void> {
  for (let at = audio.indexOf(0xff); at >= 0; ) {
    const frame = parseAdts(audio.subarray(at));
    const end = at + (frame?.frameBytes ?? 0);
    const next = frame && frame.frameBytes > frame.headerBytes ? parseAdts(audio.subarray(end)) : null;
    const isFrame = frame && next && Buffer.compare(frame.config, next.config) === 0;
    if (isFrame) yield frame.config;
    at = audio.indexOf(0xff, isFrame ? end : at + 1);
  }
}
