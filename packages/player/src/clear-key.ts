/** What a film is whose samples are encrypted: what a browser is asked for, whichever codecs it has exactly. */
const CAPABILITIES = {
  videoCapabilities: [{ contentType: 'video/mp4; codecs="avc1.64001f"', encryptionScheme: 'cbcs' }],
  audioCapabilities: [{ contentType: 'audio/mp4; codecs="mp4a.40.2"', encryptionScheme: 'cbcs' }],
};

/**
 * Gives a media element the key of a film whose samples are encrypted (`cbcs`), by Clear Key (W3C EME): hls.js leaves samples
 * alone whose key is named in the playlist. `license` fetches it once the element asks. What fails is reported as an error of
 * the page, since the element itself only waits. `signal` takes the key away, for an element that plays something else then.
 */
export function giveKey(
  element: HTMLMediaElement,
  license: () => Promise<ArrayBuffer>,
  signal?: AbortSignal,
): void {
  let isAsked = false;
  const tell = (error: unknown) => signal?.aborted || reportError(error);
  const answer = ({ initDataType, initData }: MediaEncryptedEvent) => {
    // Each track asks, and all have one key.
    if (initData === null || isAsked) return;
    isAsked = true;
    open(element, { initDataType, initData, license, tell, signal }).catch(tell);
  };
  element.addEventListener('encrypted', answer, signal && { signal });
  // Whoever aborts takes the film away in the same turn: none of it may be attached.
  signal?.addEventListener('abort', () => queueMicrotask(() => takeKey(element)));
}

/** Never rejects: an element has no keys at all on a page that did not come over HTTPS. */
async function takeKey(element: HTMLMediaElement): Promise<void> {
  try {
    await element.setMediaKeys(null);
  } catch {
    // It had none, or is just being given those that are taken away then.
  }
}

type Asked = {
  readonly initDataType: string;
  readonly initData: ArrayBuffer;
  readonly license: () => Promise<ArrayBuffer>;
  readonly tell: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
};

async function open(
  element: HTMLMediaElement,
  { initDataType, initData, license, tell, signal }: Asked,
): Promise<void> {
  const wanted = [{ initDataTypes: [initDataType], ...CAPABILITIES }];
  const access = await navigator.requestMediaKeySystemAccess('org.w3.clearkey', wanted);
  const keys = await access.createMediaKeys();
  // The element may play something else by now, whose key could not be given beside this one.
  if (signal?.aborted) return;
  await element.setMediaKeys(keys);
  if (signal?.aborted) return takeKey(element);
  const session = keys.createSession();
  session.addEventListener('message', () => {
    license()
      .then((answer) => session.update(answer))
      .catch(tell);
  });
  await session.generateRequest(initDataType, initData);
}
