import { AbortMultipartUploadCommand, DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { refuseImpossibleKey } from '../base/key.ts';
import { attempt } from '../source/s3-problems.ts';
import type { Source } from '../source/source.ts';
import { nullIfMissing } from './found.ts';
import { composeObject } from './s3-compose.ts';
import { startDraft } from './s3-draft.ts';
import { s3Records } from './s3-records.ts';
import type { DerivedStore } from './store.ts';

export type S3StoreOptions = {
  readonly client: S3Client;
  readonly bucket: string;
  /** A source that reads the same bucket. */
  readonly source: Source;
};

/** Parts have many megabytes, and S3 takes its time to copy and to join them. */
const WRITE_MILLISECONDS = 120_000;

/** Stores objects in a bucket that is used for nothing else. */
export function s3Store({ client, bucket, source }: S3StoreOptions): DerivedStore {
  const find: DerivedStore['find'] = (name, signal) => nullIfMissing(source.stat(name, signal));
  const place = { client: timedClient(client), bucket, find };
  const store: DerivedStore = {
    ...s3Records({ client, bucket }),
    find,
    read: source.read,
    create: async (name, options) => {
      refuseImpossibleKey(name);
      return startDraft(name, place, options);
    },
    compose: (name, sources, signal) => {
      refuseImpossibleKey(name);
      return composeObject(name, sources, { ...place, read: source.read, signal });
    },
    async remove(name, signal) {
      const command = new DeleteObjectCommand({ Bucket: bucket, Key: name });
      await attempt(client.send(command, { abortSignal: signal }), name, signal);
    },
    async abandon(name, draftId, signal) {
      const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: name, UploadId: draftId });
      await nullIfMissing(attempt(client.send(command, { abortSignal: signal }), name, signal));
    },
  };
  return source.presign === undefined ? store : { ...store, presign: source.presign };
}

/** Returns the client that sends and assembles objects. */
function timedClient(client: S3Client): S3Client {
  const send = async (...[command, options]: Parameters<S3Client['send']>) =>
    client.send(command, { requestTimeout: WRITE_MILLISECONDS, ...options });
  return Object.assign(Object.create(client), { send });
}
