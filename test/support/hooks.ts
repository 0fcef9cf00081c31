// Loaded by mocha before every run. Real parts (Ceph RGW) register their own shutdown here.
const closers: (() => Promise<void>)[] = [];

/** Runs once after the whole test run, last registered first. */
export function afterEverything(close: () => Promise<void>): void {
  closers.push(close);
}

export const mochaHooks = {
  async afterAll(): Promise<void> {
    for (const close of closers.splice(0).reverse()) await close();
  },
};
