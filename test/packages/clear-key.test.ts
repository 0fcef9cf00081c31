import { expect } from 'chai';

type GiveKey = (element: EventTarget, license: () => Promise<ArrayBuffer>, signal?: AbortSignal) => void;

// Written for browsers, whose types are not those of the tests.
const MODULE = new URL('../../packages/player/src/clear-key.ts', import.meta.url).href;

/** Resolves once all has happened that waits for nothing but others. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

class Encrypted extends Event {
  readonly initDataType = 'cenc';
  readonly initData = new ArrayBuffer(1);
}

describe('giveKey', () => {
  const known = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  let giveKey: GiveKey;
  let given: string[];
  let goOn: () => void;

  before(async () => {
    ({ giveKey } = (await import(MODULE)) as { giveKey: GiveKey });
  });

  beforeEach(() => {
    given = [];
    const found = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const keys = {
      createSession: () =>
        Object.assign(new EventTarget(), { generateRequest: async () => void given.push('asked') }),
    };
    const access = { createMediaKeys: async () => keys };
    const value = { requestMediaKeySystemAccess: () => found.then(() => access) };
    Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
  });
  after(() => {
    if (known !== undefined) Object.defineProperty(globalThis, 'navigator', known);
    else Reflect.deleteProperty(globalThis, 'navigator');
  });

  /** An element that takes its time to have keys, during which `meanwhile` happens. */
  const elementWith = (meanwhile = () => {}) =>
    Object.assign(new EventTarget(), {
      setMediaKeys: async (keys: object | null) => {
        if (keys !== null) meanwhile();
        given.push(keys === null ? 'none' : 'keys');
      },
    });

  const give = (element: EventTarget, signal?: AbortSignal) => {
    giveKey(element, async () => new ArrayBuffer(0), signal);
    element.dispatchEvent(new Encrypted('encrypted'));
    // The other track.
    element.dispatchEvent(new Encrypted('encrypted'));
  };

  it('asks once for all tracks', async () => {
    give(elementWith());
    goOn();
    await settled();
    expect(given).to.deep.equal(['keys', 'asked']);
  });

  it('gives none to an element that plays something else by now', async () => {
    const left = new AbortController();
    give(elementWith(), left.signal);
    left.abort();
    await settled();
    goOn();
    await settled();
    expect(given).to.deep.equal(['none']);
  });

  it('takes none from an element of a page that cannot have any', async () => {
    const left = new AbortController();
    give(new EventTarget(), left.signal);
    left.abort();
    // Whatever is thrown there ends this process.
    await settled();
    expect(given).to.deep.equal([]);
  });

  it('takes them away if the film is left while they are given', async () => {
    const left = new AbortController();
    give(
      elementWith(() => left.abort()),
      left.signal,
    );
    goOn();
    await settled();
    expect([given.at(-1), given.includes('asked')]).to.deep.equal(['none', false]);
  });
});
