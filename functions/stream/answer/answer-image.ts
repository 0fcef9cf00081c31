import { buffer } from 'node:stream/consumers';
import { respondCached } from '../derived/respond-cached.ts';
import type { LiveRepresentation } from '../http/representation.ts';
import type { Probed } from '../media/probe/probe.ts';
import { openImage } from '../open/open-image.ts';
import { parseParameters } from '../route/parameters.ts';
import { afterAnswer } from './after-answer.ts';
import type { AnswerContext, RouteTo } from './answer-context.ts';

/** Answers `/image`: a frame of a film, or the cover art of a song. */
export async function answerImage(
  { parameters }: RouteTo<'image'>,
  context: AnswerContext,
  probed: Probed,
): Promise<Response> {
  const { request, services } = context;
  const { engine, derivedCache } = services;
  const accept = request.headers.get('accept');
  const secondsLeft = context.secondsLeft();
  const opened = await openImage(parameters, accept, context, { probed, engine, secondsLeft });
  const isPoster = parameters.at.kind === 'auto' && parameters.durationSeconds === null;
  const told = isPoster ? { ...opened, representation: teaching(opened.representation) } : opened;
  const response = await respondCached(request, told, derivedCache, { ...context, follows: true });
  if (parameters.format === 'auto') response.headers.append('vary', 'Accept');
  return response;

  /** A poster that is encoded, and not read from the cache, is of a version whose blur may not be known. */
  function teaching(image: LiveRepresentation): LiveRepresentation {
    return {
      ...image,
      async open() {
        const body = await image.open();
        learnBlur(context, probed);
        return body;
      },
    };
  }
}

const BLUR = { width: '16', format: 'webp' };

/** Makes the tiny form of a poster, unless it is known, once the answer with the poster is sent. */
function learnBlur(context: AnswerContext, probed: Probed): void {
  const { object, services, invocationSignal } = context;
  const { engine, findings } = services;
  context.waitUntil(async () => {
    if ((await findings.of(object, invocationSignal)).blur !== null) return null;
    const parameters = parseParameters('image', new URLSearchParams(BLUR));
    const after = afterAnswer(context, probed);
    const secondsLeft = context.secondsLeft();
    const { representation } = await openImage(parameters, null, after, { probed, engine, secondsLeft });
    const bytes = await buffer(await representation.open());
    const blur = `data:${representation.contentType};base64,${bytes.toString('base64')}`;
    await findings.add(object, { blur }, invocationSignal);
    return null;
  });
}
