import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Media } from '../../functions/stream/media/model/media.ts';
import { addressOf } from '../../functions/stream/route/address-of.ts';
import { corpusDirectory, needs } from '../../testing/needs.ts';
import { descendants } from '../../testing/processes.ts';
import { type Service, startService } from '../../testing/service.ts';
import { countDecoded, uprightSize } from '../../testing/verify.ts';

const PROBLEM_WITHIN_MILLISECONDS = 10_000;

/**
 * What is right for each file, one a line: what /info tells, the plan of /stream without its reason, what Debian's ffprobe
 * decodes of that, and the renditions of HLS; or status and kind of the problem. Frames and samples are those that it
 * decodes of the file itself, where no frame rate had to become constant and no audio encoded again.
 */
const EXPECTED = new URL('./corpus.tsv', import.meta.url);

type Expected = {
  readonly info: string;
  readonly stream: string;
  readonly decoded: string;
  readonly hls: string;
};

const CORPUS: Readonly<Record<string, Expected>> = Object.fromEntries(
  linesOf(EXPECTED).map(([key = '', info = '', stream = '', decoded = '', hls = '']) => [
    key,
    { info, stream, decoded, hls },
  ]),
);

describe('every file of the corpus through /info, /stream and /hls', function () {
  this.timeout(300_000);
  let service: Service;
  let folder: string;

  before(async function () {
    needs(this, 'corpus', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-corpus-'));
    service = await startService({ MEDIA_DIR: corpusDirectory });
  });

  after(async () => {
    await service?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  for (const [key, expected] of Object.entries(CORPUS)) {
    it(key, async () => {
      const [info, stream, master] = [
        await ask(addressOf('info', key)),
        await ask(addressOf('stream', key)),
        await ask(`${addressOf('hls', key)}/master.m3u8`),
      ];
      const seen: Expected = {
        info: refusal(info) ?? media(JSON.parse(info.body.toString()).media),
        stream: refusal(stream) ?? (stream.headers.get('sluice-plan') ?? '').replace(/; reason=.*/, ''),
        decoded: stream.status === 200 ? await decoded(stream.body) : '',
        hls: refusal(master) ?? renditions(master.body.toString()),
      };
      expect(seen).to.deep.equal(expected);
      if (expected.stream === 'passthrough') {
        expect(digest(stream.body)).to.equal(await digestOf(join(corpusDirectory, key)));
      }
    });
  }

  it('is in the table', () => {
    const files = linesOf(join(corpusDirectory, 'MANIFEST.tsv')).map(([file]) => file);
    expect(Object.keys(CORPUS)).to.have.members(files);
  });

  it('leaves no process behind', async () => {
    for (const { pid } of service.instances()) expect(await descendants(pid)).to.deep.equal([]);
  });

  async function ask(path: string): Promise<Answer> {
    const start = performance.now();
    const response = await fetch(service.url + path);
    const body = Buffer.from(await response.arrayBuffer());
    const { status, headers } = response;
    return { status, headers, body, milliseconds: performance.now() - start };
  }

  async function decoded(body: Buffer): Promise<string> {
    const output = join(folder, 'output');
    await writeFile(output, body);
    const [{ frames, samples, complaints }, size] = [await countDecoded(output), await uprightSize(output)];
    expect(complaints, 'decodes without an error').to.equal('');
    return [
      size === null ? null : `${frames} frames of ${size.width}x${size.height}`,
      samples === 0 ? null : `${samples} samples`,
    ]
      .filter((each) => each !== null)
      .join(', ');
  }
});

type Answer = { status: number; headers: Headers; body: Buffer; milliseconds: number };

/** `415 damaged-media`, and soon; null if it is not refused. */
function refusal({ status, headers, body, milliseconds }: Answer): string | null {
  if (status === 200) return null;
  expect(status, body.toString().slice(0, 300)).to.be.within(400, 499);
  expect(headers.get('content-type')).to.equal('application/problem+json');
  expect(milliseconds).to.be.below(PROBLEM_WITHIN_MILLISECONDS);
  return `${status} ${JSON.parse(body.toString()).type.replace('urn:sluice:problem:', '')}`;
}

function media({ container, durationSeconds, tracks }: Media): string {
  const length = durationSeconds === null ? 'of unknown length' : `${durationSeconds.toFixed(3)} s`;
  const texts = tracks.map((track) => {
    switch (track.kind) {
      case 'video':
        return `${track.codec} ${track.displayWidth}x${track.displayHeight}${track.isCoverArt ? ' cover' : ''}`;
      case 'audio':
        return `${track.codec} ${track.channels}@${track.sampleRate}`;
      default:
        return track.kind;
    }
  });
  return [`${container} ${length}`, ...texts].join(', ');
}

/** `copy 240p + 1 audio`: the variants in their order, and how many renditions of audio they have to choose from. */
function renditions(master: string): string {
  const variants = [...master.matchAll(/^([\w-]+)\/index\.m3u8/gm)].map(([, id]) => id);
  return `${variants.join(' ')} + ${master.match(/TYPE=AUDIO/g)?.length ?? 0} audio`;
}

const digest = (body: Buffer) => createHash('sha256').update(body).digest('hex');

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** Without its head. */
function linesOf(table: string | URL): string[][] {
  const [, ...lines] = readFileSync(table, 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split('\t'));
}
