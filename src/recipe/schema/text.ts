import * as z from 'zod'

// A recipe may come from anybody, and its words end in command lines, unit files, scripts and comments: no field needs more than one
// line, and none that stands as an argument of its own may look like an option.
const oneLine = /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/u

/** Text on one line, without control characters. */
export const lineSchema = z.string().max(4096).regex(oneLine, 'one line, without control characters')

/** Text for people or for the engine, on any number of lines. */
export const textSchema = z
  .string()
  .regex(/^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]*$/u, 'text without control characters')

/** A name or path that stands as an argument of its own. */
export const wordSchema = lineSchema.min(1).regex(/^[^-]/, 'a name does not begin with a dash')

export const absolutePathSchema = lineSchema.startsWith('/')

/** An address to listen on: a name, IPv4 or IPv6. */
export const hostSchema = z.string().regex(/^[A-Za-z0-9:][A-Za-z0-9.:-]*$/, 'an address such as 127.0.0.1 or ::1')

/** `newest`, or a version as Python writes it (PEP 440). */
export const versionSchema = z.string().regex(/^(newest|[bv]?\d[\w.+!-]*)$/, '"newest", or a version such as 0.32.0')

/** The name of a Python distribution (PEP 508). */
export const packageNameSchema = z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/, 'a package name')

/** A container image without digest: `docker.io/vllm/vllm-openai:v0.32.0`. */
export const imageSchema = z
  .string()
  .regex(/^[a-z0-9]([\w.-]*[a-z0-9])?(:\d+)?(\/[\w.-]+)*(:[\w][\w.-]{0,127})?$/i, 'an image such as name/name:tag')

export const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hexadecimal digits')

/** A package index or a folder of wheels; name and password stay outside a recipe (netrc, keyring, UV_INDEX_* variables). */
export const placeSchema = lineSchema.regex(
  /^(https?:\/\/[^\s/@]+(\/\S*)?|file:\/\/\/\S*|\/.*)$/,
  'an address without name and password, or an absolute path',
)
