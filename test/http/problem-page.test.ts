import { expect } from 'chai';
import { problemPage } from '../../functions/stream/http/problem-page.ts';

describe('problemPage', () => {
  it('holds texts as text', () => {
    const detail = 'There is no <img src=x onerror=alert(1)> & "film".';
    const problem = { type: 'urn:sluice:problem:not-found', title: 'Not <found>', status: 404, detail };
    const page = problemPage(problem, 'id"><b>');
    expect(page).to.contain('<h1>Not &lt;found&gt;</h1>');
    expect(page).to.contain('There is no &lt;img src=x onerror=alert(1)&gt; &amp; &quot;film&quot;.');
    expect(page).to.contain('Request id&quot;&gt;&lt;b&gt;').and.not.contain('sluice sign');
  });

  it('says how an address is signed where a signature is missing or over', () => {
    for (const type of ['unsigned', 'expired', 'bad-signature']) {
      const problem = { type: `urn:sluice:problem:${type}`, title: 'T', status: 403, detail: 'd' };
      expect(problemPage(problem, '1'), type).to.contain('npx sluice sign KEY --expires 2h');
    }
  });
});
