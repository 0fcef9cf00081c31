import { parseArgs } from 'node:util';
import type { Environment } from '../functions/stream/config/read-settings.ts';
import { isMisspelling } from '../functions/stream/route/misspelling.ts';

const OPTIONS = {
  media: { type: 'string' },
  derived: { type: 'string' },
  'no-derived': { type: 'boolean' },
  port: { type: 'string' },
  'max-instances': { type: 'string' },
  bandwidth: { type: 'boolean' },
  json: { type: 'boolean' },
  open: { type: 'boolean' },
  upload: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Parses the options of `npm start`. Throws an Error that names an unknown option, and what may be meant. */
export function parseCommandLine(args: readonly string[]) {
  const { tokens } = parseArgs({ args: [...args], options: OPTIONS, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== 'option' || token.name in OPTIONS) continue;
    const meant = Object.keys(OPTIONS).find(
      (name) => isMisspelling(token.name, name) || name.startsWith(token.name),
    );
    const hint = meant === undefined ? '' : ` (is --${meant} meant?)`;
    throw new Error(`There is no option ${token.rawName}${hint}; npm start -- --help lists them.`);
  }
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
}

/**
 * Adds the options that npm took for its own, since `--` was forgotten (`npm start --port=80`). It keeps no value
 * that follows a space: the one such option gets the one word that is left. Throws if there are more.
 */
export function withNpmOptions(args: readonly string[], environment: Environment): readonly string[] {
  if (environment.npm_lifecycle_event !== 'start') return args;
  const found = Object.entries(OPTIONS).flatMap(([name, { type }]) => {
    const value = environment[`npm_config_${name.replaceAll('-', '_')}`];
    // It writes nothing for `--no-…`, which is an option of its own here, or none.
    if (value === '')
      return `no-${name}` in OPTIONS ? [{ name: `no-${name}`, type: 'boolean', value: 'true' }] : [];
    return value === undefined ? [] : [{ name, type, value }];
  });
  const isEmpty = ({ type, value }: (typeof found)[number]) => type === 'string' && value === 'true';
  const [empty, ...more] = found.filter(isEmpty);
  const whole = found.filter((each) => !isEmpty(each));
  const options = whole.map(({ name, type, value }) =>
    type === 'string' ? `--${name}=${value}` : `--${name}`,
  );
  if (empty === undefined) return [...options, ...args];
  if (more.length > 0 || args.length !== 1) {
    throw new Error(
      'npm took these options for itself: write -- before them, as in npm start -- --media DIR.',
    );
  }
  return [...options, `--${empty.name}=${args[0]}`];
}
