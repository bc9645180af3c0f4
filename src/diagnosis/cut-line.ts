import { signatures } from '../knowledge/failures/index.ts'
import type { Sign, Signature } from '../knowledge/failures/signature.ts'

/** So much of a message must be there to be told from another: `is not supported` alone begins many. */
const shortestPiece = 20

/** What stands before the first placeholder, in lower case. */
const begins: readonly { readonly signature: Signature; readonly sign: Sign; readonly begin: string }[] =
  signatures.flatMap((signature) =>
    signature.signs
      .filter(({ points, traits }) => points >= 10 && !traits)
      .flatMap((sign) =>
        sign.look.map((template) => ({
          signature,
          sign,
          begin: (template.split('{')[0] ?? '').replace(/^\^/, '').toLowerCase(),
        })),
      ),
  )

/**
 * The sign whose message begins at the end of a line and is cut off there; the one of which most is left. Null where there is none, or
 * where what is left begins the messages of several causes (`No such file or directory: `).
 */
export function signCutOff(message: string): { signature: Signature; sign: Sign } | null {
  const end = message.trimEnd().toLowerCase()
  let best: (typeof begins)[number] | null = null
  let most = shortestPiece - 1
  let isAmbiguous = false
  for (const each of begins) {
    for (
      let length = Math.min(each.begin.length - 1, end.length);
      length >= Math.max(most, shortestPiece);
      length -= 1
    ) {
      if (!end.endsWith(each.begin.slice(0, length).trimEnd())) continue
      isAmbiguous = length === most && best !== null && (isAmbiguous || best.signature !== each.signature)
      best = each
      most = length
      break
    }
  }
  return isAmbiguous ? null : best
}
