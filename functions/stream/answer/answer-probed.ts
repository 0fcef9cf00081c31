import { clocked } from '../media/transport/clocked.ts';
import { type FoundObject, probeObject } from '../open/probe-object.ts';
import { answerAdaptive } from './answer-adaptive.ts';
import type { AnswerContext, RouteTo } from './answer-context.ts';
import { answerExport } from './answer-export.ts';
import { answerImage } from './answer-image.ts';
import { answerInfo } from './answer-info.ts';
import { answerPlay } from './answer-play.ts';
import { answerStoryboard } from './answer-storyboard.ts';
import { answerStream } from './answer-stream.ts';
import { answerSubtitles } from './answer-subtitles.ts';
import { answerWaveform } from './answer-waveform.ts';

/** Probes the object, then answers by the route. Throws `Problem`. */
export async function answerProbed(
  route: RouteTo<
    'stream' | 'play' | 'image' | 'storyboard' | 'waveform' | 'adaptive' | 'info' | 'export' | 'subtitles'
  >,
  context: AnswerContext,
  found: FoundObject,
): Promise<Response> {
  const probed = await probeObject(found, context.services, context);
  const { clock } = probed;
  const onClock = clock === null ? context : { ...context, access: clocked(context.access, clock) };
  switch (route.kind) {
    case 'stream':
      return answerStream(route, onClock, probed);
    case 'play':
      return answerPlay(route, onClock, probed);
    case 'image':
      return answerImage(route, onClock, probed);
    case 'storyboard':
      return answerStoryboard(route, onClock, probed);
    case 'waveform':
      return answerWaveform(route, onClock, probed);
    case 'adaptive':
      return answerAdaptive(route, onClock, probed);
    case 'subtitles':
      return answerSubtitles(route, onClock, probed);
    case 'info':
      return answerInfo(onClock, probed);
    case 'export':
      return answerExport(route, onClock, probed);
    default:
      return route satisfies never;
  }
}
