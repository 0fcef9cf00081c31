/** esbuild hands HTML files over as text. */
declare module '*.html' {
  const text: string;
  export default text;
}
