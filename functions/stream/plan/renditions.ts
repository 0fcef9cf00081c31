import { Problem } from '../base/problem.ts';
import type { AdaptiveAsk } from '../route/adaptive.ts';
import { encodedParts, isIFramePart, partOf } from './excerpt.ts';
import type { Part, Presentation, Rendition, VideoRendition } from './presentation.ts';

/** The rendition that copies the film. */
export const COPY_ID = 'copy';

type RenditionAsk = Extract<AdaptiveAsk, { rendition: string }>;

/**
 * What an address below a rendition is about. A part is the only segment of its rendition, and encoded if that is a copied
 * film. Throws `not-found` for a rendition, a segment or a part that does not exist.
 */
export function findRendition(presentation: Presentation, ask: RenditionAsk): Rendition {
  if (ask.kind === 'iframe') return findFilm(presentation, ask);
  if (ask.kind === 'iframe-part') return withIFrame(findFilm(presentation, ask), ask);
  const { video, audio } = presentation;
  const rendition = found([...video, ...audio], ask);
  if (ask.kind !== 'part' && ask.kind !== 'clip-init') return rendition;
  const part = ask.kind === 'part' ? partOf(rendition, ask) : encodedParts(rendition);
  if (part !== null) return part;
  const what =
    ask.kind === 'part' ? `no part of the frames ${ask.from} to ${ask.to}` : 'no init segment of their own';
  throw new Problem('not-found', `Clips of the rendition "${rendition.id}" have ${what}.`);
}

/** Between two frames of trick play, and only where it is encoded anyhow. */
function withIFrame(film: VideoRendition, { from, to }: Part): VideoRendition {
  if (isIFramePart(film, { from, to })) return film;
  throw new Problem(
    'not-found',
    `The rendition "${film.id}" shows no frame ${from} until ${to} in trick play.`,
  );
}

/** The rendition of a playlist of trick play. Throws `not-found` where a clip has none: its copy begins between keyframes. */
export function findTrickPlay(presentation: Presentation, ask: RenditionAsk): VideoRendition {
  const film = findFilm(presentation, ask);
  if (film.iFrames.frames.length > 0) return film;
  throw new Problem('not-found', `A clip that begins there has no trick play of the rendition "${film.id}".`);
}

function findFilm({ video }: Presentation, ask: RenditionAsk): VideoRendition {
  return found(video, ask);
}

function found<R extends Rendition>(renditions: readonly R[], ask: RenditionAsk): R {
  const rendition = renditions.find(({ id }) => id === ask.rendition);
  if (rendition === undefined) {
    const ids = renditions.map(({ id }) => id).join(', ');
    throw new Problem(
      'not-found',
      `There is no rendition "${ask.rendition}" here; there is ${ids === '' ? 'none' : ids}.`,
    );
  }
  const isIFrame = ask.kind === 'iframe' && rendition.kind === 'video';
  const { length } = isIFrame ? rendition.iFrames.frames : rendition.segments;
  if ('index' in ask && ask.index >= length) {
    throw new Problem(
      'not-found',
      `There is no ${isIFrame ? 'I-frame' : 'segment'} ${ask.index}: the rendition "${rendition.id}" has ${length}, the first is 0.`,
    );
  }
  return rendition;
}
