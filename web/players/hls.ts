import Hls, { type ErrorData, Events, type MediaPlaylist } from 'hls.js';
import { AHEAD_SECONDS, type Audio, type Offered, type Open, type Quality } from './player.ts';

/** Plays HLS by hls.js. */
export const open: Open = ({ element, address, onChange, onFailure }) => {
  if (!Hls.isSupported()) throw new Error('This browser has no Media Source Extensions.');
  const hls = new Hls({
    // A person may have pressed play while this was loaded.
    autoStartLoad: !element.paused,
    // Workers come from blobs, which the page's policy forbids.
    enableWorker: false,
    maxBufferLength: AHEAD_SECONDS,
    maxMaxBufferLength: AHEAD_SECONDS,
    // In headers, since a query would make an address of its own for the browser's cache.
    cmcd: { useHeaders: true },
  });
  let hasBegun = !element.paused;
  const load = () => {
    hasBegun = true;
    hls.startLoad();
  };
  const tell = () => onChange(offeredBy(hls));
  let isRecovering = false;
  for (const event of [
    Events.MANIFEST_PARSED,
    Events.LEVELS_UPDATED,
    Events.LEVEL_SWITCHED,
    Events.AUDIO_TRACKS_UPDATED,
    Events.AUDIO_TRACK_SWITCHED,
  ] as const) {
    hls.on(event, tell);
  }
  hls.on(Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    // A decoder that gave up may succeed when it is asked again, but not for ever.
    if (data.type === 'mediaError' && !isRecovering) {
      isRecovering = true;
      hls.recoverMediaError();
      return;
    }
    onFailure({ message: `hls.js: ${data.details}`, address: addressOf(data) });
  });
  element.addEventListener('play', load, { once: true });
  hls.loadSource(address);
  hls.attachMedia(element);
  return {
    chooseQuality: (id) => {
      // hls.js 1.7 gives up the first segment if the level changes while it is loaded, and asks for none again.
      const isFirst = hasBegun && element.buffered.length === 0;
      if (isFirst) hls.stopLoad();
      // Whoever chooses wants to see it: what is buffered of a short film would last to its end.
      if (id !== null && hasBegun && !isFirst) hls.currentLevel = Number(id);
      else hls.nextLevel = id === null ? -1 : Number(id);
      if (isFirst) hls.startLoad();
      tell();
    },
    chooseAudio: (id) => {
      hls.audioTrack = Number(id);
    },
    close: () => {
      element.removeEventListener('play', load);
      hls.destroy();
    },
  };
};

function offeredBy(hls: Hls): Offered {
  const qualities = hls.levels.map(
    ({ width, height, bitrate }, at): Quality => ({ id: String(at), width, height, bitrate }),
  );
  return {
    qualities: qualities.toSorted((a, b) => b.bitrate - a.bitrate),
    chosen: hls.autoLevelEnabled ? null : String(hls.manualLevel),
    playing: qualities[hls.currentLevel] ?? null,
    audios: hls.audioTracks.map(audioOf),
    audio: hls.audioTrack < 0 ? null : String(hls.audioTrack),
  };
}

const audioOf = ({ name, lang }: MediaPlaylist, at: number): Audio => ({
  id: String(at),
  label: name || lang || `Track ${at + 1}`,
});

function addressOf({ response, frag, context, url }: ErrorData): string | null {
  return response?.url ?? frag?.url ?? context?.url ?? url ?? null;
}
