import { expect } from 'chai';
import { contentTypeOf } from '../../../functions/stream/base/content-type.ts';
import { CONTAINER_PROFILES, extensionOf } from '../../../functions/stream/media/model/containers.ts';

describe('CONTAINERS', () => {
  for (const [container, { files }] of CONTAINER_PROFILES) {
    if (files === null) continue;
    it(`${container} is sent as what its extension stands for`, () => {
      for (const { type, extension } of [files.video, files.audio]) {
        expect(contentTypeOf(`film.${extension}`)).to.deep.equal({ type, inline: true });
        expect(extensionOf(type)).to.equal(extension);
      }
    });
  }

  it('has no extension for a type that nothing is sent as', () => {
    expect(() => extensionOf('text/html')).to.throw(TypeError, 'text/html');
  });
});
