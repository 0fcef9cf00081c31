import { parseArgs } from 'node:util';

/** The options of `npm run fuzz`. */
export type FuzzOptions = {
  readonly seed: number;
  readonly requests: readonly number[];
  readonly mutants: readonly number[];
};

export const USAGE = `Usage: npm run fuzz -- [--seed N] [--requests N] [--mutants N] [--only-request I] [--only-mutant I]

  --seed N          another seed gives other requests and files, the same seed always the same ones (1)
  --requests N      how many requests (20000)
  --mutants N       how many damaged media files, each asked for in every way (2000)
  --only-request I  just the request with this number, as the report names it
  --only-mutant I   just the file with this number

It starts a local service of its own, takes some twenty minutes as it comes, and ends with 1 if it found anything.
`;

/** Throws an Error with one sentence that says what is wrong. */
export function parseFuzz(args: readonly string[]): FuzzOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      requests: { type: 'string', default: '20000' },
      mutants: { type: 'string', default: '2000' },
      'only-request': { type: 'string' },
      'only-mutant': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const seed = whole('seed', values.seed);
  const [request, mutant] = [values['only-request'], values['only-mutant']];
  if (request !== undefined || mutant !== undefined) {
    return { seed, requests: only('only-request', request), mutants: only('only-mutant', mutant) };
  }
  return { seed, requests: upTo('requests', values.requests), mutants: upTo('mutants', values.mutants) };
}

const upTo = (name: string, text: string) => [...Array(whole(name, text)).keys()];
const only = (name: string, text: string | undefined) => (text === undefined ? [] : [whole(name, text)]);

function whole(name: string, text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new Error(`--${name} must be a whole number, and ${JSON.stringify(text)} is not.`);
}
