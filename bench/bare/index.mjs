import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** The limit: a streaming handler that sends a range of a file and does nothing else. */
export const handler = awslambda.streamifyResponse(async ({ rawPath, headers }, stream) => {
  const path = process.env.MEDIA_DIR + decodeURIComponent(rawPath);
  const { size } = await stat(path);
  const [, start = 0, end = size - 1] = /bytes=(\d+)-(\d+)/.exec(headers.range ?? '') ?? [];
  const head = {
    statusCode: 206,
    headers: { 'content-type': 'video/mp4', 'content-length': end - start + 1 },
  };
  const out = awslambda.HttpResponseStream.from(stream, head);
  await pipeline(createReadStream(path, { start: Number(start), end: Number(end) }), out);
});
