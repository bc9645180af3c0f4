import { Box } from 'ink'
import { useState } from 'react'
import { expect, test } from 'vitest'
import { composeMachine } from '#src/machine/compose.ts'
import { withCorrections } from '#src/machine/corrections.ts'
import { known } from '#src/machine/fact.ts'
import type { HardwareTools } from '#src/machine/hardware-tools.ts'
import type { Machine } from '#src/machine/schema.ts'
import { BodyContext } from '#src/ui/components/body-context.ts'
import { HardwareScreen } from '#steps/hardware/screen.tsx'
import { shippedMachine } from '../advice/machines.ts'
import { show } from '../support/component.tsx'

const rig = shippedMachine('mining-rig')
const nothingRead = composeMachine([], { name: 'rig', origin: 'live' })

/** Tools that answer from memory; what was asked of them is in `asked`. */
function fakeTools(overrides: Partial<HardwareTools> = {}) {
  const asked: string[] = []
  const tools: HardwareTools = {
    refresh: async (machine) => ({ machine, problem: null }),
    places: () => ['https://index.example/simple/'],
    ask: async (machine) => {
      asked.push('network')
      const answer = { url: 'https://index.example/simple/', answers: true, milliseconds: 84, note: 'HTTP 200' }
      return { ...machine, network: known([answer]) }
    },
    record: async () => ({
      recording: {
        files: [{ file: 'lscpu.txt', from: 'lscpu', text: 'Architecture: x86_64\n' }],
        replaced: new Map([['host name', 2]]),
      },
      directory: '/home/op/rigup-capture',
      preview: ['These 1 files go to a folder', 'Replaced by stand-ins: 2 host names.'],
    }),
    write: async () => {
      asked.push('write')
    },
    ...overrides,
  }
  return { tools, asked }
}

type Given = { tools: HardwareTools | null; start?: Machine; rows?: number; reading?: boolean }

function Screen({ tools, start = rig, rows = 40, reading = false }: Given) {
  const [machine, setMachine] = useState(start)
  return (
    <BodyContext value={{ columns: 100, rows }}>
      <Box width={100} height={rows}>
        <HardwareScreen
          machine={machine}
          reading={reading}
          message={null}
          tools={tools}
          refreshMilliseconds={1}
          next={() => undefined}
          readAgain={() => undefined}
          update={setMachine}
          override={(correction) => setMachine((before) => withCorrections(before, [correction]))}
        />
      </Box>
    </BodyContext>
  )
}

test('shows one row per card, and what the processor means for each engine build', async () => {
  const screen = show(<Screen tools={null} />)
  await screen.shows('8 × RTX 3060   12.0 GiB   cap 8.6   driver 570.86.10')
  expect(screen.lines().filter((line) => /#\d /.test(line))).toHaveLength(8)
  await screen.shows(/not: vLLM CPU, llama\.cpp GPU/)
})

test('what is not read yet is not said to be missing', async () => {
  const screen = show(<Screen tools={null} start={nothingRead} reading />)
  await screen.shows(/GPUs +…/)
  expect(screen.lines().join('\n')).toMatch(/CPU +…[\s\S]*RAM +…[\s\S]*Disk +…[\s\S]*System +…/)
  expect(screen.lines().join('\n')).not.toMatch(/none found|unknown/)
})

test('where there is little room, cards that are broken or busy are shown before the others', async () => {
  const busy = withCorrections(rig, ['gpus[6].problem=fallen off the bus', 'gpus[7].utilizationPercent=83'])
  const screen = show(<Screen tools={null} start={busy} rows={17} />)
  await screen.shows(/#6 .*fallen off the bus/)
  await screen.shows(/#7 .*83 % busy/)
  await screen.shows('6 more')
})

test('where not all risks have room, how many there are besides is said, and none is cut in its middle', async () => {
  const screen = show(<Screen tools={null} rows={17} />)
  await screen.shows(/^\d more: \? shows all, with their reasons$/m)
  const said = [...screen.frame().matchAll(/\[(memory|quantize|engine)\]/g)].length
  expect(screen.frame()).toContain(`${4 - said} more`)
})

test('of many cards in use the idle ones are shown', async () => {
  const screen = show(<Screen tools={null} start={shippedMachine('shared-a100')} rows={17} />)
  await screen.shows(/#4 .*GiB free/)
  await screen.shows(/\d more, in use/)
})

test('a fact is chosen and corrected, and says so', async () => {
  const screen = show(<Screen tools={null} />)
  await screen.press('o')
  await screen.shows('Which fact is wrong?')
  await screen.shows(/gpus\[0\]\.vendor/)
  for (let row = 0; row < 4; row += 1) await screen.press('down')
  await screen.press('enter')
  await screen.shows('What is gpus[0].memoryTotalBytes?')
  await screen.press('\u0015', '10GiB', 'enter')
  await screen.shows('Changed gpus[0].memoryTotalBytes=10737418240')
})

test('the network is asked only after what would be asked was shown', async () => {
  const { tools, asked } = fakeTools()
  const screen = show(<Screen tools={tools} />)
  await screen.press('a')
  await screen.shows('https://index.example/simple/')
  expect(asked).toEqual([])
  await screen.press('enter')
  await screen.shows('answers (HTTP 200, 84 ms)')
  expect(asked).toEqual(['network'])
})

test('captures are written only after their preview', async () => {
  const { tools, asked } = fakeTools()
  const screen = show(<Screen tools={tools} />)
  await screen.press('s')
  await screen.shows('Replaced by stand-ins: 2 host names.')
  expect(asked).toEqual([])
  await screen.press('enter')
  await screen.shows('Written to /home/op/rigup-capture')
  expect(asked).toEqual(['write'])
})

test('a saved machine has neither a network nor tools to record', async () => {
  const screen = show(<Screen tools={null} />)
  await screen.press('s', 'a')
  await screen.shows('Is this right?')
})

test('figures of the cards move while the screen is open, and a tool that hangs is not asked again', async () => {
  let questions = 0
  const { tools } = fakeTools({
    refresh: async (machine) => {
      questions += 1
      if (questions > 2) return { machine, problem: 'nvidia-smi did not answer within 5 s and was ended.' }
      return { machine: withCorrections(machine, [`gpus[0].utilizationPercent=${questions * 40}`]), problem: null }
    },
  })
  const screen = show(<Screen tools={tools} />)
  await screen.shows(/#0 .*80 % busy/)
  await screen.shows('nvidia-smi did not answer')
  const before = questions
  await screen.press('e')
  await screen.shows('Where each number comes from')
  expect(questions).toBe(before)
})
