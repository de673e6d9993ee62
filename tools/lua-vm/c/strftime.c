/* strftime for the C locale, so that libc's, which needs all of printf, stays out. */
#include "host.h"

static const char days[] = "Sunday\0Monday\0Tuesday\0Wednesday\0Thursday\0Friday\0Saturday";
static const char months[] =
    "January\0February\0March\0April\0May\0June\0July\0August\0September\0October\0November\0December";

const char *lx_zone = "UTC";

struct tm *lx_gmtime(const time_t *t) {
  lx_zone = "GMT";
  return gmtime(t);
}

struct tm *lx_localtime(const time_t *t) {
  lx_zone = "UTC";
  return gmtime(t);
}

/* The clock is UTC; a script that says it means daylight saving time is taken at its word, as glibc does. */
time_t lx_mktime(struct tm *tm) {
  int summer = tm->tm_isdst > 0;
  return timegm(tm) - (summer ? 3600 : 0);
}

typedef struct Out {
  char *at, *end;
} Out;

static void text(Out *out, const char *s, size_t n) {
  for (; n > 0 && out->at < out->end; n--) *out->at++ = *s++;
}

static void name(Out *out, const char *list, int index, int count, int full) {
  if (index < 0 || index >= count) {
    text(out, "?", 1);
    return;
  }
  while (index-- > 0) list += strlen(list) + 1;
  text(out, list, full ? strlen(list) : 3);
}

/* Digits at least `width` wide, filled with `fill`. */
static void number(Out *out, long n, int width, char fill) {
  char digits[24];
  int i = 24, negative = n < 0;
  unsigned long u = negative ? 0ul - (unsigned long)n : (unsigned long)n;
  do digits[--i] = (char)('0' + u % 10);
  while ((u /= 10) > 0);
  while (24 - i + negative < width) digits[--i] = fill;
  if (negative) digits[--i] = '-';
  text(out, digits + i, (size_t)(24 - i));
}

static int leap(long year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

/* The ISO week and, in *year, the year it belongs to. */
static int iso_week(const struct tm *tm, long *year) {
  int monday = (tm->tm_wday + 6) % 7, week = (tm->tm_yday - monday + 10) / 7;
  *year = tm->tm_year + 1900L;
  if (week < 1) {
    int last = tm->tm_yday + 365 + leap(--*year);
    return (last - monday + 10) / 7;
  }
  if (week == 53 && tm->tm_yday - monday + 3 >= 365 + leap(*year)) {
    ++*year;
    return 1;
  }
  return week;
}

static void format(Out *out, const char *f, const struct tm *tm) {
  long year;
  for (; *f; f++) {
    const char *start = f;
    int hour12 = tm->tm_hour % 12 == 0 ? 12 : tm->tm_hour % 12;
    if (*f != '%') {
      text(out, f, 1);
      continue;
    }
    f++;
    if (*f == 'E' || *f == 'O') f++;
    switch (*f) {
    case 'a': name(out, days, tm->tm_wday, 7, 0); break;
    case 'A': name(out, days, tm->tm_wday, 7, 1); break;
    case 'b': case 'h': name(out, months, tm->tm_mon, 12, 0); break;
    case 'B': name(out, months, tm->tm_mon, 12, 1); break;
    case 'c': format(out, "%a %b %e %H:%M:%S %Y", tm); break;
    case 'C': number(out, (tm->tm_year + 1900L) / 100, 2, '0'); break;
    case 'd': number(out, tm->tm_mday, 2, '0'); break;
    case 'D': case 'x': format(out, "%m/%d/%y", tm); break;
    case 'e': number(out, tm->tm_mday, 2, ' '); break;
    case 'F': format(out, "%Y-%m-%d", tm); break;
    case 'g': iso_week(tm, &year); number(out, year % 100, 2, '0'); break;
    case 'G': iso_week(tm, &year); number(out, year, 1, '0'); break;
    case 'H': number(out, tm->tm_hour, 2, '0'); break;
    case 'I': number(out, hour12, 2, '0'); break;
    case 'j': number(out, tm->tm_yday + 1, 3, '0'); break;
    case 'k': number(out, tm->tm_hour, 2, ' '); break;
    case 'l': number(out, hour12, 2, ' '); break;
    case 'm': number(out, tm->tm_mon + 1, 2, '0'); break;
    case 'M': number(out, tm->tm_min, 2, '0'); break;
    case 'n': text(out, "\n", 1); break;
    case 'p': text(out, tm->tm_hour < 12 ? "AM" : "PM", 2); break;
    case 'P': text(out, tm->tm_hour < 12 ? "am" : "pm", 2); break;
    case 'r': format(out, "%I:%M:%S %p", tm); break;
    case 'R': format(out, "%H:%M", tm); break;
    case 's': number(out, (long)timegm((struct tm *)tm), 1, '0'); break;
    case 'S': number(out, tm->tm_sec, 2, '0'); break;
    case 't': text(out, "\t", 1); break;
    case 'T': case 'X': format(out, "%H:%M:%S", tm); break;
    case 'u': number(out, tm->tm_wday == 0 ? 7 : tm->tm_wday, 1, '0'); break;
    case 'U': number(out, (tm->tm_yday + 7 - tm->tm_wday) / 7, 2, '0'); break;
    case 'V': number(out, iso_week(tm, &year), 2, '0'); break;
    case 'w': number(out, tm->tm_wday, 1, '0'); break;
    case 'W': number(out, (tm->tm_yday + 7 - (tm->tm_wday + 6) % 7) / 7, 2, '0'); break;
    case 'y': number(out, (tm->tm_year + 1900L) % 100, 2, '0'); break;
    case 'Y': number(out, tm->tm_year + 1900L, 1, '0'); break;
    case 'z': text(out, "+0000", 5); break;
    case 'Z': text(out, lx_zone, strlen(lx_zone)); break;
    case '%': text(out, "%", 1); break;
    default: /* unknown: as it stands */
      if (*f == '\0') f--;
      text(out, start, (size_t)(f - start) + 1);
    }
  }
}

size_t lx_strftime(char *buffer, size_t size, const char *f, const struct tm *tm) {
  Out out = {buffer, buffer + size};
  format(&out, f, tm);
  if (out.at >= out.end) return 0;
  *out.at = '\0';
  return (size_t)(out.at - buffer);
}
