import crypto from 'node:crypto';
import { createContext, runInContext } from 'node:vm';
import { type EdgeRole, type EdgeSettings, edgeCode } from '../infra/edge/code.ts';

export type EdgeHeaders = Record<string, { value: string }>;
export type EdgeRequest = {
  method: string;
  uri: string;
  querystring: Record<string, { value: string }>;
  headers: EdgeHeaders;
};
export type EdgeResponse = { statusCode: number; headers: EdgeHeaders; body?: string };
type EdgeEvent = { request: EdgeRequest; response?: EdgeResponse; context?: { requestId: string } };

export type Edge = (event: EdgeEvent) => { readonly returned: unknown; readonly origin: string | null };

export type EdgeSurroundings = {
  /** Contents of the KeyValueStore. */
  readonly stored?: Readonly<Record<string, string>>;
  readonly now?: () => number;
};

/** Loads a CloudFront Function as CloudFront would run it: its own globals, and the modules that it loads. */
export function loadEdge(
  role: EdgeRole,
  settings: EdgeSettings,
  { stored = {}, now = Date.now }: EdgeSurroundings = {},
): Edge {
  let origin: string | null = null;
  const cf = {
    selectRequestOriginById(id: string) {
      origin = id;
    },
    kvs: () => ({
      async get(key: string) {
        const value = stored[key];
        if (value === undefined) throw new Error('KeyNotFound');
        return value;
      },
    }),
  };
  const code = edgeCode(role, settings).replace("import cf from 'cloudfront';\n", '');
  const require = (name: string) => {
    if (name !== 'crypto') throw new Error(`There is no module ${name}`);
    return { createHmac: crypto.createHmac };
  };
  class FixedDate extends Date {
    static override now = now;
  }
  const context = createContext({ cf, require, Date: FixedDate });
  const handler = runInContext(`${code}\nhandler`, context) as (event: EdgeEvent) => unknown;
  return (event) => {
    origin = null;
    const returned = handler(event);
    return {
      returned,
      get origin() {
        return origin;
      },
    };
  };
}
