import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { decode } from '../../testing/verify.ts';
import { StepFault, type Visit } from './client.ts';

/** That a downloaded file is the original, or decodes without a word and is as long as it should be. */
export async function expectWhole({ seconds, original }: Visit, file: string): Promise<void> {
  if (original !== null) {
    const [expected, found] = await Promise.all([readFile(original), readFile(file)]);
    if (expected.equals(found)) return;
    throw new StepFault('end', `${found.length} bytes are not the ${expected.length} of the film`);
  }
  const decoded = await decode(file);
  if (decoded.complaints !== '') throw new StepFault('end', decoded.complaints.slice(0, 300));
  if (Math.abs(decoded.seconds - seconds) > 0.1) {
    throw new StepFault('end', `${decoded.seconds} s instead of ${seconds}`);
  }
}

/** That `rest` is what a file holds from that byte on. */
export async function expectSame(file: string, from: number, rest: string): Promise<void> {
  const [{ size }, expected, found] = [
    await stat(rest),
    await buffer(createReadStream(file, { start: from })),
    await buffer(createReadStream(rest)),
  ];
  if (!expected.equals(found)) {
    throw new StepFault('seek', `${size} bytes from ${from} on are not the ${expected.length} of the file`);
  }
}
