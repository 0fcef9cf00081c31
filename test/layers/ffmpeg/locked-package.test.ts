import { expect } from 'chai';
import { lockedPackage } from '../../../layers/ffmpeg/locked-package.ts';
import { rejection } from '../../../testing/rejection.ts';

describe('lockedPackage', () => {
  // Those of the other architecture are not installed here, and must be in the lock file all the same.
  for (const [name, version] of [
    ['@ffmpeg-installer/linux-x64', '4.1.0'],
    ['@ffmpeg-installer/linux-arm64', '4.1.4'],
    ['@ffprobe-installer/linux-x64', '5.2.0'],
    ['@ffprobe-installer/linux-arm64', '5.2.0'],
  ] as const) {
    it(`knows the version and the sha512 of ${name}`, async () => {
      const locked = await lockedPackage(name);
      expect(locked).to.deep.include({ name, version });
      expect(Buffer.from(locked.sha512, 'base64')).to.have.length(64);
    });
  }

  it('says which package the lock file lacks', async () => {
    expect((await rejection(lockedPackage('@ffmpeg-installer/linux-riscv64'))).message).to.equal(
      'package-lock.json has no version with a sha512 of @ffmpeg-installer/linux-riscv64: it must list the packages ' +
        'of all platforms, as the one of the repository does.',
    );
  });
});
