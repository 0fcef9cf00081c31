/* global Hls, AHEAD_SECONDS, video */
const hls = new Hls({ maxBufferLength: AHEAD_SECONDS, maxMaxBufferLength: AHEAD_SECONDS });
const { INTERNAL_ABORTED, BUFFER_APPEND_NO_PROGRESS } = Hls.ErrorDetails;
// What it was loading is of no use any more, behind a seek or a switch; or a long segment of the copy has taken the place
// of pictures that were there already.
const NOTICES = [INTERNAL_ABORTED, BUFFER_APPEND_NO_PROGRESS];
// Everything else that hls.js calls an error, those included that it gets over by itself: stalls, gaps, nudges.
hls.on(Hls.Events.ERROR, (_, { details, fatal, reason, error }) => {
  if (!fatal && NOTICES.includes(details)) return;
  console.warn(`hls.js: ${details}${fatal ? ', fatal' : ''}: ${reason ?? error?.message ?? ''}`);
});

// biome-ignore lint/correctness/noUnusedVariables: the test's side calls it.
const player = {
  /** Resolves when the renditions are known; what is loaded first is the one with that height. */
  start(address, height) {
    return new Promise((resolve) => {
      hls.on(Hls.Events.MANIFEST_PARSED, () => {
        if (height !== null) hls.loadLevel = hls.startLevel = levelOf(height);
        resolve();
      });
      hls.loadSource(address);
      hls.attachMedia(video);
    });
  },
  heights: () => hls.levels.map(({ height }) => height),
  languages: () => hls.audioTracks.map(({ lang }) => lang ?? null),
  choose(height) {
    hls.nextLevel = levelOf(height);
  },
  chooseSound(language) {
    hls.audioTrack = hls.audioTracks.findIndex(({ lang }) => lang === language);
  },
};

const levelOf = (height) => hls.levels.findLastIndex((level) => level.height === height);
