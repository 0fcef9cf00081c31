import { elements, make } from './elements.ts';
import { describeTimings } from './headers.ts';
import { bytes, milliseconds } from './words.ts';

/** The oldest rows go when there are more. */
const MAX_ROWS = 40;

type Request = {
  readonly name: string;
  /** Milliseconds from the beginning of the playback. */
  readonly start: number;
  readonly firstByte: number;
  readonly end: number;
  readonly sizeBytes: number;
  /** Whose cache had it; empty if it was produced or read. */
  readonly cache: 'browser' | 'store' | '';
  readonly timings: string;
};

const CACHES = { browser: 'browser', store: 'cached' } as const;

let requests: readonly Request[] = [];

/** Forgets the requests of an earlier playback. */
export function clearRequests(): void {
  requests = [];
  elements.requests.replaceChildren();
  elements.requestsCard.hidden = true;
}

/** Adds a request that has ended; `since` is when the playback began, as `performance.now()`. */
export function addRequest(entry: PerformanceResourceTiming, since: number): void {
  const request: Request = {
    name: shortName(entry.name),
    start: entry.startTime - since,
    // Zero if another origin does not tell.
    firstByte: (entry.responseStart || entry.startTime) - since,
    end: entry.responseEnd - since,
    sizeBytes: entry.encodedBodySize,
    cache: cacheOf(entry),
    timings: describeTimings(entry.serverTiming.filter(({ duration }) => duration > 0)),
  };
  requests = [...requests, request].slice(-MAX_ROWS);
  const from = requests[0]?.start ?? 0;
  const to = Math.max(...requests.map(({ end }) => end));
  elements.requests.replaceChildren(...requests.map((each) => row(each, from, to)));
  elements.requestsCard.hidden = false;
}

/** Returns whether the browser had an answer, and asked nobody. */
export function isOfBrowser({ transferSize, encodedBodySize }: PerformanceResourceTiming): boolean {
  return transferSize === 0 && encodedBodySize > 0;
}

function cacheOf(entry: PerformanceResourceTiming): Request['cache'] {
  if (isOfBrowser(entry)) return 'browser';
  return entry.serverTiming.some(({ name }) => name === 'cached') ? 'store' : '';
}

/** Keeps the end of a path, which tells requests of one film apart: `720p/12.m4s`. */
function shortName(address: string): string {
  const parts = new URL(address).pathname.split('/');
  return decodeURI(parts.slice(-2).join('/'));
}

function row(request: Request, from: number, to: number): HTMLElement {
  const { name, start, firstByte, end, sizeBytes, cache, timings } = request;
  const bar = (kind: string, begin: number, until: number) => {
    const mark = make('i', kind);
    mark.style.insetInlineStart = `${((begin - from) / (to - from)) * 100}%`;
    mark.style.inlineSize = `${((until - begin) / (to - from)) * 100}%`;
    return mark;
  };
  const bars = make('div', 'bars', bar('wait', start, firstByte), bar('', firstByte, end));
  return make(
    'tr',
    '',
    make('td', 'mono', name),
    make('td', 'cache', ...(cache === '' ? [] : [make('span', 'badge', CACHES[cache])])),
    make('td', '', milliseconds(firstByte - start)),
    make('td', '', milliseconds(end - start)),
    make('td', '', bytes(sizeBytes)),
    make('td', 'timings soft', timings),
    make('td', 'bar', bars),
  );
}
