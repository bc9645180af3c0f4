import * as z from 'zod'
import { serveSchema } from './serve.ts'

const environment = z.record(z.string(), z.string())

/** A question about the machine that changes nothing. */
export const checkSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('path-exists'), path: z.string() }),
  z.strictObject({
    kind: z.literal('file-sha256'),
    path: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  z.strictObject({ kind: z.literal('file-has-line'), path: z.string(), line: z.string() }),
  /** True where the file is exactly this content. */
  z.strictObject({ kind: z.literal('file-is'), path: z.string(), content: z.string() }),
  /** True where the program ends with exit code 0, and its output has `contains` in it where that is given. */
  z.strictObject({
    kind: z.literal('command'),
    argv: z.array(z.string()).min(1),
    environment: environment.optional(),
    contains: z.string().optional(),
    timeoutSeconds: z.number().positive().optional(),
  }),
])
export type Check = z.infer<typeof checkSchema>

/** The smallest things a plan can do. Each is data, can be shown as a command, and can be written as POSIX shell. */
export const operationSchema = z.discriminatedUnion('kind', [
  /** Runs a program; success is exit code 0. Never through a shell. */
  z.strictObject({
    kind: z.literal('run'),
    argv: z.array(z.string()).min(1),
    environment: environment.optional(),
    directory: z.string().optional(),
    /** Ends it when it has run that long. */
    timeoutSeconds: z.number().positive().optional(),
    /** The program whose progress output is understood; absent: output is logged only. */
    progress: z.enum(['uv', 'docker', 'ollama', 'hub']).optional(),
    /** Run only where that is true. */
    onlyIf: checkSchema.optional(),
    /** A failure is logged, and what comes next goes on. */
    allowFailure: z.boolean().optional(),
  }),
  /** Pulls a container image: `name:tag` or `name@sha256:...`. */
  z.strictObject({ kind: z.literal('pull'), tool: z.enum(['docker', 'podman']), image: z.string() }),
  z.strictObject({ kind: z.literal('make-directory'), path: z.string(), mode: z.number().int().optional() }),
  /** Writes the whole file atomically. */
  z.strictObject({
    kind: z.literal('write'),
    path: z.string(),
    content: z.string(),
    mode: z.number().int().optional(),
  }),
  /** Makes a random key in a file of mode 600; one that is there stays. */
  z.strictObject({ kind: z.literal('make-key'), path: z.string() }),
  /** Copies a file or folder that comes with rigup or lies on this machine. */
  z.strictObject({ kind: z.literal('copy'), from: z.string(), to: z.string() }),
  /** Adds a line to a file of lines (fstab) unless it is there; the file is replaced atomically, and `verify` must pass on the new content first. */
  z.strictObject({
    kind: z.literal('add-line'),
    path: z.string(),
    line: z.string(),
    /** A command that must accept the new file before it replaces the old; `{file}` stands for its path. */
    verify: z.array(z.string()).optional(),
  }),
  z.strictObject({ kind: z.literal('remove-line'), path: z.string(), line: z.string() }),
  /** Removes a file, or a folder with everything in it; with `onlyIf`, only where that is true of what is there. */
  z.strictObject({ kind: z.literal('remove'), path: z.string(), onlyIf: checkSchema.optional() }),
  /** Downloads a file; what does not match the checksum is thrown away. Sources are tried in order. */
  z.strictObject({
    kind: z.literal('fetch'),
    path: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    bytes: z.number().int().optional(),
    sources: z
      .array(
        z.discriminatedUnion('kind', [
          z.strictObject({ kind: z.literal('url'), url: z.string() }),
          /** A file of a project on a Python package index (PEP 503 or 691). */
          z.strictObject({ kind: z.literal('index'), index: z.string(), project: z.string(), file: z.string() }),
        ]),
      )
      .min(1),
  }),
  /** Takes one file out of a zip archive (a wheel). */
  z.strictObject({
    kind: z.literal('extract'),
    archive: z.string(),
    member: z.string(),
    path: z.string(),
    mode: z.number().int().optional(),
  }),
  /** Unpacks a .tar.gz or .tar.zst into a folder that is there; `strip` leading folders are left out of every path. */
  z.strictObject({
    kind: z.literal('unpack'),
    archive: z.string().regex(/\.tar\.(gz|zst)$/),
    directory: z.string(),
    strip: z.number().int().nonnegative().optional(),
  }),
  /** Starts an engine, waits for it, proves that it generates, measures, and stops or leaves it. */
  z.strictObject({ kind: z.literal('serve'), serve: serveSchema }),
])
export type Operation = z.infer<typeof operationSchema>
export type OperationKind = Operation['kind']
