import { addHeader, changeHeader, forMethod, forStatus } from '../alter.ts';
import { ORIGIN, type Reply } from '../fake-answers.ts';
import type { Faults } from '../fake-service.ts';

const ALLOWED = 'access-control-allow-origin';

export const corsFaults: Faults = [
  [
    'CORS preflight',
    'the origin is named twice',
    /stands there 2 times/,
    forMethod(
      'OPTIONS',
      addHeader(ALLOWED, () => ORIGIN),
    ),
  ],
  [
    'CORS preflight',
    'the origin is not named',
    /the origin is not allowed/,
    forMethod(
      'OPTIONS',
      changeHeader(ALLOWED, () => ''),
    ),
  ],
  [
    'CORS preflight',
    'Range may not be sent',
    /access-control-allow-headers does not name range/,
    forMethod(
      'OPTIONS',
      changeHeader('access-control-allow-headers', () => 'If-Match'),
    ),
  ],
  ['CORS preflight', 'it is refused', /the status is not 200 or 204/, forMethod('OPTIONS', refuse)],
  [
    'CORS',
    'the origin is named twice',
    /stands there 2 times/,
    forStatus(
      206,
      addHeader(ALLOWED, () => ORIGIN),
    ),
  ],
  [
    'CORS',
    'a star is added',
    /stands there 2 times/,
    forStatus(
      206,
      addHeader(ALLOWED, () => '*'),
    ),
  ],
  [
    'CORS',
    'Content-Range may not be read',
    /does not name content-range/,
    forStatus(
      206,
      changeHeader('access-control-expose-headers', () => 'ETag'),
    ),
  ],
  [
    'CORS, other origin',
    'it is repeated',
    /the stranger is allowed/,
    forStatus(
      206,
      addHeader(ALLOWED, ({ headers }) => headers.origin ?? '*'),
    ),
  ],
];

function refuse(right: Reply): Reply {
  return { ...right, status: 403 };
}
