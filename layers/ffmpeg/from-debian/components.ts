import { INPUT_FORMATS } from '../../../functions/stream/sandbox/input-formats.ts';

/** Names that one demuxer has beside configure's. */
const ALIASES: Readonly<Record<string, string>> = { mpeg: 'mpegps', webm: 'matroska' };

/**
 * Everything that the built ffmpeg consists of, by configure's names, in which `*` stands for any text. What
 * is not listed is not in the program, whatever an address or a file asks for: above all no protocol that
 * opens files, and no demuxer that reads playlists.
 */
const COMPONENTS = {
  protocol: 'http tcp pipe',
  demuxer: `${demuxersOf(INPUT_FORMATS)} image_jpeg_pipe image_png_pipe image_webp_pipe pcm_s16le`,
  decoder: [
    // libdav1d decodes AV1; libvpx decodes alpha, which the native decoders of VP8 and VP9 leave out.
    'h264 hevc vp8 vp9 libdav1d libvpx_vp8 libvpx_vp9 mpeg1video mpeg2video mpegvideo mpeg4 msmpeg4v* h261 h263 h263i h263p',
    'flv flashsv flashsv2 svq1 svq3 theora vp3 vp5 vp6 vp6a vp6f vp7 vc1 wmv1 wmv2 wmv3 rv10 rv20 rv30 rv40',
    'prores dnxhd dvvideo mjpeg mjpegb cinepak indeo2 indeo3 indeo4 indeo5 huffyuv ffvhuff ffv1 utvideo magicyuv',
    'lagarith rawvideo v210 v308 v408 v410 r210 r10k yuv4 qtrle rpza eightbps smc cfhd cavs snow dirac fraps',
    'msvideo1 msrle tscc tscc2 zmbv cscd aic asv1 asv2 truemotion1 truemotion2 cljr kmvc loco mimic mszh zlib',
    // Cover art and still images.
    'png bmp gif webp tiff jpeg2000',
    'aac aac_latm mp1* mp2* mp3* ac3 eac3 dca truehd mlp opus vorbis flac alac ape tta wavpack tak shorten als',
    'wmav1 wmav2 wmapro wmalossless wmavoice cook atrac1 atrac3* atrac9 ra_144 ra_288 sipr ralf amrnb amrwb qcelp',
    'evrc gsm gsm_ms g723_1 g729 ilbc truespeech nellymoser speex qdm2 qdmc mace3 mace6 imc iac mpc7 mpc8 dvaudio',
    's302m dss_sp on2avc dolby_e dsd_* pcm_* adpcm_*',
    'ass ssa srt subrip webvtt movtext text ccaption',
  ],
  encoder: [
    'libx264 libvpx_vp8 libvpx_vp9 aac libmp3lame libopus flac pcm_s16le pcm_f32le',
    'mjpeg png libwebp libwebp_anim rawvideo wrapped_avframe webvtt subrip ass',
  ],
  muxer: [
    'mp4 webm mp3 adts ogg opus flac wav pcm_s16le pcm_f32le',
    'image2pipe mjpeg webp rawvideo webvtt srt ass null framemd5',
  ],
  bsf: [
    'aac_adtstoasc extract_extradata h264_mp4toannexb hevc_mp4toannexb vp9_superframe vp9_superframe_split null',
    'mov2textsub text2movsub mpeg4_unpack_bframes dca_core eac3_core truehd_core',
  ],
  filter: [
    'fps setpts asetpts tpad apad trim atrim scale pad crop setsar setdar setparams settb asettb format aformat null',
    'anull copy acopy yadif bwdif field transpose hflip vflip zscale tonemap colorspace aresample split asplit concat',
    'select aselect tile thumbnail fade afade overlay alphaextract alphamerge blackdetect signalstats cropdetect',
    'volume volumedetect loudnorm ebur128 alimiter atempo asetrate ametadata pan channelmap channelsplit join amerge amix silencedetect',
    'ass color nullsrc anullsrc testsrc2 sine aevalsrc showinfo',
  ],
} as const;

const LIBRARIES = [
  'libx264',
  'libdav1d',
  'libvpx',
  'libopus',
  'libmp3lame',
  'libzimg',
  'libwebp',
  'libass',
  'zlib',
];

/** Returns configure's arguments, the same on every machine: the program contains them. */
export function configureArguments(): string[] {
  return [
    ...[
      '--disable-everything',
      '--disable-autodetect',
      '--disable-doc',
      '--disable-debug',
      '--disable-ffplay',
    ],
    ...['--disable-postproc', '--disable-shared', '--enable-static', '--enable-pic', '--enable-gpl'],
    ...LIBRARIES.map((name) => `--enable-${name}`),
    '--enable-parsers',
    '--enable-indev=lavfi',
    ...Object.entries(COMPONENTS).map(([kind, names]) => `--enable-${kind}=${listed(names)}`),
    '--pkg-config-flags=--static',
    '--extra-libs=-lpthread -lm',
  ];
}

const listed = (names: string | readonly string[]) => [names].flat().join(' ').replaceAll(' ', ',');

/** Returns configure's names of the demuxers with the names that `-format_whitelist` takes. */
function demuxersOf(formats: string): string {
  const names = formats.split(',').map((name) => ALIASES[name] ?? name);
  return [...new Set(names)].join(' ');
}
