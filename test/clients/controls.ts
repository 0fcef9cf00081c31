import { createReadStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { ffmpeg } from '../../testing/verify.ts';
import type { Address, Kind } from './addresses.ts';
import type { Visit } from './client.ts';

/**
 * The same written by ffmpeg alone and served by a plain server: what a client cannot do with this either is its own fault.
 * `folder` holds the films.
 */
export async function startControls(folder: string) {
  const written = new Map<string, Promise<string>>();
  const once = (name: string, make: (path: string) => Promise<unknown>): Promise<string> => {
    const path = join(folder, 'controls', name);
    const known =
      written.get(name) ??
      mkdir(join(path, '..'), { recursive: true }).then(async () => {
        await make(path);
        return `/controls/${name}`;
      });
    written.set(name, known);
    return known;
  };
  const server = createServer((request, response) => {
    serve(folder, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    /** What corresponds to a visit at that address. */
    async urlOf(address: Address, kind: Kind, visit: Visit): Promise<string> {
      const { film } = visit;
      const source = join(folder, film.key);
      const coding = codingOf(visit);
      const name = `${film.key}/${visit.rendition ?? address.name.replace(' ', '-')}`;
      if (kind === 'hls')
        return (
          origin + (await once(`${name}/master.m3u8`, (to) => hls(source, coding, visit.frames !== null, to)))
        );
      if (kind === 'dash')
        return origin + (await once(`${name}/manifest.mpd`, (to) => dash(source, coding, to)));
      switch (address.name) {
        case 'stream made':
        case 'stream cached': {
          const { extension, query } = film.stream;
          const part = ['-t', String(film.stream.seconds)];
          const flags = address.seeks ? 'faststart' : 'frag_keyframe+empty_moov+delay_moov';
          const streamCoding = extension === 'mp3' || query === '' ? copyOrMp3(extension) : ENCODED;
          const path = await once(`${name}.${extension}`, (to) =>
            ffmpeg(
              '-i',
              source,
              ...part,
              ...streamCoding,
              ...(extension === 'mp4' ? ['-movflags', flags] : []),
              to,
            ),
          );
          return `${origin}${path}${address.seeks ? UNTOLD : '?without-length'}`;
        }
        case 'faststart':
          return (
            origin +
            (await once(`${name}.mp4`, (to) =>
              ffmpeg('-i', source, '-c', 'copy', '-movflags', 'faststart', to),
            )) +
            UNTOLD
          );
        default:
          return `${origin}/${film.key}${UNTOLD}`;
      }
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** With ranges and without Content-Length, which a Function URL takes off every answer. */
const UNTOLD = '?untold-length';

const AAC = ['-c:a', 'aac', '-ac', '2'];
const ENCODED = [
  '-vf',
  'scale=-2:240',
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
  // As what it stands for has them: without, ffmpeg's DASH reader loses no frame.
  '-bf',
  '3',
  '-g',
  '48',
  '-pix_fmt',
  'yuv420p',
  ...AAC,
];
const copyOrMp3 = (extension: 'mp4' | 'mp3') =>
  extension === 'mp3' ? ['-c:a', 'libmp3lame'] : ['-c', 'copy'];

function codingOf({ rendition, frames, film }: Visit): string[] {
  if (frames === null) return AAC;
  return rendition === 'encoded' && film.height !== null && film.height > 240 ? ENCODED : ['-c', 'copy'];
}

/** Audio in a group of its own, as Sluice has it. */
async function hls(source: string, coding: readonly string[], hasVideo: boolean, to: string): Promise<void> {
  // ffmpeg lists no variant whose bit rate it does not know, and knows that of an MP4.
  const whole = join(to, '..', 'whole.mp4');
  await ffmpeg('-i', source, ...coding, whole);
  const groups = hasVideo
    ? ['-var_stream_map', 'v:0,agroup:audio a:0,agroup:audio']
    : ['-var_stream_map', 'a:0'];
  await ffmpeg(
    ...['-i', whole, '-c', 'copy', '-f', 'hls', '-hls_time', '4', '-hls_playlist_type', 'vod', ...groups],
    ...['-hls_segment_type', 'fmp4', '-master_pl_name', 'master.m3u8', join(to, '..', 'media-%v.m3u8')],
  );
}

const dash = (source: string, coding: readonly string[], to: string) =>
  ffmpeg('-i', source, ...coding, '-f', 'dash', '-seg_duration', '4', to);

const TYPES: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.m4s': 'video/mp4',
  '.mkv': 'video/x-matroska',
  '.mp3': 'audio/mpeg',
  '.flac': 'audio/flac',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.mpd': 'application/dash+xml',
};

async function serve(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  // Pages of the browsers stand anywhere.
  if (pathname === '/health') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    return;
  }
  const path = join(folder, decodeURIComponent(pathname));
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) {
    response.writeHead(404).end();
    return;
  }
  const headers = { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' };
  const body = (range?: { start: number; end: number }) => {
    if (request.method === 'HEAD') response.end();
    else
      createReadStream(path, range)
        .on('error', () => response.destroy())
        .pipe(response);
  };
  if (search === '?without-length') {
    response.writeHead(200, headers);
    return body();
  }
  const { size } = found;
  const lengthOf = (bytes: number) => (search === UNTOLD ? {} : { 'content-length': bytes });
  const asked = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
  if (asked === null) {
    response.writeHead(200, { ...headers, 'accept-ranges': 'bytes', ...lengthOf(size) });
    return body();
  }
  const [, from = '', to = ''] = asked;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (start > end) {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    return;
  }
  const contentRange = `bytes ${start}-${end}/${size}`;
  response.writeHead(206, { ...headers, 'content-range': contentRange, ...lengthOf(end - start + 1) });
  return body({ start, end });
}
