import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('npm start', () => {
  const started: ChildProcess[] = [];
  const occupied: Server[] = [];
  after(() => {
    for (const child of started) child.kill('SIGKILL');
    for (const server of occupied) server.close();
  });

  function start(args: string[], environment: Record<string, string> = {}) {
    const child = spawn(process.execPath, ['--import', 'tsx', 'local/start.ts', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, ...environment },
    });
    started.push(child);
    return child;
  }

  it('serves the page and the demo film, and ends cleanly when it is told to', async () => {
    const child = start(['--port', '0']);
    // The function's own line about the health check may come first.
    let announcement = '';
    for await (const line of createInterface({ input: child.stdout })) {
      announcement = line;
      if (line.startsWith('Sluice is at')) break;
    }
    expect(announcement).to.match(/the demo film.*Blender Foundation.*CC BY 3\.0/);
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\//.exec(announcement) ?? [];
    const page = await fetch(url);
    expect(page.status).to.equal(200);
    expect(page.headers.get('content-type')).to.match(/^text\/html/);
    const film = await fetch(`${url}media/video.mp4`, { headers: { range: 'bytes=4-7' } });
    expect(film.status).to.equal(206);
    expect(await film.text()).to.equal('ftyp');
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).to.deep.equal([0, null]);
  });

  it('caches outputs until its end, and no longer', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-start-'));
    const folders = async () => (await readdir(folder)).filter((name) => name.includes('derived'));
    const child = start(['--port', '0'], { TMPDIR: folder });
    let url = '';
    for await (const line of createInterface({ input: child.stdout })) {
      [url = ''] = /http:\/\/127\.0\.0\.1:\d+\//.exec(line) ?? [];
      if (url !== '') break;
    }
    child.stdout.resume();
    expect(await folders()).to.have.length(1);
    const ask = async () => {
      const response = await fetch(`${url}stream/video.mp4?format=mp3&duration=1`);
      await response.arrayBuffer();
      return response.headers.get('sluice-plan') ?? '';
    };
    expect(await ask()).to.not.match(/cached/);
    while (!/; cached$/.test(await ask()));
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).to.deep.equal([0, null]);
    expect(await folders()).to.deep.equal([]);
    await rm(folder, { recursive: true });
  });

  it('says how to sign if keys are set', async () => {
    const child = start(['--port', '0'], { SIGNING_KEYS: `main:${'m'.repeat(32)}` });
    let hint = '';
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('Addresses must be signed')) hint = line;
      if (line.startsWith('Ctrl-C')) break;
    }
    const [, url] = /: npx sluice sign KEY --expires 2h --base (http:\/\/127\.0\.0\.1:\d+)$/.exec(hint) ?? [];
    expect((await fetch(`${url}/media/video.mp4`, { method: 'HEAD' })).status).to.equal(403);
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).to.deep.equal([0, null]);
  });

  it('says in one sentence what is wrong with an option', async () => {
    const child = start(['--port', 'eighty']);
    const exit = once(child, 'exit');
    expect(await text(child.stderr)).to.equal(
      '--port must be a whole number between 0 and 65535, and "eighty" is not.\n',
    );
    expect(await exit).to.deep.equal([2, null]);
  });

  it('says in one sentence that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    occupied.push(other);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const child = start(['--port', String(port)]);
    const exit = once(child, 'exit');
    expect(await text(child.stderr)).to.equal(`Port ${port} is taken; choose another with --port.\n`);
    expect(await exit).to.deep.equal([1, null]);
  });

  it('explains itself', async () => {
    const child = start(['--help']);
    const exit = once(child, 'exit');
    expect(await text(child.stdout)).to.match(/^Usage: npm start -- \[DIR\]/);
    expect(await exit).to.deep.equal([0, null]);
  });
});
