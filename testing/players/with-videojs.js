/* global videojs, AHEAD_SECONDS, video */
// It warns about setting these.
videojs.log.level('error');
videojs.Vhs.GOAL_BUFFER_LENGTH = AHEAD_SECONDS;
videojs.Vhs.MAX_GOAL_BUFFER_LENGTH = AHEAD_SECONDS;
videojs.log.level('info');

let wanted = null;
const fits = ({ attributes }) => attributes.RESOLUTION?.height === wanted;
const standardSelector = videojs.Vhs.STANDARD_PLAYLIST_SELECTOR;
// Only the wanted rendition is enabled; otherwise a slow segment makes VHS exclude its rendition.
videojs.Vhs.STANDARD_PLAYLIST_SELECTOR = function () {
  // It knows where a manifest of audio alone has its playlists.
  if (wanted === null) return standardSelector.call(this);
  const { playlists } = this.playlists.main;
  for (const playlist of playlists) playlist.disabled = !fits(playlist);
  return playlists.find(fits) ?? null;
};

const videojsPlayer = videojs(video, {
  preload: 'auto',
  html5: {
    nativeAudioTracks: false,
    nativeVideoTracks: false,
    vhs: { overrideNative: true, enableLowInitialPlaylist: false },
  },
});
videojsPlayer.on('error', () =>
  console.warn(`video.js: ${videojsPlayer.error()?.code} ${videojsPlayer.error()?.message}`),
);
const vhs = () => videojsPlayer.tech(true).vhs;

// biome-ignore lint/correctness/noUnusedVariables: the test's side calls it.
const player = {
  /** Resolves when the renditions are known; the one with that height is loaded first. */
  start(address, height) {
    wanted = height;
    return new Promise((resolve) => {
      const [, extension] = /\.(mpd|m3u8)($|\?)/.exec(address) ?? [];
      // Without an engine, the element's own event tells.
      if (extension === undefined) videojsPlayer.on('loadedmetadata', resolve);
      else videojsPlayer.on('loadstart', () => vhs()?.playlists.on('loadedmetadata', resolve));
      const types = { mpd: 'application/dash+xml', m3u8: 'application/vnd.apple.mpegurl' };
      const type = types[extension] ?? 'video/mp4';
      videojsPlayer.src({ src: address, type });
    });
  },
  heights: () => vhs().playlists.main.playlists.map(({ attributes }) => attributes.RESOLUTION?.height),
  languages: () => Array.from(videojsPlayer.audioTracks()).map(({ language }) => language || null),
  choose(height) {
    wanted = height;
    const found = vhs()
      .representations()
      .find((each) => each.height === height);
    // It chooses a rendition when one becomes enabled.
    found?.enabled(false);
    found?.enabled(true);
  },
  textTracks: () => videojsPlayer.textTracks(),
  texts: () =>
    Array.from(videojsPlayer.textTracks())
      .filter(({ kind }) => kind !== 'metadata')
      .map(({ label }) => label),
  chooseText(name) {
    for (const track of Array.from(videojsPlayer.textTracks())) {
      if (track.kind !== 'metadata') track.mode = track.label === name ? 'showing' : 'disabled';
    }
  },
  chooseSound(language) {
    const track = Array.from(videojsPlayer.audioTracks()).find((each) => each.language === language);
    if (track) track.enabled = true;
  },
  audioNames: () => Array.from(videojsPlayer.audioTracks()).map(({ label }) => label),
  chooseAudio(name) {
    const track = Array.from(videojsPlayer.audioTracks()).find(({ label }) => label === name);
    if (track) track.enabled = true;
  },
};
