// Head norms, rotary embedding, quantisation of queries, and storing of keys and values: StepExecutor.Position and
// KeyValueCache.StoreKey and StoreValue. One warp a head; heads are the queries', then the keys', then the values'.
namespace ait
{
#define POSITION_THREADS 128
#define PAGE_POSITIONS 64

// One head of one page.
struct PageHead
{
    int8* keys;
    int8* values;
    float* key_scales;
    int* value_exponents;
};

DEVICE PageHead page_head_at(const Pages& p, uint64 address, int head)
{
    PageHead h;
    h.keys = reinterpret_cast<int8*>(address) + p.layer_offset + head * p.head_bytes;
    h.values = h.keys + p.key_stride * PAGE_POSITIONS;
    h.key_scales = reinterpret_cast<float*>(h.values + p.width * PAGE_POSITIONS);
    h.value_exponents = reinterpret_cast<int*>(h.key_scales + PAGE_POSITIONS);
    return h;
}

DEVICE PageHead page_head(const Pages& p, int sequence, int page, int head)
{
    return page_head_at(p, p.tables[(int64)sequence * p.table_stride + page], head);
}

// A head of at most 2 * WARP * PAIRS elements: of each pair i and i + half, those of this lane.
template <int PAIRS>
struct HeadRow
{
    float low[PAIRS];
    float high[PAIRS];
    int half;

    // Calls for the lane's pairs: which of its own, and which of the head.
    template <typename Action>
    DEVICE_MEMBER void each(Action action) const
    {
        UNROLL
        for (int p = 0; p < PAIRS; p++)
        {
            int i = lane_index() + p * WARP;
            if (i < half)
            {
                action(p, i);
            }
        }
    }

    template <typename Source>
    DEVICE_MEMBER void load(const Source& source)
    {
        each([&](int p, int i) {
            low[p] = source.one(i);
            high[p] = source.one(i + half);
        });
    }

    DEVICE_MEMBER void rotate(const float* cosines, const float* sines)
    {
        each([&](int p, int i) {
            float x0 = low[p];
            float x1 = high[p];
            low[p] = x0 * cosines[i] - x1 * sines[i];
            high[p] = x0 * sines[i] + x1 * cosines[i];
        });
    }

    DEVICE_MEMBER int bits(int* fault) const
    {
        int bits = 0;
        each([&](int p, int) { bits = greater(bits, greater(magnitude_bits(low[p]), magnitude_bits(high[p]))); });
        bits = warp_greatest(bits);
        if (bits > LARGEST_BITS)
        {
            *fault = 1;
        }

        return bits;
    }

    // The largest magnitude, zero where it counts as zero or is out of range.
    DEVICE_MEMBER float magnitude(int* fault) const
    {
        int found = bits(fault);
        return found < SMALLEST_BITS || found > LARGEST_BITS ? 0.0f : bits_float((uint32)found);
    }

    // x = (x * inverse root of the mean square) * gain.
    DEVICE_MEMBER void norm(const float* gain, float epsilon, int* fault)
    {
        float greatest = magnitude(fault);
        float inverse = 16383.0f / greatest;
        int64 sum = 0;
        if (greatest != 0.0f)
        {
            each([&](int p, int) {
                int x0 = nearest(low[p] * inverse);
                int x1 = nearest(high[p] * inverse);
                sum += x0 * x0 + x1 * x1;
            });
        }

        sum = warp_sum(sum);
        float root = greatest == 0.0f ? 0.0f : inverse_root(sum, 2 * half, greatest, epsilon);
        each([&](int p, int i) {
            low[p] = (low[p] * root) * gain[i];
            high[p] = (high[p] * root) * gain[i + half];
        });
    }

    // Returns the head's magnitude.
    DEVICE_MEMBER float quantize(int8* q, int* fault) const
    {
        float greatest = magnitude(fault);
        float inverse = 127.0f / greatest;
        each([&](int p, int i) {
            q[i] = greatest == 0.0f ? (int8)0 : (int8)nearest(low[p] * inverse);
            q[i + half] = greatest == 0.0f ? (int8)0 : (int8)nearest(high[p] * inverse);
        });
        return greatest;
    }

