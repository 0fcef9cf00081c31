import { buffer } from 'node:stream/consumers';
import type { EngineContext } from '../engine/transcode-object.ts';
import type { Probed } from '../media/probe/probe.ts';
import { openImage } from '../open/open-image.ts';
import { foundLoudness } from '../plan/found-loudness.ts';
import { parseParameters } from '../route/parameters.ts';
import { afterAnswer } from './after-answer.ts';
import type { AnswerContext } from './answer-context.ts';

/** Returns who is told what an output was measured to have, and writes it down once the answer is sent. */
export function learnsLoudness(
  { object, services, invocationSignal, waitUntil }: AnswerContext,
  { media }: Probed,
): NonNullable<EngineContext['onMeasured']> {
  return (output, measured) => {
    const found = foundLoudness(media, output, measured);
    if (found === null) return;
    waitUntil(async () => {
      await services.findings.add(object, { loudness: [found] }, invocationSignal);
      return null;
    });
  };
}

const BLUR = { width: '16', format: 'webp' };

/** Makes the tiny form of a poster, unless it is known, once the answer with the poster is sent. */
export function learnBlur(context: AnswerContext, probed: Probed): void {
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
