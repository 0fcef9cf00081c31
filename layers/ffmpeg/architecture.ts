/** Lambda's names. */
export type Architecture = 'arm64' | 'x86_64';

/** How npm's packages and the header of an ELF file (`e_machine`) call the same. */
export const ARCHITECTURES = {
  arm64: { npm: 'arm64', elfMachine: 183 },
  x86_64: { npm: 'x64', elfMachine: 62 },
} as const satisfies Record<Architecture, { npm: string; elfMachine: number }>;
