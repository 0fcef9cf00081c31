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
  const answer = ({ initDataType, initData }: MediaEncryptedEvent) => {
    // Each track asks, and all have one key.
    if (initData === null || isAsked) return;
    isAsked = true;
    open(element, initDataType, initData, license).catch(reportError);
  };
  element.addEventListener('encrypted', answer, signal && { signal });
  // Whoever aborts takes the film away in the same turn: none of it may be attached.
  signal?.addEventListener('abort', () => queueMicrotask(() => element.setMediaKeys(null).catch(() => {})));
}

async function open(
  element: HTMLMediaElement,
  initDataType: string,
  initData: ArrayBuffer,
  license: () => Promise<ArrayBuffer>,
): Promise<void> {
  const wanted = [{ initDataTypes: [initDataType], ...CAPABILITIES }];
  const access = await navigator.requestMediaKeySystemAccess('org.w3.clearkey', wanted);
  const keys = await access.createMediaKeys();
  await element.setMediaKeys(keys);
  const session = keys.createSession();
  session.addEventListener('message', () => {
    license()
      .then((answer) => session.update(answer))
      .catch(reportError);
  });
  await session.generateRequest(initDataType, initData);
}
