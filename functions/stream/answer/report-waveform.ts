import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../base/describe-error.ts';
import { paceOf } from '../export/api/events.ts';
import { LINES } from '../export/api/wire.ts';
import { readableOf } from '../http/body.ts';
import { asProblem, describeProblem } from '../http/problem-response.ts';
import type { AnswerContext } from './answer-context.ts';

/** A waveform that is JSON, and how far it is. */
type Reported = {
  /** Resolves with the answer that a client without interest in progress would have had. */
  answer(): Promise<Response>;
  secondsDone(): number;
  /** Null if the file does not tell. */
  readonly secondsTotal: number | null;
};

const LOOK_MILLISECONDS = 500;
/** Proxies cut a connection that is silent for long. */
const LOOKS_TO_HEARTBEAT = 10;

/** Writes how far a waveform is, one line of JSON at a time as exports do, and at the end the waveform itself. */
export async function* reportWaveform(
  { answer, secondsDone, secondsTotal }: Reported,
  { signal, trace }: Pick<AnswerContext, 'signal' | 'trace'>,
): AsyncGenerator<string | Uint8Array, void, void> {
  yield LINES.opening;
  const started = performance.now();
  const answering = answer().then(
    (response) => ({ response }) as const,
    (error: unknown) => ({ error }) as const,
  );
  let told = 0;
  let silent = 0;
  for (;;) {
    const ended = await Promise.race([answering, delay(LOOK_MILLISECONDS, null, { ref: false })]);
    if (ended !== null) break;
    const seconds = secondsDone();
    if (seconds > told) {
      told = seconds;
      silent = 0;
      const elapsedSeconds = (performance.now() - started) / 1000;
      const data = paceOf({ secondsDone: seconds, secondsTotal, elapsedSeconds });
      yield LINES.write({ name: 'progress', data });
    } else if (++silent % LOOKS_TO_HEARTBEAT === 0) yield LINES.heartbeat;
  }
  const ended = await answering;
  if ('error' in ended) {
    const problem = asProblem(ended.error, signal);
    const cause = problem.cause ? { cause: describeError(problem.cause) } : {};
    trace.note({ problem: problem.type, ...cause });
    yield LINES.write({ name: 'failed', data: { problem: describeProblem(problem) } });
    return;
  }
  const { body } = ended.response;
  if (body === null) return;
  yield '{"event":"done","waveform":';
  yield* readableOf(body);
  yield '}\n';
}
