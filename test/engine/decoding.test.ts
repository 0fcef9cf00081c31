import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { decodingOf } from '../../functions/stream/engine/decoding.ts';
import { cachedAccess, createBlockCache } from '../../functions/stream/source/cache.ts';
import { openLoopback } from '../../functions/stream/source/loopback.ts';
import { ownFfmpeg } from '../../testing/encoded.ts';
import { needs } from '../../testing/needs.ts';
import { fakeSource } from '../../testing/sources.ts';

const run = promisify(execFile);

describe('a trial of a track', function () {
  this.timeout(60_000);

  before(function () {
    needs(this, 'ffmpeg');
  });

  it("looks at the track's start, long after the others", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-trial-'));
    const path = join(folder, 'late.mkv');
    const film = ['-f', 'lavfi', '-i', 'color=s=32x32:r=5:d=22'];
    const late = ['-itsoffset', '20', '-f', 'lavfi', '-i', 'sine=d=2'];
    await run('/usr/bin/ffmpeg', ['-v', 'error', ...film, ...late, '-c:v', 'libx264', '-c:a', 'flac', path]);
    const source = fakeSource(await readFile(path));
    const { signal } = new AbortController();
    const access = cachedAccess(source, source.object, signal, { cache: createBlockCache(32_000_000) });
    const loopback = await openLoopback({ access, etag: source.object.etag, signal });
    const { tries } = decodingOf(await ownFfmpeg(), { cpuSeconds: 20, memoryBytes: null });
    const track = { kind: 'audio', stream: 'a:0', startSeconds: 20 } as const;
    expect(await tries(loopback.url, track, signal)).to.equal(true);
    await loopback.close();
    await rm(folder, { recursive: true });
  });
});
