import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { expect } from 'chai';
import { yieldProcessor } from '../../functions/stream/engine/yield-processor.ts';

function sessionOf(pid: number | undefined): Promise<string | null> {
  return readFile(`/proc/${pid}/autogroup`, 'utf8').catch(() => null);
}

describe('yieldProcessor', () => {
  it('lowers a process, and its session if the system shares by sessions', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      stdio: 'ignore',
      detached: true,
    });
    try {
      await once(child, 'spawn');
      const niceness = async () => (await sessionOf(child.pid))?.match(/nice (-?\d+)/)?.[1];
      const before = await niceness();
      yieldProcessor(child.pid);
      expect(getPriority(child.pid ?? 0)).to.be.above(getPriority(process.pid));
      // Not every system has niceness.
      expect([before, await niceness()]).to.deep.equal(before === undefined ? [before, before] : ['0', '10']);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('says nothing of one that has ended', async () => {
    const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await once(child, 'exit');
    yieldProcessor(child.pid);
    yieldProcessor(undefined);
  });
});
