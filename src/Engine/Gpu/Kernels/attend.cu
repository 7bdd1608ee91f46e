// Attention over wide heads, and what all attention has in common: ScalarKernels.Attend, in two passes over the keys. The first finds the greatest score and value exponent of
// every query, the second weighs and mixes. A weight of 14 bits goes into the matrix instruction as two limbs of 7:
// weight = 128 high + low. Keys may be split among blocks: maxima and sums of integers do not mind.
namespace ait
{
#define ATTEND_WARPS (PAGE_POSITIONS / TILE_ROWS)
#define ATTEND_THREADS (ATTEND_WARPS * WARP)
#define LOWEST_FLOAT bits_float(0xFF800000u)

// Sums of at most 2^22 are counted up from the float 3 * 2^22, whose lowest bit is worth one: the bits of a sum are then those
// of a float, and one exact subtraction makes it the sum as a float.
#define COUNTED_BITS 0x4B400000
#define COUNTED_FLOAT 12582912.0f

// What a block keeps of a query.
struct alignas(16) Query
{
    float scale;
    int maximum;
    int exponent;
    int position; // -1 where the column is no query: it sees no key
};

// Queries first_query + column of the tile are the columns of a block. Heads have at most 64 * WIDTH elements.
template <int RIGHT, int WIDTH>
struct AttendBlock
{
    static const int Columns = RIGHT * TILE_COLUMNS;
    static const int MostStride = 64 * (WIDTH | 1);

    // In shared memory: rows of queries an odd number of 64 bytes apart, so that neighbours lie in other banks.
    struct Shared
    {
        int4 rows[Columns * MostStride / 16];
        Query queries[Columns];
    };

    AttendTile tile;
    int head;
    int sequence;
    int first_page;
    int end_page;
    // Pages of which every column sees every key.
    int first_full;
    int end_full;
    int stride;
    Shared* shared;

    DEVICE_MEMBER void init(const AttendArguments& a, Shared* memory)
    {
        // The tiles with the most keys first.
        tile = a.tiles[gridDim.x - 1 - blockIdx.x];
        head = (int)blockIdx.y;
        sequence = a.sequences[tile.first_row];
        shared = memory;
        int lowest = a.positions[row_of(a, 0)];
        int greatest = a.positions[row_of(a, tile.query_count - 1)];
        end_page = greatest / PAGE_POSITIONS + 1;
        first_page = a.window == 0 ? 0 : greater(0, lowest + 1 - a.window) / PAGE_POSITIONS;
        end_full = tile.query_count == Columns ? (lowest + 1) / PAGE_POSITIONS : 0;
        first_full = a.window == 0 ? 0 : (greater(0, greatest + 1 - a.window) + PAGE_POSITIONS - 1) / PAGE_POSITIONS;
        int pieces = a.pages.key_stride / 16;
        stride = a.pages.key_stride | 64;
        int8* rows = reinterpret_cast<int8*>(shared->rows);
        for (int i = threadIdx.x; i < Columns * pieces; i += blockDim.x)
        {
            int column = smaller(i / pieces, tile.query_count - 1);
            int piece = i % pieces * 16;
            *reinterpret_cast<int4*>(rows + i / pieces * stride + piece) = load16(a.queries + query_of(a, column) * a.pages.key_stride + piece);
        }

        for (int i = threadIdx.x; i < Columns; i += blockDim.x)
        {
            Query q;
            q.position = -1;
            q.scale = 0.0f;
            q.maximum = 0;
            q.exponent = 0;
            if (i < tile.query_count)
            {
                int64 query = query_of(a, i);
                q.position = a.positions[row_of(a, i)];
                q.scale = a.query_scales[query];
                q.maximum = a.maxima[query];
                q.exponent = a.exponents[query];
            }

            shared->queries[i] = q;
        }

        __syncthreads();
    }

    DEVICE_MEMBER bool is_full(int page) const { return page >= first_full && page < end_full; }

    DEVICE_MEMBER static bool sees(const AttendArguments& a, const Query& query, int key)
    {
        int distance = query.position - key;
        return distance >= 0 && (a.window == 0 || distance < a.window);
    }

    DEVICE_MEMBER int row_of(const AttendArguments& a, int column) const { return tile.first_row + (tile.first_query + column) / a.group; }

    // Index of a query among all rows and heads.
    DEVICE_MEMBER int64 query_of(const AttendArguments& a, int column) const
    {
        return (int64)row_of(a, column) * (a.pages.heads * a.group) + head * a.group + (tile.first_query + column) % a.group;
    }

    DEVICE_MEMBER const Query& query(int n, int i) const { return shared->queries[n * TILE_COLUMNS + tile_column(i)]; }

