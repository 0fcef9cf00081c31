/** Options that are off by default and need no CloudFront, all on: what moto can apply. */
export const EVERY_OPTION = {
  public: true,
  versions: true,
  provisionedConcurrency: 1,
  unfinishedUploadDays: 7,
  // More than an object in S3 may have.
  tags: Object.fromEntries([...'abcdefghij'].map((name) => [name, `${name} + ${name}`])),
  kmsKey: 'create',
  metrics: true,
  keepLostEvents: true,
  xray: true,
  // Terraform would read these as its own.
  environment: { PAGE_CREDIT: `\${var.x} and %{if}` },
} as const;

/** Those of CloudFront, all on. */
export const EVERY_CDN_OPTION = {
  cdn: true,
  domain: 'media.example.org',
  hostedZone: 'example.org',
  priceClass: 'PriceClass_100',
  webAclArn: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/media/1a2b3c4d',
  allowCountries: ['DE', 'AT'],
  accessLogs: true,
  hstsSeconds: 31_536_000,
  playlistSeconds: 5,
} as const;
