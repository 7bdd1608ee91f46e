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

DEVICE PageHead page_head(const Pages& p, int sequence, int page, int head)
{
    PageHead h;
    h.keys = reinterpret_cast<int8*>(p.tables[(int64)sequence * p.table_stride + page]) + p.layer_offset + head * p.head_bytes;
    h.values = h.keys + p.key_stride * PAGE_POSITIONS;
    h.key_scales = reinterpret_cast<float*>(h.values + p.width * PAGE_POSITIONS);
    h.value_exponents = reinterpret_cast<int*>(h.key_scales + PAGE_POSITIONS);
    return h;
}

// Each lane rotates, and later reads again, the pairs i and i + half of its own.
DEVICE void rotate(float* x, const float* cosines, const float* sines, int half)
{
    for (int i = lane_index(); i < half; i += WARP)
    {
        float x0 = x[i];
        float x1 = x[i + half];
        x[i] = x0 * cosines[i] - x1 * sines[i];
        x[i + half] = x0 * sines[i] + x1 * cosines[i];
    }
}

DEVICE int head_bits(const float* x, int half)
{
    int bits = 0;
    for (int i = lane_index(); i < half; i += WARP)
    {
        bits = greater(bits, greater(magnitude_bits(x[i]), magnitude_bits(x[i + half])));
    }

    return warp_greatest(bits);
}

// x = (x * inverse root of the mean square) * gain.
DEVICE void norm_head(float* x, const float* gain, int half, float epsilon, int* fault)
{
    int bits = head_bits(x, half);
    if (bits > LARGEST_BITS)
    {
        *fault = 1;
    }

    float magnitude = bits < SMALLEST_BITS || bits > LARGEST_BITS ? 0.0f : bits_float((uint32)bits);
    float inverse = 16383.0f / magnitude;
    int64 sum = 0;
    for (int i = lane_index(); magnitude != 0.0f && i < half; i += WARP)
    {
        int low = nearest(x[i] * inverse);
        int high = nearest(x[i + half] * inverse);
        sum += low * low + high * high;
    }

    sum = warp_sum(sum);
    float root = magnitude == 0.0f ? 0.0f : inverse_root(sum, 2 * half, magnitude, epsilon);
    for (int i = lane_index(); i < half; i += WARP)
    {
        x[i] = (x[i] * root) * gain[i];
        x[i + half] = (x[i + half] * root) * gain[i + half];
    }
}

// Returns the head's magnitude, zero where it counts as zero or is out of range.
DEVICE float quantize_head(const float* x, int half, int8* q, int* fault)
{
    int bits = head_bits(x, half);
    if (bits > LARGEST_BITS)
    {
        *fault = 1;
    }

    float magnitude = bits < SMALLEST_BITS || bits > LARGEST_BITS ? 0.0f : bits_float((uint32)bits);
    float inverse = 127.0f / magnitude;
    for (int i = lane_index(); i < half; i += WARP)
    {
        q[i] = magnitude == 0.0f ? (int8)0 : (int8)nearest(x[i] * inverse);
        q[i + half] = magnitude == 0.0f ? (int8)0 : (int8)nearest(x[i + half] * inverse);
    }

    return magnitude;
}

// A value page holds width rows of 64 positions.
DEVICE void store_value(const PageHead& page, int slot, const float* x, int half, int* fault)
{
    int bits = head_bits(x, half);
    if (bits > LARGEST_BITS)
    {
        *fault = 1;
    }

    bool zero = bits < SMALLEST_BITS || bits > LARGEST_BITS;
    int exponent = zero ? ZERO_EXPONENT : value_exponent(bits);
    float inverse = zero ? 0.0f : power_of_two(-exponent);
    int8* values = page.values + slot;
    for (int i = lane_index(); i < half; i += WARP)
    {
        values[(int64)i * PAGE_POSITIONS] = zero ? (int8)0 : (int8)nearest(x[i] * inverse);
        values[(int64)(i + half) * PAGE_POSITIONS] = zero ? (int8)0 : (int8)nearest(x[i + half] * inverse);
    }

    if (lane_index() == 0)
    {
        page.value_exponents[slot] = exponent;
    }
}

KERNEL(position, PositionArguments, POSITION_THREADS)
{
    int row = (int)blockIdx.x;
    int head = (int)blockIdx.y * warp_count() + warp_index();
    int width = a.pages.width;
    int half = width / 2;
    int at = a.positions[row];
    int slot = at % PAGE_POSITIONS;
    const float* cosines = a.cosines + (int64)at * half;
    const float* sines = a.sines + (int64)at * half;
    float* x = a.projections + ((int64)row * (a.heads + 2 * a.pages.heads) + head) * width;
    if (head < a.heads)
    {
        if (a.query_gain)
        {
            norm_head(x, a.query_gain, half, a.epsilon, a.faults + row);
        }

        rotate(x, cosines, sines, half);
        int64 query = (int64)row * a.heads + head;
        float magnitude = quantize_head(x, half, a.queries + query * a.pages.key_stride, a.faults + row);
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
            norm_head(x, a.key_gain, half, a.epsilon, a.faults + row);
        }

        rotate(x, cosines, sines, half);
        PageHead page = page_head(a.pages, a.sequences[row], at / PAGE_POSITIONS, head - a.heads);
        float magnitude = quantize_head(x, half, page.keys + slot * a.pages.key_stride, a.faults + row);
        if (lane_index() == 0)
        {
            page.key_scales[slot] = magnitude / 127.0f;
        }
    }
    else if (head < a.heads + 2 * a.pages.heads)
    {
        PageHead page = page_head(a.pages, a.sequences[row], at / PAGE_POSITIONS, head - a.heads - a.pages.heads);
        store_value(page, slot, x, half, a.faults + row);
    }
}
} // namespace ait
