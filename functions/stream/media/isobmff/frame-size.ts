import { validCrop } from '../model/frame.ts';
import type { Crop, VideoTrack } from '../model/media.ts';
import type { MovieTrack } from './movie.ts';
import type { Aperture, SampleEntry, VideoEntry } from './sample-entry.ts';
import { sequenceSet } from './sequence-set.ts';

export type FrameSize = Pick<
  VideoTrack,
  'codedWidth' | 'codedHeight' | 'crop' | 'displayWidth' | 'displayHeight' | 'rotation' | 'mirrored'
>;

/** Returns sizes of the decoded frame and for a viewer: the stream wins if the header contradicts it. */
export function frameSize(
  entry: SampleEntry,
  video: VideoEntry,
  header: Pick<MovieTrack, 'matrix' | 'width' | 'height'>,
): FrameSize {
  const sps = sequenceSet(entry);
  const codedWidth = sps?.width ?? video.codedWidth;
  const codedHeight = sps?.height ?? video.codedHeight;
  const crop = video.aperture && cropOf(video.aperture, codedWidth, codedHeight);
  const { width, height } = crop ?? { width: codedWidth, height: codedHeight };
  const [across, down] = video.pixelAspect ??
    // The header may mean the whole frames, or their shown part.
    headerAspect({ codedWidth: width, codedHeight: height }, header, video) ??
    sps?.vui?.pixelAspect ?? [1, 1];
  // A shape beyond this is a damaged header.
  const isShape = across / down < 20 && down / across < 20;
  const squareWidth = isShape ? Math.max(1, Math.round((width * across) / down)) : width;
  const rotation = rotationOf(header.matrix);
  const isTurned = rotation === 90 || rotation === 270;
  return {
    codedWidth,
    codedHeight,
    crop,
    displayWidth: isTurned ? height : squareWidth,
    displayHeight: isTurned ? squareWidth : height,
    rotation,
    mirrored: isMirrored(header.matrix),
  };
}

/**
 * Returns the pixel aspect ratio in `tkhd`: a matrix that stretches, or a size of another shape than the
 * frame's. As in ffmpeg (and so Chromium), `pasp` beats this, and this beats the stream.
 */
function headerAspect(
  { codedWidth, codedHeight }: Pick<VideoEntry, 'codedWidth' | 'codedHeight'>,
  { matrix, width, height }: Pick<MovieTrack, 'matrix' | 'width' | 'height'>,
  frame: Pick<VideoEntry, 'codedWidth' | 'codedHeight'>,
): readonly [number, number] | null {
  const [a, b, c, d] = linearPart(matrix);
  const [stretchAcross, stretchDown] = [Math.hypot(a, c), Math.hypot(b, d)];
  if (stretchAcross > 0 && stretchDown > 0 && Math.abs(stretchAcross / stretchDown - 1) > 0.01) {
    return [stretchAcross, stretchDown];
  }
  if (width <= 0 || height <= 0 || codedWidth === 0 || codedHeight === 0) return null;
  if (width * frame.codedHeight === height * frame.codedWidth) return null;
  return width * codedHeight === height * codedWidth ? null : [width * codedHeight, height * codedWidth];
}

/** Rounds to whole pixels. An aperture that reaches beyond the frame is damaged. */
function cropOf(
  { width, height, right, down }: Aperture,
  frameWidth: number,
  frameHeight: number,
): Crop | null {
  const left = Math.round((frameWidth - width) / 2 + right);
  const top = Math.round((frameHeight - height) / 2 + down);
  const [rightSide, bottom] = [frameWidth - left - Math.round(width), frameHeight - top - Math.round(height)];
  return validCrop({ left, right: rightSide, top, bottom }, frameWidth, frameHeight);
}

function linearPart(matrix: Buffer): [number, number, number, number] {
  const value = (i: number) => matrix.readInt32BE(i * 4) / 65_536;
  return [value(0), value(1), value(3), value(4)];
}

function isMirrored(matrix: Buffer): boolean {
  const [a, b, c, d] = linearPart(matrix);
  return a * d - b * c < 0;
}

/**
 * Returns the clockwise rotation after mirroring left and right, by the second row, which mirroring leaves
 * alone.
 */
function rotationOf(matrix: Buffer): 0 | 90 | 180 | 270 {
  const [, , c, d] = linearPart(matrix);
  const quarter = Math.round((Math.atan2(-c, d) * 2) / Math.PI + 4) % 4;
  return ([0, 90, 180, 270] as const)[quarter] ?? 0;
}
