import { expect } from 'chai';
import { isMisspelling } from '../../functions/stream/route/misspelling.ts';
import { isForeign, PARAMETER_NAMES } from '../../functions/stream/route/parameters.ts';

const MEANT: [name: string, own: string][] = [
  ['heigth', 'height'],
  ['hieght', 'height'],
  ['hight', 'height'],
  ['heights', 'height'],
  ['HEIGHT', 'height'],
  ['Height', 'height'],
  ['h3igth', 'height'],
  ['widht', 'width'],
  ['wdth', 'width'],
  ['bit_rate', 'bitrate'],
  ['birtate', 'bitrate'],
  ['duraton', 'duration'],
  ['druatoin', 'duration'],
  ['strat', 'start'],
  ['starts', 'start'],
  ['fast-start', 'faststart'],
  ['downlaod', 'download'],
  ['dwnlod', 'download'],
  ['fromat', 'format'],
  ['acept', 'accept'],
  ['aduio', 'audio'],
];

/** What players, CDNs, campaigns and pages put behind addresses. */
const FOREIGN = [
  ...[
    'CMCD',
    'CMSD',
    '_HLS_primary_id',
    '_HLS_interstitial_id',
    '_HLS_start_offset',
    '_HLS_msn',
    '_HLS_skip',
  ],
  ...['utm_source', 'utm_medium', 'utm_campaign', 'fbclid', 'gclid', 'msclkid', '_ga', 'mc_cid', 'ref'],
  ...['t', 'v', 'id', 'lang', 'V', 'ts', '_', 'cb', 'q', 's', 'n', 'sid', 'key', 'rate', 'size', 'type'],
  ...[
    'state',
    'sort',
    'date',
    'time',
    'user',
    'token',
    'session',
    'version',
    'source',
    'title',
    'theme',
    'page',
  ],
  ...[
    'light',
    'right',
    'night',
    'rotation',
    'location',
    'upload',
    'from',
    'except',
    'author',
    'path',
    'loop',
  ],
  ...['autoplay', 'muted', 'volume', 'Policy', 'Signature', 'Key-Pair-Id', 'Expires'],
  ...['X-Amz-Date', 'cache', 'nocache', 'ver', 'mode', '', '__proto__', 'constructor'],
];

describe('isMisspelling', () => {
  for (const [name, own] of MEANT) {
    it(`takes ${name} for ${own}`, () => {
      expect(PARAMETER_NAMES.filter((each) => isMisspelling(name, each))).to.deep.equal([own]);
      expect(isForeign(own === 'faststart' || own === 'download' ? 'media' : 'stream', name)).to.equal(false);
    });
  }

  it('takes for foreign what others add', () => {
    for (const name of FOREIGN) {
      for (const route of ['stream', 'media', 'bare', 'health'] as const) {
        expect(isForeign(route, name), name).to.equal(true);
      }
    }
  });

  it('takes an end for the caller’s own where there is a start, and for foreign elsewhere', () => {
    expect(
      ['stream', 'subtitles', 'media', 'segment'].map((route) => isForeign(route as 'stream', 'end')),
    ).to.deep.equal([false, false, true, true]);
  });

  it('takes no name for a slip of another route', () => {
    for (const name of ['access', 'weight', 'smart', 'heigth', 'acept']) {
      for (const route of ['media', 'bare', 'segment', 'info', 'health', 'page', 'made'] as const) {
        expect(isForeign(route, name), name).to.equal(true);
      }
    }
    // Where they are known they are refused, whole.
    for (const name of ['height', 'accept', 'start']) expect(isForeign('media', name), name).to.equal(false);
  });

  it('tells the names of Sluice apart, but for two that one route takes', () => {
    const alike = PARAMETER_NAMES.flatMap((name) =>
      PARAMETER_NAMES.filter((own) => own < name && isMisspelling(name, own)).map((own) => [own, name]),
    );
    expect(alike).to.deep.equal([['max-height', 'min-height']]);
    for (const name of ['max-height', 'min-height']) expect(isForeign('manifest', name)).to.equal(false);
  });
});
