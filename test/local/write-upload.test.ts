import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Problem } from '../../functions/stream/base/problem.ts';
import { writeUpload } from '../../local/write-upload.ts';

describe('writeUpload', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-write-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const failing = (code: string) => async () => {
    throw Object.assign(new Error(code), { code });
  };
  const upload = (text: string) => ({
    key: 'uploads/a.mp4',
    mostBytes: 100,
    body: (async function* () {
      yield Buffer.from(text);
    })(),
  });
  const problemOf = async (code: string) => {
    const problem = await writeUpload(folder, upload('x'), failing(code)).catch((error: unknown) => error);
    return problem instanceof Problem ? problem.type : problem;
  };

  it('replaces nothing on a disk without hard links either', async () => {
    for (const code of ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']) {
      await writeUpload(folder, upload(code), failing(code));
      expect(await readFile(join(folder, 'uploads/a.mp4'), 'utf8')).to.equal(code);
      expect(await problemOf(code)).to.equal('exists');
      expect(await readdir(join(folder, 'uploads'))).to.deep.equal(['a.mp4']);
      await rm(join(folder, 'uploads/a.mp4'));
    }
  });

  for (const [code, type] of [
    ['ENOSPC', 'too-large'],
    ['EFBIG', 'too-large'],
    ['EROFS', 'forbidden'],
    ['EACCES', 'forbidden'],
    ['EIO', 'source-unavailable'],
  ] as const) {
    it(`says what the disk means by ${code}, and leaves nothing`, async () => {
      expect(await problemOf(code)).to.equal(type);
      expect(await readdir(join(folder, 'uploads'))).to.deep.equal([]);
    });
  }
});
