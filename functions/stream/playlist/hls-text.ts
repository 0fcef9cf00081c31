import { wholePlaylist } from './m3u8.ts';

/** Below the playlist of a text track. */
export const TEXT_ADDRESS = 'subtitles.vtt';

/** Writes the playlist of a text track, which is one file for the whole film: that is right in every player. */
export function hlsText(durationSeconds: number): string {
  return wholePlaylist(Math.max(1, Math.ceil(durationSeconds)), [
    `#EXTINF:${durationSeconds.toFixed(6)},\n${TEXT_ADDRESS}`,
  ]);
}
