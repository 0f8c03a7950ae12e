#include "allocations.h"

#include <stdatomic.h>
#include <stddef.h>

// The program's own malloc goes before the C library's, so every allocation of the process comes through here.
static _Atomic unsigned long count;
static _Thread_local unsigned long own;

unsigned long allocation_count(void) { return atomic_load_explicit(&count, memory_order_relaxed); }

unsigned long thread_allocation_count(void) { return own; }

#if defined(__linux__) && defined(__GLIBC__)
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static void note(void) {
  own += 1;
  atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
}

void *malloc(size_t size) {
  note();
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  note();
  return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
  note();
  return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  note();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  note();
  *result = __libc_memalign(alignment, size);
  return *result == NULL ? 12 : 0;
}
#endif
