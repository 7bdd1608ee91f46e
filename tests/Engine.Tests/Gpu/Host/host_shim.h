// Runs kernels on the host: blocks one after the other, each thread of a block on a stack of its own, switched wherever it
// meets a barrier or the others of its warp. A barrier that not all threads of the block reach, or a warp operation that not
// all lanes reach, stops the launch with an error instead of passing unnoticed. Matrix instructions are carried out on the
// fragments as the vendors lay them out, so the layout is tested as well.
#pragma once

#include <csetjmp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ucontext.h>

#define __shared__ static

struct alignas(16) int4
{
    int x, y, z, w;
};

struct alignas(16) float4
{
    float x, y, z, w;
};

struct dim3
{
    unsigned x, y, z;
};

// Nothing here is shared between two libraries: each has its own blocks.
namespace ait_host
{
#if defined(AIT_HOST_WAVE64)
const int Warp = 64;
#else
const int Warp = 32;
#endif
const int MaxThreads = 1024;
const size_t StackSize = 256 * 1024;

enum State
{
    Idle,
    Running,
    AtBarrier,
    AtWarp,
};

struct Fiber
{
    jmp_buf context;
    ucontext_t start;
    bool started;
    State state;
    unsigned operations; // warp operations so far: their parity picks the slot
};

struct Warp_
{
    int waiting;
    int slots[2][Warp][16];
    int results[2][Warp][4];
};

typedef void (*Entry)(const void* arguments);

struct Kernel
{
    const char* name;
    Entry entry;
    int size;
    int threads;
    Kernel* next;
};

static Kernel* kernels;
static Fiber fibers[MaxThreads];
static Warp_ warps[MaxThreads / Warp];
static jmp_buf scheduler;
static int current;
static int threads;
static bool backwards; // every other launch visits threads and blocks from the last to the first: order must not matter
static const Kernel* kernel;
static const void* arguments;
static const char* error;
static dim3 thread_index, block_index, block_size, grid_size;

static inline void leave(State state)
{
    int self = current;
    fibers[self].state = state;
    if (_setjmp(fibers[self].context) == 0)
    {
        _longjmp(scheduler, 1);
    }
}

static inline void serve()
{
    for (;;)
    {
        kernel->entry(arguments);
        leave(Idle);
    }
}

// Goes on with a thread until it waits or ends.
static inline void resume(int thread)
{
    Fiber& fiber = fibers[thread];
    current = thread;
    thread_index = dim3{(unsigned)thread, 0, 0};
    fiber.state = Running;
    if (_setjmp(scheduler) != 0)
    {
        return;
    }

    if (fiber.started)
    {
        _longjmp(fiber.context, 1);
    }

    fiber.started = true;
    getcontext(&fiber.start);
    fiber.start.uc_stack.ss_sp = malloc(StackSize);
    fiber.start.uc_stack.ss_size = StackSize;
    fiber.start.uc_link = nullptr;
    makecontext(&fiber.start, serve, 0);
    setcontext(&fiber.start);
}

static bool run_block()
{
    for (int i = 0; i < threads; i++)
    {
        fibers[i].state = Running;
        fibers[i].operations = 0;
    }

    for (int i = 0; i < threads / Warp; i++)
    {
        warps[i].waiting = 0;
    }

    for (;;)
    {
        bool moved = false;
        int idle = 0;
        int barred = 0;
        for (int n = 0; n < threads; n++)
        {
            // A warp whose last lane has arrived was released by that lane.
            int i = backwards ? threads - 1 - n : n;
            if (fibers[i].state == Running)
            {
                resume(i);
                moved = true;
            }
        }

        for (int i = 0; i < threads; i++)
        {
            idle += fibers[i].state == Idle;
            barred += fibers[i].state == AtBarrier;
        }

        if (idle == threads)
        {
            return true;
        }

        if (barred == threads)
        {
            for (int i = 0; i < threads; i++)
            {
                fibers[i].state = Running;
            }

            moved = true;
        }

        if (!moved)
        {
            error = barred > 0 ? "a barrier is not reached by every thread of the block" : "a warp operation is not reached by every lane";
            // The stacks hold half-run threads: begin with fresh ones.
            for (int i = 0; i < threads; i++)
            {
                fibers[i].started = false;
            }

            return false;
        }
    }
}

// Waits for the whole warp; the last lane to come does what is to be done with what all have brought.
template <typename Action>
static inline int (*meet(Action action))[4]
{
    Fiber& fiber = fibers[current];
    Warp_& warp = warps[current / Warp];
    unsigned slot = fiber.operations++ % 2;
    if (++warp.waiting == Warp)
    {
        warp.waiting = 0;
        action(warp.slots[slot], warp.results[slot]);
        int first = current / Warp * Warp;
        for (int i = first; i < first + Warp; i++)
        {
            fibers[i].state = Running;
        }
    }
    else
    {
        leave(AtWarp);
    }

    return warp.results[slot];
}

static inline int* own_slot() { return warps[current / Warp].slots[fibers[current].operations % 2][current % Warp]; }

struct Registration
{
    Kernel kernel;
    Registration(const char* name, Entry entry, int size, int count)
    {
        kernel = Kernel{name, entry, size, count, kernels};
        kernels = &kernel;
    }
};
} // namespace ait_host

