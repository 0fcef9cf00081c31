import type { VideoTrack } from '../media/model/media.ts';
import { h264Level, highProfileCodecs } from './h264-level.ts';
import type { Offered } from './offer.ts';
import type { PresentationInput } from './plan-presentation.ts';
import type { VideoRendition } from './presentation.ts';
import { LEAST_BITRATE, planVideoEncode } from './video-encode.ts';

/** Of a longer segment a part is not encoded in the time that a viewer waits. */
const MAX_PART_SECONDS = 10;

/** Plans how parts of a copied film are encoded, where they can be like it: same size, same colours, same sample entry. */
export function withParts(
  copy: VideoRendition,
  { track }: Offered<VideoTrack>,
  { joinable, limits, isDecoded }: PresentationInput & { readonly isDecoded: boolean },
): VideoRendition {
  const { source, segments, timescale, height, peakBitrate, codecs } = copy;
  const isShort = segments.every(({ durationTicks }) => durationTicks <= MAX_PART_SECONDS * timescale);
  const isPlain = isShownAsCoded(track) && joinable.has(track.index);
  if (source.kind !== 'copy' || !isDecoded || !isShort || !isPlain || height > limits.maxOutputHeight)
    return copy;
  const maxBitrate = Math.min(limits.maxOutputBitrate, Math.max(LEAST_BITRATE, peakBitrate));
  const video = { ...planVideoEncode(track, 1, 'h264'), maxBitrate };
  const level = h264Level(video);
  const own = Number.parseInt(codecs.slice(-2), 16);
  return {
    ...copy,
    source: { ...source, parts: { video, level, codecs: highProfileCodecs(Math.max(level, own)) } },
  };
}

/** Encoded video has square pixels of 8 bits and even sizes. What is turned, cropped or interlaced is not copied at all. */
function isShownAsCoded(track: VideoTrack): boolean {
  const { codec, bitDepth, chroma, codedWidth, codedHeight, displayWidth, displayHeight } = track;
  return (
    codec === 'h264' &&
    bitDepth === 8 &&
    chroma === '4:2:0' &&
    displayWidth === codedWidth &&
    displayHeight === codedHeight &&
    displayWidth % 2 === 0 &&
    displayHeight % 2 === 0
  );
}
