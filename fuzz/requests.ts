import { seeded } from '../testing/seeded.ts';
import {
  GOOD_VALUES,
  HEADERS,
  KEY_PARTS,
  METHODS,
  NAMES,
  RANGES,
  TEXTS,
  VALIDATORS,
  VALUES,
} from './hostile.ts';
import { MALFORMED } from './malformed.ts';

/** One request as bytes, and what kind of address it names. */
export type FuzzRequest = {
  readonly kind: string;
  readonly isHead: boolean;
  readonly bytes: Buffer;
};

/** What exists, encoded as in addresses: keys, and paths of segments with their queries. */
export type FuzzTargets = { readonly keys: readonly string[]; readonly segments: readonly string[] };

/** Returns the request number `index` of a seed: always the same, whatever was sent before it. */
export function requestAt(seed: number, index: number, targets: FuzzTargets): FuzzRequest {
  const { keys } = targets;
  const random = seeded(seed * 1_000_003 + index);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const chance = (share: number) => random() < share;
  if (chance(0.04)) {
    return { kind: 'no HTTP', isHead: false, bytes: Buffer.from(pick(MALFORMED), 'latin1') };
  }
  const route = pick(ROUTES);
  const method = chance(0.8) ? 'GET' : chance(0.5) ? pick(['HEAD', 'OPTIONS']) : pick(METHODS);
  const token = chance(0.04) ? `/~${chance(0.5) ? TOKEN : pick(VALUES)}` : '';
  const path = route.path(key(), pick, targets);
  const target = `${token}${path}${path.includes('?') && chance(0.8) ? '' : query(route.names)}`;
  const lines = [
    `${method} ${target.replaceAll(' ', '%20')} HTTP/1.1`,
    `Host: ${chance(0.05) ? pick(TEXTS) : 'localhost'}`,
  ];
  lines.push(...headers(), 'Connection: close');
  const body = method === 'POST' || chance(0.01) ? 'x'.repeat(Math.floor(random() * 2_000)) : '';
  if (body !== '') lines.push(`Content-Length: ${body.length}`);
  return {
    kind: token === '' ? route.kind : 'token',
    isHead: method === 'HEAD',
    bytes: Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1'),
  };

  function key(): string {
    if (chance(0.5)) return pick(keys);
    const parts = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
      chance(0.3) ? pick(keys) : pick(KEY_PARTS),
    );
    return parts.join(chance(0.9) ? '/' : '');
  }

  function query(names: readonly string[]): string {
    if (chance(0.5)) return '';
    const pairs = Array.from({ length: chance(0.9) ? 1 + Math.floor(random() * 3) : 60 }, () => {
      const name = names.length > 0 && chance(0.75) ? pick(names) : pick(NAMES);
      return `${name}=${chance(0.5) ? pick(GOOD_VALUES[name] ?? VALUES) : pick(VALUES)}`;
    });
    return `?${pairs.join('&')}`;
  }

  function headers(): string[] {
    const lines: string[] = [];
    if (chance(0.3)) lines.push(`Range: ${pick(RANGES)}`);
    if (chance(0.15)) {
      const name = pick([
        'If-Match',
        'If-None-Match',
        'If-Range',
        'If-Modified-Since',
        'If-Unmodified-Since',
      ]);
      lines.push(`${name}: ${pick(VALIDATORS)}`);
    }
    while (chance(0.3)) lines.push(`${pick(HEADERS)}: ${pick(TEXTS)}`);
    // A bomb: as many as the front lets through, or more than that.
    if (chance(0.01))
      lines.push(
        ...Array.from({ length: pick([60, 400, 2_500]) }, (_, i) => `X-${i}: ${pick(TEXTS).slice(0, 20)}`),
      );
    return lines;
  }
}

/** Well-formed, of a key that the service does not have. */
const TOKEN = `main.1767225600.k.${'A'.repeat(43)}`;

