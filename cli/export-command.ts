import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { splitToken } from '../functions/stream/route/authorise.ts';
import { parseRoute } from '../functions/stream/route/routes.ts';
import { openProgressBar, type ProgressBar } from './progress-bar.ts';

/** The request of `npx sluice export`. */
type ExportRequest = {
  readonly address: URL;
  /** Where the file is written; null for the name of the object with the extension of the format. */
  readonly output: string | null;
};

const USAGE = `Usage: npx sluice export ADDRESS [--output FILE]

  ADDRESS           of /export, such as https://media.example/export/film.mkv?format=mp3; with its token, if it has one
  --output FILE     where the file is written; never over another one
`;

/** Runs `npx sluice export …`: returns the path of the file, or throws an Error with one sentence. */
export async function exportCommand(args: readonly string[]): Promise<string> {
  const request = parseExportCommand(args);
  if (request === 'help') return USAGE;
  const bar = openProgressBar();
  try {
    return `${await exportFile(request, bar)}\n`;
  } finally {
    bar.end();
  }
}

/** Throws an Error with one sentence that says what is wrong. */
function parseExportCommand(args: readonly string[]): ExportRequest | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { output: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) return 'help';
  const [text = '', ...others] = positionals;
  const address = URL.canParse(text) ? new URL(text) : null;
  const isOne = address !== null && others.length === 0 && /^https?:$/.test(address.protocol);
  if (!isOne || parseRoute(splitToken(address).url).kind !== 'export') {
    throw new Error('Give one ADDRESS of /export; npx sluice export --help explains it.');
  }
  return { address, output: values.output ?? null };
}

const MOST_FAILURES = 5;
const AGAIN_MILLISECONDS = 1_000;

const EVENT = v.variant('event', [
  v.object({ event: v.literal('opened') }),
  v.object({ event: v.literal('heartbeat') }),
  v.object({ event: v.literal('later'), retrySeconds: v.number() }),
  v.object({ event: v.literal('queued'), id: v.string() }),
  v.object({ event: v.literal('probing'), id: v.string() }),
  v.object({
    event: v.literal('progress'),
    id: v.string(),
    percent: v.nullable(v.number()),
    etaSeconds: v.nullable(v.number()),
  }),
  v.object({ event: v.literal('done'), address: v.string(), sizeBytes: v.number() }),
  v.object({ event: v.literal('failed'), problem: v.object({ detail: v.string() }) }),
]);

type Done = { readonly address: string; readonly sizeBytes: number };

/** Follows an export and downloads its file. Returns the file's path; throws an Error with one sentence. */
async function exportFile({ address, output }: ExportRequest, bar: ProgressBar): Promise<string> {
  if (output !== null && (await stat(output).catch(() => null)) !== null) throw new Error(taken(output));
  const { address: path, sizeBytes } = await followed(address, bar);
  const result = new URL(path, address);
  const file = output ?? nameOf(address, result);
  const answer = await fetch(result);
  if (!answer.ok || answer.body === null) throw new Error(await sentenceOf(answer));
  await download(answer.body as ReadableStream, file, sizeBytes, bar);
  return file;
}

async function followed(address: URL, bar: ProgressBar): Promise<Done> {
  let last: string | null = null;
  let failures = 0;
  for (;;) {
    let wait = AGAIN_MILLISECONDS;
    try {
      for await (const event of eventsOf(address, last)) {
        failures = 0;
        if ('id' in event) last = event.id;
        if (event.event === 'done') return event;
        if (event.event === 'failed') throw new Refused(event.problem.detail);
        if (event.event === 'later') wait = event.retrySeconds * 1000;
        if (event.event === 'queued') bar.show(0, 'waits for a worker');
        if (event.event === 'probing') bar.show(0, 'probes the media');
        if (event.event === 'progress') bar.show((event.percent ?? 0) / 100, timeLeft(event.etaSeconds));
      }
    } catch (error) {
      // A connection may break, and the work goes on meanwhile.
      failures += 1;
      if (error instanceof Refused || failures >= MOST_FAILURES) throw error;
    }
    await delay(wait);
  }
}

/** What asking again does not change. */
class Refused extends Error {}

async function* eventsOf(address: URL, last: string | null): AsyncGenerator<v.InferOutput<typeof EVENT>> {
  const headers = { accept: 'application/x-ndjson', ...(last === null ? {} : { 'last-event-id': last }) };
  const answer = await fetch(address, { headers });
  if (!answer.ok || answer.body === null) throw new Refused(await sentenceOf(answer));
  const lines = createInterface({ input: Readable.fromWeb(answer.body as ReadableStream) });
  for await (const line of lines) yield v.parse(EVENT, JSON.parse(line));
}

async function sentenceOf(answer: Response): Promise<string> {
  const body: unknown = await answer.json().catch(() => null);
  const said = v.safeParse(v.object({ detail: v.string() }), body);
  return said.success ? said.output.detail : `The service answered ${answer.status}.`;
}

function timeLeft(seconds: number | null): string {
  return seconds === null ? '' : `${Math.ceil(seconds)} s left`;
}

/** The name of the object, with the extension of the result. */
function nameOf(address: URL, result: URL): string {
  const key = decodeURIComponent(address.pathname);
  return basename(key, extname(key)) + extname(result.pathname);
}

const taken = (file: string) => `There is a file ${JSON.stringify(file)}: name another one with --output.`;

async function download(
  body: ReadableStream,
  file: string,
  sizeBytes: number,
  bar: ProgressBar,
): Promise<void> {
  let received = 0;
  const counted = new Transform({
    transform(chunk: Uint8Array, _, done) {
      received += chunk.byteLength;
      bar.show(received / sizeBytes, `downloads ${file}`);
      done(null, chunk);
    },
  });
  // Fails if there is such a file.
  const target = createWriteStream(file, { flags: 'wx' });
  let isOurs = false;
  target.once('open', () => {
    isOurs = true;
  });
  try {
    await pipeline(Readable.fromWeb(body), counted, target);
    if (received !== sizeBytes) throw new Error(`Of ${sizeBytes} bytes ${received} came: ask again.`);
  } catch (error) {
    if (isOurs) await rm(file, { force: true });
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw isTaken ? new Error(taken(file)) : error;
  }
}
