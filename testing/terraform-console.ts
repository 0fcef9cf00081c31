import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Evaluates an expression with Terraform; throws its output on failure. Needs the part `terraform`. */
export function evaluateTerraform(expression: string): unknown {
  const cwd = mkdtempSync(join(tmpdir(), 'sluice-console-'));
  const input = `jsonencode(${expression})\n`;
  const { status, stdout, stderr } = spawnSync('terraform', ['console'], { cwd, input, encoding: 'utf8' });
  rmSync(cwd, { recursive: true });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(JSON.parse(stdout));
}
