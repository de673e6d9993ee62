/*
 * A proxy-wasm module whose behaviour is its plugin configuration, for recording what Envoy's host functions do.
 * Each line is `phase|operation|argument|...`; every operation appends what it got to a transcript, and `emit` writes
 * the transcript into a header. Built by build.mjs without any library, so that it stays a few kilobytes.
 */
#include <stdint.h>

#define HOST(name) __attribute__((import_module("env"), import_name(#name))) int name
#define EXPORT(name) __attribute__((export_name(#name)))

HOST(proxy_log)(int level, const char *text, int size);
HOST(proxy_add_header_map_value)(int map, const char *k, int ks, const char *v, int vs);
HOST(proxy_replace_header_map_value)(int map, const char *k, int ks, const char *v, int vs);
HOST(proxy_remove_header_map_value)(int map, const char *k, int ks);
HOST(proxy_get_header_map_value)(int map, const char *k, int ks, char **v, int *vs);
HOST(proxy_get_header_map_pairs)(int map, char **p, int *size);
HOST(proxy_set_header_map_pairs)(int map, const char *p, int size);
HOST(proxy_get_header_map_size)(int map, int *size);
HOST(proxy_get_buffer_bytes)(int buffer, int start, int length, char **p, int *size);
HOST(proxy_get_buffer_status)(int buffer, int *size, int *flags);
HOST(proxy_set_buffer_bytes)(int buffer, int start, int length, const char *p, int size);
HOST(proxy_get_property)(const char *path, int ps, char **v, int *vs);
HOST(proxy_set_property)(const char *path, int ps, const char *v, int vs);
HOST(proxy_send_local_response)(int status, const char *d, int ds, const char *b, int bs, const char *h, int hs, int grpc);
HOST(proxy_continue_stream)(int type);
HOST(proxy_close_stream)(int type);
HOST(proxy_http_call)(const char *c, int cs, const char *h, int hs, const char *b, int bs, const char *t, int ts, int ms, int *token);
HOST(proxy_get_status)(int *code, char **p, int *size);
HOST(proxy_set_effective_context)(int id);
HOST(proxy_get_shared_data)(const char *k, int ks, char **v, int *vs, int *cas);
HOST(proxy_set_shared_data)(const char *k, int ks, const char *v, int vs, int cas);
HOST(proxy_register_shared_queue)(const char *n, int ns, int *token);
HOST(proxy_resolve_shared_queue)(const char *vm, int vs, const char *n, int ns, int *token);
HOST(proxy_enqueue_shared_queue)(int token, const char *p, int size);
HOST(proxy_dequeue_shared_queue)(int token, char **p, int *size);
HOST(proxy_define_metric)(int type, const char *n, int ns, int *id);
HOST(proxy_increment_metric)(int id, int64_t by);
HOST(proxy_record_metric)(int id, uint64_t value);
HOST(proxy_get_metric)(int id, uint64_t *value);
HOST(proxy_set_tick_period_milliseconds)(int ms);
HOST(proxy_get_current_time_nanoseconds)(uint64_t *ns);
HOST(proxy_get_log_level)(int *level);
HOST(proxy_done)(void);
HOST(proxy_call_foreign_function)(const char *n, int ns, const char *a, int as, char **r, int *rs);

extern unsigned char __heap_base;
static uint32_t top;

EXPORT(proxy_on_memory_allocate) char *allocate(int size) {
  if (!top) top = (uint32_t)&__heap_base;
  uint32_t at = (top + 7) & ~7u;
  top = at + size;
  uint32_t pages = (top + 65535) >> 16;
  uint32_t have = __builtin_wasm_memory_size(0);
  if (pages > have && __builtin_wasm_memory_grow(0, pages - have) == (uint32_t)-1) __builtin_trap();
  return (char *)at;
}

static char script[8192];
static int script_size;
static char out[8192];
static int out_size;
static int stream; /* the stream context that was created last */
static int answer; /* what the callback returns */
static volatile int depth;

static void put(char c) { if (out_size < (int)sizeof out) out[out_size++] = c; }
static void text(const char *p, int size) {
  for (int i = 0; i < size; i++) {
    unsigned char c = p[i];
    if (c >= 32 && c < 127 && c != '%') put(c);
    else { put('%'); put("0123456789abcdef"[c >> 4]); put("0123456789abcdef"[c & 15]); }
  }
}
static void number(int64_t n) {
  char digits[24];
  int size = 0;
  uint64_t u = n < 0 ? -(uint64_t)n : (uint64_t)n;
  do digits[size++] = '0' + u % 10; while (u /= 10);
  if (n < 0) put('-');
  while (size) put(digits[--size]);
}

typedef struct { const char *p; int n; } part;
static part args[12];
static int count;

