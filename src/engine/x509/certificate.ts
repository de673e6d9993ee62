import { sha1 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { latin1 } from '../bytes.ts'
import { parseIp } from '../match/cidr.ts'
import type { CertificateInfo } from '../stream-info.ts'
import { type DerElement, derElement, derInside, derOid, derTags } from './der.ts'
import { nameText } from './name.ts'

/** A certificate with what is needed to check it against another. */
export interface Certificate extends CertificateInfo {
  /** DER of subject and issuer, to compare as they are. */
  subjectBytes: Uint8Array
  issuerBytes: Uint8Array
  /** DER of what is signed, of the key (SubjectPublicKeyInfo), and of the algorithm's id. */
  signedBytes: Uint8Array
  keyBytes: Uint8Array
  signatureAlgorithm: string
  signature: Uint8Array
  /** basicConstraints says that it may sign others. */
  isAuthority: boolean
  /** The last CN of the subject. */
  commonName: string
}

const SUBJECT_ALT_NAME = '2.5.29.17'
const BASIC_CONSTRAINTS = '2.5.29.19'

/** Every certificate of a PEM text, in order; blocks that are no certificate are left out. */
export function readCertificates(pem: string): Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  return blocks.flatMap((block) => {
    const body = block.replaceAll(/-----[^-]*-----|\s/g, '')
    if (!/^[A-Za-z0-9+/]+=*$/.test(body)) return []
    const certificate = readDer(
      Uint8Array.from(atob(body), (char) => char.charCodeAt(0)),
      block,
    )
    return certificate ? [certificate] : []
  })
}

/** RFC 5280, section 4.1: Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }. */
function readDer(bytes: Uint8Array, pem: string): Certificate | undefined {
  const [signed, algorithm, signature] = derInside(derElement(bytes), derTags.sequence) ?? []
  const fields = derInside(signed, derTags.sequence)
  const algorithmOid = derInside(algorithm, derTags.sequence)?.[0]
  if (!signed || !fields || !algorithmOid || !signature) return undefined
  const [serial, , issuer, validity, subject, key] = fields[0]?.tag === 0xa0 ? fields.slice(1) : fields
  const dates = derInside(validity, derTags.sequence)
  if (!serial || !issuer || !subject || !key || dates?.length !== 2) return undefined
  const extensions = extensionsOf(fields)
  const names = alternativeNames(extensions.get(SUBJECT_ALT_NAME))
  const constraints = extensions.get(BASIC_CONSTRAINTS)
  const authority = constraints && derInside(derElement(constraints), derTags.sequence)?.[0]
  const subjectName = nameText(subject)
  return {
    pem,
    sha256: bytesToHex(sha256(bytes)),
    sha1: bytesToHex(sha1(bytes)),
    serial: bytesToHex(serial.value[0] === 0 && serial.value.length > 1 ? serial.value.subarray(1) : serial.value),
    subject: subjectName.text,
    issuer: nameText(issuer).text,
    commonName: subjectName.commonName,
    ...names,
    validFrom: time(dates[0]!),
    validUntil: time(dates[1]!),
    subjectBytes: subject.bytes,
    issuerBytes: issuer.bytes,
    signedBytes: signed.bytes,
    keyBytes: key.bytes,
    signatureAlgorithm: derOid(algorithmOid.value),
    signature: signature.value.subarray(1),
    isAuthority: authority?.tag === 1 && authority.value[0] !== 0,
  }
}

/** Extension values by their ids. */
function extensionsOf(fields: readonly DerElement[]): Map<string, Uint8Array> {
  const wrapper = fields.find((field) => field.tag === 0xa3)
  const found = new Map<string, Uint8Array>()
  for (const extension of (wrapper && derInside(derElement(wrapper.value), derTags.sequence)) ?? []) {
    const parts = derInside(extension, derTags.sequence)
    const value = parts?.at(-1)
    if (parts?.[0]?.tag === derTags.oid && value) found.set(derOid(parts[0].value), value.value)
  }
  return found
}

/** GeneralNames by kind: [1] email, [2] DNS, [6] URI, [7] IP address. */
function alternativeNames(extension: Uint8Array | undefined) {
  const names = { uriSans: [] as string[], dnsSans: [] as string[], ipSans: [] as string[], emailSans: [] as string[] }
  for (const { tag, value } of (extension && derInside(derElement(extension), derTags.sequence)) ?? []) {
    if (tag === 0x81) names.emailSans.push(latin1(value))
    else if (tag === 0x82) names.dnsSans.push(latin1(value))
    else if (tag === 0x86) names.uriSans.push(latin1(value))
    else if (tag === 0x87) names.ipSans.push(ipText(value))
  }
  return names
}

function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const words = Array.from({ length: 8 }, (_, i) => (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16))
  return parseIp(words.join(':'))?.toString() ?? ''
}

/** UTCTime (two digits of the year, from 1950 on) or GeneralizedTime, in milliseconds since 1970. */
function time({ tag, value }: DerElement): number {
  const text = latin1(value)
  const digits = tag === 0x17 ? `${Number(text.slice(0, 2)) >= 50 ? '19' : '20'}${text}` : text
  const [year, month, day, hour, minute, second] = (digits.match(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/) ?? [])
    .slice(1)
    .map(Number)
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second)
}
