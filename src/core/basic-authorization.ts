/** The `authorization` header for the user and password of a URL (RFC 7617): fetch refuses them in the URL itself. */
export function basicAuthorization({ username, password }: Pick<URL, 'username' | 'password'>): string {
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`
}

/** What a URL escapes; a bare percent sign, which URLs let through, stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
