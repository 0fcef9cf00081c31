import type { Architecture } from '../architecture.ts';

/**
 * Compiled here: Debian has no static library of them, none that a hardened program of each architecture can use, or one that
 * brings far more along than is used.
 */
export const SOURCES = ['ffmpeg', 'x264', 'dav1d', 'freetype', 'harfbuzz', 'libass'] as const;

/** Static libraries as Debian has compiled them. */
export const LIBRARIES = [
  'libvpx-dev',
  'libopus-dev',
  'libmp3lame-dev',
  'libzimg-dev',
  'libwebp-dev',
  'libfribidi-dev',
  'zlib1g-dev',
] as const;

/** Debian's release: libraries and compilers fit each other. */
export const RELEASE = { codename: 'bookworm', version: '12' } as const;

const NAMES = {
  x86_64: { debian: 'amd64', compiler: 'x86-64-linux-gnu' },
  arm64: { debian: 'arm64', compiler: 'aarch64-linux-gnu' },
} as const satisfies Record<Architecture, { debian: string; compiler: string }>;

/** Debian's name of an architecture. */
export const debianName = (architecture: Architecture) => NAMES[architecture].debian;

/** The machine's own architecture; null if it has none of Lambda's. */
export function hostArchitecture(): Architecture | null {
  if (process.arch === 'x64') return 'x86_64';
  return process.arch === 'arm64' ? 'arm64' : null;
}

/** Programs that a build needs from Debian. */
export function toolPackages(architecture: Architecture): string[] {
  const tools = ['dpkg-dev', 'make', 'meson', 'nasm', 'ninja-build', 'pkg-config', 'xz-utils'];
  const { compiler } = NAMES[architecture];
  const isNative = architecture === hostArchitecture();
  const compilers = isNative ? ['gcc', 'g++'] : [`gcc-${compiler}`, `g++-${compiler}`];
  return [...tools, ...compilers];
}

/** Packages of the system whose code gets into the program: the C library, and what compilers add. */
export function runtimePackages(architecture: Architecture): string[] {
  if (architecture === hostArchitecture()) return ['libc6-dev', 'libgcc-12-dev', 'libstdc++-12-dev'];
  const cross = `${debianName(architecture)}-cross`;
  return [`libc6-dev-${cross}`, `libgcc-12-dev-${cross}`, `libstdc++-12-dev-${cross}`];
}
