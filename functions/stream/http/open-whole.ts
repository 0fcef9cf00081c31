import type { Readable } from 'node:stream';
import type { Representation } from './representation.ts';

/** Opens all bytes of an output. */
export function openWhole(output: Representation): Promise<Readable> {
  return output.kind === 'file' ? output.open({ start: 0, end: output.sizeBytes }) : output.open();
}