static int same(part a, const char *word) {
  int i = 0;
  for (; word[i]; i++) if (i >= a.n || a.p[i] != word[i]) return 0;
  return i == a.n;
}
static int integer(part a) {
  int n = 0, i = 0, minus = 0;
  if (a.n && a.p[0] == '-') { minus = 1; i = 1; }
  for (; i < a.n; i++) n = n * 10 + (a.p[i] - '0');
  return minus ? -n : n;
}
static part arg(int i) { part none = {"", 0}; return i < count ? args[i] : none; }

/* `a=b;c=d` as the pairs of the ABI. */
static int pairs(part spec, char *to) {
  int n = spec.n ? 1 : 0;
  for (int i = 0; i < spec.n; i++) n += spec.p[i] == ';';
  uint32_t *head = (uint32_t *)to;
  head[0] = n;
  char *body = to + 4 + 8 * n;
  int at = 0;
  for (int k = 0; k < n; k++) {
    for (int half = 0; half < 2; half++) {
      int start = at;
      while (at < spec.n && spec.p[at] != (half ? ';' : '=')) *body++ = spec.p[at++];
      head[1 + 2 * k + half] = at - start;
      *body++ = 0;
      at++;
    }
  }
  return n ? body - to : 0;
}

/* A property's path: `/` stands for the NUL between its parts. */
static part path(part a) {
  char *p = allocate(a.n + 1);
  for (int i = 0; i < a.n; i++) p[i] = a.p[i] == '/' ? 0 : a.p[i];
  part r = {p, a.n};
  return r;
}

static void status(int code) { put('='); number(code); }
static void value(int code, const char *p, int size) {
  status(code);
  if (code == 0) { put(':'); text(p, size); }
}

static void run(part op);
static __attribute__((noinline)) void deeper(part op) { depth++; run(op); depth--; }

static void run(part op) {
  char *p = 0;
  int n = 0, m = 0;
  uint64_t wide = 0;
  char *scratch = allocate(1024);
  part a = arg(2), b = arg(3), c = arg(4), d = arg(5), e = arg(6);
  text(op.p, op.n);
  if (same(op, "add")) status(proxy_add_header_map_value(integer(a), b.p, b.n, c.p, c.n));
  else if (same(op, "set")) status(proxy_replace_header_map_value(integer(a), b.p, b.n, c.p, c.n));
  else if (same(op, "remove")) status(proxy_remove_header_map_value(integer(a), b.p, b.n));
  else if (same(op, "get")) { m = proxy_get_header_map_value(integer(a), b.p, b.n, &p, &n); value(m, p, n); }
  else if (same(op, "pairs")) { m = proxy_get_header_map_pairs(integer(a), &p, &n); value(m, p, n); }
  else if (same(op, "setpairs")) status(proxy_set_header_map_pairs(integer(a), scratch, pairs(b, scratch)));
  else if (same(op, "size")) { status(proxy_get_header_map_size(integer(a), &n)); put(':'); number(n); }
  else if (same(op, "buffer")) { m = proxy_get_buffer_bytes(integer(a), integer(b), integer(c), &p, &n); value(m, p, n); }
  else if (same(op, "length")) { status(proxy_get_buffer_status(integer(a), &n, &m)); put(':'); number(n); }
  else if (same(op, "setbuffer")) status(proxy_set_buffer_bytes(integer(a), integer(b), integer(c), d.p, d.n));
  else if (same(op, "property")) { part q = path(a); m = proxy_get_property(q.p, q.n, &p, &n); value(m, p, n); }
  else if (same(op, "setproperty")) { part q = path(a); status(proxy_set_property(q.p, q.n, b.p, b.n)); }
  else if (same(op, "respond")) status(proxy_send_local_response(integer(a), c.p, c.n, b.p, b.n, scratch, pairs(d, scratch), e.n ? integer(e) : -1));
  else if (same(op, "continue")) status(proxy_continue_stream(integer(a)));
  else if (same(op, "close")) status(proxy_close_stream(integer(a)));
  else if (same(op, "call")) {
    char *trailers = allocate(512);
    int ts = pairs(arg(6), trailers);
    status(proxy_http_call(a.p, a.n, scratch, pairs(b, scratch), c.p, c.n, trailers, ts, integer(d), &n));
    put(':'); number(n);
  }
  else if (same(op, "status")) { m = proxy_get_status(&n, &p, (int *)&wide); status(m); put(':'); number(n); put(','); text(p, wide); }
  else if (same(op, "effective")) status(proxy_set_effective_context(a.n ? integer(a) : stream));
  else if (same(op, "shared")) { m = proxy_get_shared_data(a.p, a.n, &p, &n, (int *)&wide); value(m, p, n); put(','); number((int)wide); }
  else if (same(op, "share")) status(proxy_set_shared_data(a.p, a.n, b.p, b.n, integer(c)));
  else if (same(op, "queue")) { status(proxy_register_shared_queue(a.p, a.n, &n)); put(':'); number(n); }
  else if (same(op, "resolve")) { m = proxy_resolve_shared_queue(a.p, a.n, b.p, b.n, &n); status(m); put(':'); number(n); }
  else if (same(op, "enqueue")) status(proxy_enqueue_shared_queue(integer(a), b.p, b.n));
  else if (same(op, "dequeue")) { m = proxy_dequeue_shared_queue(integer(a), &p, &n); value(m, p, n); }
  else if (same(op, "metric")) { m = proxy_define_metric(integer(a), b.p, b.n, &n); status(m); put(':'); number(n); }
  else if (same(op, "increment")) status(proxy_increment_metric(integer(a), integer(b)));
  else if (same(op, "record")) status(proxy_record_metric(integer(a), integer(b)));
  else if (same(op, "read")) { m = proxy_get_metric(integer(a), &wide); status(m); put(':'); number(wide); }
  else if (same(op, "tick")) status(proxy_set_tick_period_milliseconds(integer(a)));
  else if (same(op, "time")) { m = proxy_get_current_time_nanoseconds(&wide); status(m); put(wide > 1000000000000000000ull ? '+' : '-'); }
  else if (same(op, "level")) { m = proxy_get_log_level(&n); status(m); put(':'); number(n); }
  else if (same(op, "log")) status(proxy_log(integer(a), b.p, b.n));
  else if (same(op, "done")) status(proxy_done());
  else if (same(op, "foreign")) { m = proxy_call_foreign_function(a.p, a.n, b.p, b.n, &p, &n); value(m, p, n); }
  else if (same(op, "return")) { answer = integer(a); }
  else if (same(op, "trap")) __builtin_trap();
  else if (same(op, "overflow")) { deeper(op); depth--; }
  else if (same(op, "emit")) {
    out_size -= 4;
    proxy_add_header_map_value(integer(a), b.p, b.n, out, out_size);
    out_size = 0;
    return;
  }
  put(' ');
}

