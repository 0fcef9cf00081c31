import type { AudioRendition, Presentation, VideoRendition } from '../plan/presentation.ts';
import type { TextTrack } from '../plan/text-tracks.ts';
import { trickPlayRendition } from '../plan/trick-play.ts';
import { clipQuery } from './addresses.ts';
import { type AudioGroup, audioGroups, variantsWith } from './audio-groups.ts';
import { chaptersLine } from './chapters.ts';
import { type Companions, NO_COMPANIONS } from './companions.ts';
import { text, VERSION } from './m3u8.ts';
import { named } from './names.ts';
import { thumbnailVariants } from './storyboard.ts';
import { type NamedText, namedTexts } from './text-names.ts';

/**
 * Writes the multivariant playlist (RFC 8216 §4.3.4). hls-parser is not used for writing, since it takes ten
 * times the CPU for a long media playlist and escapes nothing; the tests read every playlist with it.
 */
export function hlsMaster(
  { video, audio, clip }: Presentation,
  { thumbnails, texts, hasChapters }: Companions = NO_COMPANIONS,
): string {
  const query = clipQuery(clip);
  const groups = audioGroups(audio);
  const lines = [
    '#EXTM3U',
    VERSION,
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...(hasChapters ? [chaptersLine(query)] : []),
    ...groups.flatMap((group) => media(group, query)),
    ...namedTexts(texts).map((named) => subtitles(named, query)),
  ];
  const commons = groups.map((group) => ({ group, texts, query }));
  if (video.length === 0) return text([...lines, ...commons.flatMap(audioVariant)]);
  // No variant is audio alone beside video: VLC 3 takes it, in each form, for the lowest of one set and
  // begins there without video (findings/vlc-begins-with-audio-alone.sh).
  const trickPlay = trickPlayRendition(video);
  return text([
    ...lines,
    ...commons.flatMap((common) =>
      variantsWith(common.group, video).flatMap((rendition) => filmVariant(rendition, common)),
    ),
    ...(trickPlay ? [iFrameVariant(trickPlay, query)] : []),
    ...(thumbnails ? thumbnailVariants(thumbnails) : []),
  ]);
}

/** What variants go with, and what follows the address of each playlist. */
type Common = {
  readonly group: AudioGroup;
  readonly texts: readonly TextTrack[];
  readonly query: string;
};

function media({ id, renditions }: AudioGroup, query: string): string[] {
  const known = new Set<string>();
  return named(renditions).map(({ rendition, name, language }) => {
    const { purpose, isDefault } = rendition;
    // Players choose among these by themselves and cannot tell two of one language apart. Audio description
    // is only for viewers who ask for it.
    const kind = `${purpose} ${language}`;
    const isChosen = isDefault || (purpose !== 'commentary' && !known.has(kind));
    known.add(kind);
    const attributes = [
      'TYPE=AUDIO',
      `GROUP-ID="${id}"`,
      `NAME="${quotable(name)}"`,
      ...(language === null ? [] : [`LANGUAGE="${language}"`]),
      `DEFAULT=${isDefault ? 'YES' : 'NO'}`,
      `AUTOSELECT=${isChosen ? 'YES' : 'NO'}`,
      ...(purpose === 'description' ? ['CHARACTERISTICS="public.accessibility.describes-video"'] : []),
      `CHANNELS="${rendition.channels}"`,
      `URI="${playlistOf(rendition)}${query}"`,
    ];
    return `#EXT-X-MEDIA:${attributes.join(',')}`;
  });
}

