import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PackageUnavailable } from '../layers/ffmpeg/fetch-package.ts';
import { afterEverything } from './hooks.ts';
import { packPackage } from './packed-package.ts';

const run = promisify(execFile);
const EXAMPLE = fileURLToPath(new URL('../examples/next', import.meta.url));
/** A build prints little. */
const MOST_BYTES = 16_000_000;

/**
 * Installs `examples/next` as a user does, with the packages that it names: into `folder`, since they have 380 MB. No script of
 * theirs runs. Returns the folder of the site; rejects with PackageUnavailable where the npm registry does not answer.
 */
export async function installNextExample(folder: string): Promise<string> {
  // The example finds the tarballs where it lies in the checkout.
  const site = join(folder, 'examples/next');
  await cp(EXAMPLE, site, { recursive: true });
  const { dependencies } = JSON.parse(await readFile(join(site, 'package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>;
  };
  await findInRegistry(`next@${dependencies.next}`, site);
  for (const name of ['client', 'player']) await packPackage(name, folder);
  const flags = ['--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['install', ...flags], { cwd: site, maxBuffer: MOST_BYTES });
  return site;
}

async function findInRegistry(specifier: string, cwd: string): Promise<void> {
  const flags = ['--fetch-retries=0', '--fetch-timeout=15000', '--loglevel=error'];
  try {
    await run('npm', ['view', specifier, 'version', ...flags], { cwd });
  } catch (cause) {
    throw new PackageUnavailable(`it does not hand out ${specifier}`, { cause });
  }
}

/** Builds a site by Next, which fetches nothing for it. Returns what it says; rejects if it fails. */
export async function buildNext(site: string): Promise<string> {
  const options = { cwd: site, env: environment(), maxBuffer: MOST_BYTES };
  const { stdout } = await run(process.execPath, [nextIn(site), 'build'], options);
  return stdout;
}

export type StartedNext = { readonly origin: string; close(): Promise<void> };

/** Starts a site that was built, with these variables. */
export async function startNext(
  site: string,
  { port, variables }: { readonly port: number; readonly variables: Readonly<Record<string, string>> },
): Promise<StartedNext> {
  const args = [nextIn(site), 'start', '--hostname', '127.0.0.1', '--port', String(port)];
  const env = { ...environment(), ...variables };
  const child = spawn(process.execPath, args, { cwd: site, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const close = async () => {
    child.kill();
    await ended;
  };
  // Also where its test fails before it closes it: this process would not end.
  afterEverything(close);
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text) => /Ready in/.test(String(text)) && resolve());
    ended.then(([code]) => reject(new Error(`Next has ended with ${code}.`)), reject);
  });
  return { origin: `http://127.0.0.1:${port}`, close };
}

const nextIn = (site: string) => join(site, 'node_modules/next/dist/bin/next');

/** Without what this process alone is told, and with a registry at which nothing answers. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_ENV: _mode, NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...others } = process.env;
  return { ...others, NEXT_TELEMETRY_DISABLED: '1', npm_config_registry: 'http://127.0.0.1:9/' };
}
