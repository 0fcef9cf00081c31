import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parseSignCommand, readKeys, type SignRequest, signedAddresses, USAGE } from './sign-command.ts';

/** Each command, by its name: writes to standard output, or throws one sentence. Loads what it needs itself. */
const COMMANDS = {
  sign: async (args: string[]) => process.stdout.write(await sign(parseSignCommand(args))),
  export: async (args: string[]) => {
    const { exportCommand } = await import('./export-command.ts');
    process.stdout.write(await exportCommand(args));
  },
  purge: async (args: string[]) => {
    const { purge } = await import('./purge-command.ts');
    process.stdout.write(await purge(args));
  },
  cost: async (args: string[]) => {
    const { cost } = await import('./cost-command.ts');
    process.stdout.write(await cost(args, Date.now()));
  },
  doctor: async (args: string[]) => {
    const { doctor } = await import('./doctor-command.ts');
    const { text: said, isFine } = await doctor(args);
    process.stdout.write(said);
    if (!isFine) process.exitCode = 1;
  },
} as const;

const HELP = `${USAGE}
Others: npx sluice export ADDRESS, npx sluice purge KEY, npx sluice cost, npx sluice doctor; each explains itself with --help.
`;

/** `npx sluice COMMAND …`: one sentence and exit code 2 if it is called wrongly or cannot do it. */
try {
  const [command = '', ...args] = process.argv.slice(2);
  if (command === '--help' || command === '-h') process.stdout.write(HELP);
  else if (!isCommand(command)) {
    const known = Object.keys(COMMANDS).join(', ');
    throw new Error(`The command is one of ${known}; npx sluice --help explains them.`);
  } else await COMMANDS[command](args);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

function isCommand(name: string): name is keyof typeof COMMANDS {
  return Object.hasOwn(COMMANDS, name);
}

async function sign(request: SignRequest | 'help'): Promise<string> {
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
