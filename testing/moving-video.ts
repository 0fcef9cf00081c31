/** ffmpeg's input, without end: video of 320×180 that moves and counts, 24 frames a second. */
export const MOVING_PICTURE: readonly string[] = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=24'];

/** The same video with a tone. */
export const MOVING_PICTURE_AND_TONE: readonly string[] = [
  ...MOVING_PICTURE,
  ...['-f', 'lavfi', '-i', 'sine=f=440:r=48000'],
];
