import { jsonResponse } from '../http/json.ts';
import type { Probed } from '../media/probe/probe.ts';
import { findChapters } from '../open/find-chapters.ts';
import { findTextTracks } from '../open/find-text-tracks.ts';
import { hasCoverAlone } from '../open/open-image.ts';
import { presentationOrProblem } from '../open/open-presentation.ts';
import { heedChanges } from '../open/probe-object.ts';
import { versionOf } from '../open/version.ts';
import { describeObject } from '../plan/info.ts';
import { planInput } from '../plan/plan-input.ts';
import { NO_PARAMETERS } from '../route/stream-parameters.ts';
import { type AnswerContext, prefixOf } from './answer-context.ts';
import { clearRefusal } from './refuse-clear.ts';

/** Answers `/info`: what the object is, and what each of its addresses would send and cost. */
export async function answerInfo(context: AnswerContext, probed: Probed): Promise<Response> {
  const { object, grant, services, encryption } = context;
  const presentation = await presentationOrProblem(context, probed);
  const texts = await findTextTracks(context, probed.media);
  const chapters = await findChapters(context, probed);
  const findings = await services.findings.of(object, context.signal);
  const { memoryMegabytes } = services.config;
  const scheme = encryption?.scheme ?? null;
  const about = {
    ...{ prefix: prefixOf(grant), memoryMegabytes, hasExports: services.exports !== null && scheme === null },
    ...{ version: versionOf(context), hasCover: await hasCoverAlone(context, probed) },
    refusals: { film: clearRefusal('stream', scheme), manifest: clearRefusal('manifest', scheme) },
  };
  const input = await heedChanges(planInput({ ...context, probed }, NO_PARAMETERS, null), context);
  return jsonResponse(describeObject(object, input, { presentation, texts, chapters, findings }, about));
}
