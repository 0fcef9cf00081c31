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

// hls.js fetches a key that is in the playlist as it is, and leaves samples to the element (docs/encryption.md).
let license = null;
video.addEventListener('encrypted', async ({ initDataType, initData }) => {
  if (video.mediaKeys) return;
  const codecs = [{ contentType: 'video/mp4; codecs="avc1.64001f"', encryptionScheme: 'cbcs' }];
  const asked = [{ initDataTypes: [initDataType], videoCapabilities: codecs }];
  const access = await navigator.requestMediaKeySystemAccess('org.w3.clearkey', asked);
  await video.setMediaKeys(await access.createMediaKeys());
  const session = video.mediaKeys.createSession();
  session.addEventListener('message', async () => {
    const answer = await fetch(license);
    await session.update(await answer.arrayBuffer());
  });
  await session.generateRequest(initDataType, initData);
});

// biome-ignore lint/correctness/noUnusedVariables: the test's side calls it.
const player = {
  /** Resolves when the renditions are known; the one with that height is loaded first. */
  start(address, height) {
    license = address.replace(/\/hls\/(.*)\/master\.m3u8.*/, '/key/$1/license.json');
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
