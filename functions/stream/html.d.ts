/** The build hands HTML files over with their styles and scripts in them (bundle-page.ts). */
declare module '*.html' {
  const page: {
    readonly html: string;
    /** The hashes of the styles that its libraries write into shadow roots, as a policy names them. */
    readonly styles: readonly string[];
  };
  export default page;
}

/** The build puts a font beside the function, and hands over its name. */
declare module '*.ttf' {
  const name: string;
  export default name;
}

/** The modules that the page's script loads when it needs them, by the last part of their addresses. */
declare module '*.html?assets' {
  const assets: Readonly<Record<string, string>>;
  export default assets;
}
