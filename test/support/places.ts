import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
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

/** Media and what is made of it, for a whole service. */
export type Places = {
  /** The settings that name them; of another endpoint, such as a proxy before the store. */
  environment(endpoint?: string): Record<string, string>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** What is kept, by name. */
  kept(): Promise<Map<string, Buffer>>;
  /** What is neither published nor gone. */
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

/** Two folders. */
async function openFolders(): Promise<Places> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-places-'));
  const [media, derived] = [join(root, 'media'), join(root, 'derived')];
  await Promise.all([mkdir(media), mkdir(join(derived, 'made'), { recursive: true })]);
  return {
    environment: () => ({ MEDIA_DIR: media, DERIVED_DIR: derived }),
    async put(key, bytes) {
      await writeFile(join(media, '.new'), bytes);
      await rename(join(media, '.new'), join(media, key));
    },
    async kept() {
      const names = await readdir(join(derived, 'made'));
      return new Map(
        await Promise.all(
          names.map(async (name) => [name, await readFile(join(derived, 'made', name))] as const),
        ),
      );
    },
    drafts: () => readdir(join(derived, '.drafts')).catch(() => []),
    close: () => rm(root, { recursive: true, force: true }),
  };
}

let buckets = 0;

/** Two buckets of one Ceph RGW. Needs the part `ceph`. */
export async function openBuckets(): Promise<Places & { readonly derivedBucket: string }> {
  const ceph = await startCeph();
  const { client } = ceph;
  const name = `places-${++buckets}`;
  const [media, derived] = [`${name}-media`, `${name}-derived`];
  for (const Bucket of [media, derived]) await client.send(new CreateBucketCommand({ Bucket }));
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
    async kept() {
      const read = async (Key: string) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: derived, Key }));
        return [Key, Buffer.from((await Body?.transformToByteArray()) ?? [])] as const;
      };
      return new Map(await Promise.all((await list('made/')).map(read)));
    },
    async drafts() {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: derived }));
      return Uploads.map(({ Key = '', UploadId }) => `${Key} ${UploadId}`);
    },
    async close() {},
  };
}
