import { expect } from 'chai';
import { ffmpegArguments, type OutputSurroundings } from '../../functions/stream/engine/arguments.ts';
import type { SourceGrid } from '../../functions/stream/engine/audio-segment-arguments.ts';
import type { AudioOutput, Output, VideoOutput } from '../../functions/stream/plan/output.ts';
import { INPUT_FORMATS } from '../../functions/stream/sandbox/input-formats.ts';

const limits = { maxPixels: 9_437_184 };
const video: VideoOutput = {
  kind: 'encode',
  stream: 'i:1',
  codec: 'h264',
  coded: { width: 1280, height: 720 },
  crop: null,
  width: 640,
  height: 360,
  rotation: 0,
  mirrored: false,
  deinterlace: false,
  toneMap: null,
  colour: {
    source: { primaries: 1, transfer: 1, matrix: 1, isFullRange: false },
    encoded: { primaries: 1, transfer: 1, matrix: 1 },
  },
  frameRate: { numerator: 24, denominator: 1 },
  maxBitrate: 800_000,
};
const aac: AudioOutput = {
  kind: 'encode',
  stream: 'i:2',
  codec: 'aac',
  channels: 2,
  sampleRate: 48_000,
  bitrate: 160_000,
  bits: 16,
};
const whole = {
  startSeconds: 0,
  durationSeconds: null,
  prerollSeconds: 0,
  phaseSeconds: 0,
  speed: null,
  loudness: null,
  isTagged: false,
};
const make = (output: Partial<Output>) =>
  ffmpegArguments({ ...whole, format: 'mp4', video: null, audio: null, ...output }, limits);

const SCALE =
  "scale=w='if(lt(abs((460800/1280*iw/ih)/640-1),0.02),640,min(640,max(2,2*round((460800/1280*iw/ih)/2))))'" +
  ":h='if(lt(abs((460800/1280*iw/ih)/640-1),0.02),360,min(360,max(2,2*round(230400/(460800/1280*iw/ih)/2))))':eval=frame";
const PAD = 'pad=640:360:(ow-iw)/2:(oh-ih)/2:eval=frame';

const wide = (transfer: number) => ({
  source: { primaries: 9, transfer, matrix: 9, isFullRange: false },
  encoded: { primaries: 1, transfer: 1, matrix: 1 },
});

