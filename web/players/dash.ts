import { type MediaInfo, MediaPlayer, type MediaPlayerClass } from 'dashjs';
import { AHEAD_SECONDS, type Offered, type Open, type Quality } from './player.ts';

/** Plays DASH by dash.js. */
export const open: Open = ({ element, address, onChange, onFailure }) => {
  const dash = MediaPlayer().create();
  const { events } = MediaPlayer;
  dash.initialize();
  dash.updateSettings({
    debug: { logLevel: 1 },
    streaming: {
      scheduling: { scheduleWhilePaused: false },
      buffer: {
        bufferTimeDefault: AHEAD_SECONDS,
        bufferTimeAtTopQuality: AHEAD_SECONDS,
        bufferTimeAtTopQualityLongForm: AHEAD_SECONDS,
      },
    },
  });
  // The page has tracks of its own: dash.js names them by numbers, and leaves them behind for the next film.
  dash.registerCustomCapabilitiesFilter(({ mimeType }) => mimeType !== 'text/vtt');
  const tell = () => onChange(offeredBy(dash));
  for (const event of [
    // Comes without a play, which STREAM_INITIALIZED waits for.
    events.PERIOD_SWITCH_COMPLETED,
    events.QUALITY_CHANGE_RENDERED,
    events.TRACK_CHANGE_RENDERED,
  ]) {
    dash.on(event, tell);
  }
  dash.on(events.ERROR, ({ error }) => {
    const { message, data } = typeof error === 'string' ? { message: error, data: null } : error;
    onFailure({ message: `dash.js: ${message}`, address: addressOf(data) });
  });
  dash.attachView(element);
  dash.setAutoPlay(false);
  dash.attachSource(address);
  return {
    chooseQuality: (id) => {
      dash.updateSettings({ streaming: { abr: { autoSwitchBitrate: { video: id === null } } } });
      if (id !== null) setQuality(dash, id);
      tell();
    },
    chooseAudio: (id) => {
      const track = dash.getTracksFor('audio')[Number(id)];
      if (track !== undefined) dash.setCurrentTrack(track);
    },
    close: () => dash.destroy(),
  };
};

/** A rendition, and the track that holds it: a copy whose segments meet elsewhere is a track of its own. */
type Place = Quality & { readonly track: MediaInfo };

function placesOf(dash: MediaPlayerClass): readonly Place[] {
  const places = dash.getTracksFor('video').flatMap((track) =>
    track.bitrateList.map(({ bandwidth = 0, width = 0, height = 0 }) => ({
      ...{ id: String(bandwidth), width, height, bitrate: bandwidth, track },
    })),
  );
  return places.sort((a, b) => b.bitrate - a.bitrate);
}

function setQuality(dash: MediaPlayerClass, wanted: string): void {
  const place = placesOf(dash).find(({ id }) => id === wanted);
  if (place === undefined) return;
  const found = () =>
    dash.getRepresentationsByType('video').find(({ bandwidth }) => bandwidth === place.bitrate);
  if (found() === undefined) dash.setCurrentTrack(place.track);
  const representation = found();
  if (representation !== undefined) dash.setRepresentationForTypeById('video', representation.id);
}

function offeredBy(dash: MediaPlayerClass): Offered {
  const current = dash.getCurrentRepresentationForType('video');
  const isAutomatic = dash.getSettings().streaming?.abr?.autoSwitchBitrate?.video !== false;
  const audios = dash.getTracksFor('audio');
  const audio = dash.getCurrentTrackFor('audio');
  const playing = current && {
    id: String(current.bandwidth),
    width: current.width,
    height: current.height,
    bitrate: current.bandwidth,
  };
  return {
    qualities: placesOf(dash),
    chosen: isAutomatic ? null : (playing?.id ?? null),
    playing,
    audios: audios.map(({ labels, lang }, at) => ({
      id: String(at),
      label: labels[0]?.text || lang || `Track ${at + 1}`,
    })),
    audio: audio && String(audios.findIndex(({ index }) => index === audio.index)),
  };
}

function addressOf(data: unknown): string | null {
  if (typeof data !== 'object' || data === null || !('request' in data)) return null;
  const { request } = data;
  if (typeof request !== 'object' || request === null || !('url' in request)) return null;
  return typeof request.url === 'string' ? request.url : null;
}
