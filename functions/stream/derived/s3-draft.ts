import { PassThrough } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { sourceUnavailable } from '../base/problem.ts';
import { problemOfS3 } from '../source/s3-problems.ts';
import type { DerivedStore, Draft, DraftOptions } from './store.ts';

export type Place = {
  readonly client: S3Client;
  readonly bucket: string;
  readonly find: DerivedStore['find'];
};

/** What fits into one part is sent in one request, when it is published: most segments, and nothing of it can be left. */
const PART_BYTES = 8 * 1024 * 1024;

/** For the requests that are not cut short. */
const OWN_MILLISECONDS = 5_000;

/** Streams into one object, in parts of 8 MiB that go one after the other. */
export function startDraft(name: string, place: Place, { signal, onStart }: DraftOptions): Draft {
  const stop = new AbortController();
  const abort = () => stop.abort(signal.reason);
  const body = new PassThrough({ highWaterMark: 256 * 1024 });
  body.on('error', () => {});
  stop.signal.addEventListener('abort', () => body.destroy(), { once: true });
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });

  const isTaken = async () => (await place.find(name, stop.signal)) !== null;
  const upload = new Upload({
    client: confine(place.client, stop.signal, { onStart, isTaken }),
    params: { Bucket: place.bucket, Key: name, Body: body, IfNoneMatch: '*' },
    partSize: PART_BYTES,
    // With several at once, the failure of one is noticed only when the body has ended.
    queueSize: 1,
  });
  // Ends in every case with the multipart upload completed or aborted. A failure waits for whoever writes or publishes.
  const outcome = upload.done().then(
    () => ({ failure: null }),
    (error: unknown) => ({ failure: error }),
  );
  void outcome.then(() => {
    signal.removeEventListener('abort', abort);
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
      // Also after a failure: somebody else has published it, or the answer was lost and not the object.
      const object = await place.find(name, signal);
      if (object === null) throw failed(failure ?? new Error('It was removed as soon as it was published.'));
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
 * The client for one upload: its requests end with the signal, but for those that begin and that end a multipart upload,
 * since one that began unknown to us could not be ended.
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
    // AWS refuses by If-None-Match what is taken; others (Ceph 16) ignore it here and would replace it.
    if (command instanceof CompleteMultipartUploadCommand && (await isTaken())) {
      throw sourceUnavailable({ cause: new Error('The name is taken.') });
    }
    return client.send(command, { abortSignal: signal });
  };
  return Object.assign(Object.create(client), { send });
}
