// What differs between CUDA, HIP and the host shim. Everything below this file is one text for all three.
//
// A tile is 16 rows of a left matrix times TILE_COLUMNS rows of a right matrix, both int8 with 64 consecutive bytes a row.
// Each lane loads 16 bytes of its row at once. The matrix instructions want the columns in another order, but both sides
// are permuted alike, and a sum of integers does not know the order of its terms.
#pragma once

#if defined(AIT_HOST)
#include "host_shim.h"
#define DEVICE static inline
#define DEVICE_MEMBER
#elif defined(__HIP_DEVICE_COMPILE__) || defined(__HIPCC__) || defined(__HIP__)
#define AIT_HIP 1
#define DEVICE static __device__ __forceinline__
#define DEVICE_MEMBER __device__ __forceinline__
#else
#define AIT_CUDA 1
#define DEVICE static __device__ __forceinline__
#define DEVICE_MEMBER __device__ __forceinline__
#endif

#if defined(AIT_HOST)
#define UNROLL
#define UNROLL_BY(count)
#else
#define PRAGMA(text) _Pragma(#text)
#define UNROLL PRAGMA(unroll)
#define UNROLL_BY(count) PRAGMA(unroll count)
// A kernel with so many threads a block, of which at least so many blocks fit a multiprocessor.
#define KERNEL_OF(name, Arguments, threads, blocks) extern "C" __global__ void __launch_bounds__(threads, blocks) name(const Arguments a)
#define KERNEL(name, Arguments, threads) extern "C" __global__ void __launch_bounds__(threads) name(const Arguments a)
#endif

// AMD's matrix cores (gfx9) work in waves of 64 lanes with 16 columns a tile, NVIDIA's in warps of 32 with 8.
#if defined(AIT_HIP) || defined(AIT_HOST_WAVE64)
#define WARP 64
#define TILE_COLUMNS 16
#else
#define WARP 32
#define TILE_COLUMNS 8
#endif

#define TILE_ROWS 16
#define TILE_DEPTH 64
#define SMALLEST_INT (-2147483647 - 1)

