import type { Scheme } from '../base/encryption-schemes.ts';
import { Problem } from '../base/problem.ts';
import type { ObjectRoute } from './answer-context.ts';

type HandedOut = ObjectRoute['kind'] | 'manifest';

/**
 * What a route hands out of a film: all of it in the clear, encrypted segments, or what only goes with it, which stays
 * clear.
 */
const HANDS_OUT = {
  media: 'film',
  stream: 'film',
  export: 'film',
  made: 'film',
  play: 'way',
  adaptive: 'segments',
  manifest: 'manifest',
  image: 'companion',
  waveform: 'companion',
  storyboard: 'companion',
  subtitles: 'companion',
  info: 'companion',
  key: 'companion',
} as const satisfies Record<HandedOut, string>;

/** Throws `encrypted-only` for a route that a service of this scheme does not answer. */
export function refuseClear(route: ObjectRoute, scheme: Scheme): void {
  const isManifest = route.kind === 'adaptive' && route.ask.kind === 'manifest';
  const refusal = clearRefusal(isManifest ? 'manifest' : route.kind, scheme);
  if (refusal !== null) throw refusal;
}

/** Returns why a service that encrypts does not answer a route; null if it does. */
export function clearRefusal(kind: HandedOut, scheme: Scheme | null): Problem | null {
  if (scheme === null) return null;
  const what = HANDS_OUT[kind];
  switch (what) {
    case 'film':
      return encryptedOnly(
        `play /hls/{key}/master.m3u8${scheme === 'cbcs' ? ' or /dash/{key}/manifest.mpd' : ''}`,
      );
    case 'way':
      return scheme === 'aes-128'
        ? null
        : encryptedOnly('no media element plays it without a player: give /hls or /dash to one');
    case 'manifest':
      return scheme === 'aes-128'
        ? encryptedOnly('its encryption (aes-128) is of HLS alone: play /hls/{key}/master.m3u8')
        : null;
    case 'segments':
    case 'companion':
      return null;
    default:
      return what satisfies never;
  }
}

const encryptedOnly = (how: string) =>
  new Problem('encrypted-only', `This service sends films encrypted; ${how}.`);