#define threadIdx ait_host::thread_index
#define blockIdx ait_host::block_index
#define blockDim ait_host::block_size
#define gridDim ait_host::grid_size

static inline void __syncthreads() { ait_host::leave(ait_host::AtBarrier); }

#define KERNEL(name, Arguments, threads)                                                                                    \
    static void name(const Arguments& a);                                                                                   \
    static void name##_entry(const void* p) { name(*static_cast<const Arguments*>(p)); }                                    \
    static ait_host::Registration name##_registration(#name, name##_entry, (int)sizeof(Arguments), threads);                \
    static void name(const Arguments& a)

#define KERNEL_OF(name, Arguments, threads, blocks) KERNEL(name, Arguments, threads)

template <typename T>
static inline T atomicAdd(T* p, T value)
{
    T old = *p;
    *p = old + value;
    return old;
}

static inline int atomicMax(int* p, int value)
{
    int old = *p;
    *p = old > value ? old : value;
    return old;
}

namespace ait
{
static inline int shuffle_xor(int value, int mask)
{
    int lane = ait_host::current % ait_host::Warp;
    ait_host::own_slot()[0] = value;
    return ait_host::meet([mask](int (*slots)[16], int (*results)[4]) {
        (void)mask;
        for (int i = 0; i < ait_host::Warp; i++)
        {
            results[i][0] = slots[i][0];
        }
    })[lane ^ mask][0];
}

static inline unsigned long long multiply_high(unsigned long long a, unsigned long long b)
{
    return (unsigned long long)(((unsigned __int128)a * b) >> 64);
}

static inline unsigned float_bits(float x)
{
    unsigned bits;
    memcpy(&bits, &x, 4);
    return bits;
}

static inline float bits_float(unsigned bits)
{
    float x;
    memcpy(&x, &bits, 4);
    return x;
}

#if defined(AIT_HOST_WAVE64)
// V_MFMA_I32_16X16X32_I8. Left and right: lane l holds columns 8 (l / 16) … + 7 of row l % 16. Sums: lane l holds rows
// 4 (l / 16) … + 3 of column l % 16.
static inline void host_multiply(int* sums, int a0, int a1, int b0, int b1)
{
    int* slot = ait_host::own_slot();
    int lane = ait_host::current % 64;
    slot[0] = a0, slot[1] = a1, slot[2] = b0, slot[3] = b1;
    memcpy(slot + 4, sums, 16);
    auto results = ait_host::meet([](int (*slots)[16], int (*results)[4]) {
        static signed char left[16][32], right[16][32];
        for (int l = 0; l < 64; l++)
        {
            memcpy(&left[l % 16][l / 16 * 8], slots[l], 8);
            memcpy(&right[l % 16][l / 16 * 8], slots[l] + 2, 8);
        }

        for (int l = 0; l < 64; l++)
        {
            for (int i = 0; i < 4; i++)
            {
                int sum = 0;
                for (int k = 0; k < 32; k++)
                {
                    sum += left[l / 16 * 4 + i][k] * right[l % 16][k];
                }

                results[l][i] = slots[l][4 + i] + sum;
            }
        }
    });
    memcpy(sums, results[lane], 16);
}

#define multiply_fragments(s, a0, a1, b0, b1) host_multiply((s).at, a0, a1, b0, b1)
#else
// mma.m16n8k32, PTX ISA: with g = lane / 4 and c = lane % 4, a0 … a3 hold columns 4c … + 3 of rows g and g + 8, then
// columns 16 + 4c … + 3 of the same; b0 and b1 columns 4c … + 3 and 16 + 4c … + 3 of row g; sums are rows g, g, g + 8,
// g + 8 of columns 2c, 2c + 1, 2c, 2c + 1.
static inline void host_multiply(int* sums, int a0, int a1, int a2, int a3, int b0, int b1)
{
    int* slot = ait_host::own_slot();
    int lane = ait_host::current % 32;
    slot[0] = a0, slot[1] = a1, slot[2] = a2, slot[3] = a3, slot[4] = b0, slot[5] = b1;
    memcpy(slot + 6, sums, 16);
    auto results = ait_host::meet([](int (*slots)[16], int (*results)[4]) {
        static signed char left[16][32], right[8][32];
        for (int l = 0; l < 32; l++)
        {
            int g = l / 4;
            int c = l % 4 * 4;
            memcpy(&left[g][c], slots[l], 4);
            memcpy(&left[g + 8][c], slots[l] + 1, 4);
            memcpy(&left[g][c + 16], slots[l] + 2, 4);
            memcpy(&left[g + 8][c + 16], slots[l] + 3, 4);
            memcpy(&right[g][c], slots[l] + 4, 4);
            memcpy(&right[g][c + 16], slots[l] + 5, 4);
        }

        for (int l = 0; l < 32; l++)
        {
            for (int i = 0; i < 4; i++)
            {
                int sum = 0;
                for (int k = 0; k < 32; k++)
                {
                    sum += left[l / 4 + i / 2 * 8][k] * right[l % 4 * 2 + i % 2][k];
                }

                results[l][i] = slots[l][6 + i] + sum;
            }
        }
    });
    memcpy(sums, results[lane], 16);
}

#define multiply_fragments(s, a0, a1, a2, a3, b0, b1) host_multiply((s).at, a0, a1, a2, a3, b0, b1)
#endif
} // namespace ait

