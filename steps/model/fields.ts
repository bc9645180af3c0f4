import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { anyText, type FieldSpec, wholeNumber, yesOrNo } from '../field-spec.ts'

/** Where a model named on a command line or typed comes from: its name tells. */
export function modelSource(id: string): 'proof' | 'hub' | 'local' | 'ollama' {
  if (id === 'proof') return 'proof'
  if (/^(\/|\.{1,2}\/|~\/)/.test(id) || id.endsWith('.gguf')) return 'local'
  return /^[\w.-]+\/[\w.-]+$/.test(id) ? 'hub' : 'ollama'
}

/** A folder is meant from here; the engine starts somewhere else. */
function wholePath(id: string): string {
  if (id.startsWith('~/')) return join(homedir(), id.slice(2))
  return /^\.{1,2}\//.test(id) ? resolve(id) : id
}

export const modelFields: readonly FieldSpec[] = [
  {
    path: 'model.id',
    label: 'model',
    flag: 'model',
    argument: 'id|folder|proof',
    help: 'model to serve: an id on the hub, a folder, a name in Ollama, or proof (only rigup’s own tiny model)',
    parse: (text) => (text.trim() ? { value: wholePath(text.trim()) } : { problem: 'a model' }),
    sets: (value) => ({ 'model.source': modelSource(String(value)), 'model.id': value }),
  },
  {
    path: 'model.revision',
    label: 'revision',
    flag: 'revision',
    argument: 'commit',
    help: 'commit or branch of the model on the hub',
    parse: anyText,
  },
  {
    path: 'model.file',
    label: 'file',
    flag: 'model-file',
    argument: 'file',
    help: 'one file of the repository: the GGUF to use',
    parse: anyText,
  },
  {
    path: 'model.servedName',
    label: 'served as',
    flag: 'served-model-name',
    argument: 'name',
    help: 'name that clients ask for',
    parse: anyText,
  },
  {
    path: 'model.trustRemoteCode',
    label: 'run code of the model',
    flag: 'trust-remote-code',
    help: 'run Python code that comes with the model',
    options: ['no', 'yes'],
    parse: yesOrNo,
    format: (value) => (value ? 'yes' : 'no'),
  },
  {
    path: 'workload.contextTokens',
    label: 'context',
    flag: 'context',
    argument: 'tokens',
    help: 'tokens that one conversation should hold',
    parse: wholeNumber(128),
  },
  {
    path: 'workload.users',
    label: 'users at once',
    flag: 'users',
    argument: 'n',
    help: 'how many ask at the same time',
    parse: wholeNumber(1, 100_000),
  },
]
