/** What `/stream` and `/export` can be asked to make; what the player page offers as well, which bundles this file. */
export const FORMATS = ['mp4', 'webm', 'mp3', 'aac', 'opus', 'flac', 'wav'] as const;
export type Format = (typeof FORMATS)[number];

/** Whether it may hold video; the others hold audio alone. */
export function isVideoFormat(format: Format): format is 'mp4' | 'webm' {
  return format === 'mp4' || format === 'webm';
}
