/** How a subtitle track's blocks or samples hold their text. */
export type TextCoding = 'srt' | 'ass' | 'webvtt' | 'webvtt-block' | 'tx3g' | 'wvtt' | 'stpp';

type SubtitleCodec = { readonly coding: TextCoding } | { readonly whyNot: string };

const IMAGES = 'its subtitles are images, and only text can be shown by players';

/** Subtitle codecs by the container's own name: how they hold text, or why they are not shown. */
const SUBTITLE_CODECS: Readonly<Record<string, SubtitleCodec>> = {
  'S_TEXT/UTF8': { coding: 'srt' },
  'S_TEXT/ASCII': { coding: 'srt' },
  'S_TEXT/ASS': { coding: 'ass' },
  'S_TEXT/SSA': { coding: 'ass' },
  S_ASS: { coding: 'ass' },
  S_SSA: { coding: 'ass' },
  'S_TEXT/WEBVTT': { coding: 'webvtt' },
  // WebM's first form, which ffmpeg still writes: identifier and settings stand before the text.
  'D_WEBVTT/SUBTITLES': { coding: 'webvtt-block' },
  'D_WEBVTT/CAPTIONS': { coding: 'webvtt-block' },
  tx3g: { coding: 'tx3g' },
  text: { coding: 'tx3g' },
  wvtt: { coding: 'wvtt' },
  stpp: { coding: 'stpp' },
  'S_HDMV/PGS': { whyNot: IMAGES },
  S_VOBSUB: { whyNot: IMAGES },
  S_DVBSUB: { whyNot: IMAGES },
  mp4s: { whyNot: IMAGES },
  c608: { whyNot: 'its captions (CEA-608) are not converted' },
  c708: { whyNot: 'its captions (CEA-708) are not converted' },
};

export function subtitleCodec(name: string): SubtitleCodec {
  return SUBTITLE_CODECS[name] ?? { whyNot: `the subtitle codec ${name} is not read` };
}
