import type { Ceph } from './ceph.ts';

/** Returns the settings with which the function reads from `ceph`, or from a proxy before it. */
export function s3Environment(ceph: Ceph, endpoint = ceph.endpoint): Record<string, string> {
  return {
    MEDIA_BUCKET: ceph.bucket,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: ceph.region,
    AWS_ACCESS_KEY_ID: ceph.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ceph.secretAccessKey,
  };
}
