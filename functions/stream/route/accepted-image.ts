/**
 * Returns the format of an image for an Accept header: WebP for clients that name it, and JPEG, which all of them show, for
 * others; PNG for who names that alone. The edge has the same code: it imports nothing.
 */
export function acceptedImage(accept: string): 'webp' | 'jpeg' | 'png' {
  if (/(^|,)\s*image\/webp\s*([,;]|$)/i.test(accept)) return 'webp';
  if (/(^|,)\s*image\/jpeg\s*([,;]|$)/i.test(accept)) return 'jpeg';
  return /(^|,)\s*image\/png\s*([,;]|$)/i.test(accept) ? 'png' : 'jpeg';
}
