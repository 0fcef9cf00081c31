/** Figures of one measurement, a round each. */
export type Figures = readonly number[];

export type Spread = { readonly median: number; readonly min: number; readonly max: number };

/**
 * Interleaves rounds of several measurements, so that what else the machine does strikes all of them; the first
 * round of each warms up and does not count. Returns every figure of every measurement by its name.
 */
export async function interleave<Name extends string, Part extends string>(
  rounds: number,
  measurements: Readonly<Record<Name, () => Promise<Readonly<Record<Part, number>>>>>,
): Promise<Record<Name, Record<Part, Figures>>> {
  const names = Object.keys(measurements) as Name[];
  const taken = {} as Record<Name, Record<Part, number[]>>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const figures = await measurements[name]();
      if (round === 0) continue;
      const all = taken[name] ?? ({} as Record<Part, number[]>);
      taken[name] = all;
      for (const part of Object.keys(figures) as Part[]) {
        all[part] ??= [];
        all[part].push(figures[part]);
      }
    }
  }
  return taken;
}

export function spread(figures: Figures): Spread {
  const sorted = figures.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return { median: at(Math.floor(sorted.length / 2)), min: at(0), max: at(sorted.length - 1) };
}

/** Returns how much of `its` each figure of `ours` is, round by round. */
export function ratios(ours: Figures, its: Figures): Figures {
  return ours.map((figure, round) => figure / (its[round] ?? Number.NaN));
}
