/* global player */
// Common parts of every page of a foreign player: a media element, and its state seen from outside the
// player.

const video = document.createElement('video');
video.muted = true;
document.body.append(video);

// Complaints of the element and of the player go to the browser's console.
video.addEventListener('error', () => console.warn(`media element: ${video.error?.message}`));

let isStarted = false;
const stalls = { longestMs: 0, where: 0 };
let playing = { at: 0, since: performance.now() };
// A late timer finds a later time, so that a busy machine is no stall.
setInterval(() => {
  const now = performance.now();
  const isStill = video.currentTime === playing.at && !video.paused && !video.seeking && !video.ended;
  if (!isStill) playing = { at: video.currentTime, since: now };
  else if (now - playing.since > stalls.longestMs) {
    stalls.longestMs = now - playing.since;
    stalls.where = video.currentTime;
  }
}, 20);

const watch = {
  start(address, height) {
    player.start(address, height).then(
      () => {
        isStarted = true;
      },
      (error) => console.warn(`start: ${error.message}`),
    );
  },
  /** The number of the first frame that was shown (as `shownNumber`); null before it. */
  firstNumber: null,
  play(rate) {
    video.playbackRate = rate;
    // It resolves when there is something to play, which may never be.
    video.play().catch((error) => console.warn(`play: ${error.message}`));
  },
  look() {
    const { buffered } = video;
    return {
      isStarted,
      currentTime: video.currentTime,
      duration: video.duration,
      ended: video.ended,
      paused: video.paused,
      seeking: video.seeking,
      ready: video.readyState,
      height: video.videoHeight,
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      audioBytes: video.webkitAudioDecodedByteCount,
      buffered: Array.from({ length: buffered.length }, (_, i) => [buffered.start(i), buffered.end(i)]),
      longestStallMs: stalls.longestMs,
      stalledAt: stalls.where,
    };
  },
  /** The text of all cues that are shown at this moment. */
  shownText() {
    const tracks = player.textTracks?.() ?? video.textTracks;
    const shown = Array.from(tracks).filter(({ mode }) => mode === 'showing');
    return shown.flatMap(({ activeCues }) => Array.from(activeCues ?? [], ({ text }) => text)).join('|');
  },
  /** The number that the shown frame of a counting film has in its columns (testing/counter-film.ts). */
  shownNumber() {
    const bits = 8;
    const canvas = Object.assign(document.createElement('canvas'), { width: bits * 16, height: 64 });
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const isLit = (bit) => context.getImageData(bit * 16 + 8, 32, 1, 1).data[0] > 128;
    return Array.from({ length: bits }, (_, bit) => (isLit(bit) ? 2 ** bit : 0)).reduce((a, b) => a + b, 0);
  },
  /** Restarts the count of stalls. */
  forgetStalls() {
    playing = { at: -1, since: performance.now() };
    stalls.longestMs = 0;
  },
};

video.requestVideoFrameCallback?.(() => {
  watch.firstNumber = watch.shownNumber();
});