// What the tests call.
extern "C" const char* ait_launch(const char* name, unsigned gx, unsigned gy, unsigned gz, unsigned threads, const void* arguments, int size)
{
    using namespace ait_host;
    for (const Kernel* k = kernels; k; k = k->next)
    {
        if (strcmp(k->name, name) == 0)
        {
            if ((int)threads != k->threads || size != k->size)
            {
                return "the kernel takes another number of threads or bytes of arguments";
            }

            kernel = k;
            ait_host::threads = (int)threads;
            ait_host::arguments = arguments;
            error = nullptr;
            grid_size = dim3{gx, gy, gz};
            block_size = dim3{threads, 1, 1};
            backwards = !backwards;
            unsigned long long blocks = (unsigned long long)gx * gy * gz;
            for (unsigned long long n = 0; n < blocks; n++)
            {
                unsigned long long i = backwards ? blocks - 1 - n : n;
                block_index = dim3{(unsigned)(i % gx), (unsigned)(i / gx % gy), (unsigned)(i / gx / gy)};
                if (!run_block())
                {
                    return error;
                }
            }

            return nullptr;
        }
    }

    return "no such kernel";
}

// Names of all kernels, one after the other; null behind the last.
extern "C" const char* ait_kernel(int i)
{
    const ait_host::Kernel* k = ait_host::kernels;
    for (; k && i > 0; i--)
    {
        k = k->next;
    }

    return k ? k->name : nullptr;
}

extern "C" int ait_warp() { return ait_host::Warp; }
