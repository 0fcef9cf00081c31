import { expect } from 'chai';
import { readCmcd } from '../../functions/stream/http/cmcd.ts';

const V1 =
  'bl=21300,br=3200,bs,cid="film",d=4004,mtp=25400,nor="../secret.m4s",ot=v,sf=h,sid="6e2fb550",st=v,su,tb=6000';
const V1_SAID = {
  ...{ bl: 21_300, br: 3200, bs: true, cid: 'film', d: 4004, mtp: 25_400, ot: 'v', sf: 'h', sid: '6e2fb550' },
  ...{ st: 'v', su: true, tb: 6000 },
};
const V2 =
  'bl=(21300;v),br=(5000;v 128;a),bs,msd=1200,mtp=(25400;v),ot=v,sid="6e2fb550",sta=p,su,v=2,com.example-user="me"';
const V2_SAID = {
  ...{
    bl: 21_300,
    br: 5000,
    bs: true,
    msd: 1200,
    mtp: 25_400,
    ot: 'v',
    sid: '6e2fb550',
    sta: 'p',
    su: true,
    v: 2,
  },
};

const read = (query: string | null, headers: Record<string, string> = {}) => {
  const search = query === null ? '' : `?CMCD=${encodeURIComponent(query)}`;
  return readCmcd(new Request(`https://sluice.example/hls/a/720p/0.m4s${search}`, { headers }));
};

describe('readCmcd', () => {
  it('reads both versions from the query', () => {
    expect(read(V1)).to.deep.equal(V1_SAID);
    expect(read(V2)).to.deep.equal(V2_SAID);
  });

  it('reads the header fields', () => {
    const headers = {
      'cmcd-request': 'bl=21300,mtp=25400,su',
      'cmcd-object': 'br=3200,d=4004,ot=v,tb=6000',
      'cmcd-session': 'cid="film",sf=h,sid="6e2fb550",st=v',
      'cmcd-status': 'bs',
    };
    expect(read(null, headers)).to.deep.equal(V1_SAID);
    expect(read(null, { ...headers, 'cmcd-object': '((' })).to.include({ bl: 21_300, bs: true, cid: 'film' });
  });

  it('returns null without readable data', () => {
    const hostile = [
      '',
      '((',
      'bl=',
      'bl="21300"',
      'sid=5',
      'su=3',
      '\u0000',
      'x'.repeat(2_001),
      '__proto__=1',
    ];
    for (const text of [
      null,
      ...hostile,
      'com.example-user="me"',
      'url="https://a.example/?t=1"',
      'bl=,'.repeat(500),
    ]) {
      expect(read(text), String(text).slice(0, 20)).to.equal(null);
    }
  });

  it('copies nothing of a token, however long the name before it is', () => {
    const token = `/~${'production-key'.repeat(2)}.1767225600.k.${'aB3_'.repeat(11).slice(0, 43)}`;
    for (const cid of [`${token}/media/film.mp4`, `films/${token}`]) {
      expect(read(`cid="${cid}"`)?.cid)
        .to.be.a('string')
        .that.does.not.include('aB3_');
    }
  });

  it('limits what it copies, and copies no characters that end a line', () => {
    const said = read(`cid="${'a'.repeat(500)}",sid="b",bl=999999999999999`);
    expect(said?.cid).to.equal('a'.repeat(64));
    expect(read(null, { 'cmcd-session': 'sid="a\tb"' })?.sid ?? 'ab').to.equal('ab');
  });
});
