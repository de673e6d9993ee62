/* The helpers that clang's lowering of setjmp and longjmp to WebAssembly exceptions calls. */
#include <setjmp.h>

void __wasm_setjmp(void *env, unsigned label, void *function) {
  (*(jmp_buf *)env)->function = function;
  (*(jmp_buf *)env)->label = label;
}

unsigned __wasm_setjmp_test(void *env, void *function) {
  return (*(jmp_buf *)env)->function == function ? (*(jmp_buf *)env)->label : 0;
}

void __wasm_longjmp(void *env, int value) {
  (*(jmp_buf *)env)->thrown.env = env;
  (*(jmp_buf *)env)->thrown.value = value ? value : 1;
  __builtin_wasm_throw(1, &(*(jmp_buf *)env)->thrown);
}
