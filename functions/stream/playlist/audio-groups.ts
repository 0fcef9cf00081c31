import type { AudioForm, AudioRendition, VideoRendition } from '../plan/presentation.ts';

/** The audio renditions that a variant of HLS goes with, among which a player switches with one decoder. */
export type AudioGroup = { readonly id: string; readonly renditions: readonly AudioRendition[] };

/**
 * Stereo and AAC with more channels are of one group: of two groups that differ in nothing but their channels, hls.js and
 * video.js would take one or the other as the bandwidth changes. A codec that not all clients take must have its own,
 * since clients leave variants out by their codecs.
 */
const GROUPS: Readonly<Record<AudioForm, string>> = {
  usual: 'audio',
  surround: 'audio',
  ac3: 'ac3',
  eac3: 'eac3',
};

/** Groups renditions; what all clients play comes first, and there is always one group. */
export function audioGroups(audio: readonly AudioRendition[]): readonly [AudioGroup, ...AudioGroup[]] {
  const { usual } = GROUPS;
  const of = (id: string) => ({ id, renditions: audio.filter(({ form }) => GROUPS[form] === id) });
  const others = new Set(audio.map(({ form }) => GROUPS[form]).filter((id) => id !== usual));
  return [of(usual), ...[...others].map(of)];
}

/** Lines of a screen beside loudspeakers. */
const LARGE_LINES = 720;

/**
 * Returns the video that a group is listed with. With what only some clients take, no small video is: mpv and ffmpeg read
 * the beginning of every variant before they play.
 */
export function variantsWith(
  { id }: AudioGroup,
  video: readonly VideoRendition[],
): readonly VideoRendition[] {
  if (id === GROUPS.usual) return video;
  const best = Math.max(...video.map(({ height }) => height));
  return video.filter(({ height }) => height >= Math.min(LARGE_LINES, best));
}