static int phase(const char *name, int otherwise) {
  answer = otherwise;
  int at = 0;
  while (at < script_size) {
    count = 0;
    int start = at;
    for (; at <= script_size; at++) {
      if (at == script_size || script[at] == '|' || script[at] == '\n') {
        if (count < 12) { args[count].p = script + start; args[count++].n = at - start; }
        start = at + 1;
        if (at == script_size || script[at] == '\n') break;
      }
    }
    at++;
    if (count > 1 && same(args[0], name)) run(args[1]);
  }
  return answer;
}

static void note(const char *name, int a, int b) {
  for (; *name; name++) put(*name);
  put('('); number(a); put(','); number(b); put(')'); put(' ');
}

EXPORT(proxy_abi_version_0_2_1) void abi(void) {}

static void load(int buffer, int size) {
  char *p = 0;
  int n = 0;
  if (size && proxy_get_buffer_bytes(buffer, 0, size, &p, &n) == 0)
    for (script_size = 0; script_size < n && script_size < (int)sizeof script; script_size++) script[script_size] = p[script_size];
}

EXPORT(proxy_on_context_create) void on_create(int id, int parent) { if (parent) { stream = id; phase("create", 0); } }
EXPORT(proxy_on_vm_start) int on_start(int id, int size) { load(6, size); return phase("start", 1); }
EXPORT(proxy_on_configure) int on_configure(int id, int size) { load(7, size); return phase("configure", 1); }
EXPORT(proxy_on_tick) void on_tick(int id) { phase("tick", 0); }
EXPORT(proxy_on_request_headers) int rqh(int id, int n, int end) { note("request_headers", n, end); return phase("request_headers", 0); }
EXPORT(proxy_on_request_body) int rqb(int id, int n, int end) { note("request_body", n, end); return phase("request_body", 0); }
EXPORT(proxy_on_request_trailers) int rqt(int id, int n) { note("request_trailers", n, 0); return phase("request_trailers", 0); }
EXPORT(proxy_on_response_headers) int rsh(int id, int n, int end) { note("response_headers", n, end); return phase("response_headers", 0); }
EXPORT(proxy_on_response_body) int rsb(int id, int n, int end) { note("response_body", n, end); return phase("response_body", 0); }
EXPORT(proxy_on_response_trailers) int rst(int id, int n) { note("response_trailers", n, 0); return phase("response_trailers", 0); }
EXPORT(proxy_on_http_call_response) void call(int id, int token, int headers, int body, int trailers) {
  note("call", token, headers); note("body", body, trailers); phase("call", 0);
}
EXPORT(proxy_on_queue_ready) void queue(int id, int token) { phase("queue", 0); }
EXPORT(proxy_on_log) void on_log(int id) { phase("log", 0); }
EXPORT(proxy_on_done) int on_done(int id) { return phase("done", 1); }
EXPORT(proxy_on_delete) void on_delete(int id) { phase("delete", 0); }
