import { PassThrough } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { onAbort } from '../base/abort.ts';
import { sourceUnavailable } from '../base/problem.ts';
import { problemOfS3 } from '../source/s3-problems.ts';
import type { DerivedStore, Draft, DraftOptions } from './store.ts';

export type Place = {
  readonly client: S3Client;
  readonly bucket: string;
  readonly find: DerivedStore['find'];
};

/**
 * What fits into one part is sent in one request when it is published: most segments do, and they leave no
 * parts behind.
 */
const PART_BYTES = 8 * 1024 * 1024;

/** The limit for requests that the signal does not cancel. */
const OWN_MILLISECONDS = 5_000;

/** Streams into one object, in parts of 8 MiB sent one after the other. */
export function startDraft(name: string, place: Place, { signal, onStart }: DraftOptions): Draft {
  const stop = new AbortController();
  const body = new PassThrough({ highWaterMark: 256 * 1024 });
  body.on('error', () => {});
  stop.signal.addEventListener('abort', () => body.destroy(), { once: true });
  const release = onAbort(signal, () => stop.abort(signal.reason));

  const isTaken = async () => (await place.find(name, stop.signal)) !== null;
  const upload = new Upload({
    client: confine(place.client, stop.signal, { onStart, isTaken }),
    params: { Bucket: place.bucket, Key: name, Body: body, IfNoneMatch: '*' },
    partSize: PART_BYTES,
    // With several parts at once, a failure of one is noticed only at the end of the body.
    queueSize: 1,
  });
  // Always ends with the multipart upload completed or aborted. A failure is reported to the next write or
  // publish.
  const outcome = upload.done().then(
    () => ({ failure: null }),
    (error: unknown) => ({ failure: error }),
  );
  void outcome.then(() => {
    release();
    body.destroy();
  });
  const failed = (error: unknown) => (signal.aborted ? signal.reason : problemOfS3(error, name));
  let isPublished = false;

  return {
    async write(chunk) {
      await new Promise<void>((resolve, reject) => {
        body.write(chunk, (error) => (error ? reject(error) : resolve()));
      }).catch(async (error: unknown) => {
        stop.abort();
        const { failure } = await outcome;
        throw failed(failure ?? error);
      });
    },
    async publish() {
      body.end();
      const { failure } = await outcome;
      if (failure !== null && signal.aborted) throw signal.reason;
      // Look it up even after a failure: somebody else may have published it, or only the answer was lost.
      const object = await place.find(name, signal);
      if (object === null)
        throw failed(failure ?? new Error('The object was removed as soon as it was published.'));
      isPublished = true;
      return object;
    },
    async discard() {
      if (isPublished) return;
      stop.abort();
      await outcome;
    },
  };
}

/**
 * Returns the client for one upload. Its requests end with the signal, except those that begin or end a
 * multipart upload, since an upload that began unknown to us could not be ended.
 */
function confine(
  client: S3Client,
  signal: AbortSignal,
  { onStart, isTaken }: { onStart: DraftOptions['onStart']; isTaken: () => Promise<boolean> },
): S3Client {
  const send = async (...[command]: Parameters<S3Client['send']>) => {
    const own = { abortSignal: AbortSignal.timeout(OWN_MILLISECONDS) };
    if (command instanceof AbortMultipartUploadCommand) return client.send(command, own);
    if (command instanceof CreateMultipartUploadCommand) {
      const begun = await client.send(command, own);
      if (begun.UploadId !== undefined) onStart?.(begun.UploadId);
      return begun;
    }
    // AWS refuses a taken name because of If-None-Match; others (Ceph 16) ignore the header here and would
    // replace the object.
    if (command instanceof CompleteMultipartUploadCommand && (await isTaken())) {
      throw sourceUnavailable({ cause: new Error('The name is already taken.') });
    }
    return client.send(command, { abortSignal: signal });
  };
  return Object.assign(Object.create(client), { send });
}
