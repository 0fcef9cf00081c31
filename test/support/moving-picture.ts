/** What ffmpeg is told to read: a picture of 320×180 that moves at 24 frames a second, and a tone; without end. */
export const MOVING_PICTURE_AND_TONE: readonly string[] = [
  ...['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=24'],
  ...['-f', 'lavfi', '-i', 'sine=f=440:r=48000'],
];
