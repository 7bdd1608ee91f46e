// Attention of many queries of one sequence, over heads of at most 64 * WIDTH elements: the arithmetic of attend.cu, arranged so
// that scores become weights and weights a matrix without leaving their lane. A warp takes 16 queries and whole pages; its
// block's 64 queries share the pages, which are copied to shared memory while the pages before are worked on.
namespace ait
{
#define MANY_WARPS 4
#define MANY_THREADS (MANY_WARPS * WARP)
#define MANY_QUERIES (MANY_WARPS * 16)
#define PAGE_TILES (PAGE_POSITIONS / LINE_TILE)

// One head of a page, as it lies in memory, but for the places of the pieces of keys.
template <int WIDTH>
struct StagedPage
{
    int4 keys[PAGE_POSITIONS * WIDTH * 4];
    int4 values[PAGE_POSITIONS * WIDTH * 4];
    float key_scales[PAGE_POSITIONS];
    int value_exponents[PAGE_POSITIONS];
};

template <int WIDTH>
struct ManyBlock
{
    AttendTile tile;
    int head;
    int sequence;
    int first_page;
    int end_page;
    // Of the warp's queries: pages that none or all of them see whole.
    int warp_first;
    int warp_end;
    int first_full;
    int end_full;
    // Of the lane's queries.
    QueryTile queries[WIDTH];
    int64 query[LANE_QUERIES];
    int positions[LANE_QUERIES]; // -1 where there is no query: it sees no key
    float scales[LANE_QUERIES];

    DEVICE_MEMBER int row_of(const AttendArguments& a, int i) const { return tile.first_row + (tile.first_query + i) / a.group; }

    DEVICE_MEMBER void init(const AttendArguments& a)
    {
        // The tiles with the most keys first.
        tile = a.tiles[gridDim.x - 1 - blockIdx.x];
        head = (int)blockIdx.y;
        sequence = a.sequences[tile.first_row];
        int last = tile.query_count - 1;
        first_page = page_from(a, a.positions[row_of(a, 0)]);
        end_page = a.positions[row_of(a, last)] / PAGE_POSITIONS + 1;
        int warp_query = warp_index() * 16;
        int lowest = a.positions[row_of(a, smaller(warp_query, last))];
        int greatest = a.positions[row_of(a, smaller(warp_query + 15, last))];
        warp_first = page_from(a, lowest);
        warp_end = warp_query > last ? 0 : greatest / PAGE_POSITIONS + 1;
        end_full = warp_query + 15 > last ? 0 : (lowest + 1) / PAGE_POSITIONS;
        first_full = a.window == 0 ? 0 : (greater(0, greatest + 1 - a.window) + PAGE_POSITIONS - 1) / PAGE_POSITIONS;
        for (int i = 0; i < LANE_QUERIES; i++)
        {
            int u = warp_query + lane_query(i);
            int at = smaller(u, last);
            int row = row_of(a, at);
            query[i] = (int64)row * (a.pages.heads * a.group) + head * a.group + (tile.first_query + at) % a.group;
            positions[i] = u > last ? -1 : a.positions[row];
            scales[i] = a.query_scales[query[i]];
            for (int k = 0; k < WIDTH; k++)
            {
                if (k * TILE_DEPTH < a.pages.key_stride)
                {
                    queries[k].at[i] = load16(a.queries + query[i] * a.pages.key_stride + k * TILE_DEPTH + lane_group() * 16);
                }
            }
        }
    }

    DEVICE_MEMBER int page_from(const AttendArguments& a, int position) const
    {
        return a.window == 0 ? 0 : greater(0, position + 1 - a.window) / PAGE_POSITIONS;
    }

    DEVICE_MEMBER bool sees(const AttendArguments& a, int i, int key) const
    {
        int distance = positions[i] - key;
        return distance >= 0 && (a.window == 0 || distance < a.window);
    }

    // Rows of 128 bytes change the places of their halves, every other one, so that neighbours lie in other banks.
    DEVICE_MEMBER static int key_piece(int row, int piece, int pieces) { return row * pieces + (WIDTH == 2 ? piece ^ (row & 1) * 4 : piece); }

    DEVICE_MEMBER void begin_page(const AttendArguments& a, StagedPage<WIDTH>* target, int page, bool with_values) const
    {
        PageHead from = page_head(a.pages, sequence, page, head);
        int pieces = a.pages.key_stride / 16;
        for (int i = threadIdx.x; i < PAGE_POSITIONS * pieces; i += MANY_THREADS)
        {
            begin_copy(target->keys + key_piece(i / pieces, i % pieces, pieces), from.keys + i * 16);
        }

        for (int i = threadIdx.x; with_values && i < a.pages.width * PAGE_POSITIONS / 16; i += MANY_THREADS)
        {
            begin_copy(target->values + i, from.values + i * 16);
        }

        if (threadIdx.x < PAGE_POSITIONS / 4)
        {
            begin_copy(target->key_scales + threadIdx.x * 4, from.key_scales + threadIdx.x * 4);
            begin_copy(target->value_exponents + threadIdx.x * 4, from.value_exponents + threadIdx.x * 4);
        }
    }

