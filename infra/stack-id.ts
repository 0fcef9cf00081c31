import type { Options } from './options.ts';

/**
 * Returns a deployment's folder below `stacks`, with its state: the same name in another region is another
 * deployment.
 */
export function stackId({ name, region }: Pick<Options, 'name' | 'region'>): string {
  return `${name}-${region}`;
}
