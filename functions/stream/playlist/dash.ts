import { escapeMarkup } from '../base/escape-markup.ts';
import type { Clip, Presentation, Rendition, VideoRendition } from '../plan/presentation.ts';
import { audioGroups } from './audio-groups.ts';
import { type Companions, NO_COMPANIONS } from './companions.ts';
import { listedSegments } from './dash-list.ts';
import { type DashProtection, PROTECTION_NAMESPACES, protectionElements } from './dash-protection.ts';
import { type SwitchingSet, switchingSets } from './dash-sets.ts';
import { segmentTemplate } from './dash-template.ts';
import { textSet } from './dash-text.ts';
import { longestSeconds } from './longest.ts';
import { type Named, named } from './names.ts';
import { thumbnailSet } from './storyboard.ts';
import { namedTexts } from './text-names.ts';
import { element } from './xml.ts';

/**
 * Writes the static manifest (ISO/IEC 23009-1): the same segments as HLS, by number and timeline. The init
 * segments' edit lists already set their times, so that no offset is declared but that of a clip.
 */
export function dashManifest(
  presentation: Presentation,
  version: string,
  { thumbnails, texts }: Companions = NO_COMPANIONS,
  protection: DashProtection | null = null,
): string {
  const { video, audio, durationSeconds, clip } = presentation;
  const naming = { version, clip, protection: protectionElements(protection) };
  const sets = switchingSets(video);
  const period = element('Period', { id: '0', start: 'PT0S' }, [
    ...sets.map((set, i) => videoSet(set, i, naming)),
    // As in HLS, what some clients take in place of AAC has its name: video.js lists both as one track, and takes the first.
    ...audioGroups(audio)
      .flatMap(({ renditions }) => named(renditions))
      .map((rendition, i) =>
        audioSet(rendition, sets.length + i, { ...naming, mainTrack: mainTrackOf(audio) }),
      ),
    ...namedTexts(texts).map((text, i) => textSet(text, sets.length + audio.length + i, clip)),
    ...(thumbnails ? [thumbnailSet(thumbnails, sets.length + audio.length + texts.length)] : []),
  ]);
  const attributes = {
    xmlns: 'urn:mpeg:dash:schema:mpd:2011',
    ...(protection === null ? {} : PROTECTION_NAMESPACES),
    // Templates make the live profile; lists are in the full one alone.
    profiles: `urn:mpeg:dash:profile:${clip === undefined ? 'isoff-live' : 'full'}:2011`,
    type: 'static',
    mediaPresentationDuration: `PT${durationSeconds.toFixed(6)}S`,
    maxSegmentDuration: `PT${Math.ceil(longestSeconds(presentation))}S`,
    minBufferTime: 'PT2S',
  };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('MPD', attributes, [period])}\n`;
}

function videoSet({ renditions, isAligned }: SwitchingSet, id: number, naming: Naming): string {
  const [first] = renditions;
  const { common, own } = placedSegments(renditions, naming);
  const most = (of: (rendition: VideoRendition) => number) => Math.max(...renditions.map(of));
  const attributes = {
    id,
    contentType: 'video',
    mimeType: 'video/mp4',
    par: ratio(first.width, first.height),
    maxWidth: most(({ width }) => width),
    maxHeight: most(({ height }) => height),
    segmentAlignment: isAligned,
    startWithSAP: 1,
    // If there is a choice, players take the set with more to adapt between.
    selectionPriority: renditions.length,
  };
  return element('AdaptationSet', attributes, [
    ...naming.protection,
    ...transferOf(renditions.at(-1) ?? first),
    ...common,
    ...renditions.map((rendition, i) => {
      const { width, height, frameRate } = rendition;
      return representation(
        rendition,
        {
          width,
          height,
          frameRate: frameRate && `${frameRate.numerator}/${frameRate.denominator}`,
          sar: '1:1',
        },
        own[i] ?? [],
      );
    }),
  ]);
}

/** How segments are named: with the version, and one by one in a clip. */
type Naming = {
  readonly version: string;
  readonly clip: Clip | undefined;
  /** What each set says of its encryption. */
  readonly protection: readonly string[];
};

/**
 * Places the template of each rendition: once in front if all have the same one, otherwise within each. Never
 * at both levels, of which the inner one counts (ISO/IEC 23009-1 §5.3.9.1): some players add the two
 * timelines up. Lists are within each: ffmpeg looks nowhere else.
 */
function placedSegments(
  renditions: readonly Rendition[],
  { version, clip }: Naming,
): { readonly common: readonly string[]; readonly own: readonly (readonly string[])[] } {
  if (clip !== undefined) {
    return { common: [], own: renditions.map((rendition) => listedSegments(rendition, clip, version)) };
  }
  // Encoded renditions share their segments, thousands in a long film.
  const known = new Map(renditions.map((each) => [each.segments, segmentTemplate(each, version)]));
  const templates = renditions.map(({ segments }) => known.get(segments) ?? '');
  const [first = ''] = templates;
  if (templates.every((template) => template === first)) return { common: [first], own: [] };
  return { common: [], own: templates.map((template) => [template]) };
}

/** Declares the ISO/IEC 23001-8 transfer characteristics of high dynamic range. */
function transferOf({ dynamicRange }: VideoRendition): string[] {
  const value = { sdr: null, pq: 16, hlg: 18 }[dynamicRange];
  const schemeIdUri = 'urn:mpeg:mpegB:cicp:TransferCharacteristics';
  return value === null ? [] : [element('SupplementalProperty', { schemeIdUri, value })];
}

/** Which audio track is heard by those who choose none. */
function mainTrackOf(audio: Presentation['audio']): number | null {
  return audio.find(({ isDefault }) => isDefault)?.number ?? null;
}

function audioSet(
  { rendition, name, language }: Named,
  id: number,
  { mainTrack, ...naming }: Naming & { readonly mainTrack: number | null },
): string {
  const { channels, form, number, purpose } = rendition;
  const isMain = number === mainTrack;
  const attributes = {
    id,
    contentType: 'audio',
    mimeType: 'audio/mp4',
    lang: language,
    segmentAlignment: true,
    startWithSAP: 1,
    // Without it, dash.js takes the set with the most bits.
    selectionPriority: form === 'usual' ? (isMain ? 3 : 2) : 1,
  };
  const { common, own } = placedSegments([rendition], naming);
  const configuration = CHANNEL_CONFIGURATIONS[channels] ?? null;
  return element('AdaptationSet', attributes, [
    ...naming.protection,
    `<Label>${escapeMarkup(name)}</Label>`,
    ...(purpose === 'description' ? [element('Accessibility', FOR_THE_BLIND)] : []),
    element('Role', {
      schemeIdUri: 'urn:mpeg:dash:role:2011',
      value: purpose === 'main' ? (isMain ? 'main' : 'alternate') : purpose,
    }),
    ...common,
    representation(rendition, {}, [
      ...(configuration === null
        ? []
        : [
            element('AudioChannelConfiguration', {
              schemeIdUri: 'urn:mpeg:mpegB:cicp:ChannelConfiguration',
              value: configuration,
            }),
          ]),
      ...own.flat(),
    ]),
  ]);
}

/** ETSI TS 103 285 table 4: audio description. */
const FOR_THE_BLIND = { schemeIdUri: 'urn:tva:metadata:cs:AudioPurposeCS:2007', value: '1' };

/** ISO/IEC 23001-8 §8.1, by the number of channels in AAC's usual order. */
const CHANNEL_CONFIGURATIONS: Readonly<Record<number, number>> = {
  1: 1,
  2: 2,
  3: 3,
  4: 4,
  5: 5,
  6: 6,
  7: 11,
  8: 12,
};

function representation(
  { id, codecs, peakBitrate }: Rendition,
  attributes: Readonly<Record<string, string | number | null>>,
  children: readonly string[],
): string {
  return element('Representation', { id, codecs, bandwidth: peakBitrate, ...attributes }, children);
}

/** Returns width to height in whole numbers, as small as half a percent allows: 16:9 for 854x480. */
function ratio(width: number, height: number): string {
  for (let denominator = 1; denominator <= 100; denominator++) {
    const numerator = Math.round((width / height) * denominator);
    if (numerator > 0 && Math.abs(numerator / denominator / (width / height) - 1) < 0.005) {
      return `${numerator}:${denominator}`;
    }
  }
  return `${width}:${height}`;
}
