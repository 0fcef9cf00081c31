/**
 * Returns arguments for H.264 that every player decodes: High profile at one quality (x264's constant rate
 * factor), under a ceiling in bits per second that holds over `bufferSeconds`. A scene change starts no
 * group of frames.
 */
export function h264Arguments(maxBitrate: number, bufferSeconds: number, quality = 22): string[] {
  return [
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high', '-crf', String(quality)],
    ...['-maxrate:v', String(maxBitrate), '-bufsize:v', String(Math.round(maxBitrate * bufferSeconds))],
    ...['-sc_threshold', '0'],
  ];
}
