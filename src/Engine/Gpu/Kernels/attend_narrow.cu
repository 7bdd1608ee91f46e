// Attention over heads of at most 64 * WIDTH elements: the arithmetic of attend.cu, arranged so that scores become weights and
// weights a matrix without leaving their lane. A warp takes 16 queries and whole pages. Of many queries a block takes 64, whose
// warps share pages, copied to shared memory while the pages before are worked on. Of few it takes 16, and its warps share them
// out: each page goes straight from memory to the registers of one warp.
namespace ait
{
#define NARROW_WARPS 4
#define NARROW_THREADS (NARROW_WARPS * WARP)
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
struct NarrowBlock
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

    // The warp's queries are 16 of the tile's, from one on.
    DEVICE_MEMBER void init(const AttendArguments& a, int warp_query)
    {
        // The tiles with the most keys first.
        tile = a.tiles[gridDim.x - 1 - blockIdx.x];
        head = (int)blockIdx.y;
        sequence = a.sequences[tile.first_row];
        int last = tile.query_count - 1;
        first_page = page_from(a, a.positions[row_of(a, 0)]);
        end_page = a.positions[row_of(a, last)] / PAGE_POSITIONS + 1;
        int lowest = a.positions[row_of(a, smaller(warp_query, last))];
        int greatest = a.positions[row_of(a, smaller(warp_query + 15, last))];
        warp_first = page_from(a, lowest);
        warp_end = warp_query > last ? 0 : greatest / PAGE_POSITIONS + 1;
        // Of a lane without a query nothing is stored: whatever it sees will do.
        end_full = smaller(warp_end, (lowest + 1) / PAGE_POSITIONS);
        first_full = a.window == 0 ? 0 : (greater(0, greatest + 1 - a.window) + PAGE_POSITIONS - 1) / PAGE_POSITIONS;
        for (int i = 0; i < LANE_QUERIES; i++)
        {
            int u = warp_query + lane_query(i);
            int at = smaller(u, last);
            int row = row_of(a, at);
            query[i] = query_at(a, at);
            positions[i] = u > last ? -1 : a.positions[row];
            scales[i] = a.query_scales[query[i]];
            for (int k = 0; k < WIDTH; k++)
            {
                queries[k].at[i] = load16(a.queries + query[i] * (WIDTH * TILE_DEPTH) + k * TILE_DEPTH + lane_group() * 16);
            }
        }
    }

