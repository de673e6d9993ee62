/**
 * Why a token was turned down: Envoy's number for it, which goes into metadata, and the text a client reads
 * (Envoy: source/common/jwt/status.h; only what a request can bring about).
 */
const STATUSES = {
  Ok: [0, 'OK'],
  JwtMissed: [1, 'Jwt is missing'],
  JwtNotYetValid: [2, 'Jwt not yet valid'],
  JwtExpired: [3, 'Jwt is expired'],
  JwtBadFormat: [4, 'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections'],
  JwtHeaderBadBase64: [5, 'Jwt header is an invalid Base64url encoded'],
  JwtHeaderBadJson: [6, 'Jwt header is an invalid JSON'],
  JwtHeaderBadAlg: [7, 'Jwt header [alg] field is required and must be a string'],
  JwtHeaderNotImplementedAlg: [8, 'Jwt header [alg] is not supported'],
  JwtHeaderBadKid: [9, 'Jwt header [kid] field is not a string'],
  JwtPayloadBadBase64: [10, 'Jwt payload is an invalid Base64url encoded'],
  JwtPayloadBadJson: [11, 'Jwt payload is an invalid JSON'],
  JwtIssNotString: [12, 'Jwt payload [iss] field is not a string'],
  JwtSubNotString: [13, 'Jwt payload [sub] field is not a string'],
  JwtIatNotInteger: [14, 'Jwt payload [iat] field is not an integer'],
  JwtIatOutOfRange: [15, 'Jwt payload [iat] field is not a positive 64 bit integer'],
  JwtNbfNotInteger: [16, 'Jwt payload [nbf] field is not an integer'],
  JwtNbfOutOfRange: [17, 'Jwt payload [nbf] field is not a positive 64 bit integer'],
  JwtExpNotInteger: [18, 'Jwt payload [exp] field is not an integer'],
  JwtExpOutOfRange: [19, 'Jwt payload [exp] field is not a positive 64 bit integer'],
  JwtJtiNotString: [20, 'Jwt payload [jti] field is not a string'],
  JwtAudNotString: [21, 'Jwt payload [aud] field is not a string or string list'],
  JwtSignatureBadBase64: [22, 'Jwt signature is an invalid Base64url encoded'],
  JwtEd25519SignatureWrongLength: [23, 'Jwt ED25519 signature is wrong length'],
  JwtUnknownIssuer: [24, 'Jwt issuer is not configured'],
  JwtAudienceNotAllowed: [25, 'Audiences in Jwt are not allowed'],
  JwtVerificationFail: [26, 'Jwt verification fails'],
  JwksNoValidKeys: [31, "Jwks doesn't have any valid public key"],
  JwksKidAlgMismatch: [32, "Jwks doesn't have key to match kid or alg from Jwt"],
  JwksFetchFail: [40, 'Jwks remote fetch is failed'],
} as const satisfies Record<string, readonly [number, string]>

export type JwtStatus = keyof typeof STATUSES

export function statusCode(status: JwtStatus): number {
  return STATUSES[status][0]
}

export function statusText(status: JwtStatus): string {
  return STATUSES[status][1]
}
