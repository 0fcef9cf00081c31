/** One rendition of the video; of the audio, if there is no video. */
export type Quality = {
  readonly id: string;
  readonly width: number;
  /** Lines of the video; 0 for audio alone. */
  readonly height: number;
  /** Bits per second, as declared. */
  readonly bitrate: number;
};

export type Audio = { readonly id: string; readonly label: string };

/** What a presentation offers, and what is chosen of it. */
export type Offered = {
  /** The best comes first. */
  readonly qualities: readonly Quality[];
  /** The id of the chosen quality; null if the player chooses. */
  readonly chosen: string | null;
  /** What plays at the moment; null if nothing does. */
  readonly playing: Quality | null;
  readonly audios: readonly Audio[];
  /** The id of the audio track; null if it is not known yet. */
  readonly audio: string | null;
};

/** Why a player gave up. */
export type Failure = {
  readonly message: string;
  /** The request that failed; null if it was none. */
  readonly address: string | null;
};

export type Wish = {
  readonly element: HTMLMediaElement;
  /** Of a master playlist or manifest. */
  readonly address: string;
  readonly onChange: (offered: Offered) => void;
  readonly onFailure: (failure: Failure) => void;
};

/** A library that feeds a media element from HLS or DASH. It loads no media before somebody plays. */
export type Player = {
  /** Chooses a quality by its id; null leaves the choice to the player. */
  chooseQuality(id: string | null): void;
  chooseAudio(id: string): void;
  close(): void;
};

/** Begins to play a presentation. Throws if the browser has no Media Source Extensions. */
export type Open = (wish: Wish) => Player;

/** Buffered ahead at most, so that what nobody watches is hardly encoded. */
export const AHEAD_SECONDS = 30;
