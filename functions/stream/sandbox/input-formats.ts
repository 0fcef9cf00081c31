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
 * What ffmpeg and ffprobe read every input with, whoever made it: over HTTP alone, as one of the known kinds, and no
 * picture that is larger than allowed.
 */
export function confinedInput({ maxPixels }: { readonly maxPixels: number }): string[] {
  return [
    ...['-protocol_whitelist', 'http,tcp'],
    ...['-format_whitelist', INPUT_FORMATS],
    ...['-max_pixels', String(maxPixels)],
  ];
}
