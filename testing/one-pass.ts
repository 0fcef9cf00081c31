import { expect } from 'chai';
import { everything, openContext, ownFfmpeg, videoRendition, withArguments } from './encoded.ts';
import { decodedFrames, losslessly, onePass } from './grid-frames.ts';

export type OnePassFilm = {
  readonly path: string;
  /** Duration at 25 frames a second. */
  readonly seconds: number;
  /** Seconds of the segments in turn; the last one applies to the rest. */
  readonly lengths: readonly number[];
  /** Another one than the function's own. */
  readonly ffmpegPath?: string;
  /** Path for the decoded segments. */
  readonly scratch: string;
};

/** Compares each segment of a film, encoded by an ffmpeg of its own, with the frames of one pass of the same ffmpeg. */
export async function expectAsInOnePass({
  path,
  seconds,
  lengths,
  scratch,
  ...own
}: OnePassFilm): Promise<void> {
  const ffmpegPath = own.ffmpegPath ?? (await ownFfmpeg());
  const context = await openContext(path, { ffmpegPath });
  const shape = { height: 90, frameRate: { numerator: 25, denominator: 1 }, seconds, lengths };
  const rendition = videoRendition(context, shape);
  const parts = await everything(rendition, withArguments(context, losslessly));
  const { hashes, complaints } = await decodedFrames(parts, scratch);
  expect(complaints).to.equal('');
  const wanted = await onePass(path, rendition, context, seconds * 25, { ffmpegPath });
  const differing = hashes.flatMap((hash, i) => (hash === wanted[i] ? [] : [i]));
  expect(differing, 'frames that differ').to.deep.equal([]);
  expect(hashes).to.have.length(seconds * 25);
  // A few at the end are copies of the last one, if the frames end before.
  expect(new Set(hashes).size).to.be.at.least(seconds * 25 - 6);
}
