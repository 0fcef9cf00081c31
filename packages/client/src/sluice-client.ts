export { type AddressName, addressOf, type Builders, buildersOf, type Service } from './address.ts';
export { type Scope, type SigningKey, sign } from './sign.ts';
export type { Addresses } from './table.ts';
export { expiryOf, parseToken, withToken } from './token.ts';
