import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parseSignCommand, readKeys, type SignRequest, signedAddresses, USAGE } from './sign-command.ts';

/** `npx sluice sign …`: signed addresses on standard output, or one sentence and exit code 2. */
try {
  const [command, ...args] = process.argv.slice(2);
  if (command === '--help' || command === '-h') process.stdout.write(USAGE);
  else if (command !== 'sign') throw new Error('The command is sign; npx sluice --help explains it.');
  else process.stdout.write(await run(parseSignCommand(args)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

async function run(request: SignRequest | 'help'): Promise<string> {
  if (request === 'help') return USAGE;
  const keys = readKeys(request.keysFile === null ? 'SIGNING_KEYS' : '--keys-file', await keysText(request));
  return signedAddresses(request, keys, Date.now())
    .map((address) => `${address}\n`)
    .join('');
}

async function keysText({ keysFile }: SignRequest): Promise<string> {
  if (keysFile === null) return process.env.SIGNING_KEYS ?? '';
  try {
    // A program that writes into the pipe may take its time, which a synchronous read does not allow.
    return await (keysFile === '-' ? text(process.stdin) : readFile(keysFile, 'utf8'));
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? error.code : error;
    throw new Error(`--keys-file: ${JSON.stringify(keysFile)} cannot be read (${why}).`);
  }
}
