import type { ExportNews } from '../functions/stream/export/api/events.ts';
import { messageOf, showFailure, showProblem } from './problem.ts';
import { HEADERS_WITHIN_MS, Refusal, refusalOf } from './requests.ts';
import { bytes, clock } from './words.ts';

/** What is told of an export; `percent` is of 100. */
export type Course = {
  tell(text: string, percent: number): void;
  /** `address` is that of the file. */
  done(text: string, address: string): void;
  failed(text: string): void;
};

/** `isUnderWay`: events have come; `refusals`: in a row. */
type Asking = { isUnderWay: boolean; refusals: number };

/** Temporary failures: too much load, or a proxy that does not answer. */
const PASSING = [429, 500, 502, 503, 504];
const ASK_AGAIN_MS = 3000;
const MOST_REFUSALS = 20;

/** Requests an export, and follows it to its end. It goes on without the page for a while. */
export function followExport(
  address: string,
  course: Course,
  asking: Asking = { isUnderWay: false, refusals: 0 },
): void {
  // Reconnects by itself after a lost connection, with its last event id.
  const source = new EventSource(address);
  const on = <Name extends keyof ExportNews>(name: Name, show: (news: ExportNews[Name]) => void) =>
    source.addEventListener(name, ({ data }: MessageEvent<string>) => {
      asking.isUnderWay = true;
      asking.refusals = 0;
      show(JSON.parse(data));
    });
  on('queued', () => course.tell('waits for a worker', 0));
  on('probing', () => course.tell('probes the media', 0));
  on('progress', (news) => course.tell(describeProgress(news), news.percent ?? 0));
  on('done', (news) => {
    source.close();
    course.done(describeResult(news), news.address);
  });
  on('failed', ({ problem }) => {
    source.close();
    course.failed(problem.detail);
    showProblem(problem);
  });
  source.addEventListener('error', () => {
    // Only a refusal, which is not an event stream, ends it for good.
    if (source.readyState === EventSource.CLOSED) goOn(address, course, asking);
  });
}

/** Follows the export again after a refusal, if that may be temporary: the work goes on meanwhile. */
async function goOn(address: string, course: Course, asking: Asking): Promise<void> {
  const refusal = await refusalOf(address, AbortSignal.timeout(HEADERS_WITHIN_MS)).catch(
    (cause: unknown) => cause,
  );
  const { isUnderWay, refusals } = asking;
  const isPassing = refusal instanceof Refusal && PASSING.includes(refusal.status);
  const mayPass = refusal === null || (isUnderWay && isPassing);
  if (mayPass && refusals < MOST_REFUSALS) {
    setTimeout(() => followExport(address, course, { isUnderWay, refusals: refusals + 1 }), ASK_AGAIN_MS);
    return;
  }
  course.failed(refusal === null ? 'The server refuses repeatedly.' : messageOf(refusal));
  if (refusal !== null) showFailure(refusal);
}

function describeProgress({ percent, etaSeconds, speed, bytes: written }: ExportNews['progress']): string {
  const done = percent === null ? '' : `${percent} %, `;
  const pace = speed ? `, ${speed.toFixed(1)}× as fast as it plays` : '';
  const left = etaSeconds ? `, ${clock(etaSeconds)} left` : '';
  return `${done}${bytes(written)}${pace}${left}`;
}

function describeResult({ sizeBytes, durationSeconds, gbSeconds }: ExportNews['done']): string {
  const length = durationSeconds === null ? '' : `${clock(durationSeconds)}, `;
  return `done: ${length}${bytes(sizeBytes)}; took ${gbSeconds.toFixed(1)} GB-seconds`;
}
