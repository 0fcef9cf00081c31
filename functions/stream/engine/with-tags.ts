import { withFront } from '../media/heads/front.ts';
import { id3Tag } from '../media/heads/id3.ts';
import { oggWithTags } from '../media/heads/ogg-tags.ts';
import { flacWithTags, wavTags, wavWithTags } from '../media/heads/tagged-front.ts';
import type { Tags } from '../media/model/tags.ts';
import type { Format } from '../route/formats.ts';

/** Writes tags into the front of an output. Fails as `chunks` do. */
export function withTags(
  chunks: AsyncIterable<Uint8Array>,
  format: Format,
  tags: Tags,
): AsyncGenerator<Uint8Array, void, void> {
  switch (format) {
    case 'mp3':
      return behind(id3Tag(tags), chunks);
    case 'flac':
      return withFront(chunks, (bytes) => flacWithTags(bytes, tags));
    case 'wav':
      return withFront(chunks, (bytes) => wavWithTags(bytes, tags));
    case 'opus':
      return oggWithTags(chunks, tags);
    case 'mp4':
    case 'webm':
    case 'aac':
      throw new Error(`${format} holds no tags.`);
    default:
      return format satisfies never;
  }
}

/** Returns how many bytes the tags of a WAV file add. */
export function wavTagBytes(tags: Tags | null): number {
  return tags === null ? 0 : wavTags(tags).length;
}

async function* behind(
  front: Uint8Array,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  yield front;
  yield* chunks;
}
