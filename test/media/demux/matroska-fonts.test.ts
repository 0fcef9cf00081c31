import { expect } from 'chai';
import { MAX_FONT_BYTES, readMatroskaFonts } from '../../../functions/stream/media/demux/matroska-fonts.ts';
import { ID } from '../../../functions/stream/media/demux/matroska-ids.ts';
import { element, number } from '../../../testing/ebml-writer.ts';
import { bytesAccess } from '../../../testing/file-access.ts';

const FONT = Buffer.from('0001000000', 'hex');
const attached = (data: Buffer) =>
  element(ID.attachedFile, element(0x466e, Buffer.from('../../etc/a.ttf')), element(ID.fileData, data));

const media = element(ID.cluster, Buffer.alloc(100_000));

/** A file that has its attachments behind the media. */
function film(attachments: Buffer): Buffer {
  const seek = (at: number) =>
    element(
      ID.seekHead,
      element(ID.seek, element(ID.seekId, Buffer.from('1941a469', 'hex')), number(ID.seekPosition, at)),
    );
  const at = seek(0).length + media.length;
  return Buffer.concat([
    element(ID.ebml, Buffer.alloc(0)),
    element(ID.segment, seek(at), media, attachments),
  ]);
}

const fontsOf = async (...files: Buffer[]) =>
  readMatroskaFonts(bytesAccess(film(element(ID.attachments, ...files))));

describe('readMatroskaFonts', () => {
  it('returns what is a font by its own bytes, whatever its name', async () => {
    const others = ['OTTO.', 'ttcf.', 'true.', 'wOF2.', '\x89PNG.', '', '<svg>'].map((text) =>
      Buffer.from(text),
    );
    const fonts = await fontsOf(...[FONT, ...others].map(attached));
    expect(fonts.map((font) => Buffer.from(font))).to.deep.equal([FONT, ...others.slice(0, 3)]);
  });

  it('takes 64 of them, and none of a file with too much', async () => {
    const many = Array.from({ length: 70 }, () => attached(FONT));
    expect(await fontsOf(...many)).to.have.length(64);
    expect(await fontsOf(attached(FONT), attached(Buffer.alloc(MAX_FONT_BYTES)))).to.deep.equal([]);
    expect(await readMatroskaFonts(bytesAccess(film(Buffer.alloc(0))))).to.deep.equal([]);
  });
});
