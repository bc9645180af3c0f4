import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as z from 'zod'
import { hasCode } from '../../core/problem.ts'
import { withoutCredentials } from '../../core/redact.ts'
import { normalisedName } from '../../recipe/lock.ts'
import { get, ServerProblem } from './http.ts'

const accept = 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1'

const projectSchema = z.looseObject({ files: z.array(z.looseObject({ filename: z.string(), url: z.string() })) })

/**
 * The URL of one file of a project on a Python package index: the simple API as HTML (PEP 503) or JSON (PEP 691), over http or as a
 * folder. Throws a Problem where the index does not have it.
 */
export async function findOnIndex(index: string, project: string, file: string, signal: AbortSignal): Promise<string> {
  const page = `${index.replace(/\/+$/, '')}/${normalisedName(project)}/`
  const links = page.startsWith('file:') ? await folderLinks(page, signal) : await pageLinks(page, signal)
  const found = links.get(file)
  if (found !== undefined) return found
  throw new ServerProblem(404, {
    what: `${withoutCredentials(index)} does not have ${file}.`,
    why: `It lists ${links.size} files of ${project}, and not this one.`,
    next: 'a mirror may lag behind: name another index, or wait until it has it',
  })
}

/** File names and absolute URLs of a page of the simple API. */
export function parseIndexPage(body: string, contentType: string, pageUrl: string): Map<string, string> {
  const links = contentType.includes('json')
    ? projectSchema.parse(JSON.parse(body)).files.map(({ filename, url }): [string, string] => [filename, url])
    : Array.from(body.matchAll(/<a\s[^>]*?href\s*=\s*["']([^"']*)["'][^>]*>([^<]*)<\/a>/gi), anchor)
  return new Map(links.map(([name, url]) => [name, withCredentialsOf(pageUrl, new URL(url, pageUrl))]))
}

function anchor([, href = '', label = '']: RegExpMatchArray): [string, string] {
  return [unescapeHtml(label).trim(), unescapeHtml(href)]
}

function unescapeHtml(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}

/** A link to the same host needs the credentials that the page needed. */
function withCredentialsOf(page: string, link: URL): string {
  const from = new URL(page)
  link.hash = ''
  if (link.host === from.host && link.username === '') {
    link.username = from.username
    link.password = from.password
  }
  return link.href
}

async function pageLinks(page: string, signal: AbortSignal): Promise<Map<string, string>> {
  const answer = await get(page, { signal, accept })
  // The address after redirections is what relative links start from; it has lost the credentials, so the page's own host gives them.
  const base = new URL(answer.url)
  const asked = new URL(page)
  if (base.host === asked.host) {
    base.username = asked.username
    base.password = asked.password
  }
  return parseIndexPage(await text(answer.body), answer.contentType, base.href)
}

async function folderLinks(page: string, signal: AbortSignal): Promise<Map<string, string>> {
  const folder = fileURLToPath(page)
  try {
    const names = await readdir(folder)
    if (!names.includes('index.html'))
      return new Map(names.map((name) => [name, pathToFileURL(join(folder, name)).href]))
    const answer = await get(pathToFileURL(join(folder, 'index.html')).href, { signal })
    return parseIndexPage(await text(answer.body), answer.contentType, answer.url)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return new Map()
    throw error
  }
}
