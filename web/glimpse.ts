import type { Row } from './library-row.ts';
import { fetchInfo } from './requests.ts';
import { clock } from './words.ts';

/** Each may take an ffmpeg of the service. */
const AT_ONCE = 2;
/** What is scrolled past is not asked for. */
const RESTS_MS = 250;
const PATIENCE_MS = 30_000;
/** Twice as many as are shown, for dense screens. */
const POSTER_PIXELS = 192;

/** Fills the rows that a person sees with poster and duration. */
export type Glimpses = {
  /** Follows these rows instead of the last ones. */
  follow(rows: readonly Row[]): void;
};

/** Asks for a poster and a duration of the rows that are in sight, two at once, and each once. */
export function watchGlimpses(): Glimpses {
  const known = new WeakSet<Row>();
  const inSight = new Set<Row>();
  let followed = new Map<Element, Row>();
  let underWay = 0;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const row = followed.get(target);
      if (row === undefined) continue;
      if (isIntersecting && !known.has(row)) inSight.add(row);
      else inSight.delete(row);
    }
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(goOn, RESTS_MS);
  });

  function goOn(): void {
    for (const row of inSight) {
      if (underWay >= AT_ONCE) return;
      inSight.delete(row);
      known.add(row);
      underWay += 1;
      void glimpse(row).finally(() => {
        underWay -= 1;
        goOn();
      });
    }
  }

  return {
    follow(rows) {
      observer.disconnect();
      inSight.clear();
      followed = new Map(rows.map((each) => [each.row, each]));
      for (const { row } of rows) observer.observe(row);
    },
  };
}

/** Never rejects: a file that cannot be read keeps its symbol. */
async function glimpse({ key, image, duration }: Row): Promise<void> {
  const info = await fetchInfo(key, AbortSignal.timeout(PATIENCE_MS)).catch(() => null);
  if (info === null) return;
  const { durationSeconds } = info.media;
  if (durationSeconds !== null) duration.textContent = clock(durationSeconds);
  if (info.poster === null) return;
  const address = new URL(info.poster, location.href);
  address.searchParams.set('width', String(POSTER_PIXELS));
  await new Promise<void>((resolve) => {
    image.onload = () => {
      image.hidden = false;
      resolve();
    };
    image.onerror = () => resolve();
    image.src = address.href;
  });
}
