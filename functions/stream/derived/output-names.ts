import { randomUUID } from 'node:crypto';
import type { Recipe } from '../plan/plan-export.ts';
import { hashOf } from '../plan/tag.ts';
import type { StoredObject } from '../source/source.ts';

/** Changes where records or parts of another shape are written. */
const EXPORT_VERSION = 1;

/** Stands for an export of one version of an object: in the address of its result, and in its records. */
export function exportId(object: StoredObject, recipe: Recipe): string {
  const { plan, ...rest } = 'plan' in recipe ? recipe : { ...recipe, plan: null };
  // What was only said or guessed of it changes no byte.
  const { reason: _, predicted: __, ...decisive } = plan ?? { reason: '', predicted: null };
  return hashOf(object, ['export', EXPORT_VERSION, rest, decisive]);
}

/** Where the result is kept: of another version of the object, nothing is there, whatever the address. */
export function resultName(object: StoredObject, id: string, extension: string): string {
  return `made/${hashOf(object, ['result', id])}.${extension}`;
}

/** Where a part is kept: another name at each call, since the same event may come to two workers. */
export function partName(
  id: string,
  { generation, shard, attempt, from }: { generation: number; shard: number; attempt: number; from: number },
): string {
  return `parts/${id}-${generation}-${shard}-${attempt}-${from}-${randomUUID()}`;
}
