import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PackageUnavailable } from '../layers/ffmpeg/fetch-package.ts';
import { providerMirror } from './provider-mirror.ts';

const shared = fileURLToPath(new URL('../../shared/', import.meta.url));

type Need = {
  /** Tells whether this machine has it. */
  readonly isHere: () => boolean;
  /** Where to get it, for readers of a skipped test. */
  readonly from: string;
};

const debian = (packages: string, ...programs: readonly string[]): Need => ({
  isHere: () => programs.every((name) => existsSync(`/usr/bin/${name}`)),
  from: `Debian: apt-get install ${packages}`,
});

/** Material of this project that is not published with it. */
const ofShared = (path: string): Need => ({
  isHere: () => existsSync(`${shared}${path}`),
  from: `${dirname(path)} of the folder shared, which the project keeps beside its checkout and does not publish`,
});

/** Real parts on which a test may rely. */
const PARTS = {
  corpus: ofShared('corpus/MANIFEST.tsv'),
  conformance: ofShared('conformance/range-run.mjs'),
  cases: ofShared('cases/README.md'),
  chromium: debian('chromium', 'chromium'),
  firefox: debian('firefox-esr', 'firefox-esr'),
  ceph: debian(
    'ceph-mon ceph-mgr ceph-osd radosgw ceph-common',
    'radosgw',
    'ceph-mon',
    'ceph-osd',
    'ceph',
    'monmaptool',
    'radosgw-admin',
  ),
  ffmpeg: debian('ffmpeg', 'ffmpeg', 'ffprobe'),
  mpv: debian('mpv', 'mpv'),
  vlc: debian('vlc-bin vlc-plugin-base', 'vlc', 'setpriv'),
  gstreamer: debian(
    'gstreamer1.0-plugins-base-apps gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-libav',
    'gst-play-1.0',
  ),
  'yt-dlp': debian('yt-dlp', 'yt-dlp'),
  aria2: debian('aria2', 'aria2c'),
  wget: debian('wget', 'wget'),
  curl: debian('curl', 'curl'),
  taskset: debian('util-linux', 'taskset'),
  setpriv: debian('util-linux', 'setpriv'),
  openssl: debian('openssl', 'openssl'),
  python: debian('python3', 'python3'),
  mutagen: {
    isHere: () => existsSync('/usr/lib/python3/dist-packages/mutagen'),
    from: 'Debian: apt-get install python3-mutagen',
  },
  root: {
    isHere: () => process.platform === 'linux' && process.getuid?.() === 0,
    from: 'the user root on Linux, who can act as another user',
  },
  terraform: {
    isHere: () => onPath('terraform'),
    from: 'Terraform 1.10 or newer on PATH, from developer.hashicorp.com',
  },
  /** Or the server that AWS_ENDPOINT_URL names. */
  moto: {
    isHere: () => Boolean(process.env.AWS_ENDPOINT_URL) || onPath('moto_server'),
    from: "moto_server on PATH: pip install 'moto[server]'",
  },
  provider: {
    isHere: () => providerMirror() !== null,
    from: "Terraform's provider for AWS, unpacked in a folder: terraform providers mirror",
  },
} as const satisfies Readonly<Record<string, Need>>;

export type Part = keyof typeof PARTS;

export const corpusDirectory = `${shared}corpus`;
/**
 * Inputs that went wrong once, and what is right: the README there.
 * @public
 */
export const casesDirectory = `${shared}cases`;
export const conformanceDirectory = `${shared}conformance`;

export function has(part: Part): boolean {
  return PARTS[part].isHere();
}

/** Lists each missing part of those given, and where to get it. */
export function missingParts(parts: readonly Part[] = Object.keys(PARTS) as Part[]): string[] {
  return [...new Set(parts)].filter((part) => !has(part)).map((part) => `${part} (${PARTS[part].from})`);
}

/** Skips the test or suite, and says why, if a part is missing; under CI a missing part is a failure. */
export function needs(context: Mocha.Context, ...parts: readonly Part[]): void {
  const missing = missingParts(parts);
  if (missing.length > 0) skip(context, `${missing.join(', ')}, which this machine does not have`);
}

/**
 * Skips like `needs` if `fetch` needs packages that `npm ci` omits and the npm registry may be out of reach.
 */
export async function needsPackages<T>(context: Mocha.Context, fetch: () => Promise<T>): Promise<T> {
  try {
    return await fetch();
  } catch (error) {
    if (!(error instanceof PackageUnavailable)) throw error;
    return skip(context, `the npm registry: ${error.message}`);
  }
}

/** Skips like `needs`, for tests that only Linux can run. */
export function needsLinux(context: Mocha.Context): void {
  if (process.platform !== 'linux') skip(context, 'Linux');
}

function skip(context: Mocha.Context, what: string): never {
  const sentence = `needs ${what}`;
  if (process.env.CI) throw new Error(`${context.test?.fullTitle() ?? 'a test'} ${sentence}`);
  console.log(`      skipped: ${sentence}`);
  return context.skip();
}

function onPath(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => existsSync(join(folder, program)));
}
