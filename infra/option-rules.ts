import type { Given } from './option-table.ts';

/** Options that say something about CloudFront, and whether they are given. */
const OF_CDN = {
  domain: ({ domain }) => domain !== null,
  priceClass: ({ priceClass }) => priceClass !== 'PriceClass_All',
  webAclArn: ({ webAclArn }) => webAclArn !== null,
  allowCountries: ({ allowCountries }) => allowCountries.length > 0,
  blockCountries: ({ blockCountries }) => blockCountries.length > 0,
  accessLogs: ({ accessLogs }) => accessLogs,
  hstsSeconds: ({ hstsSeconds }) => hstsSeconds > 0,
  playlistSeconds: ({ playlistSeconds }) => playlistSeconds > 0,
} satisfies Partial<Record<keyof Given, (given: Given) => boolean>>;

/** Options that name something of one region or one deployment. */
const OF_ONE_REGION = {
  mediaBucket: ({ mediaBucket }) => mediaBucket !== null,
  alarmTopicArn: ({ alarmTopicArn }) => alarmTopicArn !== null,
  domain: ({ domain }) => domain !== null,
  kmsKey: ({ kmsKey }) => kmsKey !== null && kmsKey !== 'create',
  stateBucket: ({ stateBucket }) => stateBucket !== null,
} satisfies Partial<Record<keyof Given, (given: Given) => boolean>>;

/** Regions that an account has to ask for (CloudFront, "Configure standard logging (legacy)"). */
const WITHOUT_ACCESS_LOGS =
  /^(af|il|me|mx)-|^(ap-east-[12]|ap-south-2|ap-southeast-[3-9]|ca-west-1|eu-central-2|eu-south-[12])$/;

/** Throws an Error with one sentence for options that do not go together. */
export function checkTogether(given: Given): void {
  const { region, moreRegions, domain, hostedZone, certificateArn } = given;
  if (!given.cdn) {
    for (const [name, isGiven] of Object.entries(OF_CDN)) {
      if (isGiven(given)) throw new Error(`The option ${name} needs cdn: true.`);
    }
  }
  if (moreRegions.includes(region)) throw new Error(`The option moreRegions names ${region} again.`);
  for (const [name, isGiven] of Object.entries(OF_ONE_REGION)) {
    if (moreRegions.length > 0 && isGiven(given)) {
      throw new Error(`The option ${name} is for one region; deploy those of moreRegions by themselves.`);
    }
  }
  const unlogged = [region, ...moreRegions].find((each) => WITHOUT_ACCESS_LOGS.test(each));
  if (given.accessLogs && unlogged !== undefined) {
    throw new Error(`The option accessLogs does not work in ${unlogged}: CloudFront writes no log there.`);
  }
  if (domain === null && (hostedZone ?? certificateArn) !== null) {
    throw new Error('The options hostedZone and certificateArn need domain.');
  }
  if (domain !== null && hostedZone === null && certificateArn === null) {
    throw new Error('The option domain needs hostedZone or certificateArn.');
  }
  if (domain !== null && hostedZone !== null && !`.${domain}`.endsWith(`.${hostedZone}`)) {
    throw new Error(`The option domain must end with .${hostedZone}, as the option hostedZone says.`);
  }
  if (given.allowCountries.length > 0 && given.blockCountries.length > 0) {
    throw new Error('The options allowCountries and blockCountries exclude each other: set one of them.');
  }
  if (given.playlistSeconds > 0 && given.encryption !== null) {
    throw new Error(
      'The option playlistSeconds is for clear films: manifests of encrypted ones name a license by the token of whoever asks.',
    );
  }
  if (given.provisionedConcurrency > 0 && !given.versions) {
    throw new Error('The option provisionedConcurrency needs versions: true.');
  }
  if (given.keepLostEvents && !given.keepDerived) {
    throw new Error('The option keepLostEvents needs keepDerived: without exports there are no events.');
  }
  if (given.unfinishedUploadDays > 0 && given.mediaBucket !== null) {
    throw new Error('The option unfinishedUploadDays is for a bucket that the stack creates.');
  }
  for (const name of ['alarmTopicArn', 'kmsKey'] as const) {
    const of = given[name]?.split(':')[3];
    if (of !== undefined && of !== region) {
      throw new Error(`The option ${name} must name one in ${region}, as the option region says.`);
    }
  }
}
