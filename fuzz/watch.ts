import { readdir, readFile } from 'node:fs/promises';
import type { LocalFunctionUrl } from '../local/function-url.ts';
import type { LogLine } from '../local/instance.ts';
import { descendants } from '../testing/processes.ts';

/** Observes a service's processes while they are attacked. */
export type Watch = {
  /** Call it with every line that they write. */
  log(line: LogLine): void;
  begin(service: LocalFunctionUrl): void;
  /** Waits until the instances are idle, observes them once more, and returns everything. */
  end(): Promise<Sightings>;
};

export type Sightings = {
  /** The most that one process had resident, in megabytes. */
  readonly peaks: { readonly runtime: number; readonly ffmpeg: number };
  /** The commands that had more than half a gigabyte. */
  readonly large: readonly string[];
  /** Runtimes that ended because they broke an answer off, as intended. */
  readonly brokenOff: number;
  /** Why answers were broken off, each with its count. */
  readonly breaks: ReadonlyMap<string, number>;
  /** Runtimes that ended in another way, with their last words. */
  readonly crashes: readonly string[];
  /** Processes that run on below an idle runtime. */
  readonly leftProcesses: readonly string[];
  /** Descriptors of each runtime, now. */
  readonly descriptors: readonly number[];
  /** Causes of problems of the type `internal`, and output that is not a line of the log. */
  readonly internals: readonly string[];
};

export const MOST_MEGABYTES = 512;
const EVERY_MILLISECONDS = 100;
const SETTLE_MILLISECONDS = 20_000;

export function watchService(): Watch {
  const known = new Set<number>();
  const lastLines = new Map<number, string>();
  const breaks = new Map<string, number>();
  const brokenOff = new Set<number>();
  const internals: string[] = [];
  const large = new Map<number, string>();
  const peaks = { runtime: 0, ffmpeg: 0 };
  let service: LocalFunctionUrl | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;

  async function look(): Promise<void> {
    const runtimes = service?.instances() ?? [];
    for (const { pid } of runtimes) {
      known.add(pid);
      peaks.runtime = Math.max(peaks.runtime, await peakMegabytes(pid));
      for (const child of await descendants(pid)) {
        const megabytes = await peakMegabytes(child.pid);
        if (megabytes > MOST_MEGABYTES) large.set(child.pid, await commandOf(child.pid));
        peaks.ffmpeg = Math.max(peaks.ffmpeg, megabytes);
      }
    }
  }

  return {
    log({ source, pid, text }) {
      // The sender broke its own upload off; there was no event.
      if (text === 'request failed: Error: aborted') return;
      if (pid === null) return void internals.push(text);
      known.add(pid);
      const entry = source === 'platform' ? null : entryOf(text);
      if (entry === null) {
        lastLines.set(pid, text);
        // A runtime that breaks its answer off has said so in its own line, and Node.js prints its last
        // words.
        if (source === 'platform' ? / 502: |reported/.test(text) : !brokenOff.has(pid)) internals.push(text);
        return;
      }
      if (entry.problem === 'internal' && !entry.cause?.includes(GIVEN_UP))
        internals.push(`${entry.path ?? entry.message}: ${entry.cause}`);
      if (entry.failed !== undefined && !entry.failed.includes('Problem: '))
        internals.push(`${entry.message}: ${entry.failed}`);
      if (entry.broken === undefined) return;
      brokenOff.add(pid);
      const reason = entry.broken.split('\n', 1)[0]?.replace(/\d+/g, '#') ?? '';
      breaks.set(reason, (breaks.get(reason) ?? 0) + 1);
      // What the media causes is a Problem.
      if (!entry.broken.includes('Problem: ')) internals.push(`${entry.path}: ${entry.broken}`);
    },
    begin(started) {
      service = started;
      const again = async () => {
        await look();
        if (!isOver) timer = setTimeout(again, EVERY_MILLISECONDS);
      };
      void again();
    },
    async end() {
      const running = await settled(() => service?.instances() ?? []);
      isOver = true;
      clearTimeout(timer);
      await look();
      const left: string[] = [];
      const descriptors: number[] = [];
      for (const pid of running) {
        left.push(...(await descendants(pid)).map(({ name }) => name));
        descriptors.push((await readdir(`/proc/${pid}/fd`)).length);
      }
      const ended = [...known].filter((pid) => !running.includes(pid));
      return {
        peaks,
        large: [...large.values()],
        breaks,
        brokenOff: ended.filter((pid) => brokenOff.has(pid)).length,
        crashes: ended
          .filter((pid) => !brokenOff.has(pid))
          .map((pid) => `${pid}: ${lastLines.get(pid) ?? ''}`),
        leftProcesses: left,
        descriptors,
        internals,
      };
    },
  };
}

type Instances = () => readonly { readonly pid: number; readonly busy: boolean }[];

/**
 * Returns the runtimes when none is busy and none has a child any more, or after twenty seconds in any case.
 */
async function settled(instances: Instances): Promise<number[]> {
  for (let waited = 0; waited < SETTLE_MILLISECONDS; waited += EVERY_MILLISECONDS) {
    const all = instances();
    const children = await Promise.all(all.map(({ pid }) => descendants(pid)));
    if (all.every(({ busy }) => !busy) && children.flat().length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, EVERY_MILLISECONDS));
  }
  return instances().map(({ pid }) => pid);
}

/** Returns the high-water mark of Linux; 0 for a process that has ended. */
async function peakMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}

async function commandOf(pid: number): Promise<string> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.replaceAll('\0', ' ');
}

/** Of requests, of work after an answer, and of work on an export. */
const MESSAGES: readonly unknown[] = ['request', 'deferred', 'work'];
/** Two invocations had the same work, and this one has left it to the other. */
const GIVEN_UP = 'Another invocation does this work now.';

type Entry = {
  readonly message: string;
  readonly path?: string;
  readonly broken?: string;
  readonly problem?: string;
  readonly cause?: string;
  /** Why the work after an answer failed. */
  readonly failed?: string;
};

function entryOf(text: string): Entry | null {
  try {
    const value: unknown = JSON.parse(text);
    const isEntry =
      typeof value === 'object' && value !== null && 'message' in value && MESSAGES.includes(value.message);
    return isEntry ? (value as Entry) : null;
  } catch {
    return null;
  }
}
