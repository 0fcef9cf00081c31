/**
 * Demuxers that ffmpeg and ffprobe may read a source with: no playlists, no references to other files, no
 * images.
 */
export const INPUT_FORMATS = [
  'aac ac3 aiff amr amrnb amrwb ape asf avi caf dts dv eac3 flac flv h263 h264 hevc ivf m4v matroska webm mov mp3',
  'mpeg mpegts mpegvideo mxf ogg rm tta w64 wav wv',
]
  .join(' ')
  .replaceAll(' ', ',');

/**
 * Returns the arguments with which ffmpeg and ffprobe read every input: only over HTTP, only known kinds of
 * file, and no frame larger than allowed.
 */
export function confinedInput({ maxPixels }: { readonly maxPixels: number }): string[] {
  return [
    ...['-protocol_whitelist', 'http,tcp'],
    ...['-format_whitelist', INPUT_FORMATS],
    ...['-max_pixels', String(maxPixels)],
  ];
}
