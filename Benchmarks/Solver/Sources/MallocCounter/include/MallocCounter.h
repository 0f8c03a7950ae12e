#pragma once

/// How many blocks this process has asked the C library for so far.
unsigned long malloc_counter_read(void);
