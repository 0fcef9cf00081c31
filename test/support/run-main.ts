import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Synthesises as a person does, into `directory`, with these options over those of `cdktf.json`. */
export async function runMain(directory: string, context: Readonly<Record<string, unknown>>): Promise<Ended> {
  const { CDKTF_OUTDIR: _, ...environment } = process.env;
  const child = spawn(process.execPath, ['--import', TSX, MAIN], {
    cwd: directory,
    env: { ...environment, CDKTF_CONTEXT_JSON: JSON.stringify(context) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}
