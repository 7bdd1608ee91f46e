// Attention: ScalarKernels.Attend, in two passes over the keys. The first finds the greatest score and value exponent of
// every query, the second weighs and mixes. A weight of 14 bits goes into the matrix instruction as two limbs of 7:
// weight = 128 high + low. Keys may be split among blocks: maxima and sums of integers do not mind.
namespace ait
{
#define ATTEND_WARPS (PAGE_POSITIONS / TILE_ROWS)
#define ATTEND_THREADS (ATTEND_WARPS * WARP)

// What the columns of a block are: queries first_query + column of the tile.
template <int RIGHT>
struct AttendBlock
{
    static const int Columns = RIGHT * TILE_COLUMNS;
    AttendTile tile;
    int head;
    int sequence;
    int first_page;
    int end_page;

    DEVICE_MEMBER void init(const AttendArguments& a)
    {
        tile = a.tiles[blockIdx.x];
        head = (int)blockIdx.y;
        sequence = a.sequences[tile.first_row];
        end_page = a.positions[row_of(a, tile.query_count - 1)] / PAGE_POSITIONS + 1;
        first_page = a.window == 0 ? 0 : greater(0, a.positions[row_of(a, 0)] + 1 - a.window) / PAGE_POSITIONS;
    }

    // Whether the column is a query, and the query sees the key.
    DEVICE_MEMBER bool sees(const AttendArguments& a, int column, int key) const
    {
        if (column >= tile.query_count)
        {
            return false;
        }

        int distance = a.positions[row_of(a, column)] - key;
        return distance >= 0 && (a.window == 0 || distance < a.window);
    }

    DEVICE_MEMBER int row_of(const AttendArguments& a, int column) const { return tile.first_row + (tile.first_query + column) / a.group; }

    // Index of a query among all rows and heads.
    DEVICE_MEMBER int64 query_of(const AttendArguments& a, int column) const
    {
        return (int64)row_of(a, column) * (a.pages.heads * a.group) + head * a.group + (tile.first_query + column) % a.group;
    }

    DEVICE_MEMBER void load_queries(const AttendArguments& a, RightTile* right, int k) const
    {
        for (int n = 0; n < RIGHT; n++)
        {
            int column = smaller(n * TILE_COLUMNS + right_row(), tile.query_count - 1);
            right[n].all = load16(a.queries + query_of(a, column) * a.pages.key_stride + k + tile_offset());
        }
    }

