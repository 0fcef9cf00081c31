/** Rising sample numbers. */
export type SampleList = { readonly count: number; at(index: number): number; readonly heldBytes: number };

/** Gathers a list. Consecutive numbers take no memory: audio has millions of them. */
export function gatherSamples() {
  let first = 0;
  let count = 0;
  let list: Uint32Array | null = null;
  return {
    push(sample: number): void {
      if (count === 0) first = sample;
      if (list === null && sample !== first + count) list = followingEach(first, count);
      if (list !== null) {
        if (count === list.length) list = grown(list);
        list[count] = sample;
      }
      count++;
    },
    /** Removes the last one; returns the one before it, or null. */
    pop(): number | null {
      count = Math.max(0, count - 1);
      return count === 0 ? null : (list?.[count - 1] ?? first + count - 1);
    },
    all(): SampleList {
      if (list === null) return { count, at: (index) => first + index, heldBytes: 0 };
      const samples = list.slice(0, count);
      return { count, at: (index) => samples[index] ?? 0, heldBytes: samples.byteLength };
    },
  };
}

function followingEach(first: number, count: number): Uint32Array {
  const list = new Uint32Array(Math.max(64, count * 2));
  for (let i = 0; i < count; i++) list[i] = first + i;
  return list;
}

function grown(from: Uint32Array): Uint32Array {
  const to = new Uint32Array(from.length * 2);
  to.set(from);
  return to;
}
