import { expect } from 'chai';
import { contentKeys } from '../../functions/stream/plan/content-key.ts';
import { keyHash } from '../../functions/stream/plan/tag.ts';

const OBJECT = { key: 'film.mp4', etag: '"1"', sizeBytes: 1, lastModified: new Date(0) };
const SECRETS = [
  { id: 'new', secret: 'c0de'.repeat(16) },
  { id: 'old', secret: '01d0'.repeat(16) },
];

describe('contentKeys', () => {
  const keysOf = (object = OBJECT, clearVersion = 'a', scheme: 'aes-128' | 'cbcs' = 'cbcs') =>
    contentKeys(object, clearVersion, { scheme, secrets: SECRETS });
  const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

  it('gives each secret, scheme, object and version a key, an id and addresses of its own', () => {
    const all = [
      ...keysOf(),
      ...keysOf(OBJECT, 'b'),
      ...keysOf({ ...OBJECT, key: 'other.mp4' }),
      ...keysOf(OBJECT, 'a', 'aes-128'),
    ];
    for (const field of ['key', 'id'] as const)
      expect(new Set(all.map((each) => hex(each[field]))).size, field).to.equal(all.length);
    expect(new Set(all.map(({ version }) => version)).size).to.equal(all.length);
    expect(hex(keysOf()[0]?.key)).to.equal(hex(keysOf()[0]?.key));
  });

  it('begins no two segments of a film with one vector', () => {
    const [key] = keysOf();
    const asks = [
      ...[{ kind: 'init' }, { kind: 'clip-init' }].map((each) => ({ ...each, rendition: 'copy' })),
      ...['segment', 'iframe'].flatMap((kind) =>
        [1, 11].map((index) => ({ kind, rendition: 'copy', index })),
      ),
      ...[
        [1, 11],
        [11, 1],
        [1, 1],
      ].map(([from, to]) => ({ kind: 'part', rendition: 'copy', from, to })),
    ] as Parameters<NonNullable<typeof key>['ivOf']>[1][];
    const ivs = ['copy', '240p', 'audio-0'].flatMap((rendition) =>
      [null, ...asks].map((ask) => hex(key?.ivOf(rendition, ask))),
    );
    expect(new Set(ivs).size).to.equal(3 * (asks.length + 1));
  });

  it('names versions without what all versions of an object have in common', () => {
    for (const { version } of keysOf()) expect(version).to.not.contain(keyHash(OBJECT.key));
  });
});
