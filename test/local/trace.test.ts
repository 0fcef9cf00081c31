import { expect } from 'chai';
import { newTraceId, traceAfter } from '../../local/trace.ts';

describe('the trace of events', () => {
  it('goes on with that of the request, and counts', () => {
    const request = newTraceId();
    expect(request).to.match(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    const first = traceAfter(request);
    expect(first).to.deep.equal({ traceId: `${request};Lineage=local:1`, links: 1 });
    expect(traceAfter(first.traceId)).to.deep.equal({ traceId: `${request};Lineage=local:2`, links: 2 });
    const more = `${request};Parent=53995c3f42cd8ad8;Sampled=0;Lineage=local:7`;
    expect(traceAfter(more)).to.deep.equal({ traceId: `${request};Lineage=local:8`, links: 8 });
  });

  for (const sent of ['', 'Self=1', 'Lineage=local:9']) {
    it(`begins where there is none: "${sent}"`, () => {
      expect(traceAfter(sent)).to.include({ links: 1 });
      expect(traceAfter(sent).traceId).to.match(/^Root=1-.*;Lineage=local:1$/);
    });
  }
});
