import { Problem } from '../base/problem.ts';
import { jsonResponse } from '../http/json.ts';
import { respond } from '../http/respond.ts';
import { knownBytes } from '../open/known-bytes.ts';
import { contentKeyOf } from '../open/protection.ts';
import type { AnswerContext, RouteTo } from './answer-context.ts';

/** Answers `/key`: the key of encrypted segments, to whoever may play them. */
export async function answerKey(
  { form, version }: RouteTo<'key'>,
  context: AnswerContext,
): Promise<Response> {
  const { encryption, request } = context;
  if (encryption === null)
    throw new Problem('not-found', 'This service encrypts nothing (setting ENCRYPTION).');
  const { id, key } = contentKeyOf(context, encryption, version);
  if (form === 'raw') return respond(request, knownBytes('application/octet-stream', key), context.limits);
  const [kid, k] = [id, key].map((bytes) => Buffer.from(bytes).toString('base64url'));
  return jsonResponse({ keys: [{ kty: 'oct', kid, k }], type: 'temporary' });
}
