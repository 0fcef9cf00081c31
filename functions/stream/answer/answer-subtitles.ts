import { respondCached } from '../derived/respond-cached.ts';
import type { Probed } from '../media/probe/probe.ts';
import { findTextTracks } from '../open/find-text-tracks.ts';
import { findTextTrack, openText } from '../open/open-text.ts';
import { textHeader } from '../plan/describe-plan.ts';
import { textZeroSeconds } from '../plan/offer.ts';
import type { AnswerContext, RouteTo } from './answer-context.ts';

/** Answers `/subtitles`: one text track as WebVTT, on the timeline of the film or of a clip of it. */
export async function answerSubtitles(
  { id, parameters }: RouteTo<'subtitles'>,
  context: AnswerContext,
  probed: Probed,
): Promise<Response> {
  const { request, services } = context;
  const track = findTextTrack(await findTextTracks(context, probed.media), id);
  const { startSeconds, durationSeconds } = parameters;
  const zeroSeconds = textZeroSeconds(probed.media) + startSeconds;
  const view = { zeroSeconds, durationSeconds, hasTimestampMap: false };
  const representation = await openText(track, view, { ...context, probed });
  const planned = { representation, plan: textHeader(track) };
  return respondCached(request, planned, services.derivedCache, { ...context, follows: true });
}