    DEVICE_MEMBER uint64 address_of(const AttendArguments& a, int page) const
    {
        return page < end_page ? a.pages.tables[(int64)sequence * a.pages.table_stride + page] : 0;
    }

    // The warp's 16 keys of a page.
    DEVICE_MEMBER void load_keys(const AttendArguments& a, LeftTile* keys, const PageHead& page) const
    {
        UNROLL
        for (int k = 0; k < WIDTH; k++)
        {
            if (k * TILE_DEPTH < a.pages.key_stride)
            {
                load_left(keys[k], page.keys + k * TILE_DEPTH, a.pages.key_stride, warp_index() * TILE_ROWS, PAGE_POSITIONS - 1);
            }
        }
    }

    // Those keys times all columns.
    DEVICE_MEMBER void multiply_keys(const AttendArguments& a, SumTile* sums, const LeftTile* keys) const
    {
        UNROLL
        for (int n = 0; n < RIGHT; n++)
        {
            for (int i = 0; i < 4; i++)
            {
                sums[n].at[i] = WIDTH <= 4 ? COUNTED_BITS : 0;
            }
        }

        const int8* rows = reinterpret_cast<const int8*>(shared->rows);
        UNROLL
        for (int k = 0; k < WIDTH; k++)
        {
            if (k * TILE_DEPTH < a.pages.key_stride)
            {
                UNROLL
                for (int n = 0; n < RIGHT; n++)
                {
                    RightTile right;
                    load_right(right, rows + k * TILE_DEPTH, stride, n * TILE_COLUMNS, Columns - 1);
                    multiply_tiles(sums[n], keys[k], right);
                }
            }
        }
    }

