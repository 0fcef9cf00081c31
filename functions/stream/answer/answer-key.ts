import { Problem } from '../base/problem.ts';
import { jsonResponse } from '../http/json.ts';
import { respond } from '../http/respond.ts';
import { allContentKeys, contentKeyOf } from '../open/content-keys.ts';
import { knownBytes } from '../open/known-bytes.ts';
import type { ContentKey } from '../plan/content-key.ts';
import type { AnswerContext, RouteTo } from './answer-context.ts';

/** Answers `/key`: the key of encrypted segments, to whoever may play them. */
export async function answerKey(
  { form, version }: RouteTo<'key'>,
  context: AnswerContext,
): Promise<Response> {
  const { encryption, request } = context;
  if (encryption === null)
    throw new Problem('not-found', 'This service encrypts nothing (setting ENCRYPTION).');
  if (form === 'raw') {
    const { key } = contentKeyOf(context, encryption, version);
    return respond(request, knownBytes('application/octet-stream', key), context.limits);
  }
  const keys =
    version === null ? allContentKeys(context, encryption) : [contentKeyOf(context, encryption, version)];
  return jsonResponse({ keys: keys.map(webKey), type: 'temporary' });
}

/** Returns a key as JSON has it (RFC 7517). */
function webKey({ id, key }: ContentKey) {
  const [kid, k] = [id, key].map((bytes) => Buffer.from(bytes).toString('base64url'));
  return { kty: 'oct', kid, k };
}
