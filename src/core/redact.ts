const secretName = /(TOKEN|SECRET|PASSWORD|PASSWD|API[_-]?KEY|AUTHORIZATION|CREDENTIAL|PRIVATE[_-]?KEY)/i

/** True for names of variables and fields whose values must never be written or shown. */
export function isSecretName(name: string): boolean {
  return secretName.test(name)
}

/** A URL without user name and password; anything that is no URL comes back as it is, with `//user:password@` cut out. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#\s]*@/i, '$1')
}

// Shapes of tokens that must not reach a log: Hugging Face, OpenAI-like keys, bearer headers, credentials in URLs.
const secretShapes: readonly [RegExp, string][] = [
  [/\bhf_[A-Za-z0-9]{8,}/g, 'hf_***'],
  [/\bsk-[A-Za-z0-9_-]{8,}/g, 'sk-***'],
  [/(Bearer\s+)[A-Za-z0-9._~+/-]{8,}=*/gi, '$1***'],
  [/([a-z][a-z0-9+.-]*:\/\/)[^/@\s]+@/gi, '$1***@'],
  [/(--api-key[=\s]+)\S+/g, '$1***'],
]

/** Text with everything that looks like a secret replaced by `***`; the given values are replaced too, wherever they stand. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let result = text
  for (const secret of secrets) {
    if (secret.length >= 4) result = result.replaceAll(secret, '***')
  }
  for (const [shape, replacement] of secretShapes) result = result.replace(shape, replacement)
  return result
}