    // The warp's 16 keys of a page times all columns.
    DEVICE_MEMBER void multiply_keys(const AttendArguments& a, SumTile* sums, const PageHead& page) const
    {
        for (int n = 0; n < RIGHT; n++)
        {
            for (int i = 0; i < 4; i++)
            {
                sums[n].at[i] = 0;
            }
        }

        for (int k = 0; k < a.pages.key_stride; k += TILE_DEPTH)
        {
            LeftTile left;
            RightTile right[RIGHT];
            load_left(left, page.keys + k, a.pages.key_stride, warp_index() * TILE_ROWS, PAGE_POSITIONS - 1);
            load_queries(a, right, k);
            for (int n = 0; n < RIGHT; n++)
            {
                multiply_tiles(sums[n], left, right[n]);
            }
        }
    }
};

DEVICE int score_of(int sum, float query_scale, float key_scale)
{
    return to_score((float)sum * (query_scale * key_scale));
}

template <int RIGHT>
DEVICE void attend_maxima(const AttendArguments& a, int* maxima, int* exponents)
{
    AttendBlock<RIGHT> block;
    block.init(a);
    const int Columns = AttendBlock<RIGHT>::Columns;
    for (int i = threadIdx.x; i < Columns; i += blockDim.x)
    {
        maxima[i] = SMALLEST_INT;
        exponents[i] = SMALLEST_INT;
    }

    __syncthreads();
    for (int page = block.first_page + (int)blockIdx.z; page < block.end_page; page += a.splits)
    {
        PageHead at = page_head(a.pages, block.sequence, page, block.head);
        SumTile sums[RIGHT];
        block.multiply_keys(a, sums, at);
        for (int n = 0; n < RIGHT; n++)
        {
            for (int i = 0; i < 4; i++)
            {
                int column = n * TILE_COLUMNS + tile_column(i);
                int slot = warp_index() * TILE_ROWS + tile_row(i);
                int key = page * PAGE_POSITIONS + slot;
                if (block.sees(a, column, key))
                {
                    int64 query = block.query_of(a, column);
                    int score = score_of(sums[n].at[i], a.query_scales[query], at.key_scales[slot]);
                    if (a.scores)
                    {
                        a.scores[query * a.score_stride + key] = score;
                    }

                    atomicMax(maxima + column, score);
                    atomicMax(exponents + column, at.value_exponents[slot]);
                }
            }
        }
    }

    __syncthreads();
    for (int i = threadIdx.x; i < block.tile.query_count; i += blockDim.x)
    {
        atomicMax(a.maxima + block.query_of(a, i), maxima[i]);
        atomicMax(a.exponents + block.query_of(a, i), exponents[i]);
    }
}

DEVICE void store_attended(const AttendArguments& a, int64 query, int i, int64 sum, int exponent, int64 denominator)
{
    a.output[query * a.pages.width + i] = to_float(sum) * (power_of_two(exponent) / to_float(denominator));
}

// VALUES tiles of 16 elements of the head belong to each warp.
template <int RIGHT, int VALUES>
DEVICE void attend_mix(const AttendArguments& a, int4* storage, uint64* denominators)
{
    AttendBlock<RIGHT> block;
    block.init(a);
    const int Columns = AttendBlock<RIGHT>::Columns;
    int8* high_limbs = reinterpret_cast<int8*>(storage);
    int8* low_limbs = high_limbs + Columns * PAGE_POSITIONS;
    for (int i = threadIdx.x; i < Columns; i += blockDim.x)
    {
        denominators[i] = 0;
    }

    SumTile high[VALUES][RIGHT];
    SumTile low[VALUES][RIGHT];
    int share[RIGHT][4]; // at most 2^16 keys a lane and split
    for (int n = 0; n < RIGHT; n++)
    {
        for (int i = 0; i < 4; i++)
        {
            share[n][i] = 0;
            for (int v = 0; v < VALUES; v++)
            {
                high[v][n].at[i] = 0;
                low[v][n].at[i] = 0;
            }
        }
    }

    for (int page = block.first_page + (int)blockIdx.z; page < block.end_page; page += a.splits)
    {
        PageHead at = page_head(a.pages, block.sequence, page, block.head);
        SumTile sums[RIGHT];
        if (!a.scores)
        {
            block.multiply_keys(a, sums, at);
        }

        __syncthreads(); // The limbs of the page before have been read.
        for (int n = 0; n < RIGHT; n++)
        {
            for (int i = 0; i < 4; i++)
            {
                int column = n * TILE_COLUMNS + tile_column(i);
                int slot = warp_index() * TILE_ROWS + tile_row(i);
                int key = page * PAGE_POSITIONS + slot;
                int mixed = 0;
                if (block.sees(a, column, key))
                {
                    int64 query = block.query_of(a, column);
                    int score = a.scores
                        ? a.scores[query * a.score_stride + key]
                        : score_of(sums[n].at[i], a.query_scales[query], at.key_scales[slot]);
                    int depth = smaller(a.maxima[query] - score, 30 << 16);
                    int fraction = exp2_fraction(depth & 0xFFFF);
                    int shift = (depth >> 16) + 1;
                    share[n][i] += weight(fraction, shift);
                    mixed = weight(fraction, shift + a.exponents[query] - at.value_exponents[slot]);
                }

                high_limbs[column * PAGE_POSITIONS + slot] = (int8)(mixed >> 7);
                low_limbs[column * PAGE_POSITIONS + slot] = (int8)(mixed & 127);
            }
        }

        __syncthreads();
        for (int v = 0; v < VALUES; v++)
        {
            int first = (warp_index() * VALUES + v) * TILE_ROWS;
            if (first < a.pages.width)
            {
                LeftTile left;
                load_left(left, at.values, PAGE_POSITIONS, first, a.pages.width - 1);
                for (int n = 0; n < RIGHT; n++)
                {
                    RightTile right;
                    load_right(right, high_limbs, PAGE_POSITIONS, n * TILE_COLUMNS, Columns - 1);
                    multiply_tiles(high[v][n], left, right);
                    load_right(right, low_limbs, PAGE_POSITIONS, n * TILE_COLUMNS, Columns - 1);
                    multiply_tiles(low[v][n], left, right);
                }
            }
        }
    }

    __syncthreads();
    for (int n = 0; n < RIGHT; n++)
    {
        for (int i = 0; i < 4; i++)
        {
            atomicAdd(denominators + n * TILE_COLUMNS + tile_column(i), (uint64)share[n][i]);
        }
    }

    __syncthreads();
    if (a.splits > 1)
    {
        for (int i = threadIdx.x; i < block.tile.query_count; i += blockDim.x)
        {
            atomicAdd(reinterpret_cast<uint64*>(a.denominators + block.query_of(a, i)), denominators[i]);
        }
    }

    for (int v = 0; v < VALUES; v++)
    {
        for (int n = 0; n < RIGHT; n++)
        {
            for (int i = 0; i < 4; i++)
            {
                int column = n * TILE_COLUMNS + tile_column(i);
                int element = (warp_index() * VALUES + v) * TILE_ROWS + tile_row(i);
                if (column < block.tile.query_count && element < a.pages.width)
                {
                    int64 query = block.query_of(a, column);
                    int64 sum = (int64)high[v][n].at[i] * 128 + low[v][n].at[i];
                    if (a.splits > 1)
                    {
                        atomicAdd(reinterpret_cast<uint64*>(a.sums + query * a.pages.width + element), (uint64)sum);
                    }
                    else
                    {
                        store_attended(a, query, element, sum, a.exponents[query], (int64)denominators[column]);
                    }
                }
            }
        }
    }
}

#define ATTEND_MAXIMA(name, COLUMNS)                                          \
    KERNEL(name, AttendArguments, ATTEND_THREADS)                             \
    {                                                                         \
        __shared__ int maxima[COLUMNS];                                       \
        __shared__ int exponents[COLUMNS];                                    \
        attend_maxima<COLUMNS / TILE_COLUMNS>(a, maxima, exponents);          \
    }

#define ATTEND_MIX(name, COLUMNS, VALUES)                                     \
    KERNEL(name, AttendArguments, ATTEND_THREADS)                             \
    {                                                                         \
        __shared__ int4 storage[2 * COLUMNS * PAGE_POSITIONS / 16];           \
        __shared__ uint64 denominators[COLUMNS];                              \
        attend_mix<COLUMNS / TILE_COLUMNS, VALUES>(a, storage, denominators); \
    }

// Named by the queries of a block, and by the widest head it takes.
ATTEND_MAXIMA(attend_maxima_16, 16)
ATTEND_MAXIMA(attend_maxima_32, 32)
ATTEND_MIX(attend_mix_16_by_64, 16, 1)
ATTEND_MIX(attend_mix_16_by_128, 16, 2)
ATTEND_MIX(attend_mix_16_by_256, 16, 4)
ATTEND_MIX(attend_mix_16_by_512, 16, 8)
ATTEND_MIX(attend_mix_32_by_64, 32, 1)
ATTEND_MIX(attend_mix_32_by_128, 32, 2)
ATTEND_MIX(attend_mix_32_by_256, 32, 4)
ATTEND_MIX(attend_mix_32_by_512, 32, 8)

// What is left to do where the keys were split.
KERNEL(attend_finish, AttendArguments, ATTEND_THREADS)
{
    int64 query = blockIdx.x;
    for (int i = threadIdx.x; i < a.pages.width; i += blockDim.x)
    {
        store_attended(a, query, i, a.sums[query * a.pages.width + i], a.exponents[query], a.denominators[query]);
    }
}
} // namespace ait
