import { expect } from 'chai';
import { readingPlaces } from '../../functions/stream/engine/reading-places.ts';
import {
  blackFrameArguments,
  type EncodedCoding,
  videoSegmentArguments,
} from '../../functions/stream/engine/video-segment-arguments.ts';
import { INPUT_FORMATS } from '../../functions/stream/sandbox/input-formats.ts';

const coding: EncodedCoding = {
  video: {
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
    frameRate: { numerator: 30000, denominator: 1001 },
    maxBitrate: 800_001,
  },
  level: 30,
  groupFrames: null,
  isPart: false,
};
const segment = { coding, gridSeconds: 10.0123, firstFrame: 90, frameCount: 120, segmentFrames: 120 };
const limits = { maxPixels: 9_437_184 };

const INPUT =
  `-nostdin -hide_banner -loglevel warning -protocol_whitelist http,tcp -format_whitelist ${INPUT_FORMATS} ` +
  '-max_pixels 9437184 -noautorotate -reinit_filter:v 0';
const codingOf = (maxrate: number, bufsize: number, beginning: number) =>
  `-vsync passthrough -c:v libx264 -preset veryfast -profile:v high -crf 19 -maxrate:v ${maxrate} ` +
  `-bufsize:v ${bufsize} -sc_threshold 0 -x264-params cpu-independent=1 -chroma_sample_location left -rc_init_occupancy:v ${beginning} ` +
  '-level:v 3.0 -bf 3 -g 100000 -keyint_min 100000 -threads 1 ' +
  '-colorspace 1 -color_primaries 1 -color_trc 1 -color_range tv -video_track_timescale 30000 ' +
  '-sn -dn -map_metadata -1 -map_chapters -1 -fflags +bitexact -flags +bitexact+cgop ' +
  '-movflags +frag_every_frame+delay_moov+default_base_moof+skip_trailer+write_colr -f mp4';

describe('videoSegmentArguments', () => {
  it('writes the whole list for frames within a film', () => {
    const from = { seekSeconds: 12.0123, fillsFront: false };
    const { input, output } = videoSegmentArguments({ ...segment, from }, limits);
    expect(input.join(' ')).to.equal(`${INPUT} -noaccurate_seek -seek_timestamp 1 -ss 12.012300 -copyts`);
    expect(output.join(' ')).to.equal(
      '-filter_complex [0:i:1]setpts=PTS-round(10.012300000/TB),fps=30000/1001,tpad=stop=-1:stop_mode=clone,' +
        'trim=start_pts=90:end_pts=210,setpts=PTS-90,' +
        "scale=w='if(lt(abs((460800/1280*iw/ih)/640-1),0.02),640,min(640,max(2,2*round((460800/1280*iw/ih)/2))))'" +
        ":h='if(lt(abs((460800/1280*iw/ih)/640-1),0.02),360,min(360,max(2,2*round(230400/(460800/1280*iw/ih)/2))))'" +
        ':eval=frame:in_color_matrix=bt709:in_range=tv:out_color_matrix=bt709:out_range=tv:' +
        'flags=bicubic+accurate_rnd+bitexact,pad=640:360:(ow-iw)/2:(oh-ih)/2:eval=frame,setsar=1,' +
        `format=yuv420p[video] -map [video] ${codingOf(720829, 288332, 288332)}`,
    );
  });

  it('seeks nothing at the start of the file, and fills the time before the first frame', () => {
    const from = { seekSeconds: null, fillsFront: true };
    const { input, output } = videoSegmentArguments({ ...segment, from }, limits);
    expect(input.join(' ')).to.equal(`${INPUT} -copyts`);
    expect(output[1]).to.include('fps=30000/1001:start_time=0,');
  });

  it('deinterlaces before the grid, and rotates and maps tones after it', () => {
    const video = { ...coding.video, deinterlace: true, rotation: 90 as const, toneMap: 'hlg' as const };
    const from = { seekSeconds: null, fillsFront: true };
    const { output } = videoSegmentArguments({ ...segment, coding: { ...coding, video }, from }, limits);
    expect(output[1]).to.match(
      /TB\),scale=1280:720:interl=1,yadif=[^,]+,fps=.*,trim=.*,scale=w=.*zscale.*,transpose=clock,/,
    );
  });

  it('codes a black frame alike, out of nothing', () => {
    const { url, args } = blackFrameArguments(coding);
    expect(url).to.equal('color=c=black:s=640x360:r=30000/1001');
    expect(args.input.join(' ')).to.equal('-nostdin -hide_banner -loglevel warning -f lavfi');
    expect(args.output.join(' ')).to.equal(
      `-frames:v 1 -vf setsar=1,format=yuv420p ${codingOf(794304, 317722, 317722)}`,
    );
  });
});

describe('readingPlaces', () => {
  const told = (places: ReturnType<typeof readingPlaces>) =>
    places.map(({ seekSeconds, fillsFront }) => `${seekSeconds}${fillsFront ? ' fills' : ''}`);

  it("takes the index's place, then goes back", () => {
    expect(told(readingPlaces(200, 0, 196.5))).to.deep.equal(['196.5', '199', '196', '184', '136 fills']);
  });
  it('guesses without one', () => {
    expect(told(readingPlaces(200, 0, null))).to.deep.equal(['199', '196', '184', '136 fills']);
  });
  it('ends at the start of the track', () => {
    expect(told(readingPlaces(12, 2, null))).to.deep.equal(['11', '8', 'null fills']);
    expect(told(readingPlaces(0, 0, null))).to.deep.equal(['null fills']);
    expect(told(readingPlaces(5, 2, 2))).to.deep.equal(['null fills']);
  });
});
