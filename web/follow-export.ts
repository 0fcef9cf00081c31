import type { ExportNews } from '../functions/stream/export/api/events.ts';
import { elements } from './elements.ts';
import { showFailure, showProblem } from './problem.ts';
import { HEADERS_WITHIN_MS, Refusal, refusalOf } from './requests.ts';
import { bytes, clock } from './words.ts';

/** `isUnderWay`: events have come; `refusals`: in a row. */
type Course = { isUnderWay: boolean; refusals: number };

/** Temporary failures: too much load, or a proxy that does not answer. */
const PASSING = [429, 500, 502, 503, 504];
const ASK_AGAIN_MS = 3000;
const MOST_REFUSALS = 20;

/** The export that the page follows; it goes on without the page. */
let following: EventSource | null = null;

/** Requests an export and shows its progress. */
export function exportFile(address: string): void {
  elements.exportResult.hidden = true;
  showExport('asked for', 0);
  follow(address, { isUnderWay: false, refusals: 0 });
}

function follow(address: string, course: Course): void {
  following?.close();
  // Reconnects by itself after a lost connection, with its last event id.
  const source = new EventSource(address);
  following = source;
  const on = <Name extends keyof ExportNews>(name: Name, show: (news: ExportNews[Name]) => void) =>
    source.addEventListener(name, ({ data }: MessageEvent<string>) => {
      course.isUnderWay = true;
      course.refusals = 0;
      show(JSON.parse(data));
    });
  on('queued', () => showExport('waits for a worker', 0));
  on('probing', () => showExport('probes the media', 0));
  on('progress', (news) => showExport(describeProgress(news), news.percent ?? 0));
  on('done', (news) => {
    source.close();
    showExport(describeResult(news), 100);
    elements.exportResult.href = `${news.address}?download=1`;
    elements.exportResult.hidden = false;
  });
  on('failed', ({ problem }) => {
    source.close();
    showExport('failed', 0);
    showProblem(problem);
  });
  source.addEventListener('error', () => {
    // Only a refusal, which is not an event stream, ends it for good.
    if (source.readyState === EventSource.CLOSED && following === source) goOn(source, address, course);
  });
}

/** Follows the export again after a refusal, if that may be temporary: the work goes on meanwhile. */
async function goOn(source: EventSource, address: string, course: Course): Promise<void> {
  const refusal = await refusalOf(address, AbortSignal.timeout(HEADERS_WITHIN_MS)).catch(
    (cause: unknown) => cause,
  );
  if (following !== source) return;
  const { isUnderWay, refusals } = course;
  const isPassing = refusal instanceof Refusal && PASSING.includes(refusal.status);
  const mayPass = refusal === null || (isUnderWay && isPassing);
  if (mayPass && refusals < MOST_REFUSALS) {
    setTimeout(() => {
      if (following === source) follow(address, { isUnderWay, refusals: refusals + 1 });
    }, ASK_AGAIN_MS);
    return;
  }
  showExport('refused', 0);
  if (refusal !== null) showFailure(refusal);
  else showProblem({ title: 'The export cannot be followed', detail: 'The server refuses repeatedly.' });
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

function showExport(text: string, percent: number): void {
  elements.exportText.textContent = text;
  elements.exportBar.hidden = false;
  elements.exportBar.value = percent;
}
