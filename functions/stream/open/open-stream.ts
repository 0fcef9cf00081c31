import { Readable } from 'node:stream';
import { damaged } from '../base/problem.ts';
import type { Engine } from '../engine/ffmpeg.ts';
import { transcodeOutput } from '../engine/transcode-output.ts';
import { type Desk, openOriginal, openPieces } from '../http/original.ts';
import type { LiveRepresentation, Representation } from '../http/representation.ts';
import { begun } from '../media/begun.ts';
import { faststart } from '../media/isobmff/faststart.ts';
import { padFirstFragments } from '../media/isobmff/pad-fragments.ts';
import type { Probed } from '../media/probe/probe.ts';
import { remux } from '../media/remux.ts';
import type { StreamPlan } from '../plan/stream-plan.ts';
import { hashOf } from '../plan/tag.ts';
import type { StoredObject } from '../source/source.ts';
import { cachedFormOf } from './cached-form.ts';

/** Turns a plan into what can be sent; work starts when the representation is opened. */
export async function openStream(
  plan: StreamPlan,
  desk: Desk,
  { probed, engine }: { readonly probed: Probed; readonly engine: Engine },
): Promise<Representation> {
  const { access, signal } = desk;
  const { contentType } = plan;
  const options = { contentType, contentDisposition: null, presignSeconds: desk.limits.presignSeconds };
  switch (plan.kind) {
    case 'passthrough':
      return openOriginal(desk, options);
    case 'faststart': {
      const made = probed.movie && (await faststart(probed.movie, access, plan));
      if (!made) throw damaged('The index of the file cannot be moved to its front.');
      const variant = plan.withoutLocation ? 'faststart-private' : 'faststart';
      return openPieces(desk, { ...made, variant }, options);
    }
    case 'remux':
      return live(plan, desk, () => padded(remux(probed, access, plan, signal)));
    case 'transcode':
      return live(plan, desk, () => transcode(plan, desk, probed, engine));
    default:
      return plan satisfies never;
  }
}

function live(plan: StreamPlan, { object, trace }: Desk, open: () => Promise<Readable>): LiveRepresentation {
  return {
    kind: 'live',
    contentType: plan.contentType,
    etag: tagOf(plan, object),
    ...cachedFormOf(plan),
    open: () => trace.time('first', open),
  };
}

/** With the first of it made: what fails before that is still answered with a problem. */
async function padded(fragments: AsyncIterable<Uint8Array>): Promise<Readable> {
  const made = await begun(padFirstFragments(fragments));
  return Readable.from(made ?? [], { objectMode: false, highWaterMark: 256 * 1024 });
}

/** Weak, since encoders promise the same picture and not the same bytes on every machine. */
function tagOf({ reason: _, predicted: __, ...plan }: StreamPlan, object: StoredObject): string {
  return `W/"${hashOf(object, plan)}"`;
}

async function transcode(
  { output }: Extract<StreamPlan, { kind: 'transcode' }>,
  desk: Desk,
  probed: Probed,
  engine: Engine,
): Promise<Readable> {
  const made = await transcodeOutput(output, { ...desk, probed, engine });
  return output.format === 'mp4' ? padded(made) : made;
}
