/**
 * Returns arguments for H.264 that every player decodes: High profile at one quality (x264's constant rate
 * factor), under a ceiling in bits per second that holds over `bufferSeconds`. A scene change starts no
 * group of frames. The packets are the same on every processor, and the header does not depend on where the
 * source says that its chroma lies. `parameterSets` is the number of its parameter sets.
 */
export function h264Arguments(
  maxBitrate: number,
  bufferSeconds: number,
  { quality = 22, parameterSets = 0 } = {},
): string[] {
  return [
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high', '-crf', String(quality)],
    ...['-maxrate:v', String(maxBitrate), '-bufsize:v', String(Math.round(maxBitrate * bufferSeconds))],
    ...[
      '-sc_threshold',
      '0',
      '-x264-params',
      `cpu-independent=1${parameterSets === 0 ? '' : `:sps-id=${parameterSets}`}`,
    ],
    // Newer builds of ffmpeg would write the frames' own, which the frame that an init segment comes from lacks.
    ...['-chroma_sample_location', 'left'],
  ];
}
