/** The parts of imsc's document model that are used; the package has no types. */
declare module 'imsc/src/main/js/doc.js' {
  type Length = { readonly value: number; readonly unit: string };
  type Styled = { readonly styleAttrs?: Readonly<Record<string, unknown>> };

  /** Times are of the document, in seconds; `end` may be infinite. */
  export type TtmlElement = Styled & {
    readonly kind: 'body' | 'div' | 'p' | 'span' | 'br' | 'image';
    readonly begin: number;
    readonly end: number;
    readonly regionID?: string;
    readonly text?: string;
    readonly space?: string;
    /** Some are deleted, which leaves holes. */
    readonly contents?: readonly (TtmlElement | undefined)[];
  };

  export type TtmlDocument = {
    readonly body: TtmlElement | null;
    readonly head: { readonly layout: { readonly regions: Readonly<Record<string, Styled>> } };
    readonly pxLength: { readonly h: { readonly rh: number } | null };
    readonly cellLength: { readonly h: { readonly rh: number } };
  };

  const doc: { fromXML(xml: string): TtmlDocument };
  export default doc;
}
