import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { demoDirectory } from '../../local/function.ts';
import { exportOf, readEvents, type SeenEvent } from '../../testing/exports.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { decode } from '../../testing/verify.ts';

/** Queries and their durations: in parts and in one, long enough to be killed while it is produced. */
const STRUCK: readonly [asked: string, seconds: number][] = [
  ['format=mp4&height=240', 30],
  ['format=webm&height=96&duration=20', 20],
];
const isMoving = ({ data }: SeenEvent) => data.secondsDone > 0;

describe('An export whose workers are killed', function () {
  this.timeout(180_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-killed-'));
    service = await startService({ MEDIA_DIR: demoDirectory, DERIVED_DIR: folder });
  });
  after(async () => {
    await service?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it('is finished by others, whom a follower sends, and is never served in part', async () => {
    const seen = await Promise.all(
      STRUCK.map(([asked]) => readEvents(`${service.url}/export/video.mp4?${asked}`, { enough: isMoving })),
    );
    const pids = service.instances().map(({ pid }) => pid);
    for (const pid of pids) process.kill(-pid, 'SIGKILL');
    while (service.instances().some(({ pid }) => pids.includes(pid))) await delay(5);
    expect(await sizesKept()).to.deep.equal([]);

    let isOver = false;
    const firstSizes = new Map<string, number>();
    const watching = (async () => {
      while (!isOver) {
        for (const [name, size] of await sizesKept()) {
          if (!firstSizes.has(name)) firstSizes.set(name, size);
        }
        await delay(10);
      }
    })();
    const exported = await Promise.all(
      STRUCK.map(([asked], i) => exportOf(service, `/export/video.mp4?${asked}`, seen[i])),
    ).finally(() => {
      isOver = true;
    });
    await watching;
    for (const [i, { events, file }] of exported.entries()) {
      const { name, data } = events.at(-1) ?? { name: 'nothing', data: {} };
      expect(name, JSON.stringify(data)).to.equal('done');
      const path = join(folder, `exported-${i}`);
      await writeFile(path, file);
      const decoded = await decode(path);
      expect(decoded.complaints).to.equal('');
      expect(decoded.seconds).to.be.closeTo(STRUCK[i]?.[1] ?? 0, 0.1);
    }
    // Each has had its full size since its name appeared.
    const lengths = exported.map(({ file }) => file.length);
    expect([...firstSizes.values()]).to.have.members(lengths);
    console.log(
      `      ${pids.length} instances killed; finished all the same: ${lengths.join(' and ')} bytes`,
    );
  });

  async function sizesKept(): Promise<[name: string, bytes: number][]> {
    const names = await readdir(join(folder, 'made')).catch(() => []);
    return Promise.all(
      names.map(async (name) => [name, (await stat(join(folder, 'made', name))).size] as [string, number]),
    );
  }
});
