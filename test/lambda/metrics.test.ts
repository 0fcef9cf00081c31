import { expect } from 'chai';
import {
  embeddedMetrics,
  METRIC_NAMES,
  measure,
  planOf,
  type RequestFields,
} from '../../functions/stream/lambda/metrics.ts';
import { demoDirectory } from '../../local/function.ts';
import type { LogLine } from '../../local/instance.ts';
import { createMetrics, type LocalMetrics } from '../../local/metrics.ts';
import { type LogFields, linesWhich } from '../../testing/log-lines.ts';
import { type Service, startService } from '../../testing/service.ts';

const PRICES = { memoryGigabytes: 2, gigabyteSecond: 0.0000133334, sentGigabyte: 0.09 };
const REQUEST: RequestFields = {
  status: 200,
  bytes: 1_000_000_000,
  milliseconds: 10_000,
  firstByteMilliseconds: 250,
  ffmpegSeconds: 9.5,
  plan: 'transcode; format=mp4; video=h264:720; reason="…"; cached',
};

/** What CloudWatch asks of a line (Embedded metric format specification). */
function embedded(line: LogFields): { names: string[]; dimensions: string[][] } {
  const { Timestamp, CloudWatchMetrics } = line._aws as {
    Timestamp: number;
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[];
  };
  expect(Timestamp).to.be.within(Date.now() - 60_000, Date.now());
  for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
    expect(Namespace).to.equal('Sluice');
    expect(Metrics.length).to.be.within(1, 100);
    for (const name of Dimensions.flat()) expect(line[name], name).to.be.a('string').and.to.not.equal('');
    for (const { Name } of Metrics)
      expect(line[Name], Name).to.be.a('number').and.to.satisfy(Number.isFinite);
  }
  return {
    names: CloudWatchMetrics[0]?.Metrics.map(({ Name }) => Name) ?? [],
    dimensions: CloudWatchMetrics.flatMap(({ Dimensions }) => Dimensions),
  };
}

