import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { startCeph } from './ceph.ts';
import type { Part } from './needs.ts';
import { s3Environment } from './s3-environment.ts';

/** Media and its outputs, for a whole service. */
export type Places = {
  /** Returns the settings that name them; of another endpoint, such as a proxy before the store. */
  environment(endpoint?: string): Record<string, string>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Names of the cached objects. */
  cachedNames(): Promise<string[]>;
  /** Names of drafts that are neither published nor gone. */
  drafts(): Promise<string[]>;
  close(): Promise<void>;
};

export const KINDS_OF_PLACES: readonly {
  readonly name: string;
  readonly parts: readonly Part[];
  open(): Promise<Places>;
}[] = [
  { name: 'folders', parts: [], open: openFolders },
  { name: 'buckets', parts: ['ceph'], open: openBuckets },
];

/** Creates two folders. */
export async function openFolders(): Promise<Places> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-places-'));
  const [media, derived] = [join(root, 'media'), join(root, 'derived')];
  await Promise.all([mkdir(media), mkdir(join(derived, 'made'), { recursive: true })]);
  return {
    environment: () => ({ MEDIA_DIR: media, DERIVED_DIR: derived }),
    async put(key, bytes) {
      await writeFile(join(media, '.new'), bytes);
      await rename(join(media, '.new'), join(media, key));
    },
    cachedNames: () => readdir(join(derived, 'made')),
    drafts: () => readdir(join(derived, '.drafts')).catch(() => []),
    close: () => rm(root, { recursive: true, force: true }),
  };
}

export type Buckets = Places & {
  readonly derivedBucket: string;
  readCached(name: string): Promise<Buffer>;
  /** Names of parts of exports. */
  parts(): Promise<string[]>;
};

let buckets = 0;

/** Creates two buckets of one Ceph RGW. Needs the part `ceph`. */
export async function openBuckets(): Promise<Buckets> {
  const ceph = await startCeph();
  const { client } = ceph;
  const name = `places-${++buckets}`;
  const [media, derived] = [`${name}-media`, `${name}-derived`];
  for (const Bucket of [media, derived]) await client.send(new CreateBucketCommand({ Bucket }));
  // The first requests to a bucket take Ceph seconds, which the function would not wait for.
  await client.send(new PutObjectCommand({ Bucket: derived, Key: 'first', Body: 'x', IfNoneMatch: '*' }));
  await client.send(new GetObjectCommand({ Bucket: derived, Key: 'first' }));
  const list = async (Prefix: string) => {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: derived, Prefix }));
    return Contents.map(({ Key = '' }) => Key);
  };
  return {
    derivedBucket: derived,
    environment: (endpoint) => ({
      ...s3Environment(ceph, endpoint),
      MEDIA_BUCKET: media,
      DERIVED_BUCKET: derived,
    }),
    async put(Key, Body) {
      await client.send(new PutObjectCommand({ Bucket: media, Key, Body }));
    },
    cachedNames: () => list('made/'),
    parts: () => list('parts/'),
    async readCached(Key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: derived, Key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    async drafts() {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: derived }));
      return Uploads.map(({ Key = '', UploadId }) => `${Key} ${UploadId}`);
    },
    async close() {},
  };
}
