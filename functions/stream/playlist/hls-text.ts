import { VERSION } from './hls-master.ts';
import { text } from './text.ts';

/** Below the playlist of a text track. */
export const TEXT_ADDRESS = 'subtitles.vtt';

/** Writes the playlist of a text track, which is one file for the whole film: that is right in every player. */
export function hlsText(durationSeconds: number): string {
  return text([
    '#EXTM3U',
    VERSION,
    `#EXT-X-TARGETDURATION:${Math.max(1, Math.ceil(durationSeconds))}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    `#EXTINF:${durationSeconds.toFixed(6)},\n${TEXT_ADDRESS}`,
    '#EXT-X-ENDLIST',
  ]);
}
