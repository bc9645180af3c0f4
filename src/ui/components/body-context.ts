import { createContext, useContext } from 'react'
import { designSize } from './layout.ts'

/** Columns and rows that a screen may fill. */
type BodySize = { readonly columns: number; readonly rows: number }

export const BodyContext = createContext<BodySize>({ columns: designSize.columns - 15, rows: designSize.rows - 4 })

/** The room that the frame leaves to the screen inside it. */
export function useBody(): BodySize {
  return useContext(BodyContext)
}
