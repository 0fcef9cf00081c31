import { childBoxes } from '../functions/stream/media/boxes/boxes.ts';
import { box, uint32 } from '../functions/stream/media/boxes/write-box.ts';

export type CleanAperture = {
  readonly width: number;
  readonly height: number;
  /** Offset from the centre of the frame, in half pixels. */
  readonly rightHalves: number;
  readonly downHalves: number;
};

/** Adds a `clap` box to the sample entry of the first video track of an MP4 whose index lies at its end. */
export function withCleanAperture(file: Buffer, aperture: CleanAperture): Buffer {
  const { width, height, rightHalves, downHalves } = aperture;
  const clap = box('clap', uint32(width, 1, height, 1, rightHalves, 2, downHalves, 2));
  const entry = file.indexOf('avc1', file.lastIndexOf('stsd'), 'latin1') - 4;
  const end = entry + file.readUInt32BE(entry);
  const longer = Buffer.concat([file.subarray(0, end), clap, file.subarray(end)]);
  const grow = (start: number) => longer.writeUInt32BE(longer.readUInt32BE(start) + clap.length, start);
  const within = (from: number, to: number): void => {
    for (const { type, start, body, end: boxEnd } of childBoxes(file, from, to)) {
      if (start > entry || boxEnd < end) continue;
      grow(start);
      if (start < entry) within(type === 'stsd' ? body + 8 : body, boxEnd);
    }
  };
  within(0, file.length);
  return longer;
}
