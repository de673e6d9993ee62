/* See host.h. */
#include "host.h"

#define IMPORT(name) __attribute__((import_module("host"), import_name(#name)))
IMPORT(print) void host_print(const char *text, int length);
IMPORT(refused) void host_refused(const char *what, int length);
IMPORT(now) double host_now(void);
IMPORT(getenv) char *host_getenv(const char *name, int length);

LxFile lx_stdin = {0}, lx_stdout = {1}, lx_stderr = {2};

#define REFUSED 1000 /* an errno of our own */
static const char *refused_what;

/* Output is kept until its line is complete. */
static char line[1024];
static size_t line_length;

void lx_flush(void) {
  if (line_length > 0) host_print(line, (int)line_length);
  line_length = 0;
}

size_t lx_fwrite(const void *data, size_t size, size_t count, LxFile *file) {
  const char *p = data;
  size_t n = size * count, part;
  (void)file;
  while (n > 0) {
    const char *newline = memchr(p, '\n', n);
    part = newline ? (size_t)(newline - p) : n;
    if (line_length == 0 && (newline || part >= sizeof(line))) {
      host_print(p, (int)part); /* a whole line at once */
    } else {
      if (line_length + part > sizeof(line)) lx_flush();
      if (part > sizeof(line)) {
        host_print(p, (int)part);
      } else {
        memcpy(line + line_length, p, part);
        line_length += part;
        if (newline) {
          host_print(line, (int)line_length);
          line_length = 0;
        }
      }
    }
    if (newline) part++;
    p += part;
    n -= part;
  }
  return count;
}

/* Tells the host that a script wanted something that a browser cannot give; the caller fails with our errno. */
void *lx_refused(const char *what) {
  refused_what = what;
  errno = REFUSED;
  host_refused(what, (int)strlen(what));
  return NULL;
}

char *lx_strerror(int code) {
  static char message[64];
  if (code != REFUSED) return code == ESPIPE ? "Illegal seek" : "Input/output error";
  strcpy(message, refused_what);
  strcat(message, " are not available to scripts here");
  return message;
}

char *lx_getenv(const char *name) {
  return host_getenv(name, (int)strlen(name));
}

time_t lx_time(time_t *t) {
  time_t now = (time_t)(host_now() / 1000.0);
  if (t) *t = now;
  return now;
}

/* Seconds since the state was made, for os.clock: the host's time is the only clock. */
static double started;
void lx_start(void) {
  started = host_now();
}
double lx_cpu(void) {
  return (host_now() - started) / 1000.0;
}

char *lx_setlocale(int category, const char *locale) {
  (void)category;
  return locale == NULL || !*locale || !strcmp(locale, "C") || !strcmp(locale, "POSIX") ? "C" : NULL;
}

void lx_exit(int code) {
  (void)code;
  __builtin_trap();
}
