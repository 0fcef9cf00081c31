throw new TypeError('the module cannot be loaded');
export const handler = null;
