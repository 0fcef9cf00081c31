import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { type Elf, readElf } from '../../../layers/ffmpeg/elf.ts';
import { ARM64, elfProgram, X86_64 } from '../../../testing/elf-file.ts';
import { needsLinux } from '../../../testing/needs.ts';

const edited = (at: number, value: number) => {
  const program = elfProgram(X86_64);
  program[at] = value;
  return program;
};

describe('readElf', () => {
  const cases: readonly [string, Uint8Array, Elf | null][] = [
    ['x86_64', elfProgram(X86_64), { architecture: 'x86_64', bits: 64, dynamic: false }],
    ['arm64', elfProgram(ARM64), { architecture: 'arm64', bits: 64, dynamic: false }],
    ['dynamic', elfProgram(ARM64, { dynamic: true }), { architecture: 'arm64', bits: 64, dynamic: true }],
    ['position-independent', edited(16, 3), { architecture: 'x86_64', bits: 64, dynamic: false }],
    ['RISC-V', elfProgram(243), { architecture: null, bits: 64, dynamic: false }],
    ['32-bit', edited(4, 1), { architecture: 'x86_64', bits: 32, dynamic: false }],
    [
      'a header without programs',
      elfProgram(X86_64).subarray(0, 64),
      { architecture: 'x86_64', bits: 64, dynamic: false },
    ],
    ['an object file', edited(16, 1), null],
    ['half a header', elfProgram(X86_64).subarray(0, 63), null],
    ['a shell script', Buffer.from(`#!/bin/sh\n${'echo\n'.repeat(20)}`), null],
    ['nothing', new Uint8Array(), null],
  ];
  for (const [what, file, expected] of cases) {
    it(`reads ${what}`, () => expect(readElf(file)).to.deep.equal(expected));
  }

  it('finds out what runs this test', async function () {
    needsLinux(this);
    const names: Record<string, string> = { x64: 'x86_64', arm64: 'arm64' };
    expect(readElf(await readFile(process.execPath))).to.deep.include({
      architecture: names[process.arch] ?? null,
      bits: 64,
    });
  });
});
