import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';

const client = new S3Client({ forcePathStyle: true });

/** The limit for objects: a streaming handler that sends what the SDK's client brings. */
export const handler = awslambda.streamifyResponse(async ({ rawPath }, stream) => {
  const Key = decodeURIComponent(rawPath).slice(1);
  const { Body, ContentLength } = await client.send(
    new GetObjectCommand({ Bucket: process.env.MEDIA_BUCKET, Key }),
  );
  const head = { statusCode: 200, headers: { 'content-type': 'video/mp4', 'content-length': ContentLength } };
  await pipeline(Body, awslambda.HttpResponseStream.from(stream, head));
});
