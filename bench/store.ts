import { randomBytes } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { startCeph } from '../testing/ceph.ts';
import { interleave } from '../testing/rounds.ts';
import { s3Environment } from '../testing/s3-environment.ts';
import type { Client } from './client.ts';
import type { Row, Table } from './report.ts';
import { costOf, type Subject, startBareStore, startSluice } from './subject.ts';

const KEY = 'film.mp4';
const BYTES = 150_000_000;

/** A whole object out of an S3 server, Ceph's RADOS Gateway. */
export async function measureStore(client: Client, rounds: number): Promise<Table> {
  const ceph = await startCeph();
  await ceph.client.send(new PutObjectCommand({ Bucket: ceph.bucket, Key: KEY, Body: randomBytes(BYTES) }));
  const sluice = await startSluice(s3Environment(ceph));
  const bare = await startBareStore(s3Environment(ceph));
  const through = async (subject: Subject, path: string) => {
    const { cpu, total } = await costOf(subject, client, [{ path, range: `0-${BYTES - 1}`, bytes: BYTES }]);
    return { cpu, speed: BYTES / 1000 / total };
  };
  const {
    sluice: ours,
    bare: limit,
    alone,
  } = await interleave(rounds, {
    sluice: () => through(sluice, `/media/${KEY}`),
    bare: () => through(bare, `/${KEY}`),
    alone: async () => {
      const start = performance.now();
      const { Body } = await ceph.client.send(new GetObjectCommand({ Bucket: ceph.bucket, Key: KEY }));
      let bytes = 0;
      for await (const chunk of Body as AsyncIterable<Uint8Array>) bytes += chunk.byteLength;
      return { cpu: Number.NaN, speed: bytes / 1000 / (performance.now() - start) };
    },
  });
  await sluice.close();
  await bare.close();
  const speed = { unit: 'MB/s', ours: ours.speed } as const;
  const rows: Row[] = [
    { ...speed, work: '150 MB, to the bare handler with the SDK', limit: limit.speed, target: '≥ 0.95' },
    { work: '150 MB: CPU, to the same', unit: 'ms', ours: ours.cpu, limit: limit.cpu, target: '≤ 1.25' },
    { ...speed, work: '150 MB, to the SDK alone without a function', limit: alone.speed },
  ];
  const about =
    'Against a streaming handler that sends what the SDK brings (`bench/bare`), and against a program that reads it ' +
    'and sends it nowhere.';
  return { title: '`/media` from S3', about, against: 'limit', rows };
}
