import type { StoredObject } from '../source/source.ts';

/** What is known to be kept, so that it is read without being looked for; the names that were used last. */
export type Remembered = {
  get(name: string): StoredObject | undefined;
  put(object: StoredObject): void;
  forget(name: string): void;
};

export function rememberObjects(most: number): Remembered {
  const objects = new Map<string, StoredObject>();
  const put = (object: StoredObject) => {
    // A Map keeps the order of insertion: the first is the one that was not used for longest.
    objects.delete(object.key);
    objects.set(object.key, object);
    const [oldest] = objects.keys();
    if (objects.size > most && oldest !== undefined) objects.delete(oldest);
  };
  return {
    put,
    get(name) {
      const object = objects.get(name);
      if (object !== undefined) put(object);
      return object;
    },
    forget: (name) => void objects.delete(name),
  };
}
