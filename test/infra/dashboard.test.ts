import { expect } from 'chai';
import { METRIC_NAMES } from '../../functions/stream/lambda/metrics.ts';
import { dashboardOf } from '../../infra/dashboard.ts';
import { synthesise } from '../../testing/synthesised.ts';

describe('the dashboard', () => {
  const { widgets } = dashboardOf({
    functionName: 'films',
    region: 'eu-west-1',
    logGroup: '/aws/lambda/films',
  });

  it('is a body that CloudWatch takes', () => {
    // Amazon CloudWatch, "Dashboard body structure and syntax".
    expect(widgets.length).to.be.within(1, 500);
    for (const { type, x, y, width, height, properties } of widgets) {
      expect(width).to.be.within(1, 24);
      expect(height).to.be.within(1, 1000);
      expect(x).to.be.within(0, 24 - width);
      expect(y).to.be.at.least(0);
      expect(properties.region).to.equal('eu-west-1');
      expect(properties.title).to.be.a('string');
      if (type === 'log') {
        expect(properties.query).to.match(/^SOURCE '\/aws\/lambda\/films' \| /);
        continue;
      }
      expect(properties.period).to.satisfy((seconds: number) => seconds % 60 === 0);
      expect(properties.stat).to.match(/^(Sum|Average|Maximum|p\d{2})$/);
      for (const metric of properties.metrics as unknown[][]) {
        const names = metric.filter((part) => typeof part === 'string');
        const options = metric.at(-1);
        expect(options).to.be.an('object');
        // Namespace, name, and dimensions in pairs; or an expression alone.
        if (names.length > 0) expect(names.length % 2).to.equal(0);
        else
          expect(options)
            .to.have.property('expression')
            .that.matches(/^SEARCH\('\{.+\} .+', '\w+', 300\)$/);
      }
    }
  });

  it('has no two widgets in one place', () => {
    const places = widgets.map(({ x, y }) => `${x} ${y}`);
    expect(new Set(places).size).to.equal(places.length);
  });

  it('shows each metric', () => {
    const text = JSON.stringify(widgets);
    for (const name of METRIC_NAMES) expect(text, name).to.contain(name);
  });

  it('exists with metrics only', () => {
    expect(synthesise().resources('aws_cloudwatch_dashboard')).to.have.length(0);
    const stack = synthesise({ metrics: true, name: 'films' });
    expect(stack.resource('aws_cloudwatch_dashboard').dashboard_name).to.equal('films-us-east-1');
    const { environment } = stack.resource('aws_lambda_function') as { environment: { variables: object } };
    expect(environment.variables).to.include({ METRICS: '1' });
  });
});
