import { parseArgs } from 'node:util';

/** The options of `npm run smoke`. */
export type SmokeOptions = {
  readonly service: ServiceAddress;
  /** Null takes the first media that the service lists. */
  readonly key: string | null;
  /** The origin of a page that the service should allow; null if CORS is not checked. */
  readonly origin: string | null;
  /** The time limit of one answer. */
  readonly timeoutSeconds: number;
  readonly json: boolean;
};

export type ServiceAddress = {
  /** Scheme, host and port, such as `https://abc.lambda-url.eu-west-1.on.aws`. */
  readonly origin: string;
  /** The path before `/media`, without the token; empty or `/…`. */
  readonly prefix: string;
  /** The token after `/~`; null if addresses are not signed. */
  readonly token: string | null;
};

export const USAGE = `Usage: npm run smoke -- URL [--key KEY] [--token TOKEN] [--origin ORIGIN] [--timeout SECONDS] [--json]

  URL                the service, such as https://abc.lambda-url.eu-west-1.on.aws or https://host/~TOKEN
  --key KEY          the media to ask for; without it the first one that the service lists at /
  --token TOKEN      what stands behind /~ in a signed address
  --origin ORIGIN    an origin that ALLOWED_ORIGINS names: checks CORS
  --timeout SECONDS  how long one answer may take, 1 to 300 (30)
  --json             the results as JSON

It makes some sixty small requests, six of them transcodes of a few seconds, and moves about 10 MB.
It ends with 0 if nothing failed, with 1 if a check failed, with 2 if it was called wrongly.
`;

/** Throws an Error with one sentence that says what is wrong. */
export function parseSmoke(args: readonly string[]): SmokeOptions | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      key: { type: 'string' },
      token: { type: 'string' },
      origin: { type: 'string' },
      timeout: { type: 'string', default: '30' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const [url, ...others] = positionals;
  if (url === undefined) throw new Error('The URL of the service is missing: npm run smoke -- URL');
  if (others.length > 0) throw new Error(`One URL is enough, and ${JSON.stringify(others[0])} is another.`);
  if (values.key === '') throw new Error('--key must not be empty.');
  return {
    service: parseService(url, values.token),
    key: values.key ?? null,
    origin: values.origin === undefined ? null : parseOrigin(values.origin),
    timeoutSeconds: parseTimeout(values.timeout),
    json: values.json,
  };
}

function parseService(text: string, token: string | undefined): ServiceAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Error(
      `${JSON.stringify(text)} is not the URL of a service: it begins with https:// or http://.`,
    );
  }
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw new Error('The URL of the service has no query, fragment, user or password.');
  }
  const path = url.pathname.replace(/\/+$/, '');
  const [, prefix = path, inPath = null] = /^(.*)\/~([^/]+)$/.exec(path) ?? [];
  if (inPath !== null && token !== undefined) {
    throw new Error('The URL carries a token already: leave --token out.');
  }
  return { origin: url.origin, prefix, token: inPath ?? parseToken(token) };
}

function parseToken(token: string | undefined): string | null {
  if (token === undefined) return null;
  const bare = token.replace(/^~/, '');
  if (/^[\w.~%+=:,-]+$/.test(bare)) return bare;
  throw new Error('--token must be what stands between /~ and the next slash of a signed address.');
}

function parseOrigin(origin: string): string {
  if (URL.canParse(origin) && new URL(origin).origin === origin) return origin;
  throw new Error(
    `--origin must be an origin such as https://app.example, and ${JSON.stringify(origin)} is not.`,
  );
}

function parseTimeout(text: string): number {
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= 1 && seconds <= 300) return seconds;
  throw new Error(
    `--timeout must be a whole number of seconds from 1 to 300, and ${JSON.stringify(text)} is not.`,
  );
}
