import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fetchPackage, PackageUnavailable } from '../../../layers/ffmpeg/fetch-package.ts';
import type { LockedPackage } from '../../../layers/ffmpeg/locked-package.ts';
import { type Registry, sha512, startRegistry } from '../../../testing/npm-registry.ts';
import { rejection } from '../../../testing/rejection.ts';

const NAME = '@sluice-test/program';

describe('fetchPackage', function () {
  this.timeout(60_000);
  let directory: string;
  let registry: Registry;
  let locked: LockedPackage;
  let environment: NodeJS.ProcessEnv;
  const cacheDirectory = () => join(directory, 'packages');
  const fetchIt = (changes: Partial<LockedPackage> = {}, variables: NodeJS.ProcessEnv = {}) =>
    fetchPackage(
      { ...locked, ...changes },
      { cacheDirectory: cacheDirectory(), environment: { ...environment, ...variables } },
    );

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-fetch-'));
    const manifest = JSON.stringify({ name: NAME, version: '1.2.3', os: ['sunos'], cpu: ['s390x'] });
    registry = await startRegistry({ name: NAME, version: '1.2.3' }, { 'package.json': manifest }, directory);
    locked = { name: NAME, version: '1.2.3', sha512: sha512(registry.tarball) };
    environment = {
      ...process.env,
      npm_config_registry: registry.url,
      npm_config_cache: join(directory, 'npm'),
      npm_config_fetch_retries: '0',
    };
  });
  afterEach(async () => {
    await registry.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('fetches a package for another platform once, and stores it', async () => {
    expect((await fetchIt()).equals(registry.tarball)).to.equal(true);
    expect(await readdir(cacheDirectory())).to.deep.equal(['sluice-test-program-1.2.3.tgz']);
    const requests = registry.requests.length;
    expect((await fetchIt({}, { PATH: '' })).equals(registry.tarball)).to.equal(true);
    expect(registry.requests).to.have.length(requests);
  });

  it('fetches a damaged package again', async () => {
    await fetchIt();
    await writeFile(join(cacheDirectory(), 'sluice-test-program-1.2.3.tgz'), 'damaged');
    expect((await fetchIt()).equals(registry.tarball)).to.equal(true);
  });

  it('refuses other bytes than the lock file promises, and stores nothing of them', async () => {
    const promised = sha512(Buffer.from('what was locked'));
    const error = await rejection(fetchIt({ sha512: promised }));
    expect(error).to.not.be.instanceOf(PackageUnavailable);
    expect(error.message).to.equal(
      `${NAME} 1.2.3 from the npm registry is not the package that package-lock.json names: its sha512 is ` +
        `${locked.sha512} and should be ${promised}. Nothing of it was used.`,
    );
    expect(await readdir(cacheDirectory())).to.deep.equal([]);
  });

  const unavailable: readonly [string, Partial<LockedPackage>, NodeJS.ProcessEnv, string][] = [
    [
      'the registry cannot be reached',
      {},
      { npm_config_registry: 'http://127.0.0.1:1' },
      'npm ends with ECONNREFUSED',
    ],
    ['the registry does not know the package', { name: '@sluice-test/other' }, {}, 'npm ends with E404'],
    ['the registry does not have the version', { version: '9.9.9' }, {}, 'npm ends with ETARGET'],
    ['there is no npm', {}, { PATH: '' }, 'there is no npm on the PATH'],
  ];
  for (const [what, changes, variables, reason] of unavailable) {
    it(`says in one sentence that ${what}`, async () => {
      const error = await rejection(fetchIt(changes, variables));
      expect(error).to.be.instanceOf(PackageUnavailable);
      const { name, version } = { ...locked, ...changes };
      expect(error.message).to.equal(
        `${name}@${version}, which the ffmpeg layer consists of, could not be fetched from the npm registry: ${reason}.`,
      );
      expect(await readdir(cacheDirectory())).to.deep.equal([]);
    });
  }
});
