/** A GGUF header (version 3) of a small Llama, without tensors: enough for everything that is read from it. */
export function ggufHeader(): Buffer {
  const parts: Buffer[] = []
  const u32 = (value: number): void => {
    const buffer = Buffer.alloc(4)
    buffer.writeUInt32LE(value)
    parts.push(buffer)
  }
  const u64 = (value: number): void => {
    const buffer = Buffer.alloc(8)
    buffer.writeBigUInt64LE(BigInt(value))
    parts.push(buffer)
  }
  const text = (value: string): void => {
    u64(Buffer.byteLength(value))
    parts.push(Buffer.from(value))
  }
  const uint32 = 4
  const string = 8
  const array = 9
  const numbers: Record<string, number> = {
    'llama.block_count': 4,
    'llama.embedding_length': 128,
    'llama.feed_forward_length': 256,
    'llama.attention.head_count': 8,
    'llama.attention.head_count_kv': 2,
    'llama.context_length': 4096,
  }
  parts.push(Buffer.from('GGUF'))
  u32(3)
  u64(0)
  u64(Object.keys(numbers).length + 2)
  text('general.architecture')
  u32(string)
  text('llama')
  for (const [name, value] of Object.entries(numbers)) {
    text(name)
    u32(uint32)
    u32(value)
  }
  text('tokenizer.ggml.tokens')
  u32(array)
  u32(string)
  u64(3)
  for (const token of ['a', 'b', 'c']) text(token)
  return Buffer.concat([...parts, Buffer.alloc(64)])
}
