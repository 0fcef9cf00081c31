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
