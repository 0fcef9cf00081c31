/** Tells whether a frame's header is MPEG audio of layer III, not of layers I and II. */
export function isLayer3(frame: Uint8Array): boolean {
  return frame[0] === 0xff && ((frame[1] ?? 0) & 0xe0) === 0xe0 && ((frame[1] ?? 0) & 0x06) === 0x02;
}
