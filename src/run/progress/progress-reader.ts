import type { ProgressUpdate } from '../executor.ts'

/** Reads the output of one program, line by line; what a line tells about the progress, or null. Keeps its own count. */
export type ProgressReader = (line: string) => ProgressUpdate | null
