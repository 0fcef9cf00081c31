import { expect } from 'chai';
import { decodeText } from '../../../functions/stream/media/text/charset.ts';

/** Two lines each, without the times around them. */
const CASES: readonly (readonly [what: string, base64: string, text: string])[] = [
  [
    'Polish in Windows-1250',
    'R2R6aWUgYnmzZZwgd2N6b3JhaiB3aWVjem9yZW0/fE5pZSB3aWVtLCBjbyBzaeogc3Rhs28u',
    'Gdzie byłeś wczoraj wieczorem?|Nie wiem, co się stało.',
  ],
  [
    'Russian in Windows-1251',
    'w+TlIPL7IOH76yDi9+Xw4CDi5ffl8O7sP3zfIO3lIOft4P4sIPfy7iDx6/P36Ovu8fwu',
    'Где ты был вчера вечером?|Я не знаю, что случилось.',
  ],
  [
    'Greek in Windows-1253',
    '0O/9IN7z7/XtIPfo5fIg9O8g4vHc5PU7fMTl7SDu3fH5IPTpIPP17d3i5y4=',
    'Πού ήσουν χθες το βράδυ;|Δεν ξέρω τι συνέβη.',
  ],
  [
    'Hebrew in Windows-1255',
    '4On05CDk6en6IOD67uXsIOHs6ezkP3zg8Okg7OAg6eXj8iDu5CD3+OQu',
    'איפה היית אתמול בלילה?|אני לא יודע מה קרה.',
  ],
  [
    'Arabic in Windows-1256',
    'w+3kIN/kyiDH4eHt4ckgx+Hjx9btyb984ccgw9rR3SDjx9DHIM3Pyy4=',
    'أين كنت الليلة الماضية؟|لا أعرف ماذا حدث.',
  ],
  [
    'Japanese in Shift_JIS',
    'jfCT+oLMlumCzYLHgrGCyYKigr2CzIFIfIm9gqqLToKrgr2CzIKpgu2CqYLngsiCooFC',
    '昨日の夜はどこにいたの？|何が起きたのかわからない。',
  ],
  [
    'Chinese in GB18030',
    'xOPX8s3t1NrExMDvo798ztKyu9aqtcC3osn6wcvKssO0ysKhow==',
    '你昨晚在哪里？|我不知道发生了什么事。',
  ],
  [
    'Chinese in Big5',
    'p0GsUbHfpmKt/rjMoUh8p9qko6q+uUS1b6XNpEaksLvyqMahQw==',
    '你昨晚在哪裡？|我不知道發生了什麼事。',
  ],
  [
    'Korean in EUC-KR',
    'vu7BrLnjv6Egvu618CDA1r76vu4/fLmrvbwgwM/AzCDA1r76tMLB9iC48LijsNq+7i4=',
    '어젯밤에 어디 있었어?|무슨 일이 있었는지 모르겠어.',
  ],
];

describe('decodeText', () => {
  for (const [what, base64, text] of CASES) {
    it(`reads ${what}`, () => {
      const [one = [], two = []] = split(Buffer.from(base64, 'base64'), '|');
      const file = Buffer.concat([
        Buffer.from('1\n00:00:01,000 --> 00:00:02,000\n'),
        Buffer.from(one),
        Buffer.from('\n\n2\n00:00:03,000 --> 00:00:04,000\n'),
        Buffer.from(two),
      ]);
      const [first, second] = text.split('|');
      expect(decodeText(file).split('\n')).to.deep.equal([
        ...['1', '00:00:01,000 --> 00:00:02,000', first, ''],
        ...['2', '00:00:03,000 --> 00:00:04,000', second],
      ]);
    });
  }

  it('reads UTF-8 that is broken in a place as UTF-8', () => {
    const text = 'Größe über alles – ja, schön\nund für dich\n';
    expect(decodeText(Buffer.concat([Buffer.from(text), Buffer.of(0xc3)]))).to.equal(`${text}\ufffd`);
  });
});

function split(bytes: Buffer, separator: string): Uint8Array[] {
  const at = bytes.indexOf(separator);
  return [bytes.subarray(0, at), bytes.subarray(at + 1)];
}
