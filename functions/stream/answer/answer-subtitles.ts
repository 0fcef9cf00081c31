import { Problem } from '../base/problem.ts';
import { respondCached } from '../derived/respond-cached.ts';
import { respond } from '../http/respond.ts';
import type { Probed } from '../media/probe/probe.ts';
import { findChapters } from '../open/find-chapters.ts';
import { findTextTracks } from '../open/find-text-tracks.ts';
import { knownBytes } from '../open/known-bytes.ts';
import { findTextTrack, openText } from '../open/open-text.ts';
import { textHeader } from '../plan/describe-plan.ts';
import { textZeroSeconds } from '../plan/offer.ts';
import { inMilliseconds } from '../plan/plan-input.ts';
import { viewedCues } from '../plan/text-cues.ts';
import { isSidecarId } from '../plan/text-tracks.ts';
import { chaptersVtt } from '../playlist/chapters.ts';
import type { AnswerContext, RouteTo } from './answer-context.ts';

/** Answers `/subtitles`: one text track as WebVTT, on the timeline of the film or of a clip of it. */
export async function answerSubtitles(
  { id, parameters }: RouteTo<'subtitles'>,
  context: AnswerContext,
  probed: Probed,
): Promise<Response> {
  const { request, services } = context;
  if (id === CHAPTERS) return answerChapters(parameters, context, probed);
  const tracks = await findTextTracks(context, probed.media, { isStrict: isSidecarId(id) });
  const track = findTextTrack(tracks, id);
  const { startSeconds, durationSeconds } = inMilliseconds(parameters);
  const zeroSeconds = textZeroSeconds(probed.media) + startSeconds;
  const view = { zeroSeconds, durationSeconds, mediaSeconds: null };
  const representation = await openText(track, view, { ...context, probed });
  const planned = { representation, plan: textHeader(track) };
  return respondCached(request, planned, services.derivedCache, { ...context, follows: true });
}

/** The name of the track that has the chapters, for `<track kind="chapters">`. */
const CHAPTERS = 'chapters';

async function answerChapters(
  { startSeconds, durationSeconds }: RouteTo<'subtitles'>['parameters'],
  context: AnswerContext,
  probed: Probed,
): Promise<Response> {
  const chapters = await findChapters(context, probed);
  if (chapters.length === 0) throw new Problem('not-found', 'The file has no chapters.');
  const shown = viewedCues(chapters, { zeroSeconds: startSeconds, durationSeconds });
  const representation = knownBytes('text/vtt', Buffer.from(chaptersVtt(shown)));
  const response = await respond(context.request, representation, context.limits);
  response.headers.set('sluice-plan', 'chapters');
  return response;
}
