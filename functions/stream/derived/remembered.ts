import type { StoredObject } from '../source/source.ts';

/**
 * Names that are known to be cached, so that they are read without a look-up; the most recently used ones.
 */
export type Remembered = {
  get(name: string): StoredObject | undefined;
  put(object: StoredObject): void;
  forget(name: string): void;
};

export function rememberObjects(most: number): Remembered {
  const objects = new Map<string, StoredObject>();
  const put = (object: StoredObject) => {
    // A Map keeps the order of insertion: its first entry is the least recently used.
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
