import { type Access, keysParameterOf } from './options.ts';

export type Deployed = {
  /** Without a trailing slash. */
  readonly url: string;
  readonly access: Access;
  readonly region: string;
  readonly mediaBucket: string;
};

/** Returns what the person who deployed needs next: the address, and one line each to upload and to play. */
export function describeUse({ url, access, region, mediaBucket }: Deployed): Record<string, string> {
  return {
    url,
    media_bucket: mediaBucket,
    upload: `aws s3 cp film.mp4 s3://${mediaBucket}/film.mp4`,
    play: playLine(url, access, region),
  };
}

function playLine(url: string, access: Access, region: string): string {
  switch (access.kind) {
    case 'public':
    case 'cdn':
    case 'signed': {
      const token = keysParameterOf(access) === null ? '' : '/~TOKEN';
      return `<video controls src="${url}${token}/stream/film.mp4"></video>`;
    }
    case 'callers': {
      const who = `--user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H "x-amz-security-token: $AWS_SESSION_TOKEN"`;
      return `curl --aws-sigv4 aws:amz:${region}:lambda ${who} "${url}/stream/film.mp4" -o film.mp4`;
    }
    default:
      return access satisfies never;
  }
}