namespace ait
{

typedef signed char int8;
typedef unsigned char uint8;
typedef unsigned int uint32;
typedef long long int64;
typedef unsigned long long uint64;

#if defined(AIT_CUDA)
DEVICE int shuffle_xor(int value, int mask) { return __shfl_xor_sync(0xFFFFFFFFu, value, mask); }
DEVICE uint64 multiply_high(uint64 a, uint64 b) { return __umul64hi(a, b); }
DEVICE uint32 float_bits(float x) { return __float_as_uint(x); }
DEVICE float bits_float(uint32 x) { return __uint_as_float(x); }
#elif defined(AIT_HIP)
DEVICE int shuffle_xor(int value, int mask) { return __shfl_xor(value, mask, WARP); }
DEVICE uint64 multiply_high(uint64 a, uint64 b) { return __umul64hi(a, b); }
DEVICE uint32 float_bits(float x) { return __float_as_uint(x); }
DEVICE float bits_float(uint32 x) { return __uint_as_float(x); }
#endif

// Shifts by 32 and more leave nothing.
#if defined(AIT_CUDA)
DEVICE uint32 shift_right(uint32 a, int n)
{
    uint32 shifted;
    asm("shr.u32 %0, %1, %2;" : "=r"(shifted) : "r"(a), "r"(n));
    return shifted;
}
#else
DEVICE uint32 shift_right(uint32 a, int n) { return n > 31 ? 0u : a >> n; }
#endif

DEVICE int lane_index() { return (int)(threadIdx.x % WARP); }
DEVICE int warp_index() { return (int)(threadIdx.x / WARP); }
DEVICE int warp_count() { return (int)(blockDim.x / WARP); }

// The lane's share of 16 rows of a left matrix.
struct LeftTile
{
#if WARP == 32
    int4 low;  // row lane / 4
    int4 high; // row lane / 4 + 8
#else
    int4 all;  // row lane % 16
#endif
};

// The lane's share of TILE_COLUMNS rows of a right matrix.
struct RightTile
{
    int4 all;
};

// The lane's four sums of a tile; tile_row and tile_column say whose.
struct SumTile
{
    int at[4];
};

// Of a lane's four sums, number i belongs to its column i % LANE_COLUMNS and its row i / LANE_COLUMNS.
#if WARP == 32
#define LANE_COLUMNS 2
#define LANE_ROWS 2
DEVICE int tile_row(int i) { return lane_index() / 4 + (i / 2) * 8; }
DEVICE int tile_column(int i) { return lane_index() % 4 * 2 + i % 2; }
DEVICE int right_row() { return lane_index() / 4; }
DEVICE int tile_offset() { return lane_index() % 4 * 16; }
#else
#define LANE_COLUMNS 1
#define LANE_ROWS 4
DEVICE int tile_row(int i) { return lane_index() / 16 * 4 + i; }
DEVICE int tile_column(int i) { return (void)i, lane_index() % 16; }
DEVICE int right_row() { return lane_index() % 16; }
DEVICE int tile_offset() { return lane_index() / 16 * 16; }
#endif

DEVICE int4 load16(const int8* p) { return *reinterpret_cast<const int4*>(p); }

// Rows beyond the last are read as the last: their sums are never stored.
DEVICE int smaller(int a, int b) { return a < b ? a : b; }
DEVICE int greater(int a, int b) { return a > b ? a : b; }

DEVICE void load_left(LeftTile& t, const int8* matrix, int64 stride, int first, int last)
{
#if WARP == 32
    int row = first + lane_index() / 4;
    t.low = load16(matrix + smaller(row, last) * stride + tile_offset());
    t.high = load16(matrix + smaller(row + 8, last) * stride + tile_offset());
#else
    t.all = load16(matrix + smaller(first + lane_index() % 16, last) * stride + tile_offset());
#endif
}

DEVICE void load_right(RightTile& t, const int8* matrix, int64 stride, int first, int last)
{
    t.all = load16(matrix + smaller(first + right_row(), last) * stride + tile_offset());
}

#if defined(AIT_CUDA)
// PTX ISA, "Matrix Fragments for mma.m16n8k32": a0 row g, a1 row g + 8, both at columns 4c; a2, a3 16 columns further.
DEVICE void multiply_fragments(SumTile& s, int a0, int a1, int a2, int a3, int b0, int b1)
{
    asm(
        "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+r"(s.at[0]), "+r"(s.at[1]), "+r"(s.at[2]), "+r"(s.at[3])
        : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}
#elif defined(AIT_HIP)
typedef int int_x4 __attribute__((ext_vector_type(4)));
// AMD Instinct MI300 ISA, V_MFMA_I32_16X16X32_I8: a lane holds 8 columns of row lane % 16 on either side.
DEVICE void multiply_fragments(SumTile& s, int a0, int a1, int b0, int b1)
{
    int_x4 c = {s.at[0], s.at[1], s.at[2], s.at[3]};
    long a = (long)(((uint64)(uint32)a1 << 32) | (uint32)a0);
    long b = (long)(((uint64)(uint32)b1 << 32) | (uint32)b0);
    c = __builtin_amdgcn_mfma_i32_16x16x32_i8(a, b, c, 0, 0, 0);
    s.at[0] = c[0];
    s.at[1] = c[1];
    s.at[2] = c[2];
    s.at[3] = c[3];
}
#endif

// s[i, j] += sum over 64 columns of left[i, k] * right[j, k].
DEVICE void multiply_tiles(SumTile& s, const LeftTile& left, const RightTile& right)
{
#if WARP == 32
    multiply_fragments(s, left.low.x, left.high.x, left.low.y, left.high.y, right.all.x, right.all.y);
    multiply_fragments(s, left.low.z, left.high.z, left.low.w, left.high.w, right.all.z, right.all.w);
#else
    multiply_fragments(s, left.all.x, left.all.y, right.all.x, right.all.y);
    multiply_fragments(s, left.all.z, left.all.w, right.all.z, right.all.w);
#endif
}

// Attention of many queries keeps its weights in the registers in which its scores arise. For that the lane that holds a score
// must be the one that brings its weight to the next product: queries are the left matrix on NVIDIA and the right one on AMD,
// lines (keys, or elements of values) the other. LINE_TILE lines to a tile; of its sums a lane holds LANE_QUERIES queries
// times LANE_LINES lines, number i being query i / LANE_LINES and line i % LANE_LINES. Lanes of one group hold the same lines.
#if WARP == 32
#define LINE_TILE 8
#define LANE_LINES 2
#define LANE_QUERIES 2
DEVICE int lane_group() { return lane_index() % 4; }
DEVICE int lane_line() { return lane_index() / 4; }
DEVICE int lane_query(int i) { return lane_index() / 4 + 8 * i; }
#define GROUP_MASK 1 // Lanes of one query differ in these two bits.
#else
#define LINE_TILE 16
#define LANE_LINES 4
#define LANE_QUERIES 1
DEVICE int lane_group() { return lane_index() / 16; }
DEVICE int lane_line() { return lane_index() % 16; }
DEVICE int lane_query(int i) { return (void)i, lane_index() % 16; }
#define GROUP_MASK 16
#endif

// The lane's share of 16 queries, and of LINE_TILE lines, each of 64 bytes.
struct QueryTile
{
    int4 at[LANE_QUERIES];
};

DEVICE void multiply_lines(SumTile& s, const QueryTile& q, const int4& line)
{
#if WARP == 32
    multiply_fragments(s, q.at[0].x, q.at[1].x, q.at[0].y, q.at[1].y, line.x, line.y);
    multiply_fragments(s, q.at[0].z, q.at[1].z, q.at[0].w, q.at[1].w, line.z, line.w);
#else
    multiply_fragments(s, line.x, line.y, q.at[0].x, q.at[0].y);
    multiply_fragments(s, line.z, line.w, q.at[0].z, q.at[0].w);
#endif
}

// 16 bytes on their way from memory to shared memory, while the thread goes on. Copies begun belong to the set that end_copies
// ends; wait_for_copies<n> sees a thread's arrive but for the last n sets. warp_barrier shows the lanes of a warp each other's.
#if defined(AIT_CUDA)
DEVICE void begin_copy(void* shared, const void* memory)
{
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" : : "r"((uint32)__cvta_generic_to_shared(shared)), "l"(memory) : "memory");
}

DEVICE void end_copies() { asm volatile("cp.async.commit_group;" : : : "memory"); }

template <int LEFT>
DEVICE void wait_for_copies()
{
    asm volatile("cp.async.wait_group %0;" : : "n"(LEFT) : "memory");
}

DEVICE void warp_barrier() { __syncwarp(); }
#else
DEVICE void begin_copy(void* shared, const void* memory) { *static_cast<int4*>(shared) = *static_cast<const int4*>(memory); }
DEVICE void end_copies() {}

template <int LEFT>
DEVICE void wait_for_copies()
{
}

#if defined(AIT_HIP)
DEVICE void warp_barrier()
{
    __threadfence_block();
    __builtin_amdgcn_wave_barrier();
}
#else
DEVICE void warp_barrier() { (void)shuffle_xor(0, 0); }
#endif
#endif

DEVICE int warp_greatest(int value)
{
    for (int mask = WARP / 2; mask > 0; mask /= 2)
    {
        value = greater(value, shuffle_xor(value, mask));
    }

    return value;
}

DEVICE int64 shuffle_xor(int64 value, int mask)
{
    int low = shuffle_xor((int)(uint32)(uint64)value, mask);
    int high = shuffle_xor((int)(uint32)((uint64)value >> 32), mask);
    return (int64)(((uint64)(uint32)high << 32) | (uint32)low);
}

DEVICE int64 warp_sum(int64 value)
{
    for (int mask = WARP / 2; mask > 0; mask /= 2)
    {
        value += shuffle_xor(value, mask);
    }

    return value;
}

DEVICE uint64 warp_greatest(uint64 value)
{
    for (int mask = WARP / 2; mask > 0; mask /= 2)
    {
        uint64 other = (uint64)shuffle_xor((int64)value, mask);
        value = other > value ? other : value;
    }

    return value;
}

// The block's greatest value, in every thread. The scratch holds one entry a warp.
DEVICE int block_greatest(int value, int* scratch)
{
    value = warp_greatest(value);
    __syncthreads();
    if (lane_index() == 0)
    {
        scratch[warp_index()] = value;
    }

    __syncthreads();
    value = scratch[0];
    for (int i = 1; i < warp_count(); i++)
    {
        value = greater(value, scratch[i]);
    }

    return value;
}

// The block's sum, in every thread.
DEVICE int64 block_sum(int64 value, int64* scratch)
{
    value = warp_sum(value);
    __syncthreads();
    if (lane_index() == 0)
    {
        scratch[warp_index()] = value;
    }

    __syncthreads();
    value = scratch[0];
    for (int i = 1; i < warp_count(); i++)
    {
        value += scratch[i];
    }

    return value;
}
} // namespace ait
