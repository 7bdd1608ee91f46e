// The next token: Execution/Sampler.cs. One block a row of logits; every sum is an integer.
namespace ait
{
#define CHOOSE_THREADS 1024
#define BINS 256

// Below the greatest score, at most 32 binary digits.
DEVICE uint32 choice_weight(uint32 depth)
{
    uint32 d = depth < (32u << 16) ? depth : (32u << 16);
    return (uint32)(((uint64)(uint32)exp2_fraction((int)(d & 0xFFFFu)) << 16) >> (d >> 16));
}

// a * b < c * d, in 128 bits.
DEVICE bool product_less(uint64 a, uint64 b, uint64 c, uint64 d)
{
    uint64 high = multiply_high(a, b);
    uint64 other = multiply_high(c, d);
    return high != other ? high < other : a * b < c * d;
}

struct ChooseScratch
{
    int warps[CHOOSE_THREADS / WARP];
    uint32 counts[BINS];
    uint64 weights[BINS];
    uint64 sums[CHOOSE_THREADS];
    uint32 ties[CHOOSE_THREADS];
    // What is kept: every depth below last_depth, and of that depth the first last_count ids.
    uint32 last_depth;
    uint32 last_count;
    // Of what lies before the bin under search.
    uint32 prefix;
    uint32 count_before;
    uint64 weight_before;
    uint64 total;
    int token;
};

struct Logits
{
    const float* values;
    int count;
    float scale;
    int greatest;

