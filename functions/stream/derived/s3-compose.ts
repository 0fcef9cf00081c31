import { buffer } from 'node:stream/consumers';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { sourceUnavailable } from '../base/problem.ts';
import { attempt } from '../source/s3-problems.ts';
import type { StoredObject } from '../source/source.ts';
import type { Place } from './s3-draft.ts';
import type { ComposeSource, DerivedStore } from './store.ts';
import { type Part, planParts } from './upload-parts.ts';

type Composing = Place & { readonly read: DerivedStore['read']; readonly signal: AbortSignal };

const PARTS_AT_ONCE = 4;

/** Publishes one object; the store itself copies its long extents. */
export async function composeObject(
  name: string,
  sources: readonly ComposeSource[],
  composing: Composing,
): Promise<StoredObject> {
  const { find, signal } = composing;
  const parts = planParts(sources);
  const [first] = parts;
  const failure = await (parts.length > 1 || first?.kind === 'copied'
    ? assemble(name, parts, composing)
    : putWhole(name, first?.sources ?? [], composing)
  ).then(
    () => null,
    (error: unknown) => error,
  );
  signal.throwIfAborted();
  // Look it up even after a failure, as for a draft.
  const object = await find(name, signal);
  if (object === null)
    throw failure ?? sourceUnavailable({ cause: new Error('The object was removed at once.') });
  return object;
}

async function putWhole(
  name: string,
  sources: readonly ComposeSource[],
  composing: Composing,
): Promise<void> {
  const { client, bucket, signal } = composing;
  const Body = await bytesOf(sources, composing);
  const command = new PutObjectCommand({ Bucket: bucket, Key: name, Body, IfNoneMatch: '*' });
  await attempt(client.send(command, { abortSignal: signal }), name, signal);
}

async function assemble(name: string, parts: readonly Part[], composing: Composing): Promise<void> {
  const { client, bucket, find, signal } = composing;
  const place = { Bucket: bucket, Key: name };
  // Never cancelled: an upload that began unknown to us could not be ended.
  const { UploadId } = await attempt(
    client.send(new CreateMultipartUploadCommand(place)),
    name,
    new AbortController().signal,
  );
  try {
    const completed: CompletedPart[] = [];
    for (let from = 0; from < parts.length; from += PARTS_AT_ONCE) {
      const numbered = parts.slice(from, from + PARTS_AT_ONCE).map(async (part, i) => {
        const upload = { ...place, UploadId, PartNumber: from + i + 1 };
        return { ETag: await sendPart(part, upload, composing), PartNumber: upload.PartNumber };
      });
      completed.push(...(await allSettled(numbered)));
    }
    // As in `startDraft`: not every store respects If-None-Match here.
    if ((await find(name, signal)) !== null)
      throw sourceUnavailable({ cause: new Error('The name is already taken.') });
    const command = new CompleteMultipartUploadCommand({
      ...place,
      UploadId,
      MultipartUpload: { Parts: completed },
      IfNoneMatch: '*',
    });
    await attempt(client.send(command, { abortSignal: signal }), name, signal);
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand({ ...place, UploadId })).catch(() => {});
    throw error;
  }
}

type PartPlace = {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string | undefined;
  readonly PartNumber: number;
};

/** Sends one part and resolves with its ETag. */
async function sendPart(part: Part, place: PartPlace, composing: Composing): Promise<string | undefined> {
  const { client, signal } = composing;
  if (part.kind === 'sent') {
    const command = new UploadPartCommand({ ...place, Body: await bytesOf(part.sources, composing) });
    return (await attempt(client.send(command, { abortSignal: signal }), place.Key, signal)).ETag;
  }
  const { object, range } = part;
  const command = new UploadPartCopyCommand({
    ...place,
    CopySource: `${place.Bucket}/${object.key.split('/').map(encodeURIComponent).join('/')}`,
    CopySourceRange: `bytes=${range.start}-${range.end - 1}`,
    CopySourceIfMatch: object.etag,
  });
  const copied = await attempt(client.send(command, { abortSignal: signal }), object.key, signal);
  return copied.CopyPartResult?.ETag;
}

async function bytesOf(sources: readonly ComposeSource[], { read, signal }: Composing): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for (const source of sources) {
    all.push(
      source instanceof Uint8Array ? source : await buffer(await read(source.object, source.range, signal)),
    );
  }
  return Buffer.concat(all);
}

/**
 * Returns all results, or throws the first failure once none is under way: the upload may be aborted only
 * then.
 */
async function allSettled<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
