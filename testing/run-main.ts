import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';

const PROJECT = new URL('../', import.meta.url);
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Synthesises like a user, into `directory`, with these options over those of `cdktf.json`. */
export function runMain(directory: string, context: Readonly<Record<string, unknown>>): Promise<Ended> {
  return runScript('main.ts', [], directory, { CDKTF_CONTEXT_JSON: JSON.stringify(context) });
}

/** Runs a script of the project, with only the given variables of the CDK's environment. */
export async function runScript(
  script: string,
  args: readonly string[],
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<Ended> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('CDKTF_'));
  const path = fileURLToPath(new URL(script, PROJECT));
  const child = spawn(process.execPath, ['--import', TSX, path, ...args], {
    cwd: directory,
    env: { ...Object.fromEntries(inherited), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}
