import { type Agent, type ClientRequest, type RequestOptions, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

type Attack = {
  readonly method?: 'HEAD';
  /** Another address each time. */
  readonly path: (random: () => number) => string;
  /** When the client leaves: once it has the head or the whole answer, so many milliseconds later, or never by itself. */
  readonly leaves: 'head' | 'end' | 'never' | number;
};

const upTo = (random: () => number, most: number) => (random() * most).toFixed(3);

/** What hostile clients ask for, by what each wants to cost: `film.mp4` is the demo film, the others of the test media. */
export const ATTACKS = {
  // Each is another output, which no cache has.
  starts: {
    path: (random) => `/stream/film.mp4?format=mp4&height=144&start=${upTo(random, 5)}`,
    leaves: 'head',
  },
  exports: { path: (random) => `/export/film.mp4?format=mp4&start=${upTo(random, 5)}`, leaves: 250 },
  images: { path: (random) => `/image/film.mp4?t=${upTo(random, 9)}&width=7680`, leaves: 'end' },
  odd: {
    path: (random) =>
      `/stream/film.mp4?height=${Math.floor(random() * 1e9)}&start=${'9'.repeat(random() * 999)}`,
    leaves: 'end',
  },
  heads: {
    method: 'HEAD',
    path: (random) => `/stream/film.mp4?format=webm&start=${upTo(random, 5)}`,
    leaves: 'end',
  },
  // Frames of 8K, and six minutes of AV1 in 4K: small files that take much to decode.
  bombs: {
    path: (random) =>
      `/stream/${random() < 0.5 ? '8k' : 'av1'}.mp4?format=mp4&height=144&start=${upTo(random, 0.2)}`,
    leaves: 'end',
  },
  slow: { path: () => '/media/film.mp4', leaves: 'never' },
} as const satisfies Readonly<Record<string, Attack>>;

/** `unfinished` begins a request and never ends it. */
export type HostileKind = keyof typeof ATTACKS | 'unfinished';
export const HOSTILE_KINDS: readonly HostileKind[] = [
  ...(Object.keys(ATTACKS) as (keyof typeof ATTACKS)[]),
  'unfinished',
];

export type HostileClient = {
  readonly origin: string;
  /** Its own address on this machine, as clients in the world have one each. */
  readonly localAddress: string;
  readonly kind: HostileKind;
  /** What stands before its paths: a token, valid or not. */
  readonly prefix: string;
  readonly agent: Agent;
  readonly random: () => number;
  /** A client that is refused comes back so soon. */
  readonly backMilliseconds: number;
  readonly signal: AbortSignal;
  readonly heard: (status: number | null) => void;
};

/** Attacks until the signal ends it. Never rejects. */
export async function attack(client: HostileClient): Promise<void> {
  const { kind, signal, heard, random, backMilliseconds } = client;
  const wait = (milliseconds: number) => delay(milliseconds, undefined, { signal }).catch(() => {});
  await wait(random() * backMilliseconds);
  if (kind === 'unfinished') return holdOpen(client);
  while (!signal.aborted) {
    const status = await send(client, ATTACKS[kind]);
    heard(status);
    const isRefused = status === null || status >= 400;
    if (isRefused) await wait(backMilliseconds);
  }
}

/** Sends one request, and leaves as this kind does. Resolves with its status; null if there was none. */
function send(client: HostileClient, { path, leaves, ...rest }: Attack): Promise<number | null> {
  const { origin, localAddress, prefix, agent, random, signal, kind } = client;
  // By this id, which players report, the lines of the log tell who asked.
  const options: RequestOptions = { agent, localAddress, signal, method: rest.method ?? 'GET' };
  const address = path(random);
  const joint = address.includes('?') ? '&' : '?';
  return new Promise((resolve) => {
    let status: number | null = null;
    let sent: ClientRequest;
    try {
      sent = request(`${origin}${prefix}${address}${joint}CMCD=sid%3D%22${kind}%22`, options);
    } catch {
      return resolve(null);
    }
    sent.once('response', (response) => {
      status = response.statusCode ?? null;
      if (leaves === 'head' && status !== null && status < 400) return void sent.destroy();
      // A reader that reads nothing holds the instance that answers.
      if (leaves === 'never' && status !== null && status < 400) return;
      response.resume();
    });
    if (typeof leaves === 'number') setTimeout(() => sent.destroy(), leaves).unref();
    sent.once('error', () => {});
    sent.once('close', () => resolve(status));
    sent.end();
  });
}

function holdOpen({ origin, localAddress, prefix, signal, heard }: HostileClient): Promise<void> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ port: Number(port), host: hostname, localAddress });
  socket.write(`GET ${prefix}/stream/film.mp4 HTTP/1.1\r\nHost: ${hostname}:${port}\r\nX-Slow: `);
  return new Promise((resolve) => {
    if (signal.aborted) socket.destroy();
    signal.addEventListener('abort', () => socket.destroy(), { once: true });
    socket.on('error', () => {});
    socket.once('close', () => {
      heard(null);
      resolve();
    });
  });
}
