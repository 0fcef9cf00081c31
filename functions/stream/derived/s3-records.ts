import { randomUUID } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Problem } from '../base/problem.ts';
import { attempt, isRefusedWrite } from '../source/s3-problems.ts';
import { nullIfMissing } from './found.ts';
import type { DerivedStore, StoredRecord } from './store.ts';

type Bucket = { readonly client: S3Client; readonly bucket: string };

/**
 * Stores records as small objects that are written conditionally. Each begins with a line of its own, so that
 * the same text written twice has two ETags and a writer whose answer was lost recognises its record.
 */
export function s3Records({ client, bucket }: Bucket): Pick<DerivedStore, 'readRecord' | 'writeRecord'> {
  const read = async (name: string, signal: AbortSignal) => {
    const command = new GetObjectCommand({ Bucket: bucket, Key: name });
    const storeTime = noteDate(command);
    const got = client.send(command, { abortSignal: signal }).then(async (answer) => ({
      ...answer,
      body: (await answer.Body?.transformToString()) ?? '',
    }));
    const answer = await nullIfMissing(attempt(got, name, signal));
    if (answer === null) return null;
    const { body, ETag = '', LastModified } = answer;
    const line = body.indexOf('\n');
    const ageSeconds = (storeTime() - (LastModified?.getTime() ?? 0)) / 1000;
    const record = { name, text: body.slice(line + 1), version: unquoted(ETag), ageSeconds };
    return { record, mark: body.slice(0, line) };
  };
  return {
    readRecord: async (name, signal) => (await read(name, signal))?.record ?? null,

    async writeRecord(name, text, replaces, signal): Promise<StoredRecord | null> {
      const mark = randomUUID();
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: name,
        Body: `${mark}\n${text}`,
        ...(replaces === null ? { IfNoneMatch: '*' } : { IfMatch: replaces.version }),
      });
      const sent = client.send(command, { abortSignal: signal });
      try {
        const { ETag = '' } = await attempt(sent, name, signal);
        return { name, text, version: unquoted(ETag), ageSeconds: 0 };
      } catch (error) {
        if (!(error instanceof Problem) || !isRefusedWrite(error)) throw error;
        // The SDK repeats a request whose answer was lost, and the store then refuses it because of the first
        // one.
        const found = await read(name, signal);
        return found?.mark === mark ? found.record : null;
      }
    },
  };
}

/** AWS also accepts an ETag without quotes, and Ceph compares only that correctly. */
function unquoted(etag: string): string {
  return etag.replaceAll('"', '');
}

/**
 * Returns the time of the answer to `command` in milliseconds, by the store's clock; by ours if the answer
 * has no date.
 */
function noteDate(command: GetObjectCommand): () => number {
  let milliseconds = Number.NaN;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { headers?: Record<string, string> };
      milliseconds = Date.parse(headers?.date ?? '');
      return result;
    },
    { step: 'deserialize', priority: 'high' },
  );
  return () => (Number.isNaN(milliseconds) ? Date.now() : milliseconds);
}