/** Some parsers also take the other quotation mark for an end. */
function quotable(name: string): string {
  return name.replace(/["'\r\n]/g, '\u2019');
}

const TEXT_GROUP = 'subtitles';

function subtitlesOf(texts: readonly TextTrack[]): readonly string[] {
  return texts.length === 0 ? [] : [`SUBTITLES="${TEXT_GROUP}"`];
}

/** Forced subtitles are chosen by players themselves, by the language of the audio (§4.3.4.1). */
function subtitles({ track, name, language }: NamedText, query: string): string {
  const { isDefault, isForced, isForHearingImpaired } = track;
  const attributes = [
    'TYPE=SUBTITLES',
    `GROUP-ID="${TEXT_GROUP}"`,
    `NAME="${quotable(name)}"`,
    ...(language === null ? [] : [`LANGUAGE="${language}"`]),
    `DEFAULT=${isDefault ? 'YES' : 'NO'}`,
    'AUTOSELECT=YES',
    `FORCED=${isForced ? 'YES' : 'NO'}`,
    ...(isForHearingImpaired ? [`CHARACTERISTICS="${FOR_HEARING_IMPAIRED}"`] : []),
    `URI="${playlistOf(track)}${query}"`,
  ];
  return `#EXT-X-MEDIA:${attributes.join(',')}`;
}

const FOR_HEARING_IMPAIRED =
  'public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound';

const playlistOf = ({ id }: { readonly id: string }) => `${id}/index.m3u8`;

function filmVariant(video: VideoRendition, { group, texts, query }: Common): string[] {
  const audio = group.renditions;
  const { width, height, frameRate, codecs, dynamicRange } = video;
  const most = (bits: (rendition: AudioRendition) => number) => Math.max(0, ...audio.map(bits));
  const attributes = [
    // The audio rendition with the highest bitrate counts, whichever is chosen (§4.3.4.2).
    `BANDWIDTH=${video.peakBitrate + most(({ peakBitrate }) => peakBitrate)}`,
    `AVERAGE-BANDWIDTH=${video.averageBitrate + most(({ averageBitrate }) => averageBitrate)}`,
    `CODECS="${[codecs, ...codecsOf(audio)].join(',')}"`,
    `RESOLUTION=${width}x${height}`,
    ...(frameRate === null ? [] : [`FRAME-RATE=${(frameRate.numerator / frameRate.denominator).toFixed(3)}`]),
    ...(dynamicRange === 'sdr' ? [] : [`VIDEO-RANGE=${dynamicRange.toUpperCase()}`]),
    ...(audio.length === 0 ? [] : [`AUDIO="${group.id}"`]),
    ...subtitlesOf(texts),
    NO_CAPTIONS,
  ];
  return [`#EXT-X-STREAM-INF:${attributes.join(',')}`, playlistOf(video) + query];
}

/** Tells players not to look for captions within the video (§4.3.4.2); all variants say it or none. */
const NO_CAPTIONS = 'CLOSED-CAPTIONS=NONE';

/** Writes the variant of an audio-only file: the default rendition of its own group. */
function audioVariant({ group, texts, query }: Common): string[] {
  const audio = group.renditions;
  const first = audio.find(({ isDefault }) => isDefault) ?? audio[0];
  if (first === undefined) return [];
  const attributes = [
    `BANDWIDTH=${Math.max(...audio.map(({ peakBitrate }) => peakBitrate))}`,
    `AVERAGE-BANDWIDTH=${Math.max(...audio.map(({ averageBitrate }) => averageBitrate))}`,
    `CODECS="${codecsOf(audio).join(',')}"`,
    `AUDIO="${group.id}"`,
    ...subtitlesOf(texts),
    NO_CAPTIONS,
  ];
  return [`#EXT-X-STREAM-INF:${attributes.join(',')}`, playlistOf(first) + query];
}

function codecsOf(audio: readonly AudioRendition[]): readonly string[] {
  return [...new Set(audio.map(({ codecs }) => codecs))];
}

function iFrameVariant({ id, iFrames, codecs, width, height }: VideoRendition, query: string): string {
  const attributes = [
    `BANDWIDTH=${iFrames.peakBitrate}`,
    `AVERAGE-BANDWIDTH=${iFrames.averageBitrate}`,
    `CODECS="${codecs}"`,
    `RESOLUTION=${width}x${height}`,
    `URI="${id}/iframes.m3u8${query}"`,
  ];
  return `#EXT-X-I-FRAME-STREAM-INF:${attributes.join(',')}`;
}
