import { Problem } from '../base/problem.ts';
import type { Engine } from '../engine/ffmpeg.ts';
import { encodeSheet, encodeTile } from '../engine/sheet.ts';
import type { StillContext } from '../engine/still.ts';
import type { ObjectContext } from '../http/original.ts';
import type { Representation } from '../http/representation.ts';
import { fragment, initSegment } from '../media/isobmff/fragment-boxes.ts';
import { jpegTrack } from '../media/isobmff/jpeg-track.ts';
import type { Probed } from '../media/probe/probe.ts';
import { storyboardHeader } from '../plan/describe-plan.ts';
import { planStoryboard, type Storyboard } from '../plan/storyboard-plan.ts';
import {
  type SheetAddresses,
  storyboardFrames,
  storyboardJson,
  storyboardPlaylist,
  storyboardVtt,
  type Thumbnails,
} from '../playlist/storyboard.ts';
import { addressOf } from '../route/address-of.ts';
import type { ClipParameters } from '../route/clip-parameters.ts';
import { type StoryboardAsk, type StoryboardParameters, USUAL_WIDTH } from '../route/storyboard.ts';
import { knownBytes } from './known-bytes.ts';
import { liveBytes } from './live-bytes.ts';
import { refuseOtherVersion, versionOf } from './version.ts';

type StoryboardAddress = { readonly ask: StoryboardAsk; readonly parameters: StoryboardParameters };

export type StoryboardServices = {
  readonly probed: Probed;
  readonly engine: Engine;
  readonly secondsLeft: number;
};

/**
 * Turns a request below `/storyboard` into what can be sent; images are encoded when they are opened. `prefix`
 * stands in front of addresses that the client may open. Rejects as `planStoryboard` throws, and with
 * `not-found` for an address of another version or a sheet that does not exist.
 */
export async function openStoryboard(
  { ask, parameters }: StoryboardAddress,
  context: ObjectContext,
  { probed, engine, secondsLeft, prefix }: StoryboardServices & { readonly prefix: string },
): Promise<{ readonly representation: Representation; readonly plan: string }> {
  const { object, limits } = context;
  const version = versionOf(context);
  refuseOtherVersion(parameters.version, version);
  const { sizeBytes } = object;
  const input = { media: probed.media, sizeBytes, parameters, limits, secondsLeft };
  const storyboard = planStoryboard(input);
  // The origin is not known here: other hosts may lead to the function, and no answer depends on a client's Host.
  const base = parameters.isAbsolute ? `${prefix}${addressOf('storyboard', object.key)}/` : '';
  const addresses = { base, query: queryOf(parameters, version) };
  const representation = representationOf(ask, storyboard, addresses, { ...context, probed, engine });
  return { representation, plan: storyboardHeader(storyboard) };
}

/**
 * Returns the usual storyboard as a playlist or a manifest of the same key names it, in addresses relative to
 * that; null for an object without one.
 */
export function thumbnailsOf(
  { object, limits }: ObjectContext,
  { probed, secondsLeft }: Pick<StoryboardServices, 'probed' | 'secondsLeft'>,
  clip: ClipParameters | undefined,
): Thumbnails | null {
  const { sizeBytes, key } = object;
  try {
    const parameters = {
      width: USUAL_WIDTH,
      intervalSeconds: null,
      isAbsolute: false,
      clip: clip ?? null,
      version: null,
    };
    const input = { media: probed.media, sizeBytes, parameters, limits, secondsLeft };
    const storyboard = planStoryboard(input);
    const up = '../'.repeat(key.split('/').length + 1);
    const base = `${up}${addressOf('storyboard', key).slice(1)}/`;
    return { storyboard, addresses: { base, query: queryOf(parameters, versionOf({ object, limits })) } };
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/** Returns what the addresses of sheets say beside their number. */
function queryOf({ width, intervalSeconds, clip }: StoryboardParameters, version: string): string {
  return [
    `v=${version}`,
    ...(width === USUAL_WIDTH ? [] : [`width=${width}`]),
    ...(intervalSeconds === null ? [] : [`interval=${intervalSeconds}`]),
    ...(clip === null ? [] : [`start=${clip.startSeconds}`]),
    ...(clip?.endSeconds == null ? [] : [`end=${clip.endSeconds}`]),
  ].join('&');
}

const HLS = 'application/vnd.apple.mpegurl';
const TIMESCALE = 1000;

function representationOf(
  ask: StoryboardAsk,
  storyboard: Storyboard,
  addresses: SheetAddresses,
  context: ObjectContext & StillContext,
): Representation {
  const written = (contentType: string, text: string) => knownBytes(contentType, Buffer.from(text));
  const encoded = (contentType: string, bytes: () => Promise<Uint8Array>) => {
    const { predicted: _, ...decisive } = storyboard;
    return liveBytes(
      contentType,
      ['storyboard', context.limits.ffmpegBuild(), ask, decisive],
      bytes,
      context,
    );
  };
  switch (ask.kind) {
    case 'vtt':
      return written('text/vtt', storyboardVtt(storyboard, addresses));
    case 'json':
      return written('application/json', storyboardJson(storyboard, addresses));
    case 'playlist':
      return written(HLS, storyboardPlaylist(storyboard, addresses));
    case 'iframes':
      return written(HLS, storyboardFrames(storyboard, addresses));
    case 'init':
      return knownBytes('video/mp4', initSegment([jpegTrack(storyboard.tile, TIMESCALE)]));
    case 'sheet':
      refuseBeyond(ask.index, storyboard.sheetCount, 'sheet');
      return encoded('image/jpeg', () => encodeSheet(storyboard, ask.index, context));
    case 'iframe':
      refuseBeyond(ask.index, storyboard.tileCount, 'tile');
      return encoded('video/mp4', () => iFrame(storyboard, ask.index, context));
    default:
      return ask satisfies never;
  }
}

async function iFrame(storyboard: Storyboard, index: number, context: StillContext): Promise<Uint8Array> {
  const { startSeconds, intervalSeconds } = storyboard;
  const data = await encodeTile(storyboard, startSeconds + index * intervalSeconds, context);
  const time = Math.round(index * intervalSeconds * TIMESCALE);
  const duration = Math.round(intervalSeconds * TIMESCALE);
  const packet = { data, dts: time, pts: time, duration, isSync: true };
  return Buffer.concat(fragment(index + 1, [{ trackId: 1, packets: [packet] }]));
}

function refuseBeyond(index: number, count: number, what: string): void {
  if (index < count) return;
  throw new Problem('not-found', `There is no ${what} ${index}: there are ${count}, and the first is 0.`);
}
