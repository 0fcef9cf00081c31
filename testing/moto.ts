import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, guardDaemons, listening } from './daemons.ts';
import { afterEverything } from './hooks.ts';

/** A simulated AWS: moto's server, or the one that AWS_ENDPOINT_URL names. */
export type Aws = {
  readonly endpoint: string;
  /** The environment with which Terraform and the SDK find it, and nothing else of AWS. */
  readonly environment: Readonly<Record<string, string>>;
  /** Returns an answer of the bare API, as text. */
  call(request: ApiRequest): Promise<string>;
};

type ApiRequest = {
  readonly service: string;
  readonly path?: string;
  /** Makes it a POST. */
  readonly body?: string;
  /** The operation, if the API speaks JSON at one address. */
  readonly target?: string;
};

export const REGION = 'us-east-1';

/** Starts it; needs the part `moto`. Ended after the last test. */
export async function startAws(): Promise<Aws> {
  const endpoint = process.env.AWS_ENDPOINT_URL || (await startMoto());
  return {
    endpoint,
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: REGION,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    async call({ service, path = '/', body, target }) {
      // moto reads only the service from a signature.
      const credential = `Credential=test/20260101/${REGION}/${service}/aws4_request`;
      const headers = new Headers({
        authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0`,
      });
      if (target !== undefined) headers.set('x-amz-target', target);
      if (body !== undefined) {
        const type = target === undefined ? 'x-www-form-urlencoded' : 'x-amz-json-1.1';
        headers.set('content-type', `application/${type}`);
      }
      const init = body === undefined ? { headers } : { method: 'POST', headers, body };
      const response = await fetch(`${endpoint}${path}`, init);
      const text = await response.text();
      if (response.ok) return text;
      throw new Error(`${service} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
    },
  };
}

async function startMoto(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-moto-'));
  const daemons = guardDaemons(directory);
  afterEverything(daemons.end);
  const [port = 0] = await freePorts(1);
  daemons.start('moto_server', ['-H', '127.0.0.1', '-p', String(port)]);
  await listening(port, daemons.failure);
  return `http://127.0.0.1:${port}`;
}
