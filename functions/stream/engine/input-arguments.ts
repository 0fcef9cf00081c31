import { confinedInput } from '../sandbox/input-formats.ts';

/** Returns the arguments with which ffmpeg reads every input. */
export function inputArguments(limits: { readonly maxPixels: number }): string[] {
  return [
    '-nostdin',
    '-hide_banner',
    ...['-loglevel', 'warning'],
    ...confinedInput(limits),
    '-noautorotate',
    // A film whose size changes goes through one graph: a second one would restart its grid.
    ...['-reinit_filter:v', '0'],
  ];
}
