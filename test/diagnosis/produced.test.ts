import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { diagnoseText } from '#src/diagnosis/diagnose.ts'

// Made with the real engine by scripts/produce-failures.ts; the JSON beside each log says how.
const folder = 'test/fixtures/logs/produced'
const sidecar = z.object({ made: z.string(), cause: z.string().nullable() })
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.log'))
  .map((file) => file.replace(/\.log$/, ''))

test.each(names)('%s', (name) => {
  const { cause } = sidecar.parse(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')))
  const diagnosis = diagnoseText(readFileSync(join(folder, `${name}.log`)))
  expect(diagnosis.cause).toBe(cause)
  expect(diagnosis.healthy).toBe(cause === null)
})
