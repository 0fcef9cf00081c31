import type { VideoTrack } from '../media/model/media.ts';
import { planColour } from './colour.ts';
import { frameGrid } from './frame-grid.ts';
import type { VideoOutput } from './output.ts';

/** Video that is encoded. */
export type VideoEncode = Extract<VideoOutput, { kind: 'encode' }>;

/** Plans the track's video upright, progressive, in standard dynamic range, scaled by `scale` to even sizes. */
export function planVideoEncode(
  video: VideoTrack,
  scale: number,
  codec: VideoEncode['codec'],
): Omit<VideoEncode, 'maxBitrate'> {
  return {
    kind: 'encode',
    stream: video.stream,
    codec,
    coded: { width: video.codedWidth, height: video.codedHeight },
    crop: video.crop,
    width: even(video.displayWidth, scale),
    height: even(video.displayHeight, scale),
    rotation: video.rotation,
    mirrored: video.mirrored,
    // Codecs whose headers are not read here may be interlaced; the filter leaves progressive frames alone. It takes
    // no frame of less than three lines or columns.
    deinterlace:
      (video.interlaced || video.codec === 'other') && Math.min(video.codedWidth, video.codedHeight) >= 3,
    toneMap: video.dynamicRange === 'pq' || video.dynamicRange === 'hlg' ? video.dynamicRange : null,
    colour: planColour(video, codec),
    frameRate: frameGrid(video.frameRate),
  };
}

/** The nearest even number that is not larger: H.264 in 4:2:0 has no odd sizes. */
function even(pixels: number, scale: number): number {
  return Math.max(2, 2 * Math.min(Math.round((pixels * scale) / 2), Math.floor(pixels / 2)));
}

/** Below it, video of any size falls apart. */
export const LEAST_BITRATE = 150_000;

type Sized = Pick<VideoEncode, 'width' | 'height'>;

/** Bits per second of video of this size: 800 kbit/s at 640x360, half as much again for fast motion. */
export function usualBitrate({ width, height, frameRate }: Sized & Pick<VideoEncode, 'frameRate'>): number {
  const motion = frameRate.numerator / frameRate.denominator > 32 ? 1.5 : 1;
  const bitrate = scaledBitrate(800_000 * motion, { width: 640, height: 360 }, { width, height });
  return Math.max(LEAST_BITRATE, Math.round(bitrate));
}

/** The bitrate of the same quality at another size: it rises with the pixels to the power of 0.9. */
export function scaledBitrate(bitrate: number, from: Sized, to: Sized): number {
  return bitrate * ((to.width * to.height) / (from.width * from.height)) ** 0.9;
}
