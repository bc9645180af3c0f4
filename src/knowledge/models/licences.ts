type Licence = { readonly licence: string | null; readonly gated: boolean | null }

// As the model cards said in November 2026. First match wins; a family that is not here is not known.
const licences: readonly [RegExp, string, boolean][] = [
  [/^meta-llama\//i, 'Llama community licence', true],
  [/^google\/gemma-4/i, 'Apache-2.0', false],
  [/^google\/(gemma|codegemma)/i, 'Gemma terms of use', true],
  [/^openai\/gpt-oss/i, 'Apache-2.0', false],
  [/^qwen\/qwen2\.5-(3b|vl-3b|coder-3b)/i, 'Qwen research licence', false],
  [/^qwen\/(qwen2\.5|qwen2|qwen1\.5)[a-z-]*-(72b|110b)/i, 'Qwen licence', false],
  [/^qwen\/qwen(2|2\.5|3|3\.5|3\.6)(-|$)/i, 'Apache-2.0', false],
  [/^deepseek-ai\/deepseek-(v3|r1|v4)/i, 'MIT', false],
  [/^zai-org\/glm-(4\.[5-9]|5)/i, 'MIT', false],
  [/^microsoft\/phi-(3|4|3\.5)/i, 'MIT', false],
  [/^allenai\/olmo/i, 'Apache-2.0', false],
  [/^(coherelabs|cohereforai)\//i, 'CC-BY-NC-4.0', true],
  [/^mistralai\/(mixtral|mistral-7b|mistral-small|mistral-nemo|devstral|magistral)/i, 'Apache-2.0', false],
]

/** Licence and gate of a model on the Hugging Face hub, where they are known; the hub's own answer is newer. */
export function licenceOf(id: string): Licence {
  const found = licences.find(([pattern]) => pattern.test(id))
  return found === undefined ? { licence: null, gated: null } : { licence: found[1], gated: found[2] }
}
