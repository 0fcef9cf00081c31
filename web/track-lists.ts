import { MediaTracksMixin, type VideoTrack, type WithMediaTracks } from 'media-tracks';
import type { Audio, Offered, Player, Quality } from './players/player.ts';

MediaTracksMixin(HTMLMediaElement);

/** A media element, as the polyfill makes it. */
type Listing = HTMLMediaElement & WithMediaTracks<unknown>['prototype'];

const isListing = (element: HTMLMediaElement): element is Listing => 'videoRenditions' in element;

/**
 * Puts what a presentation offers into the track lists of an element, which its menus read, and has the player follow a choice
 * there, until `signal` aborts. Returns what takes news of the player.
 */
export function listTracks(element: HTMLMediaElement, signal: AbortSignal): TrackLists {
  if (!isListing(element)) throw new TypeError('The element has no lists of tracks.');
  let player: Player | null = null;
  let shown = '';
  let audio: string | null = null;
  const drop = () => {
    // A track that goes would not tell of its renditions.
    const main = mainTrack(element);
    for (const rendition of [...element.videoRenditions]) main.removeRendition(rendition);
    for (const track of [...element.audioTracks]) element.removeAudioTrack(track);
  };
  // Nobody but a person chooses here: what the player does by itself is not written back.
  element.videoRenditions.addEventListener(
    'change',
    () => player?.chooseQuality([...element.videoRenditions].find(({ selected }) => selected)?.id ?? null),
    { signal },
  );
  element.audioTracks.addEventListener(
    'change',
    () => {
      const wanted = [...element.audioTracks].find(({ enabled }) => enabled)?.id ?? null;
      if (wanted === null || wanted === audio) return;
      audio = wanted;
      player?.chooseAudio(wanted);
    },
    { signal },
  );
  signal.addEventListener('abort', drop);
  return {
    follow(opened) {
      player = opened;
    },
    choose(id) {
      for (const rendition of [...element.videoRenditions]) rendition.selected = rendition.id === id;
    },
    show(offered) {
      const offers = JSON.stringify([offered.qualities, offered.audios, offered.audio === null]);
      if (offers === shown || signal.aborted) return;
      shown = offers;
      const chosen = [...element.videoRenditions].find(({ selected }) => selected)?.id ?? offered.chosen;
      audio ??= offered.audio;
      drop();
      addQualities(element, offered.qualities, chosen);
      addAudios(element, offered.audios, audio);
    },
  };
}

export type TrackLists = {
  /** Takes the player that follows choices. */
  follow(player: Player): void;
  /** Chooses a quality as its menu does; null leaves the choice to the player. */
  choose(id: string | null): void;
  /** Shows what is offered, if that has changed. */
  show(offered: Offered): void;
};

/** Audio alone has no lines that a menu could name. */
function addQualities(element: Listing, qualities: readonly Quality[], chosen: string | null): void {
  const films = qualities.filter(({ height }) => height > 0);
  if (films.length < 2) return;
  const track = mainTrack(element);
  for (const { id, width, height, bitrate } of films) {
    const rendition = track.addRendition('', width, height, undefined, bitrate);
    rendition.id = id;
    rendition.selected = id === chosen;
  }
}

/** Holds the renditions of whatever is played. */
function mainTrack(element: Listing): VideoTrack {
  const known = [...element.videoTracks].find(({ kind }) => kind === 'main');
  if (known !== undefined) return known;
  const track = element.addVideoTrack('main');
  track.selected = true;
  return track;
}

function addAudios(element: Listing, audios: readonly Audio[], playing: string | null): void {
  if (audios.length < 2) return;
  for (const { id, label } of audios) {
    const track = element.addAudioTrack(id === playing ? 'main' : 'alternative', label);
    track.id = id;
    track.enabled = id === playing;
  }
}
