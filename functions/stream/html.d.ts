/** The build hands HTML files over as text, with their styles and scripts in them (bundle-page.ts). */
declare module '*.html' {
  const text: string;
  export default text;
}
