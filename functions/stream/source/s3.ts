import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { isMediaKey } from '../base/content-type.ts';
import { refuseImpossibleKey } from '../base/key.ts';
import { sourceUnavailable } from '../base/problem.ts';
import { type ByteRange, checkRange } from '../base/range.ts';
import { alone, chain, discard } from './chain.ts';
import { type ListedObject, listing } from './listing.ts';
import { archived, attempt, problemOfS3, statusOf } from './s3-problems.ts';
import type { Source, StoredObject } from './source.ts';

export type S3SourceOptions = {
  readonly client: S3Client;
  readonly bucket: string;
  /** False if clients cannot reach the store themselves, as behind a VPC endpoint. Default true. */
  readonly presign?: boolean;
};

/** Serves the objects of one bucket. */
export function s3Source({ client, bucket, presign = true }: S3SourceOptions): Source {
  const source: Source = {
    async stat(key, signal) {
      refuseImpossibleKey(key);
      const command = new HeadObjectCommand({ Bucket: bucket, Key: key });
      const head = await attempt(client.send(command, { abortSignal: signal }), key, signal);
      if (isArchived(head)) throw archived(key);
      return describe(key, head, head.ContentLength);
    },

    async statAndRead(key, mostBytes, signal) {
      refuseImpossibleKey(key);
      const command = new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=0-${mostBytes - 1}` });
      const sent = client.send(command, { abortSignal: signal }).catch((error: unknown) => {
        // The only range that an empty object cannot satisfy.
        if (statusOf(error) === 416) return null;
        throw error;
      });
      const answer = await attempt(sent, key, signal);
      if (answer === null) return { object: await source.stat(key, signal), body: empty() };
      const total = /^bytes 0-\d+\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1];
      const body = answer.Body instanceof Readable ? answer.Body : empty();
      try {
        const object = describe(key, answer, total === undefined ? undefined : Number(total));
        return {
          object,
          body: openBody(answer, object, { start: 0, end: Math.min(mostBytes, object.sizeBytes) }, signal),
        };
      } catch (error) {
        discard(body);
        throw error;
      }
    },

    async read(object, range, signal) {
      refuseImpossibleKey(object.key);
      checkRange(object, range);
      if (range.start === range.end) return empty();
      const { key, etag } = object;
      const command = new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        Range: `bytes=${range.start}-${range.end - 1}`,
        IfMatch: etag,
      });
      const answer = await attempt(client.send(command, { abortSignal: signal }), key, signal);
      return openBody(answer, object, range, signal);
    },

    async list(after, limit, signal) {
      const found: ListedObject[] = [];
      let token: string | undefined;
      let last = after;
      for (let page = 0; page < mostPages(found.length) && found.length <= limit; page++) {
        const from = token === undefined ? { StartAfter: after || undefined } : { ContinuationToken: token };
        // XML cannot carry some characters that a key may have.
        const command = new ListObjectsV2Command({ Bucket: bucket, EncodingType: 'url', ...from });
        const {
          Contents = [],
          NextContinuationToken,
          EncodingType,
        } = await attempt(client.send(command, { abortSignal: signal }), '', signal);
        for (const { Key = '', Size } of Contents) {
          last = decodedKey(Key, EncodingType);
          if (isMediaKey(last)) found.push({ key: last, sizeBytes: Size ?? 0 });
        }
        token = NextContinuationToken;
        if (token === undefined) break;
      }
      return listing(found, limit, token === undefined ? null : last);
    },

    async beside(prefix, limit, signal) {
      const found: ListedObject[] = [];
      let token: string | undefined;
      // With the delimiter, deeper keys are summed up, and count in a page.
      for (let page = 0; page < MOST_PAGES_BESIDE && found.length < limit; page++) {
        const where = { Bucket: bucket, Prefix: prefix, Delimiter: '/', ContinuationToken: token };
        const command = new ListObjectsV2Command({ ...where, EncodingType: 'url' });
        const answer = await attempt(client.send(command, { abortSignal: signal }), prefix, signal);
        for (const { Key = '', Size } of answer.Contents ?? []) {
          found.push({ key: decodedKey(Key, answer.EncodingType), sizeBytes: Size ?? 0 });
        }
        token = answer.NextContinuationToken;
        if (token === undefined) break;
      }
      return found.slice(0, limit);
    },
  };
  if (!presign) return source;
  return {
    ...source,
    presign: ({ key }, { contentType, contentDisposition, expiresInSeconds }) => {
      const command = new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ResponseContentType: contentType,
        ResponseContentDisposition: contentDisposition ?? undefined,
      });
      return getSignedUrl(client, command, { expiresIn: expiresInSeconds });
    },
    // The SDK puts bucket and key into the policy, each as the only value.
    presignPost: (key, { contentType, mostBytes, expiresInSeconds }) =>
      createPresignedPost(client, {
        Bucket: bucket,
        Key: key,
        Fields: { 'Content-Type': contentType },
        Conditions: [['content-length-range', 1, mostBytes]],
        Expires: expiresInSeconds,
      }),
  };
}

function decodedKey(key: string, encoding: string | undefined): string {
  return encoding === 'url' ? decodeURIComponent(key.replaceAll('+', ' ')) : key;
}

/** Of a thousand each. */
const MOST_PAGES_BESIDE = 3;

/**
 * Creates the client that a source needs, configured by the SDK's own variables and defaults. A custom
 * endpoint (`AWS_ENDPOINT_URL_S3`) is addressed by path.
 */
export function createS3Client(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): S3Client {
  const endpoint = environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL;
  const region = environment.AWS_REGION;
  const credentials = credentialsOf(environment);
  return new S3Client({
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    ...(region ? { region } : {}),
    ...(credentials ? { credentials } : {}),
    retryMode: 'standard',
    maxAttempts: 3,
    // The SDK would otherwise wrap bodies to verify checksums of the whole object, not of a range.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestChecksumCalculation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: 1_500,
      // Limits the wait for the response's headers.
      requestTimeout: ANSWER_MILLISECONDS,
      throwOnRequestTimeout: true,
      // A socket also rests while a slow viewer consumes its data: `resuming` tells the two apart.
      socketTimeout: 0,
      httpAgent: { keepAlive: true, maxSockets: 64 },
      httpsAgent: { keepAlive: true, maxSockets: 64 },
    },
  });
}

/**
 * Limits the pages, of a thousand keys each. A page without any media would leave no key to continue after.
 */
function mostPages(found: number): number {
  return found === 0 ? 200 : 20;
}

const ANSWER_MILLISECONDS = 5_000;

function credentialsOf(environment: Readonly<Record<string, string | undefined>>) {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return null;
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
  };
}

const empty = () => Readable.from([], { objectMode: false });

type Described = Pick<HeadObjectCommandOutput, 'ETag' | 'LastModified'>;

function describe(
  key: string,
  { ETag, LastModified }: Described,
  sizeBytes: number | undefined,
): StoredObject {
  if (ETag === undefined || sizeBytes === undefined) {
    throw sourceUnavailable({ cause: new Error('The store answered without an ETag or a size.') });
  }
  const etag = ETag.startsWith('"') ? ETag : `"${ETag}"`;
  // The tag goes into headers of ours (RFC 9110 §8.8.3).
  if (!/^"[\x21\x23-\x7e]*"$/.test(etag)) {
    throw sourceUnavailable({ cause: new Error('The store answered with an ETag that is none.') });
  }
  return { key, etag, sizeBytes, lastModified: LastModified ?? new Date(0) };
}

/** Returns the body of a response that has exactly `range`. */
function openBody(
  { Body, ContentRange, ContentLength }: GetObjectCommandOutput,
  object: StoredObject,
  range: ByteRange,
  signal: AbortSignal,
): Readable {
  const body = Body instanceof Readable ? Body : empty();
  const answered = `${ContentRange}, ${ContentLength} bytes`;
  const expected = rangeAnswer(object, range);
  if (answered !== expected) {
    discard(body);
    throw sourceUnavailable({ cause: new Error(`Asked for ${expected}, the store sent ${answered}.`) });
  }
  // Node ends a body with a Content-Length in full or with an error, so that no count is needed here.
  return chain(
    body,
    alone((failure) => problemOfS3(failure, object.key)),
    { signal },
  );
}

function rangeAnswer({ sizeBytes }: StoredObject, { start, end }: ByteRange): string {
  return `bytes ${start}-${end - 1}/${sizeBytes}, ${end - start} bytes`;
}

function isArchived({ StorageClass, ArchiveStatus, Restore }: HeadObjectCommandOutput): boolean {
  const isCold = StorageClass === 'GLACIER' || StorageClass === 'DEEP_ARCHIVE' || ArchiveStatus !== undefined;
  return isCold && !Restore?.includes('ongoing-request="false"');
}
