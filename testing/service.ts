import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Bundle, bundleFunction } from '../functions/stream/deploy/bundle.ts';
import { localEnvironment } from '../local/function.ts';
import { type FunctionUrlOptions, type LocalFunctionUrl, startFunctionUrl } from '../local/function-url.ts';
import type { LogLine } from '../local/instance.ts';
import { afterEverything } from './hooks.ts';
import { keepForRun } from './logs-of-run.ts';

/** The built function behind a local Function URL. */
export type Service = LocalFunctionUrl & {
  /** The newest lines of the instances and the platform. */
  readonly logs: readonly LogLine[];
};

export type ServiceOptions = Partial<Omit<FunctionUrlOptions, 'environment'>>;

const KEPT_LOG_LINES = 2000;

let bundled: Promise<Bundle> | undefined;

/**
 * Builds the function once per run, away from node_modules as in Lambda, and starts a Function URL for it on
 * a free port, public and with exports unless `environment` says otherwise. Close it in the suite's `after`; services of a
 * failed suite are closed at the end of the run.
 */
export async function startService(
  environment: Readonly<Record<string, string>>,
  options: ServiceOptions = {},
): Promise<Service> {
  bundled ??= bundleOnce();
  const { directory, handler } = await bundled;
  const logs: LogLine[] = [];
  const functionUrl = await startFunctionUrl({
    codeDirectory: directory,
    handler,
    ...options,
    environment: await localEnvironment({ PUBLIC: '1', PUBLIC_EXPORTS: '1', ...environment }),
    log(line) {
      options.log?.(line);
      keepForRun(line);
      logs.push(line);
      if (logs.length > KEPT_LOG_LINES) logs.shift();
    },
  });
  afterEverything(() => functionUrl.close());
  return { ...functionUrl, logs };
}

/** Resolves when every instance has ended its work after the answer. */
export async function untilIdle(service: Pick<Service, 'instances'>): Promise<void> {
  while (service.instances().some(({ busy }) => busy)) await delay(20);
}

async function bundleOnce(): Promise<Bundle> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-function-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return bundleFunction(directory);
}
