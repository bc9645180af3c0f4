/** What a recipe can be written as, by the name that `--to` takes. Apart from the targets: help texts need none of them. */
export const exportNames = {
  sh: 'a script that does the same without rigup',
  systemd: 'a systemd unit that keeps the engine running',
  compose: 'a compose file; images only',
  nix: 'a NixOS module; images, Ollama, llama.cpp',
  client: 'settings for editors and other clients',
} as const

export type ExportName = keyof typeof exportNames
