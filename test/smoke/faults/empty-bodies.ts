import { at, changeHeader, forMethod, forStatus, hold, mistake, silence, without } from '../alter.ts';
import { reply } from '../fake-answers.ts';
import type { Faults } from '../fake-service.ts';

export const emptyBodyFaults: Faults = [
  ['HEAD', 'nothing comes', /no answer.*had not ended after/, forMethod('HEAD', silence), 'in vain'],
  [
    'HEAD',
    'the connection is held',
    /next request on the connection met nothing/,
    forMethod('HEAD', hold),
    'in vain',
  ],
  ['HEAD', 'it is refused', /the status is not 200/, forMethod('HEAD', () => reply(405, []))],
  ['304', 'it is 200', /the status is not 304/, mistake((ask) => without('if-none-match', ask))],
  [
    '304',
    'the connection is held',
    /next request on the connection met nothing/,
    forStatus(304, hold),
    'in vain',
  ],
  [
    '304',
    'there is no ETag',
    /has no ETag/,
    forStatus(
      206,
      changeHeader('etag', () => ''),
    ),
  ],
  [
    '204',
    'the connection is held',
    /next request on the connection met nothing/,
    forStatus(204, hold),
    'in vain',
  ],
  [
    '204',
    'it is a page',
    /the status is not 204; it has a body of 7 bytes/,
    forStatus(204, () => reply(200, [], Buffer.from('Options'))),
  ],
  ['redirect', 'the connection is held', /had not ended after/, forStatus(307, hold), 'in vain'],
  [
    'redirect',
    'it leads nowhere',
    /there is no Location/,
    forStatus(
      307,
      changeHeader('location', () => '/store'),
    ),
  ],
  ['redirect', 'the store refuses', /the store answers 403/, at('/store', () => reply(403, []))],
  [
    'redirect',
    'the whole is sent',
    /the status is not 307/,
    forStatus(307, () => reply(200, [], Buffer.alloc(100_000))),
  ],
];
