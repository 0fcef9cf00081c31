/** The build hands HTML files over as text, with their styles and scripts in them (bundle-page.ts). */
declare module '*.html' {
  const text: string;
  export default text;
}

/** The modules that the page's script loads when it needs them, by the last part of their addresses. */
declare module '*.html?assets' {
  const assets: Readonly<Record<string, string>>;
  export default assets;
}
