import type { ADDRESSES } from '../../functions/stream/route/addresses.ts';
import type { SCHEMAS } from '../../functions/stream/route/parameters.ts';
import type { Addresses } from './src/table.ts';

type Form = (typeof ADDRESSES)[keyof typeof ADDRESSES][number];
type InPath<Path> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | InPath<Rest> : never;
type NamesOf<Each extends Form> = InPath<Each['path']> | keyof (typeof SCHEMAS)[Each['takes']]['entries'];
type Unless<Condition, Name> = Condition extends true ? never : Name;
type IsSame<One, Other> = [One, Other] extends [Other, One] ? true : false;
type Different = {
  [Each in Form as Each['name']]: Unless<IsSame<keyof Addresses[Each['name']], NamesOf<Each>>, Each['name']>;
};
type None<Names extends never> = Names;
/** Does not compile if an address or a parameter of the service is not in the client's types, or the other way round. */
export type Drift = None<Different[keyof Different] | Exclude<keyof Addresses, Form['name']>>;