    // The lane's lines of tile n are keys first_key(n) and those behind it.
    DEVICE_MEMBER static int first_key(int n) { return lane_group() * 16 + n * LANE_LINES; }

    // The warp's queries times tile n of the keys.
    DEVICE_MEMBER void score(const AttendArguments& a, const StagedPage<WIDTH>& page, SumTile& sums, int n) const
    {
        for (int i = 0; i < 4; i++)
        {
            sums.at[i] = COUNTED_BITS;
        }

        int row = lane_line() / LANE_LINES * 16 + n * LANE_LINES + lane_line() % LANE_LINES;
        UNROLL
        for (int k = 0; k < WIDTH; k++)
        {
            if (k * TILE_DEPTH < a.pages.key_stride)
            {
                int4 line = page.keys[key_piece(row, k * 4 + lane_group(), a.pages.key_stride / 16)];
                multiply_lines(sums, queries[k], line);
            }
        }
    }

    DEVICE_MEMBER float scored(const SumTile& sums, int i, float key_scale) const
    {
        return (bits_float((uint32)sums.at[i]) - COUNTED_FLOAT) * (scales[i / LANE_LINES] * key_scale);
    }
};

template <int WIDTH>
DEVICE void attend_maxima_many(const AttendArguments& a, StagedPage<WIDTH>* staged)
{
    ManyBlock<WIDTH> block;
    block.init(a);
    float greatest[LANE_QUERIES];
    int exponents[LANE_QUERIES];
    for (int i = 0; i < LANE_QUERIES; i++)
    {
        greatest[i] = LOWEST_FLOAT;
        exponents[i] = SMALLEST_INT;
    }

    int page = block.first_page + (int)blockIdx.z;
    if (page < block.end_page)
    {
        block.begin_page(a, staged, page, false);
    }

    for (int turn = 0; page < block.end_page; page += a.splits, turn++)
    {
        // With two buffers one barrier a turn is enough: who fills a buffer again has passed the barrier of the turn between.
        wait_for_copies();
        __syncthreads();
        if (page + a.splits < block.end_page)
        {
            block.begin_page(a, staged + (turn + 1) % 2, page + a.splits, false);
        }

        const StagedPage<WIDTH>& at = staged[turn % 2];
        bool full = page >= block.first_full && page < block.end_full;
        if (page < block.warp_first || page >= block.warp_end)
        {
            continue;
        }

        UNROLL
        for (int n = 0; n < PAGE_TILES; n++)
        {
            SumTile sums;
            block.score(a, at, sums, n);
            UNROLL
            for (int i = 0; i < 4; i++)
            {
                int slot = ManyBlock<WIDTH>::first_key(n) + i % LANE_LINES;
                float x = block.scored(sums, i, at.key_scales[slot]);
                int exponent = at.value_exponents[slot];
                if (full || block.sees(a, i / LANE_LINES, page * PAGE_POSITIONS + slot))
                {
                    greatest[i / LANE_LINES] = greater_float(greatest[i / LANE_LINES], x);
                    exponents[i / LANE_LINES] = greater(exponents[i / LANE_LINES], exponent);
                }
            }
        }
    }

    for (int i = 0; i < LANE_QUERIES; i++)
    {
        int score = greatest[i] > LOWEST_FLOAT ? to_score(greatest[i]) : SMALLEST_INT;
        int exponent = exponents[i];
        for (int mask = GROUP_MASK; mask <= 2 * GROUP_MASK; mask *= 2)
        {
            score = greater(score, shuffle_xor(score, mask));
            exponent = greater(exponent, shuffle_xor(exponent, mask));
        }

        if (lane_group() == 0 && block.positions[i] >= 0)
        {
            atomicMax(a.maxima + block.query[i], score);
            atomicMax(a.exponents + block.query[i], exponent);
        }
    }
}

template <int WIDTH>
DEVICE void attend_mix_many(const AttendArguments& a, StagedPage<WIDTH>* staged)
{
    const int ValueTiles = WIDTH * 64 / LINE_TILE;
    ManyBlock<WIDTH> block;
    block.init(a);
    int maxima[LANE_QUERIES];
    int exponents[LANE_QUERIES];
    int share[LANE_QUERIES]; // at most 2^15 keys a lane and split
    for (int i = 0; i < LANE_QUERIES; i++)
    {
        maxima[i] = a.maxima[block.query[i]];
        exponents[i] = a.exponents[block.query[i]];
        share[i] = 0;
    }

    SumTile high[ValueTiles];
    SumTile low[ValueTiles];
    UNROLL
    for (int v = 0; v < ValueTiles; v++)
    {
        for (int i = 0; i < 4; i++)
        {
            high[v].at[i] = 0;
            low[v].at[i] = 0;
        }
    }

    int page = block.first_page + (int)blockIdx.z;
    if (page < block.end_page)
    {
        block.begin_page(a, staged, page, true);
    }

    for (int turn = 0; page < block.end_page; page += a.splits, turn++)
    {
        wait_for_copies();
        __syncthreads();
        if (page + a.splits < block.end_page)
        {
            block.begin_page(a, staged + (turn + 1) % 2, page + a.splits, true);
        }

        const StagedPage<WIDTH>& at = staged[turn % 2];
        bool full = page >= block.first_full && page < block.end_full;
        if (page < block.warp_first || page >= block.warp_end)
        {
            continue;
        }

        // Bytes first_key(n) and on of each query: 16 of them in four words.
        uint32 high_words[LANE_QUERIES][4] = {};
        uint32 low_words[LANE_QUERIES][4] = {};
        UNROLL
        for (int n = 0; n < PAGE_TILES; n++)
        {
            SumTile sums;
            block.score(a, at, sums, n);
            UNROLL
            for (int i = 0; i < 4; i++)
            {
                const int q = i / LANE_LINES;
                const int byte = n * LANE_LINES + i % LANE_LINES;
                int slot = ManyBlock<WIDTH>::first_key(n) + i % LANE_LINES;
                int score = to_score(block.scored(sums, i, at.key_scales[slot]));
                int depth = smaller(maxima[q] - score, 30 << 16);
                int fraction = exp2_fraction(depth & 0xFFFF);
                int shift = depth >> 16;
                int own = shifted_weight(fraction, shift);
                uint32 mixed = (uint32)shifted_weight(fraction, shift + exponents[q] - at.value_exponents[slot]);
                if (!full && !block.sees(a, q, page * PAGE_POSITIONS + slot))
                {
                    own = 0;
                    mixed = 0;
                }

                share[q] += own;
                high_words[q][byte / 4] |= (mixed >> 7) << (byte % 4 * 8);
                low_words[q][byte / 4] |= (mixed & 127u) << (byte % 4 * 8);
            }
        }

        QueryTile high_weights;
        QueryTile low_weights;
        for (int i = 0; i < LANE_QUERIES; i++)
        {
            high_weights.at[i].x = (int)high_words[i][0];
            high_weights.at[i].y = (int)high_words[i][1];
            high_weights.at[i].z = (int)high_words[i][2];
            high_weights.at[i].w = (int)high_words[i][3];
            low_weights.at[i].x = (int)low_words[i][0];
            low_weights.at[i].y = (int)low_words[i][1];
            low_weights.at[i].z = (int)low_words[i][2];
            low_weights.at[i].w = (int)low_words[i][3];
        }

        UNROLL
        for (int v = 0; v < ValueTiles; v++)
        {
            if (v * LINE_TILE < a.pages.width)
            {
                int4 line = at.values[(v * LINE_TILE + lane_line()) * (PAGE_POSITIONS / 16) + lane_group()];
                multiply_lines(high[v], high_weights, line);
                multiply_lines(low[v], low_weights, line);
            }
        }
    }

    UNROLL
    for (int i = 0; i < LANE_QUERIES; i++)
    {
        int64 denominator = share[i];
        for (int mask = GROUP_MASK; mask <= 2 * GROUP_MASK; mask *= 2)
        {
            denominator += shuffle_xor(denominator, mask);
        }

        if (block.positions[i] >= 0)
        {
            if (a.splits > 1 && lane_group() == 0)
            {
                atomicAdd(reinterpret_cast<uint64*>(a.denominators + block.query[i]), (uint64)denominator);
            }

            UNROLL
            for (int v = 0; v < ValueTiles; v++)
            {
                UNROLL
                for (int j = 0; j < LANE_LINES; j++)
                {
                    int element = v * LINE_TILE + lane_group() * LANE_LINES + j;
                    if (element < a.pages.width)
                    {
                        int64 sum = (int64)high[v].at[i * LANE_LINES + j] * 128 + low[v].at[i * LANE_LINES + j];
                        if (a.splits > 1)
                        {
                            atomicAdd(reinterpret_cast<uint64*>(a.sums + block.query[i] * a.pages.width + element), (uint64)sum);
                        }
                        else
                        {
                            store_attended(a, block.query[i], element, sum, exponents[i], denominator);
                        }
                    }
                }
            }
        }
    }
}

#define ATTEND_MANY(ELEMENTS)                                              \
    KERNEL(attend_maxima_64_by_##ELEMENTS, AttendArguments, MANY_THREADS)  \
    {                                                                      \
        __shared__ StagedPage<ELEMENTS / 64> staged[2];                    \
        attend_maxima_many<ELEMENTS / 64>(a, staged);                      \
    }                                                                      \
                                                                           \
    KERNEL(attend_mix_64_by_##ELEMENTS, AttendArguments, MANY_THREADS)     \
    {                                                                      \
        __shared__ StagedPage<ELEMENTS / 64> staged[2];                    \
        attend_mix_many<ELEMENTS / 64>(a, staged);                         \
    }

ATTEND_MANY(64)
ATTEND_MANY(128)
} // namespace ait
