import type { CopyTrack, NoCopy } from '../../functions/stream/media/model/copy-track.ts';
import { hold } from './target.ts';

const MOST_SEGMENTS = 12;

/** Writes the init segment, segments and images of a track, and checks that they have the announced sizes. */
export async function drainCopy(track: CopyTrack | NoCopy, mostBytes: number): Promise<void> {
  if ('whyNot' in track) return;
  const { cuts } = track;
  hold(cuts.count >= 2, 'the cuts have no beginning and end');
  for (let i = 1; i < cuts.count; i++) {
    hold(cuts.timeAt(i) > cuts.timeAt(i - 1), `cut ${i} is not after the previous one`);
    hold(cuts.bytesBefore(i) >= cuts.bytesBefore(i - 1), `cut ${i} has fewer bytes before it`);
  }
  track.init();
  const last = cuts.count - 1;
  const step = Math.max(1, Math.ceil(last / MOST_SEGMENTS));
  for (let from = 0, number = 1; from < last; from += step, number++) {
    const segment = track.segment(from, Math.min(last, from + step), number);
    if ((segment.sizeBytes ?? 0) > mostBytes) continue;
    let written = 0;
    for await (const chunk of await segment.open()) {
      written += (chunk as Uint8Array).byteLength;
      if (written > mostBytes) break;
    }
    if (segment.sizeBytes !== null && written <= mostBytes) {
      hold(written === segment.sizeBytes, `a segment has ${written} bytes, and said ${segment.sizeBytes}`);
    }
  }
}
