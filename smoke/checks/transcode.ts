import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import type { Check } from '../check.ts';
import { type Arrival, type Exchange, headerOf } from '../exchange.ts';
import type { FinishedTranscodes } from '../transcodes.ts';
import { hasEnded, hasStatus, judge, notChecked, seconds } from '../verdict.ts';

export const transcodeStarts: Check = {
  name: 'transcode starts before its end',
  expected: 'the bytes of a transcode come while it is being produced',
  why: 'small writes were reported to be held back (16 to 100 KB), and some answers to come only when they are complete',
  async run(session) {
    const transcodes = await session.transcodes();
    if (transcodes.kind === 'impossible') return notChecked(transcodes.reason);
    const { runs, plainMilliseconds } = transcodes;
    const tales = runs.map(({ arrivals }) => describeArrivals(arrivals)).join('; ');
    const seen = `${tales} (as many plain bytes take ${seconds(plainMilliseconds)})`;
    const faults = runs.map(({ arrivals }) => bufferingFault(arrivals, plainMilliseconds));
    const excuse = excuseOf(transcodes);
    if (excuse !== null && faults.some((fault) => fault !== null)) return notChecked(`${excuse}: ${seen}`);
    return judge(seen, [
      ...runs.flatMap((run) => [hasStatus(run, 200), isTranscode(run)] as const),
      ...faults.map((fault, at) => [fault === null, `answer ${at + 1} of ${runs.length}: ${fault}`] as const),
    ]);
  },
};

export const transcodeIsWhole: Check = {
  name: 'transcode is whole',
  expected: 'an MP4 that is complete and has the requested duration',
  why: 'a function that throws in mid-body ends the answer as cleanly as one that is done',
  async run(session) {
    const transcodes = await session.transcodes();
    if (transcodes.kind === 'impossible') return notChecked(transcodes.reason);
    const lengths = await Promise.all(transcodes.runs.map(({ body }) => measure(body)));
    const seen = transcodes.runs
      .map(({ body }, at) => `${body.length} bytes, ${lengths[at] ?? '?'} s`)
      .join('; ');
    return judge(
      seen,
      transcodes.runs.flatMap((run, at) => [
        hasStatus(run, 200),
        hasEnded(run),
        [boxesEnd(run.body) === run.body.length, 'it ends in the middle of a box'],
        [lasts(lengths[at] ?? null, transcodes), `it does not last ${transcodes.expectedSeconds} s`],
      ]),
    );
  },
};

/**
 * Returns why these arrivals are those of a buffered answer; null if the bytes came as they were produced.
 * `plainMilliseconds`: how long as many bytes take on this line from the first to the last.
 */
export function bufferingFault(arrivals: readonly Arrival[], plainMilliseconds: number): string | null {
  const first = arrivals[0]?.milliseconds;
  const last = arrivals.at(-1)?.milliseconds;
  if (first === undefined || last === undefined) return 'no byte came';
  const spread = last - first;
  if (spread < 2 * plainMilliseconds || spread < last / 5) return 'it came in one go';
  const total = sumBytes(arrivals);
  const early = sumBytes(arrivals.filter(({ milliseconds }) => milliseconds < first + spread / 2));
  return early < total / 10 ? `after its first ${early} bytes the rest came in one go` : null;
}

/** Fewer seconds may be a single fragment. */
const TELLING_SECONDS = 4;

/** Returns why arrivals that look buffered need not be; null if nothing suggests so. */
function excuseOf({ runs, plainMilliseconds, expectedSeconds }: FinishedTranscodes): string | null {
  if (runs.some(({ status }) => status !== 200)) return null;
  if (expectedSeconds !== null && expectedSeconds < TELLING_SECONDS) {
    return `the film lasts ${expectedSeconds} s: name a longer one with --key`;
  }
  const isSlow = runs.every(({ milliseconds }) => plainMilliseconds > milliseconds / 3);
  return isSlow ? 'this line carries the bytes hardly faster than they are produced' : null;
}

function describeArrivals(arrivals: readonly Arrival[]): string {
  const [first] = arrivals;
  const last = arrivals.at(-1);
  if (first === undefined || last === undefined) return 'nothing';
  const from = `first ${first.bytes} bytes after ${seconds(first.milliseconds)}`;
  return `${from}, last of ${sumBytes(arrivals)} in ${arrivals.length} reads after ${seconds(last.milliseconds)}`;
}

function isTranscode(run: Exchange): readonly [boolean, string] {
  const plan = headerOf(run, 'sluice-plan');
  return [plan?.startsWith('transcode') ?? false, `Sluice-Plan is ${plan ?? 'absent'}`];
}

/** Returns where the last complete box of an MP4 ends. */
function boxesEnd(file: Buffer): number {
  let at = 0;
  while (at + 8 <= file.length) {
    const size = file.readUInt32BE(at);
    if (size < 8 || at + size > file.length) break;
    at += size;
  }
  return at;
}

/** Half of a fragment: less may be missing because of a last frame. */
const TOLERANCE_SECONDS = 0.3;

function lasts(length: number | null, { expectedSeconds }: FinishedTranscodes): boolean {
  if (expectedSeconds === null) return true;
  return length !== null && Math.abs(length - expectedSeconds) <= TOLERANCE_SECONDS;
}

/** Returns seconds; null for a file that is not media. */
async function measure(file: Buffer): Promise<number | null> {
  const input = new Input({ source: new BufferSource(file), formats: ALL_FORMATS });
  try {
    return Math.round((await input.computeDuration()) * 1000) / 1000;
  } catch {
    return null;
  } finally {
    input.dispose();
  }
}

function sumBytes(arrivals: readonly Arrival[]): number {
  return arrivals.reduce((sum, { bytes }) => sum + bytes, 0);
}
