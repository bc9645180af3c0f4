/** A tree of names in lower case; leaves are text. */
export type Tree = { readonly [name: string]: Tree | string }
