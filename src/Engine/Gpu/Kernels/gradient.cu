// The backward pass apart from its products: TrainingKernels, operation by operation.
namespace ait
{
#define GRADIENT_LIMIT 16256.0f
#define SCATTER_LIMIT 8388607.0f
#define LOG2E_Q16 94548.4609375f
#define HEAD_THREADS 128
#define COLUMN_LANES 32
#define COLUMN_GROUPS (ROW_THREADS / COLUMN_LANES)
#define COLUMN_DEPTH 64

DEVICE bool is_scale(int bits) { return bits >= SMALLEST_BITS && bits <= LARGEST_BITS; }

// q = 128 high + low, low from -64 to 63.
DEVICE int8 high_limb(int q) { return (int8)((q + 64) >> 7); }
DEVICE int8 low_limb(int q) { return (int8)(q - ((q + 64) >> 7) * 128); }

KERNEL(scale_rows, ScaleArguments, ROW_THREADS)
{
    const float* x = a.x + (int64)blockIdx.x * a.x_stride;
    float* target = a.target + (int64)blockIdx.x * a.target_stride;
    for (int i = threadIdx.x; i < a.columns; i += blockDim.x)
    {
        float y = x[i] * a.factor;
        target[i] = a.adds ? target[i] + y : y;
    }
}

// G of rows.
KERNEL(gradient_rows, GradientArguments, ROW_THREADS)
{
    __shared__ int scratch[ROW_THREADS / WARP];
    int row = (int)blockIdx.x;
    int item = (int)blockIdx.z;
    const float* x = a.x + item_offset(a.items, a.x_at, item) + row * a.x_stride;
    const float* factors = a.factors ? a.factors + item_offset(a.items, a.factor_at, item) : a.factors;
    int64 limbs = item_offset(a.items, a.limb_at, item) + (int64)row * a.stride;
    int bits = 0;
    for (int i = threadIdx.x; i < a.columns; i += blockDim.x)
    {
        bits = greater(bits, magnitude_bits(factors ? x[i] * factors[i * a.factor_stride] : x[i]));
    }

    bits = block_greatest(bits, scratch);
    float magnitude = bits_float((uint32)bits);
    float inverse = GRADIENT_LIMIT / magnitude;
    for (int i = threadIdx.x; i < a.stride; i += blockDim.x)
    {
        int q = is_scale(bits) && i < a.columns ? nearest((factors ? x[i] * factors[i * a.factor_stride] : x[i]) * inverse) : 0;
        a.high[limbs + i] = high_limb(q);
        a.low[limbs + i] = low_limb(q);
    }

    if (threadIdx.x == 0)
    {
        a.units[item_offset(a.items, a.unit_at, item) + row] = is_scale(bits) ? magnitude / GRADIENT_LIMIT : 0.0f;
        if (bits > LARGEST_BITS)
        {
            *a.fault = 1;
        }
    }
}

// G of columns, turned around: row n of the limbs holds column n. Limbs are gathered so that whole words of a row are written.
KERNEL(gradient_columns, GradientArguments, ROW_THREADS)
{
    __shared__ int scratch[COLUMN_GROUPS][COLUMN_LANES];
    __shared__ int words[2][COLUMN_LANES][COLUMN_DEPTH / 4 + 1];
    int item = (int)blockIdx.z;
    int lane = (int)threadIdx.x % COLUMN_LANES;
    int group = (int)threadIdx.x / COLUMN_LANES;
    int n = (int)blockIdx.x * COLUMN_LANES + lane;
    const float* x = a.x + item_offset(a.items, a.x_at, item) + n;
    const float* factors = a.factors + item_offset(a.items, a.factor_at, item);
    int bits = 0;
    for (int t = group; t < a.rows && n < a.columns; t += COLUMN_GROUPS)
    {
        bits = greater(bits, magnitude_bits(x[t * a.x_stride] * factors[t * a.factor_stride]));
    }

    scratch[group][lane] = bits;
    __syncthreads();
    for (int i = 0; i < COLUMN_GROUPS; i++)
    {
        bits = greater(bits, scratch[i][lane]);
    }

    float greatest = bits_float((uint32)bits);
    float inverse = GRADIENT_LIMIT / greatest;
    bool counts = is_scale(bits) && n < a.columns;
    int64 limbs = item_offset(a.items, a.limb_at, item);
    for (int first = 0; first < a.stride; first += COLUMN_DEPTH)
    {
        for (int i = group; i < COLUMN_DEPTH; i += COLUMN_GROUPS)
        {
            int t = first + i;
            int q = counts && t < a.rows ? nearest((x[t * a.x_stride] * factors[t * a.factor_stride]) * inverse) : 0;
            reinterpret_cast<int8*>(words[0][lane])[i] = low_limb(q);
            reinterpret_cast<int8*>(words[1][lane])[i] = high_limb(q);
        }

        __syncthreads();
        for (int i = threadIdx.x; i < COLUMN_LANES * COLUMN_DEPTH / 4; i += blockDim.x)
        {
            int row = i / (COLUMN_DEPTH / 4);
            int word = i % (COLUMN_DEPTH / 4);
            int column = (int)blockIdx.x * COLUMN_LANES + row;
            if (column < a.columns)
            {
                int64 at = limbs + (int64)column * a.stride + first;
                reinterpret_cast<int*>(a.low + at)[word] = words[0][row][word];
                reinterpret_cast<int*>(a.high + at)[word] = words[1][row][word];
            }
        }

        __syncthreads();
    }

    if (group == 0 && n < a.columns)
    {
        a.units[item_offset(a.items, a.unit_at, item) + n] = is_scale(bits) ? greatest / GRADIENT_LIMIT : 0.0f;
        if (bits > LARGEST_BITS)
        {
            *a.fault = 1;
        }
    }
}

// The row's largest magnitude, zero where it counts as zero or is out of range, which is a fault.
DEVICE float row_magnitude(const float* x, int columns, int* fault, int* scratch)
{
    int bits = 0;
    for (int i = threadIdx.x; i < columns; i += blockDim.x)
    {
        bits = greater(bits, magnitude_bits(x[i]));
    }

    bits = block_greatest(bits, scratch);
    if (bits > LARGEST_BITS && threadIdx.x == 0)
    {
        *fault = 1;
    }

    return bits < SMALLEST_BITS || bits > LARGEST_BITS ? 0.0f : bits_float((uint32)bits);
}

// The inverse root of the mean square, zero where the row counts as zero.
DEVICE float row_inverse_root(const float* x, int columns, float magnitude, float epsilon, int64* scratch)
{
    int64 sum = 0;
    float inverse = 16383.0f / magnitude;
    for (int i = threadIdx.x; magnitude != 0.0f && i < columns; i += blockDim.x)
    {
        int v = nearest(x[i] * inverse);
        sum += v * v;
    }

    sum = block_sum(sum, scratch);
    return magnitude == 0.0f ? 0.0f : inverse_root(sum, columns, magnitude, epsilon);
}

// Of y = h * r, r the inverse root: target += dy * r - h * c.
KERNEL(norm_back, NormBackArguments, ROW_THREADS)
{
    __shared__ int greatest[ROW_THREADS / WARP];
    __shared__ int64 sums[ROW_THREADS / WARP];
    const float* h = a.x + (int64)blockIdx.x * a.columns;
    const float* dy = a.gradient + (int64)blockIdx.x * a.columns;
    float* target = a.target + (int64)blockIdx.x * a.columns;
    float h_magnitude = row_magnitude(h, a.columns, a.fault, greatest);
    float dy_magnitude = row_magnitude(dy, a.columns, a.fault, greatest);
    float root = row_inverse_root(h, a.columns, h_magnitude, a.epsilon, sums);
    bool counts = h_magnitude != 0.0f && dy_magnitude != 0.0f;
    float h_inverse = GRADIENT_LIMIT / h_magnitude;
    float dy_inverse = GRADIENT_LIMIT / dy_magnitude;
    int64 dot = 0;
    for (int i = threadIdx.x; counts && i < a.columns; i += blockDim.x)
    {
        dot += nearest(dy[i] * dy_inverse) * nearest(h[i] * h_inverse);
    }

    dot = block_sum(dot, sums);
    float d = to_float(dot) * ((dy_magnitude / GRADIENT_LIMIT) * (h_magnitude / GRADIENT_LIMIT));
    float c = (d * (root * (root * root))) / (float)a.columns;
    for (int i = threadIdx.x; i < a.columns; i += blockDim.x)
    {
        float direct = dy[i] * root;
        target[i] = target[i] + (direct - h[i] * c);
    }
}

KERNEL(silu_back, SiluBackArguments, ROW_THREADS)
{
    float* gate = a.x + (int64)blockIdx.x * a.columns * 2;
    float* up = gate + a.columns;
    const float* gradient = a.gradient + (int64)blockIdx.x * a.columns;
    for (int i = threadIdx.x; i < a.columns; i += blockDim.x)
    {
        float g = gate[i];
        float e = exp_negative(g < 0.0f ? -g : g);
        float s = (g >= 0.0f ? 1.0f : e) / (1.0f + e);
        float slope = s + (g * s) * (1.0f - s);
        float dy = gradient[i];
        gate[i] = (dy * up[i]) * slope;
        up[i] = dy * (g * s);
    }
}

// The transposed rotation of the heads of queries and keys.
KERNEL(rotate_back, RotateBackArguments, ROW_THREADS)
{
    int position = (int)blockIdx.x % a.length;
    for (int n = threadIdx.x; n < a.heads * a.half; n += blockDim.x)
    {
        int i = n % a.half;
        float* x = a.x + (int64)blockIdx.x * a.stride + n / a.half * a.half * 2 + i;
        float c = a.cosines[(int64)position * a.half + i];
        float s = a.sines[(int64)position * a.half + i];
        float x0 = x[0];
        float x1 = x[a.half];
        x[0] = x0 * c + x1 * s;
        x[a.half] = x1 * c - x0 * s;
    }
}

// One page of an item: page_head says where what lies.
KERNEL(unpage, UnpageArguments, ROW_THREADS)
{
    int item = (int)blockIdx.z;
    int page = (int)blockIdx.x;
    int window = (a.items.first + item) / a.items.heads;
    PageHead from = page_head(a.pages, window, page, (a.items.first + item) % a.items.heads);
    int width = a.pages.width;
    int slots = smaller(PAGE_POSITIONS, a.length - page * PAGE_POSITIONS);
    int64 first = (int64)item * a.length + page * PAGE_POSITIONS;
    int8* across = a.keys_across + (int64)item * width * a.across_stride + page * PAGE_POSITIONS;
    for (int i = threadIdx.x; i < slots * width; i += blockDim.x)
    {
        int slot = i / width;
        int element = i % width;
        a.keys[(first + slot) * a.pages.key_stride + element] = from.keys[(int64)slot * a.pages.key_stride + element];
        a.values[(first + slot) * a.pages.key_stride + element] = from.values[(int64)element * PAGE_POSITIONS + slot];
    }

    for (int i = threadIdx.x; i < slots * width; i += blockDim.x)
    {
        int slot = i % slots;
        int element = i / slots;
        across[(int64)element * a.across_stride + slot] = from.keys[(int64)slot * a.pages.key_stride + element];
    }

    for (int slot = threadIdx.x; slot < slots; slot += blockDim.x)
    {
        a.key_scales[first + slot] = from.key_scales[slot];
        a.value_units[first + slot] = power_of_two(from.value_exponents[slot]);
    }
}

// A warp a query: G of its gradient, and the product of that with G of its output.
KERNEL(score_centers, CenterArguments, HEAD_THREADS)
{
    int item = (int)blockIdx.z;
    int t = (int)blockIdx.x * warp_count() + warp_index();
    if (t >= a.length)
    {
        return;
    }

    int64 offset = item_offset(a.items, a.x_at, item) + t * a.x_stride;
    const float* gradient = a.gradient + offset;
    const float* attended = a.attended + offset;
    int gradient_bits = 0;
    int attended_bits = 0;
    for (int i = lane_index(); i < a.columns; i += WARP)
    {
        gradient_bits = greater(gradient_bits, magnitude_bits(gradient[i]));
        attended_bits = greater(attended_bits, magnitude_bits(attended[i]));
    }

    gradient_bits = warp_greatest(gradient_bits);
    attended_bits = warp_greatest(attended_bits);
    float gradient_magnitude = bits_float((uint32)gradient_bits);
    float attended_magnitude = bits_float((uint32)attended_bits);
    float gradient_inverse = GRADIENT_LIMIT / gradient_magnitude;
    float attended_inverse = GRADIENT_LIMIT / attended_magnitude;
    int64 row = (int64)item * a.length + t;
    int64 dot = 0;
    for (int i = lane_index(); i < a.stride; i += WARP)
    {
        int q = is_scale(gradient_bits) && i < a.columns ? nearest(gradient[i] * gradient_inverse) : 0;
        int o = is_scale(attended_bits) && i < a.columns ? nearest(attended[i] * attended_inverse) : 0;
        a.high[row * a.stride + i] = high_limb(q);
        a.low[row * a.stride + i] = low_limb(q);
        dot += q * o;
    }

    dot = warp_sum(dot);
    if (lane_index() == 0)
    {
        float unit = is_scale(gradient_bits) ? gradient_magnitude / GRADIENT_LIMIT : 0.0f;
        float attended_unit = is_scale(attended_bits) ? attended_magnitude / GRADIENT_LIMIT : 0.0f;
        a.units[row] = unit;
        a.centers[row] = to_float(dot) * (unit * attended_unit);
        if (gradient_bits > LARGEST_BITS || attended_bits > LARGEST_BITS)
        {
            *a.fault = 1;
        }
    }
}

// Shares of attention from the same integers as forward, zero for keys that the query does not see.
KERNEL(attention_shares, SquareArguments, ROW_THREADS)
{
    __shared__ int greatest[ROW_THREADS / WARP];
    __shared__ int64 sums[ROW_THREADS / WARP];
    int item = (int)blockIdx.z;
    int t = (int)blockIdx.x;
    int64 row = ((int64)item * a.length + t) * a.length;
    const float* s = a.products + row;
    const float* key_scales = a.key_scales + (int64)item * a.length;
    float scale = a.query_scales[item_offset(a.items, a.query_at, item) + t * a.query_stride];
    int maximum = SMALLEST_INT;
    for (int j = threadIdx.x; j <= t; j += blockDim.x)
    {
        maximum = greater(maximum, to_score(s[j] * (scale * key_scales[j])));
    }

    maximum = block_greatest(maximum, greatest);
    int64 sum = 0;
    for (int j = threadIdx.x; j <= t; j += blockDim.x)
    {
        int depth = smaller(maximum - to_score(s[j] * (scale * key_scales[j])), 30 << 16);
        sum += weight(exp2_fraction(depth & 0xFFFF), (depth >> 16) + 1);
    }

    float share = 1.0f / to_float(block_sum(sum, sums));
    for (int j = threadIdx.x; j < a.length; j += blockDim.x)
    {
        float p = 0.0f;
        if (j <= t)
        {
            int depth = smaller(maximum - to_score(s[j] * (scale * key_scales[j])), 30 << 16);
            p = (float)weight(exp2_fraction(depth & 0xFFFF), (depth >> 16) + 1) * share;
        }

        a.shares[row + j] = p;
    }
}

// The products, now those of gradient and values, become the gradients of the scores.
KERNEL(softmax_back, SquareArguments, ROW_THREADS)
{
    int item = (int)blockIdx.z;
    int64 query = (int64)item * a.length + blockIdx.x;
    float center = a.centers[query];
    for (int j = threadIdx.x; j < a.length; j += blockDim.x)
    {
        float dp = a.products[query * a.length + j];
        float p = a.shares[query * a.length + j];
        a.products[query * a.length + j] = (p * (dp * a.value_units[(int64)item * a.length + j] - center)) * a.root;
    }
}

// log2 in units of 2^-16: TrainingMath.Log2.
DEVICE int64 log2_units(uint64 value)
{
    int exponent = 0;
    while (value >> exponent > 1)
    {
        exponent++;
    }

    uint64 mantissa = exponent >= 31 ? value >> (exponent - 31) : value << (31 - exponent);
    int64 log = exponent;
    for (int i = 0; i < 16; i++)
    {
        mantissa = (mantissa * mantissa) >> 31;
        log = log * 2;
        if (mantissa >> 32)
        {
            mantissa = mantissa >> 1;
            log = log + 1;
        }
    }

    return log;
}

DEVICE uint64 loss_weight(int maximum, float logit)
{
    int depth = smaller(maximum - to_score(logit * LOG2E_Q16), 32 << 16);
    return ((uint64)exp2_fraction(depth & 0xFFFF) << 16) >> (depth >> 16);
}

KERNEL(cross_entropy, LossArguments, ROW_THREADS)
{
    __shared__ int greatest[ROW_THREADS / WARP];
    __shared__ int64 sums[ROW_THREADS / WARP];
    float* logits = a.logits + (int64)blockIdx.x * a.vocabulary;
    int target = a.targets[blockIdx.x];
    int bits = 0;
    int maximum = SMALLEST_INT;
    for (int i = threadIdx.x; i < a.vocabulary; i += blockDim.x)
    {
        bits = greater(bits, magnitude_bits(logits[i]));
    }

    bits = block_greatest(bits, greatest);
    if (bits > LARGEST_BITS)
    {
        *a.fault = 1;
        return;
    }

    for (int i = threadIdx.x; i < a.vocabulary; i += blockDim.x)
    {
        maximum = greater(maximum, to_score(logits[i] * LOG2E_Q16));
    }

    maximum = block_greatest(maximum, greatest);
    int64 loss = maximum - (int64)to_score(logits[target] * LOG2E_Q16);
    int64 sum = 0;
    for (int i = threadIdx.x; i < a.vocabulary; i += blockDim.x)
    {
        sum += (int64)loss_weight(maximum, logits[i]);
    }

    sum = block_sum(sum, sums); // Behind its barrier nobody reads another's logits any more.
    float scale = 1.0f / to_float(sum);
    for (int i = threadIdx.x; i < a.vocabulary; i += blockDim.x)
    {
        float p = (float)(uint32)loss_weight(maximum, logits[i]) * scale;
        logits[i] = (i == target ? p - 1.0f : p) * a.share;
    }

    if (threadIdx.x == 0)
    {
        atomicAdd(reinterpret_cast<uint64*>(a.loss), (uint64)(loss + log2_units((uint64)sum) - ((int64)31 << 16)));
    }
}

// The gradient of the embedding: integers of one unit a window, summed by token. A block a token.
KERNEL(scatter, ScatterArguments, ROW_THREADS)
{
    int bits = *a.bits;
    if (bits > LARGEST_BITS && threadIdx.x == 0)
    {
        *a.fault = 1;
    }

    float magnitude = bits_float((uint32)bits);
    float inverse = SCATTER_LIMIT / magnitude;
    float unit = magnitude / SCATTER_LIMIT;
    float* target = a.target + (int64)a.tokens[blockIdx.x] * a.dimension;
    for (int i = threadIdx.x; is_scale(bits) && i < a.dimension; i += blockDim.x)
    {
        int64 sum = 0;
        for (int n = a.starts[blockIdx.x]; n < a.starts[blockIdx.x + 1]; n++)
        {
            sum += nearest(a.gradient[(int64)a.positions[n] * a.dimension + i] * inverse);
        }

        target[i] = target[i] + to_float(sum) * unit;
    }
}

KERNEL(reduce_magnitude, ReduceArguments, ROW_THREADS)
{
    __shared__ int scratch[ROW_THREADS / WARP];
    int bits = 0;
    for (int64 i = (int64)blockIdx.x * blockDim.x + threadIdx.x; i < a.count; i += (int64)gridDim.x * blockDim.x)
    {
        bits = greater(bits, magnitude_bits(a.x[i]));
    }

    bits = block_greatest(bits, scratch);
    if (threadIdx.x == 0)
    {
        atomicMax(a.bits, bits);
    }
}

KERNEL(reduce_squares, ReduceArguments, ROW_THREADS)
{
    __shared__ int64 scratch[ROW_THREADS / WARP];
    int64 sum = 0;
    for (int64 i = (int64)blockIdx.x * blockDim.x + threadIdx.x; i < a.count; i += (int64)gridDim.x * blockDim.x)
    {
        int v = nearest(a.x[i] * a.inverse);
        sum += v * v;
    }

    sum = block_sum(sum, scratch);
    if (threadIdx.x == 0)
    {
        atomicAdd(reinterpret_cast<uint64*>(a.sum), (uint64)sum);
    }
}

KERNEL(descend, AdamArguments, ROW_THREADS)
{
    for (int64 i = (int64)blockIdx.x * blockDim.x + threadIdx.x; i < a.count; i += (int64)gridDim.x * blockDim.x)
    {
        float gradient = a.gradient[i] * a.clip;
        float mean = a.beta1 * a.m[i] + a.rest1 * gradient;
        float square = a.beta2 * a.v[i] + a.rest2 * (gradient * gradient);
        float root = sqrtf(square * a.correction2) + a.epsilon;
        float move = (mean * a.correction1) / root;
        a.m[i] = mean;
        a.v[i] = square;
        a.w[i] = a.w[i] - a.rate * (move + a.decay * a.w[i]);
    }
}
} // namespace ait
