import { Problem } from '../base/problem.ts';
import type { ObjectContext } from '../http/original.ts';
import type { Representation } from '../http/representation.ts';
import type { Probed } from '../media/probe/probe.ts';
import type { Cue } from '../media/text/cue.ts';
import { parseText } from '../media/text/formats.ts';
import { writeWebVtt } from '../media/text/webvtt.ts';
import { readTextTrack } from '../media/text-track.ts';
import { type TextView, viewedCues } from '../plan/text-cues.ts';
import type { TextTrack } from '../plan/text-tracks.ts';
import { knownBytes } from './known-bytes.ts';
import { liveBytes } from './live-bytes.ts';
import { readSidecar, textTrackInput } from './read-text.ts';

const WEBVTT = 'text/vtt';

/** Is raised when the same track gives another text. */
const TEXT_VERSION = 1;

/** Returns the track of this name. Throws `not-found`, and `unsupported-media` for one that cannot be shown. */
export function findTextTrack(tracks: readonly TextTrack[], id: string): TextTrack {
  const track = tracks.find((each) => each.id === id);
  if (track === undefined) {
    const ids = tracks.map((each) => each.id).join(', ');
    throw new Problem(
      'not-found',
      `There are no subtitles "${id}" here; there is ${ids === '' ? 'none' : ids}.`,
    );
  }
  if (track.whyNot === null) return track;
  throw new Problem('unsupported-media', `The subtitles "${id}" cannot be shown: ${track.whyNot}.`);
}

/** Opens one track as WebVTT. What is read out of a film is cached as an output of it; a file beside it is small. */
export async function openText(
  { origin }: TextTrack,
  view: TextView,
  context: ObjectContext & { readonly probed: Probed },
): Promise<Representation> {
  if (origin.kind === 'file') {
    const bytes = await readSidecar({ key: origin.sidecar.key }, context);
    return knownBytes(WEBVTT, written((await parseText(bytes, origin.sidecar.format)).cues, view));
  }
  const { track } = origin;
  const bytes = async () => {
    const { cues, skipped } = await readTextTrack(textTrackInput(track, context));
    if (skipped > 0) context.trace.note({ skippedCues: skipped });
    return written(cues, view);
  };
  return liveBytes(WEBVTT, ['text', TEXT_VERSION, track.index, view], bytes, context);
}

function written(cues: readonly Cue[], view: TextView): Buffer {
  return Buffer.from(writeWebVtt(viewedCues(cues, view), view));
}
