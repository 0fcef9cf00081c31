import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createEngine } from '../../functions/stream/engine/ffmpeg.ts';
import { type SandboxLimits, sandboxed } from '../../functions/stream/sandbox/process-limits.ts';
import { runSandboxed } from '../../functions/stream/sandbox/run.ts';
import { ROOMY } from '../../testing/ample.ts';
import { ownFfmpeg } from '../../testing/encoded.ts';
import { needs, needsLinux } from '../../testing/needs.ts';
import { problemOf } from '../../testing/problem.ts';
import { gone } from '../../testing/processes.ts';

const RUNTIME = fileURLToPath(new URL('../../testing/holding-runtime.ts', import.meta.url));
const MEGABYTE = 2 ** 20;

describe('the sandbox', function () {
  this.timeout(60_000);
  let folder: string;
  before(async function () {
    needsLinux(this);
    folder = await mkdtemp(join(tmpdir(), 'sluice-sandbox-'));
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  async function program(name: string, commands: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/bash\n${commands}\n`);
    await chmod(path, 0o755);
    return path;
  }

  const run = (path: string, limits: SandboxLimits = ROOMY, env: Record<string, string> = {}) =>
    runSandboxed(path, [], {
      limits,
      env,
      signal: new AbortController().signal,
      timeoutMilliseconds: 30_000,
      maxOutputBytes: MEGABYTE,
    });

  it('passes values as arguments, which no shell reads', async () => {
    const hostile = ['$(id)', '; id', '`id`', '"', "'", '\n', '-c', '*'];
    const path = await program('arguments', `printf '%s\\0' "$@"`);
    const { file, args, options } = sandboxed(path, hostile, ROOMY);
    const child = spawn(file, args, options);
    expect((await buffer(child.stdout)).toString()).to.equal(hostile.map((each) => `${each}\0`).join(''));
  });

  it('sets every limit before the program begins', async () => {
    const path = await program('limits', 'cat /proc/$$/limits; echo "at $PWD"; grep NSpgid /proc/$$/status');
    const { stdout } = await run(path, { cpuSeconds: 7, memoryBytes: 300 * MEGABYTE });
    const limit = (name: string) =>
      new RegExp(`^Max ${name} +(\\S+) +(\\S+)`, 'm').exec(stdout)?.slice(1).map(Number);
    expect(limit('cpu time')).to.deep.equal([7, 12]);
    expect(limit('data size')).to.deep.equal([300 * MEGABYTE, 300 * MEGABYTE]);
    expect(limit('address space')).to.deep.equal([600 * MEGABYTE, 600 * MEGABYTE]);
    expect(limit('file size')).to.deep.equal([0, 0]);
    expect(limit('core file size')).to.deep.equal([0, 0]);
    expect(stdout).to.include('at /\n');
  });

  it('gains no privileges, and has none of root', async function () {
    needs(this, 'setpriv');
    const path = await program('privileges', 'cat /proc/$$/status');
    const { stdout } = await run(path);
    expect(/^NoNewPrivs:\t(\d)$/m.exec(stdout)?.[1]).to.equal('1');
    const own = await readFile('/proc/self/status', 'latin1');
    if (!/^CapEff:\t0+$/m.test(own)) {
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
        expect(new RegExp(`^${set}:\\t0+$`, 'm').test(stdout), set).to.equal(true);
    }
    // A program of this system that runs as root whoever starts it stays with its user.
    expect(/^Uid:\t(\d+)\t(\d+)/m.exec(stdout)?.slice(1, 3)).to.deep.equal(
      Array(2).fill(String(process.getuid?.())),
    );
  });

  it('has only the given environment, and no secret of its parent', async () => {
    process.env.CANARY = 'a secret';
    try {
      const path = await program('environment', 'tr "\\0" "\\n" < /proc/$$/environ');
      const { stdout } = await run(path, ROOMY, { GCONV_PATH: '/nonexistent' });
      // Node.js adds one to every child if coverage is measured.
      const names = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('NODE_V8_COVERAGE='));
      expect(names).to.deep.equal(['GCONV_PATH=/nonexistent']);
    } finally {
      delete process.env.CANARY;
    }
  });

  it('lets nothing be written to a file', async () => {
    const path = await program('writing', `printf secret > "$0.out"`);
    expect((await run(path)).signal).to.equal('SIGXFSZ');
    expect((await stat(`${path}.out`)).size).to.equal(0);
  });

  it('kills processes that a program leaves behind', async () => {
    const path = await program('leaving', 'sleep 1000 & echo $!');
    const { code, stdout } = await run(path);
    expect(code).to.equal(0);
    await gone(Number(stdout));
  });

  it('kills the whole group when it takes too long', async () => {
    const path = await program('slow', 'sleep 1000 & echo $!; wait');
    const { stdout, signal, isCutShort } = await runSandboxed(path, [], {
      limits: ROOMY,
      signal: new AbortController().signal,
      timeoutMilliseconds: 300,
      maxOutputBytes: MEGABYTE,
    });
    expect([signal, isCutShort]).to.deep.equal(['SIGKILL', true]);
    await gone(Number(stdout));
  });

  it('ends a program that writes too much', async () => {
    const path = await program('talking', 'yes');
    const { stdout, isCutShort } = await run(path);
    expect([stdout.length <= MEGABYTE, isCutShort]).to.deep.equal([true, true]);
  });

  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
    it(`kills the whole group when the runtime dies of ${signal}`, async () => {
      const path = await program(
        `orphan-${signal}`,
        `trap '' TERM PIPE INT; : > "$0.$$.pid"; sleep 1000 & : > "$0.$!.pid"; printf output; wait`,
      );
      const runtime = spawn(process.execPath, ['--import', 'tsx', RUNTIME, path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(runtime, 'exit');
      await once(runtime.stdout, 'data');
      const names = (await readdir(folder)).filter((name) => name.startsWith(`orphan-${signal}.`));
      const pids = names.map((name) => Number(name.split('.')[1]));
      expect(pids).to.have.length(2);
      for (const pid of pids) expect((await readFile(`/proc/${pid}/stat`, 'utf8')).length).to.be.above(0);
      runtime.kill(signal);
      await exited;
      for (const pid of pids) await gone(pid);
    });
  }

  /** Encodes frames without end at the slowest setting. */
  const encode = async (limits: SandboxLimits, path?: string) => {
    const output = await createEngine(path ?? (await ownFfmpeg()), limits).transcode(
      'testsrc2=s=1280x720:r=60',
      {
        input: ['-nostdin', '-loglevel', 'warning', '-f', 'lavfi'],
        output: ['-c:v', 'libx264', '-g', '10', '-f', 'mp4', '-movflags', 'empty_moov+frag_keyframe'],
      },
      {
        signal: new AbortController().signal,
        inputFailure: () => null,
        onSpawn: () => {},
        onExit: () => {},
      },
    );
    return buffer(output);
  };

  it('ends ffmpeg when it has used its seconds of CPU, and says so', async () => {
    const { type, message } = await problemOf(encode({ cpuSeconds: 1, memoryBytes: null }));
    expect(type).to.equal('too-large');
    expect(message).to.match(/^This takes more than 1 seconds of CPU/);
  });

  it('ends programs that do not know of such a limit', async () => {
    const path = await program('busy', 'while :; do :; done');
    expect((await problemOf(encode({ cpuSeconds: 1, memoryBytes: null }, path))).type).to.equal('too-large');
  });

  it('takes memory from ffmpeg and not from the runtime, and says so', async () => {
    const limits = { cpuSeconds: 60, memoryBytes: 150 * MEGABYTE };
    const { type, message } = await problemOf(encode(limits));
    expect(type).to.equal('too-large');
    expect(message).to.match(/more than 150 MB of memory/);
  });
});
