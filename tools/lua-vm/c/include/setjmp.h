/* wasi-libc has no setjmp: clang lowers it to WebAssembly exceptions, setjmp.c has the helpers it calls. */
#ifndef LX_SETJMP_H
#define LX_SETJMP_H
typedef struct {
  void *function;
  unsigned label;
  struct {
    void *env;
    int value;
  } thrown;
} jmp_buf[1];
int setjmp(jmp_buf) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf, int);
#endif
