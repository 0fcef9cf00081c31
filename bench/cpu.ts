import { readdir, readFile } from 'node:fs/promises';

/** Returns milliseconds of CPU that all threads of a process have used (Linux). */
export async function cpuMilliseconds(pid: number): Promise<number> {
  let nanoseconds = 0;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0');
    nanoseconds += Number(text.split(' ')[0]);
  }
  return nanoseconds / 1e6;
}

/** Seconds of CPU that this process has used, and the programs that it has waited for (Linux). */
export async function cpuSeconds(): Promise<number> {
  return secondsIn(await readFile('/proc/self/stat', 'utf8'), 'own and children');
}

const TICKS_PER_SECOND = 100;

/** Returns the seconds of CPU of a process, or of the programs that it has waited for, by its `/proc/PID/stat`. */
export function secondsIn(stat: string, whose: 'children' | 'own and children'): number {
  // From the third field on: the second is the program's name. Own times are 14 and 15, those of children 16 and 17.
  const fields = stat.slice(stat.indexOf(') ') + 2).split(' ');
  const ticks = fields.slice(whose === 'children' ? 13 : 11, 15);
  return ticks.reduce((sum, each) => sum + Number(each), 0) / TICKS_PER_SECOND;
}
