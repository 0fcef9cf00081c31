import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { sign } from '../../functions/stream/route/sign.ts';
import { demoDirectory } from '../../local/function.ts';
import { startCeph } from '../../testing/ceph.ts';
import { needs } from '../../testing/needs.ts';
import { descendantsNamed } from '../../testing/processes.ts';
import { s3Environment } from '../../testing/s3-environment.ts';
import { type Service, startService } from '../../testing/service.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const ORIGIN = 'https://app.example';
const SIGNING = ['signed and unsigned', 'forged token'];
const CORS = ['CORS preflight', 'CORS', 'CORS, other origin'];
const TRANSCODES = ['transcode starts before its end', 'transcode is whole', 'two at once', 'disconnect'];

describe('the smoke test against the local service', function () {
  this.timeout(600_000);

  it('finds nothing wrong, with few requests, and leaves nothing behind', async () => {
    const service = await startService({
      ...{ MEDIA_DIR: demoDirectory, PLAYER_PAGE: '1', ALLOWED_ORIGINS: ORIGIN },
    });
    const { notPassed, code } = await smoke(service.url, '--origin', ORIGIN);
    expect(notPassed).to.deep.equal(allNotChecked('redirect', ...SIGNING));
    expect(code).to.equal(0);
    expect(service.counters().requests).to.be.below(80);

    while (service.instances().some(({ busy }) => busy)) await delay(20);
    while ((await descendantsNamed(process.pid, 'ffmpeg')).length > 0) await delay(20);
    await service.close();
    // Invisible from outside: two transcodes and the film were left in the middle, and went on to their end.
    expect(service.counters().broken).to.equal(3);
    const transcodes = requestsOf(service).filter(({ path }) => path.startsWith('/stream/'));
    expect(transcodes).to.have.length.of.at.least(6);
    const [, , , ...same] = transcodes.map(({ status, bytes, broken }) => ({ status, bytes, broken }));
    expect(new Set(same.map((each) => JSON.stringify(each)))).to.have.property('size', 1);
    expect(same[0]).to.include({ status: 200, broken: undefined });
  });

  it('finds that a signed service only opens to its token, with either form of the command', async () => {
    const secret = 'smoke'.repeat(8);
    const service = await startService({
      ...{ MEDIA_DIR: demoDirectory, PUBLIC: '0', SIGNING_KEYS: `main:${secret}` },
    });
    const expires = Math.floor(Date.now() / 1000) + 3600;
    const token = sign({ id: 'main', secret }, { kind: 'key', key: 'video.mp4' }, expires);
    for (const args of [[`${service.url}/~${token}`], [service.url, '--token', token]]) {
      const { notPassed, code } = await smoke(...args, '--key', 'video.mp4');
      // A token opens no other key, so that an unknown one is refused before it is looked up.
      expect(notPassed).to.deep.equal(allNotChecked('redirect', '404', ...CORS));
      expect(code).to.equal(0);
    }
    await service.close();
  });

  it('follows the redirect of what one response cannot carry to an S3 server', async function () {
    needs(this, 'ceph');
    const ceph = await startCeph();
    const Key = 'films/more than 200 MB.mp4';
    const object = { Bucket: ceph.bucket, Key };
    await ceph.client.send(new PutObjectCommand({ ...object, Body: Buffer.alloc(200_000_001) }));
    const service = await startService(s3Environment(ceph));
    const { notPassed, code } = await smoke(service.url, '--key', Key);
    await service.close();
    await ceph.client.send(new DeleteObjectCommand(object));
    expect(notPassed.map(({ check, verdict }) => ({ check, verdict }))).to.have.deep.members([
      ...allNotChecked('If-Range, other version', ...TRANSCODES, ...CORS, ...SIGNING),
      // It is not media, as /info says.
      { check: 'info', verdict: 'failed' },
    ]);
    expect(code).to.equal(1);
  });
});

const allNotChecked = (...names: string[]) => names.map((check) => ({ check, verdict: 'not checked' }));

/** Runs the command as a person would. */
async function smoke(...args: string[]) {
  const command = ['--import', 'tsx', 'smoke/run.ts', ...args, '--json'];
  const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const { checks }: { checks: { check: string; verdict: string; seen: string }[] } = JSON.parse(output);
  const notPassed = checks
    .filter(({ verdict }) => verdict !== 'passed')
    .map(({ check, verdict, seen }) =>
      verdict === 'failed' ? { check, verdict, seen } : { check, verdict },
    );
  return { notPassed, code };
}

function requestsOf({ logs }: Service) {
  return logs
    .filter(({ text }) => text.includes('"message":"request"'))
    .map(({ text }): { path: string; status: number; bytes: number; broken?: string } => JSON.parse(text));
}
