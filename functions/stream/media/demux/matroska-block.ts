import { elements } from './ebml.ts';
import type { Cue } from './matroska-cues.ts';
import { ID } from './matroska-ids.ts';

/** A block's frame: its bytes in the file, `[start, end)`. */
export type BlockFrame = { readonly start: number; readonly end: number };

/** Bytes of a cluster's header, at least and at most. */
const CLUSTER_HEADER = { least: 5, most: 12 };

/**
 * Finds the frame of the block that a cue points at, in bytes that were read from the cue's position on; null
 * if there is none. The position counts from the end of the cluster's header, whose length it does not tell.
 */
export function blockAt(bytes: Uint8Array, cue: Cue, trackNumber: number): BlockFrame | null {
  const { least, most } = CLUSTER_HEADER;
  for (let header = least; header <= most; header++) {
    const [element] = elements(bytes, header, bytes.length);
    if (element === undefined) continue;
    const frame =
      element.id === ID.simpleBlock
        ? frameOf(bytes, element.start, element.declaredEnd, trackNumber)
        : element.id === ID.blockGroup
          ? groupFrame(bytes, element.start, element.end, trackNumber)
          : null;
    if (frame !== null) return { start: cue.at + frame.start, end: cue.at + frame.end };
  }
  return null;
}

function groupFrame(bytes: Uint8Array, start: number, end: number, trackNumber: number): BlockFrame | null {
  for (const element of elements(bytes, start, end)) {
    if (element.id === ID.block) return frameOf(bytes, element.start, element.declaredEnd, trackNumber);
  }
  return null;
}

/** Reads a block's header (RFC 9559 §10.1): track, relative time, and flags; null for several frames in one. */
function frameOf(bytes: Uint8Array, start: number, end: number, trackNumber: number): BlockFrame | null {
  const LACING = 0x06;
  // Numbers below 127 have one byte, and no film has that many tracks.
  const isTrack = bytes[start] === (0x80 | trackNumber) && trackNumber < 127;
  const flags = bytes[start + 3];
  if (!isTrack || flags === undefined || (flags & LACING) !== 0 || end <= start + 4) return null;
  return { start: start + 4, end };
}
