/* One interface over zlib-ng, brotli and zstd: what Envoy 1.40 compresses and decompresses with. */
#include <brotli/decode.h>
#include <brotli/encode.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib-ng.h>
#include <zstd.h>

enum kind { DEFLATE, INFLATE, BROTLI_COMPRESS, BROTLI_DECOMPRESS, ZSTD_COMPRESS, ZSTD_DECOMPRESS };

typedef struct {
  enum kind kind;
  void *state;
  zng_stream zlib;
} codec;

/* What the last codec_run left over and made; JavaScript reads them there. */
uint32_t codec_left_in, codec_left_out;

static uint32_t mark(uint32_t in, uint32_t out) {
  codec_left_in = in;
  codec_left_out = out;
  return 0;
}

/* DEFLATE: level, window bits, memory level, strategy. INFLATE: window bits. Brotli: quality, window bits, mode, block
   bits, whether to do without literal contexts. Zstandard: level, checksum, strategy. Returns 0 when refused. */
codec *codec_open(int kind, int a, int b, int c, int d, int e) {
  codec *it = calloc(1, sizeof *it);
  if (!it) return 0;
  it->kind = kind;
  switch (kind) {
  case DEFLATE:
    if (zng_deflateInit2(&it->zlib, a, Z_DEFLATED, b, c, d) >= 0) return it;
    break;
  case INFLATE:
    if (zng_inflateInit2(&it->zlib, a) >= 0) return it;
    break;
  case BROTLI_COMPRESS: {
    BrotliEncoderState *state = BrotliEncoderCreateInstance(0, 0, 0);
    it->state = state;
    if (state && BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, a) &&
        BrotliEncoderSetParameter(state, BROTLI_PARAM_LGWIN, b) &&
        BrotliEncoderSetParameter(state, BROTLI_PARAM_MODE, c) &&
        BrotliEncoderSetParameter(state, BROTLI_PARAM_LGBLOCK, d) &&
        BrotliEncoderSetParameter(state, BROTLI_PARAM_DISABLE_LITERAL_CONTEXT_MODELING, e))
      return it;
    break;
  }
  case BROTLI_DECOMPRESS:
    it->state = BrotliDecoderCreateInstance(0, 0, 0);
    if (it->state) return it;
    break;
  case ZSTD_COMPRESS:
    it->state = ZSTD_createCCtx();
    if (it->state && !ZSTD_isError(ZSTD_CCtx_setParameter(it->state, ZSTD_c_compressionLevel, a)) &&
        !ZSTD_isError(ZSTD_CCtx_setParameter(it->state, ZSTD_c_checksumFlag, b)) &&
        !ZSTD_isError(ZSTD_CCtx_setParameter(it->state, ZSTD_c_strategy, c)))
      return it;
    break;
  case ZSTD_DECOMPRESS:
    it->state = ZSTD_createDCtx();
    if (it->state) return it;
    break;
  }
  free(it);
  return 0;
}

/* Takes from `in`, gives to `out`. `flush`: 0 as the codec likes, 1 all that was taken, 2 the end. The result: below 0
   an error, 1 finished (the end of the stream, or all is flushed), 0 more to do. */
int codec_run(codec *it, uint8_t *in, uint32_t in_length, uint8_t *out, uint32_t out_length, int flush) {
  switch (it->kind) {
  case DEFLATE:
  case INFLATE: {
    zng_stream *z = &it->zlib;
    z->next_in = in;
    z->avail_in = in_length;
    z->next_out = out;
    z->avail_out = out_length;
    const int mode = flush == 2 ? Z_FINISH : flush == 1 ? Z_SYNC_FLUSH : Z_NO_FLUSH;
    const int result = it->kind == DEFLATE ? zng_deflate(z, mode) : zng_inflate(z, mode);
    mark(z->avail_in, z->avail_out);
    if (result == Z_STREAM_END) return 1;
    return result == Z_BUF_ERROR ? 2 : result < 0 ? result : 0;
  }
  case BROTLI_COMPRESS: {
    const BrotliEncoderOperation operation = flush == 2   ? BROTLI_OPERATION_FINISH
                                             : flush == 1 ? BROTLI_OPERATION_FLUSH
                                                          : BROTLI_OPERATION_PROCESS;
    size_t available_in = in_length, available_out = out_length;
    const uint8_t *next_in = in;
    const BROTLI_BOOL ok = BrotliEncoderCompressStream(it->state, operation, &available_in, &next_in,
                                                       &available_out, &out, 0);
    mark(available_in, available_out);
    if (!ok) return -1;
    return available_in == 0 && !BrotliEncoderHasMoreOutput(it->state);
  }
  case BROTLI_DECOMPRESS: {
    size_t available_in = in_length, available_out = out_length;
    const uint8_t *next_in = in;
    const BrotliDecoderResult result =
        BrotliDecoderDecompressStream(it->state, &available_in, &next_in, &available_out, &out, 0);
    mark(available_in, available_out);
    if (result == BROTLI_DECODER_RESULT_ERROR) return -1;
    if (result == BROTLI_DECODER_RESULT_SUCCESS) return 1;
    return result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT && !BrotliDecoderHasMoreOutput(it->state) ? 2 : 0;
  }
  case ZSTD_COMPRESS: {
    ZSTD_inBuffer input = {in, in_length, 0};
    ZSTD_outBuffer output = {out, out_length, 0};
    const ZSTD_EndDirective mode = flush == 2 ? ZSTD_e_end : flush == 1 ? ZSTD_e_flush : ZSTD_e_continue;
    const size_t left = ZSTD_compressStream2(it->state, &output, &input, mode);
    mark(in_length - input.pos, out_length - output.pos);
    if (ZSTD_isError(left)) return -1;
    return flush ? left == 0 : input.pos == input.size;
  }
  case ZSTD_DECOMPRESS: {
    ZSTD_inBuffer input = {in, in_length, 0};
    ZSTD_outBuffer output = {out, out_length, 0};
    const size_t result = ZSTD_decompressStream(it->state, &output, &input);
    mark(in_length - input.pos, out_length - output.pos);
    if (ZSTD_isError(result)) return -1;
    return result == 0 ? 1 : input.pos == input.size && output.pos < output.size ? 2 : 0;
  }
  }
  return -1;
}

void codec_close(codec *it) {
  switch (it->kind) {
  case DEFLATE:
    zng_deflateEnd(&it->zlib);
    break;
  case INFLATE:
    zng_inflateEnd(&it->zlib);
    break;
  case BROTLI_COMPRESS:
    BrotliEncoderDestroyInstance(it->state);
    break;
  case BROTLI_DECOMPRESS:
    BrotliDecoderDestroyInstance(it->state);
    break;
  case ZSTD_COMPRESS:
    ZSTD_freeCCtx(it->state);
    break;
  case ZSTD_DECOMPRESS:
    ZSTD_freeDCtx(it->state);
    break;
  }
  free(it);
}
