import { Problem } from '../base/problem.ts';
import { type BurntScript, FONT_FAMILY } from '../engine/burnt-script.ts';
import type { ObjectContext } from '../http/original.ts';
import { readMatroskaFonts } from '../media/demux/matroska-fonts.ts';
import { CONTAINERS } from '../media/model/containers.ts';
import type { Media, SubtitleTrack } from '../media/model/media.ts';
import type { Probed } from '../media/probe/probe.ts';
import { type ScriptSize, writeScript } from '../media/text/ass-script.ts';
import { parseText, scriptOf } from '../media/text/formats.ts';
import { readScriptTrack, readTextTrack } from '../media/text-track.ts';
import { type BurntText, burntTrack } from '../plan/burnt.ts';
import { type PlanInput, selectTracks } from '../plan/plan-input.ts';
import { isSidecarId } from '../plan/text-tracks.ts';
import { NO_PARAMETERS } from '../route/stream-parameters.ts';
import { findTextTracks } from './find-text-tracks.ts';
import { readSidecar, textTrackInput } from './read-text.ts';

type Finding = Pick<ObjectContext, 'source' | 'object' | 'signal' | 'trace'>;

/** Returns the input for a plan with the subtitles that its parameters ask for. Throws `bad-parameter` for none. */
export async function findBurnt(input: PlanInput, context: Finding): Promise<PlanInput> {
  const { burn } = input.parameters;
  if (burn === null) return input;
  const tracks = await findTextTracks(context, input.media, { isStrict: isSidecarId(burn) });
  const { origin } = burntTrack(tracks, burn);
  if (origin.kind === 'track') return { ...input, burnt: { kind: 'track', index: origin.track.index } };
  const { key, format } = origin.sidecar;
  // Another version of it is another output.
  const { etag } = await context.source.stat(key, context.signal);
  return { ...input, burnt: { kind: 'file', key, etag, format } };
}

type Reading = Omit<ObjectContext, 'access'> & { readonly probed: Probed };

/**
 * Returns a reader of the subtitles that outputs of one object have burnt in, each of which is read once. It rejects
 * with `source-changed` for a file that was replaced, and otherwise as the readers of text tracks do.
 */
export function burntScripts(context: Reading): (text: BurntText) => Promise<BurntScript> {
  const read = new Map<string, Promise<BurntScript>>();
  return (text) => {
    const name = JSON.stringify(text);
    const script = read.get(name) ?? context.trace.time('burnt', () => readBurnt(text, context));
    read.set(name, script);
    return script;
  };
}

async function readBurnt(text: BurntText, context: Reading): Promise<BurntScript> {
  if (text.kind === 'file') return { script: await readFile(text, context), fonts: [] };
  const { probed } = context;
  const track = probed.media.tracks.find(isNumbered(text.index));
  if (track === undefined) throw new Problem('internal', `There is no subtitle track ${text.index}.`);
  const input = textTrackInput(track, context);
  const script = await readScriptTrack(input);
  if (script === null) {
    return { script: written((await readTextTrack(input)).cues, probed.media), fonts: [] };
  }
  const hasFonts = CONTAINERS[probed.media.container].index === 'cues';
  return { script, fonts: hasFonts ? await readMatroskaFonts(input.sparse) : [] };
}

const isNumbered =
  (index: number) =>
  (track: Media['tracks'][number]): track is SubtitleTrack =>
    track.kind === 'subtitle' && track.index === index;

async function readFile(file: Extract<BurntText, { kind: 'file' }>, context: Reading): Promise<string> {
  const bytes = await readSidecar(file, context);
  const { media } = context.probed;
  return (await scriptOf(bytes, file.format)) ?? written((await parseText(bytes, file.format)).cues, media);
}

function written(cues: Parameters<typeof writeScript>[0], media: Media): string {
  return writeScript(cues, sizeOf(media), FONT_FAMILY);
}

/** The size of the upright video, whatever that of an output is. */
function sizeOf(media: Media): ScriptSize {
  const { video } = selectTracks(media, NO_PARAMETERS);
  return { width: video?.displayWidth ?? 1280, height: video?.displayHeight ?? 720 };
}
