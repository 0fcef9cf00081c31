import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Input } from 'mediabunny';
import { createApp } from '../functions/stream/app.ts';
import { createTrace } from '../functions/stream/base/trace.ts';
import { parseConfig } from '../functions/stream/config/config.ts';
import { createKnownFindings } from '../functions/stream/derived/known-findings.ts';
import { createEngine } from '../functions/stream/engine/ffmpeg.ts';
import { createProbeCache } from '../functions/stream/media/probe/probe-cache.ts';
import { openAccess } from '../functions/stream/route/access.ts';
import { createBlockCache } from '../functions/stream/source/cache.ts';
import { directorySource } from '../functions/stream/source/directory.ts';

/**
 * `npm run bench:way FILM [QUERY]` asks for `/stream/FILM` in this process and prints what the request passes:
 * how often a demuxer opens the film, and each file of the function in which it runs a function of its own, with its lines.
 */
const FOLDER = new URL('../functions/stream/', import.meta.url);

async function main(path: string, query = ''): Promise<void> {
  const app = appOver(dirname(path));
  let opens = 0;
  const { canRead } = Input.prototype;
  Input.prototype.canRead = function (this: Input) {
    opens++;
    return canRead.call(this);
  };
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  const controller = new AbortController();
  const request = new Request(`https://sluice.example/stream/${encodeURIComponent(basename(path))}${query}`);
  const response = await app(request, {
    ...{ requestId: '1', signal: controller.signal, invocationSignal: controller.signal },
    ...{ trace: createTrace(), secondsLeft: () => 899, waitUntil: () => {} },
  });
  await response.arrayBuffer();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  controller.abort();
  const passed = result.filter(
    ({ url, functions }) =>
      url.startsWith(FOLDER.href) &&
      functions.some(({ functionName, ranges }) => isOwn(functionName) && (ranges[0]?.count ?? 0) > 0),
  );
  const files = passed.map(({ url }) => {
    const lines = readFileSync(fileURLToPath(url), 'utf8').split('\n').length - 1;
    return { name: url.slice(FOLDER.href.length), lines };
  });
  for (const { name, lines } of files) console.log(`${String(lines).padStart(4)} ${name}`);
  console.log(`${response.status} ${response.headers.get('sluice-plan')}`);
  console.log(`opens: ${opens}`);
  console.log(`files: ${files.length}, lines: ${files.reduce((sum, { lines }) => sum + lines, 0)}`);
}

/** A module is a function as well, and the compiler adds others. */
const isOwn = (name: string) => name !== '' && name !== '__name' && !name.startsWith('<');

function appOver(folder: string) {
  const config = parseConfig({ MEDIA_DIR: folder, PUBLIC: '1' });
  return createApp({
    source: directorySource(folder),
    access: openAccess(config.access, () => {}),
    engine: createEngine(config.ffmpegPath, config.sandbox),
    ...{ config, cache: createBlockCache(), probes: createProbeCache(), derivedCache: null, exports: null },
    findings: createKnownFindings(null, () => {}),
    loadPage: async () => ({ html: '', styles: [] }),
    loadAssets: async () => ({}),
    version: '',
    ffmpegVersion: async () => '',
  });
}

const [path, query] = process.argv.slice(2);
if (path === undefined) throw new Error('Name a film.');
await main(path, query);
