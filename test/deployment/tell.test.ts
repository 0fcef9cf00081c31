import { expect } from 'chai';
import { tell } from '../../deployment/tell.ts';

describe('tell', () => {
  it('says what is being done on a terminal, and nothing to a file', () => {
    const said = (isTTY: boolean) => {
      const lines: string[] = [];
      tell('Building', { isTTY, write: (text: string) => lines.push(text) > 0 });
      return lines;
    };
    expect([said(true), said(false)]).to.deep.equal([['Building …\n'], []]);
  });
});
