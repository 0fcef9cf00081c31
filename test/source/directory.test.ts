import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, open, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { directorySource } from '../../functions/stream/source/directory.ts';
import type { Source } from '../../functions/stream/source/source.ts';
import { problemOf } from '../../testing/problem.ts';
import { pattern } from '../../testing/sources.ts';

const { signal } = new AbortController();
const NOBODY = 65534;

describe('directorySource', () => {
  let base: string;
  let root: string;
  let source: Source;
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'sluice-directory-'));
    // Open to others, so that the test of permissions meets only the one that it removes.
    await chmod(base, 0o755);
    root = join(base, 'media');
    await mkdir(join(root, 'films'), { recursive: true });
    await writeFile(join(root, 'films/one.mp4'), 'one');
    await writeFile(join(base, 'secret.mp4'), 'secret');
    await mkdir(join(base, 'media-too'));
    await writeFile(join(base, 'media-too/secret.mp4'), 'secret');
    source = directorySource(root);
  });
  afterEach(() => rm(base, { recursive: true }));

  const read = async (key: string) => {
    const object = await source.stat(key, signal);
    return (await buffer(await source.read(object, { start: 0, end: object.sizeBytes }, signal))).toString();
  };
  const keys = async (limit = 1000) => (await source.list('', limit, signal)).media.map(({ key }) => key);

  const links: readonly [string, string, string, string | null][] = [
    ['a link to a file inside', 'link.mp4', 'films/one.mp4', 'link.mp4'],
    ['a link to a directory inside', 'link', 'films', 'link/one.mp4'],
    ['an absolute link to the inside', 'link.mp4', '{root}/films/one.mp4', 'link.mp4'],
    ['a link to a file outside', 'link.mp4', '../secret.mp4', null],
    ['an absolute link to a file outside', 'link.mp4', '{base}/secret.mp4', null],
    ['a link to a directory outside', 'link', '..', null],
    ['a link to a neighbour whose name begins alike', 'link', '../media-too', null],
    ['a link to nothing', 'link.mp4', 'nothing.mp4', null],
    ['a link to itself', 'link.mp4', 'link.mp4', null],
    ['a link to a device', 'link.mp4', '/dev/zero', null],
  ];
  for (const [what, name, target, key] of links) {
    it(`${key === null ? 'refuses' : 'follows'} ${what}`, async () => {
      await symlink(target.replace('{root}', root).replace('{base}', base), join(root, name));
      if (key !== null) {
        expect(await read(key)).to.equal('one');
        expect(await keys()).to.deep.equal(['films/one.mp4', key].sort());
        return;
      }
      for (const refused of [name, `${name}/secret.mp4`, `${name}/media-too/secret.mp4`]) {
        expect((await problemOf(source.stat(refused, signal))).type, refused).to.equal('not-found');
      }
      expect(await keys()).to.deep.equal(['films/one.mp4']);
    });
  }

  it('serves from a root that is itself a link', async () => {
    await symlink(root, join(base, 'linked'));
    source = directorySource(join(base, 'linked'));
    expect(await read('films/one.mp4')).to.equal('one');
  });

  const paths: readonly [string, string][] = [
    ['up and down again', 'films/../films/one.mp4'],
    ['up and out', '../secret.mp4'],
    ['up and out from within', 'films/../../secret.mp4'],
    ['backslashes', 'films\\one.mp4'],
    ['backslashes up and out', '..\\secret.mp4'],
    ['an absolute path', '/etc/passwd'],
    ['a NUL', 'films/one.mp4\0'],
    ['a name of 256 bytes', `${'x'.repeat(252)}.mp4`],
    ['a directory', 'films'],
  ];
  for (const [what, key] of paths) {
    it(`has nothing at ${what}`, async () => {
      expect((await problemOf(source.stat(key, signal))).type).to.equal('not-found');
    });
  }

  it('does not show hidden files, nor files in hidden directories', async () => {
    await mkdir(join(root, '.git'));
    await writeFile(join(root, '.git/film.mp4'), 'x');
    await writeFile(join(root, '.hidden.mp4'), 'x');
    expect(await keys()).to.deep.equal(['films/one.mp4']);
    for (const key of ['.git/film.mp4', '.hidden.mp4']) {
      expect((await problemOf(source.stat(key, signal))).type).to.equal('not-found');
    }
  });

  it('refuses pipes and sockets, and does not wait for them', async () => {
    await promisify(execFile)('mkfifo', [join(root, 'pipe.mp4')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 'socket.mp4'), resolve));
    for (const key of ['pipe.mp4', 'socket.mp4']) {
      expect((await problemOf(source.stat(key, signal))).type).to.equal('not-found');
    }
    expect(await keys()).to.deep.equal(['films/one.mp4']);
    await new Promise((resolve) => server.close(resolve));
  });

  it('reports unreadable files as forbidden', async () => {
    const object = await source.stat('films/one.mp4', signal);
    await chmod(join(root, 'films/one.mp4'), 0);
    await mkdir(join(root, 'closed'));
    await chmod(join(root, 'closed'), 0);
    const refused = async () => {
      const { seteuid } = process;
      const isRoot = process.geteuid?.() === 0;
      // The superuser may read everything: read as another user.
      if (isRoot) seteuid?.(NOBODY);
      try {
        return await Promise.all([
          problemOf(source.stat('films/one.mp4', signal)),
          problemOf(source.read(object, { start: 0, end: 1 }, signal)),
          problemOf(source.stat('closed/film.mp4', signal)),
        ]);
      } finally {
        if (isRoot) seteuid?.(0);
      }
    };
    const problems = await refused();
    await chmod(join(root, 'closed'), 0o755);
    expect(problems.map(({ type }) => type)).to.deep.equal(['forbidden', 'forbidden', 'forbidden']);
    for (const problem of problems) expect(problem.message).to.not.include(base);
  });

  it('is unavailable if its root is gone', async () => {
    source = directorySource(join(base, 'nowhere'));
    expect((await problemOf(source.stat('a.mp4', signal))).type).to.equal('source-unavailable');
    expect((await problemOf(source.list('', 1, signal))).type).to.equal('source-unavailable');
  });

  describe('versions', () => {
    const SIZE = 3_000_000;
    const content = pattern(SIZE);
    const path = () => join(root, 'big.mp4');
    beforeEach(() => writeFile(path(), content));

    const changes: readonly [string, () => Promise<void>][] = [
      ['bytes written in place', () => overwrite(path())],
      ['bytes added', () => writeFile(path(), 'more', { flag: 'a' })],
      ['a shorter file', () => writeFile(path(), 'short')],
      [
        'another file of the same size and time',
        async () => {
          const time = new Date(1_700_000_000_000);
          await utimes(path(), time, time);
          source = directorySource(root);
          await writeFile(`${path()}.new`, pattern(SIZE, 1));
          await utimes(`${path()}.new`, time, time);
          await rename(`${path()}.new`, path());
        },
      ],
    ];
    const inPlace = [
      'other bytes in place, of the same size and with the time set back',
      async () => {
        const { mtime } = await stat(path());
        await writeFile(path(), pattern(SIZE, 1), { flag: 'r+' });
        await utimes(path(), mtime, mtime);
      },
    ] as const;
    for (const [what, change] of [...changes, inPlace]) {
      it(`gives another ETag to ${what}, and does not read the old version from it`, async () => {
        const object = await source.stat('big.mp4', signal);
        await change();
        expect((await source.stat('big.mp4', signal)).etag).to.not.equal(object.etag);
        const problem = await problemOf(source.read(object, { start: 0, end: 3 }, signal));
        expect(problem.type).to.equal('source-changed');
      });
    }

    for (const [what, change] of changes.slice(0, 3)) {
      it(`breaks a read that is under way at ${what}`, async () => {
        const object = await source.stat('big.mp4', signal);
        const stream = await source.read(object, { start: 0, end: SIZE }, signal);
        const chunks: Buffer[] = [await firstChunk(stream)];
        await change();
        const failure = await problemOf(
          (async () => {
            for await (const chunk of stream) chunks.push(chunk);
          })(),
        );
        expect(failure.type).to.equal('source-changed');
        const read = Buffer.concat(chunks);
        expect(read.equals(content.subarray(0, read.length))).to.equal(true);
        expect(read.length).to.be.below(SIZE);
      });
    }

    it('finishes a read whose file was replaced by another, with the old bytes', async () => {
      const object = await source.stat('big.mp4', signal);
      const stream = await source.read(object, { start: 0, end: SIZE }, signal);
      const chunks: Buffer[] = [await firstChunk(stream)];
      await writeFile(`${path()}.new`, pattern(SIZE, 1));
      await rename(`${path()}.new`, path());
      for await (const chunk of stream) chunks.push(chunk);
      expect(Buffer.concat(chunks).equals(content)).to.equal(true);
    });
  });

  describe('list', () => {
    async function fill(all: readonly string[]): Promise<void> {
      for (const key of all) {
        await mkdir(join(root, key, '..'), { recursive: true });
        await writeFile(join(root, key), 'x');
      }
    }

    it('continues after any key, in any directory', async () => {
      const all = [
        'a-b.mp4',
        'a.mp4',
        'a/b.mp4',
        'a/b/c.mp4',
        'a/c.webm',
        'a0.mp3',
        'films/one.mp4',
        'é.mp4',
      ];
      await fill(all);
      for (const after of [...all, '', 'a', 'a/', 'a/b', 'a/b/', 'a/bb', 'a1', 'z', 'ü']) {
        const { media, next } = await source.list(after, 100, signal);
        const later = all.filter((key) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0);
        expect([media.map(({ key }) => key), next], after).to.deep.equal([later, null]);
      }
    });

    it('goes through all directories in the order of bytes', async () => {
      const all = [
        'a-b.mp4',
        'a.mp4',
        'a/b.mp4',
        'a/b/c.mp4',
        'a/c.webm',
        'a0.mp3',
        'é.mp4',
        '\uffee.mp4',
        '🎬.mp4',
      ];
      await fill(all);
      await writeFile(join(root, 'a/notes.txt'), 'x');
      const sorted = [...all, 'films/one.mp4'].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await keys()).to.deep.equal(sorted);
      for (let limit = 0; limit <= sorted.length; limit++) {
        expect(await keys(limit)).to.deep.equal(sorted.slice(0, limit));
      }
    });

    it('ends on directories that link to themselves and to each other', async () => {
      await mkdir(join(root, 'a'));
      await mkdir(join(root, 'b'));
      await symlink('.', join(root, 'a/self'));
      await symlink('..', join(root, 'a/up'));
      await symlink('../b', join(root, 'a/b'));
      await symlink('../a', join(root, 'b/a'));
      await writeFile(join(root, 'b/film.mp4'), 'x');
      expect(await keys()).to.include.members(['b/film.mp4', 'a/b/film.mp4', 'films/one.mp4']);
    });

    it('omits unreadable files', async () => {
      await mkdir(join(root, 'closed'));
      await writeFile(join(root, 'closed/film.mp4'), 'x');
      await chmod(join(root, 'closed'), 0);
      await writeFile(join(root, 'films/closed.mp4'), 'x', { mode: 0 });
      const isRoot = process.geteuid?.() === 0;
      if (isRoot) process.seteuid?.(NOBODY);
      try {
        expect(await keys()).to.deep.equal(['films/one.mp4']);
      } finally {
        if (isRoot) process.seteuid?.(0);
        await chmod(join(root, 'closed'), 0o755);
      }
    });
  });
});

async function overwrite(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.write('changed', 2_999_000);
  await file.close();
}

async function firstChunk(stream: Readable): Promise<Buffer> {
  // It may fail while nobody reads; the next read reports it again.
  stream.on('error', () => {});
  await new Promise((resolve) => stream.once('readable', resolve));
  return stream.read();
}
