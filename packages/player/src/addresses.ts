import { addressOf } from '../../client/src/address.ts';

/** What is played, as the attributes of the element say it. */
export type Subject = {
  /** The key of the film or song. */
  readonly src: string;
  /** The origin of the service, with or without a slash at its end. */
  readonly base: string;
  /** The token that opens the key, without `~`; null for a public service. */
  readonly token: string | null;
  /** Seconds of the film; null for its beginning or end. */
  readonly start: string | null;
  readonly end: string | null;
  /** Which text tracks are offered, as the manifest's parameter has it; null for all. */
  readonly subtitles: string | null;
};

export type Addresses = {
  readonly playlist: string;
  readonly poster: string;
  readonly storyboard: string;
  /** The key of a film whose samples are encrypted. */
  readonly license: string;
};

/** Returns the addresses of a subject. Throws TypeError for a key that no address can name. */
export function addressesOf({ src: key, start, end, subtitles, ...service }: Subject): Addresses {
  const choice = { start: secondsOf(start), end: secondsOf(end), subtitles: subtitles || undefined };
  return {
    playlist: addressOf('hls', { key, ...choice }, service),
    poster: addressOf('image', { key }, service),
    storyboard: addressOf('storyboard', { key }, service),
    license: addressOf('contentKeyLicense', { key }, service),
  };
}

/** Text that is no number is sent as NaN, which the service refuses by its name. */
const secondsOf = (text: string | null) => (text ? Number(text) : undefined);