    DEVICE_MEMBER uint32 depth(int i) const { return (uint32)greatest - (uint32)to_score(values[i] * scale); }
};

// Counts and weights of the depths that share the prefix above the 8 bits at shift.
DEVICE void count_bins(const Logits& l, ChooseScratch& s, int shift)
{
    __syncthreads();
    for (int i = threadIdx.x; i < BINS; i += blockDim.x)
    {
        s.counts[i] = 0;
        s.weights[i] = 0;
    }

    __syncthreads();
    for (int i = threadIdx.x; i < l.count; i += blockDim.x)
    {
        uint32 depth = l.depth(i);
        if (shift == 24 || depth >> (shift + 8) == s.prefix)
        {
            atomicAdd(s.counts + ((depth >> shift) & 255u), 1u);
            atomicAdd(s.weights + ((depth >> shift) & 255u), (uint64)choice_weight(depth));
        }
    }

    __syncthreads();
}

// Walks down to one depth, 8 bits at a time. The bin taken is the last that is not empty and whose first id the rule
// keeps: rank below top_k, and, where total is given, weight before it * 10^6 < total * top_p.
DEVICE void find_last(const Logits& l, ChooseScratch& s, uint32 top_k, uint64 total, uint64 top_p)
{
    if (threadIdx.x == 0)
    {
        s.prefix = 0;
        s.count_before = 0;
        s.weight_before = 0;
    }

    for (int shift = 24; shift >= 0; shift -= 8)
    {
        count_bins(l, s, shift);
        if (threadIdx.x == 0)
        {
            uint32 count = s.count_before;
            uint64 weights = s.weight_before;
            uint32 bin = 0;
            for (uint32 i = 0; i < BINS; i++)
            {
                bool first = count == 0;
                if (s.counts[i] != 0 && count < top_k && (first || total == 0 || product_less(weights, 1000000u, total, top_p)))
                {
                    bin = i;
                    s.count_before = count;
                    s.weight_before = weights;
                }

                count += s.counts[i];
                weights += s.weights[i];
            }

            s.last_count = s.counts[bin];
            s.prefix = s.prefix << 8 | bin;
        }
    }

    if (threadIdx.x == 0)
    {
        uint64 each = choice_weight(s.prefix);
        uint32 kept = s.last_count < top_k - s.count_before ? s.last_count : top_k - s.count_before;
        if (total != 0)
        {
            // The first of the bin is kept; then as many more as still find weight left.
            uint32 most = kept;
            kept = 1;
            while (kept < most)
            {
                uint32 middle = kept + (most - kept + 1) / 2;
                if (product_less(s.weight_before + each * (middle - 1), 1000000u, total, top_p))
                {
                    kept = middle;
                }
                else
                {
                    most = middle - 1;
                }
            }
        }

        s.last_depth = s.prefix;
        s.last_count = kept;
        s.total = s.weight_before + each * kept;
    }

    __syncthreads();
}

// Of equals the lowest id; the two zeros are equal.
DEVICE void choose_greatest(const Logits& l, ChooseScratch& s)
{
    uint64 best = 0;
    UNROLL_BY(8)
    for (int i = threadIdx.x; i < l.count; i += blockDim.x)
    {
        uint32 bits = float_bits(l.values[i] + 0.0f);
        uint32 order = bits & 0x80000000u ? ~bits : bits | 0x80000000u;
        uint64 key = ((uint64)order << 32) | (0xFFFFFFFFu - (uint32)i);
        best = key > best ? key : best;
    }

    best = warp_greatest(best);
    if (lane_index() == 0)
    {
        s.sums[warp_index()] = best;
    }

    __syncthreads();
    if (threadIdx.x == 0)
    {
        for (int i = 1; i < warp_count(); i++)
        {
            best = s.sums[i] > best ? s.sums[i] : best;
        }

        s.token = (int)(0xFFFFFFFFu - (uint32)best);
    }
}

DEVICE void choose_drawn(const Logits& l, ChooseScratch& s, uint64 uniform)
{
    // Each thread takes consecutive ids, so that the running sum goes by ascending id.
    int span = (l.count + (int)blockDim.x - 1) / (int)blockDim.x;
    int from = smaller((int)threadIdx.x * span, l.count);
    int end = smaller(from + span, l.count);
    uint64 sum = 0;
    uint32 ties = 0;
    for (int i = from; i < end; i++)
    {
        uint32 depth = l.depth(i);
        sum += depth < s.last_depth ? choice_weight(depth) : 0u;
        ties += depth == s.last_depth ? 1u : 0u;
    }

    s.sums[threadIdx.x] = sum;
    s.ties[threadIdx.x] = ties;
    __syncthreads();
    if (threadIdx.x == 0)
    {
        uint64 each = choice_weight(s.last_depth);
        uint64 threshold = multiply_high(uniform, s.total);
        uint64 before = 0;
        uint32 left = s.last_count;
        int thread = 0;
        for (;; thread++)
        {
            uint32 kept = s.ties[thread] < left ? s.ties[thread] : left;
            uint64 share = s.sums[thread] + each * kept;
            if (before + share > threshold || thread == (int)blockDim.x - 1)
            {
                break;
            }

            before += share;
            left -= kept;
        }

        int token = thread * span;
        for (;; token++)
        {
            uint32 depth = l.depth(token);
            if (depth < s.last_depth)
            {
                before += choice_weight(depth);
            }
            else if (depth == s.last_depth && left > 0)
            {
                before += each;
                left--;
            }

            if (before > threshold || token == l.count - 1)
            {
                break;
            }
        }

        s.token = token;
    }
}

KERNEL(choose, ChooseArguments, CHOOSE_THREADS)
{
    __shared__ ChooseScratch s;
    Choice choice = a.choices[blockIdx.x];
    Logits l;
    l.values = a.logits + blockIdx.x * a.logits_stride;
    l.count = a.vocabulary;
    l.scale = choice.scale;
    l.greatest = 0;

    // Rounding keeps order: the score of the greatest is the greatest score.
    int bits = 0;
    float greatest = LOWEST_FLOAT;
    UNROLL_BY(8)
    for (int i = threadIdx.x; i < l.count; i += blockDim.x)
    {
        float x = l.values[i];
        bits = greater(bits, magnitude_bits(x));
        greatest = fmaxf(greatest, x * l.scale);
    }

    bits = block_greatest(bits, s.warps);
    if (bits > LARGEST_BITS)
    {
        if (threadIdx.x == 0)
        {
            a.faults[a.logits_rows[blockIdx.x]] = 1;
            a.tokens[blockIdx.x] = 0;
        }

        return;
    }

    if (choice.scale == 0.0f)
    {
        choose_greatest(l, s);
    }
    else
    {
        l.greatest = block_greatest(to_score(greatest), s.warps);
        uint32 top_k = choice.top_k != 0 && choice.top_k < l.count ? (uint32)choice.top_k : (uint32)l.count;
        find_last(l, s, top_k, 0, 0);
        if (choice.top_p < 1000000)
        {
            uint64 total = s.total;
            find_last(l, s, top_k, total, (uint64)choice.top_p);
        }

        choose_drawn(l, s, choice.uniform);
    }

    if (threadIdx.x == 0)
    {
        a.tokens[blockIdx.x] = s.token;
    }
}
} // namespace ait
