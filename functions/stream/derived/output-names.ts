import { randomUUID } from 'node:crypto';
import type { Recipe } from '../plan/plan-export.ts';
import { hashOf } from '../plan/tag.ts';
import type { StoredObject } from '../source/source.ts';

/** Changes when records or parts are written in another form. */
const EXPORT_VERSION = 1;

/** Identifies an export of one version of an object, in the address of its result and in its records. */
export function exportId(object: StoredObject, recipe: Recipe): string {
  const { plan, ...rest } = 'plan' in recipe ? recipe : { ...recipe, plan: null };
  // What was only reported or predicted changes no byte.
  const { reason: _, predicted: __, ...decisive } = plan ?? { reason: '', predicted: null };
  return hashOf(object, ['export', EXPORT_VERSION, rest, decisive]);
}

/**
 * Returns the name of the result in the store. It contains the object's version, so the same address finds
 * nothing for another version.
 */
export function resultName(object: StoredObject, id: string, extension: string): string {
  return `made/${hashOf(object, ['result', id])}.${extension}`;
}

/**
 * Returns the name of a part in the store, a new one at each call, since two workers may receive the same
 * event.
 */
export function partName(
  id: string,
  { generation, shard, attempt, from }: { generation: number; shard: number; attempt: number; from: number },
): string {
  return `parts/${id}-${generation}-${shard}-${attempt}-${from}-${randomUUID()}`;
}
