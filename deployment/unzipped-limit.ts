/** The most that Lambda unpacks: the function and its layers together (250 MB; AWS, "Lambda quotas"). */
const LAMBDA_BYTES = 262_144_000;

// Function and layer are built separately, and each stays within its share, so that both together fit.
const SHARES = { function: 12_144_000, layer: 250_000_000 } as const;

/** Throws an Error that names the figures if `part` is too large for Lambda once it is unpacked. */
export function requireUnzippedFits(part: keyof typeof SHARES, unzippedBytes: number): void {
  if (unzippedBytes <= SHARES[part]) return;
  throw new Error(
    `The ${part} is ${figure(unzippedBytes)} bytes unzipped and may be ${figure(SHARES[part])}: Lambda takes ` +
      `${figure(LAMBDA_BYTES)} (250 MB) for the function and its layers together.`,
  );
}

function figure(bytes: number): string {
  return bytes.toLocaleString('en');
}