    DEVICE_MEMBER static float scored(int sum, float query_scale, float key_scale)
    {
        // 127 * 127 * 256 is below 2^22.
        float real = WIDTH <= 4 ? bits_float((uint32)sum) - COUNTED_FLOAT : (float)sum;
        return real * (query_scale * key_scale);
    }
};

template <int RIGHT, int WIDTH>
DEVICE void attend_maxima(const AttendArguments& a, typename AttendBlock<RIGHT, WIDTH>::Shared* shared, int* maxima, int* exponents)
{
    typedef AttendBlock<RIGHT, WIDTH> Block;
    Block block;
    for (int i = threadIdx.x; i < Block::Columns; i += blockDim.x)
    {
        maxima[i] = SMALLEST_INT;
        exponents[i] = SMALLEST_INT;
    }

    block.init(a, shared);
    // Rounding keeps order, so scores are rounded once, when the greatest is known.
    float greatest[RIGHT][LANE_COLUMNS];
    int exponent[RIGHT][LANE_COLUMNS];
    int full_exponent = SMALLEST_INT;
    for (int n = 0; n < RIGHT; n++)
    {
        for (int j = 0; j < LANE_COLUMNS; j++)
        {
            greatest[n][j] = LOWEST_FLOAT;
            exponent[n][j] = SMALLEST_INT;
        }
    }

    int page = block.first_page + (int)blockIdx.z;
    uint64 next = block.address_of(a, page + a.splits);
    LeftTile keys[WIDTH] = {};
    PageHead at = page_head_at(a.pages, block.address_of(a, page), block.head);
    if (page < block.end_page)
    {
        block.load_keys(a, keys, at);
    }

    for (; page < block.end_page; page += a.splits)
    {
        SumTile sums[RIGHT];
        block.multiply_keys(a, sums, keys);
        float key_scales[LANE_ROWS];
        int value_exponents[LANE_ROWS];
        for (int r = 0; r < LANE_ROWS; r++)
        {
            int slot = warp_index() * TILE_ROWS + tile_row(r * LANE_COLUMNS);
            key_scales[r] = at.key_scales[slot];
            value_exponents[r] = at.value_exponents[slot];
        }

        at = page_head_at(a.pages, next, block.head);
        if (page + a.splits < block.end_page)
        {
            block.load_keys(a, keys, at);
            next = block.address_of(a, page + 2 * a.splits);
        }

        if (block.is_full(page) && !a.scores)
        {
            for (int r = 0; r < LANE_ROWS; r++)
            {
                full_exponent = greater(full_exponent, value_exponents[r]);
            }

            UNROLL
            for (int n = 0; n < RIGHT; n++)
            {
                UNROLL
                for (int i = 0; i < 4; i++)
                {
                    float x = Block::scored(sums[n].at[i], block.query(n, i).scale, key_scales[i / LANE_COLUMNS]);
                    greatest[n][i % LANE_COLUMNS] = fmaxf(greatest[n][i % LANE_COLUMNS], x);
                }
            }

            continue;
        }

        UNROLL
        for (int n = 0; n < RIGHT; n++)
        {
            UNROLL
            for (int i = 0; i < 4; i++)
            {
                int key = page * PAGE_POSITIONS + warp_index() * TILE_ROWS + tile_row(i);
                Query query = block.query(n, i);
                if (Block::sees(a, query, key))
                {
                    float x = Block::scored(sums[n].at[i], query.scale, key_scales[i / LANE_COLUMNS]);
                    greatest[n][i % LANE_COLUMNS] = fmaxf(greatest[n][i % LANE_COLUMNS], x);
                    exponent[n][i % LANE_COLUMNS] = greater(exponent[n][i % LANE_COLUMNS], value_exponents[i / LANE_COLUMNS]);
                    if (a.scores)
                    {
                        a.scores[block.query_of(a, n * TILE_COLUMNS + tile_column(i)) * a.score_stride + key] = to_score(x);
                    }
                }
            }
        }
    }

    UNROLL
    for (int n = 0; n < RIGHT; n++)
    {
        UNROLL
        for (int j = 0; j < LANE_COLUMNS; j++)
        {
            int column = n * TILE_COLUMNS + tile_column(j);
            if (greatest[n][j] > LOWEST_FLOAT)
            {
                atomicMax(maxima + column, to_score(greatest[n][j]));
                atomicMax(exponents + column, greater(exponent[n][j], full_exponent));
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

// Limbs of 64 keys a column, 16 to a piece; the pieces of neighbouring columns change places, so that they lie in other banks.
DEVICE int limb_offset(int column, int piece) { return column * PAGE_POSITIONS + ((piece ^ (column >> 1 & 3)) * 16); }

template <int RIGHT>
struct Limbs
{
    int4 high[RIGHT * TILE_COLUMNS * PAGE_POSITIONS / 16];
    int4 low[RIGHT * TILE_COLUMNS * PAGE_POSITIONS / 16];
};

// weight() of a depth: the shift is the depth's whole part, less one for the half that rounds.
DEVICE int shifted_weight(int fraction, int shift)
{
    return smaller(16383, (int)((shift_right((uint32)fraction, shift) + 1u) >> 1));
}

// WIDTH tiles of 16 elements of the head belong to each warp.
template <int RIGHT, int WIDTH>
DEVICE void attend_mix(const AttendArguments& a, typename AttendBlock<RIGHT, WIDTH>::Shared* shared, Limbs<RIGHT>* limbs, uint64* denominators)
{
    typedef AttendBlock<RIGHT, WIDTH> Block;
    Block block;
    for (int i = threadIdx.x; i < Block::Columns; i += blockDim.x)
    {
        denominators[i] = 0;
    }

    block.init(a, shared);
    SumTile high[WIDTH][RIGHT];
    SumTile low[WIDTH][RIGHT];
    int share[RIGHT][LANE_COLUMNS]; // at most 2^16 keys a lane and split
    for (int n = 0; n < RIGHT; n++)
    {
        for (int i = 0; i < 4; i++)
        {
            share[n][i % LANE_COLUMNS] = 0;
            for (int v = 0; v < WIDTH; v++)
            {
                high[v][n].at[i] = 0;
                low[v][n].at[i] = 0;
            }
        }
    }

    int page = block.first_page + (int)blockIdx.z;
    uint64 next = block.address_of(a, page + a.splits);
    LeftTile keys[WIDTH] = {};
    PageHead at = page_head_at(a.pages, block.address_of(a, page), block.head);
    if (page < block.end_page && !a.scores)
    {
        block.load_keys(a, keys, at);
    }

    LeftTile values[WIDTH] = {};
    for (int turn = 0; page < block.end_page; page += a.splits, turn++)
    {
        SumTile sums[RIGHT];
        if (!a.scores)
        {
            block.multiply_keys(a, sums, keys);
        }

        UNROLL
        for (int v = 0; v < WIDTH; v++)
        {
            int first = (warp_index() * WIDTH + v) * TILE_ROWS;
            if (first < a.pages.width)
            {
                load_left(values[v], at.values, PAGE_POSITIONS, first, a.pages.width - 1);
            }
        }

        float key_scales[LANE_ROWS];
        int value_exponents[LANE_ROWS];
        for (int r = 0; r < LANE_ROWS; r++)
        {
            int slot = warp_index() * TILE_ROWS + tile_row(r * LANE_COLUMNS);
            key_scales[r] = at.key_scales[slot];
            value_exponents[r] = at.value_exponents[slot];
        }

        at = page_head_at(a.pages, next, block.head);
        if (page + a.splits < block.end_page)
        {
            if (!a.scores)
            {
                block.load_keys(a, keys, at);
            }

            next = block.address_of(a, page + 2 * a.splits);
        }

        // With two sets of limbs one barrier a turn is enough: who writes a set again has passed the barrier of the turn between.
        int8* high_limbs = reinterpret_cast<int8*>(limbs[turn % 2].high);
        int8* low_limbs = reinterpret_cast<int8*>(limbs[turn % 2].low);
        bool full = block.is_full(page);
        UNROLL
        for (int n = 0; n < RIGHT; n++)
        {
            UNROLL
            for (int i = 0; i < 4; i++)
            {
                int column = n * TILE_COLUMNS + tile_column(i);
                Query query = block.query(n, i);
                int key = page * PAGE_POSITIONS + warp_index() * TILE_ROWS + tile_row(i);
                int mixed = 0;
                if (full || Block::sees(a, query, key))
                {
                    int score = a.scores
                        ? a.scores[block.query_of(a, column) * a.score_stride + key]
                        : to_score(Block::scored(sums[n].at[i], query.scale, key_scales[i / LANE_COLUMNS]));
                    int depth = smaller(query.maximum - score, 30 << 16);
                    int fraction = exp2_fraction(depth & 0xFFFF);
                    int shift = depth >> 16;
                    share[n][i % LANE_COLUMNS] += shifted_weight(fraction, shift);
                    mixed = shifted_weight(fraction, shift + query.exponent - value_exponents[i / LANE_COLUMNS]);
                }

                int at_limb = limb_offset(column, warp_index()) + tile_row(i);
                high_limbs[at_limb] = (int8)(mixed >> 7);
                low_limbs[at_limb] = (int8)(mixed & 127);
            }
        }

        __syncthreads();
        UNROLL
        for (int n = 0; n < RIGHT; n++)
        {
            int offset = limb_offset(n * TILE_COLUMNS + right_row(), tile_offset() / 16);
            RightTile right_high;
            RightTile right_low;
            right_high.all = load16(high_limbs + offset);
            right_low.all = load16(low_limbs + offset);
            UNROLL
            for (int v = 0; v < WIDTH; v++)
            {
                if ((warp_index() * WIDTH + v) * TILE_ROWS < a.pages.width)
                {
                    multiply_tiles(high[v][n], values[v], right_high);
                    multiply_tiles(low[v][n], values[v], right_low);
                }
            }
        }
    }

    UNROLL
    for (int n = 0; n < RIGHT; n++)
    {
        UNROLL
        for (int j = 0; j < LANE_COLUMNS; j++)
        {
            atomicAdd(denominators + n * TILE_COLUMNS + tile_column(j), (uint64)share[n][j]);
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

    UNROLL
    for (int v = 0; v < WIDTH; v++)
    {
        UNROLL
        for (int n = 0; n < RIGHT; n++)
        {
            UNROLL
            for (int i = 0; i < 4; i++)
            {
                int column = n * TILE_COLUMNS + tile_column(i);
                int element = (warp_index() * WIDTH + v) * TILE_ROWS + tile_row(i);
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
                        store_attended(a, query, element, sum, block.query(n, i).exponent, (int64)denominators[column]);
                    }
                }
            }
        }
    }
}

#define ATTEND_MAXIMA(name, COLUMNS, WIDTH)                                             \
    KERNEL(name, AttendArguments, ATTEND_THREADS)                                       \
    {                                                                                   \
        __shared__ AttendBlock<COLUMNS / TILE_COLUMNS, WIDTH>::Shared shared;           \
        __shared__ int maxima[COLUMNS];                                                 \
        __shared__ int exponents[COLUMNS];                                              \
        attend_maxima<COLUMNS / TILE_COLUMNS, WIDTH>(a, &shared, maxima, exponents);    \
    }

#define ATTEND_MIX(name, COLUMNS, WIDTH)                                                \
    KERNEL(name, AttendArguments, ATTEND_THREADS)                                       \
    {                                                                                   \
        __shared__ AttendBlock<COLUMNS / TILE_COLUMNS, WIDTH>::Shared shared;           \
        __shared__ Limbs<COLUMNS / TILE_COLUMNS> limbs[2];                              \
        __shared__ uint64 denominators[COLUMNS];                                        \
        attend_mix<COLUMNS / TILE_COLUMNS, WIDTH>(a, &shared, limbs, denominators);     \
    }

#define ATTEND(COLUMNS, ELEMENTS)                                                       \
    ATTEND_MAXIMA(attend_maxima_##COLUMNS##_by_##ELEMENTS, COLUMNS, ELEMENTS / 64)      \
    ATTEND_MIX(attend_mix_##COLUMNS##_by_##ELEMENTS, COLUMNS, ELEMENTS / 64)

// Named by the queries of a block, and by the widest head it takes.
ATTEND(16, 256)
ATTEND(16, 512)
ATTEND(32, 256)
ATTEND(32, 512)

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
