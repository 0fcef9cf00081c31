import type { AddressForm } from './address-form.ts';
import { FOUND_BY_PLAYERS } from './player-addresses.ts';
import type { ROUTES } from './routes.ts';

const JSON_TYPE = 'application/json';
const HLS = 'application/vnd.apple.mpegurl';
const EVENTS = ['text/event-stream', 'application/x-ndjson'] as const;

/** The addresses of each route, by its first word: what is described of them, and what client libraries build. */
export const ADDRESSES = {
  '': [
    {
      name: 'list',
      path: '/',
      takes: 'page',
      means: 'the list of media; the player page for a browser',
      answers: [JSON_TYPE, 'text/html'],
    },
  ],
  health: [
    {
      name: 'health',
      path: '/health',
      takes: 'health',
      means: 'whether the service works, and its versions',
      answers: [JSON_TYPE],
    },
  ],
  'openapi.json': [
    {
      name: 'openapi',
      path: '/openapi.json',
      takes: 'description',
      means: 'every address and parameter, as OpenAPI 3.1',
      answers: [JSON_TYPE],
    },
  ],
  'llms.txt': [
    {
      name: 'llms',
      path: '/llms.txt',
      takes: 'description',
      means: 'the addresses in short, for language models',
      answers: ['text/plain'],
    },
  ],
  assets: [
    {
      name: 'asset',
      path: '/assets/{name}',
      takes: 'asset',
      means: 'a module that the page loads',
      answers: ['text/javascript'],
    },
  ],
  media: [
    {
      name: 'media',
      path: '/media/{key}',
      takes: 'media',
      means: "the object's own bytes, with ranges and conditional requests",
      answers: ['*/*'],
    },
  ],
  stream: [
    {
      name: 'stream',
      path: '/stream/{key}',
      takes: 'stream',
      means: 'what a video or audio element can play from the first bytes, in the cheapest way',
      answers: ['video/*', 'audio/*'],
    },
  ],
  play: [
    {
      name: 'play',
      path: '/play/{key}',
      takes: 'play',
      means: 'one address for every player: the file, what /stream sends, or the way to HLS',
      answers: ['video/*', 'audio/*'],
    },
  ],
  embed: [
    {
      name: 'embed',
      path: '/embed/{key}',
      takes: 'embed',
      means: 'a page with a player, which pages of other origins may frame',
      answers: ['text/html'],
    },
  ],
  console: [
    {
      name: 'console',
      path: '/console/{key}',
      takes: 'console',
      means: 'the player page of one film or song, for who has no list; what it shows as JSON for a program',
      answers: [JSON_TYPE, 'text/html'],
    },
  ],
  image: [
    {
      name: 'image',
      path: '/image/{key}',
      takes: 'image',
      means: 'a frame of the film; the cover art of a song',
      answers: ['image/*'],
    },
  ],
  waveform: [
    {
      name: 'waveform',
      path: '/waveform/{key}',
      takes: 'waveform',
      means: 'the peaks of the audio',
      answers: [JSON_TYPE, 'application/octet-stream', 'image/svg+xml', 'image/png'],
    },
  ],
  storyboard: [
    {
      name: 'storyboard',
      path: '/storyboard/{key}/index.vtt',
      takes: 'storyboard',
      means: 'thumbnails for a seek bar, as WebVTT',
      answers: ['text/vtt'],
    },
    {
      name: 'storyboardJson',
      path: '/storyboard/{key}/index.json',
      takes: 'storyboard',
      means: 'thumbnails for a seek bar, as JSON',
      answers: [JSON_TYPE],
    },
    ...FOUND_BY_PLAYERS.storyboard,
  ],
  hls: [
    {
      name: 'hls',
      path: '/hls/{key}/master.m3u8',
      takes: 'manifest',
      means: 'adaptive HLS: renditions, audio, subtitles and trick play, produced on request',
      answers: [HLS],
    },
    ...FOUND_BY_PLAYERS.hls,
  ],
  dash: [
    {
      name: 'dash',
      path: '/dash/{key}/manifest.mpd',
      takes: 'manifest',
      means: 'DASH over the same segments',
      answers: ['application/dash+xml'],
    },
    ...FOUND_BY_PLAYERS.dash,
  ],
  export: [
    {
      name: 'export',
      path: '/export/{key}',
      takes: 'stream',
      means: 'produces a complete file, reports progress, and then its address',
      answers: EVENTS,
    },
  ],
  key: [
    {
      name: 'contentKey',
      path: '/key/{key}/content.key',
      takes: 'key',
      means: 'the key of encrypted segments, as playlists name it',
      answers: ['application/octet-stream'],
    },
    {
      name: 'contentKeyLicense',
      path: '/key/{key}/license.json',
      takes: 'key',
      means: 'the same key as a license of Clear Key',
      answers: [JSON_TYPE],
    },
  ],
  made: [
    {
      name: 'made',
      path: '/made/{key}/{id}.{extension}',
      takes: 'made',
      means: 'the result of an export, with ranges and conditional requests',
      answers: ['video/*', 'audio/*'],
    },
  ],
  subtitles: [
    {
      name: 'subtitles',
      path: '/subtitles/{key}/{track}.vtt',
      takes: 'subtitles',
      means: 'one text track, out of the film or out of a file beside it',
      answers: ['text/vtt'],
    },
  ],
  upload: [
    {
      name: 'upload',
      path: '/upload/{key}',
      takes: 'upload',
      means: 'how a new object is added, where the operator has switched that on',
      answers: [JSON_TYPE],
    },
  ],
  info: [
    {
      name: 'info',
      path: '/info/{key}',
      takes: 'info',
      means: 'tracks, duration, and what each address would do, why, and at what cost',
      answers: [JSON_TYPE],
    },
  ],
} as const satisfies Record<keyof typeof ROUTES, readonly AddressForm[]>;
