import type { Size } from '../media/model/size.ts';
import type { ColourPlan } from '../plan/colour.ts';
import type { ImageCoding } from '../plan/image-plan.ts';
import type { ImageFormat } from '../route/image-parameters.ts';
import { matrixNames } from './colour-arguments.ts';
import { SCALER } from './video-filters.ts';

/**
 * Returns filters from upright frames of limited range to the samples that browsers expect in an image: of
 * BT.601 in JPEG (full range) and WebP (limited), and RGB as sRGB names it in PNG, without the gamma that
 * would make them brighter.
 */
export function imageFilters(format: ImageFormat, { encoded }: ColourPlan, size: Size): string[] {
  const { scaler, zscale } = matrixNames(encoded.matrix);
  switch (format) {
    case 'jpeg':
      return [
        LIMITED,
        `zscale=min=${zscale}:pin=709:tin=709:rin=limited:m=470bg:p=709:t=709:r=full`,
        // With fewer colour samples than pixels, the filter takes no odd sizes.
        size.width % 2 === 0 && size.height % 2 === 0 ? 'format=yuvj420p' : 'format=yuvj444p',
      ];
    case 'webp':
      return [
        LIMITED,
        `scale=in_color_matrix=${scaler}:in_range=tv:out_color_matrix=bt601:out_range=tv:${SCALER}`,
        'format=yuva420p|yuv420p',
      ];
    case 'png':
      return [
        LIMITED,
        `scale=in_color_matrix=${scaler}:in_range=tv:${SCALER}+full_chroma_int`,
        'format=rgba|rgb24',
        SRGB,
      ];
    default:
      return format satisfies never;
  }
}

/** Others are written into a PNG, whose colours browsers would then convert. */
const SRGB = 'setparams=color_primaries=bt709:color_trc=iec61966-2-1';

/** Formats of limited range: without them, ffmpeg might choose one of full range or RGB for the way up to here. */
const LIMITED = 'format=yuv420p|yuva420p|yuv444p|yuva444p';

/** Returns the same for cover art, whose samples are those of an image already. */
export function coverFilters(format: ImageFormat): string[] {
  switch (format) {
    case 'jpeg':
      return ['scale=out_color_matrix=bt601:out_range=pc', 'format=yuvj420p'];
    case 'webp':
      return ['scale=out_color_matrix=bt601:out_range=tv', 'format=yuva420p|yuv420p'];
    case 'png':
      return ['format=rgba|rgb24', SRGB];
    default:
      return format satisfies never;
  }
}

/**
 * Returns the arguments that lead the frames of a stream (`v:0`, or ffmpeg's name of a track) through filters to an
 * encoder, and nothing else of the file.
 */
export function imageGraph(stream: string, filters: readonly string[], encoder: readonly string[]): string[] {
  const graph = ['-filter_complex', `[0:${stream}]${filters.join(',')}[image]`, '-map', '[image]'];
  return [...graph, '-an', '-sn', '-dn', '-vsync', 'passthrough', ...encoder];
}

/** Without metadata, and the same bytes each time. */
const BARE = ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags', '+bitexact', '-threads', '1'];

/** Returns the encoder of one image, and the muxer that writes nothing around it. */
export function imageEncoder({ format, quality }: ImageCoding): string[] {
  return ['-frames:v', '1', ...BARE, ...encoderOf(format, quality), '-f', 'image2pipe'];
}

/** Returns the encoder of a moving WebP, which is repeated for ever. */
export function motionEncoder({ quality }: ImageCoding): string[] {
  return [...BARE, '-c:v', 'libwebp_anim', '-loop', '0', '-quality', String(quality), '-f', 'webp'];
}

function encoderOf(format: ImageFormat, quality: number): string[] {
  switch (format) {
    case 'jpeg':
      return ['-c:v', 'mjpeg', '-q:v', String(jpegScale(quality))];
    case 'webp':
      return ['-c:v', 'libwebp', '-quality', String(quality)];
    case 'png':
      return ['-c:v', 'png'];
    default:
      return format satisfies never;
  }
}

/** Returns the quantiser of ffmpeg's JPEG, from 2 (quality 100) to 31: 3 for 90, 4 for 85, 6 for 75. */
function jpegScale(quality: number): number {
  return Math.round(2 + 29 * ((100 - quality) / 100) ** 1.5);
}
