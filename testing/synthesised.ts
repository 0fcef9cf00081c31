import { fileURLToPath } from 'node:url';
import { Testing } from 'cdktn';
import { readContext } from '../infra/context.ts';
import { parseOptions } from '../infra/options.ts';
import { SluiceStack } from '../infra/stack.ts';

export type Block = Readonly<Record<string, unknown>>;

export type Synthesised = {
  /** The whole. */
  readonly json: Block;
  readonly terraform: Block;
  readonly output: Readonly<Record<string, { readonly value: string }>>;
  /** Returns all resources of a type, by their logical names. */
  resources(type: string): readonly (readonly [name: string, block: Block])[];
  /** Returns the one resource of a type, or the one whose name begins so. */
  resource(type: string, name?: string): Block;
  data(type: string): Block | undefined;
};

type Json = {
  terraform: Block;
  output: Record<string, { value: string }>;
  resource: Record<string, Record<string, Block>>;
  data?: Record<string, Record<string, Block>>;
};

const CDKTF_JSON = fileURLToPath(new URL('../cdktf.json', import.meta.url));

/** 44 characters of base64, as Lambda reports a SHA-256. */
export const LAYER_SHA256 = 'bGF5ZXJsYXllcmxheWVybGF5ZXJsYXllcmxheWVybGE=';
export const CODE_SHA256 = 'Y29kZWNvZGVjb2RlY29kZWNvZGVjb2RlY29kZWNvZGU=';

/** Synthesises the stack of these options as Terraform would read it, with zips that nobody built. */
export function synthesise(context: Block = {}, { unzippedBytes = 1 } = {}): Synthesised {
  const zip = { zipPath: import.meta.filename, zipBytes: 1, unzippedBytes };
  const { targetVersions } = readContext(CDKTF_JSON, undefined);
  const app = Testing.app({ context: { targetVersions } });
  const stack = new SluiceStack(app, parseOptions(context), {
    layer: { ...zip, sha256Base64: LAYER_SHA256 },
    code: { ...zip, sha256Base64: CODE_SHA256, handler: 'index.handler' },
  });
  const json = JSON.parse(Testing.synth(stack, true)) as Json;
  const resources = (type: string) => Object.entries(json.resource[type] ?? {});
  return {
    json,
    terraform: json.terraform,
    output: json.output,
    resources,
    resource(type, name = '') {
      const [found, ...others] = resources(type).filter(([id]) => id.startsWith(name));
      if (found === undefined || others.length > 0) {
        throw new Error(`There are ${others.length + (found ? 1 : 0)} resources ${type} ${name}`);
      }
      return found[1];
    },
    data: (type) => Object.values(json.data?.[type] ?? {})[0],
  };
}
