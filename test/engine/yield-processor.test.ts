import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { getPriority } from 'node:os';
import { expect } from 'chai';
import { yieldProcessor } from '../../functions/stream/engine/yield-processor.ts';

describe('yieldProcessor', () => {
  it('puts a process behind those that answer', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    try {
      await once(child, 'spawn');
      yieldProcessor(child.pid);
      expect(getPriority(child.pid ?? 0)).to.be.above(getPriority(process.pid));
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
