import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Lists the processes below `ancestor` by Linux's /proc, without zombies, with the name of their command. */
export async function descendants(ancestor: number): Promise<{ pid: number; name: string }[]> {
  const processes = new Map<number, { parent: number; name: string }>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    // A process may end between the listing and the reading.
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const [, name = '', state, parent] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(stat) ?? [];
    if (parent && state !== 'Z') processes.set(Number(entry), { parent: Number(parent), name });
  }
  const isBelow = (pid: number): boolean => {
    const parent = processes.get(pid)?.parent;
    return parent !== undefined && (parent === ancestor || isBelow(parent));
  };
  return [...processes].filter(([pid]) => isBelow(pid)).map(([pid, { name }]) => ({ pid, name }));
}

export async function descendantsNamed(ancestor: number, wanted: string): Promise<number[]> {
  return (await descendants(ancestor)).filter(({ name }) => name === wanted).map(({ pid }) => pid);
}

/** Returns the CPU time that a process has used so far, in steps of 10 ms (Linux). */
export async function cpuMilliseconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const [user = '', system = ''] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return 10 * (Number(user) + Number(system));
}

/** Resolves when a process is gone, or only its entry in the table is left. */
export async function gone(pid: number | string): Promise<void> {
  for (;;) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    if (stat === '' || / Z /.test(stat)) return;
    await delay(20);
  }
}
