// Linear layers: ScalarKernels.Linear. Weights are the left matrix of every tile, activations the right one.
namespace ait
{
// Few rows: the weights stream from memory once, the block's warps share the columns among them. The sums meet in
// shared memory; integers do not mind the order.
#define STREAM_THREADS 256

template <typename Arguments>
DEVICE void store_linear(const Arguments& a, int r, int n, int sum)
{
    float y = (float)sum * (a.x_scales[r] * a.weight_scales[n]);
    y = a.bias ? y + a.bias[n] : y;
    float* target = a.target + r * a.target_stride + n;
    *target = a.adds ? *target + y : y;
}

template <int LEFT, int RIGHT>
DEVICE void clear_sums(SumTile (*sums)[RIGHT])
{
    UNROLL
    for (int m = 0; m < LEFT; m++)
    {
        UNROLL
        for (int n = 0; n < RIGHT; n++)
        {
            for (int i = 0; i < 4; i++)
            {
                sums[m][n].at[i] = 0;
            }
        }
    }
}

// Adds up what the warps of a block have found and stores it.
template <int LEFT, int RIGHT>
DEVICE void store_streamed(const LinearArguments& a, const SumTile (*sums)[RIGHT], int n0, int r0, int* shared)
{
    const int Rows = LEFT * TILE_ROWS;
    const int Columns = RIGHT * TILE_COLUMNS;
    __syncthreads();
    for (int i = threadIdx.x; i < Rows * Columns; i += blockDim.x)
    {
        shared[i] = 0;
    }

    __syncthreads();
    UNROLL
    for (int m = 0; m < LEFT; m++)
    {
        UNROLL
        for (int n = 0; n < RIGHT; n++)
        {
            for (int i = 0; i < 4; i++)
            {
                atomicAdd(shared + (n * TILE_COLUMNS + tile_column(i)) * Rows + m * TILE_ROWS + tile_row(i), sums[m][n].at[i]);
            }
        }
    }

    __syncthreads();
    for (int i = threadIdx.x; i < Rows * Columns; i += blockDim.x)
    {
        int r = r0 + i / Rows;
        int n = n0 + i % Rows;
        if (r < a.x_rows && n < a.weight_rows)
        {
            store_linear(a, r, n, shared[i]);
        }
    }
}

template <int LEFT, int RIGHT>
DEVICE void stream_linear(const LinearArguments& a, int* shared)
{
    const int Rows = LEFT * TILE_ROWS;
    const int Columns = RIGHT * TILE_COLUMNS;
    int n0 = (int)blockIdx.x * Rows;
    int r0 = (int)blockIdx.y * Columns;
    SumTile sums[LEFT][RIGHT];
    clear_sums<LEFT>(sums);
    UNROLL_BY(2)
    for (int k = warp_index() * TILE_DEPTH; k < a.columns; k += warp_count() * TILE_DEPTH)
    {
        LeftTile left[LEFT];
        RightTile right[RIGHT];
        for (int m = 0; m < LEFT; m++)
        {
            load_left(left[m], a.weights + k, a.stride, n0 + m * TILE_ROWS, a.weight_rows - 1);
        }

        for (int n = 0; n < RIGHT; n++)
        {
            load_right(right[n], a.x + k, a.stride, r0 + n * TILE_COLUMNS, a.x_rows - 1);
        }

        for (int m = 0; m < LEFT; m++)
        {
            for (int n = 0; n < RIGHT; n++)
            {
                multiply_tiles(sums[m][n], left[m], right[n]);
            }
        }
    }

    store_streamed<LEFT, RIGHT>(a, sums, n0, r0, shared);
}

#define STREAM_LINEAR(name, LEFT, RIGHT)                                   \
    KERNEL(name, LinearArguments, STREAM_THREADS)                          \
    {                                                                      \
        __shared__ int shared[LEFT * TILE_ROWS * RIGHT * TILE_COLUMNS];    \
        stream_linear<LEFT, RIGHT>(a, shared);                             \
    }

// Named by weight rows and activation rows of a block.
STREAM_LINEAR(linear_16_by_16, 1, 16 / TILE_COLUMNS)
STREAM_LINEAR(linear_32_by_16, 2, 16 / TILE_COLUMNS)
STREAM_LINEAR(linear_64_by_16, 4, 16 / TILE_COLUMNS)
STREAM_LINEAR(linear_16_by_32, 1, 32 / TILE_COLUMNS)
STREAM_LINEAR(linear_32_by_32, 2, 32 / TILE_COLUMNS)

// 64 rows by 32: registers for both at once leave too few warps to hide how far away memory is. Each warp has what comes next
// copied to shared memory of its own.
#define RING_THREADS (4 * WARP)

template <int LEFT, int RIGHT>
struct RingStage
{
    int4 left[LEFT * TILE_ROWS * TILE_DEPTH / 16];
    int4 right[RIGHT * TILE_COLUMNS * TILE_DEPTH / 16];
};

template <int LEFT, int RIGHT>
DEVICE void begin_stage(const LinearArguments& a, RingStage<LEFT, RIGHT>& stage, int k, int n0, int r0)
{
    if (k < a.columns)
    {
        UNROLL
        for (int i = lane_index(); i < LEFT * TILE_ROWS * 4; i += WARP)
        {
            begin_copy(stage.left + i, a.weights + (int64)smaller(n0 + i / 4, a.weight_rows - 1) * a.stride + k + i % 4 * 16);
        }

        UNROLL
        for (int i = lane_index(); i < RIGHT * TILE_COLUMNS * 4; i += WARP)
        {
            begin_copy(stage.right + i, a.x + (int64)smaller(r0 + i / 4, a.x_rows - 1) * a.stride + k + i % 4 * 16);
        }
    }

    end_copies();
}

template <int LEFT, int RIGHT>
DEVICE void ring_linear(const LinearArguments& a, RingStage<LEFT, RIGHT> (*stages)[2])
{
    int n0 = (int)blockIdx.x * LEFT * TILE_ROWS;
    int r0 = (int)blockIdx.y * RIGHT * TILE_COLUMNS;
    SumTile sums[LEFT][RIGHT];
    clear_sums<LEFT>(sums);
    RingStage<LEFT, RIGHT>* ring = stages[warp_index()];
    int step = warp_count() * TILE_DEPTH;
    int k = warp_index() * TILE_DEPTH;
    begin_stage(a, ring[0], k, n0, r0);
    for (int turn = 0; k < a.columns; k += step, turn++)
    {
        begin_stage(a, ring[(turn + 1) % 2], k + step, n0, r0);
        wait_for_copies<1>();
        warp_barrier();
        const int8* left_rows = reinterpret_cast<const int8*>(ring[turn % 2].left);
        const int8* right_rows = reinterpret_cast<const int8*>(ring[turn % 2].right);
        RightTile right[RIGHT];
        UNROLL
        for (int n = 0; n < RIGHT; n++)
        {
            load_right(right[n], right_rows, TILE_DEPTH, n * TILE_COLUMNS, RIGHT * TILE_COLUMNS - 1);
        }

        UNROLL
        for (int m = 0; m < LEFT; m++)
        {
            LeftTile left;
            load_left(left, left_rows, TILE_DEPTH, m * TILE_ROWS, LEFT * TILE_ROWS - 1);
            UNROLL
            for (int n = 0; n < RIGHT; n++)
            {
                multiply_tiles(sums[m][n], left, right[n]);
            }
        }

        // Who has read lets the others write again.
        warp_barrier();
    }

    wait_for_copies<0>();
    store_streamed<LEFT, RIGHT>(a, sums, n0, r0, reinterpret_cast<int*>(stages));
}

#define RING_LINEAR(name, LEFT, RIGHT)                                     \
    KERNEL_OF(name, LinearArguments, RING_THREADS, 4)                      \
    {                                                                      \
        __shared__ RingStage<LEFT, RIGHT> stages[RING_THREADS / WARP][2];  \
        ring_linear<LEFT, RIGHT>(a, stages);                               \
    }

RING_LINEAR(linear_64_by_32, 4, 32 / TILE_COLUMNS)

// Many rows: 128 by 128 outputs a block, staged through two buffers of shared memory. A warp owns 64 weight rows and
// 4 tiles of activation rows.
#define BLOCK_EDGE 128
#define BLOCK_THREADS 256
#define BLOCK_RIGHT 4

// Thread t stages 16 bytes of rows t / 4 and t / 4 + 64.
DEVICE void fetch(int4* piece, const int8* matrix, int64 stride, int first, int last)
{
    for (int half = 0; half < 2; half++)
    {
        int row = smaller(first + (int)threadIdx.x / 4 + 64 * half, last);
        piece[half] = load16(matrix + row * stride + threadIdx.x % 4 * 16);
    }
}

DEVICE void stage(int8* shared, const int4* piece)
{
    for (int half = 0; half < 2; half++)
    {
        *reinterpret_cast<int4*>(shared + (threadIdx.x + BLOCK_THREADS * half) * 16) = piece[half];
    }
}

KERNEL(linear_128_by_128, LinearArguments, BLOCK_THREADS)
{
    __shared__ int4 storage[2][2][BLOCK_EDGE * TILE_DEPTH / 16];
    int n0 = (int)blockIdx.x * BLOCK_EDGE;
    int r0 = (int)blockIdx.y * BLOCK_EDGE;
    int n_warp = warp_index() % 2 * 64;
    int r_warp = warp_index() / 2 * (BLOCK_RIGHT * TILE_COLUMNS);
    SumTile sums[4][BLOCK_RIGHT];
    for (int m = 0; m < 4; m++)
    {
        for (int n = 0; n < BLOCK_RIGHT; n++)
        {
            for (int i = 0; i < 4; i++)
            {
                sums[m][n].at[i] = 0;
            }
        }
    }

    int4 left_piece[2];
    int4 right_piece[2];
    fetch(left_piece, a.weights, a.stride, n0, a.weight_rows - 1);
    fetch(right_piece, a.x, a.stride, r0, a.x_rows - 1);
    for (int k = 0; k < a.columns; k += TILE_DEPTH)
    {
        int8* left_shared = reinterpret_cast<int8*>(storage[k / TILE_DEPTH % 2][0]);
        int8* right_shared = reinterpret_cast<int8*>(storage[k / TILE_DEPTH % 2][1]);
        stage(left_shared, left_piece);
        stage(right_shared, right_piece);
        // With two buffers one barrier a turn is enough: who writes a buffer again has passed the barrier of the turn between.
        __syncthreads();
        if (k + TILE_DEPTH < a.columns)
        {
            fetch(left_piece, a.weights + k + TILE_DEPTH, a.stride, n0, a.weight_rows - 1);
            fetch(right_piece, a.x + k + TILE_DEPTH, a.stride, r0, a.x_rows - 1);
        }

        RightTile right[BLOCK_RIGHT];
        for (int n = 0; n < BLOCK_RIGHT; n++)
        {
            load_right(right[n], right_shared, TILE_DEPTH, r_warp + n * TILE_COLUMNS, BLOCK_EDGE - 1);
        }

        for (int m = 0; m < 4; m++)
        {
            LeftTile left;
            load_left(left, left_shared, TILE_DEPTH, n_warp + m * TILE_ROWS, BLOCK_EDGE - 1);
            for (int n = 0; n < BLOCK_RIGHT; n++)
            {
                multiply_tiles(sums[m][n], left, right[n]);
            }
        }
    }

    for (int m = 0; m < 4; m++)
    {
        for (int n = 0; n < BLOCK_RIGHT; n++)
        {
            for (int i = 0; i < 4; i++)
            {
                int row = r0 + r_warp + n * TILE_COLUMNS + tile_column(i);
                int column = n0 + n_warp + m * TILE_ROWS + tile_row(i);
                if (row < a.x_rows && column < a.weight_rows)
                {
                    store_linear(a, row, column, sums[m][n].at[i]);
                }
            }
        }
    }
}

// Sums that the vendor's library made: what is left of a linear layer. Four outputs a thread.
KERNEL(finish_linear, FinishArguments, STREAM_THREADS)
{
    int n = 4 * (int)(blockIdx.x * blockDim.x + threadIdx.x);
    if (n >= a.product.weight_rows)
    {
        return;
    }

    float4 y = product_row(a.product, (int)blockIdx.y).at(n);
    float* target = a.target + (int)blockIdx.y * a.target_stride + n;
    if (a.target_stride % 4 == 0)
    {
        float4 before = a.adds ? *reinterpret_cast<float4*>(target) : y;
        y.x = a.adds ? before.x + y.x : y.x;
        y.y = a.adds ? before.y + y.y : y.y;
        y.z = a.adds ? before.z + y.z : y.z;
        y.w = a.adds ? before.w + y.w : y.w;
        *reinterpret_cast<float4*>(target) = y;
    }
    else
    {
        target[0] = a.adds ? target[0] + y.x : y.x;
        target[1] = a.adds ? target[1] + y.y : y.y;
        target[2] = a.adds ? target[2] + y.z : y.z;
        target[3] = a.adds ? target[3] + y.w : y.w;
    }
}
} // namespace ait
