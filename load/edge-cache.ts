import type { OutgoingHttpHeaders } from 'node:http';

/** An answer as a cache holds it. */
export type Stored = {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
};

export type EdgeCache = {
  /** Returns the answer of this key, from the cache or by `fetch`, which runs once for all who wait for it. */
  get(key: string, fetch: () => Promise<Stored>): Promise<Stored>;
  /** How many answers came from the cache, and how many were fetched. */
  counts(): { readonly hits: number; readonly misses: number };
};

/** Stores answers for as long as their Cache-Control says, as CloudFront does. */
export function createEdgeCache(now: () => number = Date.now): EdgeCache {
  const stored = new Map<string, { readonly answer: Stored; readonly until: number }>();
  const fetching = new Map<string, Promise<Stored>>();
  let [hits, misses] = [0, 0];
  return {
    async get(key, fetch) {
      const found = stored.get(key);
      if (found !== undefined && found.until > now()) {
        hits += 1;
        return found.answer;
      }
      misses += 1;
      const pending = fetching.get(key) ?? fetch();
      fetching.set(key, pending);
      try {
        const answer = await pending;
        const seconds = answer.status === 200 ? secondsOf(String(answer.headers['cache-control'] ?? '')) : 0;
        if (seconds > 0) stored.set(key, { answer, until: now() + seconds * 1_000 });
        return answer;
      } finally {
        fetching.delete(key);
      }
    },
    counts: () => ({ hits, misses }),
  };
}

/** Returns for how long a shared cache may answer by itself (RFC 9111 §4.2.1). */
function secondsOf(control: string): number {
  if (/\b(no-store|no-cache|private)\b/.test(control)) return 0;
  const [, seconds] = /\bs-maxage=(\d+)/.exec(control) ?? /\bmax-age=(\d+)/.exec(control) ?? [];
  return Number(seconds ?? 0);
}
