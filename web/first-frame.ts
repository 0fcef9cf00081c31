/** Calls back when the first frame is on the screen, or the first audio was played. */
export function whenFirst(
  element: HTMLVideoElement | HTMLAudioElement,
  signal: AbortSignal,
  done: () => void,
): void {
  const isVideo = element instanceof HTMLVideoElement;
  if (isVideo && 'requestVideoFrameCallback' in element) {
    element.requestVideoFrameCallback(() => !signal.aborted && done());
    return;
  }
  const event = isVideo ? 'loadeddata' : 'timeupdate';
  const heard = () => {
    if (!isVideo && element.currentTime === 0) return;
    element.removeEventListener(event, heard);
    done();
  };
  element.addEventListener(event, heard, { signal });
}
