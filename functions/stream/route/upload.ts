import { isMediaKey } from '../base/content-type.ts';
import { Problem } from '../base/problem.ts';

/** What one upload may be. */
export type UploadBounds = {
  /** What its key begins with, with a slash at its end. */
  readonly prefix: string;
  readonly mostBytes: number;
};

/**
 * Returns the bounds of an upload. Throws `uploads-off` without any, `bad-address` for a key outside the prefix, with
 * a hidden part or without the extension of media.
 */
export function checkUpload(key: string, bounds: UploadBounds | null): UploadBounds {
  if (bounds === null) throw new Problem('uploads-off', 'Nothing can be added here (setting UPLOADS).');
  const { prefix } = bounds;
  if (!key.startsWith(prefix) || key === prefix) {
    throw new Problem(
      'bad-address',
      `What is added here has a key that begins with ${JSON.stringify(prefix)}.`,
    );
  }
  if (key.split('/').some((part) => part === '' || part.startsWith('.'))) {
    throw new Problem('bad-address', 'No part of the key may be empty or begin with a dot.');
  }
  if (!isMediaKey(key)) {
    throw new Problem('bad-address', 'The key must end like media, such as .mp4, .mkv or .mp3.');
  }
  return bounds;
}
