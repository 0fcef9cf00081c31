import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BUILT_DIRECTORY } from '../layers/ffmpeg/program-directory.ts';
import { mochaHooks } from '../testing/hooks.ts';
import { has } from '../testing/needs.ts';
import { measureAdaptive } from './adaptive.ts';
import { measureBuilds } from './builds.ts';
import { type Client, startClient } from './client.ts';
import { measureEncoded } from './encoded.ts';
import { measureGrowth } from './growth.ts';
import { measureHeadStart } from './head-start.ts';
import { measureImages } from './images.ts';
import { measureMedia } from './media.ts';
import { measureMemory } from './memory.ts';
import { plot } from './plot.ts';
import { renderTable, type Table } from './report.ts';
import { measureStarts } from './starts.ts';
import { measureStore } from './store.ts';
import { measureTranscode } from './transcode.ts';

const GROUPS: Readonly<Record<string, (client: Client, rounds: number) => Promise<Table>>> = {
  media: measureMedia,
  store: measureStore,
  adaptive: measureAdaptive,
  starts: measureStarts,
  transcode: measureTranscode,
  encoded: measureEncoded,
  builds: measureBuilds,
  'head-start': measureHeadStart,
  images: measureImages,
  memory: measureMemory,
  growth: measureAndPlotGrowth,
};
/** What this machine may lack of a group. */
const NEEDS: Readonly<Record<string, { readonly isHere: () => boolean; readonly what: string }>> = {
  store: { isHere: () => has('ceph'), what: 'Ceph' },
  builds: { isHere: () => existsSync(BUILT_DIRECTORY), what: 'npm run ffmpeg:build first' },
};
const ROUNDS = 7;
const DOCUMENT = fileURLToPath(new URL('../docs/performance.md', import.meta.url));
const PLOT = fileURLToPath(new URL('../docs/performance.svg', import.meta.url));

/** `npm run bench [GROUP…]`: measures all groups, or these, and writes their tables into docs/performance.md. */
async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !(name in GROUPS));
  if (unknown !== undefined) {
    throw new Error(`There is no group ${unknown}: choose among ${Object.keys(GROUPS).join(', ')}.`);
  }
  const client = startClient();
  try {
    for (const [name, measure] of Object.entries(GROUPS)) {
      if (asked.length > 0 && !asked.includes(name)) continue;
      const need = NEEDS[name];
      if (need !== undefined && !need.isHere()) {
        console.log(`${name}: needs ${need.what}.\n`);
        continue;
      }
      const table = renderTable(await measure(client, ROUNDS));
      console.log(`${table}\n`);
      await replaceSection(name, `${table}\n\n${await conditions()}`);
    }
  } finally {
    await client.close();
    await mochaHooks.afterAll();
  }
}

async function measureAndPlotGrowth(client: Client, rounds: number): Promise<Table> {
  const { table, series } = await measureGrowth(client, rounds);
  await writeFile(PLOT, plot(series, 'MB of a file, minutes of a film', 'ms'));
  return table;
}

/** Replaces what stands between the marks of a group. */
async function replaceSection(name: string, content: string): Promise<void> {
  const text = await readFile(DOCUMENT, 'utf8');
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no marks for ${name}.`);
  await writeFile(DOCUMENT, `${text.slice(0, from) + begin}\n${content}\n\n${text.slice(to)}`);
}

/** Names what took part. */
async function conditions(): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD']);
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const date = new Date().toISOString().slice(0, 10);
  return `_${date}, ${stdout.trim()}, Node ${process.versions.node}, ${cpus().length} × ${model}, ${ROUNDS} rounds._`;
}

await main();