const STREAM = [
  'format',
  'height',
  'width',
  'bitrate',
  'start',
  'duration',
  'audio',
  'channels',
  'speed',
  'loudness',
  'burn',
  'metadata',
  'accept',
];
const IMAGE = ['t', 'nearest', 'width', 'height', 'fit', 'format', 'quality', 'v', 'duration', 'fps'];
const SHEETS = [
  'index.vtt',
  'index.json',
  'index.m3u8',
  'iframes.m3u8',
  'init.mp4',
  '0.jpg',
  '00.jpg',
  '9999.jpg',
  'iframe-0.m4s',
];
const MANIFEST = ['min-height', 'max-height', 'renditions', 'audio', 'subtitles', 'order', 'start', 'end'];
const TEXT_IDS = [
  'track-0',
  'track-2',
  'track-99',
  'file',
  'file-en',
  'file-',
  'FILE',
  '__proto__',
  '..',
  '',
];
const RENDITIONS = [
  'track-2',
  'file-en',
  'copy',
  '240p',
  'audio',
  'audio-2',
  '__proto__',
  'constructor',
  '9999p',
  '-',
  '%2e%2e',
];
const FILES = [
  'init.mp4',
  'subtitles.vtt',
  'subtitles-0-9000.vtt',
  'subtitles-9-1.vtt',
  '0.m4s',
  '00.m4s',
  '-1.m4s',
  '9999999.m4s',
  'clip-init.mp4',
  '1-20.m4s',
  '20-1.m4s',
  '0-99999999.m4s',
  '1e3.m4s',
  'iframe-0.m4s',
  'iframe-.m4s',
  'iframe-9-30.m4s',
  'iframe-30-9.m4s',
  '.m4s',
];
const IDS = ['a'.repeat(22), '-'.repeat(22), 'a'.repeat(21), '0'.repeat(500), '__proto__', '%2e%2e', ''];
const ASSETS = ['hls-AAAAAAAA.js', '__proto__', 'constructor', '../index.mjs', '%2e%2e%2findex.mjs', ''];
const PLAYLISTS = ['index.m3u8', 'iframes.m3u8', 'INDEX.M3U8', 'index.m3u8/'];

type RouteCase = {
  readonly kind: string;
  readonly names: readonly string[];
  path(key: string, pick: <T>(from: readonly T[]) => T, targets: FuzzTargets): string;
};

const MEDIA: RouteCase = { kind: 'media', names: ['faststart', 'download'], path: (key) => `/media/${key}` };
const PLAYED: RouteCase = { kind: 'stream', names: STREAM, path: (key) => `/stream/${key}` };

const ROUTES: readonly RouteCase[] = [
  { kind: 'page', names: [], path: () => '/' },
  { kind: 'health', names: [], path: () => '/health' },
  { kind: 'description', names: [], path: (_, pick) => pick(['/openapi.json', '/llms.txt']) },
  { kind: 'asset', names: [], path: (_, pick) => `/assets/${pick(ASSETS)}` },
  ...[MEDIA, MEDIA, PLAYED, PLAYED],
  { kind: 'play', names: [], path: (key) => `/play/${key}` },
  { kind: 'embed', names: ['start', 'end', 'subtitles'], path: (key) => `/embed/${key}` },
  { kind: 'console', names: [], path: (key) => `/console/${key}` },
  { kind: 'image', names: IMAGE, path: (key) => `/image/${key}` },
  {
    kind: 'waveform',
    names: ['format', 'points', 'pixels-per-second', 'bits', 'split', 'height', 'color', 'audio', 'v'],
    path: (key) => `/waveform/${key}`,
  },
  {
    kind: 'storyboard',
    names: ['width', 'interval', 'absolute', 'start', 'end', 'v'],
    path: (key, pick) => `/storyboard/${key}/${pick(SHEETS)}`,
  },
  {
    kind: 'subtitles',
    names: ['start', 'duration'],
    path: (key, pick) => `/subtitles/${key}/${pick(TEXT_IDS)}.vtt`,
  },
  { kind: 'info', names: [], path: (key) => `/info/${key}` },
  { kind: 'hls', names: MANIFEST, path: (key) => `/hls/${key}/master.m3u8` },
  {
    kind: 'hls',
    names: ['v', 'start', 'end'],
    path: (key, pick) => `/hls/${key}/${pick(RENDITIONS)}/${pick(PLAYLISTS)}`,
  },
  { kind: 'dash', names: MANIFEST, path: (key) => `/dash/${key}/manifest.mpd` },
  {
    kind: 'segment',
    names: ['v'],
    path: (key, pick) => `/${pick(['hls', 'dash'])}/${key}/${pick(RENDITIONS)}/${pick(FILES)}`,
  },
  { kind: 'segment', names: [], path: (_, pick, { segments }) => pick(segments) },
  {
    kind: 'key',
    names: ['v'],
    path: (key, pick) => `/key/${key}/${pick(['content.key', 'license.json', 'CONTENT.KEY', '..'])}`,
  },
  { kind: 'export', names: STREAM, path: (key) => `/export/${key}` },
  {
    kind: 'made',
    names: ['download'],
    path: (key, pick) => `/made/${key}/${pick(IDS)}.${pick(['mp4', 'wav', 'MP4', 'x', '..'])}`,
  },
  { kind: 'nowhere', names: [], path: (key) => `/${key}` },
];
