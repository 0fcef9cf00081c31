import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

const SECONDS = 6;

type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly example?: string | number | boolean;
};
type Operation = {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly responses: { readonly 200: { readonly content: Readonly<Record<string, object>> } };
};
type Description = { readonly paths: Readonly<Record<string, { readonly get: Operation }>> };

/** Without these, a parameter has nothing to change, and is refused. */
const NEEDS: Readonly<Record<string, string>> = {
  duration: 'format=webp&',
  fps: 'format=webp&duration=1&',
  'waveform height': 'format=png&',
  'waveform color': 'format=svg&',
};

/** What stands before a parameter: video takes long to encode, and most parameters are of audio as well. */
function besides(address: string, name: string): string {
  if (address === 'image') return `${name === 't' ? '' : 't=0&'}${NEEDS[name] ?? ''}`;
  if (address === 'waveform') return NEEDS[`waveform ${name}`] ?? '';
  if (!['stream', 'export'].includes(address)) return '';
  if (name === 'burn') return 'height=144&duration=1&';
  return ['format', 'height', 'width'].includes(name) ? '' : 'format=mp3&';
}

describe('/openapi.json', function () {
  this.timeout(120_000);
  let root: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    root = await mkdtemp(join(tmpdir(), 'sluice-described-'));
    const media = join(root, 'media', 'films');
    await mkdir(media, { recursive: true });
    await writeFile(join(root, 'chapters.txt'), CHAPTERS);
    await writeFile(join(media, 'a film.en.srt'), '1\n00:00:00,000 --> 00:00:05,000\nA cue\n');
    await ffmpeg(
      ...['-f', 'lavfi', '-i', 'testsrc2=s=426x240:r=25', '-f', 'lavfi', '-i', 'sine=f=440'],
      ...['-i', join(root, 'chapters.txt'), '-map_metadata', '2', '-t', String(SECONDS), '-c:a', 'aac'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50', '-pix_fmt', 'yuv420p'],
      join(media, 'a film.mp4'),
    );
    service = await startService({
      ...{
        MEDIA_DIR: join(root, 'media'),
        DERIVED_DIR: join(root, 'derived'),
        PLAYER_PAGE: '1',
        EMBED_ORIGINS: '*',
        UPLOADS: '1',
        // Each parameter of an export is another one, and nobody waits for them.
        MAX_OBJECT_EXPORTS: '100',
        MAX_EXPORTS: '100',
      },
    });
  });

  after(async () => {
    await service?.close();
    if (root) await rm(root, { recursive: true, force: true });
  });

  const get = async (path: string) => {
    const response = await fetch(`${service.url}${path}`);
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
  const first = async (path: string, expression: RegExp) => {
    const { status, body } = await get(path);
    const found = expression.exec(body)?.slice(1);
    if (found === undefined) throw new Error(`${path} (${status}) has no ${expression}.`);
    return found;
  };

  it('describes addresses that answer, with each of their parameters', async () => {
    const { status, headers, body } = await get('/openapi.json');
    expect([status, headers.get('content-type')]).to.deep.equal([200, 'application/json']);
    const { paths }: Description = JSON.parse(body);
    const samples = await placeholders();
    const wrong: string[] = [];
    let asked = 0;
    for (const [path, { get: operation }] of Object.entries(paths)) {
      const fill = (_: string, name: string) =>
        samples[`${operation.operationId} ${name}`] ?? samples[name] ?? name;
      const address = path.replace(/\{(\w+)\}/g, fill);
      const queries = operation.parameters
        .filter((parameter) => parameter.in === 'query')
        .map(({ name, example }) => {
          const value = String(example ?? samples[`${operation.operationId} v`] ?? samples.v);
          return `?${besides(operation.operationId, name)}${name}=${encodeURIComponent(value)}`;
        });
      for (const query of ['', ...queries]) {
        const answer = await get(address + query);
        asked += 1;
        const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
        const isSaid = Object.keys(operation.responses[200].content).some(
          (said) =>
            said === '*/*' || said === type || (said.endsWith('/*') && type.startsWith(said.slice(0, -1))),
        );
        if (answer.status === 200 && isSaid && !/^event: failed/m.test(answer.body)) continue;
        wrong.push(`${address}${query}: ${answer.status} ${type} ${answer.body.slice(0, 200)}`);
      }
    }
    console.log(`      ${asked} requests of ${Object.keys(paths).length} addresses`);
    expect(wrong).to.deep.equal([]);
    expect(asked).to.be.above(100);
  });

  it('stands beside a text for language models', async () => {
    const { status, headers, body } = await get('/llms.txt');
    expect([status, headers.get('content-type')]).to.deep.equal([200, 'text/plain; charset=utf-8']);
    expect(body).to.match(/^# Sluice\n\n> /);
  });

  /** What stands in the place of placeholders and versions: by its name, or by the address and its name. */
  async function placeholders(): Promise<Readonly<Record<string, string>>> {
    const key = 'films/a%20film.mp4';
    const hls = `/hls/${key}`;
    const [v = ''] = await first(`/info/${key}`, /"poster":"[^"]*\?v=([^"&]+)/);
    const [rendition = ''] = await first(`${hls}/master.m3u8?renditions=encoded`, /^(\w+)\/index\.m3u8/m);
    const [trick = ''] = await first(`${hls}/master.m3u8`, /URI="(\w+)\/iframes\.m3u8"/);
    const [text = ''] = await first(`${hls}/master.m3u8`, /TYPE=SUBTITLES.*URI="([\w-]+)\//);
    const [segment = ''] = await first(`${hls}/${rendition}/index.m3u8`, /\.m4s\?v=(\S+)/);
    const clip = `${hls}/${rendition}/index.m3u8?start=1.5&end=4`;
    const [from = '', to = ''] = await first(clip, /^(\d+)-(\d+)\.m4s/m);
    const trickClip = `${hls}/${rendition}/iframes.m3u8?start=1.5&end=4`;
    const [shown = '', until = ''] = await first(trickClip, /^iframe-(\d+)-(\d+)\.m4s/m);
    const [id = '', extension = ''] = await first(
      `/export/${key}?format=mp3`,
      /"address":"[^"]*\/([\w-]{22})\.(\w+)"/,
    );
    const [name = ''] = await first('/', /assets\/([\w.-]+\.js)/);
    const ofProtocol = (protocol: string) => ({
      ...Object.fromEntries(
        ['Init', 'ClipInit', 'Segment', 'Part', 'Iframe', 'IframePart'].map((what) => [
          `${protocol}${what} v`,
          segment,
        ]),
      ),
      [`${protocol}ClipInit rendition`]: 'copy',
      [`${protocol}Subtitles rendition`]: text,
    });
    return {
      ...{ key, v, rendition, number: '0', from, to, id, extension, name, track: 'file-en' },
      'upload key': 'uploads/another%20film.mp4',
      ...ofProtocol('hls'),
      ...ofProtocol('dash'),
      'hlsIframe rendition': trick,
      ...{ 'hlsIframePart from': shown, 'hlsIframePart to': until },
    };
  }
});

const CHAPTERS = `;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1
START=0
END=3
title=One
[CHAPTER]
TIMEBASE=1/1
START=3
END=6
title=Two
`;
