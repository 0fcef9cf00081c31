import type { Clip, Presentation } from '../plan/presentation.ts';
import { wholePlaylist } from './m3u8.ts';

/** Below the playlist of a text track; of a clip by its milliseconds. */
export function textAddress(clip: Clip | undefined): string {
  if (clip === undefined) return 'subtitles.vtt';
  const [start, end] = [clip.startSeconds, clip.endSeconds].map((seconds) => Math.round(seconds * 1000));
  return `subtitles-${start}-${end}.vtt`;
}

/** Writes the playlist of a text track, which is one file for the whole film or clip: that is right in every player. */
export function hlsText({ durationSeconds, clip }: Presentation): string {
  return wholePlaylist(Math.max(1, Math.ceil(durationSeconds)), [
    `#EXTINF:${durationSeconds.toFixed(6)},\n${textAddress(clip)}`,
  ]);
}
