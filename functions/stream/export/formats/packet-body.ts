import { transcodeOutput } from '../../engine/transcode-output.ts';
import type { PacketsIndex } from '../../media/heads/packets-index.ts';
import { readStream } from '../../media/isobmff/read-stream.ts';
import type { Output } from '../../plan/output.ts';
import type { Body, BodyContext } from './body.ts';

/** MP4 stores the duration of each packet, the last one included, which neither of the two formats does. */
const MUXER = [
  ...['-strict', '-2', '-movflags', '+frag_every_frame+delay_moov+default_base_moof+skip_trailer'],
  ...['-f', 'mp4'],
];

/** Yields the packets of MP3 or FLAC as they come: the file holds nothing else after its head. */
export async function packetsBody(output: Output, context: BodyContext): Promise<Body> {
  const encoded = await transcodeOutput(output, context, { muxer: MUXER });
  const { samples, sampleEntry, timescale, mediaTime } = await readStream(encoded);
  const places: number[] = [];
  let index: PacketsIndex = {
    ...{
      bytes: 0,
      packets: 0,
      priming: mediaTime,
      samples: 0,
      shortest: Number.MAX_SAFE_INTEGER,
      longest: 0,
    },
    ...{ firstBytes: '', sampleEntry: sampleEntry.toString('hex'), places: [] },
  };
  async function* chunks(): AsyncGenerator<Uint8Array, void, void> {
    let waiting: Buffer[] = [];
    let waitingBytes = 0;
    for await (const { data, duration } of samples) {
      places.push(index.bytes);
      index = {
        ...index,
        bytes: index.bytes + data.length,
        packets: index.packets + 1,
        samples: index.samples + duration,
        shortest: Math.min(index.shortest, data.length),
        longest: Math.max(index.longest, data.length),
        firstBytes: index.firstBytes || data.subarray(0, 4).toString('hex'),
      };
      waiting.push(data);
      waitingBytes += data.length;
      if (waitingBytes < CHUNK_BYTES) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      waitingBytes = 0;
    }
    yield Buffer.concat(waiting);
  }
  const hundredth = (i: number) => places[Math.floor((i * places.length) / 100)] ?? 0;
  return {
    chunks: chunks(),
    secondsDone: () => Math.max(0, index.samples - index.priming) / timescale,
    finish: () => ({
      index: JSON.stringify({ ...index, places: Array.from({ length: 100 }, (_, i) => hundredth(i)) }),
      next: 1,
    }),
  };
}

const CHUNK_BYTES = 64 * 1024;
