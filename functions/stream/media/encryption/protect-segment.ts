import { damaged } from '../../base/problem.ts';
import type { SubsampleMap } from '../isobmff/encrypted-samples.ts';
import { type FragmentSample, fragmentHead } from '../isobmff/fragment-boxes.ts';
import { emptyTable, readFragment } from '../isobmff/read-fragment.ts';
import { type ByteReader, byteReader } from './byte-reader.ts';
import { encryptSample } from './encrypt-sample.ts';
import type { KeyAndIv } from './key-and-iv.ts';
import type { Subsampling } from './subsamples.ts';

const TRACK_ID = 1;
/** The media of a fragment: a head stands before it, so that all of it is read before the first byte is sent. */
const FIRST_FRAGMENT_BYTES = 64 * 1024;
const FRAGMENT_BYTES = 512 * 1024;

type EncryptedSample = FragmentSample & { readonly data: Buffer; readonly map: SubsampleMap };

/**
 * Yields a segment of one track with its samples encrypted (scheme `cbcs`), in fragments of its own: each leaves as soon
 * as it is complete, however long those of the clear segment are. `subsampling` is null for audio. Throws
 * `damaged-media` for a segment that ends early.
 */
export async function* protectSegment(
  clear: AsyncIterable<Uint8Array>,
  subsampling: Subsampling | null,
  secret: KeyAndIv,
): AsyncGenerator<Uint8Array, void, void> {
  const bytes = byteReader(clear);
  let most = FIRST_FRAGMENT_BYTES;
  for (let samples = await readHead(bytes); samples !== null; samples = await readHead(bytes)) {
    let run: EncryptedSample[] = [];
    let runBytes = 0;
    for (const sample of samples) {
      const read = await bytes.read(sample.sizeBytes);
      if (read === null) throw cutShort();
      const map = subsampling?.(read) ?? [];
      run.push({ ...sample, data: encryptSample(read, map, secret), map });
      runBytes += sample.sizeBytes;
      if (runBytes < most) continue;
      yield fragmentOf(run);
      [run, runBytes, most] = [[], 0, FRAGMENT_BYTES];
    }
    if (run.length > 0) yield fragmentOf(run);
  }
}

function fragmentOf(samples: readonly EncryptedSample[]): Buffer {
  const [first] = samples;
  // Rises from segment to segment, however they are divided.
  const number = first === undefined ? 1 : 1 + Math.floor(first.dts / Math.max(1, first.duration));
  const encrypted = samples.map(({ map }) => map);
  const head = fragmentHead(number, [{ trackId: TRACK_ID, samples, encrypted }]);
  return Buffer.concat([head, ...samples.map(({ data }) => data)]);
}

/** Reads a `moof` and the header of its `mdat`; null at the end. */
async function readHead(bytes: ByteReader): Promise<readonly FragmentSample[] | null> {
  const moof = await readBox(bytes);
  if (moof === null) return null;
  if (moof.type !== 'moof') throw damaged(`A segment has a box ${JSON.stringify(moof.type)}.`);
  const body = await bytes.read(moof.size - HEADER_BYTES);
  const mdat = body && (await readBox(bytes));
  if (body === null || mdat?.type !== 'mdat') throw cutShort();
  const table = emptyTable();
  const whole = Buffer.concat([moof.header, body]);
  const place = { type: 'moof', start: 0, headerBytes: HEADER_BYTES, end: whole.length, isCutOff: false };
  readFragment(whole, place, new Map(), new Map([[TRACK_ID, table]]), Number.POSITIVE_INFINITY);
  const sum = table.sizes.reduce((total, size) => total + size, 0);
  if (sum !== mdat.size - HEADER_BYTES) throw damaged('The samples of a segment do not fill it.');
  return table.sizes.map((sizeBytes, i) => {
    const dts = table.decodeTimes[i] ?? 0;
    const duration = (table.decodeTimes[i + 1] ?? table.next) - dts;
    return {
      dts,
      pts: dts + (table.compositionOffsets[i] ?? 0),
      duration,
      sizeBytes,
      isSync: table.sync[i] === 1,
    };
  });
}

const HEADER_BYTES = 8;

async function readBox(bytes: ByteReader) {
  const header = await bytes.read(HEADER_BYTES);
  if (header === null) return null;
  return { header, size: header.readUInt32BE(0), type: header.toString('latin1', 4) };
}

const cutShort = () => damaged('A segment ends early.');
