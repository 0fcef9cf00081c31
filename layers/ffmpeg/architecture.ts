/** Lambda's names. */
export type Architecture = 'arm64' | 'x86_64';

/** The names in npm packages and the number in the header of an ELF file (`e_machine`). */
export const ARCHITECTURES = {
  arm64: { npm: 'arm64', elfMachine: 183 },
  x86_64: { npm: 'x64', elfMachine: 62 },
} as const satisfies Record<Architecture, { npm: string; elfMachine: number }>;
