#ifndef CABSTAND_ALLOCATIONS_H
#define CABSTAND_ALLOCATIONS_H

/// How often the process has asked for heap memory.
unsigned long allocation_count(void);

/// How often the calling thread has asked for heap memory.
unsigned long thread_allocation_count(void);

#endif