    // Index of query i of the tile among all rows and heads.
    DEVICE_MEMBER int64 query_at(const AttendArguments& a, int i) const
    {
        return (int64)row_of(a, i) * (a.pages.heads * a.group) + head * a.group + (tile.first_query + i) % a.group;
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
    DEVICE_MEMBER static int key_piece(int row, int piece) { return row * (WIDTH * 4) + (WIDTH == 2 ? piece ^ (row & 1) * 4 : piece); }

    DEVICE_MEMBER void begin_page(const AttendArguments& a, StagedPage<WIDTH>* target, int page, bool with_values) const
    {
        PageHead from = page_head(a.pages, sequence, page, head);
        for (int i = threadIdx.x; i < PAGE_POSITIONS * WIDTH * 4; i += NARROW_THREADS)
        {
            begin_copy(target->keys + key_piece(i / (WIDTH * 4), i % (WIDTH * 4)), from.keys + i * 16);
        }

        for (int i = threadIdx.x; with_values && i < a.pages.width * PAGE_POSITIONS / 16; i += NARROW_THREADS)
        {
            begin_copy(target->values + i, from.values + i * 16);
        }

        if (threadIdx.x < PAGE_POSITIONS / 4)
        {
            begin_copy(target->key_scales + threadIdx.x * 4, from.key_scales + threadIdx.x * 4);
            begin_copy(target->value_exponents + threadIdx.x * 4, from.value_exponents + threadIdx.x * 4);
        }

        end_copies();
    }

    // The lane's lines of tile n are keys first_key(n) and those behind it.
    DEVICE_MEMBER static int first_key(int n) { return lane_group() * 16 + n * LANE_LINES; }

    // The key of tile n of which the lane brings 16 bytes.
    DEVICE_MEMBER static int loaded_key(int n) { return lane_line() / LANE_LINES * 16 + lane_line() % LANE_LINES + n * LANE_LINES; }

    // The warp's queries times tile n of the keys.
    DEVICE_MEMBER void score(const StagedPage<WIDTH>& page, SumTile& sums, int n) const
    {
        begin_sums(sums);
        UNROLL
        for (int k = 0; k < WIDTH; k++)
        {
            // Rows of one lane are an even number apart: their halves have changed places alike.
            multiply_lines(sums, queries[k], page.keys[key_piece(loaded_key(0), k * 4 + lane_group()) + n * LANE_LINES * WIDTH * 4]);
        }
    }

    DEVICE_MEMBER static void load_key_tile(int4* lines, const PageHead& page, int n)
    {
        const int8* keys = page.keys + loaded_key(0) * (WIDTH * TILE_DEPTH) + lane_group() * 16;
        UNROLL
        for (int k = 0; k < WIDTH; k++)
        {
            lines[k] = load16(keys + (n * LANE_LINES * WIDTH + k) * TILE_DEPTH);
        }
    }

    DEVICE_MEMBER void score(const int4* lines, SumTile& sums) const
    {
        begin_sums(sums);
        UNROLL
        for (int k = 0; k < WIDTH; k++)
        {
            multiply_lines(sums, queries[k], lines[k]);
        }
    }

    DEVICE_MEMBER static void begin_sums(SumTile& sums)
    {
        for (int i = 0; i < 4; i++)
        {
            sums.at[i] = COUNTED_BITS;
        }
    }

    DEVICE_MEMBER float scored(const SumTile& sums, int i, float key_scale) const
    {
        return (bits_float((uint32)sums.at[i]) - COUNTED_FLOAT) * (scales[i / LANE_LINES] * key_scale);
    }
};

// The greatest scores and exponents of the lane's queries so far. Rounding keeps order, so scores are rounded once, at the end.
struct Maxima
{
    float scores[LANE_QUERIES];
    int exponents[LANE_QUERIES];
    int full_exponent; // of pages that all queries saw
};

DEVICE void begin_maxima(Maxima& m)
{
    m.full_exponent = SMALLEST_INT;
    for (int i = 0; i < LANE_QUERIES; i++)
    {
        m.scores[i] = LOWEST_FLOAT;
        m.exponents[i] = SMALLEST_INT;
    }
}

// FULL: every query of the warp sees every key of the page, whose first is key first.
template <int WIDTH, bool FULL>
DEVICE void maxima_of_tile(const AttendArguments& a, const NarrowBlock<WIDTH>& block, const SumTile& sums, int n, const float* scales, const int* exponents, int first, Maxima& m)
{
    UNROLL
    for (int j = 0; j < LANE_LINES; j++)
    {
        int slot = NarrowBlock<WIDTH>::first_key(n) + j;
        float key_scale = scales[slot];
        int exponent = exponents[slot];
        m.full_exponent = FULL ? greater(m.full_exponent, exponent) : m.full_exponent;
        UNROLL
        for (int i = 0; i < LANE_QUERIES; i++)
        {
            float x = block.scored(sums, i * LANE_LINES + j, key_scale);
            if (FULL)
            {
                m.scores[i] = fmaxf(m.scores[i], x);
            }
            else if (block.sees(a, i, first + slot))
            {
                m.scores[i] = fmaxf(m.scores[i], x);
                m.exponents[i] = greater(m.exponents[i], exponent);
            }
        }
    }
}

template <int WIDTH, bool FULL>
DEVICE void maxima_of_page(const AttendArguments& a, const NarrowBlock<WIDTH>& block, const StagedPage<WIDTH>& page, int first, Maxima& m)
{
    UNROLL
    for (int n = 0; n < PAGE_TILES; n++)
    {
        SumTile sums;
        block.score(page, sums, n);
        maxima_of_tile<WIDTH, FULL>(a, block, sums, n, page.key_scales, page.value_exponents, first, m);
    }
}

template <int WIDTH>
DEVICE void store_maxima(const AttendArguments& a, const NarrowBlock<WIDTH>& block, const Maxima& m)
{
    for (int i = 0; i < LANE_QUERIES; i++)
    {
        int score = m.scores[i] > LOWEST_FLOAT ? to_score(m.scores[i]) : SMALLEST_INT;
        int exponent = greater(m.exponents[i], m.full_exponent);
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
DEVICE void attend_maxima_many(const AttendArguments& a, StagedPage<WIDTH>* staged)
{
    NarrowBlock<WIDTH> block;
    block.init(a, warp_index() * 16);
    Maxima m;
    begin_maxima(m);
    int page = block.first_page + (int)blockIdx.z;
    if (page < block.end_page)
    {
        block.begin_page(a, staged, page, false);
    }

    for (int turn = 0; page < block.end_page; page += a.splits, turn++)
    {
        // With two buffers one barrier a turn is enough: who fills a buffer again has passed the barrier of the turn between.
        wait_for_copies<0>();
        __syncthreads();
        if (page + a.splits < block.end_page)
        {
            block.begin_page(a, staged + (turn + 1) % 2, page + a.splits, false);
        }

        if (page >= block.first_full && page < block.end_full)
        {
            maxima_of_page<WIDTH, true>(a, block, staged[turn % 2], page * PAGE_POSITIONS, m);
        }
        else if (page >= block.warp_first && page < block.warp_end)
        {
            maxima_of_page<WIDTH, false>(a, block, staged[turn % 2], page * PAGE_POSITIONS, m);
        }
    }

    store_maxima(a, block, m);
}

template <int WIDTH>
DEVICE void attend_maxima_few(const AttendArguments& a)
{
    NarrowBlock<WIDTH> block;
    block.init(a, 0);
    Maxima m;
    begin_maxima(m);
    int step = a.splits * NARROW_WARPS;
    for (int page = block.first_page + (int)blockIdx.z * NARROW_WARPS + warp_index(); page < block.end_page; page += step)
    {
        PageHead at = page_head(a.pages, block.sequence, page, block.head);
        int4 lines[PAGE_TILES][WIDTH];
        UNROLL
        for (int n = 0; n < PAGE_TILES; n++)
        {
            block.load_key_tile(lines[n], at, n);
        }

        bool full = page >= block.first_full && page < block.end_full;
        UNROLL
        for (int n = 0; n < PAGE_TILES; n++)
        {
            SumTile sums;
            block.score(lines[n], sums);
            if (full)
            {
                maxima_of_tile<WIDTH, true>(a, block, sums, n, at.key_scales, at.value_exponents, page * PAGE_POSITIONS, m);
            }
            else
            {
                maxima_of_tile<WIDTH, false>(a, block, sums, n, at.key_scales, at.value_exponents, page * PAGE_POSITIONS, m);
            }

            if (a.scores)
            {
                // Of keys that a query does not see as well: the second pass looks again.
                UNROLL
                for (int i = 0; i < 4; i++)
                {
                    int slot = NarrowBlock<WIDTH>::first_key(n) + i % LANE_LINES;
                    if (block.positions[i / LANE_LINES] >= 0)
                    {
                        a.scores[block.query[i / LANE_LINES] * a.score_stride + page * PAGE_POSITIONS + slot] = to_score(block.scored(sums, i, at.key_scales[slot]));
                    }
                }
            }
        }
    }

    store_maxima(a, block, m);
}

// What the lane's queries weigh by, and the sum of their weights so far: at most 2^15 keys a lane and split.
struct Weights
{
    int maxima[LANE_QUERIES];
    int exponents[LANE_QUERIES];
    int shares[LANE_QUERIES];
};

// Weights of 16 keys of each of the lane's queries, in two limbs, as the next product wants them.
struct Limbs16
{
    uint32 high[LANE_QUERIES][4];
    uint32 low[LANE_QUERIES][4];

    DEVICE_MEMBER static QueryTile tile(const uint32 (*words)[4])
    {
        QueryTile t;
        for (int i = 0; i < LANE_QUERIES; i++)
        {
            t.at[i].x = (int)words[i][0];
            t.at[i].y = (int)words[i][1];
            t.at[i].z = (int)words[i][2];
            t.at[i].w = (int)words[i][3];
        }

        return t;
    }
};

// Weighs key slot n * LANE_LINES + j of the lane for its query i.
DEVICE void weigh(Weights& w, Limbs16& limbs, int i, int byte, int score, int value_exponent, bool sees)
{
    int depth = smaller(w.maxima[i] - score, 30 << 16);
    int fraction = exp2_fraction(depth & 0xFFFF);
    int shift = depth >> 16;
    int own = shifted_weight(fraction, shift);
    uint32 mixed = (uint32)shifted_weight(fraction, shift + w.exponents[i] - value_exponent);
    own = sees ? own : 0;
    mixed = sees ? mixed : 0u;
    w.shares[i] += own;
    uint32 high = (mixed >> 7) << (byte % 4 * 8);
    uint32 low = (mixed & 127u) << (byte % 4 * 8);
    limbs.high[i][byte / 4] = byte % 4 == 0 ? high : limbs.high[i][byte / 4] | high;
    limbs.low[i][byte / 4] = byte % 4 == 0 ? low : limbs.low[i][byte / 4] | low;
}

template <int WIDTH, bool FULL>
DEVICE void weigh_page(const AttendArguments& a, const NarrowBlock<WIDTH>& block, const StagedPage<WIDTH>& page, int first, Weights& w, Limbs16& limbs)
{
    UNROLL
    for (int n = 0; n < PAGE_TILES; n++)
    {
        SumTile sums;
        block.score(page, sums, n);
        UNROLL
        for (int j = 0; j < LANE_LINES; j++)
        {
            int slot = NarrowBlock<WIDTH>::first_key(n) + j;
            float key_scale = page.key_scales[slot];
            int exponent = page.value_exponents[slot];
            UNROLL
            for (int i = 0; i < LANE_QUERIES; i++)
            {
                int score = to_score(block.scored(sums, i * LANE_LINES + j, key_scale));
                weigh(w, limbs, i, n * LANE_LINES + j, score, exponent, FULL || block.sees(a, i, first + slot));
            }
        }
    }
}

// So many keys fit sums of 32 bits: 16383 * 127 * 1024 is below 2^31.
#define MIXED_PAGES (1024 / PAGE_POSITIONS)

// Sums of weights times values. What no longer fits 32 bits is carried, seldom: in memory, and not in registers.
template <int WIDTH>
struct Mixed
{
    static const int Tiles = WIDTH * 64 / LINE_TILE;
    SumTile sums[Tiles];
    volatile int64 carried[Tiles * 4];
    bool carries;
    int room; // pages that can be added before a sum could leave 32 bits

    DEVICE_MEMBER void begin()
    {
        carries = false;
        room = MIXED_PAGES;
        UNROLL
        for (int v = 0; v < Tiles; v++)
        {
            for (int i = 0; i < 4; i++)
            {
                sums[v].at[i] = 0;
            }
        }
    }

    DEVICE_MEMBER void begin_page()
    {
        if (room == 0)
        {
            UNROLL
            for (int v = 0; v < Tiles; v++)
            {
                UNROLL
                for (int i = 0; i < 4; i++)
                {
                    carried[v * 4 + i] = (carries ? carried[v * 4 + i] : 0) + sums[v].at[i];
                    sums[v].at[i] = 0;
                }
            }

            carries = true;
            room = MIXED_PAGES;
        }

        room--;
    }

    // Elements of the lane's line of tile v, at 16 keys.
    DEVICE_MEMBER void add(const QueryTile& high, const QueryTile& low, const int4& line, int v)
    {
        SumTile page = {};
        multiply_lines(page, high, line);
        for (int i = 0; i < 4; i++)
        {
            sums[v].at[i] += page.at[i] * 128;
        }

        multiply_lines(sums[v], low, line);
    }

    DEVICE_MEMBER int64 total(int v, int i) const { return (int64)sums[v].at[i] + (carries ? carried[v * 4 + i] : 0); }
};

template <int WIDTH>
DEVICE void begin_weights(const AttendArguments& a, const NarrowBlock<WIDTH>& block, Weights& w)
{
    for (int i = 0; i < LANE_QUERIES; i++)
    {
        w.maxima[i] = a.maxima[block.query[i]];
        w.exponents[i] = a.exponents[block.query[i]];
        w.shares[i] = 0;
    }
}

// The share of the lane's query i that all its lanes have found.
DEVICE int64 sum_of_shares(const Weights& w, int i)
{
    int64 sum = w.shares[i];
    for (int mask = GROUP_MASK; mask <= 2 * GROUP_MASK; mask *= 2)
    {
        sum += shuffle_xor(sum, mask);
    }

    return sum;
}

DEVICE float unit_of(int exponent, int64 denominator) { return power_of_two(exponent) / to_float(denominator); }

template <int WIDTH>
DEVICE void attend_mix_many(const AttendArguments& a, StagedPage<WIDTH>* staged)
{
    NarrowBlock<WIDTH> block;
    block.init(a, warp_index() * 16);
    Weights w;
    begin_weights(a, block, w);
    Mixed<WIDTH> mixed;
    mixed.begin();
    int page = block.first_page + (int)blockIdx.z;
    if (page < block.end_page)
    {
        block.begin_page(a, staged, page, true);
    }

    for (int turn = 0; page < block.end_page; page += a.splits, turn++)
    {
        wait_for_copies<0>();
        __syncthreads();
        if (page + a.splits < block.end_page)
        {
            block.begin_page(a, staged + (turn + 1) % 2, page + a.splits, true);
        }

        const StagedPage<WIDTH>& at = staged[turn % 2];
        Limbs16 limbs;
        if (page >= block.first_full && page < block.end_full)
        {
            weigh_page<WIDTH, true>(a, block, at, page * PAGE_POSITIONS, w, limbs);
        }
        else if (page >= block.warp_first && page < block.warp_end)
        {
            weigh_page<WIDTH, false>(a, block, at, page * PAGE_POSITIONS, w, limbs);
        }
        else
        {
            continue;
        }

        mixed.begin_page();
        QueryTile high = Limbs16::tile(limbs.high);
        QueryTile low = Limbs16::tile(limbs.low);
        // Lines behind the last element are whatever lies there, and what becomes of them is never stored.
        UNROLL
        for (int v = 0; v < Mixed<WIDTH>::Tiles; v++)
        {
            mixed.add(high, low, at.values[(v * LINE_TILE + lane_line()) * (PAGE_POSITIONS / 16) + lane_group()], v);
        }
    }

    UNROLL
    for (int i = 0; i < LANE_QUERIES; i++)
    {
        int64 denominator = sum_of_shares(w, i);
        if (block.positions[i] < 0)
        {
            continue;
        }

        if (a.splits > 1 && lane_group() == 0)
        {
            atomicAdd(reinterpret_cast<uint64*>(a.denominators + block.query[i]), (uint64)denominator);
        }

        float unit = unit_of(w.exponents[i], denominator);
        UNROLL
        for (int v = 0; v < Mixed<WIDTH>::Tiles; v++)
        {
            UNROLL
            for (int j = 0; j < LANE_LINES; j++)
            {
                int64 at = block.query[i] * a.pages.width + v * LINE_TILE + lane_group() * LANE_LINES + j;
                if (v * LINE_TILE < a.pages.width)
                {
                    int64 sum = mixed.total(v, i * LANE_LINES + j);
                    if (a.splits > 1)
                    {
                        atomicAdd(reinterpret_cast<uint64*>(a.sums + at), (uint64)sum);
                    }
                    else
                    {
                        a.output[at] = to_float(sum) * unit;
                    }
                }
            }
        }
    }
}

// What the warps of a block have found of its 16 queries.
template <int WIDTH>
struct FewSums
{
    int64 sums[16][WIDTH * 64];
    int64 denominators[16];
};

template <int WIDTH>
DEVICE void attend_mix_few(const AttendArguments& a, FewSums<WIDTH>* found)
{
    NarrowBlock<WIDTH> block;
    block.init(a, 0);
    Weights w;
    begin_weights(a, block, w);
    Mixed<WIDTH> mixed;
    mixed.begin();
    int step = a.splits * NARROW_WARPS;
    for (int page = block.first_page + (int)blockIdx.z * NARROW_WARPS + warp_index(); page < block.end_page; page += step)
    {
        PageHead at = page_head(a.pages, block.sequence, page, block.head);
        int4 values[Mixed<WIDTH>::Tiles];
        UNROLL
        for (int v = 0; v < Mixed<WIDTH>::Tiles; v++)
        {
            // Behind the last element its line is read again, and what becomes of it is never stored.
            int line = smaller(v * LINE_TILE + lane_line(), a.pages.width - 1);
            values[v] = load16(at.values + line * PAGE_POSITIONS + lane_group() * 16);
        }

        Limbs16 limbs;
        UNROLL
        for (int n = 0; n < PAGE_TILES; n++)
        {
            SumTile sums;
            if (!a.scores)
            {
                int4 lines[WIDTH];
                block.load_key_tile(lines, at, n);
                block.score(lines, sums);
            }

            UNROLL
            for (int i = 0; i < 4; i++)
            {
                const int q = i / LANE_LINES;
                int slot = NarrowBlock<WIDTH>::first_key(n) + i % LANE_LINES;
                int score = a.scores
                    ? a.scores[block.query[q] * a.score_stride + page * PAGE_POSITIONS + slot]
                    : to_score(block.scored(sums, i, at.key_scales[slot]));
                weigh(w, limbs, q, n * LANE_LINES + i % LANE_LINES, score, at.value_exponents[slot], block.sees(a, q, page * PAGE_POSITIONS + slot));
            }
        }

        mixed.begin_page();
        QueryTile high = Limbs16::tile(limbs.high);
        QueryTile low = Limbs16::tile(limbs.low);
        UNROLL
        for (int v = 0; v < Mixed<WIDTH>::Tiles; v++)
        {
            mixed.add(high, low, values[v], v);
        }
    }

    // One warp after the other adds what it has.
    for (int turn = 0; turn < NARROW_WARPS; turn++)
    {
        for (int i = 0; turn == warp_index() && i < LANE_QUERIES; i++)
        {
            int q = lane_query(i);
            int64 share = sum_of_shares(w, i);
            if (lane_group() == 0)
            {
                found->denominators[q] = (turn == 0 ? 0 : found->denominators[q]) + share;
            }

            UNROLL
            for (int v = 0; v < Mixed<WIDTH>::Tiles; v++)
            {
                UNROLL
                for (int j = 0; j < LANE_LINES; j++)
                {
                    int64* at = &found->sums[q][v * LINE_TILE + lane_group() * LANE_LINES + j];
                    *at = (turn == 0 ? 0 : *at) + mixed.total(v, i * LANE_LINES + j);
                }
            }
        }

        __syncthreads();
    }

    int count = block.tile.query_count;
    for (int i = threadIdx.x; i < count * a.pages.width; i += NARROW_THREADS)
    {
        int q = i / a.pages.width;
        int element = i % a.pages.width;
        int64 query = block.query_at(a, q);
        if (a.splits > 1)
        {
            atomicAdd(reinterpret_cast<uint64*>(a.sums + query * a.pages.width + element), (uint64)found->sums[q][element]);
        }
        else
        {
            store_attended(a, query, element, found->sums[q][element], a.exponents[query], found->denominators[q]);
        }
    }

    for (int q = threadIdx.x; a.splits > 1 && q < count; q += NARROW_THREADS)
    {
        atomicAdd(reinterpret_cast<uint64*>(a.denominators + block.query_at(a, q)), (uint64)found->denominators[q]);
    }
}

#define ATTEND_NARROW(ELEMENTS)                                             \
    KERNEL(attend_maxima_64_by_##ELEMENTS, AttendArguments, NARROW_THREADS)   \
    {                                                                       \
        __shared__ StagedPage<ELEMENTS / 64> staged[2];                     \
        attend_maxima_many<ELEMENTS / 64>(a, staged);                       \
    }                                                                       \
                                                                            \
    KERNEL_OF(attend_mix_64_by_##ELEMENTS, AttendArguments, NARROW_THREADS, 3) \
    {                                                                       \
        __shared__ StagedPage<ELEMENTS / 64> staged[2];                     \
        attend_mix_many<ELEMENTS / 64>(a, staged);                          \
    }                                                                       \
                                                                            \
    KERNEL(attend_maxima_16_by_##ELEMENTS, AttendArguments, NARROW_THREADS)   \
    {                                                                       \
        attend_maxima_few<ELEMENTS / 64>(a);                                \
    }                                                                       \
                                                                            \
    KERNEL(attend_mix_16_by_##ELEMENTS, AttendArguments, NARROW_THREADS)    \
    {                                                                       \
        __shared__ FewSums<ELEMENTS / 64> found;                            \
        attend_mix_few<ELEMENTS / 64>(a, &found);                           \
    }

ATTEND_NARROW(64)
ATTEND_NARROW(128)
} // namespace ait
