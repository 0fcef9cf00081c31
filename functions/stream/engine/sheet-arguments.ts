import type { Storyboard } from '../plan/storyboard-plan.ts';
import type { FfmpegArguments } from './arguments.ts';
import { imageEncoder, imageFilters, imageGraph } from './image-coding.ts';
import { inputArguments } from './input-arguments.ts';
import { uprightFilters, type VideoEncode } from './video-filters.ts';

export type SheetInput =
  /** The film's own keyframes. */
  | 'keyframes'
  /** Tiles as images, upright and in their size. */
  | 'tiles';

const CODING = { format: 'jpeg', quality: 85 } as const;

/**
 * Returns ffmpeg's arguments for a sheet of tiles, from a movie that has one for each second. A tile that
 * cannot be decoded is a copy of the one before it; copies of the last one fill the sheet.
 */
export function sheetArguments(
  { video, columns, rows }: Storyboard,
  input: SheetInput,
  limits: { readonly maxPixels: number },
): FfmpegArguments {
  const filters = [
    ...(input === 'keyframes' ? [...oneField(video), ...uprightFilters(video)] : []),
    // A decoder may shorten the last frame to less than its second.
    'fps=fps=1:start_time=0:eof_action=pass',
    'tpad=stop=-1:stop_mode=clone',
    `tile=${columns}x${rows}`,
    ...(input === 'keyframes' ? imageFilters('jpeg', video.colour, video) : ['format=yuvj420p']),
  ];
  return {
    input: [...inputArguments(limits), '-copyts'],
    output: imageGraph('v:0', filters, imageEncoder(CODING)),
  };
}

/** The next frame is too far away for a filter that weaves fields. */
function oneField({ deinterlace, coded }: VideoEncode): string[] {
  return deinterlace ? ['field=top', `scale=${coded.width}:${coded.height}`] : [];
}
