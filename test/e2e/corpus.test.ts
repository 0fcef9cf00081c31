import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { addressOf } from '../../functions/stream/route/route.ts';
import { corpusDirectory, has, needs } from '../support/needs.ts';
import { descendants } from '../support/processes.ts';
import { type Service, startService } from '../support/service.ts';
import { decode, uprightSize } from '../support/verify.ts';

/** Files that only a limit can stop. */
const BOMBS = ['mp4/media__long_4k_av1.mp4', 'mp4/media__8k24fps_300ms.mp4'];
const PROBLEM_WITHIN_MILLISECONDS = 10_000;

type Row = { file: string; plan: string; firstByte: string; total: string; verdict: string };

describe('every file of the corpus through /info and /stream', function () {
  this.timeout(300_000);
  const rows: Row[] = [];
  let service: Service;
  let folder: string;

  before(async function () {
    needs(this, 'corpus', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-corpus-'));
    service = await startService({ MEDIA_DIR: corpusDirectory });
  });

  after(async () => {
    if (folder === undefined) return;
    console.table(rows);
    await rm(folder, { recursive: true });
  });

  for (const key of corpusKeys()) {
    it(key, async () => {
      const info = await timed(`${service.url}${addressOf('info', key)}`);
      const stream = await timed(`${service.url}${addressOf('stream', key)}`);
      const row: Row = {
        file: key,
        plan: (stream.headers.get('sluice-plan') ?? '-').slice(0, 60),
        firstByte: `${Math.round(stream.firstByteMilliseconds)} ms`,
        total: `${Math.round(stream.totalMilliseconds)} ms`,
        verdict: 'failed',
      };
      rows.push(row);
      row.verdict = stream.status === 200 ? await playable(key, stream.body) : refused(stream);
      if (info.status !== 200) refused(info);
      if (BOMBS.includes(key)) expect(stream.status, 'stopped by a limit').to.equal(413);
    });
  }

  it('leaves no process behind', async () => {
    for (const { pid } of service.instances()) expect(await descendants(pid)).to.deep.equal([]);
  });

  async function playable(key: string, body: Buffer): Promise<string> {
    const source = join(corpusDirectory, key);
    const output = join(folder, 'output');
    await writeFile(output, body);
    const isSame = await sameBytes(source, body);
    const [made, own] = await Promise.all([decode(output), isSame ? null : decode(source)]);
    expect(made.complaints, 'decodes without an error').to.equal('');
    expect(made.seconds, 'something is decoded').to.be.above(0);
    expect(await uprightSize(output).then(rounded), 'upright size').to.deep.equal(
      await uprightSize(source).then(rounded),
    );
    if (own === null) return `the same bytes, ${made.seconds.toFixed(2)} s`;
    expect(made.seconds, 'duration').to.be.closeTo(own.seconds, 0.2);
    return `decodes, ${made.seconds.toFixed(2)} of ${own.seconds.toFixed(2)} s`;
  }
});

/** H.264 in 4:2:0 has no odd sizes. */
const rounded = (size: { width: number; height: number } | null) =>
  size && { width: Math.floor(size.width / 2), height: Math.floor(size.height / 2) };

function refused({ status, headers, body, totalMilliseconds }: Timed): string {
  expect(status, body.toString().slice(0, 300)).to.be.within(400, 499);
  expect(headers.get('content-type')).to.equal('application/problem+json');
  expect(totalMilliseconds).to.be.below(PROBLEM_WITHIN_MILLISECONDS);
  const { detail } = JSON.parse(body.toString()) as { detail: string };
  return `${status} ${detail.slice(0, 70)}`;
}

type Timed = {
  status: number;
  headers: Headers;
  body: Buffer;
  firstByteMilliseconds: number;
  totalMilliseconds: number;
};

async function timed(url: string): Promise<Timed> {
  const start = performance.now();
  const response = await fetch(url);
  const chunks: Uint8Array[] = [];
  let firstByteMilliseconds = 0;
  for await (const chunk of response.body ?? []) {
    firstByteMilliseconds ||= performance.now() - start;
    chunks.push(chunk);
  }
  const totalMilliseconds = performance.now() - start;
  const { status, headers } = response;
  return { status, headers, body: Buffer.concat(chunks), firstByteMilliseconds, totalMilliseconds };
}

async function sameBytes(path: string, body: Buffer): Promise<boolean> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex') === createHash('sha256').update(body).digest('hex');
}

/** The manifest's first column; without the corpus there is one test, and it says what is missing. */
function corpusKeys(): string[] {
  if (!has('corpus')) return ['(the corpus)'];
  const [, ...lines] = readFileSync(join(corpusDirectory, 'MANIFEST.tsv'), 'utf8').trim().split('\n');
  return lines.map((line) => line.split('\t')[0] ?? '');
}
