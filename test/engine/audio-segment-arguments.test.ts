import { expect } from 'chai';
import {
  type AudioSegment,
  audioSegmentArguments,
} from '../../functions/stream/engine/audio-segment-arguments.ts';
import { sourceGrid } from '../../functions/stream/engine/source-grid.ts';
import type { Container } from '../../functions/stream/media/model/containers.ts';
import type { AudioTrack } from '../../functions/stream/media/model/media.ts';
import { INPUT_FORMATS } from '../../functions/stream/sandbox/input-formats.ts';
import { audioTrack, mediaOf, probedOf } from '../../testing/media.ts';

const aac = {
  kind: 'encode',
  stream: 'i:2',
  codec: 'aac',
  channels: 2,
  sampleRate: 48_000,
  bitrate: 160_000,
  bits: null,
} as const;
const segment: AudioSegment = {
  audio: aac,
  sourceRate: 48_000,
  zeroSeconds: 0.5,
  grid: { kind: 'exact' },
  firstFrame: 100,
  frameCount: 50,
  from: { seekSeconds: 2.25, fillsFront: false },
};
const limits = { maxPixels: 9_437_184 };
const filtersOf = (more: Partial<AudioSegment>) =>
  audioSegmentArguments({ ...segment, ...more }, limits).output[1] ?? '';

describe('soundSegmentArguments', () => {
  it('writes the whole list for frames within a film', () => {
    const { input, output } = audioSegmentArguments(segment, limits);
    expect(input.join(' ')).to.equal(
      `-nostdin -hide_banner -loglevel warning -protocol_whitelist http,tcp -format_whitelist ${INPUT_FORMATS} ` +
        '-max_pixels 9437184 -noautorotate -reinit_filter:v 0 -noaccurate_seek -seek_timestamp 1 -ss 2.250000 -copyts',
    );
    // 100 frames are 102400 samples, and the resampler would begin 1024 before them.
    expect(output.join(' ')).to.equal(
      "-filter_complex [0:i:2]asetpts='PTS-round(0.500000000*SR)-round(2.112000000*SR)',atrim=start_pts=0:end=2.088," +
        'aresample=48000:async=1:min_hard_comp=0.030000,aformat=sample_fmts=fltp:channel_layouts=stereo,apad,' +
        'atrim=start_pts=1024:end_pts=52224,asetpts=PTS-1024[audio] -map [audio] -c:a aac -aac_coder fast ' +
        '-b:a 160000 -ar 48000 -ac 2 -sn -dn -map_metadata -1 -map_chapters -1 -fflags +bitexact -flags +bitexact ' +
        '-movflags +frag_every_frame+delay_moov+default_base_moof+skip_trailer+write_colr -f mp4',
    );
  });

  it('resamples from a time at which samples of both rates coincide', () => {
    // 300 times a second: 147 samples of the source and 160 of the output coincide.
    const filters = filtersOf({ sourceRate: 44_100 });
    expect(filters).to.include('-round(2.110000000*SR)');
    expect(filters).to.include('atrim=start_pts=1120:end_pts=52320,');
  });

  it('fills the front with silence, whatever is found', () => {
    const filters = filtersOf({ from: { seekSeconds: null, fillsFront: true }, firstFrame: 0 });
    expect(filters).to.include(':first_pts=0,');
    expect(filters).to.include('apad,asetpts=N,atrim=start_pts=0:end_pts=51200,');
  });

  it('fills every gap of counted frames, and of others those of a packet', () => {
    const grid = { originSeconds: 0, samples: 1024 };
    expect(filtersOf({ grid: { kind: 'frames', ...grid } })).to.include('min_hard_comp=0.010667');
    expect(filtersOf({ grid: { kind: 'settling', ...grid } })).to.include('min_hard_comp=0.015000');
    expect(filtersOf({ grid: { kind: 'exact' } })).to.include('min_hard_comp=0.030000');
  });
});

describe('sourceGrid', () => {
  for (const [what, container, track, kind, samples] of [
    ['AAC', 'mp4', { codec: 'aac' }, 'frames', 1024],
    ['AAC of 8 kHz', 'mp4', { codec: 'aac', sampleRate: 8_000 }, 'frames', 256],
    ['MP3', 'mp3', { codec: 'mp3', sampleRate: 44_100 }, 'frames', 1152],
    ['MP3 of 24 kHz', 'mp3', { codec: 'mp3', sampleRate: 24_000 }, 'frames', 576],
    ['MP2', 'mpegts', { codec: 'other', codecName: 'mp2' }, 'frames', 1152],
    ['AC-3', 'matroska', { codec: 'ac3' }, 'frames', 1536],
    ['E-AC-3', 'mpegts', { codec: 'eac3' }, 'frames', 256],
    ['PCM in AVI', 'avi', { codec: 'pcm' }, 'exact', undefined],
    ['FLAC', 'flac', { codec: 'flac' }, 'exact', undefined],
    ['FLAC in milliseconds', 'matroska', { codec: 'flac' }, 'frames', null],
    ['PCM', 'wav', { codec: 'pcm' }, 'exact', undefined],
    ['AAC in parts', 'mp4', { codec: 'aac', isEdited: true }, 'edited', undefined],
    ['Opus', 'ogg', { codec: 'opus' }, 'settling', 1],
    ['Opus in milliseconds', 'webm', { codec: 'opus' }, 'settling', 120],
    ['Vorbis in milliseconds', 'webm', { codec: 'vorbis' }, 'settling', 64],
  ] satisfies readonly [string, Container, Partial<AudioTrack>, string, number | null | undefined][]) {
    it(what, () => {
      const found = audioTrack({ startSeconds: 0.02, codecDelaySeconds: 0.0065, ...track });
      const media = mediaOf([found], { container, originSeconds: 10 });
      const grid = sourceGrid(probedOf(media), found);
      expect(grid.kind).to.equal(kind);
      if (!('samples' in grid)) return;
      expect(grid.samples).to.equal(samples);
      // ffmpeg counts the delay of MP3, which precedes the first time elsewhere.
      expect(grid.originSeconds).to.be.closeTo(container === 'mp3' ? 10.02 : 10.0135, 1e-9);
    });
  }
});
