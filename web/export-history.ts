/** An export that was begun on this page, now or earlier. */
export type PastExport = {
  /** The address that was asked, by which it can be followed again. */
  readonly address: string;
  readonly key: string;
  readonly format: string;
  /** Where the file is, for a download; null until it is there. */
  readonly result: string | null;
  /** How it ended; empty while it goes on. */
  readonly outcome: string;
};

const NAME = 'sluice-exports';
const MOST = 20;

/** Returns what this browser remembers, the newest first. */
export function pastExports(): readonly PastExport[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(NAME) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isPastExport) : [];
  } catch {
    return [];
  }
}

/** Remembers an export, in place of the same one of earlier. */
export function rememberExport(past: PastExport): void {
  const others = pastExports().filter(({ address }) => address !== past.address);
  keep([past, ...others].slice(0, MOST));
}

export function forgetExports(): void {
  keep([]);
}

/** A browser may refuse to store anything. */
function keep(list: readonly PastExport[]): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(list));
  } catch {
    // Then the list lasts as long as the page.
  }
}

function isPastExport(value: unknown): value is PastExport {
  if (typeof value !== 'object' || value === null) return false;
  const { address, key, format, result, outcome } = value as Partial<PastExport>;
  const isText = [address, key, format, outcome].every((each) => typeof each === 'string');
  return isText && isPath(address) && (result === null || isPath(result));
}

/** Whatever was stored, a link here stays on this service. */
const isPath = (text: string | undefined) => text !== undefined && /^\/(?![/\\\s])/.test(text);
