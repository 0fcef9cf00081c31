/* global Hls, AHEAD_SECONDS, video */
const hls = new Hls({ maxBufferLength: AHEAD_SECONDS, maxMaxBufferLength: AHEAD_SECONDS });
const { INTERNAL_ABORTED, BUFFER_APPEND_NO_PROGRESS } = Hls.ErrorDetails;
// Records everything that hls.js calls an error, including what it recovers from: stalls, gaps, nudges.
hls.on(Hls.Events.ERROR, (_, { details, fatal, reason, error, frag }) => {
  if (!fatal && isNotice(details, frag)) return;
  console.warn(`hls.js: ${details}${fatal ? ', fatal' : ''}: ${reason ?? error?.message ?? ''}`);
});

function isNotice(details, frag) {
  // A request that it cancelled itself, by a seek or a switch: a broken connection has another name.
  if (details === INTERNAL_ABORTED) return frag.stats.aborted;
  // A segment replaced earlier data. hls.js reads no edit list and expects frames two frames later than they
  // are shown, so that it misses the last twelfth of a second and allows a twentieth.
  return details === BUFFER_APPEND_NO_PROGRESS && isBuffered(frag);
}

let inBuffers = {};
hls.on(Hls.Events.BUFFER_APPENDED, (_, { timeRanges }) => {
  inBuffers = timeRanges;
});

function isBuffered({ type, start, end }) {
  const ranges = inBuffers[type === 'main' ? 'video' : type];
  const places = Array.from({ length: ranges?.length ?? 0 }, (_, i) => i);
  return places.some((i) => ranges.start(i) <= start && ranges.end(i) >= end - 1 / 12 - 0.001);
}

// biome-ignore lint/correctness/noUnusedVariables: the test's side calls it.
const player = {
  /** Resolves when the renditions are known; the one with that height is loaded first. */
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
  texts: () => hls.subtitleTracks.map(({ name }) => name),
  chooseText(name) {
    hls.subtitleDisplay = name !== null;
    hls.subtitleTrack = hls.subtitleTracks.findIndex((track) => track.name === name);
  },
  chooseSound(language) {
    hls.audioTrack = hls.audioTracks.findIndex(({ lang }) => lang === language);
  },
  audioNames: () => hls.audioTracks.map(({ name }) => name),
  chooseAudio(name) {
    hls.audioTrack = hls.audioTracks.findIndex((track) => track.name === name);
  },
};

const levelOf = (height) => hls.levels.findLastIndex((level) => level.height === height);
