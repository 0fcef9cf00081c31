/* global dashjs, AHEAD_SECONDS, video */
const dash = dashjs.MediaPlayer().create();
dash.initialize();
dash.updateSettings({
  // Its warnings go to the console, which is watched: they include gaps that it jumps.
  debug: { logLevel: dashjs.Debug.LOG_LEVEL_WARNING },
  streaming: {
    abr: { autoSwitchBitrate: { video: false, audio: false } },
    text: { defaultEnabled: true },
    buffer: {
      bufferTimeDefault: AHEAD_SECONDS,
      bufferTimeAtTopQuality: AHEAD_SECONDS,
      bufferTimeAtTopQualityLongForm: AHEAD_SECONDS,
    },
  },
});
const { events } = dashjs.MediaPlayer;
for (const name of [events.ERROR, events.PLAYBACK_ERROR]) {
  dash.on(name, ({ type, error }) => console.warn(`dash.js: ${type}: ${error?.message ?? ''}`));
}

// Before, it knows no tracks to choose among, and then it chooses one itself.
const textsAreAdded = new Promise((resolve) => dash.on(events.TEXT_TRACKS_ADDED, resolve));

// biome-ignore lint/correctness/noUnusedVariables: the test's side calls it.
const player = {
  /** Resolves when the renditions are known; the one with that height is loaded first. */
  start(address, height) {
    return new Promise((resolve) => {
      dash.on(events.STREAM_INITIALIZED, () => {
        if (height !== null) player.choose(height);
        resolve();
      });
      // Only bandwidth decides the first choice.
      dash.on(events.MANIFEST_LOADED, ({ data }) => {
        const all = data.Period.flatMap((period) => period.AdaptationSet).flatMap(
          (set) => set.Representation,
        );
        const wanted = all.find((each) => each.height === height);
        if (wanted) {
          const video = wanted.bandwidth / 1000 + 1;
          dash.updateSettings({ streaming: { abr: { initialBitrate: { video } } } });
        }
      });
      dash.attachView(video);
      dash.setAutoPlay(false);
      dash.attachSource(address);
    });
  },
  heights: () => dash.getRepresentationsByType('video').map(({ height }) => height),
  languages: () => dash.getTracksFor('audio').map(({ lang }) => lang ?? null),
  choose(height) {
    const fits = (each) => each.height === height;
    // A copy whose segments meet elsewhere is a track of its own.
    if (!dash.getRepresentationsByType('video').some(fits)) {
      dash.setCurrentTrack(dash.getTracksFor('video').find(({ bitrateList }) => bitrateList.some(fits)));
    }
    const found = dash.getRepresentationsByType('video').find(fits);
    if (found) dash.setRepresentationForTypeById('video', found.id);
  },
  texts: () => dash.getTracksFor('text').map(({ labels }) => labels[0]?.text ?? null),
  async chooseText(name) {
    await textsAreAdded;
    // None is -1.
    dash.setTextTrack(dash.getTracksFor('text').findIndex(({ labels }) => labels[0]?.text === name));
  },
  chooseSound(language) {
    dash.setCurrentTrack(dash.getTracksFor('audio').find(({ lang }) => lang === language));
  },
  audioNames: () => dash.getTracksFor('audio').map(({ labels }) => labels[0]?.text ?? null),
  chooseAudio(name) {
    dash.setCurrentTrack(dash.getTracksFor('audio').find(({ labels }) => labels[0]?.text === name));
  },
};