describe('metrics', function () {
  this.timeout(120_000);

  const table: [name: string, fields: Partial<RequestFields>, value: number | undefined][] = [
    ['Requests', {}, 1],
    ['FirstByte', {}, 250],
    ['FirstByte', { firstByteMilliseconds: null }, undefined],
    ['Bytes', { bytes: 12 }, 12],
    ['Cached', {}, 1],
    ['Cached', { plan: 'copy; segment=12' }, 0],
    ['Cached', { plan: 'passthrough; reason="cached"' }, undefined],
    ['Cached', { plan: 'hls; renditions=5; reason="…"' }, undefined],
    ['Cached', { plan: null }, undefined],
    ['FfmpegSeconds', {}, 9.5],
    ['Refusals', {}, 0],
    ['Refusals', { status: 403 }, 1],
    ['Refusals', { status: 503 }, 1],
    ['Refusals', { status: 500 }, 0],
    // 20 GB-seconds, one request, 0.994 GB beyond the first 6 MB, 1 GB out: docs/cost.md.
    ['EstimatedCost', {}, 0.000266668 + 0.0000002 + 0.007952 + 0.09],
    ['StartupTime', {}, undefined],
    ['StartupTime', { cmcd: { msd: 830 } }, 830],
    ['StartupTime', { cmcd: { msd: -1 } }, undefined],
    ['StartupTime', { cmcd: { msd: 999_999_999_999_999 } }, undefined],
    ['Stalls', {}, undefined],
    ['Stalls', { cmcd: { sid: 'a' } }, 0],
    ['Stalls', { cmcd: { bs: true } }, 1],
  ];
  for (const [name, fields, value] of table) {
    it(`are ${value ?? 'none'} for ${name} of ${JSON.stringify(fields)}`, () => {
      const found = new Map<string, number>(measure({ ...REQUEST, ...fields }, PRICES)).get(name);
      if (value === undefined) expect(found).to.equal(undefined);
      else expect(found).to.be.closeTo(value, 1e-9);
    });
  }

  it('cost no transfer behind CloudFront, which bills it itself', () => {
    const found = measure(REQUEST, { ...PRICES, sentGigabyte: 0 }).get('EstimatedCost');
    expect(found).to.be.closeTo(0.000266668 + 0.0000002 + 0.007952, 1e-9);
  });

  it('name a plan by its first word', () => {
    expect(planOf('hls; renditions=5')).to.equal('hls');
    expect(planOf(null)).to.equal('none');
  });

  it('know no cost without the memory of the function', () => {
    expect(measure(REQUEST, { ...PRICES, memoryGigabytes: null }).has('EstimatedCost')).to.equal(false);
  });

  it('are what CloudWatch reads, all of them in one line', () => {
    const cmcd = { msd: 1, bs: false };
    const fields = { ...REQUEST, cmcd };
    const line = embeddedMetrics(fields, { functionName: 'films', prices: PRICES, now: Date.now() });
    const { names, dimensions } = embedded(line);
    expect(names).to.have.members(METRIC_NAMES);
    expect(dimensions).to.deep.equal([['FunctionName'], ['FunctionName', 'Plan']]);
    expect(line).to.include({ FunctionName: 'films', Plan: 'transcode' });
  });

  it('count no more viewers than there may be', async () => {
    const metrics = createMetrics(2048);
    for (let viewer = 0; viewer < 10_010; viewer++) {
      const text = JSON.stringify({ message: 'request', ...REQUEST, cmcd: { sid: `viewer-${viewer}` } });
      metrics.count({ source: 'stdout', text } as LogLine);
    }
    expect(await metrics.text()).to.match(/^sluice_viewers 10000$/m);
  });

  describe('of a service', () => {
    let service: Service;
    let metrics: LocalMetrics;
    before(async () => {
      metrics = createMetrics(2048);
      service = await startService({ MEDIA_DIR: demoDirectory, METRICS: '1' }, { metrics });
      const cmcd = encodeURIComponent('sid="a",bs,msd=400,v=2');
      for (const path of [
        '/stream/video.mp4?start=1&duration=1&height=90',
        `/media/video.mp4?CMCD=${cmcd}`,
        '/stream/none.mp4',
      ]) {
        await (await fetch(`${service.url}${path}`)).arrayBuffer();
      }
    });
    after(() => service.close());

    it('stand in the lines of its requests', async () => {
      const lines = await linesWhich(service, 3, ({ message }) => message === 'request');
      for (const line of lines) embedded(line);
      const [transcode, media, none] = lines;
      expect(transcode).to.include({ Plan: 'transcode', Requests: 1, Refusals: 0, FunctionName: 'sluice' });
      expect(transcode?.FfmpegSeconds).to.be.above(0);
      expect(transcode?.FirstByte).to.equal(transcode?.firstByteMilliseconds);
      expect(transcode?.EstimatedCost).to.be.within(1e-7, 1e-2);
      expect(media).to.include({ StartupTime: 400, Stalls: 1, FfmpegSeconds: 0 });
      expect(none).to.include({ Refusals: 1 });
    });

    it('are what Prometheus reads at /metrics', async () => {
      await linesWhich(service, 3, ({ message }) => message === 'request');
      const response = await fetch(`${service.url}/metrics`);
      expect(response.headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/);
      const text = await response.text();
      const value = (sample: string) =>
        Number(
          text
            .split('\n')
            .find((line) => line.startsWith(`${sample} `))
            ?.split(' ')
            .at(-1),
        );
      expect(value('sluice_requests_total{plan="transcode"}')).to.equal(1);
      expect(value('sluice_refusals_total{plan="none"}')).to.equal(1);
      expect(value('sluice_first_byte_milliseconds_count{plan="transcode"}')).to.equal(1);
      expect(value('sluice_stalls_total{plan="passthrough"}')).to.equal(1);
      expect(value('sluice_viewers')).to.equal(1);
      expect(value('sluice_ffmpeg_seconds_total{plan="transcode"}')).to.be.above(0);
    });
  });
});
