/* global shaka, AHEAD_SECONDS, video */
shaka.polyfill.installAll();
const shakaPlayer = new shaka.Player();
shakaPlayer.configure({
  abr: { enabled: false },
  streaming: {
    bufferingGoal: AHEAD_SECONDS,
    bufferBehind: 120,
    // If the time stands still for so long, a seek included, the player seeks again. A second is too little
    // for a seek into the copy of the demo film: between its last keyframe and the sought time lie five
    // seconds of 1080p, and Chromium takes as long to decode them in the file itself. The test measures
    // stalls of its own.
    stallThreshold: 10,
  },
});
for (const name of ['error', 'stalldetected', 'gapjumped']) {
  shakaPlayer.addEventListener(name, ({ detail }) =>
    console.warn(`shaka-player: ${name} ${detail ? `${detail.code} ${detail.data}` : ''}`),
  );
}

// biome-ignore lint/correctness/noUnusedVariables: the test's side calls it.
const player = {
  /** Resolves when the renditions are known; the one with that height is loaded first. */
  async start(address, height) {
    await shakaPlayer.attach(video);
    if (height !== null) {
      shakaPlayer.configure({ abr: { restrictions: { minHeight: height, maxHeight: height } } });
    }
    await shakaPlayer.load(address);
  },
  heights: () => shakaPlayer.getVariantTracks().map(({ height }) => height),
  languages: () => [...new Set(shakaPlayer.getVariantTracks().map(({ language }) => language))],
  choose(height) {
    select((track) => track.height === height && track.language === active().language);
  },
  texts: () => shakaPlayer.getTextTracks().map(({ label, originalTextId }) => label ?? originalTextId),
  async chooseText(name) {
    const found = shakaPlayer.getTextTracks().find(({ label }) => label === name);
    shakaPlayer.selectTextTrack(found ?? null);
    await shakaPlayer.setTextTrackVisibility?.(found !== undefined);
  },
  chooseSound(language) {
    select((track) => track.language === language && track.height === active().height);
  },
  audioNames: () => [...new Set(shakaPlayer.getVariantTracks().map(({ label }) => label))],
  chooseAudio(name) {
    select((track) => track.label === name && track.height === active().height);
  },
};

const active = () => shakaPlayer.getVariantTracks().find((track) => track.active);
function select(fits) {
  shakaPlayer.selectVariantTrack(shakaPlayer.getVariantTracks().find(fits));
}
