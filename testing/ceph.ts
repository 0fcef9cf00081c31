import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { freePorts, guardDaemons, listening } from './daemons.ts';
import { afterEverything } from './hooks.ts';
import { tellSecret } from './tell-secret.ts';

export type Ceph = {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Addresses by path, and retries as often as the SDK does by default. */
  readonly client: S3Client;
};

/**
 * Starts a Ceph RADOS Gateway with an empty bucket: a production S3 server, everything in memory. One per
 * test process, started at the first call (12 s) and ended after the last test. Needs the part `ceph`.
 */
export function startCeph(): Promise<Ceph> {
  started ??= start();
  return started;
}

let started: Promise<Ceph> | null = null;
const run = promisify(execFile);
const REGION = 'us-east-1';

const MOST_ATTEMPTS = 5;
/** Length of a day for the rules of a bucket's lifecycle. */
const SECONDS_PER_DAY = 2;

async function start(): Promise<Ceph> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-ceph-'));
  const daemons = guardDaemons(directory);
  afterEverything(daemons.end);
  const [monitorPort = 0, gatewayPort = 0] = await freePorts(2);
  const fsid = randomUUID();
  const config = join(directory, 'ceph.conf');
  await Promise.all(['run', 'log', 'mon', 'osd', 'rgw'].map((name) => mkdir(join(directory, name))));
  await writeFile(config, configuration(directory, fsid, monitorPort, gatewayPort));
  const ceph = (program: string, ...args: string[]) =>
    run(program, ['-c', config, ...args], { timeout: 60_000 });
  // A monitor that has just started, on a busy machine, refuses commands that it accepts a moment later; each
  // can be repeated.
  const patiently = async (...command: string[]) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ceph('ceph', '--connect-timeout', '30', ...command);
      } catch (error) {
        if (attempt === MOST_ATTEMPTS) throw error;
        await delay(1_000);
      }
    }
  };

  const map = join(directory, 'monmap');
  const monitor = `[v1:127.0.0.1:${monitorPort}]`;
  await run('monmaptool', ['--create', '--addv', 'a', monitor, '--fsid', fsid, map]);
  await ceph('ceph-mon', '--mkfs', '-i', 'a', '--monmap', map, '--no-mon-config');
  daemons.start('ceph-mon', ['-c', config, '-f', '-i', 'a']);
  const osd = randomUUID();
  await patiently('osd', 'create', osd, '0');
  await ceph('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', osd);
  daemons.start('ceph-osd', ['-c', config, '-f', '-i', '0']);
  await patiently('osd', 'crush', 'add', 'osd.0', '1', 'root=default');
  daemons.start('radosgw', ['-c', config, '-f', '-n', 'client.admin']);
  await listening(gatewayPort, daemons.failure);

  const accessKeyId = randomBytes(10).toString('hex').toUpperCase();
  const secretAccessKey = randomBytes(20).toString('base64url');
  tellSecret(accessKeyId, secretAccessKey);
  const keys = [`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`];
  await ceph('radosgw-admin', 'user', 'create', '--uid=sluice', '--display-name=Sluice', ...keys);

  const endpoint = `http://127.0.0.1:${gatewayPort}`;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region: REGION, credentials, forcePathStyle: true });
  const bucket = 'media';
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  afterEverything(async () => client.destroy());
  return { endpoint, bucket, region: REGION, accessKeyId, secretAccessKey, client };
}

function configuration(directory: string, fsid: string, monitorPort: number, gatewayPort: number): string {
  return `[global]
fsid = ${fsid}
mon host = [v1:127.0.0.1:${monitorPort}]
ms bind msgr2 = false
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd crush chooseleaf type = 0
mon allow pool size one = true
osd class update on start = false
osd crush update on start = false
osd objectstore = memstore
memstore device bytes = 12884901888
run dir = ${directory}/run
pid file =
admin socket = ${directory}/run/$cluster-$name.$pid.asok
log file = ${directory}/log/$name.log
mon cluster log file = ${directory}/log/cluster.log
crash dir = ${directory}/log
mon data = ${directory}/mon
osd data = ${directory}/osd
rgw data = ${directory}/rgw
rgw lc debug interval = ${SECONDS_PER_DAY}
rgw gc obj min wait = 5
rgw gc processor period = 5
rgw gc processor max time = 60
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort}
`;
}
