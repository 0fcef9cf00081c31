import type { Chart } from './chart.ts';
import { elements } from './elements.ts';
import { rate as rateText } from './words.ts';

const EVERY_MS = 500;
/** Ten minutes; then every second one goes. */
const MOST = 1200;

type Samples = { times: number[]; ahead: number[]; rate: (number | null)[] };

/**
 * Draws what a playback has buffered, and at which bitrate, from the first play on until `signal` aborts. `declared`
 * returns the bits per second that a presentation says, null for others: those are measured, where the browser tells.
 */
export function feedChart(
  element: HTMLMediaElement,
  declared: () => number | null,
  signal: AbortSignal,
): void {
  const samples: Samples = { times: [], ahead: [], rate: [] };
  let chart: Chart | null = null;
  elements.chartNote.hidden = false;
  elements.chart.hidden = true;
  signal.addEventListener('abort', () => chart?.close());
  // A person may have pressed play before anything was known.
  if (element.paused) element.addEventListener('play', () => void begin(), { once: true, signal });
  else void begin();

  async function begin(): Promise<void> {
    const start = performance.now();
    const measured = meter(element);
    const timer = setInterval(() => {
      const bits = declared() ?? measured();
      samples.times.push((performance.now() - start) / 1000);
      samples.ahead.push(secondsAhead(element));
      samples.rate.push(bits === null ? null : bits / 1e6);
      if (samples.times.length > MOST) thinOut(samples);
      chart?.show([samples.times, samples.ahead, samples.rate]);
      describe(samples.ahead.at(-1) ?? 0, bits);
    }, EVERY_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
    // It is drawn for those who play.
    const { openChart } = await import('./chart.ts');
    if (signal.aborted) return;
    elements.chart.hidden = false;
    elements.chartNote.hidden = true;
    chart = openChart(elements.chart);
  }
}

function describe(ahead: number, bits: number | null): void {
  const bitrate = bits === null ? '' : `, ${rateText(bits)}`;
  elements.chart.setAttribute('aria-label', `Buffered ahead: ${ahead.toFixed(0)} s${bitrate}`);
}

function thinOut(samples: Samples): void {
  for (const list of [samples.times, samples.ahead, samples.rate]) {
    list.splice(0, list.length, ...list.filter((_, at) => at % 2 === 0));
  }
}

function secondsAhead({ buffered, currentTime }: HTMLMediaElement): number {
  for (let at = 0; at < buffered.length; at++) {
    // A player may stand just before what it has.
    if (buffered.start(at) <= currentTime + 0.3 && buffered.end(at) > currentTime) {
      return buffered.end(at) - currentTime;
    }
  }
  return 0;
}

/** Returns what measures bits per second of media, by what was decoded; null where the browser does not say. */
function meter(element: HTMLMediaElement): () => number | null {
  const decoded = () =>
    (element.webkitVideoDecodedByteCount ?? 0) + (element.webkitAudioDecodedByteCount ?? 0);
  let last = { bytes: decoded(), time: element.currentTime };
  let bits: number | null = null;
  return () => {
    const seconds = element.currentTime - last.time;
    // Over less, single frames show.
    if (seconds >= 0 && seconds < 2) return bits;
    const bytes = decoded() - last.bytes;
    bits = seconds > 0 && bytes > 0 ? (8 * bytes) / seconds : null;
    last = { bytes: decoded(), time: element.currentTime };
    return bits;
  };
}
