import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export type ProviderMirror = {
  /** As `terraform init -plugin-dir` takes it. */
  readonly directory: string;
  /** Of the AWS provider in it. */
  readonly version: string;
};

/** Where providers lie unpacked: what TF_PLUGIN_DIR names, or what a search of the disk finds; null without. */
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
  // Not what some project's `terraform init` put there.
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
