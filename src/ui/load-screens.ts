/**
 * Imports a module that needs Ink, about 40 ms sooner: Ink's layout engine is WebAssembly in a `data:` URL, for which it calls
 * `fetch` where there is one, and the first call of `fetch` loads all of Node's HTTP client. Nothing else may use `fetch`
 * until the promise settles.
 */
export async function loadScreens<Module>(load: () => Promise<Module>): Promise<Module> {
  const fetch = Object.getOwnPropertyDescriptor(globalThis, 'fetch')
  Reflect.deleteProperty(globalThis, 'fetch')
  try {
    return await load()
  } finally {
    if (fetch) Object.defineProperty(globalThis, 'fetch', fetch)
  }
}
