import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tell } from '../deployment/tell.ts';
import { bundleFunction } from '../functions/stream/deploy/bundle.ts';
import { AWS_BYTES_PER_SECOND } from './bandwidth.ts';
import { localEnvironment } from './function.ts';
import { LOCAL_MEMORY_MEGABYTES, type LocalFunctionUrl, startFunctionUrl } from './function-url.ts';
import type { LogLine } from './instance.ts';
import { createMetrics } from './metrics.ts';
import { parseStart, type StartOptions, USAGE } from './start-options.ts';
import { terminalLine } from './terminal-lines.ts';

const DEFAULT_PORT = 8080;
const PORTS_TO_TRY = 100;

/** `npm start`: builds the function and serves it until it is told to stop. */
async function main(): Promise<void> {
  const options = readOptions();
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  // Hidden, so that it is not served if the media folder is the one for temporary files.
  const temporary =
    options.derived === 'until-the-end' ? await mkdtemp(join(tmpdir(), '.sluice-derived-')) : null;
  if (temporary !== null) process.once('exit', () => rmSync(temporary, { recursive: true, force: true }));
  const functionUrl = await start(options, temporary === null ? {} : { DERIVED_DIR: temporary });
  await checkHealth(functionUrl);
  console.log(`Sluice is at ${functionUrl.url}/ and serves ${options.served}`);
  if (options.settings.PUBLIC !== '1') {
    console.log(`Addresses must be signed: npx sluice sign KEY --expires 2h --base ${functionUrl.url}`);
  }
  console.log('Ctrl-C ends it.');
  if (options.opens) await openInBrowser(`${functionUrl.url}/`);
  await stopSignal();
  await functionUrl.close();
}

/** What the machine opens addresses with may be missing: the address is on the terminal. */
async function openInBrowser(url: string): Promise<void> {
  const { default: open } = await import('open');
  const opener = await open(url);
  opener.once('error', ({ message }) => console.log(`No browser could be opened: ${message}`));
}

function readOptions(): StartOptions | 'help' {
  try {
    return parseStart(process.argv.slice(2), process.env);
  } catch (error) {
    stop(error, 2);
  }
}

async function start(
  options: StartOptions,
  more: Readonly<Record<string, string>>,
): Promise<LocalFunctionUrl> {
  // Of its own: instances load modules when they need them, and another build may take place meanwhile.
  const code = await mkdtemp(join(tmpdir(), '.sluice-function-'));
  process.once('exit', () => rmSync(code, { recursive: true, force: true }));
  tell('Building the function');
  const { directory, handler } = await bundleFunction(code);
  const environment = await localEnvironment({ ...options.settings, ...more });
  const first = options.port ?? DEFAULT_PORT;
  const last = options.port === null ? first + PORTS_TO_TRY : first;
  for (let port = first; ; port += 1) {
    try {
      return await startFunctionUrl({
        codeDirectory: directory,
        handler,
        environment,
        port,
        maxInstances: options.maxInstances,
        metrics: createMetrics(LOCAL_MEMORY_MEGABYTES),
        bandwidthBytesPerSecond: options.bandwidth ? AWS_BYTES_PER_SECOND : null,
        log: options.isJson || !process.stdout.isTTY ? log : logForPerson,
      });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EACCES')
        throw new Error(`Port ${port} needs more rights than yours; choose one above 1023.`);
      if (code !== 'EADDRINUSE') throw error;
      if (port === last) throw new Error(`Port ${port} is taken; choose another with --port.`);
    }
  }
}

/** Starts the first instance here, and not while somebody waits for a page. */
async function checkHealth(functionUrl: LocalFunctionUrl): Promise<void> {
  const { ok } = await fetch(`${functionUrl.url}/health`);
  if (ok) return;
  await functionUrl.close();
  throw new Error('The function does not start; the lines above say why.');
}

function log({ source, text }: LogLine): void {
  (source === 'stdout' ? process.stdout : process.stderr).write(`${text}\n`);
}

function logForPerson(line: LogLine): void {
  const text = terminalLine(line);
  if (text !== null) log({ ...line, text });
}

/** Once is enough: ending takes a second or two at most, and a terminal's Ctrl-C may arrive twice. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
    // npm passes a signal on to its shell only, which exits without passing it on.
    if (process.env.npm_lifecycle_event === undefined) return;
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && resolve(), 500).unref();
  });
}

function stop(error: unknown, exitCode: number): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(exitCode);
}

main().then(
  () => process.exit(0),
  (error: unknown) => stop(error, 1),
);
