import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export type ProviderMirror = {
  /** Directory for `terraform init -plugin-dir`. */
  readonly directory: string;
  /** Version of the AWS provider in it. */
  readonly version: string;
};

/** Finds unpacked providers: in TF_PLUGIN_DIR, or by a search of the disk; null without. */
export function providerMirror(): ProviderMirror | null {
  found ??= { mirror: find() };
  return found.mirror;
}

let found: { readonly mirror: ProviderMirror | null } | undefined;
const AWS = 'registry.terraform.io/hashicorp/aws';

function find(): ProviderMirror | null {
  const named = process.env.TF_PLUGIN_DIR;
  if (named) {
    const version = readdirSync(join(named, AWS)).at(-1);
    return version === undefined ? null : { directory: named, version };
  }
  // Providers that some project's `terraform init` downloaded do not count.
  const test = [
    '-type',
    'd',
    '-path',
    `*/${AWS}/[0-9]*`,
    '-not',
    '-path',
    '*/.terraform/*',
    '-print',
    '-prune',
  ];
  const { stdout } = spawnSync('find', ['/', '-xdev', ...test], { encoding: 'utf8' });
  const [folder] = stdout.split('\n');
  if (!folder) return null;
  return { directory: dirname(dirname(dirname(dirname(folder)))), version: basename(folder) };
}
