using Ait.Engine.Weights;

namespace Ait.Engine.Execution;

/// <summary>
/// The operations that a backend carries out. <see cref="Scalar.ScalarKernels"/> is the definition; every other backend
/// gives the same bits. All pointers are into buffers padded to a multiple of 16 elements.
/// </summary>
internal abstract unsafe class Kernels
{
    public abstract Backend Backend { get; }

    /// <summary>
    /// Quantises x to q in −127 … 127 and yields the largest magnitude (0 if the vector counts as zero). False, with
    /// zeros, on a numeric fault.
    /// </summary>
    public abstract bool Quantize(float* x, int count, short* q, out float magnitude);

    /// <summary>Root-mean-square norm and quantisation in one: q, and the scale that turns q back into the normed vector.</summary>
    public abstract bool NormQuantize(float* x, int count, float epsilon, short* q, out float scale);

    /// <summary>h += y.</summary>
    public abstract void Add(float* h, float* y, int count);

    /// <summary>Rotates the pairs (x[i], x[i + half]) by the angles of the tables.</summary>
    public abstract void Rotate(float* x, float* cosines, float* sines, int half);

    /// <summary>gate = silu(gate) · up.</summary>
    public abstract void GatedSilu(float* gate, float* up, int count);

    /// <summary>
    /// y[r, n] = (x[r] · w[n]) · (x.scale[r] · w.scale[n]) for rows r and all n of the panels first … end − 1. The padding
    /// of the last panel may be written.
    /// </summary>
    public abstract void Linear(PackedMatrix w, int firstPanel, int endPanel, in Activations x, float* y, int yStride);

    /// <summary>Whether <see cref="Linear"/> reads packed rows.</summary>
    public virtual bool PacksActivations => false;

    /// <summary>
    /// Packs a tile of at most 16 rows of a width; tile t begins at byte 16 · t · width. Only called if
    /// <see cref="PacksActivations"/>.
    /// </summary>
    public virtual void Pack(short* values, int stride, int width, int rows, sbyte* packed, int* sums) =>
        throw new InvalidOperationException("This backend reads the rows as they are.");

    /// <summary>The inverse root of the mean square of x, 0 if x counts as zero. False, with 0, on a numeric fault.</summary>
    public abstract bool InverseRoot(float* x, int count, float epsilon, out float inverseRoot);

    /// <summary>x = (x · factor) · gain.</summary>
    public abstract void Scale(float* x, float factor, float* gain, int count);

    /// <summary>Attention of one query head over the keys first … end − 1 of its cache.</summary>
    /// <param name="cache">Keys and values of the head.</param>
    /// <param name="first">The first key that the query sees.</param>
    /// <param name="end">The key after the last one that the query sees.</param>
    /// <param name="query">The quantised query.</param>
    /// <param name="queryScale">Turns an integer score and a key scale into units of 2^-16 binary digits.</param>
    /// <param name="scores">Scratch for the scores of the keys from the last multiple of 16 at or before the first, padded.</param>
    /// <param name="output">Receives the head's output.</param>
    public abstract void Attend(in HeadCache cache, int first, int end, short* query, float queryScale, int* scores, float* output);
}
