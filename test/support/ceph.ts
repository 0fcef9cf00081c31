import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { connect, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEverything } from './hooks.ts';

export type Ceph = {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Addresses by path, retries as the SDK does by default. */
  readonly client: S3Client;
};

/**
 * A Ceph RADOS Gateway with an empty bucket: a production S3 server, everything in memory. One per test process, started
 * by whoever asks first (12 s) and ended after the last test. Needs the part `ceph`.
 */
export function startCeph(): Promise<Ceph> {
  started ??= start();
  return started;
}

let started: Promise<Ceph> | null = null;
const run = promisify(execFile);
const REGION = 'us-east-1';

async function start(): Promise<Ceph> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-ceph-'));
  const daemons = guard(directory);
  afterEverything(daemons.end);
  const [monitorPort, gatewayPort] = await freePorts(2);
  const fsid = randomUUID();
  const config = join(directory, 'ceph.conf');
  await Promise.all(['run', 'log', 'mon', 'osd', 'rgw'].map((name) => mkdir(join(directory, name))));
  await writeFile(config, configuration(directory, fsid, monitorPort, gatewayPort));
  const ceph = (program: string, ...args: string[]) =>
    run(program, ['-c', config, ...args], { timeout: 60_000 });

  const map = join(directory, 'monmap');
  const monitor = `[v1:127.0.0.1:${monitorPort}]`;
  await run('monmaptool', ['--create', '--addv', 'a', monitor, '--fsid', fsid, map]);
  await ceph('ceph-mon', '--mkfs', '-i', 'a', '--monmap', map, '--no-mon-config');
  daemons.start('ceph-mon', '-c', config, '-f', '-i', 'a');
  await ceph('ceph', '--connect-timeout', '30', 'osd', 'create');
  await ceph('ceph-osd', '-i', '0', '--mkfs');
  daemons.start('ceph-osd', '-c', config, '-f', '-i', '0');
  await ceph('ceph', 'osd', 'crush', 'add', 'osd.0', '1', 'root=default');
  daemons.start('radosgw', '-c', config, '-f', '-n', 'client.admin');
  await listening(gatewayPort, daemons.failure);

  const accessKeyId = randomBytes(10).toString('hex').toUpperCase();
  const secretAccessKey = randomBytes(20).toString('base64url');
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
memstore device bytes = 4294967296
run dir = ${directory}/run
pid file =
admin socket = ${directory}/run/$cluster-$name.$pid.asok
log file = ${directory}/log/$name.log
mon cluster log file = ${directory}/log/cluster.log
crash dir = ${directory}/log
mon data = ${directory}/mon
osd data = ${directory}/osd
rgw data = ${directory}/rgw
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort}
`;
}

/**
 * Daemons that end when they are told to, and also when this process dies: a shell waits for the end of its input, then
 * ends exactly the processes whose numbers it was given and removes the directory.
 */
function guard(directory: string) {
  const script =
    'pids=; while read -r pid; do pids="$pids $pid"; done; kill -9 $pids 2>/dev/null; rm -rf "$0"';
  const watch = spawn('sh', ['-c', script, directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watch.unref();
  const children: ChildProcess[] = [];
  let failure: Error | null = null;
  return {
    failure: () => failure,
    start(program: string, ...args: string[]): void {
      const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-2_000);
      });
      child.unref();
      if (child.stderr instanceof Socket) child.stderr.unref();
      children.push(child);
      child.once('error', (error) => {
        failure ??= error;
      });
      child.once('exit', (code) => {
        failure ??= new Error(`${program} ended with ${code}: ${said}`);
      });
      watch.stdin.write(`${child.pid}\n`);
    },
    /** Nothing is kept: everything that they have is in memory. */
    async end(): Promise<void> {
      const running = [watch, ...children].filter(
        ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
      );
      const exits = running.map((child) => once(child, 'exit'));
      for (const child of running) child.ref();
      watch.stdin.end();
      await Promise.all(exits);
    },
  };
}

async function listening(port: number, failure: () => Error | null): Promise<void> {
  for (;;) {
    const reason = failure();
    if (reason !== null) throw reason;
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isUp) return;
    await delay(50);
  }
}

/** All open at once, so that they differ. */
async function freePorts(count: 2): Promise<[number, number]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.once('listening', () => {
            const address = server.address();
            const port = typeof address === 'object' && address !== null ? address.port : 0;
            server.close(() => resolve(port));
          });
        }),
    ),
  );
  return [ports[0] ?? 0, ports[1] ?? 0];
}
