import { childBoxes } from '../functions/stream/media/boxes/boxes.ts';

export type FragmentTimes = {
  readonly decodeTime: number;
  readonly samples: readonly { readonly duration: number; readonly offset: number }[];
};

/** Reads the times of a segment's one track from its fragments: of a segment that was written here, with one trun each. */
export function fragmentTimes(segment: Buffer): FragmentTimes[] {
  const fragments: FragmentTimes[] = [];
  for (const moof of childBoxes(segment, 0, segment.length)) {
    if (moof.type !== 'moof') continue;
    let decodeTime = Number.NaN;
    const samples: { duration: number; offset: number }[] = [];
    for (const traf of childBoxes(segment, moof.body, moof.end)) {
      if (traf.type !== 'traf') continue;
      for (const { type, body } of childBoxes(segment, traf.body, traf.end)) {
        if (type === 'tfdt') decodeTime = Number(segment.readBigUInt64BE(body + 4));
        if (type !== 'trun') continue;
        for (let i = 0; i < segment.readUInt32BE(body + 4); i++) {
          const at = body + 12 + i * 16;
          samples.push({ duration: segment.readUInt32BE(at), offset: segment.readInt32BE(at + 12) });
        }
      }
    }
    fragments.push({ decodeTime, samples });
  }
  return fragments;
}
