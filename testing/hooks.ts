import { tellFile } from './files-of-run.ts';

// Node passes this variable on to every child, whatever its environment: the function and its ffmpeg would
// differ from those without coverage. This process is measured all the same.
delete process.env.NODE_V8_COVERAGE;

// Loaded by mocha before every run. Real parts (Ceph RGW, the local service) register their own shutdown here.
type Close = () => Promise<void>;

/** Stored on the process: mocha may load this file by `require` and a test by `import`, as two modules. */
const registry = globalThis as { [key: symbol]: Close[] | undefined };
const KEY = Symbol.for('sluice.afterEverything');

/** Runs once after the whole test run, last registered first. */
export function afterEverything(close: Close): void {
  registry[KEY] ??= [];
  registry[KEY].push(close);
}

export const mochaHooks = {
  beforeEach(this: Mocha.Context): void {
    tellFile(this.currentTest?.file);
  },
  async afterAll(): Promise<void> {
    for (const close of registry[KEY]?.splice(0).reverse() ?? []) await close();
  },
};