    // A value page holds width rows of 64 positions.
    DEVICE_MEMBER void store_value(const PageHead& page, int slot, int* fault) const
    {
        int found = bits(fault);
        bool zero = found < SMALLEST_BITS || found > LARGEST_BITS;
        int exponent = zero ? ZERO_EXPONENT : value_exponent(found);
        float inverse = zero ? 0.0f : power_of_two(-exponent);
        int8* values = page.values + slot;
        each([&](int p, int i) {
            values[(int64)i * PAGE_POSITIONS] = zero ? (int8)0 : (int8)nearest(low[p] * inverse);
            values[(int64)(i + half) * PAGE_POSITIONS] = zero ? (int8)0 : (int8)nearest(high[p] * inverse);
        });
        if (lane_index() == 0)
        {
            page.value_exponents[slot] = exponent;
        }
    }
};

// Projections as they stand, and as sums that are still to be scaled; n0 is the head's first output.
struct PlainHead
{
    const float* x;

    DEVICE_MEMBER float one(int i) const { return x[i]; }
};

struct SummedHead
{
    ProductRow row;
    int n0;

    DEVICE_MEMBER float one(int i) const { return row.one(n0 + i); }
};

template <int PAIRS, typename Source>
DEVICE void position_head(const PositionArguments& a, const Source& source, int row, int head)
{
    int width = a.pages.width;
    int at = a.positions[row];
    int slot = at % PAGE_POSITIONS;
    HeadRow<PAIRS> x;
    x.half = width / 2;
    x.load(source);
    const float* cosines = a.cosines + (int64)at * x.half;
    const float* sines = a.sines + (int64)at * x.half;
    if (head < a.heads)
    {
        if (a.query_gain)
        {
            x.norm(a.query_gain, a.epsilon, a.faults + row);
        }

        x.rotate(cosines, sines);
        int64 query = (int64)row * a.heads + head;
        float magnitude = x.quantize(a.queries + query * a.pages.key_stride, a.faults + row);
        if (lane_index() == 0)
        {
            a.query_scales[query] = (magnitude / 127.0f) * a.score_scale;
            a.maxima[query] = SMALLEST_INT;
            a.exponents[query] = SMALLEST_INT;
            a.denominators[query] = 0;
        }

        for (int i = lane_index(); a.sums && i < width; i += WARP)
        {
            a.sums[query * width + i] = 0;
        }
    }
    else if (head < a.heads + a.pages.heads)
    {
        if (a.key_gain)
        {
            x.norm(a.key_gain, a.epsilon, a.faults + row);
        }

        x.rotate(cosines, sines);
        PageHead page = page_head(a.pages, a.sequences[row], at / PAGE_POSITIONS, head - a.heads);
        float magnitude = x.quantize(page.keys + slot * a.pages.key_stride, a.faults + row);
        if (lane_index() == 0)
        {
            page.key_scales[slot] = magnitude / 127.0f;
        }
    }
    else
    {
        PageHead page = page_head(a.pages, a.sequences[row], at / PAGE_POSITIONS, head - a.heads - a.pages.heads);
        x.store_value(page, slot, a.faults + row);
    }
}

template <int PAIRS>
DEVICE void position_plain(const PositionArguments& a)
{
    int row = a.product.first_row + (int)blockIdx.x;
    int head = (int)blockIdx.y * warp_count() + warp_index();
    int heads = a.heads + 2 * a.pages.heads;
    if (head < heads)
    {
        PlainHead source;
        source.x = a.projections + ((int64)row * heads + head) * a.pages.width;
        position_head<PAIRS>(a, source, row, head);
    }
}

// The same of sums that the vendor's library made.
template <int PAIRS>
DEVICE void position_sums(const PositionArguments& a)
{
    int head = (int)blockIdx.y * warp_count() + warp_index();
    if (head < a.heads + 2 * a.pages.heads)
    {
        SummedHead source;
        source.row = product_row(a.product, (int)blockIdx.x);
        source.n0 = head * a.pages.width;
        position_head<PAIRS>(a, source, a.product.first_row + (int)blockIdx.x, head);
    }
}

#define POSITION(ELEMENTS)                                                                                                             \
    KERNEL(position_by_##ELEMENTS, PositionArguments, POSITION_THREADS) { position_plain<(ELEMENTS / 2 + WARP - 1) / WARP>(a); }         \
    KERNEL(position_finish_by_##ELEMENTS, PositionArguments, POSITION_THREADS) { position_sums<(ELEMENTS / 2 + WARP - 1) / WARP>(a); }

// Named by the widest head they take.
POSITION(64)
POSITION(128)
POSITION(256)
POSITION(512)
} // namespace ait
