import { contentTypeOf } from '../base/content-type.ts';
import { Problem } from '../base/problem.ts';
import type { RequestContext } from '../base/request-context.ts';
import { jsonResponse } from '../http/json.ts';
import type { Grant } from '../route/authorise.ts';
import { checkUpload } from '../route/upload.ts';
import type { Source } from '../source/source.ts';
import type { Services } from './services.ts';
import type { UploadForm } from './upload-form.ts';

/** A form begins an upload, and says nothing about its end. */
const EXPIRES_SECONDS = 900;

/**
 * Answers `/upload/{key}`: how the object is added. Throws `uploads-off`, `bad-address` for a key that may not be
 * added, `exists` for one that is there.
 */
export async function answerUpload(
  { key }: { readonly key: string },
  grant: Grant,
  { signal }: RequestContext,
  { source, config }: Pick<Services, 'source' | 'config'>,
): Promise<Response> {
  const { mostBytes } = checkUpload(key, config.uploads);
  if (await isThere(source, key, signal)) {
    throw new Problem(
      'exists',
      `There is an object with the key ${JSON.stringify(key)}: choose another name.`,
    );
  }
  const { type: contentType } = contentTypeOf(key);
  const expiresInSeconds =
    grant.kind === 'open' ? EXPIRES_SECONDS : Math.min(EXPIRES_SECONDS, grant.secondsLeft);
  const form = (await source.presignPost?.(key, { contentType, mostBytes, expiresInSeconds })) ?? null;
  return jsonResponse({ key, mostBytes, form } satisfies UploadForm);
}

async function isThere(source: Source, key: string, signal: AbortSignal): Promise<boolean> {
  try {
    await source.stat(key, signal);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.type === 'not-found') return false;
    throw error;
  }
}