describe('ffmpegArguments', () => {
  it('writes the whole list for a film', () => {
    const { input, output } = make({ video: video, audio: aac, startSeconds: 12.5, durationSeconds: 3 });
    expect(input.join(' ')).to.equal(
      `-nostdin -hide_banner -loglevel warning -protocol_whitelist http,tcp -format_whitelist ${INPUT_FORMATS} ` +
        '-max_pixels 9437184 -noautorotate -reinit_filter:v 0 -ss 12.5',
    );
    expect(output.join(' ')).to.equal(
      `-filter_complex [0:i:1]fps=24/1:start_time=0,${SCALE}:in_color_matrix=bt709:in_range=tv:out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+bitexact,${PAD},setsar=1,format=yuv420p[video] -map [video] ` +
        '-vsync vfr -g 48 -c:v libx264 -preset veryfast -profile:v high -crf 22 -maxrate:v 800000 -bufsize:v 800000 ' +
        '-sc_threshold 0 -x264-params cpu-independent=1 -chroma_sample_location left -colorspace 1 -color_primaries 1 -color_trc 1 -color_range tv -map 0:i:2 -c:a aac -aac_coder fast -ac 2 -ar 48000 -af aresample=async=1:min_hard_comp=0.005:first_pts=0 -b:a 160000 -t 3 ' +
        '-sn -dn -map_metadata -1 -map_chapters -1 -fflags +bitexact -flags +bitexact -max_muxing_queue_size 4096 ' +
        '-movflags +frag_keyframe+delay_moov+default_base_moof+skip_trailer+write_colr -frag_duration 500000 ' +
        '-brand iso6 -f mp4',
    );
  });

  it('draws subtitles on the clock of their text, and goes back to that of the output', () => {
    const text = { kind: 'track', index: 3 } as const;
    const burnt = { text, version: 1, startSeconds: 12.5, factor: 1.5 } as const;
    const drawn = make({ video: { ...video, burnt } as VideoOutput });
    expect(drawn.burnt).to.deep.equal(text);
    expect(drawn.output.join(' ')).to.include(
      ',format=yuv420p,settb=1/1000000,setpts=round(PTS*1.5+12500500),ass=filename=/proc/self/fd/3:fontsdir=/proc/self/fd/4,' +
        'setpts=round((PTS-12500500)/1.5),settb=1/24[video]',
    );
    expect('burnt' in make({ video })).to.equal(false);
  });

  it('reads no playlist, no list of files, no image', () => {
    const formats = INPUT_FORMATS.split(',');
    for (const format of [
      'hls',
      'dash',
      'concat',
      'sdp',
      'rtsp',
      'image2',
      'tty',
      'lavfi',
      'rtp',
      'data',
      'webm_dash_manifest',
    ]) {
      expect(formats).not.to.include(format);
    }
  });

  it('leaves -ss out at the start', () => expect(make({ audio: aac }).input).not.to.include('-ss'));

  it('decodes from before the start without an index of keyframes', () => {
    const part = { video: video, startSeconds: 12.5, durationSeconds: 3, prerollSeconds: 6 };
    expect(make(part).input.join(' ')).to.match(/-reinit_filter:v 0 -ss 6.5$/);
    expect(make(part).output.join(' ')).to.include(
      '[0:i:1]fps=24/1:start_time=6.000000,setpts=PTS-STARTPTS,',
    );
    expect(make(part).output.join(' ')).to.include('-t 3 -sn').and.not.include('-ss');
    const heard = make({ ...part, audio: aac }).output.join(' ');
    expect(heard).to.include(
      '-af aresample=async=1:min_hard_comp=0.005,atrim=start=6,asetpts=PTS-round(6*SR)',
    );
    expect(make({ ...part, startSeconds: 6 }).input).not.to.include('-ss');
  });

  it('puts the frames of a track onto the nearest points of the grid', () => {
    const late = (phaseSeconds: number, more: Partial<Output> = {}) =>
      make({ video: video, phaseSeconds, ...more }).output.join(' ');
    expect(late(0.02)).to.include('[0:i:1]fps=24/1:start_time=0.020000,setpts=PTS-STARTPTS,');
    expect(late(-0.0206)).to.include(
      '[0:i:1]fps=24/1:start_time=-0.020600:eof_action=pass,setpts=PTS-STARTPTS,',
    );
    const part = { startSeconds: 12.5, prerollSeconds: 6 };
    expect(late(0.02, part)).to.include('[0:i:1]fps=24/1:start_time=6.020000,setpts=PTS-STARTPTS,');
  });

  it("omits a packet that the file's end cuts off, if it copies", () => {
    expect(make({ video: { kind: 'copy', stream: 'i:1' } }).input.join(' ')).to.include(
      '-fflags +discardcorrupt',
    );
    expect(make({ video: video, audio: aac }).input).not.to.include('-fflags');
  });

  const GRIDS: [string, SourceGrid, string][] = [
    ['as they are', { kind: 'exact' }, 'aresample=async=1:min_hard_comp=0.005,atrim=start=0'],
    [
      'as following each other from the first on',
      { kind: 'frames', originSeconds: 3, samples: 768 },
      "asetpts='st(0,PTS-N);st(1,if(eq(N,0)+gt(abs(ld(0)-ld(1)),0.008*SR),ld(0),ld(1)));ld(1)+N',aresample=async=1:min_hard_comp=0.005,atrim=start=0",
    ],
    [
      'where they stay by more than rounding',
      { kind: 'frames', originSeconds: 3, samples: null },
      "asetpts='st(0,PTS-N);st(1,if(eq(N,0)+gt(abs(ld(0)-ld(1)),0.0011*SR),ld(0),ld(1)));ld(1)+N',aresample=async=1:min_hard_comp=0.005,atrim=start=0",
    ],
  ];
  for (const [what, audioGrid, filters] of GRIDS) {
    it(`reads the times of audio ${what}`, () => {
      const { output } = ffmpegArguments({ ...whole, format: 'mp3', video: null, audio: aac }, limits, {
        audioGrid,
      });
      expect(output[output.indexOf('-af') + 1]).to.equal(filters);
    });
  }

  it('puts silence before a track that begins late, and before no other', () => {
    const heard = (more: Partial<Output>, surroundings: OutputSurroundings) => {
      const film: Output = { ...whole, format: 'mp3', video: null, audio: aac, ...more };
      const { output } = ffmpegArguments(film, limits, surroundings);
      return output[output.indexOf('-af') + 1];
    };
    const gapless = 'aresample=async=1:min_hard_comp=0.005';
    expect(heard({}, { audioStartSeconds: 0.7 })).to.equal(`${gapless}:first_pts=0`);
    const clock = { kind: 'clock', originSeconds: 0 } as const;
    const part = { startSeconds: 3, prerollSeconds: 2 };
    expect(heard(part, { approach: clock })).to.equal(`${gapless},atrim=start=2,asetpts=PTS-round(2*SR)`);
    expect(heard(part, { approach: clock, audioStartSeconds: 4 })).to.equal(
      `atrim=start=2,asetpts=PTS-round(2*SR),${gapless}:first_pts=0`,
    );
  });

  it('shows frames faster on a grid of their own, and audio at the same pitch for exactly as long', () => {
    const faster = { numerator: 48, denominator: 1 };
    const speed = { factor: 2, frames: { grid: { numerator: 24, denominator: 1 }, step: 1 } };
    const wanted: Output = {
      ...whole,
      format: 'mp4',
      video: { ...video, frameRate: faster },
      audio: aac,
      speed,
    };
    const { output } = ffmpegArguments({ ...wanted, durationSeconds: 3 }, limits, { heardSeconds: 1.5 });
    const text = output.join(' ');
    expect(text).to.contain('[0:i:1]fps=24/1:start_time=0,settb=1/48,setpts=N,scale=');
    expect(text).to.contain('-vsync vfr -enc_time_base:v 1:48 -g 96 ');
    expect(text).to.contain(
      '-af aresample=async=1:min_hard_comp=0.005,atrim=start=0,aresample=48000,' +
        'aformat=sample_fmts=fltp:channel_layouts=stereo,apad=pad_len=5760,asetrate=24576,atempo=2.0000000,' +
        'asetrate=48000,asetpts=N+96,aresample=async=1:first_pts=0,atrim=end_sample=72000 ',
    );
    expect(text).to.contain('-t 1.5 ');
  });

  it('applies a gain, limits at four times the rate, and prints the loudness if that is wanted', () => {
    const song: Output = {
      ...whole,
      format: 'mp3',
      video: null,
      audio: aac,
      loudness: { kind: 'measured', lufs: -16 },
    };
    const filters = (surroundings: OutputSurroundings) => {
      const { output } = ffmpegArguments(song, limits, surroundings);
      return output[output.indexOf('-af') + 1]?.split('channel_layouts=stereo')[1];
    };
    const limiter =
      'aresample=192000,apad=pad_len=960,alimiter=limit=0.8913:level=0:attack=5:release=50,' +
      'atrim=start_sample=960,asetpts=PTS-960,aresample=48000';
    expect(filters({ gain: { decibels: -3.25, isLimited: false } })).to.equal(',volume=-3.250dB');
    expect(filters({ gain: { decibels: 9, isLimited: true } })).to.equal(`,volume=9.000dB,${limiter}`);
    expect(filters({ isMeasured: true })).to.equal(',ebur128=peak=true:metadata=1,ametadata=print:file=-');
  });

  const FILTERS: [string, Partial<Extract<VideoOutput, { kind: 'encode' }>>, string][] = [
    [
      'a quarter turn',
      { rotation: 90, width: 360, height: 640 },
      `fps=24/1:start_time=0,${SCALE}:in_color_matrix=bt709:in_range=tv:out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+bitexact,${PAD},transpose=clock,setsar=1,format=yuv420p`,
    ],
    [
      'three quarters, mirrored',
      { rotation: 270, mirrored: true, width: 360, height: 640 },
      `fps=24/1:start_time=0,${SCALE}:in_color_matrix=bt709:in_range=tv:out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+bitexact,${PAD},hflip,transpose=cclock,setsar=1,format=yuv420p`,
    ],
    [
      'half a turn',
      { rotation: 180 },
      `fps=24/1:start_time=0,${SCALE}:in_color_matrix=bt709:in_range=tv:out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+bitexact,${PAD},hflip,vflip,setsar=1,format=yuv420p`,
    ],
    [
      'interlaced',
      { deinterlace: true },
      `scale=1280:720:interl=1,yadif=mode=send_frame:deint=interlaced,fps=24/1:start_time=0,${SCALE}:in_color_matrix=bt709:in_range=tv:out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+bitexact,${PAD},setsar=1,format=yuv420p`,
    ],
    [
      'cropped',
      { crop: { left: 160, top: 80, width: 960, height: 540 } },
      `scale=1280:720:interl=1,fps=24/1:start_time=0,crop=960:540:160:80:exact=1,${SCALE.replaceAll('460800/1280', '345600/960')}:in_color_matrix=bt709:in_range=tv:out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+bitexact,${PAD},setsar=1,format=yuv420p`,
    ],
    [
      'HLG',
      { toneMap: 'hlg', colour: wide(18) },
      `fps=24/1:start_time=0,${SCALE}:in_color_matrix=bt2020:in_range=tv:out_color_matrix=bt2020:out_range=tv:flags=bicubic+accurate_rnd+bitexact,${PAD},zscale=tin=arib-std-b67:min=bt2020nc:pin=bt2020:rin=tv:t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,tonemap=tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,setsar=1,format=yuv420p`,
    ],
    [
      'wide colours in standard range',
      { colour: wide(14) },
      `fps=24/1:start_time=0,${SCALE}:in_color_matrix=bt2020:in_range=tv:out_color_matrix=bt2020:out_range=tv:flags=bicubic+accurate_rnd+bitexact,${PAD},format=yuv420p10|yuv420p,colorspace=ispace=bt2020nc:iprimaries=bt2020:itrc=bt2020-10:irange=tv:space=bt709:primaries=bt709:trc=bt709:range=tv:format=yuv420p,setsar=1,format=yuv420p`,
    ],
  ];
  for (const [what, over, filters] of FILTERS) {
    it(what, () =>
      expect(make({ video: { ...video, ...over } }).output).to.include(`[0:i:1]${filters}[video]`),
    );
  }

  const FORMATS: [Partial<Output>, string][] = [
    [{ format: 'webm', video: { ...video, codec: 'vp9' } }, '-c:v libvpx-vp9 -row-mt 1'],
    [{ format: 'webm', video: { ...video, codec: 'vp8' } }, '-c:v libvpx -deadline realtime'],
    [{ video: { kind: 'copy', stream: '1' } }, '-map 0:1 -c:v copy'],
    [{ audio: { kind: 'copy', stream: 'a:2', codec: 'opus' } }, '-map 0:a:2 -c:a copy -sn'],
    [{ audio: { kind: 'copy', stream: 'a:0', codec: 'aac' } }, '-c:a copy -bsf:a aac_adtstoasc -sn'],
    [{ format: 'mp3', audio: { ...aac, codec: 'mp3' } }, '-c:a libmp3lame'],
    [{ format: 'opus', audio: { ...aac, codec: 'opus' } }, '-c:a libopus'],
    [{ format: 'flac', audio: { ...aac, codec: 'flac', bitrate: null } }, '-sample_fmt s16'],
    [{ format: 'wav', audio: { ...aac, codec: 'pcm', bitrate: null } }, '-c:a pcm_s16le'],
    [{ format: 'aac', audio: aac }, '-f adts'],
  ];
  for (const [output, part] of FORMATS) {
    it(part, () => expect(make(output).output.join(' ')).to.include(part));
  }
});
